"""Statements printed without marks: block quotations, and the turns of a transcript or interview."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.extract.cast import EntityKind
from bot.extract.links import How, Link
from bot.extract.phrases import SPEAKING, Unit, UnitKind
from bot.extract.running import subject_before
from bot.extract.scene import Row, Scene
from bot.text import fold
from bot.types import ParagraphKind, Span


@dataclass(frozen=True, slots=True)
class Turn:
    """``parts`` are whole paragraphs, without a label or a credit line."""

    parts: tuple[Span, ...]
    link: Link | None


# a label in capitals, a name of up to three words, or Q and A, then a colon
_LABEL = re.compile(
    r"([A-Z][A-Z.'’\- ]{1,30}|[A-Z][\w'’\-]+(?: [A-Z][\w'’\-]+){0,2}|[QA])\s?[:.](?=\s)\s+(?=\S)"
)
_CREDIT = re.compile(r"[—–―-]{1,2}\s*(?=[A-Z])")
_POST = re.compile(r"[—–-] [^\n]{1,60}\(@\w+\)")  # an embedded post with its handle
_LEAST_TURNS = 3  # fewer labelled lines are a list, not a conversation


def turns_of(scene: Scene) -> list[Turn]:
    """Blocks and turns in order of print."""
    return sorted([*_blocks(scene), *_conversation(scene)], key=lambda turn: turn.parts[0])


# ----------------------------------------------------------------------------- blocks


def _blocks(scene: Scene) -> list[Turn]:
    found: list[Turn] = []
    number = 0
    while number < len(scene.rows):
        last = number
        while last < len(scene.rows) and scene.rows[last].kind is ParagraphKind.BLOCKQUOTE:
            last += 1
        if last > number:
            turn = _block(scene, number, last)
            if turn is not None:
                found.append(turn)
        number = max(last, number + 1)
    return found


def _block(scene: Scene, first: int, end: int) -> Turn | None:
    """Rows [first, end) of a block quotation; None when marks inside already say what is quoted."""
    text = scene.article.text
    credit = _credit_of(scene, end - 1) if end - first > 1 else None
    rows = scene.rows[first : end - 1 if credit else end]
    marked = sum(mark.outer.end - mark.outer.start for mark in scene.marks if _inside(mark.outer, rows))
    if marked * 2 > sum(row.span.end - row.span.start for row in rows):
        return None
    parts = tuple(row.span for row in rows if row.span.of(text).strip())
    if any(_POST.search(part.of(text)) for part in parts):
        return None
    return Turn(parts, credit or subject_before(scene, first)) if parts else None


def _inside(span: Span, rows: list[Row]) -> bool:
    return any(row.span.contains(span) for row in rows)


def _credit_of(scene: Scene, number: int) -> Link | None:
    """``— Jane Roe, harbour master`` as the last line."""
    row = scene.rows[number]
    if not _CREDIT.match(scene.article.text, row.span.start, row.span.end):
        return None
    for at, unit in enumerate(row.units[:6]):
        if unit.kind in SPEAKING and unit.kind is not UnitKind.PRONOUN:
            return Link(number, at, unit, How.CREDIT)
    return None


# ----------------------------------------------------------------------------- conversations


def _conversation(scene: Scene) -> list[Turn]:
    labelled = [(number, match) for number, row in enumerate(scene.rows) if (match := _label(scene, row))]
    labels = [match.group(1) for _, match in labelled]
    if len(labelled) < _LEAST_TURNS or len(set(labels)) == len(labels):
        return []
    believed = {label for label in labels if _is_speaker(scene, label, labels.count(label))}
    if sum(label in believed for label in labels) < _LEAST_TURNS:
        return []
    answering = _interviewed(scene, labelled[0][0])
    found: list[Turn] = []
    for number, match in labelled:
        label = match.group(1)
        span = scene.rows[number].span
        if label not in believed or label == "Q" or match.end() >= span.end:
            continue
        link = answering if label == "A" else _labelled(number, match)
        found.append(Turn((Span(match.end(), span.end),), link))
    return found


def _label(scene: Scene, row: Row) -> re.Match[str] | None:
    if row.kind in {ParagraphKind.HEADING, ParagraphKind.TABLE, ParagraphKind.BLOCKQUOTE}:
        return None
    match = _LABEL.match(scene.article.text, row.span.start, row.span.end)
    dotted = match is not None and ":" not in match.group()
    return None if dotted and match is not None and match.group(1) not in {"Q", "A"} else match


def _is_speaker(scene: Scene, label: str, times: int) -> bool:
    """Capitals or Q and A, said twice; else a person of the cast."""
    if label in {"Q", "A"} or (label.isupper() and times > 1):
        return True
    last = fold(label).split()[-1]
    return any(
        last in fold(entity.name.text).split()
        for entity in scene.cast.entities
        if entity.kind is EntityKind.PERSON
    )


def _labelled(number: int, match: re.Match[str]) -> Link:
    unit = Unit(UnitKind.NAME, Span(*match.span(1)), match.group(1).lower(), capital=True)
    return Link(number, 0, unit, How.LABEL)


def _interviewed(scene: Scene, first: int) -> Link | None:
    """The one person named before the first question, else nobody."""
    people: dict[int, Link] = {}
    for number, row in enumerate(scene.rows[:first]):
        for at, unit in enumerate(row.units):
            if unit.kind is UnitKind.NAME and unit.ref >= 0:
                entity = scene.cast.mentions[unit.ref].entity
                if scene.cast.entities[entity].kind is EntityKind.PERSON:
                    people.setdefault(entity, Link(number, at, unit, How.COLON))
    return next(iter(people.values())) if len(people) == 1 else None
