"""The measure of reading, on texts counted by hand and on a small made-up corpus."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from bot.evaluate.body import doubled_quotes, evaluate_body, page_score
from tests.fakes.pages import STORY, TITLE, document, json_ld, page, paragraphs, teasers


@pytest.mark.parametrize(
    ("truth", "text", "expected"),
    [
        ("a b c d", "a b c d", (1.0, 0.0, 0.0)),
        ("a b c d e", "a b c d", (0.5, 0.0, 0.5)),
        ("a b c d", "a b c d e", (0.5, 0.5, 0.0)),
        ("a b c d", "A b c d", (0.0, 0.5, 0.5)),  # case is kept
        ("a b c d", "", (0.0, 0.5, 0.5)),
        ("", "", (1.0, 0.0, 0.0)),
        ("a, b. c — d", "a b c d", (1.0, 0.0, 0.0)),  # marks do not count
        ("x a b c d x a b c d", "x a b c d", (2 / 7, 0.0, 5 / 7)),  # shingles are counted, not listed
    ],
)
def test_page_score(truth: str, text: str, expected: tuple[float, float, float]) -> None:
    assert page_score(truth, text) == pytest.approx(expected)


def test_doubled_quotes() -> None:
    quote = "“One two three four five six seven eight.”"
    assert doubled_quotes(f"{quote}\nAnother line.") == 0
    assert doubled_quotes(f"{quote}\nHe said: {quote[1:-1]}, and left.") == 1


@pytest.mark.parametrize(("in_the_story", "doubled"), [(True, 0), (False, 1)])
def test_a_quote_that_the_story_prints_twice_is_not_held_against_us(
    tmp_path: Path, in_the_story: bool, doubled: int
) -> None:
    folder = tmp_path / "body" / "scrapinghub"
    (folder / "html").mkdir(parents=True)
    again = f"{STORY[1].split('”')[0]}”, Venn said again on Tuesday, when the water had gone."
    printed = (*STORY, again)
    html = document(f"<article><h1>{TITLE}</h1>{paragraphs(printed)}</article>")
    (folder / "html" / "one.html.gz").write_bytes(gzip.compress(page(html).body))
    truth = {"id": "one", "body": "\n\n".join(printed if in_the_story else STORY)}
    (folder / "truth.jsonl").write_text(json.dumps(truth) + "\n", encoding="utf-8")
    ours = evaluate_body(tmp_path, sets=("scrapinghub",))[0]
    assert ours.doubled == doubled


def test_a_corpus_gives_a_row_for_each_reader(tmp_path: Path) -> None:
    folder = tmp_path / "body" / "scrapinghub"
    (folder / "html").mkdir(parents=True)
    head = json_ld(author={"name": "Ana Brook"}, datePublished="2026-02-27")
    html = document(f"<article><h1>{TITLE}</h1>{paragraphs()}</article>{teasers()}", head)
    (folder / "html" / "one.html.gz").write_bytes(gzip.compress(page(html).body))
    truth = {"id": "one", "url": None, "title": TITLE, "author": ["Ana Brook"], "date": "2026-02-27"}
    line = json.dumps({**truth, "body": "\n\n".join(STORY)})
    (folder / "truth.jsonl").write_text(line + "\n", encoding="utf-8")

    ours, *peers = evaluate_body(tmp_path, sets=("scrapinghub", "missing"))

    assert (ours.reader, ours.pages, ours.refused) == ("nutgraf", 1, 0)
    assert (ours.f1, ours.exact, ours.title, ours.author) == (1.0, 1.0, 1.0, 1.0)
    assert {row.reader for row in peers} == {"readability-lxml", "trafilatura", "trafilatura-precision"}
    assert all(row.f1 > 0.8 for row in peers)
