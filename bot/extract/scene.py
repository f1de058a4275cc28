"""A story as a row of units: quotations, noun phrases that could speak, cues, words and points.

The quotation is one unit however long it is, so that "who stands beside it" becomes a question of
neighbours. Bracketed asides ("(D-Wis.)", "(Reuters)") are left out of the row.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

from bot.extract.cast import Cast
from bot.extract.lexicon import entries, words
from bot.extract.marks import Marked
from bot.types import Article, ParagraphKind, Span


class UnitKind(StrEnum):
    QUOTE = "quote"
    NAME = "name"
    PRONOUN = "pronoun"
    NOMINAL = "nominal"  # "the mayor", "police", "Smith's lawyer"
    CUE = "cue"
    WORD = "word"
    POINT = "point"


SPEAKING = frozenset({UnitKind.NAME, UnitKind.PRONOUN, UnitKind.NOMINAL})


@dataclass(frozen=True, slots=True)
class Unit:
    """``ref``: index of the quotation or of the cast mention; ``owner``: mention of a possessor."""

    kind: UnitKind
    span: Span
    low: str
    ref: int = -1
    owner: int = -1
    possessive: bool = False  # "'s" follows
    weak: bool = False  # a cue that is often no verb of saying
    capital: bool = False


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


DETERMINERS = words("determiners.txt")
PRONOUNS = frozenset({"he", "she", "they", "it", "i", "we", "you", "who"})
_STOPS = words("phrase_stops.txt")
_ABBREVIATIONS = words("abbreviations.txt")
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
    return _chunked(tokens)


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
        out.append(_name(text, mention, number, owned is not None))
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


def _name(text: str, span: Span, number: int, owned: bool) -> Unit:
    return Unit(UnitKind.NAME, span, span.of(text).lower(), number, possessive=owned, capital=True)


def _words(text: str, start: int, end: int, skip: list[tuple[int, int]]) -> list[Unit]:
    out: list[Unit] = []
    for match in _TOKEN.finditer(text, start, end):
        a, b = match.span()
        if any(x <= a < y for x, y in skip):
            continue
        word = match.group()
        low = word.lower()
        if word == "." and out and out[-1].span.end == a and out[-1].low in _ABBREVIATIONS:
            continue
        if word in {"'s", "’s"} and out:
            last = out[-1]
            out[-1] = Unit(last.kind, last.span, last.low, possessive=True, capital=last.capital)
            continue
        kind = UnitKind.WORD if word[0].isalnum() else UnitKind.POINT
        owned = low.endswith(("'s", "’s"))
        low = low[:-2] if owned else low
        if kind is UnitKind.WORD and low in PRONOUNS:
            kind = UnitKind.PRONOUN
        out.append(Unit(kind, Span(a, b), low, possessive=owned, capital=word[0].isupper()))
    return out


# ----------------------------------------------------------------------------- phrases


def _chunked(tokens: list[Unit]) -> list[Unit]:
    """Noun phrases made one unit, cues marked."""
    tokens = _with_overlooked_names(tokens)
    out: list[Unit] = []
    at = 0
    while at < len(tokens):
        unit, following = _phrase(tokens, at)
        out.append(unit)
        at = following
    return out


def _with_overlooked_names(tokens: list[Unit]) -> list[Unit]:
    """Capitals right beside a cue are a name even where the cast has none: ``ref`` stays -1."""
    out: list[Unit] = []
    at = 0
    while at < len(tokens):
        end = at
        while end < len(tokens) and end - at < 4 and _could_be_name(tokens[end]):
            end += 1
        if end > at and _beside_cue(tokens, at, end):
            span = Span(tokens[at].span.start, tokens[end - 1].span.end)
            low = " ".join(token.low for token in tokens[at:end])
            out.append(Unit(UnitKind.NAME, span, low, possessive=tokens[end - 1].possessive, capital=True))
            at = end
        else:
            out.append(tokens[at])
            at += 1
    return out


def _could_be_name(token: Unit) -> bool:
    low = token.low
    return (
        token.kind is UnitKind.WORD
        and token.capital
        and not (low in _STOPS or low in DETERMINERS or low in cue_forms() or low in _ABBREVIATIONS)
        and not (low in words("calendar.txt") or low in _source_nouns() or low in words("clause_openers.txt"))
    )


def _beside_cue(tokens: list[Unit], at: int, end: int) -> bool:
    """``said Ellis`` or ``Rival Jane Roe said``; a single capital that begins a sentence does not count."""
    after = tokens[end].low if end < len(tokens) else ""
    before = tokens[at - 1].low if at else ""
    if before in _SPEECH and at > 0:
        return after not in _SPEECH
    return after in _SPEECH and (end - at > 1 or (at > 0 and tokens[at - 1].kind is UnitKind.QUOTE))


_SPEECH = frozenset({"said", "says", "told", "added", "wrote", "tweeted", "asked", "explained", "continued"})


def _phrase(tokens: list[Unit], at: int) -> tuple[Unit, int]:
    token = tokens[at]
    if token.kind is UnitKind.NAME or (token.kind is UnitKind.WORD and _starts_phrase(tokens, at)):
        return _noun_phrase(tokens, at)
    if token.kind is UnitKind.WORD and token.low in cue_forms():
        weak = cue_forms()[token.low]
        return Unit(UnitKind.CUE, token.span, token.low, weak=weak, capital=token.capital), at + 1
    return token, at + 1


def _starts_phrase(tokens: list[Unit], at: int) -> bool:
    token = tokens[at]
    if token.low in DETERMINERS or token.possessive or _leads_to_name(tokens, at):
        return True
    if token.low not in words("unnamed.txt"):
        return False
    return token.low in _BARE or (token.low.endswith("s") and token.low not in cue_forms())


_BARE = frozenset({"police", "prosecution", "management", "counsel", "staff", "congress", "parliament"})


def _noun_phrase(tokens: list[Unit], at: int) -> tuple[Unit, int]:
    """The phrase from ``at``: its head is its last name or its last noun for a source."""
    end = at + 1
    while end < len(tokens) and end - at < 9 and _inside_phrase(tokens, end):
        end += 1
    names = [i for i in range(at, end) if tokens[i].kind is UnitKind.NAME]
    heads = [i for i in range(at, end) if tokens[i].low in _source_nouns()]
    last_name, last_head = (names or [-1])[-1], (heads or [-1])[-1]
    if last_name > last_head and not tokens[last_name].possessive:
        # "Clinton spokesman Brian Fallon": the last name speaks; a further noun makes it a thing
        token = tokens[last_name]
        return token, last_name + 1
    if last_head >= 0 and last_head >= last_name:
        end = last_head + 1
    elif tokens[at].kind is UnitKind.NAME and not tokens[at].possessive:
        return tokens[at], at + 1
    if end == at + 1 and tokens[at].low in DETERMINERS and tokens[at].low not in _ALONE:
        return tokens[at], at + 1
    owner = next((tokens[i].ref for i in reversed(names) if i < end - 1), -1)
    span = Span(tokens[at].span.start, tokens[end - 1].span.end)
    head = tokens[end - 1]
    return Unit(UnitKind.NOMINAL, span, head.low, -1, owner, head.possessive, capital=tokens[at].capital), end


_ALONE = frozenset({"one", "another", "some", "many", "several", "most", "both", "others", "few", "all"})


def _inside_phrase(tokens: list[Unit], at: int) -> bool:
    token, before = tokens[at], tokens[at - 1]
    if token.kind is UnitKind.NAME:
        return (
            before.kind is not UnitKind.NAME or before.possessive or before.span.end + 1 == token.span.start
        )
    if token.kind is not UnitKind.WORD or token.low in _STOPS or token.low in DETERMINERS:
        return False
    if token.low in cue_forms():
        return _is_noun(tokens, at)
    if before.kind is UnitKind.NAME and not before.possessive:
        return token.low in _source_nouns() or _leads_to_name(tokens, at)
    return not token.low.endswith("ly")


def _is_noun(tokens: list[Unit], at: int) -> bool:
    """A form that is a cue elsewhere: "the report said", "his comments", "a police report"."""
    low, before = tokens[at].low, tokens[at - 1]
    if low in _NEVER_NOUNS or low.endswith(("ed", "ing")):
        return False
    if (before.low in DETERMINERS and before.low not in _ALONE) or before.possessive:
        return True
    following = tokens[at + 1].low if at + 1 < len(tokens) else ""
    return low in words("unnamed.txt") and following in cue_forms()


_NEVER_NOUNS = frozenset(
    {"said", "says", "told", "tells", "wrote", "writes", "asks", "adds", "argues", "thought"}
)


def _leads_to_name(tokens: list[Unit], at: int) -> bool:
    """Nothing but a role up to a name: "Fox News host Jane Roe", "retired Air Force general Roe"."""
    for token in tokens[at : at + 7]:
        if token.kind is UnitKind.NAME:
            return tokens[at].kind is not UnitKind.NAME
        if token.kind is not UnitKind.WORD or token.low in _STOPS or token.low in cue_forms():
            return False
        if token.low in DETERMINERS or token.low in words("calendar.txt"):
            return False
        small = token.low in _source_nouns() or token.low in words("role_adjectives.txt")
        if not (small or token.capital):
            return False
    return False


@cache
def _source_nouns() -> frozenset[str]:
    return words("unnamed.txt") | words("role_nouns.txt")


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


# ----------------------------------------------------------------------------- lexicon


@cache
def cue_forms() -> dict[str, bool]:
    """Every form of every cue -> whether it is weak, from ``cues.txt``."""
    forms = {"according": False}
    for entry in entries("cues.txt"):
        base, _, irregular = entry.partition(":")
        weak = base.startswith("~")
        for form in (*_regular(base.lstrip("~").strip()), *irregular.split()):
            forms[form] = forms.get(form, True) and weak
    return forms


def _regular(base: str) -> tuple[str, ...]:
    if base.endswith("e"):
        return base, base + "s", base + "d", base[:-1] + "ing"
    if base.endswith("y") and base[-2] not in "aeo":
        return base, base[:-1] + "ies", base[:-1] + "ied", base + "ing"
    if base.endswith(("s", "sh", "ch", "x")):
        return base, base + "es", base + "ed", base + "ing"
    return base, base + "s", base + "ed", base + "ing"
