"""The verbatim gate: a digest that can be built holds printed words only."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from bot.types import Actor, Article, AsideKind, Figure, Findings, Notice, Phrase, Quote, Span


class NotVerbatim(ValueError):
    """A finding that is not printed where it points. Names the finding, never the text."""


@dataclass(frozen=True, slots=True)
class Digest:
    """An article, all its findings, and which of them are key.

    ``key_*`` index the findings' tuples, most important first, each index once. ``hosts`` are those
    contacted to read it, in order. Raises NotVerbatim for a span outside the text, a blank or
    overlapping part, a phrase whose words are not printed where it points, an alias or a correction
    that is printed nowhere, a number that is not finite, or a key that names no finding.
    """

    article: Article
    findings: Findings
    key_quotes: tuple[int, ...] = ()
    key_figures: tuple[int, ...] = ()
    key_actors: tuple[int, ...] = ()
    notices: tuple[Notice, ...] = ()
    hosts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        found, gate = self.findings, _Gate(self.article)
        for number, quote in enumerate(found.quotes):
            gate.quote(f"quote {number}", quote)
        for number, figure in enumerate(found.figures):
            gate.figure(f"figure {number}", figure)
        for number, actor in enumerate(found.actors):
            gate.actor(f"actor {number}", actor)
        gate.span("nut graf", found.nutgraf)
        gate.spans("sentence", found.sentences)
        gate.spans("paragraph", (row.span for row in self.article.paragraphs))
        for notice in self.notices:
            gate.notice(notice)
        _check_keys("quote", self.key_quotes, len(found.quotes))
        _check_keys("figure", self.key_figures, len(found.figures))
        _check_keys("actor", self.key_actors, len(found.actors))


@dataclass(frozen=True, slots=True)
class _Gate:
    article: Article

    def span(self, what: str, span: Span | None) -> None:
        if span is not None and not 0 <= span.start < span.end <= len(self.article.text):
            raise NotVerbatim(f"{what}: [{span.start}, {span.end}) is outside the text")

    def spans(self, what: str, spans: Iterable[Span]) -> None:
        for span in spans:
            self.span(what, span)

    def phrase(self, what: str, phrase: Phrase | None) -> None:
        if phrase is None:
            return
        if phrase.aside is None:
            source = self.article.text
        elif 0 <= phrase.aside < len(self.article.asides):
            source = self.article.asides[phrase.aside].text
        else:
            raise NotVerbatim(f"{what}: there is no aside {phrase.aside}")
        if phrase.span.end > len(source) or phrase.span.of(source) != phrase.text:
            raise NotVerbatim(
                f"{what}: its words are not printed at [{phrase.span.start}, {phrase.span.end})"
            )

    def quote(self, what: str, quote: Quote) -> None:
        if not quote.parts:
            raise NotVerbatim(f"{what}: no part")
        reached = 0
        for part in quote.parts:
            self.span(what, part)
            if not part.of(self.article.text).strip():
                raise NotVerbatim(f"{what}: a blank part at [{part.start}, {part.end})")
            if part.start < reached:
                raise NotVerbatim(f"{what}: parts overlap or are out of order at {part.start}")
            reached = part.end
        self.span(f"{what}, cue", quote.cue)
        if quote.speaker is not None:
            self.phrase(f"{what}, speaker", quote.speaker.name)
            self.phrase(f"{what}, role", quote.speaker.role)
            self.span(f"{what}, mention", quote.speaker.mention)

    def figure(self, what: str, figure: Figure) -> None:
        self.span(what, figure.span)
        for number in (figure.value, figure.high):
            if number is not None and not math.isfinite(number):
                raise NotVerbatim(f"{what}: its value is not finite")
        self.phrase(f"{what}, counts", figure.counts)
        self.phrase(f"{what}, approximate", figure.approximate)
        self.phrase(f"{what}, said by", figure.said_by)

    def actor(self, what: str, actor: Actor) -> None:
        self.phrase(f"{what}, name", actor.name)
        self.phrase(f"{what}, role", actor.role)
        self.spans(f"{what}, mention", actor.mentions)
        printed = (self.article.text, *(aside.text for aside in self.article.asides))
        for alias in actor.aliases:
            if not alias or not any(alias in source for source in printed):
                raise NotVerbatim(f"{what}: an alias is printed nowhere")

    def notice(self, notice: Notice) -> None:
        """Printed words travel in a notice as ``text``: of a correction, or of the body."""
        text = notice.fields.get("text")
        if text is None:
            return
        corrections = [row.text for row in self.article.asides if row.kind is AsideKind.CORRECTION]
        if text not in corrections and str(text) not in self.article.text:
            raise NotVerbatim(f"notice {notice.code}: its words are printed nowhere")


def _check_keys(what: str, keys: tuple[int, ...], count: int) -> None:
    if len(set(keys)) != len(keys) or not all(0 <= key < count for key in keys):
        raise NotVerbatim(f"key {what}s {keys} do not index {count} findings")
