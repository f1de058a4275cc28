"""The cast of a story: one table of named people and organisations, built once an article.

Speakers, roles, actors and the speaker of a figure all read this table (DESIGN: "one table for
speakers and actors"). ``bot.extract.people.cast_of`` builds it.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from enum import StrEnum

from bot.types import Phrase, Span


class EntityKind(StrEnum):
    PERSON = "person"
    ORG = "org"
    PLACE = "place"  # kept so that nobody takes it for a speaker


@dataclass(frozen=True, slots=True)
class NameMention:
    """A name where it stands in the body. ``entity`` indexes ``Cast.entities``."""

    span: Span  # the name itself, no title, no possessive 's
    entity: int


def _starts(mention: NameMention) -> int:
    return mention.span.start


@dataclass(frozen=True, slots=True)
class Entity:
    """Who. ``roles`` best first, each as printed; ``gender`` "m", "f" or None when not known."""

    kind: EntityKind
    name: Phrase  # fullest printed form, without title
    aliases: tuple[Phrase, ...] = ()  # other printed forms, each once
    mentions: tuple[Span, ...] = ()  # names in the body, in order
    roles: tuple[Phrase, ...] = ()  # "leader of the militant Shiite group ...", "U.S. President"
    gender: str | None = None
    age: Phrase | None = None  # "45-year-old", "45"
    confidence: float = 1.0  # that kind and extent are right, 0..1


@dataclass(frozen=True, slots=True)
class Cast:
    entities: tuple[Entity, ...] = ()
    mentions: tuple[NameMention, ...] = ()  # of all entities, sorted by start, never overlapping

    def within(self, start: int, end: int) -> tuple[NameMention, ...]:
        """Mentions that begin in [start, end) of the body."""
        first = bisect_left(self.mentions, start, key=_starts)
        return self.mentions[first : bisect_left(self.mentions, end, lo=first, key=_starts)]

    def of(self, mention: NameMention) -> Entity:
        return self.entities[mention.entity]
