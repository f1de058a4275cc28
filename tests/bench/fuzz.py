"""``make fuzz``: thousands of bad pages; each must end in a digest or in one of our errors, in time.

    python -m tests.bench.fuzz                      10,000 generated cases and every nasty one
    python -m tests.bench.fuzz --cases 500 --start 7000
    python -m tests.bench.fuzz --replay quote_soup-1234 | --replay one_word_5mb

Exit code 1 when any case failed; the failures and the slowest cases are printed by a name that replays.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

from bot.article import read
from bot.digest import Digest, compose, from_json, to_json
from bot.errors import NutgrafError
from bot.extract.find import find_all
from bot.render import digest_message, html, markdown
from tests.bench.mutants import Case, case_of
from tests.bench.nasties import NASTIES, nasty

LIMIT_S = 5.0
_SLOWEST = 10


class Late(BaseException):
    """Over the limit. No Exception, so that no handler of ours takes it for one of its own."""


@dataclass(slots=True)
class Report:
    outcomes: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    times: list[tuple[float, str]] = field(default_factory=list)

    def table(self) -> str:
        lines = [f"{count:>7}  {outcome}" for outcome, count in self.outcomes.most_common()]
        slowest = sorted(self.times, reverse=True)[:_SLOWEST]
        lines += ["", "slowest (CPU)"] + [f"{seconds:>6.2f} s  {name}" for seconds, name in slowest]
        if self.failures:
            lines += ["", "FAILED", *self.failures]
        return "\n".join(lines)


def outcome_of(case: Case) -> str:
    """ "digest" or "refused: code". Raises whatever a bug raises, AssertionError for words not printed."""
    try:
        article = read(case.page)
        digest = compose(article, find_all(article))
    except NutgrafError as refused:
        return f"refused: {refused.code()}"
    check(digest)
    return "digest"


def check(digest: Digest) -> None:
    """Every span is a slice, every form is rendered, the machine-readable one reads back the same."""
    text = digest.article.text
    for quote in digest.findings.quotes:
        assert all(part.of(text).strip() for part in quote.parts), "a blank part"
    assert all(figure.span.of(text).strip() for figure in digest.findings.figures), "a blank figure"
    assert all(actor.name.text in text or actor.name.aside is not None for actor in digest.findings.actors)
    assert "".join(text.split()) == "".join(
        "".join(row.span.of(text).split()) for row in digest.article.paragraphs
    ), "paragraphs do not cover the text"
    written = to_json(digest)
    json.loads(written.encode("utf-8"))
    assert to_json(from_json(written)) == written, "the JSON does not read back"
    for shown in (digest_message(digest).plain, markdown(digest), html(digest)):
        shown.encode("utf-8")


@contextmanager
def limited(limit_s: float) -> Iterator[None]:
    """Raises Late in the block when ``limit_s`` of this process's CPU time are over.

    CPU time, not wall clock: a busy machine makes no case a failure.
    """

    def ring(number: int, frame: FrameType | None) -> None:
        raise Late

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, limit_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def attempt(case: Case, report: Report, limit_s: float = LIMIT_S) -> None:
    """Run one case and write down how it ended."""
    begun = time.process_time()
    try:
        with limited(limit_s):
            outcome = outcome_of(case)
    except Late:
        outcome = "FAILED: too slow"
        report.failures.append(f"{case.name}: over {limit_s} s")
    except Exception as bug:  # a fuzz program is there to catch them all
        outcome = f"FAILED: {type(bug).__name__}"
        where = traceback.extract_tb(bug.__traceback__)[-1]
        report.failures.append(
            f"{case.name}: {type(bug).__name__}: {str(bug)[:120]} ({where.filename}:{where.lineno})"
        )
    report.outcomes[outcome] += 1
    report.times.append((time.process_time() - begun, case.name))


def run(cases: Iterable[Case], *, say: bool = False) -> Report:
    report = Report()
    for number, case in enumerate(cases, start=1):
        attempt(case, report)
        if say and number % 1000 == 0:
            sys.stderr.write(f"{number} cases, {len(report.failures)} failed\n")
    return report


def replayed(name: str) -> Case:
    """The case of a printed name."""
    return nasty(name) if name in NASTIES else case_of(int(name.rsplit("-", 1)[1]))


def all_cases(count: int, start: int) -> Iterator[Case]:
    yield from map(nasty, NASTIES)
    yield from map(case_of, range(start, start + count))


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.fuzz", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--start", type=int, default=0, help="first seed")
    parser.add_argument("--replay", metavar="NAME", help="one case again, with its traceback")
    wanted = parser.parse_args(argv)
    if wanted.replay:
        with limited(10 * LIMIT_S):
            begun = time.perf_counter()
            sys.stdout.write(f"{outcome_of(replayed(wanted.replay))}, {time.perf_counter() - begun:.2f} s\n")
        return 0
    report = run(all_cases(wanted.cases, wanted.start), say=True)
    sys.stdout.write(report.table() + "\n")
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
