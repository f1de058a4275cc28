"""What a page says about itself, source by source."""

# ruff: noqa: E501 - the pages of a test are read as they stand

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.article import read
from bot.article.byline import names_from
from bot.article.dateline import dateline_of
from bot.article.stamps import stamp_of
from bot.types import Article
from tests.fakes.pages import SITE, TITLE, URL, document, json_ld, page, paragraphs

LATEST = datetime(2026, 3, 2, tzinfo=UTC)


def read_with(head: str = "", above: str = "") -> Article:
    return read(page(document(f"<article><h1>{TITLE}</h1>{above}{paragraphs()}</article>", head)))


@pytest.mark.parametrize(
    ("text", "expected", "day_only"),
    [
        (
            "2026-02-27T18:30:00+02:00",
            datetime(2026, 2, 27, 18, 30, tzinfo=timezone(timedelta(hours=2))),
            False,
        ),
        ("2026-02-27T18:30:00Z", datetime(2026, 2, 27, 18, 30, tzinfo=UTC), False),
        (
            "2026-02-27T18:30:00.123-0500",
            datetime(2026, 2, 27, 18, 30, tzinfo=timezone(timedelta(hours=-5))),
            False,
        ),
        ("2026-02-27T18:30:00", datetime(2026, 2, 27, tzinfo=UTC), True),  # no zone, no point in time
        ("2026-02-27", datetime(2026, 2, 27, tzinfo=UTC), True),
        ("20260227", datetime(2026, 2, 27, tzinfo=UTC), True),
        ("Published February 27, 2026", datetime(2026, 2, 27, tzinfo=UTC), True),
        ("27 Feb 2026 6:30 pm GMT", datetime(2026, 2, 27, 18, 30, tzinfo=UTC), False),
        (
            "Feb. 27th, 2026 at 6:30 p.m. EST",
            datetime(2026, 2, 27, 18, 30, tzinfo=timezone(timedelta(hours=-5))),
            False,
        ),
    ],
)
def test_stamps(text: str, expected: datetime, day_only: bool) -> None:
    stamp = stamp_of(text, LATEST)
    assert stamp is not None
    assert stamp.at == expected
    assert stamp.at.utcoffset() == expected.utcoffset()
    assert stamp.day_only is day_only


@pytest.mark.parametrize("text", ["", "yesterday", "2026-02-31", "2031-01-01", "1066-10-14", "2026-13-40"])
def test_no_stamp(text: str) -> None:
    assert stamp_of(text, LATEST) is None


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        (["By Ana Brook"], ("Ana Brook",)),
        (["By Ana Brook and Tom Reed"], ("Ana Brook", "Tom Reed")),
        (["Ana Brook, Tom Reed & Lia Moss"], ("Ana Brook", "Tom Reed", "Lia Moss")),
        (["By Associated Press"], ("Associated Press",)),
        (["gvw_wire_desk"], ()),
        (["qc-admin", "Ana Brook"], ("Ana Brook",)),
        (["https://www.facebook.com/quill"], ()),
        (["ana.brook@quill.example"], ()),
        (["Staff Writer"], ()),
        (["Ana Brook", SITE], ("Ana Brook",)),
        ([SITE], (SITE,)),
        (["By Ana Brook Published March 1, 2026"], ("Ana Brook",)),
        (["Ana Brook - Mar 1"], ("Ana Brook",)),
        (["View all posts by Ana Brook"], ("Ana Brook",)),
        (["By Ana Brook, Quill Correspondent"], ("Ana Brook",)),
        (["Ana Brook Jr."], ("Ana Brook Jr",)),
    ],
)
def test_bylines(printed: list[str], expected: tuple[str, ...]) -> None:
    assert names_from(printed, SITE) == expected


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ("BAGHDAD — The leader", "BAGHDAD"),
        ("PARIS (AP) - The mayor", "PARIS"),
        ("LOWER MARSH, Ohio (AP) — The gate", "LOWER MARSH, Ohio"),
        ("RIO DE JANEIRO — The gate", "RIO DE JANEIRO"),
        ("OSTRAND, March 1 (Reuters) - Crews", "OSTRAND"),
        ("Lower Marsh (AFP) – Crews", "Lower Marsh"),
        ("ST. JOHN’S, Newfoundland — Crews", "ST. JOHN’S, Newfoundland"),
        ("The gate failed — again — on Monday", None),
        ("BREAKING — The gate failed", None),
        ("NATO said on Monday", None),
        ("Q: Why did it fail?", None),
        ("", None),
    ],
)
def test_datelines(first: str, expected: str | None) -> None:
    assert dateline_of(first) == expected


