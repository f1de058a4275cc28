"""Storage for procrastinate on the store's SQLite: its App, worker, retries and locks on top, untouched."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from typing import Any

from procrastinate import connector, exceptions, sql

from bot.engine.sqlite_queries import ANSWERS, SCHEMA
from bot.ports import Connection, Database, Row

_NAMES = {text: name for name, text in sql.queries.items()}
_JOB_ADDED = {"defer_jobs", "defer_periodic_job"}


class SqliteConnector(connector.BaseAsyncConnector):
    """One process: notifications are calls, made once the transaction is committed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._notify: connector.Notify | None = None

    def get_sync_connector(self) -> connector.BaseConnector:
        return self

    async def open_async(self, pool: connector.Pool | None = None) -> None:
        """Make the tables, and free the jobs of the run before (the store's file lock says it is dead)."""
        async with self._database.transaction() as connection:
            for statement in SCHEMA:
                await connection.rows(statement)

    async def close_async(self) -> None:
        """The database is the store's; it closes it."""
        self._notify = None

    async def execute_query_async(self, query: str, **arguments: Any) -> None:
        await self.execute_query_all_async(query, **arguments)

    async def execute_query_one_async(self, query: str, **arguments: Any) -> dict[str, Any]:
        return _first(await self.execute_query_all_async(query, **arguments))

    async def execute_query_all_async(self, query: str, **arguments: Any) -> list[dict[str, Any]]:
        async with self._database.transaction() as connection:
            return await self.execute_query_all_async_with_connection(connection, query, **arguments)

    async def execute_query_one_async_with_connection(
        self, connection: Connection, query: str, **arguments: Any
    ) -> dict[str, Any]:
        return _first(await self.execute_query_all_async_with_connection(connection, query, **arguments))

    async def execute_query_all_async_with_connection(
        self, connection: Connection, query: str, **arguments: Any
    ) -> list[dict[str, Any]]:
        name = _NAMES.get(query)
        answer = ANSWERS.get(name or "")
        if name is None or answer is None:
            raise exceptions.ConnectorException(f"not answered on SQLite: {name or query[:60]}")
        rows = await answer(connection, **arguments)
        if name in _JOB_ADDED:
            self._tell_after(connection, "job_inserted", rows)
        elif name == "cancel_job" and arguments["abort"]:
            self._tell_after(connection, "abort_job_requested", rows)
        return [dict(row) for row in rows]

    def _tell_after(self, connection: Connection, kind: str, rows: list[Row]) -> None:
        ids = [row["id"] for row in rows if row["id"] is not None]

        async def tell() -> None:
            for job_id in ids:
                if self._notify is not None:
                    payload = json.dumps({"type": kind, "job_id": job_id})
                    await self._notify(channel="procrastinate_any_queue_v1", payload=payload)

        connection.after_commit(tell)

    async def listen_notify(self, on_notification: connector.Notify, channels: Iterable[str]) -> None:
        self._notify = on_notification
        await asyncio.Event().wait()


def _first(rows: list[dict[str, Any]]) -> dict[str, Any]:
    if not rows:
        raise exceptions.NoResult
    return rows[0]
