"""What the store's contract tests stand on: a store without an engine, and things to put into it."""

from __future__ import annotations

import json
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.ports import ANSWER, Connection
from bot.records import Delivery, DigestRecord, FeedState
from bot.store import SqlStore, SqlTransaction
from bot.types import Block, BlockKind, Entry, Message, Place, Run, Subscription
from tests.fakes.desk import HERE, NOON, link_request

THREAD = replace(HERE, thread="17")
ELSEWHERE = Place("fake", "newsroom", "sport")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STORY = "https://paper.example/budget"
FEED = FeedState("https://paper.example/feed", "The Paper", "e1", "Mon", 900.0, 0, NOON, NOON + HOUR)
MESSAGE = Message(
    (
        Block(BlockKind.TITLE, (Run("Zoë <b>’s", bold=True, link="https://a.example/?x=1&y=2"),)),
        Block(BlockKind.QUOTE, (Run("“Ja”", italic=True), Run(" \U0001f60a "))),
        Block(BlockKind.FIGURE, (Run("3 · 4"),), findings=2),
    ),
    "Zoë\n“Ja” \U0001f60a",
    "d1",
)


@dataclass
class Jobs:
    """The engine's end: which keys became jobs."""

    keys: list[str] = field(default_factory=list)

    async def defer(self, connection: Connection, task: str, key: str) -> None:
        assert task == ANSWER
        self.keys.append(key)


@dataclass
class Room:
    store: SqlStore
    jobs: Jobs

    def begin(self) -> AbstractAsyncContextManager[SqlTransaction]:
        return self.store.begin()


def digest_record(
    name: str = "d1", request: str = "r1", place: Place = HERE, at: datetime = NOON
) -> DigestRecord:
    return DigestRecord(
        id=name,
        request_key=request,
        place=place,
        canonical_url=STORY,
        url=f"{STORY}?from=feed",
        title="Budget",
        text_hash="ab" * 32,
        fetched_at=at,
        created_at=at,
        document=quoting("Ann Lee", None),
        hosts=("paper.example", "cdn.example", "paper.example"),
    )


def quoting(*names: str | None) -> str:
    """A digest's document with one quote of each; None is unattributed."""
    quotes = [{"text": "Yes.", "speaker": name and {"name": name, "kind": "person"}} for name in names]
    return json.dumps({"schema": "nutgraf/1", "quotes": quotes}, ensure_ascii=False)


def subscription(place: Place = HERE, **changes: object) -> Subscription:
    base = Subscription(0, place, FEED.url, "The Paper", "ada", NOON, ("budget", "tax cut"), ("sport",))
    return replace(base, **changes)


def entry(name: str) -> Entry:
    return Entry(name, f"https://paper.example/{name}", f"Story {name}", NOON)


async def fill(tx: SqlTransaction, at: datetime, name: str, place: Place = HERE) -> None:
    """One request, answered: everything that is stored of it."""
    await tx.take(link_request(name, STORY, place=place), at)
    await tx.keep_digest(digest_record(f"d-{name}", name, place, at), '{"text": "x"}')
    await tx.add_delivery(Delivery(f"{name}#0", name, place, replace(MESSAGE, digest_id=f"d-{name}")), at)
    await tx.mark_posted(f"{name}#0", "m1", at)
    await tx.close_request(name, at)


async def rows(room: Room) -> dict[str, int]:
    """Rows by table, empty tables left out."""
    async with room.begin() as tx:
        return await rows_in(tx)


async def rows_in(tx: SqlTransaction) -> dict[str, int]:
    """The same, as the open transaction sees it."""
    tables = ("requests", "articles", "versions", "digests", "egress", "deliveries", "feeds", "entries",
              "subscriptions", "settings", "counters", "gathered", "voices", "unheard", "notes", "moves",
              "feedback")  # fmt: skip
    found = {table: await tx._count(f"select count(*) as n from {table}") for table in tables}
    return {table: count for table, count in found.items() if count}
