"""A pull quote goes, the paragraph it was stitched from stays; a live blog's posts beat their headlines."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from bot.article import read
from bot.article.pull import without_pull_quotes
from bot.article.story import Block
from bot.types import ArticleKind, Page, ParagraphKind

FIRST = "We can mend the pier before the winter if the money comes now"
SECOND = "What we cannot do is stand on it and hope for the best"
OTHER = Block("The council will vote on the pier in June, and the harbour board a week later.")


@pytest.mark.parametrize(
    ("opening", "closing"), [("“", "”"), ('"', '"'), ("‘", "’")], ids=["curly", "straight", "single"]
)
@pytest.mark.parametrize("before", [True, False], ids=["pull first", "body first"])
def test_the_stitched_paragraph_stays(opening: str, closing: str, before: bool) -> None:
    body = Block(f"{opening}{FIRST},{closing} Ida Brask said. {opening}{SECOND}.{closing}")
    pull = Block(f"{opening}{FIRST}. {SECOND}.{closing}", ParagraphKind.BLOCKQUOTE, group=1)
    kept, asides = without_pull_quotes([pull, OTHER, body] if before else [body, OTHER, pull])
    assert body in kept
    assert OTHER in kept
    assert [aside.text for aside in asides] == [pull.text]


TOLD = "At hour {} the mayor counted the boats twice and went home again, as she had said she would."
HEAD = '<script type="application/ld+json">{}</script>'


def live_page(bodies: bool) -> Page:
    hours = range(6, 11)
    stated: list[dict[str, str]] = [{"headline": f"Pier post number {hour}"} for hour in hours]
    if bodies:
        stated = [post | {"articleBody": TOLD * 3} for post in stated]
    ld_json = json.dumps({"@type": "LiveBlogPosting", "headline": "Live: pier", "liveBlogUpdate": stated})
    sections = "".join(
        f"<section><h2>{hour}:15 a.m. Pier post number {hour}</h2><p>{TOLD.format(hour)}</p></section>"
        for hour in hours
    )
    source = f"<html><head>{HEAD.format(ld_json)}</head><body><h1>Live: pier</h1>{sections}</body></html>"
    fetched_at = datetime(2026, 1, 1, tzinfo=UTC)
    return Page("https://x.example/live", "", "text/html", source.encode(), fetched_at)


@pytest.mark.parametrize("bodies", [True, False])
def test_posts_are_read_from_the_page_when_only_their_headlines_are_stated(bodies: bool) -> None:
    article = read(live_page(bodies))
    assert article.kind is ArticleKind.LIVEBLOG
    assert "counted the boats twice" in article.text
    assert sum(row.kind is ParagraphKind.POST for row in article.paragraphs) == 5


@pytest.mark.parametrize("entity", ["&#27;", "&#0;", "&#xFFFE;", "&#xD800;", "&#127;"])
def test_control_characters_written_as_entities_are_no_trouble(entity: str) -> None:
    said = OTHER.text
    loose = f"<div>{said} {entity}<br>{entity}<b>x</b>{entity} {said}<p>{said}</p>{entity}</div>"
    source = f"<html><body><article><h1>The pier</h1>{loose * 3}</article></body></html>"
    article = read(
        Page("https://x.example/a", "", "text/html", source.encode(), datetime(2026, 1, 1, tzinfo=UTC))
    )
    assert OTHER.text in article.text
    assert not any(ord(char) < 32 and char != "\n" for char in article.text)


@pytest.mark.parametrize("updates", [1e300, "x", {"a": 1}, None, True, [7, "x", None]])
def test_posts_of_any_shape_are_no_trouble(updates: object) -> None:
    ld_json = json.dumps({"@type": "LiveBlogPosting", "headline": "Live: pier", "liveBlogUpdate": updates})
    told = "".join(f"<p>{TOLD.format(hour)} The harbour board met {hour} times.</p>" for hour in range(12))
    source = f"<html><head>{HEAD.format(ld_json)}</head><body><h1>Live: pier</h1>{told}</body>"
    page = Page("https://x.example/live", "", "text/html", source.encode(), datetime(2026, 1, 1, tzinfo=UTC))
    assert TOLD.format(7) in read(page).text
