"""The seed document as saved text and as three rebuilt pages; skipped where it is not at hand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.article import read
from bot.types import Article, AsideKind, Page

SEED = Path(__file__).parents[2].parent / "shared" / "seed"
SOURCES = ("article.txt", "html/seed_classes.html", "html/seed_bare.html", "html/seed_nolinks.html")

pytestmark = pytest.mark.skipif(not SEED.is_dir(), reason="the seed is not part of the project")


@pytest.fixture(params=SOURCES)
def article(request: pytest.FixtureRequest) -> Article:
    path = SEED / request.param
    media_type = "text/plain" if path.suffix == ".txt" else "text/html"
    url = f"https://seed.example/{path.name}"
    return read(Page(url, url, media_type, path.read_bytes(), datetime(2026, 1, 1, tzinfo=UTC)))


def _paragraphs(name: str) -> list[str]:
    return [line for line in (SEED / "html" / name).read_text(encoding="utf-8").split("\n") if line.strip()]


def test_the_story_is_whole_and_nothing_else(article: Article) -> None:
    assert article.text.split("\n") == _paragraphs("truth.txt")


def test_no_teaser_is_left(article: Article) -> None:
    assert [line for line in _paragraphs("junk.txt") if line in article.text] == []


def test_pull_quotes_are_asides_with_their_credit(article: Article) -> None:
    pulled = [aside.text for aside in article.asides if aside.kind is AsideKind.PULL_QUOTE]
    assert pulled == _paragraphs("pull.txt")


def test_what_the_page_says_about_itself(article: Article) -> None:
    assert article.title.startswith("AP Interview: ")
    assert article.byline == ("Associated Press",)
    assert article.dateline == "BAGHDAD"
    assert article.published is not None
    assert article.published.at.date().isoformat() == "2019-01-28"
    if not article.url.endswith(".txt"):
        assert article.site == "GV Wire"
