"""Which words beside a quotation say who speaks: constructions of news English, in order of trust.

A ``Link`` is a place in the text ("he", "the mayor", "Jane Roe"), not yet a person;
``bot.extract.resolve`` answers who that is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.extract.lexicon import words
from bot.extract.scene import SPEAKING, Row, Scene, Unit, UnitKind
from bot.types import Span


class How(StrEnum):
    """The construction, best first; ``resolve`` knows how often each one was right."""

    AFTER = "after"  # "…," she said
    INVERTED = "inverted"  # "…," said Jane Roe
    BEFORE = "before"  # She said: "…"
    ACCORDING = "according"
    CREDIT = "credit"  # "…" — Jane Roe
    SAME = "same"  # next sentence of the same statement
    LATE = "late"  # The "…" plan, she said
    FAR = "far"  # a cue earlier in the sentence, not beside the marks
    COLON = "colon"
    CARRIED = "carried"  # whole paragraph, speaker of the paragraph before
    PRIOR = "prior"  # the sentence before has the cue
    SUBJECT = "subject"  # no cue, subject of the sentence
    LABEL = "label"  # ROE: words


@dataclass(frozen=True, slots=True)
class Link:
    """``row`` and ``at`` place the source's unit; ``cue`` is the verb's span where there is one."""

    row: int
    at: int
    unit: Unit
    how: How
    cue: Span | None = None


_COMMAS = frozenset({",", "—", "–", "―", "-", "--"})
_DASHES = frozenset({"—", "–", "―", "-", "--"})
_PREPOSITIONS = frozenset(
    {"of", "for", "from", "at", "in", "with", "on", "to", "about", "against", "by", "under", "over", "near",
     "than", "like", "after", "before", "into", "including", "between", "behind", "alongside", "as"}
)  # fmt: skip
_SKIPPED = words("speech_adverbs.txt")
_WITH_PARTICIPLE = frozenset({"as", "is", "was", "are", "were", "been", "be", "not", "also"})
_CORE = frozenset({"said", "says", "say", "told", "tells", "saying", "wrote", "writes", "tweeted", "asked"})
_REACH = 40  # units between a cue and its quotation, at most


_LABEL = re.compile(r"([A-Z][A-Z.'’\- ]{2,30}|[A-Z][a-z]+(?: [A-Z][a-z]+){1,2}): (?=\S)")


def label_inside(scene: Scene, quotation: int) -> Link | None:
    """A transcript in marks: ``"ROE: Well, …"``; the label is the source."""
    inner = scene.marks[quotation].inner
    match = _LABEL.match(scene.article.text, inner.start, inner.end)
    if match is None:
        return None
    span = Span(*match.span(1))
    number, at = scene.place[quotation]
    return Link(number, at, Unit(UnitKind.NAME, span, match.group(1).lower(), capital=True), How.LABEL)


def link_in_sentence(scene: Scene, quotation: int) -> Link | None:
    """The source named in the quotation's own sentence; None when nothing there says so."""
    number, at = scene.place[quotation]
    row = scene.rows[number]
    start, end = row.sentence(at)
    closing = scene.marks[quotation].inner.of(scene.article.text)[-1:]
    finder = _Finder(row, number, start, end, at, closing)
    return finder.find()


