"""Fakes at the desk's ports: a web of made-up pages and a reader that needs no model."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.errors import NotFound
from bot.types import (
    Article,
    Coverage,
    Digestible,
    Entry,
    Feed,
    Findings,
    Page,
    Paragraph,
    Phrase,
    Place,
    Quote,
    QuoteKind,
    Request,
    Span,
    Speaker,
    SpeakerKind,
)

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
HERE = Place("fake", "newsroom", "desk")


def link_request(key: str, *links: str, place: Place = HERE, user: str = "ada", **more: Any) -> Request:
    """Somebody pasted links."""
    return Request(key, place, user, " ".join(links), links, **more)


def command_request(key: str, text: str, place: Place = HERE, user: str = "ada", **more: Any) -> Request:
    """Somebody spoke to the bot."""
    return Request(key, place, user, text, (), command=True, **more)


class FakeClock:
    """Stands still until told."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now
        self.threads: set[int] = set()  # that asked

    def __call__(self) -> datetime:
        self.threads.add(threading.get_ident())
        return self.now


@dataclass
class FakeWeb:
    """A Fetcher over a table: a body, an error to raise, or nothing (404)."""

    pages: Mapping[str, str | Exception] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    known: Callable[[str], str | None] = lambda url: None  # for pages made on the fly

    async def get(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Page:
        self.asked.append(url)
        found = self.pages.get(url) or self.known(url)
        if found is None:
            raise NotFound(url, 404)
        if isinstance(found, Exception):
            raise found
        host = url.split("/")[2]
        return Page(url, url, "text/html", found.encode(), NOON, hosts=(host, f"cdn.{host}"))

    async def close(self) -> None:
        pass


_SAID = re.compile(r" said ([A-Z]\w+ [A-Z]\w+)")


class FakeReader:
    """An Extractor: first line title, the rest the story; words in double marks are quotes, of whoever
    ``said Mara Lind`` names behind them."""

    async def extract(self, page: Page) -> Digestible:
        title, _, text = page.body.decode().partition("\n")
        quotes, start = [], text.find('"')
        while start >= 0:
            end = text.index('"', start + 1)
            quotes.append(Quote((Span(start + 1, end),), QuoteKind.DIRECT, _speaker(text, end + 1)))
            start = text.find('"', end + 1)
        article = Article(
            url=page.url,
            canonical_url=page.url.split("?")[0],
            title=title,
            text=text,
            paragraphs=(Paragraph(Span(0, len(text))),),
            fetched_at=page.fetched_at,
            language="en",
            coverage=Coverage(len(text.split())),
        )
        return Digestible(article, Findings(quotes=tuple(quotes)))

    async def close(self) -> None:
        pass


def _speaker(text: str, start: int) -> Speaker | None:
    named = _SAID.match(text, start)
    if named is None:
        return None
    return Speaker(Phrase(named[1], Span(named.start(1), named.end(1))), SpeakerKind.PERSON)


class FakeFeeds:
    """A FeedParser: first line title, then one link a line, newest first."""

    async def parse(self, page: Page) -> Feed:
        title, *links = page.body.decode().splitlines()
        entries = tuple(Entry(link, link, f"Story at {link}") for link in links)
        return Feed(page.url, title, entries)
