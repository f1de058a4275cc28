"""Stores that go away and come back, and several bots on one PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from bot.engine import JobEngine
from bot.errors import StoreUnusable
from bot.ports import ANSWER, Connection, Database
from bot.store import SqlStore, open_database
from tests.fakes.desk import link_request
from tests.fakes.postgres import fresh_schema


@dataclass
class Bot:
    """A store, an engine, and the keys it has worked on."""

    store: SqlStore
    engine: JobEngine
    did: list[str] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def work(self, key: str) -> None:
        await asyncio.sleep(0.01)
        self.did.append(key)
        self.news.set()

    async def take(self, key: str) -> None:
        async with self.store.begin() as tx:
            await tx.take(link_request(key, "https://a.example/"), datetime.now(UTC))

    async def does(self, key: str) -> None:
        """Until the running engine has worked on the key."""
        async with asyncio.timeout(30):
            while key not in self.did:
                self.news.clear()
                await self.news.wait()


@asynccontextmanager
async def bot_on(database: Database) -> AsyncIterator[Bot]:
    engine = JobEngine(database, stalled_s=1.0, retry_base_s=0.01)
    await engine.open()
    bot = Bot(SqlStore(database, engine), engine)
    engine.handle(ANSWER, bot.work, bot.work)
    try:
        yield bot
    finally:
        await engine.close()
        await database.close()


@asynccontextmanager
async def running(bot: Bot) -> AsyncIterator[None]:
    work = asyncio.create_task(bot.engine.run())
    try:
        yield
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


class MoodyDatabase:
    """A database at the port that can be switched off, as a full disk does."""

    def __init__(self, real: Database) -> None:
        self._real = real
        self.dialect, self.address = real.dialect, real.address
        self.off = False
        self.refused = asyncio.Event()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        if self.off:
            self.refused.set()
            raise StoreUnusable(self.address, "the disk is full")
        async with self._real.transaction() as connection:
            yield connection

    async def close(self) -> None:
        await self._real.close()


async def test_an_engine_whose_disk_is_full_goes_on_when_there_is_room(quick_path: Path) -> None:
    database = MoodyDatabase(await open_database(str(quick_path / "nutgraf.db")))
    async with bot_on(database) as bot, running(bot):
        await bot.take("E1")
        await bot.does("E1")
        database.off = True
        with pytest.raises(StoreUnusable):
            await bot.take("E2")
        await asyncio.wait_for(database.refused.wait(), 5)
        await asyncio.sleep(1.5)  # long enough for the worker to look for jobs and fail
        database.off = False
        await bot.take("E2")
        await bot.does("E2")


async def test_an_engine_whose_server_drops_every_connection_goes_on(postgres_server: str) -> None:
    address = fresh_schema(postgres_server)
    async with bot_on(await open_database(address)) as bot, running(bot):
        await bot.take("E1")
        await bot.does("E1")
        with psycopg.connect(postgres_server, autocommit=True) as admin:
            dropped = admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where pid <> pg_backend_pid() and backend_type = 'client backend'"
            ).fetchall()
        assert len(dropped) >= 2
        await bot.take("E2")
        await bot.does("E2")


async def test_a_server_that_goes_before_the_job_is_written_is_told_alike(postgres_server: str) -> None:
    async with bot_on(await open_database(fresh_schema(postgres_server))) as bot:

        async def take() -> None:
            async with bot.store.begin() as tx:
                (me,) = await tx._rows("select pg_backend_pid() as pid")
                with psycopg.connect(postgres_server, autocommit=True) as admin:
                    admin.execute("select pg_terminate_backend(%s, 5000)", (me["pid"],))
                await bot.engine.defer(tx._connection, ANSWER, "E1")

        with pytest.raises(StoreUnusable) as refused:
            await take()
        assert refused.value.cause == "the server does not answer as it should"


async def test_bots_that_start_together_on_an_empty_server_share_the_work(postgres_server: str) -> None:
    address = fresh_schema(postgres_server)
    databases = await asyncio.gather(*(open_database(address) for _ in range(3)))
    async with AsyncExitStack() as stack:
        bots = await asyncio.gather(*(stack.enter_async_context(bot_on(one)) for one in databases))
        keys = [f"E{number}" for number in range(60)]
        await asyncio.gather(*(bot.take(key) for key in keys for bot in bots))
        await asyncio.gather(*(bot.engine.drain() for bot in bots))
        did = [key for bot in bots for key in bot.did]
        assert sorted(did) == sorted(keys), "each once, though each bot was told of each"
        assert sum(bool(bot.did) for bot in bots) > 1, "one bot did it all"


async def test_a_cancellation_that_the_driver_drops_is_heeded(postgres_server: str) -> None:
    database = await open_database(fresh_schema(postgres_server))
    rounds = 0

    async def work() -> None:
        nonlocal rounds
        while True:
            async with database.transaction() as connection:
                await connection.rows("create table if not exists kept (n integer)")
                await connection.rows("insert into kept values (?)", rounds)
                with suppress(asyncio.CancelledError):  # as wait_for of Python 3.11 may do
                    await asyncio.sleep(0.01)
            rounds += 1

    task = asyncio.create_task(work())
    await asyncio.sleep(0.2)
    task.cancel()
    done, _ = await asyncio.wait([task], timeout=10)
    assert done == {task}
    assert task.cancelled()
    async with database.transaction() as connection:
        kept = await connection.rows("select count(*) as n from kept")
    assert kept[0]["n"] == rounds + 1, "what was done is committed"
    await database.close()
