"""Feeds and pages written to be slow or to break: what is read on the event loop is read in a moment."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bot.feeds import FeedReader
from bot.feeds.discovery import feeds_named
from bot.feeds.entries import plain
from bot.types import Page
from bot.urls import canonical, find_links, host_of

URL = "https://news.example/feed"
PAGE = "https://news.example/"
ALTERNATE = b"<link rel=alternate type=application/rss+xml href=/feed>"
CHINESE = "".join(chr(0x4E00 + number) for number in range(10_000))


@pytest.mark.parametrize(
    "read",
    [
        lambda: plain("<!--" * 10_000, 2000),
        lambda: plain("<script>" * 5_000, 2000),
        lambda: plain("<style>" + "</style " * 5_000, 2000),
        lambda: feeds_named((b"<link " + b"a" * 3_900 + b">") * 500, PAGE),
        lambda: feeds_named((b"<link a" + b" " * 3_900 + b">") * 500, PAGE),
        lambda: host_of(f"https://{CHINESE}/"),
        lambda: find_links(f"Look: https://{CHINESE}.example/a"),
        lambda: canonical(f"https://a.example/{CHINESE}"),
    ],
)
def test_nothing_holds_the_loop(read: Callable[[], object]) -> None:
    start_s = time.process_time()
    read()
    assert time.process_time() - start_s < 1  # each of the first took 1 to 70 s once


@pytest.mark.parametrize(
    ("marked", "text"),
    [
        ("before <!-- never closed", "before"),
        ("before <script>never closed", "before"),
        ("a<!-- one -->b<!-- two -->c", "abc"),
        ("a<style>x</style>b<script>y</script>c", "a b c"),
    ],
)
def test_what_is_not_closed_runs_to_the_end(marked: str, text: str) -> None:
    assert plain(marked, 100) == text


@pytest.mark.parametrize(
    ("bases", "feed"),
    [
        (b'<base href="http://[">', "https://news.example/feed"),
        (b'<base href="ftp://files.example/">', "https://news.example/feed"),
        (b"<base target=_top><base href=/a/><base href=/b/>", "https://news.example/a/feed"),
    ],
)
def test_a_base_that_is_no_address_is_no_base(bases: bytes, feed: str) -> None:
    assert feeds_named(bases + ALTERNATE.replace(b"/feed", b"feed"), PAGE) == (feed,)


@pytest.mark.parametrize("charset", ["idna", "undefined", "unicode_escape", "utf-7", "base64", "no-such"])
async def test_a_charset_that_python_knows_and_the_web_does_not(charset: str) -> None:
    row = b"<item><title>Ferry \xff \\ud800 +2AA-</title><link>https://news.example/ferry</link></item>"
    body = b'<rss version="2.0"><channel><title>Herald</title>' + row + b"</channel></rss>"
    now = datetime(2026, 3, 5, tzinfo=UTC)
    feed = await FeedReader().parse(Page(URL, URL, "application/rss+xml", body, now, charset))
    assert [entry.url for entry in feed.entries] == ["https://news.example/ferry"]


async def test_ten_megabytes_of_summaries_hold_nobody_up() -> None:
    summary = b"<description>" + (b"&amp;" + b"a" * 31) * 1_200 + b"</description>"
    rows = (b"<item><link>https://a.example/%d</link>%s</item>" % (n, summary) for n in range(200))
    body = b'<rss version="2.0"><channel><title>Herald</title>' + b"".join(rows) + b"</channel></rss>"
    reading = asyncio.create_task(
        FeedReader(limit_s=30).parse(Page(URL, URL, "application/rss+xml", body, datetime.now(UTC)))
    )
    longest_s, last_s = 0.0, time.monotonic()
    while not reading.done():
        await asyncio.sleep(0.01)
        longest_s, last_s = max(longest_s, time.monotonic() - last_s), time.monotonic()
    assert len((await reading).entries) == 200
    assert longest_s < 1


async def test_a_blank_inside_a_link_is_sent_as_browsers_do() -> None:
    row = "<item><title>Minutes</title><link>https://city.example/Press Notes/May 1.aspx</link></item>"
    body = f'<rss version="2.0"><channel><title>City</title>{row}</channel></rss>'.encode()
    feed = await FeedReader().parse(Page(URL, URL, "application/rss+xml", body, datetime.now(UTC)))
    assert [entry.url for entry in feed.entries] == ["https://city.example/Press%20Notes/May%201.aspx"]
