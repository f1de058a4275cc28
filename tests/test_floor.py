"""No measure on the own corpus falls below what was reached, and the floor does not sink quietly.

A better run: ``nutgraf eval --own-only --renew-floor``. A floor that must fall needs a ``reason`` beside its
``tolerance``; changed labels need ``labels_changed`` in ``tests/floor.json``.
"""

from __future__ import annotations

import subprocess
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from bot.evaluate.floor import (
    Floor,
    Mark,
    below,
    corpus_hash,
    from_json,
    renewed,
    sunk,
    to_json,
    unsound,
)
from bot.evaluate.own import evaluate_own
from bot.evaluate.row import Row

ROOT = Path(__file__).parent.parent
FILE = ROOT / "tests" / "floor.json"
CORPUS = ROOT / "tests" / "corpus"


@pytest.fixture(scope="module")
def floor() -> Floor:
    return from_json(FILE.read_text(encoding="utf-8"))


def test_the_own_corpus_is_read_and_found_as_well_as_ever(floor: Floor) -> None:
    own = evaluate_own(CORPUS)
    broken = below(own.rows, floor)
    assert not broken, "\n".join([*broken, "", "not as labelled:", *own.cases])


def test_the_floor_was_taken_on_these_labels(floor: Floor) -> None:
    assert floor.corpus == corpus_hash(CORPUS), "labels changed: nutgraf eval --own-only --renew-floor"


def test_the_floor_is_sound(floor: Floor) -> None:
    assert not unsound(floor)


def git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True, encoding="utf-8"
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout


def test_the_floor_never_sank_in_this_repository(floor: Floor) -> None:
    commits = git("log", "--format=%H", "--", "tests/floor.json")
    if not commits:
        pytest.skip("no history: not a clone, or the file is new")
    versions = [floor]
    for commit in commits.split():
        earlier = git("show", f"{commit}:tests/floor.json")
        if earlier and from_json(earlier) != versions[-1]:
            versions.append(from_json(earlier))
    lines = [line for now, before in pairwise(versions) for line in sunk(now, before)]
    assert not lines, "\n".join(lines)


# ------------------------------------------------------------------- the rules themselves

GOOD = Floor("aa", "", {"own/quotes/f1": Mark(0.89, 0.90), "own/quotes/junk": Mark(1, 1, "down", 0.0)})


@pytest.mark.parametrize(
    ("rows", "broken"),
    [
        ([Row("quotes", "own", "f1", 0.89, 10)], 0),
        ([Row("quotes", "own", "f1", 0.88, 10)], 1),
        ([Row("quotes", "own", "junk", 1, 10, better="down")], 0),
        ([Row("quotes", "own", "junk", 2, 10, better="down")], 1),
        ([Row("quotes", "own", "recall", 0.99, 10)], 1),
        ([Row("quotes", "own", "f1", 0.10, 10, "a peer")], 0),
        ([Row("body", "own", "cpu_ms_p50", 99, 10, better="down")], 0),
    ],
    ids=["met", "below", "as much junk", "more junk", "no floor", "a peer", "a timing"],
)
def test_what_is_below_the_floor(rows: list[Row], broken: int) -> None:
    assert len(below(rows, GOOD)) == broken


@pytest.mark.parametrize(
    ("mark", "sound"),
    [
        (Mark(0.89, 0.90), True),
        (Mark(0.85, 0.90), False),
        (Mark(0.85, 0.90, tolerance=0.05), False),
        (Mark(0.85, 0.90, tolerance=0.05, reason="roles are kept whole now, see 004"), True),
        (Mark(3, 1, "down"), False),
    ],
)
def test_a_floor_lies_close_behind_the_best(mark: Mark, sound: bool) -> None:
    assert (not unsound(Floor("aa", "", {"own/quotes/f1": mark}))) is sound


def test_what_has_no_slack_gets_none_without_a_reason() -> None:
    assert unsound(Floor("aa", "", {"own/digest/verbatim": Mark(0.99, 1.0)}))


def with_f1(mark: Mark | None, corpus: str = "aa", why: str = "") -> Floor:
    marks = dict(GOOD.marks)
    if mark is None:
        del marks["own/quotes/f1"]
    else:
        marks["own/quotes/f1"] = mark
    return Floor(corpus, why, marks)


@pytest.mark.parametrize(
    ("now", "lines"),
    [
        (GOOD, 0),
        (with_f1(Mark(0.90, 0.91)), 0),
        (with_f1(Mark(0.70, 0.71)), 1),
        (with_f1(None), 1),
        (with_f1(Mark(0.70, 0.71), corpus="bb"), 1),
        (with_f1(Mark(0.70, 0.71), corpus="bb", why="harder pages"), 0),
    ],
    ids=["same", "raised", "lowered best", "dropped", "relabelled silently", "relabelled with a reason"],
)
def test_a_floor_does_not_sink_quietly(now: Floor, lines: int) -> None:
    assert len(sunk(now, GOOD)) == lines


def test_shared_measures_stay_held_when_own_labels_change() -> None:
    before = Floor("aa", "", {"polnear/quotes/f1": Mark(0.98, 0.99)})
    now = Floor("bb", "harder pages", {"polnear/quotes/f1": Mark(0.90, 0.91)})
    assert sunk(now, before)


def test_renewing_raises_and_never_lowers() -> None:
    rows = [Row("quotes", "own", "f1", 0.95, 10), Row("quotes", "own", "junk", 3, 10, better="down")]
    floor = renewed(GOOD, rows, "aa")
    assert floor.marks["own/quotes/f1"] == Mark(0.94, 0.95)
    new = renewed(GOOD, [Row("body", "own", "refused", 1.0, 4)], "aa").marks["own/body/refused"]
    assert new == Mark(0.75, 1.0, tolerance=0.25, n=4)
    assert floor.marks["own/quotes/junk"] == GOOD.marks["own/quotes/junk"]
    assert renewed(floor, [replace(rows[0], value=0.5)], "aa") == floor
    assert not unsound(floor)


def test_the_file_reads_back() -> None:
    assert from_json(to_json(GOOD)) == GOOD


def test_a_changed_label_changes_the_hash(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(b"x")
    before = corpus_hash(tmp_path)
    (tmp_path / "README.md").write_bytes(b"guide")
    assert corpus_hash(tmp_path) == before
    (tmp_path / "a.html").write_bytes(b"y")
    assert corpus_hash(tmp_path) != before
