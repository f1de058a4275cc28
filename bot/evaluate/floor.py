"""The quality floor: no measure may fall below what was reached, and the floor itself may not sink quietly.

``tests/floor.json`` keeps for each measure the ``best`` value ever recorded and the ``floor`` that a run must
reach. A floor may lie at most its tolerance behind the best one; a wider tolerance, or labels that changed,
need a written reason. ``tests/test_floor.py`` holds the file against this module and against git's history.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bot.evaluate.row import Row

TOLERANCE = 0.01  # of a share, or one single case: small trades between measures are no defeat
_EXACT = ("verbatim", "junk", "repeats", "superseded_shown", "wrongly_refused")  # no slack at all
_UNHELD = ("cpu_ms_p50", "cpu_ms_p95")  # differ from machine to machine
_ROUNDING = 5e-5  # values are written with four digits


@dataclass(frozen=True, slots=True)
class Mark:
    """The recorded values of one measure."""

    floor: float
    best: float
    better: str = "up"
    tolerance: float = TOLERANCE
    reason: str = ""
    n: int = 1_000_000  # how many cases the value rests on

    def met_by(self, value: float) -> bool:
        if self.better == "down":
            return value <= self.floor + _ROUNDING
        return value >= self.floor - _ROUNDING

    def beyond(self, value: float) -> bool:
        """Whether ``value`` is better than the best so far."""
        return value < self.best if self.better == "down" else value > self.best

    @property
    def slack(self) -> float:
        """How far the floor lies behind the best value."""
        return self.floor - self.best if self.better == "down" else self.best - self.floor


@dataclass(frozen=True, slots=True)
class Floor:
    """``corpus`` is the hash of the labelled pages the own measures were taken on."""

    corpus: str
    labels_changed: str  # why the labels are not those of the floor before
    marks: Mapping[str, Mark] = field(default_factory=dict)


def corpus_hash(folder: Path) -> str:
    """Of the names and bytes of all pages and labels; the guide in README.md does not count."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.name != "README.md":
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def held(rows: Iterable[Row]) -> list[Row]:
    """Rows of ours that a floor can hold: no peers, no timings."""
    return [row for row in rows if row.system == "nutgraf" and row.better and row.measure not in _UNHELD]


def below(rows: Iterable[Row], floor: Floor) -> list[str]:
    """One line for each measure that is under its floor, or has none."""
    lines = []
    for row in held(rows):
        mark = floor.marks.get(row.key)
        if mark is None:
            lines.append(f"{row.key}: {row.value:.4f}, no floor recorded (nutgraf eval --renew-floor)")
        elif not mark.met_by(row.value):
            lines.append(f"{row.key}: {row.value:.4f}, the floor is {mark.floor:.4f}")
    return lines


def unsound(floor: Floor) -> list[str]:
    """One line for each mark whose floor lies further behind its best than it may."""
    lines = []
    for key, mark in floor.marks.items():
        if mark.slack > mark.tolerance + _ROUNDING:
            lines.append(f"{key}: floor {mark.floor} is {mark.slack:.4f} behind the best {mark.best}")
        if mark.tolerance > allowed_slack(key, mark.n) + _ROUNDING and not mark.reason.strip():
            lines.append(f"{key}: a tolerance of {mark.tolerance} needs a reason")
    return lines


def allowed_slack(key: str, n: int) -> float:
    """The tolerance that needs no reason for a value that rests on ``n`` cases."""
    return 0.0 if key.rsplit("/", 1)[-1] in _EXACT else round(max(TOLERANCE, 1 / max(n, 1)), 4)


def sunk(now: Floor, before: Floor) -> list[str]:
    """One line for each way in which ``now`` asks for less than an earlier file of the same labels did.

    Other labels give other values: then only the written reason is asked for, and shared measures stay held.
    """
    lines = []
    relabelled = now.corpus != before.corpus
    if relabelled and (
        not now.labels_changed.strip() or now.labels_changed.strip() == before.labels_changed.strip()
    ):
        lines.append("the labels changed: labels_changed must say why")
    for key, old in before.marks.items():
        if relabelled and key.startswith("own/"):
            continue
        new = now.marks.get(key)
        if new is None:
            lines.append(f"{key}: its floor is gone")
        elif new.beyond(old.best):
            lines.append(f"{key}: best sank from {old.best} to {new.best}")
    return lines


def renewed(floor: Floor, rows: Iterable[Row], corpus: str) -> Floor:
    """``floor`` raised to what ``rows`` reached; own measures start afresh when the labels changed."""
    fresh = floor.corpus != corpus
    marks = {key: mark for key, mark in floor.marks.items() if not (fresh and key.startswith("own/"))}
    for row in held(rows):
        value = round(row.value, 4)
        old = marks.get(row.key)
        if old is None:
            slack = allowed_slack(row.key, row.n)
            marks[row.key] = Mark(_behind(value, slack, row.better), value, row.better, slack, n=row.n)
        elif old.beyond(value):
            marks[row.key] = replace(old, best=value, floor=_behind(value, old.tolerance, old.better))
    return Floor(corpus, floor.labels_changed, dict(sorted(marks.items())))


def _behind(value: float, slack: float, better: str) -> float:
    return round(value + slack if better == "down" else max(value - slack, 0.0), 4)


def from_json(text: str) -> Floor:
    """Raises ValueError or KeyError for a file that is none of ours."""
    loaded: dict[str, Any] = json.loads(text)
    marks = {key: Mark(**row) for key, row in loaded["measures"].items()}
    return Floor(loaded["corpus_sha256"], loaded["labels_changed"], marks)


def to_json(floor: Floor) -> str:
    measures = {
        key: {
            "floor": mark.floor, "best": mark.best, "better": mark.better,
            "tolerance": mark.tolerance, "reason": mark.reason, "n": mark.n,
        }
        for key, mark in sorted(floor.marks.items())
    }  # fmt: skip
    whole = {
        "corpus_sha256": floor.corpus,
        "labels_changed": floor.labels_changed,
        "measures": measures,
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"
