"""A day that the page does not state is taken from above the story or from the address, and marked so."""

from __future__ import annotations

import pytest

from bot.article import read
from tests.fakes.pages import STORY, TITLE, document, json_ld, page, paragraphs

PLAIN = "https://www.quillcourier.example/news/flood-gate"


@pytest.mark.parametrize(
    ("above", "address", "day"),
    [
        ("<p>February 27, 2026</p>", PLAIN, "2026-02-27"),
        ("<p>By Ana Brook February 27, 2026 3 min read</p>", PLAIN, "2026-02-27"),
        ("", "https://www.quillcourier.example/2026/02/26/flood-gate", "2026-02-26"),
        ("", "https://www.quillcourier.example/world/2026/feb/26/flood-gate", "2026-02-26"),
        ("<p>February 27, 2026</p>", "https://www.quillcourier.example/2026/02/26/gate", "2026-02-27"),
        ("", PLAIN, None),
        ("", "https://www.quillcourier.example/2026/99/26/flood-gate", None),
        ("", "https://www.quillcourier.example/2031/02/26/flood-gate", None),  # after it was fetched
        ("", "https://www.quillcourier.example/parts/1234/12/7-gate", None),
    ],
)
def test_the_day_that_is_inferred(above: str, address: str, day: str | None) -> None:
    html = document(f"<article><h1>{TITLE}</h1>{above}<div>{paragraphs()}</div></article>")
    article = read(page(html, url=address))
    assert article.text.split("\n") == list(STORY)
    stamp = article.published
    assert (stamp.at.date().isoformat() if stamp else None) == day
    assert stamp is None or (stamp.inferred and stamp.day_only)


def test_a_stated_time_is_not_touched() -> None:
    head = json_ld(datePublished="2026-02-25T07:30:00+01:00")
    html = document(f"<article><h1>{TITLE}</h1><p>February 27, 2026</p>{paragraphs()}</article>", head)
    stamp = read(page(html, url="https://www.quillcourier.example/2026/02/26/gate")).published
    assert stamp is not None
    assert stamp.at.isoformat() == "2026-02-25T07:30:00+01:00"
    assert not stamp.inferred


def test_a_date_inside_the_story_is_no_date_of_it() -> None:
    told = (*STORY[:2], "The hinge was fitted on June 3, 2025, the agency said in its note.", *STORY[2:])
    html = document(f"<article><h1>{TITLE}</h1>{paragraphs(told)}</article>")
    assert read(page(html)).published is None
