"""A channel that lives on under another address (a room that was upgraded)."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.records import (
    Delivery,
    Feedback,
    FeedState,
    Gathered,
    Poll,
    Verdict,
)
from bot.schedule import entry_request
from bot.store import SqlTransaction
from bot.types import Place, Posted, Subscription
from tests.contract.rooms import (
    DAY,
    ELSEWHERE,
    FEED,
    HOUR,
    MESSAGE,
    STORY,
    THREAD,
    Room,
    digest_record,
    entry,
    fill,
    rows,
    rows_in,
    subscription,
)
from tests.fakes.desk import HERE, NOON, link_request

NEW = Place("fake", "newsroom", "!new:b.example")
NEWER = Place("fake", "newsroom", "newer")
OTHER, THIRD = (FeedState(f"https://{name}.example/feed", next_poll_at=NOON) for name in ("other", "third"))


async def follow(tx: SqlTransaction, place: Place, feed: FeedState = FEED) -> Subscription:
    return await tx.follow(feed, subscription(place, feed_url=feed.url))


async def numbers(tx: SqlTransaction, place: Place) -> dict[str, int]:
    return {one.feed_url: one.id for one in await tx.subscriptions(place)}


async def ask(tx: SqlTransaction, one: Subscription, name: str) -> str:
    """A new entry of the feed, its story not read yet."""
    request = entry_request(one, entry(name))
    assert await tx.take(request, NOON)
    return request.key


async def read(tx: SqlTransaction, one: Subscription, name: str) -> str:
    """The same, read and posted."""
    key = await ask(tx, one, name)
    await tx.keep_digest(replace(digest_record(f"d-{name}", key, one.place), canonical_url=name), "{}")
    await tx.add_delivery(Delivery(f"{key}#0", key, one.place, replace(MESSAGE, digest_id=f"d-{name}")), NOON)
    await tx.mark_posted(f"{key}#0", f"m-{name}", NOON)
    await tx.close_request(key, NOON)
    return key


async def known(tx: SqlTransaction, place: Place) -> set[str]:
    """Keys of the stories that feeds asked for in the channel."""
    return {request.key for request in await tx.feed_requests(place, NOON)}


# -- what follows


async def test_everything_of_the_channel_is_the_new_ones(room: Room) -> None:
    async with room.begin() as tx:
        one = await follow(tx, HERE)
        await follow(tx, ELSEWHERE)
        await tx.pause(HERE, 1, True)
        await tx.finish_poll(Poll(FEED, (entry("a"),)), NOON)
        waiting = Gathered(HERE, one.id, "b", f"{STORY}/b", "Story b", NOON)
        await tx.finish_poll(Poll(FEED, (entry("b"),), gathered=(waiting,)), NOON)
        await fill(tx, NOON, "E1", THREAD)
        await fill(tx, NOON, "E2", ELSEWHERE)
        await tx.add_feedback(Feedback("d-E1", "bob", Verdict.USEFUL, NOON))
        await tx.change_setting(HERE, "digest", "off")
        before, counts, others = await rows_in(tx), await tx.counts(HERE), await tx.counts(ELSEWHERE)
        followed = await tx.subscriptions(HERE)
        state = await tx.feed(FEED.url)

        await tx.move_place(HERE, NEW, NOON)

        assert await rows_in(tx) == {**before, "moves": 1}
        assert (await tx.counts(NEW), await tx.counts(ELSEWHERE)) == (counts, others)
        assert await tx.counts(HERE) == type(counts)()
        assert await tx.subscriptions(NEW) == tuple(replace(sub, place=NEW) for sub in followed)
        assert (await tx.settings(NEW), await tx.settings(HERE)) == ({"digest": "off"}, {})
        assert await tx.feed(FEED.url) == state, "the feed is polled as it was"
        assert await tx.known_entries(FEED.url, ("a", "b", "c")) == {"a", "b"}
        record = await tx.latest_digest(NEW, STORY)
        assert record is not None
        assert (record.id, record.place) == ("d-E1", NEW)
        assert await tx.latest_digest(HERE) is None
        await tx.pause(NEW, 1, False)
        assert await tx.due_roundups(NOON, 9) == (replace(waiting, place=NEW),)
        assert (await follow(tx, NEW, OTHER)).id == 2, "a number is not given twice"
        assert (await follow(tx, HERE, OTHER)).id == 1
        await tx.forget_place(HERE)
        await tx.forget_place(NEW)
        await tx.forget_place(ELSEWHERE)
    assert await rows(room) == {}


async def test_what_the_chat_has_stands_where_it_stood(room: Room) -> None:
    async with room.begin() as tx:
        await fill(tx, NOON, "E1", THREAD)
        await tx.take(link_request("E2", STORY, place=THREAD), NOON)
        for key in ("new", "handed over", "parked"):
            await tx.add_delivery(Delivery(key, "E2", THREAD, MESSAGE), NOON)
        for key in ("handed over", "parked"):
            await tx.start_posting(key, NOON)
        await tx.park("parked", "refused", NOON)
        for old, new in ((HERE, NEW), (NEW, NEWER)):
            await tx.move_place(old, new, NOON)
            places = {one.key: one.place for one in await tx.deliveries("E2")}
            assert places == {"new": new, "handed over": THREAD, "parked": THREAD}
        request = await tx.request("E2")
        assert request is not None
        assert request.place == NEWER, "answered in the room itself: its thread is in the old one"
        found = await tx.posted_digest(NEWER, STORY, NOON - DAY)
        assert found is not None
        record, delivery = found
        assert (record.place, Posted(delivery.place, delivery.message_id or "")) == (
            NEWER, Posted(THREAD, "m1"),
        )  # fmt: skip
        assert await tx.posted_digest(HERE, STORY, NOON - DAY) is None


@pytest.mark.parametrize("moves", [1, 2])
async def test_a_message_that_is_deleted_in_the_old_room_takes_its_digest_along(
    room: Room, moves: int
) -> None:
    async with room.begin() as tx:
        await fill(tx, NOON, "E1", THREAD)
        await tx.take(link_request("E2", STORY, place=HERE), NOON)
        for old, new in ((HERE, NEW), (NEW, NEWER))[:moves]:
            await tx.move_place(old, new, NOON)
        await tx.take(link_request("E3", STORY, place=HERE), NOON)  # somebody stayed behind
        (posted,) = await tx.withdraw(HERE, "E1", NOON)
        assert (posted.key, posted.place, posted.message_id) == ("E1#0", THREAD, "m1")
        assert await tx.digest("d-E1") is None
        for key in ("E2", "E3"):
            assert await tx.request(key) is not None
            await tx.withdraw(HERE, key, NOON)
            assert await tx.request(key) is None


async def test_a_deleted_message_that_was_never_seen_stays_untaken(room: Room) -> None:
    async with room.begin() as tx:
        await tx.move_place(HERE, NEW, NOON)
        await tx.withdraw(HERE, "E1", NOON)
        assert not await tx.take(link_request("E1", STORY), NOON)


# -- subscriptions


async def test_numbers_stay_unique_where_the_new_room_gave_some(room: Room) -> None:
    async with room.begin() as tx:
        for feed in (FEED, OTHER, THIRD):
            await follow(tx, HERE, feed)
        await tx.unfollow(HERE, 2)
        for feed in (OTHER, THIRD):
            await follow(tx, NEW, feed)
        await tx.unfollow(NEW, 2)
        await tx.move_place(HERE, NEW, NOON)
        assert await numbers(tx, NEW) == {OTHER.url: 1, FEED.url: 3, THIRD.url: 5}
        last = FeedState("https://last.example/feed")
        assert (await follow(tx, NEW, last)).id == 6


async def test_of_a_feed_that_both_follow_one_subscription_is_kept(room: Room) -> None:
    async with room.begin() as tx:
        kept = await tx.follow(FEED, subscription(NEW, want=("tax",)))
        gone = await follow(tx, HERE)
        await follow(tx, HERE, OTHER)
        rows_of = [Gathered(place, 1, "b", STORY, "Story b", NOON) for place in (HERE, NEW)]
        await tx.finish_poll(Poll(FEED, (entry("b"),), gathered=tuple(rows_of)), NOON)
        await tx.move_place(HERE, NEW, NOON)
        assert (gone.id, kept.id) == (1, 1)
        assert await tx.subscriptions(NEW) == (kept, subscription(NEW, id=3, feed_url=OTHER.url))
        assert await tx.followers(FEED.url) == (kept,)
        assert await tx.due_roundups(NOON, 9) == (rows_of[1],)
    assert (await rows(room))["gathered"] == 1


async def test_what_had_stopped_is_still_stopped(room: Room) -> None:
    async with room.begin() as tx:
        await follow(tx, HERE)
        await tx.stop(HERE, "closed")
        await tx.move_place(HERE, NEW, NOON)
        assert [one.stopped for one in await tx.subscriptions(NEW)] == ["closed"]


async def test_the_old_rooms_settings_hold_and_sites_of_both_are_muted(room: Room) -> None:
    async with room.begin() as tx:
        for place, key, value in (
            (HERE, "digest", "off"), (HERE, "mute", "a.example b.example"), (HERE, "steer", "@U1"),
            (NEW, "digest", "mention"), (NEW, "mute", "b.example c.example"), (NEW, "answers", "reply"),
        ):  # fmt: skip
            await tx.change_setting(place, key, value)
        await tx.move_place(HERE, NEW, NOON)
        assert await tx.settings(HERE) == {}
        assert await tx.settings(NEW) == {
            "digest": "off", "mute": "a.example b.example c.example", "steer": "@U1", "answers": "reply",
        }  # fmt: skip


# -- again, back, and at the same moment


async def test_told_twice_it_changes_nothing_and_takes_what_came_meanwhile(room: Room) -> None:
    async with room.begin() as tx:
        await read(tx, await follow(tx, HERE), "a")
        await tx.change_setting(HERE, "digest", "off")
        await tx.move_place(HERE, NEW, NOON)
        before, followed = await rows_in(tx), await tx.subscriptions(NEW)
        keys = await known(tx, NEW)
        await tx.move_place(HERE, NEW, NOON)
        assert (await rows_in(tx), await tx.subscriptions(NEW)) == (before, followed)
        assert (await tx.settings(NEW), await known(tx, NEW)) == ({"digest": "off"}, keys)
        await follow(tx, HERE, OTHER)
        await tx.move_place(HERE, NEW, NOON)
        assert await numbers(tx, NEW) == {FEED.url: 1, OTHER.url: 2}


async def test_a_room_that_becomes_itself_is_left_alone(room: Room) -> None:
    async with room.begin() as tx:
        await follow(tx, HERE)
        await tx.move_place(HERE, THREAD, NOON)
        assert await numbers(tx, HERE) == {FEED.url: 1}
    assert "moves" not in await rows(room)


async def test_there_and_back_again(room: Room) -> None:
    async with room.begin() as tx:
        await fill(tx, NOON, "E1", THREAD)
        await read(tx, await follow(tx, HERE), "a")
        keys = await known(tx, HERE)
        await tx.move_place(HERE, NEW, NOON)
        await tx.move_place(NEW, HERE, NOON)
        assert await numbers(tx, HERE) == {FEED.url: 1}
        assert await known(tx, HERE) == keys
        assert (await rows_in(tx))["moves"] == 1
        assert [one.key for one in await tx.withdraw(HERE, "E1", NOON)] == ["E1#0"]


async def test_that_it_moved_is_forgotten_with_the_rest(room: Room) -> None:
    async with room.begin() as tx:
        await tx.move_place(HERE, NEW, NOON)
        await tx.purge(NOON)
        assert await rows_in(tx) == {"moves": 1}
        await tx.purge(NOON + HOUR)
    assert await rows(room) == {}


@pytest.mark.parametrize("move_first", [True, False])
async def test_an_answer_that_is_written_at_the_same_moment_is_not_lost(room: Room, move_first: bool) -> None:
    """It goes to the new room, or whoever writes it finds the new address."""
    async with room.begin() as tx:
        await tx.take(link_request("E1", STORY), NOON)
    begun = asyncio.Event()

    async def move() -> None:
        async with room.begin() as tx:
            await tx.move_place(HERE, NEW, NOON)
            begun.set()
            await asyncio.sleep(0.05)

    async def answer() -> None:
        async with room.begin() as tx:
            request = await tx.request("E1")
            assert request is not None
            begun.set()
            await asyncio.sleep(0.05)
            await tx.add_delivery(Delivery("E1#0", "E1", request.place, MESSAGE), NOON)

    first, second = (move, answer) if move_first else (answer, move)
    async with asyncio.timeout(30), asyncio.TaskGroup() as both:
        both.create_task(first())
        await begun.wait()
        both.create_task(second())
    async with room.begin() as tx:
        (delivery,) = await tx.deliveries("E1")
        assert delivery.place == NEW


@pytest.mark.parametrize("poll_first", [True, False])
async def test_news_that_is_taken_at_the_same_moment_is_not_lost(room: Room, poll_first: bool) -> None:
    async with room.begin() as tx:
        await follow(tx, HERE)
    begun = asyncio.Event()

    async def poll() -> None:
        async with room.begin() as tx:
            followers = await tx.followers(FEED.url)
            begun.set()
            await asyncio.sleep(0.05)
            asked = tuple(entry_request(one, entry("a")) for one in followers)
            assert await tx.finish_poll(Poll(FEED, (entry("a"),), asked), NOON) == 1

    async def move() -> None:
        async with room.begin() as tx:
            await tx.move_place(HERE, NEW, NOON)
            begun.set()
            await asyncio.sleep(0.05)

    first, second = (poll, move) if poll_first else (move, poll)
    async with asyncio.timeout(30), asyncio.TaskGroup() as both:
        both.create_task(first())
        await begun.wait()
        both.create_task(second())
    async with room.begin() as tx:
        (one,) = await tx.subscriptions(NEW)
        assert await known(tx, NEW) == {entry_request(one, entry("a")).key}