@pytest.mark.parametrize(
    ("head", "above"),
    [
        (json_ld(author={"@type": "Person", "name": "Ana Brook"}), ""),
        (json_ld(author=[{"name": "Ana Brook"}]), ""),
        (json_ld(author="Ana Brook"), ""),
        ('<meta name="author" content="Ana Brook">', ""),
        ('<meta name="parsely-author" content="Ana Brook">', ""),
        ("", '<span itemprop="author"><span itemprop="name">Ana Brook</span></span>'),
        ("", '<p class="byline">By Ana Brook</p>'),
        ("", '<a rel="author" href="/ana">Ana Brook</a>'),
        ("", "<div>qc_login</div><div><p>By</p> <span>Ana Brook</span></div>"),
        (json_ld(author={"name": SITE}), '<p class="byline">By Ana Brook</p>'),
        (json_ld(author={"name": "qc_wire_desk"}), '<p class="byline">By Ana Brook</p>'),
    ],
)
def test_where_the_byline_is_found(head: str, above: str) -> None:
    assert read_with(head, above).byline == ("Ana Brook",)


@pytest.mark.parametrize(
    ("head", "above"),
    [
        (json_ld(datePublished="2026-03-01T08:15:00+01:00"), ""),
        ('<meta property="article:published_time" content="2026-03-01T08:15:00+01:00">', ""),
        ("", '<time datetime="2026-03-01T08:15:00+01:00">1 March</time>'),
        ("", '<meta itemprop="datePublished" content="2026-03-01T08:15:00+01:00">'),
        (json_ld(datePublished="2026-03-01"), '<time datetime="2026-03-01T08:15:00+01:00">1 March</time>'),
    ],
)
def test_where_the_time_is_found(head: str, above: str) -> None:
    published = read_with(head, above).published
    assert published is not None
    assert published.at.isoformat() == "2026-03-01T08:15:00+01:00"
    assert not published.day_only


def test_the_page_as_a_whole() -> None:
    head = (
        '<link rel="canonical" href="/news/the-gate">'
        + json_ld(dateModified="2026-03-01T10:00:00Z", publisher={"name": "Someone Else"}, inLanguage="en-GB")
        + '<script type="application/ld+json">{"broken": </script>'
    )
    article = read_with(head)
    assert article.canonical_url == "https://www.quillcourier.example/news/the-gate"
    assert (article.url, article.site, article.language, article.title) == (URL, SITE, "en", TITLE)
    assert article.modified is not None
    assert article.published is None


@pytest.mark.parametrize("link", ["javascript:alert(1)", "file:///etc/passwd", "http://[broken", ""])
def test_an_unusable_canonical_address_is_not_taken(link: str) -> None:
    assert read_with(f'<link rel="canonical" href="{link}">').canonical_url == URL


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<title>The gate failed - The Quill Courier</title>", "The gate failed"),
        ("<title>The gate failed | The Quill Courier</title><h1>The Quill Courier</h1>", "The gate failed"),
        ('<title>x</title><meta property="og:title" content="The gate failed">', "The gate failed"),
        (
            '<title>Gate</title><h1>The gate failed</h1><meta property="og:title" content="The gate failed!">',
            "The gate failed",
        ),
    ],
)
def test_titles(html: str, expected: str) -> None:
    site = '<meta property="og:site_name" content="The Quill Courier">'
    assert read(page(f"<html><head>{site}{html}</head><body>{paragraphs()}</body></html>")).title == expected
