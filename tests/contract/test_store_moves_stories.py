"""No story comes twice because its channel has another address."""

from __future__ import annotations

import pytest

from bot.records import (
    FEED_KEY,
    GONE_KEY,
    ROUNDUP_KEY,
    Delivery,
    DeliveryState,
    number_in,
    start_of_keys,
)
from bot.schedule import entry_request
from bot.types import Request
from tests.contract.rooms import MESSAGE, STORY, Room, entry
from tests.contract.test_store_moves import NEW, OTHER, ask, follow, known, numbers, read
from tests.fakes.desk import HERE, NOON, link_request


async def test_no_story_comes_again_under_the_new_address(room: Room) -> None:
    async with room.begin() as tx:
        one = await follow(tx, HERE)
        done, asked = await read(tx, one, "done"), await ask(tx, one, "asked")
        room.jobs.keys.clear()
        await tx.move_place(HERE, NEW, NOON)
        (moved,) = await tx.subscriptions(NEW)
        again = {entry_request(moved, entry(name)).key for name in ("done", "asked")}
        assert await known(tx, NEW) == again
        for name in ("done", "asked"):
            assert not await tx.take(entry_request(moved, entry(name)), NOON)
        assert room.jobs.keys == [entry_request(moved, entry("asked")).key], "one job, by the new key"
        assert await tx.request(asked) is None, "the old job finds nothing to do"
        record = await tx.digest("d-done")
        assert record is not None
        assert record.request_key == entry_request(moved, entry("done")).key
        (delivery,) = await tx.deliveries(record.request_key)
        assert (delivery.key, delivery.state) == (f"{done}#0", DeliveryState.POSTED)


async def test_what_is_written_already_is_delivered_by_the_job_it_has(room: Room) -> None:
    async with room.begin() as tx:
        key = await ask(tx, await follow(tx, HERE), "a")
        await tx.add_delivery(Delivery(f"{key}#0", key, HERE, MESSAGE), NOON)
        room.jobs.keys.clear()
        await tx.move_place(HERE, NEW, NOON)
        assert room.jobs.keys == []
        request = await tx.request(key)
        assert request is not None
        (delivery,) = await tx.deliveries(key)
        assert (request.place, delivery.place) == (NEW, NEW)


async def test_a_story_that_both_rooms_asked_for_is_read_once(room: Room) -> None:
    async with room.begin() as tx:
        ours, theirs = await follow(tx, HERE), await follow(tx, NEW)
        for name in ("read here", "read in both", "read there"):
            if name != "read there":
                await read(tx, ours, name)
            if name != "read here":
                await (ask if name == "read in both" else read)(tx, theirs, name)
        await ask(tx, ours, "waits in both")
        waiting = await ask(tx, theirs, "waits in both")
        await ask(tx, ours, "waits here")
        room.jobs.keys.clear()
        await tx.move_place(HERE, NEW, NOON)
        assert room.jobs.keys == [entry_request(theirs, entry("waits here")).key]
        keys = await known(tx, NEW)
        names = ("read here", "read in both", "read there", "waits in both", "waits here")
        mine = {entry_request(theirs, entry(name)).key for name in names}
        assert mine <= keys
        assert waiting in keys
        (other,) = keys - mine
        assert other.endswith("read in both")
        assert number_in(other) == 2, "nobody's number"


@pytest.mark.parametrize("prefix", [FEED_KEY, GONE_KEY, ROUNDUP_KEY])
async def test_all_that_a_subscription_asks_for_gets_its_new_number(room: Room, prefix: str) -> None:
    async with room.begin() as tx:
        await follow(tx, NEW, OTHER)
        one = await follow(tx, HERE)
        old = start_of_keys(prefix, HERE, one.id) + "x:y:%"
        await tx.take(Request(old, HERE, "ada", "", (STORY,)), NOON)
        room.jobs.keys.clear()
        await tx.move_place(HERE, NEW, NOON)
        assert room.jobs.keys == [start_of_keys(prefix, NEW, 2) + "x:y:%"]
        assert await tx.request(room.jobs.keys[0]) is not None


async def test_what_a_feed_asked_for_that_nobody_follows_any_more_is_nobodys(room: Room) -> None:
    async with room.begin() as tx:
        await follow(tx, NEW, OTHER)
        await read(tx, await follow(tx, HERE), "a")
        await tx.unfollow(HERE, 1)
        await tx.move_place(HERE, NEW, NOON)
        (key,) = await known(tx, NEW)
        assert (await numbers(tx, NEW), number_in(key)) == ({OTHER.url: 1}, 2)


async def test_requests_of_people_keep_their_keys(room: Room) -> None:
    """The platform may deliver the event again."""
    async with room.begin() as tx:
        await tx.take(link_request("feed of ours", STORY), NOON)
        room.jobs.keys.clear()
        await tx.move_place(HERE, NEW, NOON)
        assert room.jobs.keys == []
        assert not await tx.take(link_request("feed of ours", STORY), NOON)
