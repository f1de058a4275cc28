"""Feed bytes -> entries: every format, every kind of mess."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import NotAFeed, SeveralFeeds
from bot.feeds import FeedReader
from bot.feeds.child import read_apart
from bot.feeds.dates import when
from bot.feeds.entries import plain
from bot.feeds.raw import Unreadable
from bot.types import Feed, Page

URL = "https://news.example/feeds/all.xml"
NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)


def page(body: str | bytes, media_type: str = "application/rss+xml", charset: str | None = None) -> Page:
    raw = body.encode() if isinstance(body, str) else body
    return Page(URL, URL, media_type, raw, NOW, charset)


async def read(
    body: str | bytes, media_type: str = "application/rss+xml", charset: str | None = None
) -> Feed:
    return await FeedReader().parse(page(body, media_type, charset))


def rss(*rows: str, head: str = "") -> str:
    entries = "".join(f"<item>{row}</item>" for row in rows)
    channel = f"<channel><title>Bay Herald</title>{head}{entries}</channel>"
    return f'<?xml version="1.0"?><rss version="2.0">{channel}</rss>'


ENTRY = "<title>Ferry stops</title><link>https://news.example/ferry</link><guid>g1</guid>"


async def test_rss() -> None:
    today, yesterday = "Thu, 05 Mar 2026 10:00:00 +0100", "Wed, 04 Mar 2026 10:00:00 GMT"
    feed = await read(
        rss(
            ENTRY + f"<pubDate>{today}</pubDate><description>&lt;p&gt;No boat.&lt;/p&gt;</description>",
            f"<title>Older</title><link>/older?a=1&amp;b=2</link><pubDate>{yesterday}</pubDate>",
            head="<link>https://news.example/</link><ttl>30</ttl>",
        )
    )
    assert (feed.title, feed.site_url, feed.url, feed.ttl_s) == (
        "Bay Herald",
        "https://news.example/",
        URL,
        1800,
    )
    first, second = feed.entries
    assert (first.id, first.url, first.title) == ("g1", "https://news.example/ferry", "Ferry stops")
    assert first.published == datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
    assert first.summary == "No boat."
    assert (second.id, second.url) == ("https://news.example/older?a=1&b=2",) * 2


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Bay Herald</title><link href="https://news.example/"/>
<entry><id>tag:1</id>{title}<link rel="enclosure" href="https://news.example/a.mp3"/>
<link rel="alternate" href="/ferry"/><updated>2026-03-05T09:00:00Z</updated></entry></feed>"""


@pytest.mark.parametrize(
    "title",
    [
        "<title>The ferry stops</title>",
        '<title type="html">The &lt;b&gt;ferry&lt;/b&gt; stops</title>',
        '<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">The <b>ferry</b> stops</div></title>',
    ],
)
async def test_atom(title: str) -> None:
    feed = await read(ATOM.replace("{title}", title))
    (entry,) = feed.entries
    assert (entry.id, entry.url, entry.title) == ("tag:1", "https://news.example/ferry", "The ferry stops")
    assert entry.published == datetime(2026, 3, 5, 9, 0, tzinfo=UTC)


async def test_rdf() -> None:
    feed = await read(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        "<channel><title>Bay Herald</title></channel>"
        '<item rdf:about="x"><title>Ferry</title><link>https://news.example/f</link></item></rdf:RDF>'
    )
    assert [entry.url for entry in feed.entries] == ["https://news.example/f"]


async def test_json_feed() -> None:
    entry = {"id": "1", "url": "/ferry", "title": "Ferry", "date_published": "2026-03-05T09:00:00+01:00"}
    document = {"version": "https://jsonfeed.org/version/1.1", "title": "Bay Herald", "items": [entry]}
    feed = await read(json.dumps(document), "application/feed+json")
    assert feed.entries[0].url == "https://news.example/ferry"
    assert feed.entries[0].published == datetime(2026, 3, 5, 8, 0, tzinfo=UTC)


