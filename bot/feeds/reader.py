"""``bot.ports.FeedParser``: what is read where, and what a page that is no feed names."""

from __future__ import annotations

import asyncio
import contextlib
import re

from bot.errors import NotAFeed, SeveralFeeds
from bot.feeds.child import LIMIT_S, read_apart
from bot.feeds.discovery import feeds_named, looks_like_html
from bot.feeds.entries import feed_of
from bot.feeds.raw import RawFeed, Unreadable, fast, plausible, ttl_s
from bot.types import Feed, Page

# The worst 256 KiB (one element with 25,000 attributes) hold fastfeedparser for 0.5 s, the worst
# 870 kB for 5.4 s; a usual feed of 85 kB takes 1 ms. Larger ones go where they can be killed.
_HERE_BYTES = 256 * 1024
_CHILDREN = 2  # at a time
_FEEDISH = re.compile(rb"<(?:\w+:)?(?:rss|feed|rdf|channel|item|entry)\b", re.IGNORECASE)
_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,200}encoding", re.IGNORECASE)


class FeedReader:
    """RSS, RDF, Atom and JSON Feed. Small ones are read here in about 1 ms, the rest in a child process.

    Raises SeveralFeeds for a web page that names feeds, also when it names exactly one: then
    ``choices`` has one address, and the caller may follow that. Raises NotAFeed for everything else.
    """

    def __init__(self, limit_s: float = LIMIT_S) -> None:
        """``limit_s``: wall clock of one child process."""
        self._limit_s = limit_s
        self._children = asyncio.Semaphore(_CHILDREN)

    async def parse(self, page: Page) -> Feed:
        if looks_like_html(page.body, page.media_type):
            choices = tuple(one for one in feeds_named(page.body, page.url) if one != page.url)
            if choices:
                raise SeveralFeeds(page.url, choices)
            raise NotAFeed(page.url)
        body = _utf8(page)
        raw = await self._read(body, page.url)
        if len(body) <= _HERE_BYTES:
            return feed_of(raw, page.url, page.fetched_at, ttl_s(body))
        # 10 MiB of hostile summaries take 3 s to clean; in a thread they hold nobody up
        return await asyncio.to_thread(feed_of, raw, page.url, page.fetched_at, ttl_s(body))

    async def _read(self, body: bytes, url: str) -> RawFeed:
        is_json = body[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
        if not is_json and not _FEEDISH.search(body):
            raise NotAFeed(url)
        if len(body) <= _HERE_BYTES:
            try:
                found = fast(body)
            except Unreadable:
                if is_json:
                    raise NotAFeed(url) from None
            else:
                if is_json or plausible(found, body):
                    return found
        try:
            async with self._children:
                return await read_apart(body, self._limit_s)
        except Unreadable:
            raise NotAFeed(url) from None


def _utf8(page: Page) -> bytes:
    """The body; recoded where only the HTTP header tells its charset."""
    if page.charset in {None, "utf-8", "utf8"} or _DECLARED.match(page.body):
        return page.body
    try:
        page.body.decode("utf-8")
    except UnicodeDecodeError:
        # UnicodeError: codecs that know no "replace" (idna), or make surrogates (unicode_escape)
        with contextlib.suppress(LookupError, UnicodeError):
            return page.body.decode(page.charset or "", "replace").encode()
    return page.body
