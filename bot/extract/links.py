"""Which words beside a quotation say who speaks: constructions of news English, in order of trust.

A ``Link`` is a place in the text ("he", "the mayor", "Jane Roe"), not yet a person;
``bot.extract.resolve`` answers who that is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.extract.lexicon import words
from bot.extract.phrases import SPEAKING, Unit, UnitKind
from bot.extract.scene import Row, Scene
from bot.extract.subjects import COMMAS, CORE, DASHES, PREPOSITIONS, SKIPPED, Clause
from bot.types import Span


class How(StrEnum):
    """The construction, best first; ``resolve`` knows how often each one was right."""

    LABEL = "label"  # ROE: words
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


@dataclass(frozen=True, slots=True)
class Link:
    """``row`` and ``at`` place the source's unit; ``cue`` is the verb's span where there is one."""

    row: int
    at: int
    unit: Unit
    how: How
    cue: Span | None = None


_HORIZON = 120  # units of a sentence that are looked at, each side of the quotation
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
    start, end = max(start, at - _HORIZON), min(end, at + _HORIZON)
    closing = scene.marks[quotation].inner.of(scene.article.text)[-1:]
    finder = _Finder(row, number, start, end, at, closing)
    return finder.find()


@dataclass(slots=True)
class _Finder(Clause):
    at: int
    closing: str  # last character inside the marks

    def find(self) -> Link | None:
        after = self._after()
        if after and (self.closing in ",?!—–-…" or self.has(self.at + 1, COMMAS) or self._starts_clean()):
            return after
        before = self._before()
        if before and before.how is not How.FAR:
            return before
        return after or self._late() or before or self._colon() or self._subject()

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
        dashed = self.has(at, DASHES)
        while at < self.end and (self.units[at].low in COMMAS or self.units[at].low in SKIPPED):
            at += 1
        at = self._over_adjectives(at)
        if at >= self.end:
            return None
        unit = self.units[at]
        if unit.low == "according":
            return self._according(at)
        if unit.kind in SPEAKING and not unit.possessive:
            cue = self._cue_of_subject(at)
            if cue is None and self.closing in ",?!" and self._is_past(at + 1):
                cue = at + 1
            if cue is not None:
                return self._link(at, How.AFTER, cue)
            if dashed and self._is_credit(at):
                return self._link(at, How.CREDIT)
        elif unit.kind is UnitKind.CUE and not unit.low.endswith("ing"):
            return self._inverted(at, How.INVERTED)
        return None

    def _is_credit(self, at: int) -> bool:
        """``"…" — Jane Roe, harbour master``: the whole sentence is quoted, a name follows the dash."""
        name, following = self.units[at], self.units[at + 1] if at + 1 < self.end else None
        if name.kind is not UnitKind.NAME or at > self.at + 2 or not self._starts_clean():
            return False
        return following is None or following.low in {",", "."} or following.kind is UnitKind.QUOTE

    def _is_past(self, at: int) -> bool:
        """Any verb will do right behind `"…," Roe`: pressed, laughed, started."""
        if at >= self.end or self.units[at].kind is not UnitKind.WORD:
            return False
        return self.units[at].low.endswith("ed") and len(self.units[at].low) > 4

    def _over_adjectives(self, at: int) -> int:
        """Up to two plain words before a phrase: `"…," nuclear experts Jane Roe and …`."""
        for step in range(3):
            index = at + step
            if index >= self.end or self.units[index].kind in SPEAKING:
                return index
            unit = self.units[index]
            if unit.kind is not UnitKind.WORD or unit.low in words("phrase_stops.txt"):
                return at
        return at

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
            if unit.low in COMMAS:
                closing = self._closing_comma(index)
                if closing is None:
                    return self._core_cue(index)
                index = closing
            elif unit.kind is UnitKind.POINT:
                return None
            index += 1
            steps += 1
        return None

    def _core_cue(self, at: int) -> int | None:
        """ "Jane Roe, who chairs the board said": the closing comma was forgotten."""
        for index in range(at + 1, min(self.end, at + 16)):
            unit = self.units[index]
            if unit.kind is UnitKind.QUOTE or unit.kind is UnitKind.POINT:
                return None
            if unit.low in CORE:
                return index
        return None

    def _closing_comma(self, at: int) -> int | None:
        """The comma that ends an appositive opened at ``at``: a finite cue follows it."""
        for index in range(at + 1, min(self.end, at + 36)):
            unit = self.units[index]
            if unit.kind is UnitKind.QUOTE or unit.low in {".", ";", ":"}:
                return None
            if unit.low in COMMAS:
                after = index + 1
                while after < self.end and self.units[after].low in SKIPPED:
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
                if self.units[index - 1].low in PREPOSITIONS:
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
            if unit.weak and self.has(cue - 1, {"to"}):
                continue
            link = self._source_of(cue)
            if link is None or (unit.weak and link.unit.low in {"it", "that", "this"}):
                continue
            if near and link.unit.low != "it":
                return link
            if far is None or (far_cue not in CORE and unit.low in CORE):
                far_cue = unit.low
                far = Link(link.row, link.at, link.unit, How.FAR, link.cue)
        return far

    def _near(self, cue: int) -> bool:
        """Only an object or "that" between the verb and the marks."""
        between = self.units[cue + 1 : self.at]
        verbs = any(unit.kind in {UnitKind.CUE, UnitKind.QUOTE} for unit in between)
        if len(between) > 5 or verbs or any(unit.low in {";", "."} for unit in between):
            return False
        thing = any(unit.kind in SPEAKING for unit in between) and between[-1].low == ","
        return not thing or self.units[cue].low in CORE

    def _source_of(self, cue: int) -> Link | None:
        if self.units[cue].low == "according":
            return self._according(cue)
        agent = self._agent(cue)
        if agent is not None:
            return self._link(agent, How.BEFORE, cue)
        shared = self._sharing(cue) if self.units[cue].low.endswith("ing") else None
        if shared is not None:
            return self._link(shared.at, How.BEFORE, cue)
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

    def _sharing(self, participle: int) -> Link | None:
        """``Roe said, adding "…"``: the participle has the source of the verb before it."""
        if not self.has(participle - 1, COMMAS):
            return None
        for cue in range(participle - 2, self.start - 1, -1):
            unit = self.units[cue]
            if unit.kind is UnitKind.CUE and unit.low in CORE and not unit.low.endswith("ing"):
                return self._source_of(cue)
        return None

    def _agent(self, cue: int) -> int | None:
        """``was described by Roe as "…"``."""
        by = cue + 1
        if by + 1 < self.at and self.units[by].low == "by" and self.units[by + 1].kind in SPEAKING:
            return by + 1
        return None

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
            while subject > self.at and self.units[subject].low in SKIPPED:
                subject -= 1
            if (
                self.units[subject].kind in SPEAKING
                and subject > self.at + 1
                and self.has(subject - 1, COMMAS)
            ):
                return self._link(subject, How.LATE, cue)
            if self.has(cue - 1, COMMAS):
                link = self._late_over_comma(cue)
                if link:
                    return link
        agent = self.at + 1
        if self.has(agent, {"by"}) and agent + 1 < self.end and self.units[agent + 1].kind in SPEAKING:
            return self._link(agent + 1, How.LATE)
        return None

    def _late_over_comma(self, cue: int) -> Link | None:
        """``…, said Roe`` and ``…, Jane Roe, the mayor, said``."""
        inverted = self._inverted(cue, How.LATE) if self.units[cue].low in CORE else None
        if inverted is not None and inverted.at == cue + 1:
            return inverted
        if self.units[cue].low.endswith("ing"):
            return None
        for index in range(cue - 2, self.at, -1):
            if self.units[index].low in COMMAS and self.units[index - 1].kind in SPEAKING:
                source = self.head(index - 1)
                return self._link(source, How.LATE, cue) if self.has(source - 1, COMMAS) else None
        return None

    def _colon(self) -> Link | None:
        if self.at - 1 >= self.start and self.units[self.at - 1].low == ":":
            subject = self.main_subject(self.at)
            return self._link(subject, How.COLON) if subject is not None else None
        return None

    def _subject(self) -> Link | None:
        if self.at - self.start < 2:
            return None
        subject = self.main_subject(self.at)
        return self._link(subject, How.SUBJECT) if subject is not None else None


def subject_of_cue(row: Row, number: int, start: int, end: int) -> Link | None:
    """The source of a sentence without a quotation ("Roe said so."), else its subject.

    The first plain verb of saying is the outermost one; without it the last cue counts.
    """
    finder = _Finder(row, number, start, end, end, "")
    cues = [i for i in range(start, end) if row.units[i].kind is UnitKind.CUE and not row.units[i].weak]
    core = [i for i in cues if row.units[i].low in CORE]
    for cue in (*core, *reversed(cues)):
        link = finder._source_of(cue)
        if link is not None:
            return Link(number, link.at, link.unit, How.PRIOR, link.cue)
    subject = finder.main_subject(end)
    return Link(number, subject, row.units[subject], How.PRIOR) if subject is not None else None
