"""Figures of the own corpus against those found: value, unit, what they count, who said them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.digest import Digest
from bot.evaluate.gold import GoldFigure, Printed, Story, spare_places
from bot.evaluate.naming import Verdict, judge
from bot.evaluate.row import Row, f1, share
from bot.text import fold
from bot.types import Figure, Span

_SHOWN_MAX = 5
_PER = (" per ", " an ", " a ")
# Spellings of one unit: the labels are written in the first.
_SPELLINGS = {"percentage": "percent", "pound sterling": "pound", "metre": "meter", "litre": "liter"}


@dataclass(slots=True)
class FigureTally:
    counts: Counter[str] = field(default_factory=Counter)
    cases: list[str] = field(default_factory=list)

    def add(self, story: Story, digest: Digest) -> None:
        """Count one story in."""
        printed = Printed(digest.article.text)
        found = digest.findings.figures
        places = [printed.inside(gold.text, gold.at) for gold in story.figures]
        spare = spare_places(printed, story)
        pairs = _paired(found, story.figures, places)
        met = {at for at, right in pairs.values() if right}
        asked = [at for at, gold in enumerate(story.figures) if not gold.optional]
        self.counts["gold"] += len(asked)
        self.counts["hit"] += sum(at in met for at in asked)
        self.cases += [f"{story.id}: lost figure: {story.figures[at].text}" for at in asked if at not in met]
        for number, figure in enumerate(found):
            at, right = pairs.get(number, (None, False))
            if at is None:
                self._false(story, digest, figure, [*places, *spare])
            elif right:
                self._matched(story, digest, figure, story.figures[at])
            elif not story.figures[at].optional:
                self.counts["wrong_value"] += 1
                self.cases.append(
                    f"{story.id}: value {figure.value}..{figure.high} for {story.figures[at].text}"
                )
        self._keys(story, digest, {number: at for number, (at, right) in pairs.items() if right})

    def _false(self, story: Story, digest: Digest, figure: Figure, places: Sequence[Span | None]) -> None:
        if any(place and place.overlaps(figure.span) for place in places):
            return  # a second reading of a labelled figure, or in a line that may be out
        words = figure.span.of(digest.article.text)
        self.counts["false"] += 1
        self.counts["junk"] += any(fold(bad) in fold(words) for bad in story.must_not_figure)
        self.cases.append(f"{story.id}: no figure: {words}")

    def _matched(self, story: Story, digest: Digest, figure: Figure, gold: GoldFigure) -> None:
        if gold.optional:
            return
        self.counts["right"] += 1
        for name, judged in (
            ("unit", _unit_right(figure, gold)),
            ("counts", _counts_right(figure, gold)),
            ("said_by", _said_right(figure, gold)),
        ):
            if judged is not None:
                self.counts[f"{name}_asked"] += 1
                self.counts[f"{name}_right"] += judged
                if not judged:
                    self.cases.append(f"{story.id}: {name} of {gold.text}: {_shown(figure, name)}")
        if gold.superseded:
            self.counts["superseded_asked"] += 1
            self.counts["superseded_right"] += figure.superseded
        elif figure.superseded and gold.superseded is False:
            self.counts["superseded_false"] += 1
            self.cases.append(f"{story.id}: taken for superseded: {gold.text}")

    def _keys(self, story: Story, digest: Digest, pairs: dict[int, int | None]) -> None:
        shown = digest.key_figures
        chosen = [story.figures[at] for at in map(pairs.get, shown) if at is not None]
        self.counts["key_shown"] += len(shown)
        keys = {_same(gold) for gold in story.figures if gold.key}
        self.counts["key_hit"] += sum(_same(gold) in keys for gold in chosen)
        self.counts["key_wanted"] += min(len(keys), _SHOWN_MAX)
        self.counts["superseded_shown"] += sum(gold.superseded is True for gold in chosen)

    def rows(self) -> list[Row]:
        c = self.counts
        found = c["right"] + c["false"] + c["wrong_value"]
        return [
            share("figures", "precision", c["right"], found),
            share("figures", "recall", c["hit"], c["gold"]),
            Row("figures", "own", "f1", f1(c["hit"], found, c["gold"]), c["gold"]),
            share("figures", "unit_right", c["unit_right"], c["unit_asked"]),
            share("figures", "counts_right", c["counts_right"], c["counts_asked"]),
            share("figures", "said_by_right", c["said_by_right"], c["said_by_asked"]),
            share("figures", "superseded_right", c["superseded_right"], c["superseded_asked"]),
            Row("figures", "own", "superseded_shown", c["superseded_shown"], c["key_shown"], better="down"),
            Row("figures", "own", "superseded_false", c["superseded_false"], c["right"], better="down"),
            share("figures", "key_precision", c["key_hit"], c["key_shown"]),
            share("figures", "key_recall", c["key_hit"], c["key_wanted"]),
            Row("figures", "own", "junk", c["junk"], found, better="down"),
        ]


def _same(gold: GoldFigure) -> tuple[object, ...]:
    """Two printings of one figure: either may be shown."""
    return gold.value, gold.high, gold.unit, gold.text if gold.value is None else ""


def _paired(
    found: Sequence[Figure], golds: Sequence[GoldFigure], places: Sequence[Span | None]
) -> dict[int, tuple[int, bool]]:
    """found -> (gold, value right), one to one; a right value before a wrong one, then the closest extent."""
    scored = sorted(
        (not value_right(figure, golds[at]), -_common(figure.span, place), number, at)
        for number, figure in enumerate(found)
        for at, place in enumerate(places)
        if place and place.overlaps(figure.span)
    )
    pairs: dict[int, tuple[int, bool]] = {}
    taken: set[int] = set()
    for wrong, _, number, at in scored:
        if number not in pairs and at not in taken:
            pairs[number] = (at, not wrong)
            taken.add(at)
    return pairs


def _common(one: Span, other: Span) -> float:
    shared = min(one.end, other.end) - max(one.start, other.start)
    return shared / (max(one.end, other.end) - min(one.start, other.start))


def value_right(figure: Figure, gold: GoldFigure) -> bool:
    """The value, or both ends of a range, as labelled; a score's numbers are not judged."""
    if gold.value is None:
        return True
    values = (gold.value, *gold.value_any)
    if gold.range_ok and figure.high is not None:
        low, high = gold.range_ok
        return {_near(figure.value, low), _near(figure.high, high)} == {True}
    if not any(_near(figure.value, value) for value in values):
        return False
    return gold.high is None or _near(figure.high, gold.high)


