"""Bad pages end in a digest or in one of our errors, in time, and never in a traceback.

A short run of ``make fuzz``: every named page and some of each generator. A failure prints a name that
``python -m tests.bench.fuzz --replay NAME`` runs again.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import leaves
from tests.bench.fuzz import Report, all_cases, attempt, replayed, run
from tests.bench.mutants import case_of
from tests.bench.nasties import NASTIES, nasty

ROOT = Path(__file__).parent.parent.parent
GENERATED = 150
SEED = 20_000  # behind those of ``make fuzz``: the two runs do not repeat each other


@pytest.mark.timeout(300)
def test_generated_and_nasty_pages() -> None:
    report = run(all_cases(GENERATED, SEED))
    assert not report.failures, "\n".join(report.failures)
    assert sum(report.outcomes.values()) == GENERATED + len(NASTIES)
    assert report.outcomes["digest"] > 50  # the finders were reached, not only the doors
    refusals = {outcome.removeprefix("refused: ") for outcome in report.outcomes if outcome != "digest"}
    assert refusals <= {leaf.code() for leaf in leaves()}


def test_a_seed_gives_the_same_page_again() -> None:
    for seed in range(30):
        assert case_of(seed) == case_of(seed)
        assert replayed(case_of(seed).name).page == case_of(seed).page


def test_a_case_that_takes_too_long_is_a_failure() -> None:
    report = Report()
    attempt(nasty("quotes_5000"), report, limit_s=0.001)
    assert report.failures == ["quotes_5000: over 0.001 s"]


SPOKEN = ["empty", "unclosed_quote", "div_10000_deep", "pdf_as_plain", "one_line_5mb_html"]


@pytest.mark.parametrize("name", SPOKEN)
def test_the_command_line_answers_bad_files(name: str, tmp_path: Path) -> None:
    file = tmp_path / ("page.html" if nasty(name).page.media_type == "text/html" else "page.txt")
    file.write_bytes(nasty(name).page.body)
    done = subprocess.run(
        [sys.executable, "-m", "adapters", "digest", str(file), "--format", "json"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr
    if done.returncode == 0:
        assert json.loads(done.stdout)["schema"] == "nutgraf/1"
    else:
        assert done.stderr.strip(), "a failure says why"
