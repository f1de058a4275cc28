"""Deeds: a message that is edited or taken away, at every state of the one it is about; and waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.desk.reading import digest_id
from bot.ports import ChatDown, ChatRefused
from bot.records import JOINED_KEY, Counts, Deed, Delivery, DeliveryState
from bot.types import Block, BlockKind, Message, Request, Run
from tests.fakes.desk import HERE, link_request
from tests.unit.test_desk import E1_STORY, STORY, Room, room

__all__ = ["room"]

NEW, POSTING, POSTED, PARKED = DeliveryState


def said(words: str) -> Message:
    return Message((Block(BlockKind.TEXT, (Run(words),)),), words)


async def deed(room: Room, kind: Deed, target: str = E1_STORY, key: str = "X1") -> None:
    """A request that does it; it answers nobody."""
    request = Request(JOINED_KEY + key, HERE, "", "")
    message = said("Once more") if kind is Deed.EDIT else Message((), "")
    async with room.store.begin() as tx:
        assert await tx.take(request, room.clock())
        row = Delivery(f"{request.key}#0", request.key, HERE, message, deed=kind, target=target)
        await tx.add_delivery(row, room.clock())


async def state(room: Room, key: str) -> tuple[DeliveryState, str | None]:
    async with room.store.begin() as tx:
        row = await tx.delivery(key)
    assert row is not None
    return row.state, row.reason


async def waits(room: Room, count: int = 1) -> None:
    for _ in range(count):
        await room.desk.drain()


async def let_run(room: Room) -> None:
    """Jobs that asked for seconds of patience are due at once."""
    async with room.store.begin() as tx:
        await tx._connection.rows("update procrastinate_jobs set scheduled_at = null")
    await room.desk.drain()


DEED = f"{JOINED_KEY}X1#0"


async def test_an_edit_puts_the_new_words_in_place(room: Room) -> None:
    await room.say(link_request("E1", STORY))
    await deed(room, Deed.EDIT)
    await room.desk.drain()
    assert room.chat.unique_reply().plain == "Once more"
    assert await state(room, DEED) == (POSTED, None)
    assert (await room.desk.status()).delivered == 1, "one message, however often it was changed"


async def test_a_deletion_takes_the_message_away(room: Room) -> None:
    await room.say(link_request("E1", STORY))
    await deed(room, Deed.DELETE)
    await room.desk.drain()
    assert room.chat.sent == []
    assert await state(room, DEED) == (POSTED, None)


@pytest.mark.parametrize("kind", [Deed.EDIT, Deed.DELETE])
async def test_a_deed_waits_for_the_message_that_it_is_about(room: Room, kind: Deed) -> None:
    room.chat.failures = [ChatDown("503")]
    await room.desk.take(link_request("E1", STORY))
    await room.desk.drain()
    await deed(room, kind)
    room.chat.failures = [ChatDown("503")]
    await room.desk.drain()
    assert (await state(room, DEED))[0] is POSTING
    assert (await state(room, E1_STORY))[0] is POSTING
    for _ in range(3):
        await let_run(room)
    assert (await state(room, DEED))[0] is POSTED
    assert [sent.message.plain for sent in room.chat.sent] == (["Once more"] if kind is Deed.EDIT else [])


async def test_a_deed_waits_longer_than_attempts_last(room: Room) -> None:
    room.chat.failures = [ChatDown("429", 0.0) for _ in range(35)]
    await room.desk.take(link_request("E1", STORY))
    await room.desk.drain()
    await deed(room, Deed.EDIT)
    for _ in range(37):
        await let_run(room)
    assert room.chat.unique_reply().plain == "Once more"


async def test_a_deed_does_not_wait_for_ever(room: Room) -> None:
    await room.desk.take(link_request("E1", STORY))
    room.chat.failures = [ChatDown("429", 0.0) for _ in range(9)]
    await room.desk.drain()
    room.clock.now += timedelta(hours=1)
    await deed(room, Deed.EDIT)
    await room.desk.drain()
    room.clock.now += timedelta(hours=24)
    async with room.store.begin() as tx:
        await tx._connection.rows(
            f"update deliveries set created_at = created_at + 1e9 where key = '{E1_STORY}'"
        )
    await let_run(room)
    assert await state(room, DEED) == (PARKED, "the message it is about was not posted in time")


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        (Deed.EDIT, (PARKED, "the message it changes was never posted")),
        (Deed.DELETE, (POSTED, None)),  # nothing is there, as was wanted
    ],
)
async def test_a_deed_about_a_message_that_was_given_up(
    room: Room, kind: Deed, outcome: tuple[DeliveryState, str | None]
) -> None:
    room.chat.failures = [ChatRefused("too long")]
    await room.say(link_request("E1", STORY))
    await deed(room, kind)
    await room.desk.drain()
    assert await state(room, DEED) == outcome
    assert room.chat.sent == []


@pytest.mark.parametrize("kind", [Deed.EDIT, Deed.DELETE])
async def test_a_deed_about_what_is_forgotten_ends(room: Room, kind: Deed) -> None:
    await deed(room, kind, target="never#0")
    await room.desk.drain()
    assert await room.engine.backlog() == {}
    assert (await state(room, DEED))[0] is (PARKED if kind is Deed.EDIT else POSTED)


async def test_an_edit_of_a_message_that_is_gone_from_the_chat_is_parked(room: Room) -> None:
    await room.say(link_request("E1", STORY))
    room.chat.sent.clear()
    await deed(room, Deed.EDIT)
    await room.desk.drain()
    assert await state(room, DEED) == (PARKED, "no message m1")
    assert (await room.desk.status()).failed == 0, "nothing broke"


@pytest.mark.parametrize("kind", [Deed.EDIT, Deed.DELETE])
async def test_a_deed_is_tried_again_while_the_chat_is_down(room: Room, kind: Deed) -> None:
    await room.say(link_request("E1", STORY))
    room.chat.edit_failures = [ChatDown("503"), ChatDown("503")]
    await deed(room, kind)
    await waits(room, 3)
    assert (await state(room, DEED))[0] is POSTED
    assert room.chat.asked == [], "an edit or a deletion may be repeated; nobody has to be asked"


# -- waits that the chat asks for


async def test_a_wait_that_the_chat_asks_for_is_no_failed_attempt(room: Room) -> None:
    room.chat.failures = [ChatDown("429", 0.0) for _ in range(20)]  # three attempts, six runs are allowed
    await room.desk.take(link_request("E1", STORY))
    await waits(room, 22)
    assert room.chat.unique_reply().plain.startswith("Budget passes")
    assert await room.desk.status() == Counts(seen=1, digested=1, delivered=1)
    assert len(room.web.asked) == 1


async def test_a_search_for_a_lost_message_may_take_its_time(room: Room) -> None:
    room.chat.lost_answers = [ChatDown("connection reset")]
    room.chat.searching = [ChatDown("it may still be told", 0.0) for _ in range(9)]
    await room.desk.take(link_request("E1", STORY))
    await waits(room, 12)
    room.chat.unique_reply()
    assert len(room.chat.asked) == 10


async def test_a_wait_ends_after_a_day(room: Room) -> None:
    room.chat.failures = [ChatDown("429", 0.0) for _ in range(9)]
    await room.desk.take(link_request("E1", STORY))
    await room.desk.drain()
    room.clock.now += timedelta(hours=23, minutes=59)
    await room.desk.drain()
    assert (await state(room, E1_STORY))[0] is POSTING
    room.clock.now += timedelta(minutes=1)
    await room.desk.drain()
    assert await state(room, E1_STORY) == (PARKED, "429")
    assert await room.desk.status() == Counts(seen=1, digested=1, parked=1, failed=1)


async def test_a_chat_that_fails_without_a_word_gets_its_attempts_only(room: Room) -> None:
    room.chat.failures = [ChatDown("429", 0.0), *[ChatDown("503") for _ in range(9)]]
    await room.desk.take(link_request("E1", STORY))
    await waits(room, 9)
    assert await state(room, E1_STORY) == (PARKED, "503")
    assert len(room.chat.failures) == 10 - 4, "a wait, and three attempts"


# ---------------------------------------------------- deleted by others, behind our back


async def test_a_digest_that_others_took_down_is_forgotten(room: Room) -> None:
    first, again = link_request("E1", STORY), link_request("E2", STORY)
    await room.say(first)
    (digest,) = room.chat.sent
    for _ in range(2):
        await room.desk.taken_down(HERE, digest.message_id)
    assert (await room.desk.status()).digested == 0
    assert "no digest" in await room.answer(f"more {digest.message.digest_id}")
    await room.say(again)
    assert room.chat.unique_reply(again).plain.startswith("Budget passes"), "read, not pointed at"


async def test_a_line_beside_a_digest_may_go_and_so_may_what_is_not_ours(room: Room) -> None:
    await room.say(link_request("E1", STORY))
    beside = Delivery("B1#0", "E1", HERE, replace(said("What changed"), digest_id=digest_id(E1_STORY)))
    async with room.store.begin() as tx:
        await tx.add_delivery(beside, room.clock() + timedelta(hours=1))
        await tx.mark_posted(beside.key, "m99", room.clock())
    for message_id in ("m99", "unknown"):
        await room.desk.taken_down(HERE, message_id)
    assert (await room.desk.status()).digested == 1