async def test_order_doubles_and_dates() -> None:
    def row(name: str, date: str) -> str:
        stamp = f"<pubDate>{date}</pubDate>" if date else ""
        return f"<title>{name}</title><link>https://news.example/{name}</link>{stamp}"

    feed = await read(
        rss(
            row("old", "Mon, 02 Mar 2026 10:00:00 GMT"),
            row("after-old", ""),
            row("new", "Thu, 05 Mar 2026 10:00:00 GMT"),
            row("new", "Thu, 05 Mar 2026 11:00:00 GMT"),
            row("future", "Thu, 05 Mar 2099 10:00:00 GMT"),
            row("tomorrow", "Fri, 06 Mar 2026 11:00:00 GMT"),
            "<title>no link</title>",
            "<title>script</title><link>javascript:alert(1)</link>",
        )
    )
    assert [entry.title for entry in feed.entries] == ["tomorrow", "new", "future", "old", "after-old"]
    assert feed.entries[2].published is None


@pytest.mark.parametrize("date", ["03/04/2026", "30 minutes ago", "gestern", "5 Mar 2026"])
async def test_no_date_is_guessed(date: str) -> None:
    feed = await read(rss(f"{ENTRY}<pubDate>{date}</pubDate>"))
    assert feed.entries[0].published is None


async def test_a_link_in_the_guid_will_do() -> None:
    feed = await read(rss("<title>x</title><guid>https://news.example/x</guid>"))
    assert feed.entries[0].url == "https://news.example/x"


async def test_a_guid_of_any_length_is_a_key() -> None:
    feed = await read(
        rss(*(f"<link>https://news.example/{n}</link><guid>{'x' * 9000}{n}</guid>" for n in (1, 2)))
    )
    assert len({entry.id for entry in feed.entries}) == 2
    assert all(len(entry.id) < 100 for entry in feed.entries)


@pytest.mark.parametrize(
    ("link", "guids", "count"),
    [
        (
            "https://a.example/ferry?at_medium=rss",
            ("https://a.example/ferry#0", "https://a.example/ferry#1"),
            1,
        ),
        ("https://a.example/ferry", ("https://a.example/ferry#0", "https://a.example/ferry"), 1),
        ("https://a.example/live#p1", ("https://a.example/live#p1", "https://a.example/live#p2"), 2),
        ("https://a.example/?p=1", ("https://a.example/?p=1", "https://a.example/?p=2"), 2),
        ("https://a.example/ferry", ("https://b.example/ferry#0", "https://b.example/ferry#1"), 2),
        ("https://a.example/?p=1", ("https://a.example/#1", "https://a.example/#2"), 2),
        ("https://a.example:no/", ("https://a.example:no/#1", "https://a.example:no/#2"), 2),
        ("https://a.example/ferry", ("#0", "#1"), 2),
    ],
)
async def test_the_count_of_a_storys_updates_is_no_part_of_its_id(
    link: str, guids: tuple[str, str], count: int
) -> None:
    rows = [f"<title>x</title><link>{link}</link><guid isPermaLink='false'>{guid}</guid>" for guid in guids]
    assert len({entry.id for row in rows for entry in (await read(rss(row))).entries}) == count


async def test_an_empty_feed_is_a_feed() -> None:
    assert (await read(rss())).entries == ()


@pytest.mark.parametrize("charset", ["windows-1251", None])
@pytest.mark.parametrize("declared", [True, False])
async def test_charsets(charset: str | None, declared: bool) -> None:
    head = '<?xml version="1.0" encoding="windows-1251"?>' if declared else ""
    body = f"{head}<rss version='2.0'><channel><title>Вести</title></channel></rss>".encode("windows-1251")
    feed = await read(body, charset=charset)
    assert (feed.title == "Вести") is (declared or charset is not None)
    assert (await read(body, charset="base64")).title  # a codec, yet none for text


