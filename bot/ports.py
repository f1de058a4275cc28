"""The protocols and nothing else: what the desk needs from the world. Layer 1.

Every method is called on the event loop's thread. Times are aware UTC. An implementation raises
leaves of ``bot.errors`` where its docstring says so; anything else it raises is a bug.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from bot.types import Digestible, Feed, Message, Page, Place, Posted, Request

Clock = Callable[[], datetime]


class Fetcher(Protocol):
    """Gets pages. Raises leaves of FetchError."""

    async def get(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None
    ) -> Page: ...

    async def close(self) -> None: ...


class Extractor(Protocol):
    """Reads a page and finds what is in it, away from the event loop, within a time limit.

    Raises leaves of ReadError (ReadTooSlow when the limit is over). The same page gives the
    same answer; the page's text never reaches a log.
    """

    async def extract(self, page: Page) -> Digestible: ...

    async def close(self) -> None: ...


class FeedParser(Protocol):
    """Bytes -> entries. Raises NotAFeed; SeveralFeeds for a site with more than one."""

    async def parse(self, page: Page) -> Feed: ...


class Chat(Protocol):
    """One chat platform. ``key`` makes a post idempotent as far as the platform allows.

    ``post`` and ``edit`` raise ``ChatDown`` (try again later) or ``ChatRefused`` (never will).
    ``find`` answers whether a post with that key was taken, after a crash between post and record.
    """

    platform: str

    async def post(self, place: Place, message: Message, key: str) -> Posted: ...

    async def find(self, place: Place, key: str) -> Posted | None: ...

    async def edit(self, posted: Posted, message: Message) -> None: ...

    async def delete(self, posted: Posted) -> None: ...

    async def acknowledge(self, request: Request, mark: str) -> None:
        """Show "reading", "done" or "failed" beside the request; best effort, never raises."""


class ChatDown(Exception):
    """The platform did not take it now."""

    def __init__(self, cause: str, retry_after_s: float | None = None) -> None:
        super().__init__(cause)
        self.retry_after_s = retry_after_s


class ChatRefused(Exception):
    """The platform will never take it (no such channel, no right, message refused)."""
