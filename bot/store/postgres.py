"""PostgreSQL: many processes, the same statements, psycopg 3 with a pool."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import TypeAlias

import psycopg
import psycopg_pool
from psycopg.rows import DictRow, dict_row

from bot.errors import StoreUnusable
from bot.ports import Row
from bot.store.migrate import migrate_postgres

_Pool: TypeAlias = "psycopg_pool.AsyncConnectionPool[psycopg.AsyncConnection[DictRow]]"
_OPEN_TIMEOUT_S = 10.0
_POOL_SIZE = 8
_TROUBLE = (psycopg.OperationalError, psycopg_pool.PoolTimeout)


class PostgresConnection:
    """One open transaction."""

    def __init__(self, native: psycopg.AsyncConnection[DictRow]) -> None:
        self.native = native
        self.calls: list[Callable[[], Awaitable[None]]] = []

    async def rows(self, sql: str, *values: object) -> list[Row]:
        cursor = await self.native.execute(_with_percent(sql), values)
        return list(await cursor.fetchall()) if cursor.description else []

    def after_commit(self, call: Callable[[], Awaitable[None]]) -> None:
        self.calls.append(call)


class PostgresDatabase:
    """Opened by ``open_postgres``."""

    dialect = "postgresql"

    def __init__(
        self, conninfo: str, pool: psycopg_pool.AsyncConnectionPool[psycopg.AsyncConnection[DictRow]]
    ) -> None:
        self.address = conninfo
        self._pool = pool

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[PostgresConnection]:
        """Raises StoreUnusable when the server cannot be reached or its disk is full."""
        cancelled_before = _cancellations()
        try:
            async with self._pool.connection() as native:
                connection = PostgresConnection(native)
                yield connection
        except Exception as error:
            # what the engine meets on the lent connection comes wrapped in its own error
            trouble = error if isinstance(error, _TROUBLE) else error.__cause__
            if not isinstance(trouble, _TROUBLE):
                raise
            raise StoreUnusable(_shown(self.address), _cause(trouble)) from error
        for call in connection.calls:
            await call()
        if _cancellations() > cancelled_before:
            # The driver waits with wait_for, and that of Python 3.11 drops a cancellation that comes together
            # with an answer (bpo-37658): a poller that was told to stop went on for ever.
            raise asyncio.CancelledError

    async def close(self) -> None:
        await self._pool.close()


async def open_postgres(conninfo: str) -> PostgresDatabase:
    """Migrate and open. Raises StoreNewer, StoreUnusable."""
    try:
        await asyncio.to_thread(migrate_postgres, conninfo)
        pool = psycopg_pool.AsyncConnectionPool(
            conninfo,
            connection_class=psycopg.AsyncConnection[DictRow],
            kwargs={"row_factory": dict_row},
            min_size=1,
            max_size=_POOL_SIZE,
            timeout=_OPEN_TIMEOUT_S,
            open=False,
            check=psycopg_pool.AsyncConnectionPool.check_connection,
        )
        await pool.open(wait=True, timeout=_OPEN_TIMEOUT_S)
    except (psycopg.Error, psycopg_pool.PoolTimeout) as error:
        raise StoreUnusable(_shown(conninfo), _cause(error)) from error
    return PostgresDatabase(conninfo, pool)


def _cancellations() -> int:
    """How often the current task was asked to stop."""
    task = asyncio.current_task()
    return task.cancelling() if task is not None else 0


@lru_cache(maxsize=256)
def _with_percent(sql: str) -> str:
    """Our statements hold ``?`` and ``%`` only as the mark of a value."""
    return sql.replace("?", "%s")


def _shown(conninfo: str) -> str:
    """Where the store is, without password or user."""
    try:
        words = psycopg.conninfo.conninfo_to_dict(conninfo)
    except psycopg.Error:
        return "the configured PostgreSQL"
    host, name = words.get("host") or "localhost", words.get("dbname") or "?"
    return f"PostgreSQL {name} on {host}"


def _cause(error: Exception) -> str:
    if isinstance(error, psycopg.errors.DiskFull):
        return "the disk is full"
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return "the user may not write there"
    return "the server does not answer as it should"