@dataclass(slots=True)
class _Finder:
    row: Row
    number: int
    start: int
    end: int
    at: int
    closing: str  # last character inside the marks

    @property
    def units(self) -> Sequence[Unit]:
        return self.row.units

    def find(self) -> Link | None:
        after = self._after()
        if after and (self.closing in ",?!—–-…" or self._is(self.at + 1, _COMMAS) or self._starts_clean()):
            return after
        before = self._before()
        if before and before.how is not How.FAR:
            return before
        return after or self._late() or before or self._colon() or self._subject()

    def _is(self, at: int, low: frozenset[str] | set[str]) -> bool:
        return self.start <= at < self.end and self.units[at].low in low

    def _starts_clean(self) -> bool:
        """Nothing but a conjunction stands before the quotation."""
        lead = [unit for unit in self.units[self.start : self.at] if unit.kind is not UnitKind.POINT]
        return all(unit.low in {"but", "and", "so", "yet", "or"} for unit in lead)

    def _link(self, at: int, how: How, cue: int | None = None) -> Link:
        span = self.units[cue].span if cue is not None else None
        return Link(self.number, at, self.units[at], how, span)

    # ------------------------------------------------------------------ after

    def _after(self) -> Link | None:
        at = self.at + 1
        dashed = self._is(at, _DASHES)
        while at < self.end and (self.units[at].low in _COMMAS or self.units[at].low in _SKIPPED):
            at += 1
        if at >= self.end:
            return None
        unit = self.units[at]
        if unit.low == "according":
            return self._according(at)
        if unit.kind in SPEAKING and not unit.possessive:
            cue = self._cue_of_subject(at)
            if cue is not None:
                return self._link(at, How.AFTER, cue)
            if dashed and unit.kind is not UnitKind.PRONOUN:
                return self._link(at, How.CREDIT)
        elif unit.kind is UnitKind.CUE and not unit.low.endswith("ing"):
            return self._inverted(at, How.INVERTED)
        return None

    def _cue_of_subject(self, at: int) -> int | None:
        """The verb after a subject: over adverbs, "of the board", an appositive between commas."""
        index = at + 1
        steps = 0
        while index < self.end and steps < 14:
            unit = self.units[index]
            if unit.kind is UnitKind.CUE:
                return index if unit.low != "according" else None
            if unit.kind is UnitKind.QUOTE:
                return None
            if unit.low in _COMMAS:
                closing = self._closing_comma(index)
                if closing is None:
                    return None
                index = closing
            elif unit.kind is UnitKind.POINT:
                return None
            index += 1
            steps += 1
        return None

    def _closing_comma(self, at: int) -> int | None:
        """The comma that ends an appositive opened at ``at``: a finite cue follows it."""
        for index in range(at + 1, min(self.end, at + 36)):
            unit = self.units[index]
            if unit.kind is UnitKind.QUOTE or unit.low in {".", ";", ":"}:
                return None
            if unit.low in _COMMAS:
                after = index + 1
                while after < self.end and self.units[after].low in _SKIPPED:
                    after += 1
                if after < self.end and self.units[after].kind is UnitKind.CUE:
                    return index if not self.units[after].low.endswith("ing") else None
        return None

    def _inverted(self, cue: int, how: How) -> Link | None:
        """``said Jane Roe``: the first phrase after the verb; of a role and a name, the name."""
        for index in range(cue + 1, min(self.end, cue + 9)):
            unit = self.units[index]
            if unit.kind is UnitKind.QUOTE or unit.kind is UnitKind.POINT:
                return None
            if unit.kind in SPEAKING:
                if self.units[index - 1].low in _PREPOSITIONS:
                    continue
                return self._link(index, how, cue)
        return None

    def _according(self, cue: int) -> Link | None:
        for index in range(cue + 1, min(self.end, cue + 8)):
            unit = self.units[index]
            if unit.kind in SPEAKING:
                return self._link(index, How.ACCORDING, cue)
            if unit.kind in {UnitKind.POINT, UnitKind.QUOTE}:
                return None
        return None

    # ------------------------------------------------------------------ before

    def _before(self) -> Link | None:
        far: Link | None = None
        far_cue = ""
        for cue in range(self.at - 1, max(self.start, self.at - _REACH) - 1, -1):
            unit = self.units[cue]
            if unit.kind is not UnitKind.CUE:
                continue
            near = self._near(cue)
            if unit.weak and not near:
                continue
            if unit.weak and self._is(cue - 1, {"to"}):
                continue
            link = self._source_of(cue)
            if link is None or (unit.weak and link.unit.low in {"it", "that", "this"}):
                continue
            if near:
                return link
            if far is None or (far_cue not in _CORE and unit.low in _CORE):
                far_cue = unit.low
                far = Link(link.row, link.at, link.unit, How.FAR, link.cue)
        return far

    def _near(self, cue: int) -> bool:
        """Only an object or "that" between the verb and the marks."""
        between = self.units[cue + 1 : self.at]
        verbs = any(unit.kind in {UnitKind.CUE, UnitKind.QUOTE} for unit in between)
        return len(between) <= 5 and not verbs and not any(unit.low in {";", "."} for unit in between)

    def _source_of(self, cue: int) -> Link | None:
        if self.units[cue].low == "according":
            return self._according(cue)
        agent = self._agent(cue)
        if agent is not None:
            return self._link(agent, How.BEFORE, cue)
        if (
            cue > self.start
            and self.units[cue - 1].kind is UnitKind.QUOTE
            and self.units[cue].low[-3:] != "ing"
        ):
            return self._inverted(cue, How.BEFORE)
        subject = self.subject(cue)
        if subject is None:
            return self._inverted(cue, How.BEFORE) if cue == self.start else None
        return self._link(subject, How.BEFORE, cue)

    def _agent(self, cue: int) -> int | None:
        """``was described by Roe as "…"``."""
        by = cue + 1
        if by + 1 < self.at and self.units[by].low == "by" and self.units[by + 1].kind in SPEAKING:
            return by + 1
        return None

    # ------------------------------------------------------------------ subjects

    def subject(self, verb: int) -> int | None:
        """The phrase that governs the verb at ``verb``, looking left in the sentence."""
        at = verb - 1
        if self.units[verb].low.endswith("ing") and not self._is(at, _WITH_PARTICIPLE):
            return self._main_subject(verb)
        while at >= self.start:
            unit = self.units[at]
            if unit.kind in SPEAKING:
                return self._head(at) if unit.low != "who" else self._antecedent(at)
            if unit.kind in {UnitKind.POINT, UnitKind.QUOTE} or unit.low in {"and", "but", "then"}:
                return self._over_break(at, verb)
            if unit.low == "as" and self._is(at - 1, {"quoted", "cited", "quotes", "cites"}):
                return self.subject(at - 1)
            at -= 1
        return None

    def _over_break(self, at: int, verb: int) -> int | None:
        if self.units[at].low in _COMMAS:
            return self._over_comma(at, verb)
        return None if self.units[at].kind is UnitKind.POINT else self._main_subject(at)

    def _head(self, at: int) -> int:
        """From the last noun of "a spokesman for the board" to its first."""
        while at - 2 >= self.start and self.units[at - 1].low in {
            "of",
            "for",
            "from",
            "at",
            "in",
            "with",
            "to",
            "on",
        }:
            owner = at - 2
            if self.units[owner].low in {"close", "familiar", "loyal", "briefed", "sympathetic"}:
                owner -= 1
            if owner < self.start or self.units[owner].kind not in {UnitKind.NAME, UnitKind.NOMINAL}:
                break
            at = owner
        return at

    def _antecedent(self, at: int) -> int | None:
        for index in range(at - 1, self.start - 1, -1):
            if self.units[index].kind in SPEAKING:
                return self._head(index)
            if self.units[index].kind is not UnitKind.POINT and self.units[index].low not in _PREPOSITIONS:
                return None
        return None

    def _over_comma(self, comma: int, verb: int) -> int | None:
        """Left of a comma: the end of an appositive, or a participle that shares the main subject."""
        if self.units[verb].low.endswith("ing"):
            return self._main_subject(comma)
        for index in range(comma - 1, max(self.start, comma - 36) - 1, -1):
            unit = self.units[index]
            if unit.kind is UnitKind.QUOTE or unit.low in {";", ":"}:
                break
            if unit.low in _COMMAS and index - 1 >= self.start and self.units[index - 1].kind in SPEAKING:
                if self._list_of_names(index, comma):
                    continue
                return self._head(index - 1)
        return self._main_subject(comma)

    def _list_of_names(self, first: int, comma: int) -> bool:
        between = self.units[first + 1 : comma]
        return (
            len(between) == 1
            and between[0].kind is UnitKind.NAME
            and first - 2 > self.start
            and self._is(first - 2, _COMMAS)
        )

    def _main_subject(self, before: int) -> int | None:
        """The first phrase of the sentence that stands where a subject stands."""
        first: int | None = None
        for index in range(self.start, before):
            unit = self.units[index]
            if unit.kind not in SPEAKING or unit.possessive or unit.low == "who":
                continue
            lead = self.units[index - 1] if index > self.start else None
            if lead is not None and lead.low in _PREPOSITIONS:
                continue
            follower = self.units[index + 1] if index + 1 < self.end else None
            if lead is not None and follower is not None and lead.low in _COMMAS and follower.low in _COMMAS:
                continue
            if (
                lead is None
                or lead.kind in {UnitKind.POINT, UnitKind.QUOTE}
                or lead.low in words("clause_openers.txt")
            ):
                return index
            if first is None:
                first = index
        return first

    # ------------------------------------------------------------------ the rest

    def _late(self) -> Link | None:
        for cue in range(self.at + 1, self.end):
            unit = self.units[cue]
            if unit.kind is not UnitKind.CUE or unit.weak:
                continue
            if unit.low == "according":
                link = self._according(cue)
                if link:
                    return link
                continue
            subject = cue - 1
            while subject > self.at and self.units[subject].low in _SKIPPED:
                subject -= 1
            if (
                self.units[subject].kind in SPEAKING
                and subject > self.at + 1
                and self._is(subject - 1, _COMMAS)
            ):
                return self._link(subject, How.LATE, cue)
            if self._is(cue - 1, _COMMAS) and self.units[cue].low == "said":
                link = self._inverted(cue, How.LATE)
                if link:
                    return link
        agent = self.at + 1
        if self._is(agent, {"by"}) and agent + 1 < self.end and self.units[agent + 1].kind in SPEAKING:
            return self._link(agent + 1, How.LATE)
        return None

    def _colon(self) -> Link | None:
        if self.at - 1 >= self.start and self.units[self.at - 1].low == ":":
            subject = self._main_subject(self.at)
            return self._link(subject, How.COLON) if subject is not None else None
        return None

    def _subject(self) -> Link | None:
        if self.at - self.start < 2:
            return None
        subject = self._main_subject(self.at)
        return self._link(subject, How.SUBJECT) if subject is not None else None


def subject_of_cue(row: Row, number: int, start: int, end: int) -> Link | None:
    """The source of the last cue in a sentence without a quotation ("Roe said so."), else its subject."""
    finder = _Finder(row, number, start, end, end, "")
    for cue in range(end - 1, start - 1, -1):
        unit = row.units[cue]
        if unit.kind is UnitKind.CUE and not unit.weak:
            link = finder._source_of(cue)
            if link is not None:
                return Link(number, link.at, link.unit, How.PRIOR, link.cue)
    subject = finder._main_subject(end)
    return Link(number, subject, row.units[subject], How.PRIOR) if subject is not None else None