ALTERNATE = '<link rel="alternate" type="application/{type}" title="{title}" href="{href}">'


@pytest.mark.parametrize(
    ("links", "choices"),
    [
        ([("rss+xml", "Herald", "/rss")], ("https://news.example/rss",)),
        ([("rss+xml", "Herald RSS", "/rss"), ("atom+xml", "Herald Atom", "/atom")], ("https://news.example/rss",)),
        ([("rss+xml", "Herald", "/rss"), ("rss+xml", "Herald Comments", "/c")], ("https://news.example/rss",)),
        ([("rss+xml", "Comments", "/c")], ("https://news.example/c",)),
        ([("feed+json", "Herald", "feed.json#x")], ("https://news.example/feeds/feed.json",)),
        ([("rss+xml", "Sport", "/s"), ("rss+xml", "City", "/c?a=1&amp;b=2")],
         ("https://news.example/s", "https://news.example/c?a=1&b=2")),
        ([("rss+xml", "Bad", "javascript:x"), ("rss+xml", "Herald", "//cdn.example/r")], ("https://cdn.example/r",)),
        ([("json", "API", "/wp-json"), ("rss+xml", "", "/rss")], ("https://news.example/rss",)),
    ],
)  # fmt: skip
async def test_a_page_names_its_feeds(links: list[tuple[str, str, str]], choices: tuple[str, ...]) -> None:
    tags = "".join(ALTERNATE.format(type=kind, title=title, href=href) for kind, title, href in links)
    for head in ("<!DOCTYPE html><html><head>", "<HTML><head>\n", "<!-- x --><html>"):
        with pytest.raises(SeveralFeeds) as caught:
            await read(f"{head}{tags}</head><body>A story", "text/html")
        assert caught.value.choices == choices


async def test_base_and_the_feed_of_the_page_itself() -> None:
    tag = ALTERNATE.format(type="rss+xml", title="x", href="rss")
    with pytest.raises(SeveralFeeds) as caught:
        await read(f'<html><base href="/deep/"><link type="x">{tag}</html>', "text/html")
    assert caught.value.choices == ("https://news.example/deep/rss",)
    with pytest.raises(NotAFeed):
        await read(f"<html>{ALTERNATE.format(type='rss+xml', title='x', href=URL)}</html>", "text/html")


async def test_a_portal_is_cut_short() -> None:
    tags = "".join(ALTERNATE.format(type="rss+xml", title=f"t{n}", href=f"/{n}") for n in range(500))
    with pytest.raises(SeveralFeeds) as caught:
        await read(f"<html>{tags}", "text/html")
    assert len(caught.value.choices) == 10


async def test_a_feed_sent_as_html_is_a_feed() -> None:
    assert (await read(rss(ENTRY), "text/html")).entries


