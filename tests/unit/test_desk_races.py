"""What comes at the same time: a deletion while a digest is read, posted or just posted; reports that
come early, late and twice; the same link by several ways."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.desk.reading import delivery_key, digest_id
from bot.ports import ChatDown
from bot.records import Counts, DeliveryState
from bot.render import text_message
from bot.types import Message, Page, Place, Posted
from tests.fakes.chat import FakeChat
from tests.fakes.desk import HERE, FakeWeb, command_request, link_request
from tests.unit.test_desk import E1_STORY, PAGES, SECOND, STORY, Room, room

__all__ = ["room"]

Then = Callable[[], Awaitable[Any]]


class Meanwhile(FakeChat):
    """Something happens while a message is on its way: before the chat takes it, after it took it, and
    (``lost``) the answer of the first is lost."""

    def __init__(self, before: Then | None = None, after: Then | None = None, *, lost: bool = False) -> None:
        super().__init__()
        self._before, self._after, self._lost = before, after, lost

    async def post(self, place: Place, message: Message, key: str, *, only_for: str | None = None) -> Posted:
        before, self._before = self._before, None
        if before is not None:
            await before()
        posted = await super().post(place, message, key, only_for=only_for)
        after, self._after = self._after, None
        if after is not None:
            await after()
        if self._lost:
            self._lost = False
            raise ChatDown("connection reset")
        return posted


async def settle(room: Room) -> None:
    """Jobs that wait for each other are due at once."""
    for _ in range(4):
        async with room.store.begin() as tx:
            await tx._connection.rows("update procrastinate_jobs set scheduled_at = null")
        await room.desk.drain()


def withdraws(room: Room, source: str = "E1") -> Then:
    async def withdraw() -> None:
        for _ in range(2):  # events come twice
            await room.desk.withdrawn(HERE, source, f"D-{source}")

    return withdraw


def fetching(room: Room, monkeypatch: pytest.MonkeyPatch, meanwhile: Then) -> None:
    """``meanwhile`` happens while the first page is fetched."""
    happened = False

    async def get(url: str, *, etag: str | None = None, last_modified: str | None = None) -> Page:
        nonlocal happened
        if not happened:
            happened = True
            await meanwhile()
        room.web.asked.append(url)
        return await FakeWeb(PAGES).get(url)

    monkeypatch.setattr(room.web, "get", get)


# -- a message that its author deletes


async def test_deleted_after_its_digest_was_posted(room: Room) -> None:
    await room.say(link_request("E1", STORY, SECOND))
    await room.say(link_request("E2", STORY + "/none"))
    await withdraws(room)()
    await settle(room)
    assert [sent.key.split("#")[0] for sent in room.chat.sent] == ["E2"]
    assert sorted(room.chat.deleted) == ["m1", "m2"]
    counts = await room.desk.status()
    assert (counts.digested, counts.waiting, counts.failed, counts.parked) == (0, 0, 0, 0)
    assert not await room.say(link_request("E1", STORY)), "the event may come again"


async def test_deleted_while_it_is_read(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    fetching(room, monkeypatch, withdraws(room))
    await room.say(link_request("E1", STORY, SECOND))
    await settle(room)
    assert room.chat.sent == []
    assert await room.engine.backlog() == {}
    assert room.chat.marks == [("E1", "reading")], "there is nothing left to mark"
    assert room.web.asked == [STORY], "and nothing left to read"


async def test_deleted_before_its_event_came(room: Room) -> None:
    await room.desk.withdrawn(HERE, "E1", "D1")
    assert not await room.say(link_request("E1", STORY))
    assert not await room.say(link_request("E1", STORY, addressed=True))
    assert room.chat.sent == []


@pytest.mark.parametrize("lost", [False, True], ids=["answered", "answer lost"])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_deleted_while_its_digest_is_posted(room: Room, when: str, lost: bool) -> None:
    room.desk.serve(chat := Meanwhile(**{when: withdraws(room)}, lost=lost))
    await room.desk.take(link_request("E1", STORY))
    await settle(room)
    assert chat.sent == []
    assert "m1" in chat.deleted
    counts = await room.desk.status()
    assert (counts.waiting, counts.failed, counts.digested) == (0, 0, 0)


async def test_deleted_while_the_chat_is_down_is_never_posted(room: Room) -> None:
    room.chat.failures = [ChatDown("503")]
    await room.desk.take(link_request("E1", STORY))
    await room.desk.drain()
    await withdraws(room)()
    await settle(room)
    assert room.chat.sent == []
    assert (await room.desk.status()).waiting == 0


async def test_deleted_and_posted_all_the_same_as_the_chat_tells_later(room: Room) -> None:
    """The chat took it, its answer was lost, and it could not find it when it was asked."""
    room.chat.failures = [ChatDown("connection reset")]
    await room.desk.take(link_request("E1", STORY))
    await room.desk.drain()
    await withdraws(room)()
    await settle(room)
    posted = await room.chat.post(HERE, text_message("Budget passes"), E1_STORY)
    for _ in range(2):
        await room.desk.heard(E1_STORY, posted.message_id)
    await settle(room)
    assert room.chat.sent == []


async def test_deleted_with_what_an_edit_added_and_what_was_asked_of_it(room: Room) -> None:
    await room.say(link_request("E1", STORY))
    await room.say(link_request("E1:edited:2", SECOND, source="E1"))
    assert len(room.chat.sent) == 2
    await withdraws(room)()
    await settle(room)
    assert room.chat.sent == []
    assert not await room.say(link_request("E1:edited:3", STORY, source="E1")) or room.chat.sent == []


# -- one link by several ways


async def test_an_edit_while_the_first_link_is_read(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    async def edited() -> None:
        await room.desk.take(link_request("E1:edited:2", SECOND, STORY, source="E1"))

    fetching(room, monkeypatch, edited)
    await room.desk.take(link_request("E1", STORY))
    await settle(room)
    keys = sorted(sent.key for sent in room.chat.sent)
    request = link_request("E1", STORY)
    assert keys == sorted([delivery_key(request, STORY), delivery_key(request, SECOND)])
    assert await room.desk.status() == Counts(seen=2, digested=2, delivered=2)


async def test_a_delivery_is_posted_by_its_own_request_only(room: Room) -> None:
    """An edit repeats the link while its first digest is on its way."""

    async def edited() -> None:
        await room.desk.take(link_request("E1:edited:2", STORY, source="E1"))
        await asyncio.wait_for(other(), 5.0)

    async def other() -> None:
        while (await room.desk.status()).waiting > 1:
            await room.engine.drain()

    room.desk.serve(chat := Meanwhile(before=edited))
    await room.desk.take(link_request("E1", STORY))
    await settle(room)
    assert chat.doubled() == []
    assert len(chat.sent) == 1


async def test_message_and_mention_at_once_are_one_request(room: Room) -> None:
    taken = await asyncio.gather(
        room.desk.take(link_request("E1", STORY)),
        room.desk.take(link_request("E1", STORY, addressed=True)),
    )
    await settle(room)
    assert sorted(taken) == [False, True]
    room.chat.unique_reply()


# -- what the platform reports of our own posts


@pytest.mark.parametrize("when", ["before", "after"])
async def test_heard_while_the_post_is_not_yet_recorded(room: Room, when: str) -> None:
    async def heard() -> None:
        await room.desk.heard(E1_STORY, "m1")

    room.desk.serve(chat := Meanwhile(**{when: heard}))
    await room.desk.take(link_request("E1", STORY))
    await settle(room)
    await room.desk.heard(E1_STORY, "m1")
    await settle(room)
    assert len(chat.sent) == 1
    assert await room.desk.status() == Counts(seen=1, digested=1, delivered=1)


async def test_heard_saves_asking_for_a_lost_answer(room: Room) -> None:
    room.chat.lost_answers = [ChatDown("connection reset")]
    await room.desk.take(link_request("E1", STORY))
    await room.desk.drain()
    await room.desk.heard(E1_STORY, "m1")
    await settle(room)
    assert room.chat.asked == []
    room.chat.unique_reply()
    async with room.store.begin() as tx:
        row = await tx.delivery(E1_STORY)
    assert row is not None
    assert (row.state, row.message_id) == (DeliveryState.POSTED, "m1")


async def test_heard_between_the_last_attempt_and_its_parking(room: Room) -> None:
    async def heard() -> None:
        await room.desk.heard(E1_STORY, "m1")

    class Last(FakeChat):
        async def find(self, place: Place, key: str) -> Posted | None:
            await heard()
            raise ChatDown("503")

    room.chat.failures = [ChatDown("503"), ChatDown("503")]
    await room.desk.take(link_request("E1", STORY))
    await room.desk.drain()
    await room.desk.drain()
    room.desk.serve(Last())
    await settle(room)
    assert await room.desk.status() == Counts(seen=1, digested=1, delivered=1)


@pytest.mark.parametrize("key", ["nobody's", "", "E1#0", "joined:x#0"])
async def test_a_report_of_what_is_not_ours_changes_nothing(room: Room, key: str) -> None:
    await room.say(link_request("E1", STORY))
    await room.desk.heard(key, "m9")
    assert await room.desk.status() == Counts(seen=1, digested=1, delivered=1)


# -- a digest that is deleted, read again, or both


async def test_a_digest_deleted_while_it_is_read_again(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    await room.say(link_request("E1", STORY))
    named = digest_id(E1_STORY)

    async def deleted() -> None:
        await room.desk.take(command_request("P1", f"delete {named}", private=True))
        while room.chat.deleted == []:
            await room.engine.drain()

    fetching(room, monkeypatch, deleted)
    await room.desk.take(command_request("P2", f"reread {named}", private=True))
    await settle(room)
    assert room.chat.public == []
    assert "There is no digest" in [sent.message.plain for sent in room.chat.private][-1]
    assert (await room.desk.status()).waiting == 0


async def test_a_digest_deleted_while_it_is_posted(room: Room) -> None:
    async def deleted() -> None:
        await room.desk.take(command_request("P1", f"delete {digest_id(E1_STORY)}", private=True))
        async with asyncio.timeout(5.0):
            while (await room.desk.status()).digested:
                await room.engine.drain()

    room.desk.serve(chat := Meanwhile(before=deleted))
    await room.desk.take(link_request("E1", STORY))
    await settle(room)
    assert chat.public == []
    assert (await room.desk.status()).waiting == 0


async def test_a_digest_deleted_while_the_chat_is_down_is_never_posted(room: Room) -> None:
    room.chat.failures = [ChatDown("503")]
    await room.desk.take(link_request("E1", STORY))
    await room.desk.drain()
    async with room.store.begin() as tx:
        assert await tx.delete_digest(digest_id(E1_STORY)) is not None
    await settle(room)
    assert room.chat.sent == []
    assert room.chat.asked == [E1_STORY], "the chat might have had it"
    assert await room.desk.status() == Counts(seen=1, parked=1), "taken back is no failure"
