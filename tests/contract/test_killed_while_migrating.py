"""A process killed while it migrates leaves yoyo's lock row behind: the next start is not held up by it."""

from __future__ import annotations

import contextlib
import sqlite3

import psycopg

from bot.store import open_database

LEFT_BEHIND = (
    "create table yoyo_lock (locked int default 1, ctime timestamp, pid int not null, primary key (locked))",
    "insert into yoyo_lock (locked, ctime, pid) values (1, '2026-01-01 00:00:00', 4242)",
)


async def test_the_next_start_makes_the_store_all_the_same(store_address: str) -> None:
    if store_address.startswith("postgresql://"):
        with psycopg.connect(store_address, autocommit=True) as raw:
            for statement in LEFT_BEHIND:
                raw.execute(statement.encode())
    else:
        with contextlib.closing(sqlite3.connect(store_address)) as file, file:
            for statement in LEFT_BEHIND:
                file.execute(statement)
    database = await open_database(store_address)
    await database.close()
