"""What nutgraf remembers: neutral SQL over SQLite (the embedded default) and PostgreSQL.

``open_database`` opens and migrates; ``SqlStore`` gives transactions over it. The engine gets the
same database, so that a request and its job are committed together.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.ports import Database, Jobs
from bot.store.moving import Moving
from bot.store.notes import Notes
from bot.store.postgres import open_postgres
from bot.store.sqlite import open_sqlite
from bot.store.voices import hear_old_digests
from bot.store.withdrawal import Withdrawal

_POSTGRES = ("postgresql://", "postgres://")


class SqlTransaction(Moving, Withdrawal, Notes):
    """See ``bot.ports.Transaction``."""


class SqlStore:
    """See ``bot.ports.Store``. ``jobs`` is asked to enqueue inside the transaction."""

    def __init__(self, database: Database, jobs: Jobs) -> None:
        self._database = database
        self._jobs = jobs

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[SqlTransaction]:
        async with self._database.transaction() as connection:
            yield SqlTransaction(connection, self._database.dialect, self._jobs)

    async def close(self) -> None:
        await self._database.close()


async def open_database(address: str, *, to_read: bool = False) -> Database:
    """A path (SQLite) or a ``postgresql://`` address. ``to_read``: nothing will be written, so that
    another process may have the SQLite file.

    Raises StoreBusy, StoreNewer, StoreUnusable.
    """
    if address.startswith(_POSTGRES):
        database: Database = await open_postgres(address)
    else:
        database = await open_sqlite(Path(address), to_read=to_read)
    if not to_read:
        try:
            await hear_old_digests(database)
        except BaseException:
            await database.close()
            raise
    return database


__all__ = ["SqlStore", "SqlTransaction", "open_database"]
