"""What surrounds a figure: the words that bound it, who said it, whether the text itself corrects it."""

from __future__ import annotations

import itertools
from functools import cache

from bot.extract.cast import Cast
from bot.extract.figure_shapes import Draft
from bot.extract.figure_tokens import Token, low_at
from bot.extract.lexicon import entries
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
    if size:
        draft.approximate = (first - size, first)
        draft.first = first - size
        return draft
    for size in (2, 1):
        behind = tuple(low_at(tokens, draft.end + k) for k in range(size))
        if behind in _bounds_after():
            draft.approximate, draft.end = (draft.end, draft.end + size), draft.end + size
            break
    return draft


def _longest_before(tokens: list[Token], at: int) -> int:
    for size in (4, 3, 2, 1):
        if at - size >= 0 and tuple(token.low for token in tokens[at - size : at]) in _bounds_before():
            return size
    return 0


class Context:
    """Turns drafts of a sentence into figures. Built once an article."""

    def __init__(self, article: Article, cast: Cast, quotes: tuple[Quote, ...]) -> None:
        self._article = article
        self._cast = cast
        self._parts = sorted(
            ((part, quote) for quote in quotes for part in quote.parts), key=lambda pair: pair[0].start
        )

    def figures(self, tokens: list[Token], sentence: Span, drafts: list[Draft]) -> list[Figure]:
        """Figures of the drafts, in order; a draft that runs into the one before it is dropped."""
        found: list[Figure] = []
        floor = sentence.start
        for draft in drafts:
            span = Span(tokens[draft.first].start, tokens[draft.end - 1].end)
            if span.start < floor:
                draft.first, draft.approximate = _after(tokens, draft, floor), None
                span = Span(tokens[draft.first].start, span.end)
            floor = span.end
            found.append(self._figure(tokens, draft, span))
        return found

    def _figure(self, tokens: list[Token], draft: Draft, span: Span) -> Figure:
        return Figure(
            span=span,
            kind=draft.kind,
            value=draft.value,
            unit=draft.unit,
            high=draft.high,
            counts=self._phrase(tokens, draft.counts),
            approximate=self._phrase(tokens, draft.approximate),
            said_by=self._quoted(span),
            superseded=draft.earlier,
        )

    def _phrase(self, tokens: list[Token], extent: tuple[int, int] | None) -> Phrase | None:
        if extent is None:
            return None
        return self._article.phrase(tokens[extent[0]].start, tokens[extent[1] - 1].end)

    def _quoted(self, span: Span) -> Phrase | None:
        for part, quote in self._parts:
            if part.start > span.start:
                break
            if part.contains(span) and quote.speaker is not None:
                return quote.speaker.name
        return None


def _after(tokens: list[Token], draft: Draft, floor: int) -> int:
    return next(at for at in itertools.count(draft.first) if tokens[at].start >= floor)
