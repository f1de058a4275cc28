"""What surrounds a figure: the words that bound it, who said it, whether the text itself corrects it."""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from functools import cache

from bot.extract.cast import Cast, NameMention
from bot.extract.figure_ranges import is_correction
from bot.extract.figure_said import Source, source_of, sources
from bot.extract.figure_shapes import Draft
from bot.extract.figure_tokens import Token, low_at, tokenise
from bot.extract.figure_words import word_set
from bot.extract.lexicon import entries
from bot.extract.tokens import LIMIT_SENTENCE_CHARS
from bot.types import Article, Figure, FigureKind, Phrase, Quote, Span


@cache
def _bounds_before() -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(line.split()) for line in entries("approximate.txt"))


@cache
def _bounds_after() -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(line.split()) for line in entries("approximate_after.txt"))


def with_bounds(tokens: list[Token], draft: Draft) -> Draft:
    """``draft`` widened over "about", "more than", "up to" before it, or "or more" behind it."""
    first = draft.first
    if low_at(tokens, first - 1) in {"the", "a", "an", "another"} and _longest_before(tokens, first - 1):
        first -= 1
    size = _longest_before(tokens, first)
    if size == 1 and draft.kind is FigureKind.DURATION and low_at(tokens, first - 1) in {"over", "under"}:
        size = 0  # "over two days" means during
    if size and draft.approximate is None:
        draft.approximate = (first - size, first)
        draft.first = first - size
        if draft.counts is not None and draft.counts[0] >= draft.first and draft.counts[1] <= first:
            draft.counts = None  # "upward of $10 million" counts nothing
        return draft
    for size in (2, 1) if draft.approximate is None else ():
        if tuple(low_at(tokens, draft.end + k) for k in range(size)) in _bounds_after():
            draft.approximate, draft.end = (draft.end, draft.end + size), draft.end + size
            break
    return draft


def _longest_before(tokens: list[Token], at: int) -> int:
    for size in (4, 3, 2, 1):
        if at - size >= 0 and tuple(token.low for token in tokens[at - size : at]) in _bounds_before():
            return size
    return 0


def with_earlier_unit(tokens: list[Token], drafts: list[Draft]) -> list[Draft]:
    """A bare number takes what the one before it counts: "435 homes by sale and 187 by tender"."""
    for before, draft in itertools.pairwise(drafts):
        bare = draft.kind is FigureKind.COUNT and not draft.unit and draft.counts is None
        lead = low_at(tokens, draft.first - 1)
        joined = lead == "and" or (lead == "from" and low_at(tokens, draft.first - 2) in {"up", "down"})
        if (
            bare
            and joined
            and before.kind is FigureKind.AGE
            and draft.value is not None
            and draft.value < 125
        ):
            draft.kind, draft.unit = before.kind, before.unit  # "aged 4 and 7"
        elif bare and joined and before.kind is FigureKind.COUNT and before.unit:
            draft.unit, draft.counts = before.unit, before.counts
    return drafts


# sentences of the paragraph that are read again for the name behind "he said"
_LOOK_BACK_SENTENCES = 3
# tokens between an "earlier estimate" and its number, measured on own stories
_NEAR = 10


def is_earlier(tokens: list[Token], draft: Draft) -> bool:
    """The text says that this number no longer holds: "revised from 41", "earlier reports of 12 dead"."""
    first = draft.approximate[1] if draft.approximate and draft.approximate[0] == draft.first else draft.first
    if is_correction(tokens, draft.first) or is_correction(tokens, first):
        return True
    window = _clause_before(tokens, draft.first)
    for at, word in enumerate(window):
        if word in word_set("earlier_words"):
            nouns, verbs = window[at + 1 : at + 4], window[at + 1 : at + 3]
            if word_set("earlier_nouns") & frozenset(nouns) or word_set("earlier_verbs") & frozenset(verbs):
                return True
        told = word == "had" and word_set("earlier_verbs") & frozenset(window[at + 1 : at + 2])
        if told and word_set("estimates") & frozenset(window[at + 2 :]):
            return True  # "had put the number of dead at 61"
    return _denied_behind(tokens, draft.end)


def _clause_before(tokens: list[Token], at: int) -> list[str]:
    """Lower-case words before token ``at`` back to a mark of the clause."""
    first = at
    while first > 0 and at - first < _NEAR + 2 and tokens[first - 1].text not in ",;:—.":
        first -= 1
    return [token.low for token in tokens[first:at]]


