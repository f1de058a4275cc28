"""The quotation metric on made-up counts: what helps, what hurts, what is left aside."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.evaluate.quote_metric import Found, Gold, Tally, head_noun, name_core, overlap, same_name, trimmed
from bot.evaluate.quotes import evaluate_quotes

TEXT = (
    "“The bridge was never safe for us,” Maria Delgado said. “No,” he said. "
    "The “dead freight of five ports” rose."
)
WHOLE = trimmed(TEXT, 0, 36)
SHORT = trimmed(TEXT, TEXT.index("No,"), TEXT.index("No,") + 3)
SCARE = trimmed(TEXT, TEXT.index("dead"), TEXT.index(" rose"))
SOURCE = (TEXT.index("Maria"), TEXT.index(" said"))


def gold(counted: bool = True, name: str | None = "Maria Delgado") -> Gold:
    return Gold(WHOLE, "Maria Delgado", SOURCE, name, counted)


def counts(golds: list[Gold], found: list[Found]) -> dict[str, int]:
    tally = Tally()
    tally.add(TEXT, golds, found)
    return dict(tally.counts)


def test_a_right_quote_counts_everywhere() -> None:
    c = counts([gold()], [Found((1, 35), "Delgado", SOURCE)])
    assert (c["gold"], c["found"], c["hit"], c["mention_right"], c["name_right"], c["right"]) == (1,) * 6
    assert "wrong_name" not in c
    assert "full_right" not in c


def test_another_name_is_wrong_and_none_abstains() -> None:
    assert counts([gold()], [Found(WHOLE, "Peter Okafor", None)])["wrong_name"] == 1
    silent = counts([gold()], [Found(WHOLE, None, None)])
    assert silent["abstained"] == 1
    assert "wrong_name" not in silent


def test_what_is_short_or_unsettled_neither_helps_nor_hurts() -> None:
    c = counts([gold(counted=False)], [Found(WHOLE, "Delgado", None), Found(SHORT, "Delgado", None)])
    assert (c["gold"], c["found"], c["hit"]) == (0, 0, 0)


def test_a_scare_quote_is_a_false_find() -> None:
    c = counts([gold()], [Found(WHOLE, "Delgado", None), Found(SCARE, None, None)])
    assert (c["found"], c["hit"]) == (2, 1)


@pytest.mark.parametrize(
    ("shown", "name", "whole", "same"),
    [
        ("Delgado", "Maria Delgado", False, True),
        ("Delgado", "Maria Delgado", True, False),
        ("Sen. Maria Delgado", "Maria Delgado", True, True),
        ("Peter Okafor", "Maria Delgado", False, False),
        (None, "Maria Delgado", False, False),
    ],
)
def test_names(shown: str | None, name: str, whole: bool, same: bool) -> None:
    assert same_name(shown, name, whole) is same


def test_parts_of_names_and_spans() -> None:
    assert name_core("Sen. Maria Delgado (D-Wis.), the chair") == ["maria", "delgado"]
    assert head_noun("a spokesman for the Harbour Board") == "spokesman"
    assert overlap((0, 10), (5, 15)) == pytest.approx(1 / 3)
    assert trimmed("“yes,”", 0, 6) == (1, 4)


def test_a_corpus_that_is_not_there_gives_no_rows(tmp_path: Path) -> None:
    assert evaluate_quotes(tmp_path) == ()


CORPORA = Path(__file__).parents[3] / "shared" / "corpora"


@pytest.mark.skipif(
    not (CORPORA / "quotes").is_dir(), reason="the published corpora are not beside the checkout"
)
def test_the_floor_on_the_development_corpora() -> None:
    rows = {row.key: row.value for row in evaluate_quotes(CORPORA, quick=True)}
    assert rows["polnear/quotes/verbatim"] == 1.0
    assert rows["polnear/quotes/f1"] >= 0.95
    assert rows["polnear/speakers/end_to_end_f1"] >= 0.80
    assert rows["polnear/speakers/wrong_name"] <= 0.10
