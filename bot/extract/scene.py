"""A story as a row of units: quotations, noun phrases that could speak, cues, words and points.

The quotation is one unit however long it is, so that "who stands beside it" becomes a question of
neighbours. Bracketed asides ("(D-Wis.)", "(Reuters)") are left out of the row.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.extract.cast import Cast, EntityKind
from bot.extract.marks import Marked
from bot.extract.phrases import ABBREVIATIONS, PRONOUNS, Unit, UnitKind, chunked
from bot.types import Article, ParagraphKind, Span


@dataclass(slots=True)
class Row:
    """One paragraph. ``borders``: indexes at which a new sentence begins (0 always first)."""

    units: list[Unit]
    borders: list[int]
    kind: ParagraphKind
    span: Span

    def sentence(self, at: int) -> tuple[int, int]:
        """First index and end of the sentence that holds unit ``at``."""
        place = bisect_left(self.borders, at + 1) - 1
        end = self.borders[place + 1] if place + 1 < len(self.borders) else len(self.units)
        return self.borders[place], end


@dataclass(slots=True)
class Scene:
    """The rows of a story and where each quotation stands in them."""

    article: Article
    cast: Cast
    marks: tuple[Marked, ...]
    rows: list[Row] = field(default_factory=list)
    place: dict[int, tuple[int, int]] = field(default_factory=dict)  # quotation -> row, unit


_TOKEN = re.compile(
    r"(?:[A-Za-z]\.){2,}|\d+(?:[/.,:]\d+)+|[^\W_]+(?:['’\-&][^\W_]+)*|['’]s\b|\.\.\.|--|[^\w\s]"
)
# "(D-Wis.)", ", R-Ky.,": left out, with the second comma
_BRACKET = re.compile(
    r"[(\[][^()\[\]\n\"“”]{1,80}[)\]]|, ?(?:[RDI]|SNP|Lab|Con)-[A-Z][\w. ]{1,14}(?:,|(?= said))"
)
_POSSESSIVE = re.compile(r"['’]s\b|(?<=s)['’](?=\s)")
_NEVER_END = re.compile(r"(?:\b[A-Z]|\b(?:[A-Za-z]\.)+[A-Za-z])$")


def scene_of(article: Article, sentences: Sequence[Span], cast: Cast, marks: tuple[Marked, ...]) -> Scene:
    """Units of every paragraph. Linear in the text."""
    scene = Scene(article, cast, marks)
    ends = [sentence.end for sentence in sentences]
    first = 0
    for number, paragraph in enumerate(article.paragraphs):
        last = first
        while last < len(marks) and marks[last].outer.start < paragraph.span.end:
            last += 1
        units = _units(scene, paragraph.span, range(first, last))
        for index, unit in enumerate(units):
            if unit.kind is UnitKind.QUOTE:
                scene.place[unit.ref] = (number, index)
        scene.rows.append(Row(units, _borders(article.text, units, ends), paragraph.kind, paragraph.span))
        first = last
    return scene


# ----------------------------------------------------------------------------- tokens


def _units(scene: Scene, within: Span, quotes: range) -> list[Unit]:
    tokens: list[Unit] = []
    at = within.start
    for index in quotes:
        outer = scene.marks[index].outer
        tokens.extend(_tokens(scene, at, outer.start))
        tokens.append(Unit(UnitKind.QUOTE, outer, "", index))
        at = outer.end
    tokens.extend(_tokens(scene, at, within.end))
    return chunked(tokens)


def _tokens(scene: Scene, start: int, end: int) -> list[Unit]:
    text = scene.article.text
    skip = [match.span() for match in _BRACKET.finditer(text, start, end)]
    out: list[Unit] = []
    at = start
    for number, mention in _mentions(scene.cast, start, end):
        if any(a <= mention.start < b for a, b in skip):
            continue
        out.extend(_words(text, at, mention.start, skip))
        owned = _POSSESSIVE.match(text, mention.end, end)
        place = scene.cast.of(scene.cast.mentions[number]).kind is EntityKind.PLACE
        low = mention.of(text).lower()
        name = Unit(
            UnitKind.NAME, mention, low, number, possessive=owned is not None, capital=True, place=place
        )
        out.append(name)
        at = owned.end() if owned else mention.end
    out.extend(_words(text, at, end, skip))
    return out


def _mentions(cast: Cast, start: int, end: int) -> list[tuple[int, Span]]:
    first = bisect_left(cast.mentions, start, key=lambda mention: mention.span.start)
    found = []
    for number in range(first, len(cast.mentions)):
        span = cast.mentions[number].span
        if span.start >= end:
            break
        if span.end <= end:
            found.append((number, span))
    return found


def _words(text: str, start: int, end: int, skip: list[tuple[int, int]]) -> list[Unit]:
    out: list[Unit] = []
    for match in _TOKEN.finditer(text, start, end):
        a, b = match.span()
        if any(x <= a < y for x, y in skip):
            continue
        word = match.group()
        low = word.lower()
        if word == "." and out and out[-1].span.end == a and _is_short(out[-1], text[b : b + 2]):
            continue
        if word in {"'s", "’s"} and out:
            last = out[-1]
            out[-1] = Unit(last.kind, last.span, last.low, possessive=True, capital=last.capital)
            continue
        kind = UnitKind.WORD if word[0].isalnum() else UnitKind.POINT
        owned = low.endswith(("'s", "’s"))
        low = low[:-2] if owned else low
        if kind is UnitKind.WORD and low in PRONOUNS:
            kind, owned = UnitKind.PRONOUN, False  # "he's" is no possessive
        out.append(Unit(kind, Span(a, b), low, possessive=owned, capital=word[0].isupper()))
    return out


def _is_short(token: Unit, following: str) -> bool:
    """An abbreviation, or the initial in "John F. Roe"."""
    initial = token.capital and len(token.low) == 1 and following[1:].isupper()
    return token.low in ABBREVIATIONS or initial


# ----------------------------------------------------------------------------- sentences


def _borders(text: str, units: list[Unit], ends: list[int]) -> list[int]:
    borders = [0]
    for index in range(len(units) - 1):
        unit, following = units[index], units[index + 1]
        if unit.kind is UnitKind.POINT and unit.low in {".", "?", "!", "...", "…"}:
            known = bisect_left(ends, unit.span.end)
            closes = known < len(ends) and ends[known] <= unit.span.end + 1
            starts = following.kind is UnitKind.QUOTE or following.capital
            if starts and (closes or following.kind is UnitKind.QUOTE or unit.low != "."):
                borders.append(index + 1)
        elif unit.kind is UnitKind.QUOTE and _ends_sentence(text, units, index):
            borders.append(index + 1)
    return borders


def _ends_sentence(text: str, units: list[Unit], at: int) -> bool:
    """A quotation that closes its sentence: `"It is over." Smith left` but not `"Really?" Smith said`."""
    before = text[units[at].span.end - 2 : units[at].span.end - 1]
    following = units[at + 1]
    if following.kind is UnitKind.QUOTE:
        return before in ".?!…" or before.isalnum()
    if before not in ".?!…" or not following.capital:
        return False
    tail = units[at + 1 : at + (5 if before == "." else 16)]
    cue = next((i for i, unit in enumerate(tail) if unit.kind is UnitKind.CUE and not unit.weak), None)
    if cue is None or any(unit.low in {".", ";", ":", "?", "!"} for unit in tail[:cue]):
        return True
    if before == ".":
        # only a bare tag: `." Smith said.`
        after = at + 1 + cue + 1
        return after < len(units) and units[after].low != "."
    return False
