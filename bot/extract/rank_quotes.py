"""Which few quotes are key, and why: named parts of a score that add up, then a choice among voices.

What a desk looks for: somebody who matters says, in a whole sentence of readable length, something
that is no repetition of the lead. The weights are hand-set; ``tests/corpus`` holds the choice.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from bot.extract.cast import Cast
from bot.extract.lexicon import words
from bot.text import count_words, fold, letters
from bot.text import words as word_spans
from bot.types import Article, AsideKind, Quote, QuoteKind, Score, SpeakerKind

FRAGMENT_WORDS = 5  # fewer are never key
_CURT, _SHORT, _LONG = 7, 9, 60  # words of a quote that can be read at a glance
_REMARK = 15  # shorter turns of a conversation are remarks in passing
_CHOSEN_LETTERS = 12  # fewer in common are a phrase that anybody may use
_MARKED = re.compile(r"[“‘\"']([^”’\"]{4,200})[”’\"']")
_LEAST, _MOST = 3, 5  # key quotes, where the story has as many
_WORTH = 1.0  # below this a fourth and fifth are left out
_HEARD = 0.45  # a voice already chosen counts less by this, each time
_ANSWERS = 0.1  # the same, for who answers in a transcript or an interview: the others only ask


def scored(article: Article, quotes: tuple[Quote, ...], cast: Cast) -> tuple[Quote, ...]:
    """The same quotes with ``score`` filled, in the same order."""
    voices = Counter(_voice(quote) for quote in quotes if quote.speaker)
    weights = _prominence(article, quotes, cast)
    lead = _lead(article)
    return tuple(replace(quote, score=_score(article, quote, voices, weights, lead)) for quote in quotes)


def key_quotes(article: Article, quotes: tuple[Quote, ...], cast: Cast | None = None) -> tuple[int, ...]:
    """Indexes of the key quotes in order of print: three to five where the story has them.

    Never fewer than five words; unattributed and uncertain ones only where nothing better is left;
    the second quote of a voice counts less, so that other voices are heard.
    """
    known = quotes if all(quote.score.parts for quote in quotes) else scored(article, quotes, cast or Cast())
    open_for = [i for i, quote in enumerate(known) if _size(article, quote) >= FRAGMENT_WORDS]
    answering = _answering(article, known)
    chosen: list[int] = []
    while open_for and len(chosen) < _MOST:
        heard = Counter(_voice(known[i]) for i in chosen)
        worth = {i: known[i].score.total - _less(_voice(known[i]), heard, answering) for i in open_for}
        best = max(open_for, key=lambda i: (worth[i], -i))
        own = known[best].score.total
        if own < _WORTH and (len(chosen) >= _LEAST or (chosen and known[best].speaker is None)):
            break
        chosen.append(best)
        open_for.remove(best)
    return tuple(sorted(chosen))


def _less(voice: str, heard: Counter[str], answering: str | None) -> float:
    return heard[voice] * (_ANSWERS if voice == answering else _HEARD)


def _answering(article: Article, quotes: tuple[Quote, ...]) -> str | None:
    """The voice with the most words where most statements are turns without marks; else None."""
    turns = [quote for quote in quotes if quote.kind is QuoteKind.BLOCK and quote.speaker]
    if len(turns) < _LEAST or len(turns) * 2 < len(quotes):
        return None
    said: Counter[str] = Counter()
    for quote in turns:
        said[_voice(quote)] += _size(article, quote)
    return said.most_common(1)[0][0]


def _voice(quote: Quote) -> str:
    return fold(quote.speaker.name.text) if quote.speaker else ""


def _size(article: Article, quote: Quote) -> int:
    return sum(count_words(part.of(article.text)) for part in quote.parts)


def _score(
    article: Article, quote: Quote, voices: Counter[str], weights: dict[str, float], lead: frozenset[str]
) -> Score:
    said = " ".join(part.of(article.text) for part in quote.parts)
    size = _size(article, quote)
    block = quote.kind is QuoteKind.BLOCK
    parts = [
        ("speaker", _speaker_weight(quote, weights)),
        ("length", _length(size) - (0.3 if block and _SHORT <= size < _REMARK else 0.0)),
        ("kind", {QuoteKind.DIRECT: 0.5, QuoteKind.BLOCK: 0.2, QuoteKind.PARTIAL: -0.1}[quote.kind]),
        ("position", 0.4 * (1.0 - quote.parts[0].start / max(1, len(article.text)))),
        ("words", _telling(said)),
        ("chosen", _chosen(article, said)),
        ("says nothing", -0.8 if _is_boilerplate(said) else 0.0),
        ("question", -0.6 if block and said.rstrip().endswith("?") else 0.0),
        ("repeats lead", -0.5 if _overlap(said, lead) > 0.6 else 0.0),
        ("voice", 0.1 * min(3, voices[_voice(quote)]) if quote.speaker else 0.0),
    ]
    return Score(tuple((name, round(value, 3)) for name, value in parts))


def _speaker_weight(quote: Quote, weights: dict[str, float]) -> float:
    """0 for nobody; less for an unnamed or uncertain source than for the story's main voice."""
    speaker = quote.speaker
    if speaker is None:
        return -1.0
    kind = {SpeakerKind.PERSON: 0.5, SpeakerKind.ORG: 0.3, SpeakerKind.UNNAMED: 0.0}[speaker.kind]
    return kind + 0.5 * weights.get(_voice(quote), 0.0) - (0.0 if speaker.certain else 0.4)


