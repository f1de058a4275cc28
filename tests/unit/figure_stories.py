"""Builds small stories for the tests of figures: text, sentences, cast and quotes made by hand."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.extract.cast import Cast, Entity, EntityKind, NameMention
from bot.extract.figures import find_figures
from bot.extract.sentences import sentences_of
from bot.types import (
    Article,
    Figure,
    Paragraph,
    ParagraphKind,
    Phrase,
    Quote,
    QuoteKind,
    Span,
    Speaker,
    SpeakerKind,
)


def story(text: str, *, title: str = "", kinds: dict[int, ParagraphKind] | None = None) -> Article:
    """An article with one paragraph a line; ``kinds``: kind of the n-th paragraph."""
    paragraphs: list[Paragraph] = []
    start = 0
    for line in text.split("\n"):
        if line.strip():
            kind = (kinds or {}).get(len(paragraphs), ParagraphKind.BODY)
            paragraphs.append(Paragraph(Span(start, start + len(line)), kind))
        start += len(line) + 1
    return Article("", "", title, text, tuple(paragraphs), datetime(2024, 5, 6, tzinfo=UTC))


def cast_of_names(text: str, *names: str, kind: EntityKind = EntityKind.PERSON) -> Cast:
    """Each name is an entity; its last word alone is a mention of it too."""
    mentions: list[NameMention] = []
    entities: list[Entity] = []
    for number, name in enumerate(names):
        spans = _spans(text, name)
        inside = {span.start + name.rfind(" ") + 1 for span in spans}
        spans += [span for span in _spans(text, name.split()[-1]) if span.start not in inside and " " in name]
        phrase = Phrase(name, spans[0])
        entities.append(Entity(kind, phrase, mentions=tuple(sorted(spans))))
        mentions += [NameMention(span, number) for span in spans]
    return Cast(tuple(entities), tuple(sorted(mentions, key=lambda one: one.span)))


def _spans(text: str, name: str) -> list[Span]:
    found = []
    at = text.find(name)
    while at >= 0:
        found.append(Span(at, at + len(name)))
        at = text.find(name, at + 1)
    return found


def quote_by(text: str, words: str, speaker: str | None) -> Quote:
    """A quote of one part; the speaker's name is printed somewhere in ``text``."""
    at = text.index(words)
    who = None
    if speaker is not None:
        place = text.index(speaker)
        who = Speaker(Phrase(speaker, Span(place, place + len(speaker))), SpeakerKind.PERSON)
    return Quote((Span(at, at + len(words)),), QuoteKind.DIRECT, who)


def figures_of(
    text: str, *, cast: Cast | None = None, quotes: tuple[Quote, ...] = (), title: str = ""
) -> tuple[Figure, ...]:
    article = story(text, title=title)
    return find_figures(article, sentences_of(article), cast or Cast(), quotes)


def only(text: str, cast: Cast | None = None) -> Figure:
    """The one figure of ``text``."""
    found = figures_of(text, cast=cast)
    assert len(found) == 1, [figure.span.of(text) for figure in found]
    return found[0]
