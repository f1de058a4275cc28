"""What every part of a store transaction stands on."""

from __future__ import annotations

from collections.abc import Mapping

from bot.ports import Connection, Jobs, Row

CHANNEL = "platform = ? and workspace = ? and channel = ?"


def storable(value: object) -> object:
    """What both databases take: no half of a surrogate pair (no UTF-8), no NUL (not in PostgreSQL).
    One code point is put for one, so that offsets stay."""
    if not isinstance(value, str):
        return value
    return value.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")


class Statements:
    """The open connection, the dialect, and the engine's way to enqueue."""

    def __init__(self, connection: Connection, dialect: str, jobs: Jobs) -> None:
        self._connection = connection
        self._dialect = dialect
        self._jobs = jobs

    async def _rows(self, sql: str, *values: object) -> list[Row]:
        return await self._connection.rows(sql, *map(storable, values))

    async def _row(self, sql: str, *values: object) -> Row | None:
        found = await self._rows(sql, *values)
        return found[0] if found else None

    async def _insert(self, table: str, values: Mapping[str, object], conflict: str = "do nothing") -> bool:
        """Whether a row was written (always, when ``conflict`` is an update)."""
        marks = ", ".join("?" * len(values))
        written = await self._rows(
            f"insert into {table} ({', '.join(values)}) values ({marks})"
            f" on conflict {conflict} returning 1 as one",
            *values.values(),
        )
        return bool(written)

    async def _count(self, sql: str, *values: object) -> int:
        """Of a ``select count(*) as n``."""
        return int((await self._rows(sql, *values))[0]["n"])

    async def _deleted(self, sql: str, *values: object) -> int:
        """Run a ``delete``; how many rows it took."""
        return len(await self._rows(f"{sql} returning 1 as one", *values))

    @property
    def _skip_locked(self) -> str:
        """For claims: SQLite has one writer, PostgreSQL many."""
        return "for update skip locked" if self._dialect == "postgresql" else ""

    @property
    def _share(self) -> str:
        """Nobody changes or deletes the rows found before this transaction ends (SQLite: nobody can)."""
        return " for share" if self._dialect == "postgresql" else ""

    @property
    def _lock(self) -> str:
        """As ``_share``, and nobody else locks them."""
        return " for update" if self._dialect == "postgresql" else ""
