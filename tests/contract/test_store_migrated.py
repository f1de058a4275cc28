"""A store that the first version wrote is opened, with nothing of it lost."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
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
from bot.types import Request, Subscription
from tests.contract.rooms import MESSAGE, Jobs, quoting
from tests.fakes.desk import HERE, NOON

FIRST = Path(__file__).parent.parent.parent / "bot" / "store" / "migrations" / "0001-first.sql"
AT = NOON.timestamp()
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


@pytest.fixture
def old_address(store_address: str, tmp_path: Path) -> str:
    """A store as the first version left it."""
    shutil.copy(FIRST, tmp_path)
    if store_address.startswith("postgresql://"):
        words: dict[str, Any] = psycopg.conninfo.conninfo_to_dict(store_address)
        scheme, name = "postgresql+psycopg", words.pop("dbname", None)
    else:
        scheme, name, words = "sqlite", store_address, {}
    where = DatabaseURI(scheme, None, None, None, None, name, words)
    with get_backend_class(scheme)(where, default_migration_table) as backend:
        backend.init_database()
        backend.apply_migrations(backend.to_apply(read_migrations(str(tmp_path))))
    with raw(store_address) as execute:
        for table, rows in ROWS.items():
            for row in rows:
                marks = ", ".join("?" * len(row))
                execute(f"insert into {table} ({', '.join(row)}) values ({marks})", tuple(row.values()))
    return store_address


def held(address: str) -> dict[str, list[tuple[Any, ...]]]:
    """The columns of the first version."""
    with raw(address) as execute:
        return {
            table: sorted(
                (tuple(row) for row in execute(f"select {', '.join(rows[0])} from {table}", ())), key=repr
            )
            for table, rows in ROWS.items()
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
        assert (delivery.message, delivery.state, delivery.attempts) == (MESSAGE, DeliveryState.POSTING, 2)
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
