"""The subject of a verb in a sentence of units, without a parser: over appositives, relatives and phrases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.extract.lexicon import words
from bot.extract.phrases import SPEAKING, Unit, UnitKind
from bot.extract.scene import Row

COMMAS = frozenset({",", "—", "–", "―", "-", "--"})
DASHES = frozenset({"—", "–", "―", "-", "--"})
PREPOSITIONS = frozenset(
    {"of", "for", "from", "at", "in", "with", "on", "to", "about", "against", "by", "under", "over", "near",
     "than", "like", "after", "before", "into", "including", "between", "behind", "alongside", "as", "during",
     "within", "outside", "inside", "through"}
)  # fmt: skip
SKIPPED = words("speech_adverbs.txt")
_WITH_PARTICIPLE = frozenset({"as", "is", "was", "are", "were", "been", "be", "not", "also"})
CORE = frozenset({"said", "says", "say", "told", "tells", "saying", "wrote", "writes", "tweeted", "asked"})
_LINKING = frozenset(
    {"close", "familiar", "loyal", "sympathetic", "known", "seen", "written", "sent", "based"}
)

_SUBORDINATE = frozenset(
    {"when", "after", "as", "if", "while", "although", "because", "since", "before", "though", "once",
     "until", "asked", "speaking", "responding", "despite", "pressed"}
)  # fmt: skip


@dataclass(slots=True)
class Clause:
    """The sentence [start, end) of ``row``; ``number`` is the row's index. Indexes are those of the row."""

    row: Row
    number: int
    start: int
    end: int

    @property
    def units(self) -> Sequence[Unit]:
        return self.row.units

    def has(self, at: int, low: frozenset[str] | set[str]) -> bool:
        return self.start <= at < self.end and self.units[at].low in low

    def subject(self, verb: int) -> int | None:
        """The phrase that governs the verb at ``verb``, looking left in the sentence."""
        at = verb - 1
        if self.units[verb].low.endswith("ing") and not self.has(at, _WITH_PARTICIPLE):
            absolute = at - 1 >= self.start and self.has(at - 1, {"with"}) and self.units[at].kind in SPEAKING
            return at if absolute else self.main_subject(verb)
        while at >= self.start:
            unit = self.units[at]
            if unit.kind in SPEAKING:
                return self.head(at) if unit.low != "who" else self._antecedent(at)
            if unit.kind in {UnitKind.POINT, UnitKind.QUOTE} or unit.low in {"and", "but", "then"}:
                return self._over_break(at, verb)
            if unit.low == "as" and self.has(at - 1, {"quoted", "cited", "quotes", "cites"}):
                return self.subject(at - 1)
            at -= 1
        return None

    def _over_break(self, at: int, verb: int) -> int | None:
        if self.units[at].low in COMMAS:
            return self._over_comma(at, verb)
        return None if self.units[at].kind is UnitKind.POINT else self.main_subject(at)

    def head(self, at: int) -> int:
        """From the last noun of "a letter from the board obtained by Roe" to its first."""
        while at - 2 >= self.start and self.units[at - 1].low in PREPOSITIONS:
            owner = at - 2
            if self.units[owner].low in _LINKING or self.units[owner].low.endswith("ed"):
                owner -= 1
            if owner < self.start or self.units[owner].kind not in {UnitKind.NAME, UnitKind.NOMINAL}:
                break
            at = owner
        return at

    def _antecedent(self, at: int) -> int | None:
        for index in range(at - 1, self.start - 1, -1):
            if self.units[index].kind in SPEAKING:
                return self.head(index)
            if self.units[index].kind is not UnitKind.POINT and self.units[index].low not in PREPOSITIONS:
                return None
        return None

    def _over_comma(self, comma: int, verb: int) -> int | None:
        """Left of a comma: the end of an appositive, or a participle that shares the main subject."""
        if self.units[verb].low.endswith("ing"):
            return self.main_subject(comma)
        for index in range(comma - 1, max(self.start, comma - 36) - 1, -1):
            unit = self.units[index]
            if unit.low in {";", ":"}:
                break
            if unit.low in COMMAS and index - 1 >= self.start:
                # "the adviser, Jane Roe, said": the name itself
                last, lead = self.units[comma - 1], self.units[index - 1]
                named = comma - index == 2 and last.kind is UnitKind.NAME and not last.place
                if named and (lead.kind in SPEAKING or lead.low in words("role_nouns.txt")):
                    return comma - 1
                if lead.kind in SPEAKING:
                    return self._first_of_chain(self.head(index - 1))
        main = self.main_subject(comma)
        # a stray comma: "Roe (R-Ohio), said"
        stray = main is None and self.units[comma - 1].kind is UnitKind.NAME
        return comma - 1 if stray else main

    def _first_of_chain(self, at: int) -> int:
        """The name that descriptions follow: "Jane Roe, the minister of X, president of Y, said"."""
        for _ in range(4):
            comma = at - 1
            while comma > self.start and at - comma < 8 and self.units[comma].kind is UnitKind.WORD:
                comma -= 1
            described = self.units[at].kind is UnitKind.NOMINAL or comma < at - 1
            if not described or comma - 1 < self.start or self.units[comma].low not in COMMAS:
                break
            if self.units[comma - 1].kind not in {UnitKind.NAME, UnitKind.NOMINAL}:
                break
            at = self.head(comma - 1)
        return at

    def main_subject(self, before: int) -> int | None:
        """The first phrase of the sentence that stands where a subject stands."""
        first: int | None = None
        for index in range(self._after_opening_clause(before), before):
            unit = self.units[index]
            if unit.kind not in SPEAKING or unit.possessive or unit.low == "who" or self._in_phrase(index):
                continue
            lead = self.units[index - 1] if index > self.start else None
            follower = self.units[index + 1] if index + 1 < self.end else None
            if lead is not None and follower is not None and lead.low in COMMAS and follower.low in COMMAS:
                continue
            if lead is None or lead.kind in {UnitKind.POINT, UnitKind.QUOTE}:
                return index
            if lead.low in words("clause_openers.txt"):
                return index
            if first is None:
                first = index
        return first

    def _after_opening_clause(self, before: int) -> int:
        """Past "When Roe died in May," to where the main clause begins."""
        if self.start >= self.end or self.units[self.start].low not in _SUBORDINATE:
            return self.start
        commas = (i for i in range(self.start, before - 1) if self.units[i].low == ",")
        return next(commas, self.start - 1) + 1

    def _in_phrase(self, at: int) -> bool:
        """A preposition governs it: "at Sunday night's debate"."""
        for index in range(at - 1, max(self.start, at - 4) - 1, -1):
            unit = self.units[index]
            if unit.low in PREPOSITIONS:
                return True
            if unit.kind is not UnitKind.WORD or unit.low in words("phrase_stops.txt"):
                return False
        return False
