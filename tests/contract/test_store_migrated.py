"""A store that an older version wrote is opened, with nothing of it lost."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from yoyo import read_migrations
from yoyo.backends import get_backend_class
from yoyo.connections import DatabaseURI
from yoyo.migrations import default_migration_table

from bot.errors import StoreUnusable
from bot.records import Deed, DeliveryState, FeedState
from bot.rhythm import Rhythm
from bot.standing import Standing
from bot.store import SqlStore, open_database
from bot.types import Place, Request, Subscription
from tests.contract.rooms import MESSAGE, Jobs, quoting
from tests.fakes.desk import HERE, NOON

MIGRATIONS = Path(__file__).parent.parent.parent / "bot" / "store" / "migrations"
FIRST, SECOND = "0001-first.sql", "0002-slack.sql"
AT = NOON.timestamp()
NEW = Place("fake", "newsroom", "upgraded")
PLACE = {"platform": "fake", "workspace": "newsroom", "channel": "desk", "thread": ""}
WORDS = {
    "blocks": [
        {
            "kind": "title",
            "runs": [{"text": "Zoë <b>’s", "bold": True, "link": "https://a.example/?x=1&y=2"}],
        },
        {"kind": "quote", "runs": [{"text": "“Ja”", "italic": True}, {"text": " \U0001f60a "}]},
    ],
    "plain": "Zoë\n“Ja” \U0001f60a",
}
ROWS: dict[str, list[dict[str, Any]]] = {
    "requests": [
        {"key": "E1", **PLACE, "asked_by": "ada", "body": "see https://a.example/",
         "links": '["https://a.example/"]', "command": 0, "state": "open", "received_at": AT,
         "closed_at": None},
        {"key": "E0", **PLACE, "asked_by": "bob", "body": "help", "links": "[]", "command": 1,
         "state": "done", "received_at": AT, "closed_at": AT},
    ],
    "articles": [{"canonical_url": "https://a.example/", "url": "https://a.example/?x", "title": "T",
                  "first_seen_at": AT}],
    "versions": [{"canonical_url": "https://a.example/", "text_hash": "ab", "fetched_at": AT,
                  "article": "{}"}],
    "digests": [
        {"id": f"d{number}", "request_key": "E1", **PLACE, "canonical_url": "https://a.example/",
         "url": "https://a.example/?x", "title": "T", "text_hash": "ab", "fetched_at": AT,
         "created_at": AT + number, "document": document}
        for number, document in enumerate(
            [quoting("José Álvarez", None), "damaged", *(quoting(f"Speaker {n}") for n in range(120))]
        )
    ],
    "egress": [{"digest_id": "d0", "position": 0, "host": "a.example"}],
    "deliveries": [
        {"key": "E1#0", "request_key": "E1", **PLACE, "digest_id": "d1",
         "message": json.dumps(WORDS, ensure_ascii=False), "state": "posting", "attempts": 2,
         "message_id": None, "reason": None, "created_at": AT, "updated_at": AT},
    ],
    "feeds": [{"url": "https://a.example/feed", "title": "A", "etag": "e", "last_modified": None,
               "interval_s": 900.0, "failures": 1, "polled_at": AT, "next_poll_at": AT + 60}],
    "entries": [{"feed_url": "https://a.example/feed", "id": "one", "url": "https://a.example/1",
                 "title": "One", "published_at": None, "seen_at": AT}],
    "subscriptions": [
        {**PLACE, "number": 3, "feed_url": "https://a.example/feed", "title": "A", "added_by": "ada",
         "added_at": AT, "want": '["tax"]', "refuse": "[]", "paused": 1},
    ],
    "settings": [{"platform": "fake", "workspace": "newsroom", "channel": "desk", "key": "digest",
                  "value": "off"}],
    "counters": [{"name": 'subscription ["fake", "newsroom", "desk"]', "value": 3}],
}  # fmt: skip

# What the second version wrote besides; its rows have the columns of the first one, and some more.
MORE: dict[str, dict[str, Any]] = {
    "requests": {"addressed": 1, "private": 1, "source": "E00", "standing": "admin"},
    "deliveries": {"deed": "edit", "target": "E0#0", "only_for": "ada"},
    "subscriptions": {"rhythm": "daily 08:30 Europe/London", "stopped": "closed"},
    "feeds": {"missed": 1},
}
WAITING = {
    **PLACE, "number": 3, "entry_id": "two", "url": "https://a.example/2", "body": "Two", "due_at": AT,
    "gathered_at": AT, "position": 0,
}  # fmt: skip
SECOND_ROWS = {
    **{table: [{**row, **MORE.get(table, {})} for row in rows] for table, rows in ROWS.items()},
    "gathered": [WAITING],
    "voices": [{"digest_id": "d0", "name": " jose alvarez "}],
    "feedback": [
        {"digest_id": "d0", "given_by": "ada", "slot": "", "platform": "fake", "workspace": "newsroom",
         "channel": "desk", "verdict": "useful", "words": "", "given_at": AT},
    ],
}  # fmt: skip

Execute = Callable[[str, tuple[object, ...]], list[Any]]


@contextlib.contextmanager
def raw(address: str) -> Iterator[Execute]:
    """Statements outside the store, each at once."""
    if address.startswith("postgresql://"):
        with psycopg.connect(address, autocommit=True) as server:

            def execute(sql: str, values: tuple[object, ...] = ()) -> list[Any]:
                cursor = server.execute(sql.replace("?", "%s").encode(), values)
                return cursor.fetchall() if cursor.description else []

            yield execute
    else:
        with contextlib.closing(sqlite3.connect(address, isolation_level=None)) as file:
            yield lambda sql, values=(): file.execute(sql, values).fetchall()


def write(
    address: str, folder: Path, names: tuple[str, ...], tables: dict[str, list[dict[str, Any]]]
) -> None:
    """A store as the version with these migrations left it."""
    for name in names:
        shutil.copy(MIGRATIONS / name, folder)
    if address.startswith("postgresql://"):
        words: dict[str, Any] = psycopg.conninfo.conninfo_to_dict(address)
        scheme, database = "postgresql+psycopg", words.pop("dbname", None)
    else:
        scheme, database, words = "sqlite", address, {}
    where = DatabaseURI(scheme, None, None, None, None, database, words)
    with get_backend_class(scheme)(where, default_migration_table) as backend:
        backend.init_database()
        backend.apply_migrations(backend.to_apply(read_migrations(str(folder))))
    with raw(address) as execute:
        for table, rows in tables.items():
            for row in rows:
                marks = ", ".join("?" * len(row))
                execute(f"insert into {table} ({', '.join(row)}) values ({marks})", tuple(row.values()))


@pytest.fixture
def old_address(store_address: str, tmp_path: Path) -> str:
    """A store of the first version."""
    write(store_address, tmp_path, (FIRST,), ROWS)
    return store_address


@pytest.fixture
def second_address(store_address: str, tmp_path: Path) -> str:
    """A store of the second version."""
    write(store_address, tmp_path, (FIRST, SECOND), SECOND_ROWS)
    return store_address


def held(address: str, tables: dict[str, list[dict[str, Any]]] = ROWS) -> dict[str, list[tuple[Any, ...]]]:
    """The columns of that version."""
    with raw(address) as execute:
        return {
            table: sorted(
                (tuple(row) for row in execute(f"select {', '.join(rows[0])} from {table}", ())), key=repr
            )
            for table, rows in tables.items()
        }


async def test_every_row_is_still_there_and_reads_as_before(old_address: str) -> None:
    before = held(old_address)
    store = SqlStore(await open_database(old_address), Jobs())
    async with store.begin() as tx:
        assert await tx.request("E1") == Request(
            "E1", HERE, "ada", "see https://a.example/", ("https://a.example/",), standing=Standing.MEMBER
        )
        delivery = await tx.delivery("E1#0")
        assert delivery is not None
        assert (delivery.state, delivery.attempts) == (DeliveryState.POSTING, 2)
        assert delivery.message == replace(MESSAGE, blocks=MESSAGE.blocks[:2])
        assert (delivery.deed, delivery.target, delivery.only_for) == (Deed.POST, None, None)
        (followed,) = await tx.subscriptions(HERE)
        assert followed == Subscription(
            3, HERE, "https://a.example/feed", "A", "ada", NOON, ("tax",), (), True, Rhythm(), None
        )
        feed = await tx.feed(followed.feed_url)
        assert isinstance(feed, FeedState)
        assert (feed.etag, feed.failures) == ("e", 1)
        assert await tx.known_entries(followed.feed_url, ("one", "two")) == {"one"}
        assert await tx.settings(HERE) == {"digest": "off"}
        counts = await tx.counts()
        assert (counts.seen, counts.digested, counts.waiting, counts.stopped) == (2, 122, 1, 0)
    await store.close()
    assert held(old_address) == before


async def test_its_speakers_are_found(old_address: str) -> None:
    for _ in range(2):
        store = SqlStore(await open_database(old_address), Jobs())
        async with store.begin() as tx:
            found = await tx.said("fake", "newsroom", "Alvarez, Jose", None, 9)
            assert [one.id for one in found] == ["d0"]
            assert len(await tx.said("fake", "newsroom", "speaker", None, 999)) == 120
        await store.close()


async def test_an_update_that_breaks_in_the_middle_changes_nothing(old_address: str) -> None:
    with raw(old_address) as execute:
        execute("create table feedback (odd integer)", ())
    before = held(old_address)
    with pytest.raises((sqlite3.OperationalError, StoreUnusable)):
        await open_database(old_address)
    assert held(old_address) == before
    with raw(old_address) as execute:
        with pytest.raises((sqlite3.OperationalError, psycopg.Error)):
            execute("select addressed from requests", ())
        execute("drop table feedback", ())
    database = await open_database(old_address)
    await database.close()
    assert held(old_address) == before


async def test_a_store_of_the_second_version_reads_as_before(second_address: str) -> None:
    before = held(second_address, SECOND_ROWS)
    store = SqlStore(await open_database(second_address), Jobs())
    async with store.begin() as tx:
        request, delivery = await tx.request("E1"), await tx.delivery("E1#0")
        assert request is not None
        assert (request.addressed, request.private, request.source) == (True, True, "E00")
        assert request.standing is Standing.ADMIN
        assert delivery is not None
        assert (delivery.place, delivery.deed, delivery.target) == (HERE, Deed.EDIT, "E0#0")
        (followed,) = await tx.subscriptions(HERE)
        assert (str(followed.rhythm), followed.stopped) == ("daily 08:30 Europe/London", "closed")
        assert len(await tx.feedback(9)) == 1
        assert [one.id for one in await tx.said("fake", "newsroom", "Alvarez", None, 9)] == ["d0"]
        assert (await tx.notes("fake"), await tx.settings(HERE)) == ({}, {"digest": "off"})
    assert held(second_address, SECOND_ROWS) == before
    async with store.begin() as tx:
        await tx.move_place(HERE, NEW, NOON)
        assert await tx.subscriptions(NEW) == (replace(followed, place=NEW),)
        assert await tx.delivery("E1#0") == delivery, "it is with the chat, where it was handed over"
    await store.close()


async def test_an_update_of_the_second_version_that_breaks_changes_nothing(second_address: str) -> None:
    with raw(second_address) as execute:
        execute("create table moves (odd integer)", ())
    before = held(second_address, SECOND_ROWS)
    with pytest.raises((sqlite3.OperationalError, StoreUnusable)):
        await open_database(second_address)
    assert held(second_address, SECOND_ROWS) == before
    with raw(second_address) as execute:
        with pytest.raises((sqlite3.OperationalError, psycopg.Error)):
            execute("select name from notes", ())
        execute("drop table moves", ())
    database = await open_database(second_address)
    await database.close()
    assert held(second_address, SECOND_ROWS) == before
