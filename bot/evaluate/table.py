"""Rows as text a person reads: one line a measure, peers beside us, the floor at the end."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from bot.evaluate.floor import Floor
from bot.evaluate.row import Row

_WHOLE = (
    "junk",
    "repeats",
    "superseded_shown",
    "superseded_false",
    "wrongly_refused",
    "doubled",
    "refused_pages",
)


def table(rows: Sequence[Row], floor: Floor | None = None) -> str:
    """A block for each finding and corpus; a column for each system that was measured there."""
    blocks = []
    for finding, corpus in dict.fromkeys((row.finding, row.corpus) for row in rows):
        here = [row for row in rows if (row.finding, row.corpus) == (finding, corpus)]
        blocks.append(_block(f"{finding}, {corpus}", here, floor))
    return "\n\n".join(blocks)


def as_json(rows: Sequence[Row]) -> str:
    return json.dumps([asdict(row) for row in rows], indent=1)


def _block(title: str, rows: Sequence[Row], floor: Floor | None) -> str:
    systems = list(dict.fromkeys(row.system for row in rows))
    lines = [["", *systems, "n", "floor"]]
    for measure in dict.fromkeys(row.measure for row in rows):
        values = {row.system: row for row in rows if row.measure == measure}
        ours = values.get("nutgraf")
        mark = floor.marks.get(ours.key) if floor and ours else None
        count = max(row.n for row in values.values())
        arrow = " (lower is better)" if next(iter(values.values())).better == "down" else ""
        lines.append(
            [
                measure.replace("_", " ") + arrow,
                *(_value(values[name]) if name in values else "-" for name in systems),
                str(count),
                _number(mark.floor, measure) if mark else "-",
            ]
        )
    widths = [max(len(line[at]) for line in lines) for at in range(len(lines[0]))]
    body = "\n".join("  ".join(_cell(at, line[at], widths[at]) for at in range(len(line))) for line in lines)
    return f"{title}\n{body}"


def _cell(at: int, text: str, width: int) -> str:
    return text.ljust(width) if at == 0 else text.rjust(width)


def _value(row: Row) -> str:
    return _number(row.value, row.measure)


def _number(value: float, measure: str) -> str:
    if measure in _WHOLE:
        return str(round(value))
    if measure.startswith("cpu_ms"):
        return f"{value:.1f} ms"
    return f"{100 * value:.1f} %"
