"""A message that its author deleted: the store's contract on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.records import WITHDRAWN_KEY, Deed, Delivery, DeliveryState, Feedback, Verdict
from bot.types import Message, Place, Request
from tests.contract.rooms import (
    DAY,
    ELSEWHERE,
    MESSAGE,
    STORY,
    THREAD,
    Room,
    digest_record,
    fill,
    rows,
)
from tests.fakes.desk import HERE, NOON, command_request, link_request

MINUTE = timedelta(minutes=1)


async def post(room: Room, key: str, request: str, digest: str | None, state: str) -> None:
    """A delivery in that state."""
    async with room.begin() as tx:
        await tx.add_delivery(Delivery(key, request, HERE, replace(MESSAGE, digest_id=digest)), NOON)
        if state in {"posting", "posted"}:
            await tx.start_posting(key, NOON)
        if state == "posted":
            await tx.mark_posted(key, "m1", NOON)
        if state == "parked":
            await tx.park(key, "no right to post", NOON)


async def test_what_was_made_of_the_message_goes_and_what_stands_in_the_channel_is_told(room: Room) -> None:
    async with room.begin() as tx:
        await fill(tx, NOON, "E1", THREAD)
        await fill(tx, NOON, "E2", THREAD)
        assert [one.key for one in await tx.withdraw(THREAD, "E1", NOON)] == ["E1#0"]
        assert await tx.digest("d-E1") is None
        assert await tx.request("E1") is None
        assert not await tx.take(link_request("E1", STORY), NOON), "a late redelivery is no new request"
        assert await tx.digest("d-E2") is not None
        assert await tx.request("E2") is not None
        assert [one.key for one in await tx.withdraw(THREAD, "E1", NOON)] == ["E1#0"], "told again if asked"
    left = await rows(room)
    assert (left["digests"], left["requests"], left["egress"], left["versions"]) == (1, 2, 3, 1)


async def test_an_edited_message_takes_along_the_links_that_were_added(room: Room) -> None:
    edited = replace(link_request("E1:edited:2", STORY), source="E1", addressed=True, private=True)
    async with room.begin() as tx:
        await tx.take(link_request("E1", STORY), NOON)
        await tx.take(edited, NOON)
        assert await tx.request(edited.key) == edited
        await tx.keep_digest(digest_record("d2", edited.key), "{}")
    await post(room, "E1#beef", edited.key, "d2", "posted")
    async with room.begin() as tx:
        assert [one.key for one in await tx.withdraw(HERE, "E1", NOON)] == ["E1#beef"]
        assert await tx.request(edited.key) is None
        assert await tx.digest("d2") is None


async def test_a_digest_that_a_later_ask_made_under_the_message_goes_too(room: Room) -> None:
    async with room.begin() as tx:
        await tx.take(link_request("E1", STORY), NOON)
        retry = command_request("E1:press", "reread d2")
        await tx.take(retry, NOON)
        await tx.keep_digest(digest_record("d2", retry.key), "{}")
    await post(room, "E1#beef", retry.key, "d2", "posted")
    await post(room, "E10#beef", "E10", "d3", "posted")
    async with room.begin() as tx:
        assert [one.key for one in await tx.withdraw(HERE, "E1", NOON)] == ["E1#beef"]
        assert await tx.digest("d2") is None
        assert await tx.request(retry.key) == retry, "the ask stands on no message that was deleted"


@pytest.mark.parametrize("deed", [Deed.POST, Deed.EDIT])
async def test_a_digest_that_the_message_only_named_stays(room: Room, deed: Deed) -> None:
    async with room.begin() as tx:
        await fill(tx, NOON, "E1")
        await tx.take(command_request("E2", "reread d-E1"), NOON)
        answer = Delivery("E2#1", "E2", HERE, replace(MESSAGE, digest_id="d-E1"), deed=deed, target="E1#0")
        await tx.add_delivery(answer, NOON)
        assert await tx.withdraw(HERE, "E2", NOON) == ()
        assert await tx.digest("d-E1") == digest_record("d-E1", "E1")
        posted = await tx.digest_delivery("d-E1")
        assert posted is not None
        assert (posted.key, posted.state) == ("E1#0", DeliveryState.POSTED)


@pytest.mark.parametrize(
    ("state", "after", "told"),
    [
        ("new", DeliveryState.PARKED, False),
        ("posting", DeliveryState.POSTING, True),
        ("posted", DeliveryState.POSTED, True),
        ("parked", DeliveryState.PARKED, False),
    ],
)
async def test_a_delivery_is_held_back_or_told_with_its_words_gone(
    room: Room, state: str, after: DeliveryState, told: bool
) -> None:
    async with room.begin() as tx:
        await tx.take(link_request("E1", STORY), NOON)
    await post(room, "E1#0", "E1", "d1", state)
    async with room.begin() as tx:
        found = await tx.withdraw(HERE, "E1", NOON)
        stored = await tx.delivery("E1#0")
    assert stored is not None
    assert (stored.state, stored.message) == (after, Message((), "", "d1"))
    assert found == ((stored,) if told else ())


async def test_private_words_and_deeds_are_not_told(room: Room) -> None:
    async with room.begin() as tx:
        await tx.take(link_request("E1", STORY), NOON)
        for delivery in (
            Delivery("E1#0", "E1", HERE, MESSAGE, only_for="ada"),
            Delivery("E1#1", "E1", HERE, MESSAGE, deed=Deed.EDIT, target="E1#9"),
        ):
            await tx.add_delivery(delivery, NOON)
            assert await tx.delivery(delivery.key) == delivery
            await tx.mark_posted(delivery.key, "m", NOON)
        assert await tx.withdraw(HERE, "E1", NOON) == ()


async def test_the_request_that_withdraws_is_not_withdrawn(room: Room) -> None:
    asking = replace(command_request(f"{WITHDRAWN_KEY}E1", ""), source="E1")
    async with room.begin() as tx:
        await tx.take(link_request("E1", STORY), NOON)
        await tx.take(asking, NOON)
        await tx.withdraw(HERE, "E1", NOON)
        assert await tx.request(asking.key) == asking
        counts = await tx.counts()
        assert (counts.seen, counts.waiting, counts.asked) == (2, 1, 0)


async def test_a_message_that_comes_after_its_deletion_is_not_taken(room: Room) -> None:
    async with room.begin() as tx:
        assert await tx.withdraw(HERE, "E1", NOON) == ()
        assert not await tx.take(link_request("E1", STORY), NOON)
        assert await tx.request("E1") is None
        assert (await tx.counts()).seen == 0
        await tx.purge(NOON + DAY)
    assert room.jobs.keys == []
    assert await rows(room) == {}


async def test_an_edit_that_comes_after_the_deletion_is_not_taken(room: Room) -> None:
    def edit(source: str) -> Request:
        return replace(link_request(f"{source}:edited:2", STORY), source=source)

    async with room.begin() as tx:
        await tx.take(link_request("E1", STORY), NOON)
        await tx.withdraw(HERE, "E1", NOON)
        await tx.withdraw(HERE, "E2", NOON)
        assert not await tx.take(edit("E1"), NOON)
        assert not await tx.take(edit("E2"), NOON)
        assert await tx.take(edit("E3"), NOON), "the message itself had no link"


@pytest.mark.parametrize("place", [ELSEWHERE, Place("fake", "other", "desk")])
async def test_nothing_of_another_channel_is_touched(room: Room, place: Place) -> None:
    async with room.begin() as tx:
        await fill(tx, NOON, "E1", HERE)
        assert await tx.withdraw(place, "E1", NOON) == ()
        assert await tx.request("E1") is not None
        assert await tx.digest("d-E1") is not None


async def test_what_was_said_of_its_digest_stays(room: Room) -> None:
    async with room.begin() as tx:
        await fill(tx, NOON, "E1")
        await tx.add_feedback(Feedback("d-E1", "bob", Verdict.USEFUL, NOON))
        await tx.withdraw(HERE, "E1", NOON)
        assert len(await tx.feedback(9)) == 1


async def test_closing_it_afterwards_does_not_bring_it_back(room: Room) -> None:
    async with room.begin() as tx:
        await tx.take(link_request("E1", STORY), NOON)
        await tx.withdraw(HERE, "E1", NOON)
        await tx.close_request("E1", NOON + MINUTE, failed=True)
        assert await tx.request("E1") is None
        assert (await tx.counts()).failed == 0


async def test_a_row_that_was_being_handed_over_is_purged_in_the_end(room: Room) -> None:
    async with room.begin() as tx:
        await tx.take(link_request("E1", STORY), NOON)
    await post(room, "E1#0", "E1", "d1", "posting")
    async with room.begin() as tx:
        await tx.withdraw(HERE, "E1", NOON)
        await tx.purge(NOON + DAY)
    assert await rows(room) == {}


async def answer(room: Room, key: str, found: asyncio.Event) -> None:
    """Stores an answer if the request is there, and takes its time."""
    async with room.begin() as tx:
        if await tx.request(key) is None:
            return
        found.set()
        await asyncio.sleep(0.05)  # the other transaction gets as far as it can
        await tx.keep_digest(digest_record(f"d-{key}", key), "{}")
        message = replace(MESSAGE, digest_id=f"d-{key}")
        await tx.add_delivery(Delivery(f"{key}#0", key, HERE, message), NOON)


async def edit(room: Room, key: str, taken: asyncio.Event) -> None:
    async with room.begin() as tx:
        await tx.take(replace(link_request(f"{key}:edited:2", STORY), source=key), NOON)
        taken.set()
        await asyncio.sleep(0.05)


async def withdraw(room: Room, key: str, done: asyncio.Event) -> None:
    async with room.begin() as tx:
        await tx.withdraw(HERE, key, NOON)
        done.set()
        await asyncio.sleep(0.05)


async def forget(room: Room, key: str, done: asyncio.Event) -> None:
    async with room.begin() as tx:
        await tx.forget_place(HERE)
        done.set()
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("going", [withdraw, forget])
@pytest.mark.parametrize("answer_first", [True, False])
async def test_what_is_answered_at_the_same_moment_goes_as_well(
    room: Room, going: Callable[[Room, str, asyncio.Event], Awaitable[None]], answer_first: bool
) -> None:
    """Either the answer does not find its request, or what it stored is found by whoever deletes."""
    async with room.begin() as tx:
        await tx.take(link_request("E1", STORY), NOON)
    first, second = (answer, going) if answer_first else (going, answer)
    begun = asyncio.Event()
    async with asyncio.timeout(30), asyncio.TaskGroup() as both:
        both.create_task(first(room, "E1", begun))
        await begun.wait()
        both.create_task(second(room, "E1", asyncio.Event()))
    async with room.begin() as tx:
        assert await tx.digests_of("fake", "newsroom", 9) == ()
        assert {one.state for one in await tx.deliveries("E1")} <= {DeliveryState.PARKED}
    assert (await rows(room)).keys() <= {"requests", "deliveries"}


@pytest.mark.parametrize("edit_first", [True, False])
@pytest.mark.parametrize("known", [True, False], ids=["of a known message", "of one without a link"])
async def test_an_edit_taken_at_the_same_moment_is_withdrawn_too(
    room: Room, edit_first: bool, known: bool
) -> None:
    if known:
        async with room.begin() as tx:
            await tx.take(link_request("E1", STORY), NOON)
    first, second = (edit, withdraw) if edit_first else (withdraw, edit)
    begun = asyncio.Event()
    async with asyncio.timeout(30), asyncio.TaskGroup() as both:
        both.create_task(first(room, "E1", begun))
        await begun.wait()
        both.create_task(second(room, "E1", asyncio.Event()))
    async with room.begin() as tx:
        assert await tx.request("E1:edited:2") is None


async def test_two_that_let_go_of_one_story_at_the_same_moment_leave_no_word_of_it(room: Room) -> None:
    async with room.begin() as tx:
        await fill(tx, NOON, "E1")
        await fill(tx, NOON, "E2")
    async with asyncio.timeout(30):
        await asyncio.gather(*(withdraw(room, key, asyncio.Event()) for key in ("E1", "E2")))
    assert (await rows(room)).keys() == {"requests", "deliveries"}
