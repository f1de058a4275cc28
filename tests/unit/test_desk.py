"""The desk at its ports: real store and engine (embedded), made-up web, reader and chat."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from bot.desk import Desk, Rules
from bot.engine import JobEngine
from bot.errors import Blocked, PaywallOnly, StoreUnusable, TooSlow
from bot.ports import ChatDown, ChatRefused, Extractor
from bot.records import Counts, DeliveryState, FeedState
from bot.schedule import entry_request
from bot.store import SqlStore, open_database
from bot.types import Entry, Message, Page, Place, Posted, Request, Subscription
from tests.fakes.chat import FakeChat
from tests.fakes.desk import (
    HERE,
    NOON,
    FakeClock,
    FakeFeeds,
    FakeReader,
    FakeWeb,
    command_request,
    link_request,
)

STORY = "https://paper.example/budget"
SECOND = "https://paper.example/bridge"
PAGES = {
    STORY: 'Budget passes\nThe mayor of Uln said: "We had no choice." Then she left.',
    SECOND: 'Bridge closes\n"It is old," said nobody in particular.',
    "https://paper.example/feed": "The Paper\nhttps://paper.example/budget\nhttps://paper.example/bridge",
    "https://paper.example/slow": TooSlow("paper.example", 20.0),
    "https://paper.example/locked": PaywallOnly("https://paper.example/locked"),
    "https://paper.example/bug": RuntimeError("a bug in the fetcher"),
}

E1_STORY = "E1#" + hashlib.sha256(STORY.encode()).hexdigest()[:10]  # the key of its digest's delivery


@dataclass
class Room:
    desk: Desk
    chat: FakeChat
    web: FakeWeb
    clock: FakeClock
    store: SqlStore
    engine: JobEngine
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    async def say(self, request: Request) -> bool:
        taken = await self.desk.take(request)
        await self.desk.drain()
        return taken

    async def answer(self, text: str, place: Place = HERE, **more: Any) -> str:
        """The one reply to a command."""
        request = command_request(f"C{next(self.numbers)}-{text}", text, place, **more)
        await self.say(request)
        return self.chat.unique_reply(request).plain

    async def story(self, url: str) -> Request:
        """What a new entry of a feed that is followed here makes."""
        feed = FeedState("https://paper.example/feed")
        async with self.store.begin() as tx:
            followed = await tx.subscriptions(HERE)
            if not followed:
                followed = (await tx.follow(feed, Subscription(0, HERE, feed.url, "The Paper", "ada", NOON)),)
        return entry_request(followed[0], Entry(url, url, ""))


@asynccontextmanager
async def furnished(folder: Path, web: FakeWeb, reader: Extractor) -> AsyncIterator[Room]:
    """A desk over a new store in ``folder``."""
    database = await open_database(str(folder / "nutgraf.db"))
    engine = JobEngine(database, retry_base_s=0.0, attempts=6)
    await engine.open()
    store, clock, chat = SqlStore(database, engine), FakeClock(), FakeChat()
    desk = Desk(
        store=store,
        engine=engine,
        fetcher=web,
        extractor=reader,
        feeds=FakeFeeds(),
        clock=clock,
        rules=Rules(delivery_attempts=3),
    )
    desk.serve(chat)
    yield Room(desk, chat, web, clock, store, engine)
    await engine.close()
    await store.close()


@pytest.fixture
async def room(quick_path: Path) -> AsyncIterator[Room]:
    async with furnished(quick_path, FakeWeb(PAGES), FakeReader()) as opened:
        yield opened


# -- links


async def test_a_link_is_answered_with_its_digest_in_its_thread(room: Room) -> None:
    request = link_request("E1", STORY, place=replace(HERE, thread="7"))
    assert await room.say(request)
    reply = room.chat.unique_reply(request)
    assert reply.plain.startswith("Budget passes")
    assert "cdn.paper.example" in reply.plain
    assert reply.digest_id is not None
    assert room.chat.sent[0].place == request.place
    assert room.chat.marks == [("E1", "reading"), ("E1", "done")]
    assert await room.desk.status() == Counts(seen=1, digested=1, delivered=1)


async def test_the_stored_digest_carries_document_version_and_hosts(room: Room) -> None:
    await room.say(link_request("E1", STORY + "?utm_source=x"))
    assert room.chat.unique_reply().plain.startswith("The site says"), "the made-up web has no such page"
    await room.say(link_request("E2", STORY))
    digest_id = room.chat.sent[-1].message.digest_id
    assert digest_id is not None
    async with room.store.begin() as tx:
        record = await tx.digest(digest_id)
    assert record is not None
    assert '"nutgraf/1"' in record.document
    assert record.hosts == ("paper.example", "cdn.paper.example")
    assert (record.request_key, record.title, record.created_at) == ("E2", "Budget passes", NOON)


async def test_the_same_event_is_answered_once(room: Room) -> None:
    assert await room.say(link_request("E1", STORY))
    assert not await room.say(link_request("E1", STORY))
    room.chat.unique_reply()


async def test_several_links_are_answered_each_and_the_rest_is_told(room: Room) -> None:
    links = (STORY, SECOND, STORY + "/missing", STORY + "/4", STORY + "/5")
    request = link_request("E1", *links)
    await room.say(request)
    replies = [message.plain for message in room.chat.replies(request)]
    assert [reply.split("\n")[0][:13] for reply in replies[:2]] == ["Budget passes", "Bridge closes"]
    assert len(replies) == 3
    assert ["more links" in reply for reply in replies] == [False, False, True]
    assert "2 more links of this message were not read" in replies[2]
    assert len(room.web.asked) == 3


async def test_what_is_forgotten_while_it_is_read_does_not_come_back(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def get(url: str, *, etag: str | None = None, last_modified: str | None = None) -> Page:
        await room.desk.forget_place(HERE)
        return await FakeWeb(PAGES).get(url)

    monkeypatch.setattr(room.web, "get", get)
    for request in (link_request("E1", STORY), link_request("E2", STORY + "/missing")):
        await room.say(request)
    assert room.chat.sent == []
    assert await room.desk.status() == Counts()


async def test_a_digest_is_written_down_off_the_event_loop(room: Room) -> None:
    await room.say(link_request("E1", STORY))
    assert room.clock.threads - {threading.get_ident()}


@pytest.mark.parametrize("request_", [Request("E1", HERE, "ada", "just talking")], ids=["talk"])
async def test_talk_that_is_not_for_the_bot_is_not_even_stored(room: Room, request_: Request) -> None:
    assert not await room.say(request_)
    assert await room.desk.status() == Counts()


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("https://paper.example/nothing", "no page"),
        ("https://paper.example/slow", "longer than 20 seconds"),
        ("https://paper.example/locked", "subscription"),
    ],
)
async def test_a_page_that_cannot_be_had_is_answered_with_one_sentence(
    room: Room, link: str, said: str
) -> None:
    await room.say(link_request("E1", link))
    assert said in room.chat.unique_reply().plain
    assert await room.desk.status() == Counts(seen=1, digested=0, delivered=1)


async def test_a_bug_gives_a_reference_and_its_trace_goes_to_the_log(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    await room.say(link_request("E1", "https://paper.example/bug"))
    reply = room.chat.unique_reply().plain
    found = re.search(r"Something broke here \(ref ([0-9A-F]{4})\)", reply)
    assert found, reply
    assert "a bug in the fetcher" not in reply
    (record,) = [one for one in caplog.records if one.levelname == "ERROR"]
    assert found.group(1) in record.getMessage()
    assert record.exc_info is not None
    assert room.chat.marks[-1] == ("E1", "failed")
    assert await room.desk.status() == Counts(seen=1, delivered=1, failed=1)


async def test_a_feeds_story_that_cannot_be_read_is_no_reply(room: Room) -> None:
    await room.say(await room.story("https://paper.example/locked"))
    await room.say(await room.story("https://paper.example/bug"))
    assert room.chat.sent == []
    assert await room.desk.status() == Counts(seen=2, failed=2, feeds=1, subscriptions=1)
    await room.say(await room.story(STORY))
    assert room.chat.unique_reply().plain.startswith("Budget passes")
    assert room.chat.marks == [], "nobody asked, nothing is marked"


async def test_a_feeds_story_is_tried_again_when_its_site_was_only_slow(room: Room) -> None:
    room.web.pages = {STORY: TooSlow("paper.example", 20.0)}
    await room.say(await room.story(STORY))
    room.web.pages = PAGES
    await room.desk.drain()
    assert room.chat.unique_reply().plain.startswith("Budget passes")
    room.web.pages = {SECOND: TooSlow("paper.example", 20.0)}
    await room.say(await room.story(SECOND))
    for _ in range(9):
        await room.desk.drain()
    assert len(room.chat.sent) == 1
    assert await room.desk.status() == Counts(2, 1, 1, failed=1, feeds=1, subscriptions=1)


# -- delivery


async def test_a_chat_that_is_down_gets_the_message_when_it_is_back(room: Room) -> None:
    room.chat.failures = [ChatDown("503"), ChatDown("503")]
    await room.say(link_request("E1", STORY))
    await room.desk.drain()
    await room.desk.drain()
    room.chat.unique_reply()
    assert len(room.web.asked) == 1, "what was read is not read again"


async def test_a_lost_answer_is_asked_for_before_posting_again(room: Room) -> None:
    room.chat.lost_answers = [ChatDown("connection reset")]
    await room.say(link_request("E1", STORY))
    await room.desk.drain()
    room.chat.unique_reply()
    assert room.chat.asked == [E1_STORY]
    assert await room.desk.status() == Counts(seen=1, digested=1, delivered=1)


@pytest.mark.parametrize(
    ("failures", "reason"),
    [([ChatRefused("no such channel")], "no such channel"), ([ChatDown("503")] * 9, "503")],
    ids=["refused", "down for good"],
)
async def test_a_message_that_cannot_be_delivered_is_parked_and_status_says_so(
    room: Room, failures: list[ChatDown | ChatRefused], reason: str
) -> None:
    room.chat.failures = list(failures)
    await room.say(link_request("E1", STORY))
    for _ in range(4):
        await room.desk.drain()
    assert await room.desk.status() == Counts(seen=1, digested=1, parked=1, failed=1)
    async with room.store.begin() as tx:
        parked = await tx.delivery(E1_STORY)
    assert parked is not None
    assert (parked.state, parked.reason) == (DeliveryState.PARKED, reason)
    room.chat.failures.clear()
    assert "1 not deliverable" in await room.answer("status")


async def test_a_parked_message_stays_parked_when_its_request_runs_again(room: Room) -> None:
    room.chat.failures = [ChatRefused("message refused"), ChatDown("503")]
    request = link_request("E1", STORY, SECOND)
    await room.say(request)
    await room.desk.drain()
    assert room.chat.unique_reply(request).plain.startswith("Bridge closes")
    assert await room.desk.status() == Counts(seen=1, digested=2, delivered=1, parked=1, failed=1)


class BrokenChat(FakeChat):
    """An adapter with a bug of its own."""

    async def post(self, place: Place, message: Message, key: str) -> Posted:
        raise KeyError("a bug in the adapter")


async def test_an_adapter_that_breaks_does_not_hold_the_request_for_ever(room: Room) -> None:
    room.desk.serve(BrokenChat())
    await room.say(link_request("E1", STORY))
    for _ in range(9):
        await room.desk.drain()
    assert await room.engine.backlog() == {}
    assert await room.desk.status() == Counts(seen=1, digested=1, parked=1, failed=1)


async def test_a_request_for_a_chat_that_is_not_connected_waits_for_it(room: Room) -> None:
    await room.say(link_request("E1", STORY, place=replace(HERE, platform="other")))
    assert room.chat.sent == []
    other = FakeChat(platform="other")
    room.desk.serve(other)
    await room.desk.drain()
    assert other.unique_reply().plain.startswith("Budget passes")


async def test_a_store_that_fails_is_not_answered_but_tried_again(room: Room) -> None:
    room.web.pages = {**PAGES, STORY: StoreUnusable("x", "the disk is full")}
    await room.desk.take(link_request("E1", STORY))
    await room.desk.drain()
    assert room.chat.sent == []
    room.web.pages = PAGES
    await room.desk.drain()
    assert room.chat.unique_reply().plain.startswith("Budget passes")


# -- retention


async def test_what_is_older_than_the_retention_is_deleted(room: Room) -> None:
    await room.say(link_request("E1", STORY))
    room.clock.now += timedelta(days=89)
    await room.desk.purge()
    assert (await room.desk.status()).digested == 1
    room.clock.now += timedelta(days=2)
    await room.desk.purge()
    assert await room.desk.status() == Counts()


async def test_a_place_can_be_forgotten(room: Room) -> None:
    await room.say(link_request("E1", STORY))
    assert await room.desk.forget_place(HERE) > 3
    assert await room.desk.status() == Counts()


async def test_a_request_forgotten_before_its_job_ran_is_let_go(room: Room) -> None:
    await room.desk.take(link_request("E1", STORY))
    await room.desk.forget_place(HERE)
    await room.desk.drain()
    assert room.chat.sent == []
    assert await room.engine.backlog() == {}


async def test_a_blocked_page_names_the_way_out(room: Room) -> None:
    room.web.pages = {STORY: Blocked("paper.example", 403)}
    await room.say(link_request("E1", STORY))
    assert "refuses to show me the page" in room.chat.unique_reply().plain
