"""The whole bot over its store: settings in, a working house out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.app.parts import MIB, extractor_of, fetcher_of, now
from bot.commands import Receipt, Status, link_verbs
from bot.config import Settings
from bot.desk import Desk, Rules
from bot.desk.verbs import Verbs
from bot.engine import JobEngine
from bot.errors import StoreUnusable
from bot.feeds import FeedReader
from bot.files import WithFiles, sealing_key
from bot.poller import Poller
from bot.ports import Store
from bot.store import SqlStore, open_database
from bot.types import Place, Request


@dataclass(frozen=True, slots=True)
class House:
    """``grant`` makes a readable link of a local file: hand it to the terminal and to nobody else.
    ``verbs``: first words that make a command of a line with a link."""

    desk: Desk
    store: Store
    poller: Poller
    grant: Callable[[Path], str]
    verbs: frozenset[str]


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[House]:
    """The whole bot, closed in the reverse order. Raises leaves of SetupError."""
    async with AsyncExitStack() as stack:
        web = fetcher_of(settings)
        files = WithFiles(web, _sealing_key(settings.data_dir), settings.max_page_mib * MIB, now)
        stack.push_async_callback(files.close)
        database = await open_database(_address(settings))
        engine = JobEngine(database)
        store = SqlStore(database, engine)
        stack.push_async_callback(store.close)
        await engine.open()
        stack.push_async_callback(engine.close)
        extractor, feeds = extractor_of(settings), FeedReader()
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
        yield House(desk, store, Poller(store, web, feeds, now), files.grant, link_verbs())


async def status(settings: Settings, place: Place) -> str:
    """Seen, digested, delivered and what waits, in words. Raises leaves of SetupError."""
    return await _looked_up(settings, place, Status())


async def receipt(settings: Settings, place: Place, url: str | None) -> str:
    """Every host contacted for the latest digest (of ``url``), in words. Raises leaves of SetupError."""
    return await _looked_up(settings, place, Receipt(url))


async def _looked_up(settings: Settings, place: Place, command: Status | Receipt) -> str:
    """What the chat would answer, also while it runs: nothing is written."""
    database = await open_database(_address(settings), to_read=True)
    store = SqlStore(database, JobEngine(database))
    try:
        async with store.begin() as tx:
            request = Request("", place, "", "", (), command=True)
            rules = Rules(retention_days=settings.retention_days)
            told = (await Verbs(rules, now).do(tx, request, command)).answer
            return told.plain if told is not None else ""
    finally:
        await store.close()


def _address(settings: Settings) -> str:
    file = settings.database_file
    return settings.database if file is None else str(file.absolute())


def _sealing_key(folder: Path) -> bytes:
    try:
        return sealing_key(folder)
    except OSError as error:
        raise StoreUnusable(str(folder), error.strerror or type(error).__name__) from error
