"""The nut graf: the printed sentence that says why the story matters. Pure.

A sentence of the first body paragraphs is chosen, never written. Each candidate's score adds up:

``place``     the lead 1.0, then less with every sentence: news puts the point first
``title``     share of the title's content words that the sentence repeats, up to 1.4
``cues``      words of consequence (lexicon ``nutgraf_cues``), 0.35 the first, 0.15 the second
``names``     0.3 when somebody of the cast is named in it: the point has a subject
``length``    -0.3 under 90 or over 320 characters: a stub, or more than a chat shows at a glance
``dangling``  -0.7 when it opens on a word that needs the sentence before ("He", "But", "That")
``quoted``    minus the share of it that stands inside quotation marks: those are shown as quotes
``question``  -0.6 for a question, an address to the reader ("you") or a house notice

Out altogether: under 60 or over 400 characters, no verb-sized run of words, three quarters or more
quoted, headings, rows of tables and lines of lists.

The weights were set by reading the choice on 82 stories of the development pages (scrapinghub,
fundus_eval, newspaper4k) beside their leads; there is no gold for a nut graf, so no figure is claimed.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources

from bot.extract.cast import Cast
from bot.text import fold, words
from bot.types import Article, Paragraph, ParagraphKind, Span

_PARAGRAPHS = 6
_SHORTEST, _LONGEST = 60, 400
_ADDRESS = re.compile(
    r"\b(?:you|your|i|i'm|i've|we've|subscribe|sign up|click|independently|affiliate|at a glance)\b"
    r"|this story discusses"
)
_MARKED = re.compile(
    r"[\u201c\u00ab\u201e]([^\u201d\u00bb\u201c]*)(?:[\u201d\u00bb\u201c]|$)|\"([^\"]*)(?:\"|$)"
)
# "BAGHDAD —", "ST. PAUL, Minn. (AP) —", "LONDON (Reuters) -": capitals, then a dash
_DATELINE = re.compile(
    r"(?:[A-Z][A-Z.'\u2019\-]+(?: [A-Z][A-Z.'\u2019\-]+){0,3}|[A-Z][\w.]+(?: [A-Z][\w.]+){0,2}(?= \())"
    r"(?:, [A-Z][\w.]+(?: [A-Z][\w.]+){0,2})?(?:,? [A-Z][a-z]+\.? \d{1,2})?(?: \([\w ./]{2,24}\))?"
    r"\s?[\u2014\u2013\-]{1,2}\s"
)


def choose_nutgraf(article: Article, sentences: tuple[Span, ...], cast: Cast) -> Span | None:
    """The sentence that best says why the story matters, without its dateline; None when none fits."""
    title = _content(article.title)
    best: tuple[float, Span] | None = None
    for place, sentence in enumerate(_candidates(article, sentences)):
        if not _fits(sentence.of(article.text)):
            continue
        named = bool(cast.within(sentence.start, sentence.end))
        score = sum(_features(sentence.of(article.text), place, title, named).values())
        if best is None or score > best[0]:
            best = (score, sentence)
    return best[1] if best else None


def _candidates(article: Article, sentences: tuple[Span, ...]) -> list[Span]:
    """Sentences of the first body paragraphs, datelines cut off."""
    body = [row for row in article.paragraphs if row.kind is ParagraphKind.BODY][:_PARAGRAPHS]
    return [
        _without_dateline(article, sentence, row)
        for row in body
        for sentence in sentences
        if row.span.contains(sentence)
    ]


def _without_dateline(article: Article, sentence: Span, paragraph: Paragraph) -> Span:
    if sentence.start > paragraph.span.start + 2:
        return sentence
    found = _DATELINE.match(article.text, sentence.start, sentence.end)
    start = found.end() if found else sentence.start
    if not found and article.dateline and article.text.startswith(article.dateline, sentence.start):
        after = sentence.start + len(article.dateline)
        dash = re.compile(r"[\s:.,|]*[\u2014\u2013\-:|]+\s*").match(article.text, after, sentence.end)
        start = dash.end() if dash else sentence.start
    return Span(start, sentence.end) if start < sentence.end else sentence


def _fits(sentence: str) -> bool:
    return (
        _SHORTEST <= len(sentence) <= _LONGEST
        and "\n" not in sentence
        and len(words(sentence)) >= 8
        and sentence.rstrip("\u201d\u2019\"')\u00bb ")[-1:] in {".", "?", "!", "\u2026"}
        and _quoted_share(sentence) < 0.75
    )


def _features(sentence: str, place: int, title: frozenset[str], named: bool) -> dict[str, float]:
    """The parts of the score, as the module's docstring lists them."""
    folded = fold(sentence)
    first = folded.lstrip("\"' ").split(" ", 1)[0].strip(",'")
    shared = len(title & _content(sentence)) / len(title) if title else 0.0
    hits = len(_cues().findall(folded))
    return {
        "place": 1.0 / (1.0 + 0.5 * place),
        "title": 1.4 * shared,
        "cues": (0.35 if hits else 0.0) + (0.15 if hits > 1 else 0.0),
        "names": 0.3 if named else 0.0,
        "length": 0.0 if 90 <= len(sentence) <= 320 else -0.3,
        "dangling": -0.7 if first in _lexicon("nutgraf_dangling") else 0.0,
        "quoted": -_quoted_share(sentence),
        "question": -0.6 if folded.rstrip("\"' ").endswith("?") or _ADDRESS.search(folded) else 0.0,
    }


def _quoted_share(sentence: str) -> float:
    inside = sum(len(match.group(1) or match.group(2) or "") for match in _MARKED.finditer(sentence))
    return inside / len(sentence)


def _content(text: str) -> frozenset[str]:
    """Folded content words cut to a rough stem: five letters hold "militia" and "militias" together."""
    folded = fold(text)
    stop = _lexicon("nutgraf_stop")
    found = (span.of(folded) for span in words(folded))
    return frozenset(word[:5] for word in found if word not in stop and len(word) > 1)


@lru_cache(maxsize=1)
def _cues() -> re.Pattern[str]:
    longest_first = sorted(_lexicon("nutgraf_cues"), key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(map(re.escape, longest_first)) + r")\b")


@lru_cache
def _lexicon(name: str) -> frozenset[str]:
    listed = resources.files("bot.extract").joinpath(f"lexicon/en/{name}.txt").read_text("utf-8")
    rows = (row.strip() for row in listed.splitlines())
    return frozenset(row for row in rows if row and not row.startswith("#"))
