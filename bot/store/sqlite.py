"""SQLite, the embedded default: one process that writes, one connection, one writer thread, WAL.

Every statement runs on the writer thread, so the event loop never waits for the disk, and an
``asyncio.Lock`` lets one transaction in at a time. ``synchronous=FULL``: what was acknowledged
survives a power cut as well as a kill. The file must lie on a local disk (WAL and locks do not
work over NFS).
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from bot.errors import StoreBusy, StoreUnusable
from bot.ports import Row
from bot.store.migrate import migrate_sqlite, sqlite_is_current

T = TypeVar("T")

# quick_check reads the whole file: 0.06 s for 105 MiB in the page cache, and a start must stay short
_CHECKED_BYTES = 256 * 2**20
_BUSY_S = 10.0  # a backup tool may hold the file for a moment


class SqliteConnection:
    """One open transaction; begun by its first statement."""

    native = None

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database
        self._begun = False
        self.calls: list[Callable[[], Awaitable[None]]] = []

    async def rows(self, sql: str, *values: object) -> list[Row]:
        begin, self._begun = not self._begun, True
        return await self._database.on_writer(lambda: self._database.statement(sql, values, begin=begin))

    def after_commit(self, call: Callable[[], Awaitable[None]]) -> None:
        self.calls.append(call)


class SqliteDatabase:
    """Opened by ``open_sqlite``. Without a ``lock`` it only reads."""

    dialect = "sqlite"

    def __init__(
        self, path: Path, lock: int | None, raw: sqlite3.Connection, writer: ThreadPoolExecutor
    ) -> None:
        self.address = str(path)
        self._held = lock
        self._begin = "begin" if lock is None else "begin immediate"
        self._raw = raw
        self._writer = writer
        self._turn = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[SqliteConnection]:
        """Raises StoreUnusable when the disk is full or the file is damaged."""
        connection = SqliteConnection(self)
        async with self._turn:
            try:
                yield connection
            except BaseException:
                await asyncio.shield(self.on_writer(self._roll_back))
                raise
            # Shielded: a cancelled caller leaves the commit to the writer, and whoever comes next
            # queues behind it on the same thread.
            await asyncio.shield(self.on_writer(self._commit))
        for call in connection.calls:
            await call()

    async def on_writer(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._writer, work)

    def statement(self, sql: str, values: Sequence[object], *, begin: bool) -> list[Row]:
        try:
            if begin:
                self._raw.execute(self._begin)
            return [dict(row) for row in self._raw.execute(sql, values)]
        except sqlite3.DatabaseError as error:
            raise _told(self.address, error) from error

    def _commit(self) -> None:
        if not self._raw.in_transaction:
            return
        try:
            self._raw.execute("commit")
        except sqlite3.DatabaseError as error:
            self._roll_back()
            raise _told(self.address, error) from error

    def _roll_back(self) -> None:
        if self._raw.in_transaction:
            self._raw.execute("rollback")

    async def close(self) -> None:
        async with self._turn:
            await self.on_writer(self._raw.close)
        self._writer.shutdown()
        if self._held is not None:
            os.close(self._held)


async def open_sqlite(path: Path, *, to_read: bool = False) -> SqliteDatabase:
    """Take the lock, open, migrate. ``to_read``: look into a store that is up to date without lock and
    without writing, also while a bot is running on it; any other store is opened as usual.

    Raises StoreBusy when another process has it, StoreNewer when a newer nutgraf wrote it,
    StoreUnusable when the file is no database, is damaged or cannot be written.
    """
    writer = ThreadPoolExecutor(1, thread_name_prefix="store-writer")
    loop = asyncio.get_running_loop()
    try:
        lock, raw = await loop.run_in_executor(writer, _open, path, to_read)
    except BaseException:
        writer.shutdown(wait=False)
        raise
    return SqliteDatabase(path, lock, raw, writer)


def _open(path: Path, to_read: bool) -> tuple[int | None, sqlite3.Connection]:
    reader = _reader(path) if to_read and path.is_file() else None
    if reader is not None:
        return None, reader
    lock = _locked(path)
    try:
        return lock, _opened(path)
    except BaseException:
        os.close(lock)
        raise


def _reader(path: Path) -> sqlite3.Connection | None:
    """None for a store of an older nutgraf, or one that is just being made."""
    with _opening(path, "ro") as raw:
        if sqlite_is_current(raw):
            return raw
    raw.close()
    return None


def _opened(path: Path) -> sqlite3.Connection:
    with contextlib.suppress(OSError):  # private words go in; SQLite would make it readable for all
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with _opening(path, "rwc") as raw:
        for pragma in ("journal_mode=wal", "synchronous=full", "secure_delete=on"):
            raw.execute(f"pragma {pragma}").fetchall()
        if path.stat().st_size <= _CHECKED_BYTES:
            _refuse_damaged(path, raw)
        migrate_sqlite(path, raw)
    return raw


@contextlib.contextmanager
def _opening(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    """A connection that is closed again when its opening fails."""
    raw = None
    try:
        raw = sqlite3.connect(
            f"file:{quote(os.fsencode(path))}?mode={mode}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=_BUSY_S,
        )
        raw.row_factory = sqlite3.Row
        yield raw
    except BaseException as error:
        if raw is not None:
            raw.close()
        if isinstance(error, sqlite3.DatabaseError):
            raise _told(str(path), error) from error
        raise


def _refuse_damaged(path: Path, raw: sqlite3.Connection) -> None:
    if raw.execute("pragma quick_check(1)").fetchone()[0] != "ok":
        raise StoreUnusable(str(path), "the file is damaged")


def _locked(path: Path) -> int:
    """An exclusive lock beside the file: the engine frees the jobs of the last run at start, which
    is right only when no other run is alive. The system drops it when the process dies."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreUnusable(str(path), _cause(error)) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise StoreBusy(str(path)) from error
    except OSError as error:
        os.close(lock)
        raise StoreUnusable(str(path), _cause(error)) from error
    return lock


def _cause(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()


_CAUSES = {
    sqlite3.SQLITE_NOTADB: "the file is not a database",
    sqlite3.SQLITE_CORRUPT: "the file is damaged",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "the file may not be written",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened",
    sqlite3.SQLITE_IOERR: "the disk does not answer",
    sqlite3.SQLITE_PERM: "the file may not be written",
}


def _told(path: str, error: sqlite3.DatabaseError) -> Exception:
    """The state of disk or file as StoreUnusable; a wrong statement of ours stays what it is."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StoreBusy(path)
    cause = _CAUSES.get(code)
    return error if cause is None else StoreUnusable(path, cause)
