"""What one digest on a command line needs: no store, and no network for a file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

from bot.app.parts import MIB, extractor_of, fetcher_of, now
from bot.config import Settings
from bot.digest import Digest, compose, to_json
from bot.errors import TooLarge
from bot.files import page_of
from bot.ports import Fetcher
from bot.render import digest_message, html, markdown
from bot.types import Message, Page


@asynccontextmanager
async def reading(settings: Settings) -> AsyncIterator[Callable[[str | Page], Awaitable[Digest]]]:
    """A function from a link or a page to its digest; raises leaves of FetchError and ReadError."""
    extractor = extractor_of(settings)
    web: list[Fetcher] = []  # made for the first link: a file needs none

    async def digest(source: str | Page) -> Digest:
        if isinstance(source, str):
            web.extend([] if web else [fetcher_of(settings)])
            page = await web[0].get(source)
        else:
            page = source
        found = await extractor.extract(page)
        return compose(found.article, found.findings, page.hosts)

    try:
        yield digest
    finally:
        await extractor.close()
        for fetcher in web:
            await fetcher.close()


def file_page(settings: Settings, path: Path, url: str | None) -> Page:
    """A local file as a page; ``url`` is its address, if it has one. Raises FileUnreadable, TooLarge."""
    return _addressed(page_of(path, settings.max_page_mib * MIB, now()), url)


def stream_page(settings: Settings, stream: BinaryIO, url: str | None) -> Page:
    """What is piped in, as a page: the reader looks at the bytes to see what it is. Raises TooLarge."""
    limit_bytes = settings.max_page_mib * MIB
    body = stream.read(limit_bytes + 1)
    if len(body) > limit_bytes:
        raise TooLarge("standard input", limit_bytes)
    return _addressed(Page("stdin:", "stdin:", "", body, now()), url)


def rendered(digest: Digest, form: str) -> Message | str:
    """``json`` (one line), ``markdown``, ``html``, else the message for a terminal."""
    if form == "json":
        return to_json(digest)
    if form == "markdown":
        return markdown(digest)
    return html(digest) if form == "html" else digest_message(digest)


def _addressed(page: Page, url: str | None) -> Page:
    if url is None:
        return page
    return Page(url, url, page.media_type, page.body, page.fetched_at)
