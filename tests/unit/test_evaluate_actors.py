"""The measures of names and lists, on a corpus small enough to count by hand."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from bot.evaluate.actors import evaluate_actors
from bot.evaluate.train_clusters import clusters, small_words, write_rows
from bot.evaluate.train_names import main

SHARED = Path(__file__).parents[2] / ".." / "shared" / "corpora"

DOCUMENT = """-DOCSTART-\tO\tO

Mayor\tO\tO
Anna\tB-PER\tx
Lind\tI-PER\tx
left\tO\tO
the\tO\tO
Velden\tB-ORG\tx
Water\tI-ORG\tx
Board\tI-ORG\tx
.\tO\tO

Lind\tB-PER\tx
said\tO\tO
she\tO\tO
was\tO\tO
glad\tO\tO
.\tO\tO

In\tO\tO
London\tO\tO
nobody\tO\tO
cared\tO\tO
.\tO\tO
"""


def corpus(root: Path) -> Path:
    folder = root / "actors" / "gum"
    folder.mkdir(parents=True)
    (folder / "dev.conll.gz").write_bytes(gzip.compress(DOCUMENT.encode()))
    return root


def test_spans_and_lists_are_counted(tmp_path: Path) -> None:
    rows = {row.measure: row for row in evaluate_actors(corpus(tmp_path))}
    assert rows["names_per_f1"].value == 1.0
    assert rows["names_org_f1"].value == 1.0
    assert rows["names_loc_f1"].value == 0.0  # London is not in the gold
    assert rows["names_f1"].value == pytest.approx(2 * 3 / (4 + 3))
    assert rows["list_precision"].value == 1.0
    assert rows["list_recall"].value == 1.0
    assert rows["list_recall"].n == 2  # Lind and Anna Lind are one
    assert {row.corpus for row in rows.values()} == {"gum"}


def test_no_corpus_no_rows(tmp_path: Path) -> None:
    assert evaluate_actors(tmp_path) == []


def test_training_without_corpora_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert "no training corpora" in capsys.readouterr().err


def test_words_of_one_company_share_a_class() -> None:
    colours, fruits = ["red", "blue", "green"], ["pear", "plum", "fig"]
    texts = [f"the {colour} car drove off".split() for colour in colours] * 6
    texts += [f"we ate a {fruit} for lunch".split() for fruit in fruits] * 6
    codes = clusters(texts, seed=1)
    assert clusters(texts, seed=1) == codes
    assert len({codes[colour] for colour in colours}) == 1
    assert set(codes) >= {*colours, *fruits}


def test_small_words_in_three_steps() -> None:
    texts = [["One", "one", "two"], ["one"], *[["three"]] * 6, *[["four"]] * 40]
    assert small_words(texts) == {"one": 1, "three": 2, "four": 3}


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.gz", [("00", "pear")])
    write_rows(tmp_path / "b.gz", [("00", "pear")])
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()
    assert gzip.decompress((tmp_path / "a.gz").read_bytes()) == b"00\tpear\n"


@pytest.mark.skipif(not (SHARED / "actors").is_dir(), reason="the corpora are not beside the repository")
def test_names_on_the_development_corpora_stay_as_good_as_they_were() -> None:
    rows = {(row.corpus, row.measure): row.value for row in evaluate_actors(SHARED)}
    assert rows["worldwide", "names_f1"] >= 0.765
    assert rows["worldwide", "names_per_f1"] >= 0.84
    assert rows["worldwide", "list_f1"] >= 0.69
    assert rows["uner_ewt", "names_f1"] >= 0.70
    assert rows["gum", "names_f1"] >= 0.58
