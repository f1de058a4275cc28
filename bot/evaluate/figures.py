"""Figures against NewsQuant: value, value with unit, value with the head of the unit.

The corpus (Almasian et al. 2023) marks quantities in single news sentences: value (a range as
"low-high"), normalised unit, concept. It is measured, never trained on. The metric is CQE's in one
respect changed: each gold quantity and each figure is paired at most once, unit matches first, so that
no hit counts twice. A vague count ("thousands of") has no value and is not compared. NewsQuant calls
"one of the best ..." a quantity of 1; nutgraf does not, and loses those.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.evaluate.row import Row, f1
from bot.extract.cast import Cast
from bot.extract.counted import singular
from bot.extract.figures import find_figures
from bot.types import Article, Figure, Paragraph, Span

Value = float | tuple[float, float]

# Our canonical names -> NewsQuant's, where they differ in spelling only.
_SAME_UNIT = {"person": "people", "time": "count"}


@dataclass(frozen=True, slots=True)
class Quantity:
    """Value and lower-case unit, from the corpus or from a finder."""

    value: Value
    unit: str


def evaluate_figures(corpora: Path) -> tuple[Row, ...]:
    """Rows of the figures' corpora below ``corpora``; empty where the corpus is not there."""
    path = corpora / "figures" / "newsquant_dev.json"
    if not path.exists():
        return ()
    sentences = json.loads(path.read_text(encoding="utf-8"))
    pairs = [(found_in(entry["text"]), gold_of(entry["quantities"])) for entry in sentences]
    return newsquant_rows(pairs, "nutgraf")


def newsquant_rows(pairs: list[tuple[list[Quantity], list[Quantity]]], system: str) -> tuple[Row, ...]:
    """F1 by value, value + unit and value + head of unit over (found, gold) of each sentence."""
    hits = [0, 0, 0]
    for found, gold in pairs:
        for level, count in enumerate(hits_of(found, gold)):
            hits[level] += count
    found_count = sum(len(found) for found, _ in pairs)
    gold_count = sum(len(gold) for _, gold in pairs)
    names = ("value_f1", "value_unit_f1", "value_head_f1")
    rows = [
        Row("figures", "newsquant", name, f1(hit, found_count, gold_count), gold_count, system)
        for name, hit in zip(names, hits, strict=True)
    ]
    return tuple(rows)


def hits_of(found: list[Quantity], gold: list[Quantity]) -> tuple[int, int, int]:
    """One-to-one pairs that agree in value, in value and unit, in value and head of the unit."""
    counts = [0, 0, 0]
    left_found, left_gold = list(found), list(gold)
    for agrees in (same_unit, same_head, lambda _one, _other: True):
        for wanted in list(left_gold):
            hit = next(
                (q for q in left_found if close(q.value, wanted.value) and agrees(q.unit, wanted.unit)), None
            )
            if hit is None:
                continue
            left_found.remove(hit)
            left_gold.remove(wanted)
            counts[0] += 1
            counts[1] += same_unit(hit.unit, wanted.unit)
            counts[2] += same_unit(hit.unit, wanted.unit) or same_head(hit.unit, wanted.unit)
    return counts[0], counts[1], counts[2]


def same_unit(one: str, gold: str) -> bool:
    return one == gold


def same_head(one: str, gold: str) -> bool:
    """The last word of our unit is one of the gold unit's."""
    return (one.split() or ["-"])[-1] in gold.split()


def close(one: Value, other: Value) -> bool:
    if isinstance(one, tuple) or isinstance(other, tuple):
        return (
            isinstance(one, tuple)
            and isinstance(other, tuple)
            and all(_near(a, b) for a, b in zip(one, other, strict=True))
        )
    return _near(one, other)


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-8 + 1e-5 * abs(other)


def gold_of(quantities: list[dict[str, str]]) -> list[Quantity]:
    """The corpus's quantities of one sentence."""
    return [
        Quantity(_gold_value(str(row["value"])), str(row["normalized_unit"]).lower()) for row in quantities
    ]


def _gold_value(printed: str) -> Value:
    low, dash, high = printed.partition("-")
    return (float(low), float(high)) if dash and low else float(printed)


def found_in(text: str) -> list[Quantity]:
    """What the finder reads in one sentence, in the corpus's terms."""
    span = Span(0, len(text))
    article = Article("", "", "", text, (Paragraph(span),), datetime(2020, 1, 1, tzinfo=UTC))
    figures = find_figures(article, (span,), Cast(), ())
    return [Quantity(_value(figure), _unit(figure)) for figure in figures if figure.value is not None]


def _value(figure: Figure) -> Value:
    low = figure.value if figure.value is not None else 0.0
    return low if figure.high is None else (low, figure.high)


def _unit(figure: Figure) -> str:
    """A counted thing by its whole noun phrase ("public housing property"), as NewsQuant writes it."""
    if figure.kind.value == "count" and figure.counts is not None and figure.unit:
        printed = figure.counts.text.split(" of ")[0].split()
        if singular(printed[-1]).lower() == figure.unit.lower():
            return " ".join([*printed[:-1], _SAME_UNIT.get(figure.unit, figure.unit)]).lower()
    return _SAME_UNIT.get(figure.unit, figure.unit or "-").lower()
