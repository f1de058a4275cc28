"""The only module that knows all parts: settings in, a working house out.

What reads pages (lxml, trafilatura, the tagger) is named here and imported in the reading processes
only. ``opened`` is the whole bot over its store; ``reading`` is what one digest on a command line needs:
no store, and no network for a file.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.commands import verbs
from bot.config import Settings
from bot.desk import Desk, Rules, words
from bot.digest import Digest, compose, to_json
from bot.engine import JobEngine
from bot.errors import BadSetting, StoreUnusable
from bot.feeds import FeedReader
from bot.fetch import FetchLimits, HttpFetcher
from bot.files import WithFiles, page_of, sealing_key
from bot.offload import Offload
from bot.poller import Poller
from bot.ports import Store
from bot.render import digest_message, html, markdown
from bot.store import SqlStore, open_database
from bot.types import Message, Page, Place

READ, FIND = "bot.article:read", "bot.extract.find:find_all"
_MIB = 2**20


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class House:
    """``grant`` makes a readable link of a local file: hand it to the terminal and to nobody else."""

    desk: Desk
    store: Store
    poller: Poller
    grant: Callable[[Path], str]
    verbs: frozenset[str]


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[House]:
    """The whole bot, closed in the reverse order. Raises leaves of SetupError."""
    async with AsyncExitStack() as stack:
        web = _fetcher(settings)
        files = WithFiles(web, _sealing_key(settings.data_dir), settings.max_page_mib * _MIB, now)
        stack.push_async_callback(files.close)
        database = await open_database(_address(settings))
        engine = JobEngine(database)
        store = SqlStore(database, engine)
        stack.push_async_callback(store.close)
        await engine.open()
        stack.push_async_callback(engine.close)
        extractor, feeds = _extractor(settings), FeedReader()
        stack.push_async_callback(extractor.close)
        desk = Desk(
            store=store,
            engine=engine,
            fetcher=files,
            extractor=extractor,
            feeds=feeds,
            clock=now,
            rules=Rules(settings.links_per_message, settings.retention_days),
        )
        yield House(desk, store, Poller(store, web, feeds, now), files.grant, verbs())


@asynccontextmanager
async def reading(settings: Settings) -> AsyncIterator[Callable[[str | Page], Awaitable[Digest]]]:
    """A function from a link or a page to its digest; raises leaves of FetchError and ReadError."""
    fetcher, extractor = _fetcher(settings), _extractor(settings)

    async def digest(source: str | Page) -> Digest:
        page = await fetcher.get(source) if isinstance(source, str) else source
        found = await extractor.extract(page)
        return compose(found.article, found.findings, page.hosts)

    try:
        yield digest
    finally:
        await extractor.close()
        await fetcher.close()


def file_page(settings: Settings, path: Path, url: str | None) -> Page:
    """A local file as a page; ``url`` is its address, if it has one. Raises FileUnreadable, TooLarge."""
    return _addressed(page_of(path, settings.max_page_mib * _MIB, now()), url)


def stream_page(body: bytes, url: str | None) -> Page:
    """What was piped in, as a page: the reader looks at the bytes to see what it is."""
    return _addressed(Page("stdin:", "stdin:", "", body, now()), url)


def rendered(digest: Digest, form: str) -> Message | str:
    """``json`` (one line), ``markdown``, ``html``, else the message for a terminal."""
    if form == "json":
        return to_json(digest)
    if form == "markdown":
        return markdown(digest)
    return html(digest) if form == "html" else digest_message(digest)


async def status(settings: Settings, place: Place) -> str:
    """Seen, digested, delivered and what waits, in words. Raises leaves of SetupError."""
    async with opened(settings) as house:
        return words.status(await house.desk.status(place), await house.desk.status())


async def receipt(settings: Settings, place: Place, url: str | None) -> str:
    """Every host contacted for the latest digest (of ``url``), in words. Raises leaves of SetupError."""
    async with opened(settings) as house, house.store.begin() as tx:
        return words.receipt(await tx.latest_digest(place, url))


def _addressed(page: Page, url: str | None) -> Page:
    if url is None:
        return page
    return Page(url, url, page.media_type, page.body, page.fetched_at)


def _fetcher(settings: Settings) -> HttpFetcher:
    limits = FetchLimits(total_s=settings.fetch_timeout_s, body_limit_bytes=settings.max_page_mib * _MIB)
    try:
        return HttpFetcher(limits, settings.allow_hosts)
    except ValueError as error:
        raise BadSetting(
            "allow_hosts", ", ".join(settings.allow_hosts), "hosts, host:port or CIDR"
        ) from error


def _extractor(settings: Settings) -> Offload:
    return Offload(READ, FIND, workers=settings.workers, limit_s=settings.read_timeout_s)


def _address(settings: Settings) -> str:
    file = settings.database_file
    return settings.database if file is None else str(file.absolute())


def _sealing_key(folder: Path) -> bytes:
    try:
        return sealing_key(folder)
    except OSError as error:
        raise StoreUnusable(str(folder), error.strerror or type(error).__name__) from error
