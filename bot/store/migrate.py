"""Migrations, applied by yoyo from ``bot/store/migrations`` on both databases.

A store that is up to date is recognised by one query, so that a normal start does not import yoyo.
The caller holds the store's own lock (a file lock, an advisory lock): yoyo's lock row would outlive
a process that is killed while it migrates.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path
from urllib.parse import quote

import psycopg

from bot.errors import StoreNewer

_APPLIED = "select migration_id from _yoyo_migration"


def known_migrations() -> list[str]:
    """Names of this version's migrations, oldest first."""
    folder = resources.files("bot.store") / "migrations"
    return sorted(
        entry.name.removesuffix(".sql") for entry in folder.iterdir() if entry.name.endswith(".sql")
    )


def is_current(applied: Iterable[str]) -> bool:
    """Whether nothing is left to apply. Raises StoreNewer for a migration that we do not know."""
    known, done = set(known_migrations()), set(applied)
    if done - known:
        raise StoreNewer(max(done - known))
    return done == known


def sqlite_is_current(raw: sqlite3.Connection) -> bool:
    """As :func:`is_current`; False for an empty file."""
    there = raw.execute("select 1 from sqlite_master where name = '_yoyo_migration'").fetchone()
    return bool(there) and is_current(row[0] for row in raw.execute(_APPLIED).fetchall())


def migrate_sqlite(path: Path, raw: sqlite3.Connection) -> None:
    """Raises StoreNewer; sqlite3.DatabaseError when the file cannot be written."""
    if sqlite_is_current(raw):
        return
    # yoyo opens "file:<database>": what would end or split that address is quoted
    _apply("sqlite", quote(str(path)), {})


def migrate_postgres(conninfo: str) -> None:
    """Raises StoreNewer; psycopg.Error when the server cannot be reached or refuses."""
    with psycopg.connect(conninfo, autocommit=True) as raw:
        raw.execute("select pg_advisory_lock(hashtext('nutgraf migrations'))")
        there = raw.execute("select to_regclass('_yoyo_migration')").fetchone()
        if there and there[0] and is_current(row[0] for row in raw.execute(_APPLIED).fetchall()):
            return
        words = psycopg.conninfo.conninfo_to_dict(conninfo)
        name = words.pop("dbname", None)
        _apply("postgresql+psycopg", name, words)


def _apply(scheme: str, database: object, arguments: Mapping[str, object]) -> None:
    from yoyo import read_migrations  # noqa: PLC0415 - 60 ms, needed only when there is work
    from yoyo.backends import get_backend_class  # noqa: PLC0415
    from yoyo.connections import DatabaseURI  # noqa: PLC0415
    from yoyo.migrations import default_migration_table  # noqa: PLC0415

    where = DatabaseURI(scheme, None, None, None, None, database, arguments)
    backend = get_backend_class(scheme)(where, default_migration_table)
    with backend, resources.as_file(resources.files("bot.store") / "migrations") as folder:
        if backend.lock_table in backend.list_tables():
            backend.break_lock()  # ours is held: a row that stands here was left by a killed process
        backend.init_database()
        backend.apply_migrations(backend.to_apply(read_migrations(str(folder))))
