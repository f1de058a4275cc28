"""The store's contract, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.errors import StoreNewer
from bot.records import Counts, Deed, Delivery, DeliveryState, Feedback, Gathered, Poll, Verdict
from bot.store import SqlStore, open_database
from bot.types import Message
from tests.contract.rooms import (
    DAY,
    ELSEWHERE,
    FEED,
    HOUR,
    MESSAGE,
    STORY,
    THREAD,
    Jobs,
    Room,
    digest_record,
    entry,
    fill,
    rows,
    subscription,
)
from tests.fakes.desk import HERE, NOON, command_request, link_request

# -- intake


async def test_the_same_key_is_taken_once_with_one_job(room: Room) -> None:
    request = replace(link_request("E1", "https://a.example/ü?b=1", "https://b.example/"), place=THREAD)
    async with room.begin() as tx:
        assert await tx.take(request, NOON)
    async with room.begin() as tx:
        assert not await tx.take(replace(request, text="again"), NOON + HOUR)
        assert await tx.request("E1") == request
        assert await tx.request("E2") is None
    assert room.jobs.keys == ["E1"]


async def test_many_at_once_take_a_key_once(room: Room) -> None:
    async def take() -> bool:
        async with room.begin() as tx:
            return await tx.take(command_request("E1", "help"), NOON)

    assert sum(await asyncio.gather(*(take() for _ in range(8)))) == 1


async def test_a_transaction_that_fails_leaves_nothing(room: Room) -> None:
    async def broken() -> None:
        async with room.begin() as tx:
            await tx.take(link_request("E1", STORY), NOON)
            raise RuntimeError("power")

    with pytest.raises(RuntimeError, match="power"):
        await broken()
    async with room.begin() as tx:
        assert await tx.request("E1") is None
        assert await tx.counts() == Counts()


async def test_a_cancelled_transaction_leaves_nothing_and_blocks_nobody(room: Room) -> None:
    entered = asyncio.Event()

    async def hanging() -> None:
        async with room.begin() as tx:
            await tx.take(link_request("E1", STORY), NOON)
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hanging())
    await entered.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(5), room.begin() as tx:
        assert await tx.take(link_request("E1", STORY), NOON)


async def test_seen_digested_delivered_are_counted_apart_and_by_channel(room: Room) -> None:
    async with room.begin() as tx:
        for key, place in (("E1", HERE), ("E2", THREAD), ("E3", ELSEWHERE)):
            await tx.take(link_request(key, STORY, place=place), NOON)
        await tx.keep_digest(digest_record(), "{}")
        for key in ("E1#0", "E2#0"):
            await tx.add_delivery(Delivery(key, key[:2], HERE, MESSAGE), NOON)
        await tx.mark_posted("E1#0", "m1", NOON)
        await tx.park("E2#0", "no such channel", NOON)
        await tx.close_request("E1", NOON)
        await tx.close_request("E3", NOON, failed=True)
        assert await tx.counts() == Counts(3, 1, 1, waiting=1, asked=1, parked=1, failed=1)
        assert await tx.counts(THREAD) == Counts(2, 1, 1, waiting=1, asked=1, parked=1, failed=0)
        assert await tx.counts(ELSEWHERE) == Counts(1, 0, 0, failed=1)


async def test_what_only_feeds_wait_for_is_waiting_and_not_asked(room: Room) -> None:
    async with room.begin() as tx:
        for key in ("E1", "feed:fake:n:desk:1:x", "gone:fake:n:desk:1:9", "feeder"):
            await tx.take(link_request(key, STORY), NOON)
        for counts in (await tx.counts(), await tx.counts(HERE)):
            assert (counts.waiting, counts.asked) == (4, 2)


@pytest.mark.parametrize("odd", ["half \ud83d a pair", "a NUL \0 inside"])
async def test_words_that_no_database_takes_are_stored_with_a_mark_in_their_place(
    room: Room, odd: str
) -> None:
    request = replace(link_request(f"E{odd}", STORY), text=odd)
    async with room.begin() as tx:
        assert await tx.take(request, NOON)
        assert not await tx.take(request, NOON)
        stored = await tx.request(request.key)
        assert stored is not None
        assert len(stored.text) == len(odd)
        assert [char for char in stored.text if char not in odd] in (["?"], ["\ufffd"])
    assert room.jobs.keys == [stored.key], "the job finds it again"


# -- outbox


async def test_a_message_comes_back_as_it_was_stored(room: Room) -> None:
    delivery = Delivery("E1#0", "E1", THREAD, MESSAGE)
    async with room.begin() as tx:
        assert await tx.add_delivery(delivery, NOON)
        assert not await tx.add_delivery(replace(delivery, message=Message((), "other")), NOON)
    async with room.begin() as tx:
        assert await tx.delivery("E1#0") == delivery
        assert await tx.deliveries("E1") == (delivery,)
        assert await tx.delivery("E9#0") is None


async def test_a_delivery_goes_from_new_by_posting_to_posted(room: Room) -> None:
    async with room.begin() as tx:
        await tx.add_delivery(Delivery("k", "E1", HERE, MESSAGE), NOON)
    states = []
    for _ in range(2):
        async with room.begin() as tx:
            before = await tx.start_posting("k", NOON)
            states.append((before.state, before.attempts))
    assert states == [(DeliveryState.NEW, 0), (DeliveryState.POSTING, 1)]
    async with room.begin() as tx:
        await tx.mark_posted("k", "m7", NOON)
        done = await tx.start_posting("k", NOON)
        assert (done.state, done.attempts, done.message_id) == (DeliveryState.POSTED, 2, "m7")
        assert done.message == Message((), "", "d1"), "the words are dropped once the chat has them"
        with pytest.raises(KeyError):
            await tx.start_posting("unknown", NOON)


async def test_a_message_is_found_by_what_the_chat_calls_it(room: Room) -> None:
    async with room.begin() as tx:
        post, edit = Delivery("k", "E1", THREAD, MESSAGE), Delivery("e", "E1", HERE, MESSAGE, deed=Deed.EDIT)
        for delivery in (post, edit, replace(post, key="x", place=ELSEWHERE)):
            await tx.add_delivery(delivery, NOON)
        assert await tx.posted_as(HERE, "m7") is None
        for key in "kex":
            await tx.mark_posted(key, "m7", NOON)
        found = await tx.posted_as(HERE, "m7")
        assert found is not None
        assert (found.key, found.message.digest_id) == ("k", "d1")
        assert await tx.posted_as(HERE, "m8") is None


async def test_a_parked_delivery_says_why(room: Room) -> None:
    async with room.begin() as tx:
        await tx.add_delivery(Delivery("k", "E1", HERE, MESSAGE), NOON)
        await tx.park("k", "no right to post", NOON)
        parked = await tx.start_posting("k", NOON)
    assert (parked.state, parked.reason, parked.attempts) == (DeliveryState.PARKED, "no right to post", 0)


# -- archive


async def test_a_digest_is_kept_once_with_its_hosts_in_order(room: Room) -> None:
    record = digest_record()
    async with room.begin() as tx:
        await tx.keep_digest(record, '{"text": "x"}')
        await tx.keep_digest(replace(record, title="Other"), '{"text": "y"}')
        assert await tx.digest("d1") == record
        assert await tx.digest("d2") is None


async def test_the_latest_digest_is_the_threads_else_the_channels(room: Room) -> None:
    async with room.begin() as tx:
        assert await tx.latest_digest(HERE) is None
        await tx.keep_digest(digest_record("d1", place=THREAD), "{}")
        later = digest_record("d2", at=NOON + HOUR)
        await tx.keep_digest(
            replace(later, canonical_url="https://c.example/", url="https://d.example/"), "{}"
        )
        found = [
            await tx.latest_digest(HERE),
            await tx.latest_digest(THREAD),
            await tx.latest_digest(replace(HERE, thread="99")),
            await tx.latest_digest(HERE, STORY),
            await tx.latest_digest(THREAD, "https://d.example/"),
            await tx.latest_digest(HERE, "https://unknown.example/"),
            await tx.latest_digest(ELSEWHERE),
        ]
    assert [one and one.id for one in found] == ["d2", "d1", "d2", "d1", "d2", None, None]


# -- settings, retention, deletion


async def test_settings_belong_to_the_channel(room: Room) -> None:
    async with room.begin() as tx:
        await tx.change_setting(THREAD, "digest", "off")
        await tx.change_setting(HERE, "digest", "on")
        assert await tx.settings(THREAD) == {"digest": "on"}
        assert await tx.settings(ELSEWHERE) == {}


async def test_the_purge_takes_what_is_old_and_leaves_what_is_open_or_known(room: Room) -> None:
    async with room.begin() as tx:
        await fill(tx, NOON - 40 * DAY, "old")
        await fill(tx, NOON, "new")
        await tx.take(link_request("waiting", STORY), NOON - 40 * DAY)
        await tx.follow(FEED, subscription())
        await tx.finish_poll(Poll(FEED, (entry("left"), entry("still there"))), NOON - 50 * DAY)
        await tx.finish_poll(Poll(FEED, (entry("still there"),)), NOON - 40 * DAY)
        assert await tx.purge(NOON - 30 * DAY) > 0
        assert await tx.request("old") is None
        assert await tx.delivery("old#0") is None
        assert await tx.digest("d-old") is None
        assert await tx.digest("d-new") == digest_record("d-new", "new")
        assert await tx.request("waiting") is not None
        assert await tx.known_entries(FEED.url, ("left", "still there")) == {"still there"}
        assert await tx.purge(NOON - 30 * DAY) == 0
        await tx.purge(NOON + DAY)
        await tx.unfollow(HERE, 1)
    assert await rows(room) == {"requests": 1, "counters": 1}


@pytest.mark.parametrize("url", [STORY, f"{STORY}?from=feed"])
async def test_a_forgotten_story_leaves_no_row_here_and_stays_elsewhere(room: Room, url: str) -> None:
    async with room.begin() as tx:
        await fill(tx, NOON, "here", THREAD)
        await fill(tx, NOON, "there", ELSEWHERE)
        assert await tx.forget_story(HERE, url) == 1
        assert await tx.digest("d-here") is None
        assert await tx.delivery("here#0") is None
        emptied = await tx.request("here")
        assert emptied is not None
        assert (emptied.text, emptied.links, emptied.user) == ("", (), "")
        assert not await tx.take(link_request("here", STORY), NOON), "a late redelivery is no new request"
        assert await tx.digest("d-there") is not None
        assert await tx.forget_story(ELSEWHERE, url) == 1
        assert await tx.forget_story(ELSEWHERE, url) == 0
    assert await rows(room) == {"requests": 2}


async def test_a_forgotten_feed_takes_its_stories_along(room: Room) -> None:
    async with room.begin() as tx:
        await tx.follow(FEED, subscription())
        await tx.finish_poll(Poll(FEED, (replace(entry("a"), url=STORY),)), NOON)
        await fill(tx, NOON, "E1")
        assert await tx.forget_feed(HERE, 1) == 1
    assert await rows(room) == {"requests": 1, "counters": 1}


async def test_a_forgotten_place_leaves_no_row_at_all(room: Room) -> None:
    async with room.begin() as tx:
        await fill(tx, NOON, "here")
        await fill(tx, NOON, "in thread", THREAD)
        await tx.follow(FEED, subscription())
        await tx.finish_poll(Poll(FEED, (entry("a"),)), NOON)
        waiting = Gathered(HERE, 1, "b", STORY, "Story b", NOON)
        await tx.finish_poll(Poll(FEED, (entry("b"),), gathered=(waiting,)), NOON)
        await tx.change_setting(HERE, "digest", "off")
        await tx.add_feedback(Feedback("d-here", "bob", Verdict.USEFUL, NOON))
        await tx.withdraw(HERE, "in thread", NOON)
        await tx.withdraw(HERE, "never came", NOON)
        assert await tx.forget_place(HERE) == 16
    assert await rows(room) == {}


# -- opening


async def test_a_naive_time_is_refused(room: Room) -> None:
    with pytest.raises(ValueError, match="zone"):
        async with room.begin() as tx:
            await tx.take(link_request("E1", STORY), datetime(2026, 5, 4, 12))  # noqa: DTZ001 - the point


async def test_what_was_stored_is_there_after_a_restart(store_address: str) -> None:
    for taken in (True, False):
        store = SqlStore(await open_database(store_address), Jobs())
        async with store.begin() as tx:
            assert await tx.take(link_request("E1", STORY), datetime.now(UTC)) is taken
        await store.close()


async def test_a_store_of_a_newer_nutgraf_is_refused(store_address: str) -> None:
    database = await open_database(store_address)
    async with database.transaction() as connection:
        await connection.rows(
            "insert into _yoyo_migration (migration_hash, migration_id) values ('x', '9999-later')"
        )
    await database.close()
    with pytest.raises(StoreNewer) as refused:
        await open_database(store_address)
    assert refused.value.version == "9999-later"