def _near(have: float | None, want: float) -> bool:
    return have is not None and math.isclose(have, want, rel_tol=0.005)


def _unit_right(figure: Figure, gold: GoldFigure) -> bool | None:
    if not gold.unit:
        return None
    wanted = {_spelled(unit) for unit in (gold.unit, *gold.unit_any)}
    have = _spelled(figure.unit)
    plain = {have, have.removesuffix(" of age"), *(have.split(word)[0] for word in _PER)}
    return bool(plain & wanted) or f"{gold.unit}s" == have


def _spelled(unit: str) -> str:
    spelled = fold(unit)
    for one, other in _SPELLINGS.items():
        spelled = spelled.replace(one, other)
    return spelled


def _counts_right(figure: Figure, gold: GoldFigure) -> bool | None:
    if not gold.counts_head:
        return None
    return figure.counts is not None and fold(gold.counts_head) in fold(figure.counts.text)


def _said_right(figure: Figure, gold: GoldFigure) -> bool | None:
    if gold.said_by is None:
        return None
    shown = figure.said_by.text if figure.said_by else None
    return judge(shown, gold.said_by) in (Verdict.RIGHT, Verdict.PART)


def _shown(figure: Figure, name: str) -> str:
    phrase = {"counts": figure.counts, "said_by": figure.said_by}.get(name)
    return figure.unit if name == "unit" else phrase.text if phrase else "none"
