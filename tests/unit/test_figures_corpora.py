"""The seed's figures and the published corpus, where ``../shared`` lies beside the project."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.evaluate.figures import Quantity, close, evaluate_figures, hits_of
from bot.extract.counted import singular
from bot.extract.find import find_all
from bot.extract.rank_figures import key_figures
from bot.types import Article, Figure, Findings
from tests.unit.figure_stories import story

SHARED = Path(__file__).parents[3] / "shared"


@pytest.fixture(scope="module")
def seed() -> tuple[Article, Findings, list[dict[str, object]], list[str]]:
    folder = SHARED / "seed"
    if not folder.is_dir():
        pytest.skip("the seed is not here")
    gold = json.loads((folder / "actors_figures_gold.json").read_text(encoding="utf-8"))
    start, end = gold["body_offsets"]
    text = (folder / "article.txt").read_text(encoding="utf-8")
    title = text.split("\n")[1]
    article = story(text[start:end], title=title)
    shift = [dict(row, offset=[place - start for place in row["offset"]]) for row in gold["figures"]]
    return article, find_all(article), shift, gold["figures_must_not_appear"]


def _is_right(figure: Figure, row: dict[str, object]) -> bool:
    """Value, unit and counted noun agree with the gold row."""
    value = row["value"]
    values = [figure.value, figure.high] if isinstance(value, list) else figure.value
    unit = " ".join(singular(word) for word in str(row["unit"]).split())
    head = singular(str(row["unit"])).split()[-1]
    counted = figure.counts is None or head in {singular(word) for word in figure.counts.text.split()}
    named = row["kind"] not in {"count", "vague_count"} or counted
    return values == value and figure.unit == unit and named


def test_the_seeds_figures_are_found(
    seed: tuple[Article, Findings, list[dict[str, object]], list[str]],
) -> None:
    article, findings, gold, _ = seed
    for row in gold:
        if row["tier"] not in {"must", "should"}:
            continue
        start, end = row["offset"]  # type: ignore[misc]  # two numbers
        hit = [one for one in findings.figures if one.span.start < end and start < one.span.end]
        assert [one.span.of(article.text) for one in hit] == [row["span"]]
        assert _is_right(hit[0], row), row["span"]


def test_the_seeds_top_is_the_must_tier(
    seed: tuple[Article, Findings, list[dict[str, object]], list[str]],
) -> None:
    article, findings, gold, _ = seed
    keys = [findings.figures[at].span.of(article.text) for at in key_figures(article, findings.figures)]
    assert sorted(keys) == sorted(str(row["span"]) for row in gold if row["tier"] == "must")


def test_nothing_else_is_a_figure_of_the_seed(
    seed: tuple[Article, Findings, list[dict[str, object]], list[str]],
) -> None:
    article, findings, gold, traps = seed
    printed = [one.span.of(article.text) for one in findings.figures]
    allowed = {str(row["span"]).removeprefix("the ") for row in gold}
    assert set(printed) <= allowed
    assert not [trap for trap in traps if any(trap.lower() in one.lower() for one in printed)]


def test_newsquant_stays_above_the_goals() -> None:
    # goals of the project's issue: 93 value, 80 value + unit; reached on the development half: 94.6, 88.4
    rows = {row.measure: row.value for row in evaluate_figures(SHARED / "corpora")}
    if not rows:
        pytest.skip("the corpus is not here")
    assert rows["value_f1"] >= 0.93
    assert rows["value_unit_f1"] >= 0.85


def test_a_corpus_that_is_not_there_has_no_rows(tmp_path: Path) -> None:
    assert evaluate_figures(tmp_path) == ()


def test_pairs_are_counted_once() -> None:
    gold = [Quantity(5.0, "dollar"), Quantity(5.0, "mile")]
    assert hits_of([Quantity(5.0, "mile")], gold) == (1, 1, 1)
    assert hits_of([Quantity(5.0, "red apple")], [Quantity(5.0, "apple")]) == (1, 0, 1)
    assert hits_of([Quantity((3.0, 5.0), "-")], [Quantity(3.0, "-")]) == (0, 0, 0)
    assert close((3.0, 5.0), (3.0, 5.0))
