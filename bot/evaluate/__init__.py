"""``nutgraf eval``: how well it reads and finds, beside others, and whether a floor was broken.

Exit codes: 0 measured, 1 a measure is below its floor (``--check``), 2 wrong arguments.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.evaluate.floor import Floor
    from bot.evaluate.row import Row

__all__ = ["main"]

FINDINGS = ("body", "quotes", "figures", "actors")


def main(argv: Sequence[str]) -> int:
    """The door of ``nutgraf eval``; prints to stdout, what was skipped to stderr."""
    wanted = _arguments().parse_args(argv)
    findings = tuple(wanted.only.split(",")) if wanted.only else FINDINGS
    unknown = [name for name in findings if name not in FINDINGS]
    if unknown:
        _say(f"no such finding: {', '.join(unknown)}; there are {', '.join(FINDINGS)}")
        return 2
    return _measured(wanted, findings)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nutgraf eval", description="Measure reading and finding on labelled pages."
    )
    parser.add_argument("--own", type=Path, default=Path("tests/corpus"), help="the project's labelled pages")
    parser.add_argument("--corpora", type=Path, default=Path("../shared/corpora"), help="published corpora")
    parser.add_argument("--only", help=f"some of {','.join(FINDINGS)}")
    parser.add_argument("--quick", action="store_true", help="a sample of each published corpus")
    parser.add_argument("--own-only", action="store_true", help="leave the published corpora out")
    parser.add_argument("--json", action="store_true", help="rows as JSON instead of a table")
    parser.add_argument("--cases", action="store_true", help="list everything that is not as labelled")
    parser.add_argument("--check", action="store_true", help="exit 1 when a measure is below its floor")
    parser.add_argument("--floor", type=Path, default=Path("tests/floor.json"), help="the floor file")
    parser.add_argument("--renew-floor", action="store_true", help="raise the floor to what was reached")
    return parser


def _measured(wanted: argparse.Namespace, findings: tuple[str, ...]) -> int:
    # The evaluators load every reader, tagger and peer: only after the arguments are known to be good.
    from bot.evaluate.floor import Floor, from_json  # noqa: PLC0415
    from bot.evaluate.own import evaluate_own  # noqa: PLC0415
    from bot.evaluate.table import as_json, table  # noqa: PLC0415

    rows: list[Row] = []
    cases: list[str] = []
    if wanted.own.is_dir():
        own = evaluate_own(wanted.own, findings, peers=True)
        rows, cases = own.rows, own.cases
    else:
        _say(f"{wanted.own}: not there, the own corpus is skipped")
    if not wanted.own_only:
        rows += _shared(wanted, findings)
    floor = from_json(wanted.floor.read_text(encoding="utf-8")) if wanted.floor.is_file() else Floor("", "")
    _print(as_json(rows) if wanted.json else table(rows, floor))
    if wanted.cases:
        _print("\n" + "\n".join(cases))
    if wanted.renew_floor:
        return _renew(wanted, rows, floor)
    return _check(wanted, rows, floor) if wanted.check else 0


def _shared(wanted: argparse.Namespace, findings: tuple[str, ...]) -> list[Row]:
    from bot.evaluate.shared import SHARED  # noqa: PLC0415

    if not wanted.corpora.is_dir():
        _say(f"{wanted.corpora}: not there, the published corpora are skipped")
        return []
    rows: list[Row] = []
    for finding in findings:
        rows += SHARED[finding](wanted.corpora, wanted.quick)
    return rows


def _renew(wanted: argparse.Namespace, rows: list[Row], floor: Floor) -> int:
    from bot.evaluate.floor import corpus_hash, renewed, to_json  # noqa: PLC0415

    if wanted.quick:
        _say("a sample sets no floor: leave --quick out")
        return 2
    text = to_json(renewed(floor, rows, corpus_hash(wanted.own)))
    wanted.floor.write_text(text, encoding="utf-8")
    _say(f"written: {wanted.floor}")
    return 0


def _check(wanted: argparse.Namespace, rows: list[Row], floor: Floor) -> int:
    from bot.evaluate.floor import below, unsound  # noqa: PLC0415

    held = [row for row in rows if row.corpus == "own"] if wanted.quick else rows
    broken = below(held, floor) + unsound(floor)
    for line in broken:
        _say(f"below the floor: {line}")
    return 1 if broken else 0


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")


def _say(text: str) -> None:
    sys.stderr.write(f"nutgraf eval: {text}\n")