def _denied_behind(tokens: list[Token], at: int) -> bool:
    """ "the 12 initially reported", "41, as earlier reported"."""
    step = at + 1 if low_at(tokens, at) == "," else at
    if low_at(tokens, step) in {"as", "that", "was", "were", "had"}:
        step += 1 + (low_at(tokens, step + 1) in {"was", "were", "been"})
    return low_at(tokens, step) in word_set("earlier_words") and low_at(tokens, step + 1) in (
        word_set("earlier_verbs") | {"announced"}
    )


class Context:
    """Turns drafts of a sentence into figures. Built once an article; sentences come in order."""

    def __init__(
        self, article: Article, sentences: tuple[Span, ...], cast: Cast, quotes: tuple[Quote, ...]
    ) -> None:
        self._article = article
        self._cast = cast
        self._sentences = sentences
        self._sentence_starts = [sentence.start for sentence in sentences]
        self._genders = {entity.name: entity.gender for entity in cast.entities}
        self._mention_starts = [mention.span.start for mention in cast.mentions]
        self._parts = sorted(
            ((part, quote) for quote in quotes for part in quote.parts), key=lambda pair: pair[0].start
        )
        self._part_starts = [part.start for part, _ in self._parts]
        self._paragraph_starts = [paragraph.span.start for paragraph in article.paragraphs]

    def mentions(self, sentence: Span) -> tuple[NameMention, ...]:
        """Names that begin in the sentence, in order."""
        starts = self._mention_starts
        return self._cast.mentions[bisect_left(starts, sentence.start) : bisect_left(starts, sentence.end)]

    def figures(self, tokens: list[Token], sentence: Span, drafts: list[Draft]) -> list[Figure]:
        """Figures of the drafts, in order, never overlapping."""
        found: list[Figure] = []
        last = cache(lambda: self._last_heard(sentence))
        heard = self._sources(tokens, sentence, lambda pronoun: self._fitting(last(), pronoun))
        floor = 0
        for draft in drafts:
            if draft.first < floor:
                draft.first, draft.approximate = floor, None
            floor = draft.end
            found.append(self._figure(tokens, draft, heard))
        return found

    def _figure(self, tokens: list[Token], draft: Draft, heard: list[Source]) -> Figure:
        span = Span(tokens[draft.first].start, tokens[draft.end - 1].end)
        quote = self._quote_at(span)
        if quote is None:
            said_by = source_of(heard, draft.first)
        else:
            said_by = quote.speaker.name if quote.speaker is not None else None
        return Figure(
            span=span,
            kind=draft.kind,
            value=draft.value,
            unit=draft.unit,
            high=draft.high,
            counts=self._phrase(tokens, draft.counts),
            approximate=self._phrase(tokens, draft.approximate),
            said_by=said_by,
            superseded=is_earlier(tokens, draft),
        )

    def _phrase(self, tokens: list[Token], extent: tuple[int, int] | None) -> Phrase | None:
        if extent is None:
            return None
        return self._article.phrase(tokens[extent[0]].start, tokens[extent[1] - 1].end)

    def _quote_at(self, span: Span) -> Quote | None:
        at = bisect_right(self._part_starts, span.start) - 1
        return self._parts[at][1] if at >= 0 and self._parts[at][0].contains(span) else None

    def _paragraph(self, sentence: Span) -> int:
        return bisect_right(self._paragraph_starts, sentence.start)

    def _sources(
        self, tokens: list[Token], sentence: Span, known: Callable[[str], Phrase | None]
    ) -> list[Source]:
        return sources(self._article, self._cast, tokens, self.mentions(sentence), known)

    def _last_heard(self, sentence: Span) -> Phrase | None:
        """Who was last heard in this paragraph: the speaker of a quote or of a reported clause."""
        here = self._paragraph(sentence)
        at = bisect_left(self._part_starts, sentence.start) - 1
        if at >= 0 and self._paragraph(self._parts[at][0]) == here:
            speaker = self._parts[at][1].speaker
            return speaker.name if speaker is not None else None
        last = bisect_left(self._sentence_starts, sentence.start)
        for before in reversed(self._sentences[max(0, last - _LOOK_BACK_SENTENCES) : last]):
            if self._paragraph(before) != here:
                break
            short = Span(before.start, min(before.end, before.start + LIMIT_SENTENCE_CHARS))
            heard = self._sources(tokenise(self._article.text, short), short, lambda _: None)
            if heard:
                return heard[-1].name
        return None

    def _fitting(self, name: Phrase | None, pronoun: str) -> Phrase | None:
        """``name`` unless its gender is known to be the other one."""
        gender = self._genders.get(name) if name is not None else None
        return None if gender is not None and gender != {"he": "m", "she": "f"}[pronoun] else name