BOMB = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
HOSTILE = {
    "laughs": f'<!DOCTYPE x [<!ENTITY a "haha">{BOMB}]>'
    + rss(ENTRY).partition("?>")[2].replace("Ferry", "&j;"),
    "file": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    + rss("<title>&a;</title><link>https://news.example/</link>").partition("?>")[2],
    "unclosed": '<rss version="2.0"><channel><title>x<item><title>a<link>https://news.example/',
    "control": rss("<title>a\x00b\x08</title><link>https://news.example/</link>"),
    "deep": '<rss version="2.0"><channel>' + "<a>" * 20_000,
    "empty": "",
    "text": "hello",
    "binary": bytes(range(256)) * 10,
    "json list": '{"items": [1, 2, {"id": 3, "url": 4}]}',
    "json deep": '{"items": ' + "[" * 100_000,
    "html without feeds": "<html><body>words</body></html>",
    "svg": '<svg xmlns="http://www.w3.org/2000/svg"/>',
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_feeds_are_feeds_or_none(name: str) -> None:
    start_s = time.monotonic()
    try:
        feed = await read(HOSTILE[name], "application/xml")
    except NotAFeed:
        feed = None
    assert time.monotonic() - start_s < 8
    if feed is not None:
        assert len(repr(feed)) < 5000
        assert "root:" not in repr(feed)


async def test_fifty_thousand_entries_are_cut_short() -> None:
    rows = (f"<title>x</title><link>https://news.example/{n}</link>" for n in range(50_000))
    feed = await read(rss(*rows))
    assert len(feed.entries) == 1000
    assert feed.entries[0].url == "https://news.example/0"


async def longest_pause_s(stop: asyncio.Event) -> float:
    """How long the event loop was held by somebody at most."""
    longest_s, last_s = 0.0, time.monotonic()
    while not stop.is_set():
        await asyncio.sleep(0.01)
        longest_s, last_s = max(longest_s, time.monotonic() - last_s), time.monotonic()
    return longest_s


async def test_a_feed_that_takes_too_long_is_dropped_and_holds_nobody_up() -> None:
    slow = b"<rss version='2.0'><channel><item " + b"".join(b"a%d='1' " % n for n in range(200_000)) + b"/>"
    stop = asyncio.Event()
    watch = asyncio.create_task(longest_pause_s(stop))
    start_s = time.monotonic()
    with pytest.raises(NotAFeed):
        await FeedReader(limit_s=0.5).parse(page(slow))
    assert time.monotonic() - start_s < 6
    stop.set()
    assert await watch < 2


async def test_a_child_that_is_cut_off_is_not_a_feed() -> None:
    with pytest.raises(Unreadable):
        await read_apart(rss(ENTRY).encode(), limit_s=0.001)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=200), st.text(max_size=100), st.text(max_size=60))
async def test_any_text_in_any_place_is_clean(title: str, link: str, date: str) -> None:
    entry = {"id": link or "1", "url": link, "title": title, "summary": title, "date_published": date}
    document = {"version": "https://jsonfeed.org/version/1.1", "title": title, "items": [entry]}
    feed = await read(json.dumps(document), "application/feed+json")
    for found in feed.entries:
        assert found.url.lower().startswith(("http://", "https://"))
        assert "\n" not in found.title
        assert found.published is None or found.published.tzinfo is UTC
        (found.title + found.url + found.id).encode()


@pytest.mark.parametrize(
    ("marked", "text"),
    [
        ("A <i>plain</i> title", "A plain title"),
        ("A &amp;lt;b&amp;gt;title", "A title"),
        ("5 &lt; 6 and a < b", "5 < 6 and a < b"),
        ("Tom &amp; Jerry&#8217;s", "Tom & Jerry’s"),
        ("<![CDATA[x]]>", "x"),
        ("<script>alert(1)</script>x", "x"),
        ("<p>one</p><p>two</p>", "one two"),
        ("a\u202eb\x07c\n d", "a b c d"),
        ("x" * 50, "x" * 19 + "…"),
    ],
)
def test_marks_are_taken_out_of_titles(marked: str, text: str) -> None:
    assert plain(marked, 20) == text


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-03-05T09:00:00Z", datetime(2026, 3, 5, 9, tzinfo=UTC)),
        ("2026-03-05T09:00:00.123+01:00", datetime(2026, 3, 5, 8, 0, 0, 123000, tzinfo=UTC)),
        ("Thu, 05 Mar 2026 09:00:00 EST", datetime(2026, 3, 5, 14, tzinfo=UTC)),
        ("5 Mar 2026 09:00 +0000", datetime(2026, 3, 5, 9, tzinfo=UTC)),
        ("03/04/2026", None),
        ("30 minutes ago", None),
        ("2026-03-05", None),
        ("2026-03-05T09:00:00", None),
        ("Thu, 05 Mar 2026 09:00:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("x" * 1000, None),
        ("", None),
        (None, None),
    ],
)
def test_dates_are_read_or_unknown(text: str | None, at: datetime | None) -> None:
    assert when(text) == at
