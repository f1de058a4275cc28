"""Made-up stories for the tests of names, roles and actors."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.extract.cast import Cast, Entity, EntityKind
from bot.extract.people import cast_of
from bot.extract.sentences import sentences_of
from bot.types import Article, Aside, AsideKind, Paragraph, Span


def story(text: str, title: str = "", asides: tuple[str, ...] = (), **about: object) -> Article:
    """An article whose lines are its paragraphs."""
    paragraphs: list[Paragraph] = []
    start = 0
    for line in text.split("\n"):
        if line.strip():
            paragraphs.append(Paragraph(Span(start, start + len(line))))
        start += len(line) + 1
    return Article(
        "https://example.org/a",
        "https://example.org/a",
        title,
        text,
        tuple(paragraphs),
        datetime(2026, 1, 2, tzinfo=UTC),
        asides=tuple(Aside(AsideKind.PULL_QUOTE, words) for words in asides),
        language="en",
        **about,
    )


def cast(text: str, title: str = "", asides: tuple[str, ...] = ()) -> tuple[Article, Cast]:
    article = story(text, title, asides)
    return article, cast_of(article, sentences_of(article))


def entity(text: str, name: str, title: str = "", asides: tuple[str, ...] = ()) -> Entity:
    """The entity whose fullest name is ``name``."""
    _, found = cast(text, title, asides)
    fitting = [one for one in found.entities if one.name.text == name]
    assert len(fitting) == 1, [(one.kind.value, one.name.text) for one in found.entities]
    return fitting[0]


def named(text: str, kind: EntityKind, title: str = "") -> dict[str, set[str]]:
    """Fullest name -> other printings, of the entities of one kind."""
    _, found = cast(text, title)
    return {
        one.name.text: {alias.text for alias in one.aliases} for one in found.entities if one.kind is kind
    }