def _prominence(article: Article, quotes: tuple[Quote, ...], cast: Cast) -> dict[str, float]:
    """Folded name -> 0..1: how often the story names the speaker, beside the one it names most."""
    spoken = {_voice(quote) for quote in quotes if quote.speaker}
    title = letters(article.title)
    counts = {fold(entity.name.text): len(entity.mentions) for entity in cast.entities}
    most = max((counts[name] for name in spoken if name in counts), default=1)
    found = {name: counts.get(name, 0) / most for name in spoken}
    for name in spoken:
        if letters(name.split()[-1]) in title:
            found[name] = min(1.0, found[name] + 0.3)
    return found


def _length(size: int) -> float:
    if size < FRAGMENT_WORDS:
        return -1.5
    if size < _SHORT:
        return -0.2 if size >= _CURT else -0.3
    return 0.4 if size <= _LONG else 0.1


def _telling(said: str) -> float:
    """Opinion, promise, warning, number: words that make a sentence worth quoting."""
    found = {fold(span.of(said)) for span in word_spans(said)} & words("telling_words.txt")
    return min(0.4, 0.1 * len(found))


def _is_boilerplate(said: str) -> bool:
    folded = fold(said)
    return any(phrase in folded for phrase in words("boilerplate.txt"))


def _chosen(article: Article, said: str) -> float:
    """The desk itself took words of it for the headline's quotation or for a pull quote."""
    own = letters(said)
    shown = [_quoted(article.title)]
    shown += [letters(aside.text) for aside in article.asides if aside.kind is AsideKind.PULL_QUOTE]
    return 0.3 if any(len(one) >= _CHOSEN_LETTERS and (one in own or own in one) for one in shown) else 0.0


def _quoted(title: str) -> str:
    match = _MARKED.search(title)
    return letters(match.group(1)) if match else ""


def _lead(article: Article) -> frozenset[str]:
    """Longer words of the headline and the first paragraph."""
    first = article.paragraphs[0].span.of(article.text) if article.paragraphs else ""
    return frozenset(_long_words(f"{article.title} {first}"))


def _long_words(text: str) -> list[str]:
    return [fold(span.of(text)) for span in word_spans(text) if span.end - span.start > 4]


def _overlap(said: str, lead: frozenset[str]) -> float:
    own = _long_words(said)
    return sum(word in lead for word in own) / len(own) if own else 0.0
