"""Feeds, entries and subscriptions: the store's contract on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import AlreadyFollowed, NoSuchSubscription
from bot.records import Poll
from tests.contract.rooms import (
    DAY,
    ELSEWHERE,
    FEED,
    HOUR,
    STORY,
    THREAD,
    Room,
    entry,
    subscription,
)
from tests.fakes.desk import HERE, NOON, link_request


async def test_due_feeds_are_claimed_once_and_come_back_when_the_lease_ends(room: Room) -> None:
    async with room.begin() as tx:
        await tx.follow(FEED, subscription())
    async with room.begin() as tx:
        assert await tx.due_feeds(NOON, 10) == ()
    async with room.begin() as tx:
        (claimed,) = await tx.due_feeds(NOON + HOUR, 10, lease_s=60.0)
        assert claimed == replace(FEED, next_poll_at=NOON + HOUR + timedelta(seconds=60))
    async with room.begin() as tx:
        assert await tx.due_feeds(NOON + HOUR, 10) == ()
        assert len(await tx.due_feeds(NOON + 2 * HOUR, 10)) == 1


async def test_claims_stop_at_the_limit_oldest_first_and_skip_paused_ones(room: Room) -> None:
    async with room.begin() as tx:
        for number in range(4):
            state = replace(FEED, url=f"https://f{number}.example/", next_poll_at=NOON - number * HOUR)
            added = await tx.follow(state, subscription())
        await tx.pause(HERE, added.id, True)
        claimed = await tx.due_feeds(NOON, 2)
        assert {state.url for state in claimed} == {"https://f2.example/", "https://f1.example/"}


async def test_two_pollers_never_get_the_same_feed(room: Room) -> None:
    async with room.begin() as tx:
        for number in range(20):
            await tx.follow(replace(FEED, url=f"https://f{number}.example/"), subscription())

    async def claim() -> list[str]:
        async with room.begin() as tx:
            return [state.url for state in await tx.due_feeds(NOON + DAY, 4)]

    got = [url for urls in await asyncio.gather(*(claim() for _ in range(5))) for url in urls]
    assert len(got) == len(set(got))
    assert len(got) == 20


async def test_a_poll_is_written_once_however_often_it_is_repeated(room: Room) -> None:
    async with room.begin() as tx:
        await tx.follow(FEED, subscription())
    after = replace(FEED, etag="e2", failures=2, next_poll_at=NOON + DAY)
    poll = Poll(after, (entry("a"), entry("b")), (link_request("feed:a", STORY),))
    for wanted in (1, 0):
        async with room.begin() as tx:
            assert await tx.finish_poll(poll, NOON) == wanted
    async with room.begin() as tx:
        assert await tx.feed(FEED.url) == after
        assert await tx.known_entries(FEED.url, ("a", "c")) == {"a"}
    assert room.jobs.keys == ["feed:a"]


async def test_a_poll_of_a_feed_that_was_unfollowed_meanwhile_does_nothing(room: Room) -> None:
    poll = Poll(FEED, (entry("a"),), (link_request("feed:a", STORY),))
    async with room.begin() as tx:
        assert await tx.finish_poll(poll, NOON) == 0
        assert await tx.known_entries(FEED.url, ("a",)) == frozenset()
    assert room.jobs.keys == []


async def test_a_feed_that_moved_takes_entries_and_followers_along(room: Room) -> None:
    new = replace(FEED, url="https://new.example/feed")
    async with room.begin() as tx:
        await tx.follow(FEED, subscription())
        await tx.follow(FEED, subscription(ELSEWHERE))
        await tx.follow(new, subscription(ELSEWHERE))
        await tx.finish_poll(Poll(FEED, (entry("a"),)), NOON)
        await tx.finish_poll(Poll(new, (entry("b"),), moved_from=FEED.url), NOON)
        assert await tx.feed(FEED.url) is None
        assert await tx.known_entries(new.url, ("a", "b")) == {"a", "b"}
        assert [one.place for one in await tx.followers(new.url)] == [HERE, ELSEWHERE]
        assert [one.id for one in await tx.subscriptions(ELSEWHERE)] == [2]


async def test_numbers_count_up_in_each_channel_and_are_never_given_twice(room: Room) -> None:
    other = replace(FEED, url="https://other.example/feed")
    async with room.begin() as tx:
        first = await tx.follow(FEED, subscription())
        assert first == subscription(id=1)
        with pytest.raises(AlreadyFollowed) as refused:
            await tx.follow(FEED, subscription(THREAD))
        assert refused.value.number == 1
        assert (await tx.follow(FEED, subscription(ELSEWHERE))).id == 1
        await tx.unfollow(HERE, 1)
        assert (await tx.follow(other, subscription())).id == 2
        assert [one.feed_url for one in await tx.subscriptions(HERE)] == [other.url]


async def test_the_last_unfollow_deletes_feed_and_entries(room: Room) -> None:
    async with room.begin() as tx:
        await tx.follow(FEED, subscription())
        await tx.follow(FEED, subscription(ELSEWHERE))
        await tx.finish_poll(Poll(FEED, (entry("a"),)), NOON)
        assert (await tx.unfollow(THREAD, 1)).place == HERE
        assert await tx.known_entries(FEED.url, ("a",)) == {"a"}
        await tx.unfollow(ELSEWHERE, 1)
        assert await tx.feed(FEED.url) is None
        assert await tx.known_entries(FEED.url, ("a",)) == frozenset()
        for change in (tx.unfollow(HERE, 1), tx.pause(HERE, 1, True), tx.forget_feed(HERE, 1)):
            with pytest.raises(NoSuchSubscription):
                await change


async def test_a_paused_subscription_is_no_follower_until_it_is_resumed(room: Room) -> None:
    async with room.begin() as tx:
        await tx.follow(FEED, subscription())
        assert (await tx.pause(HERE, 1, True)).paused
        assert await tx.followers(FEED.url) == ()
        assert not (await tx.pause(HERE, 1, False)).paused
        assert [one.id for one in await tx.followers(FEED.url)] == [1]


async def test_a_feed_given_up_is_due_when_a_follower_resumes_it(room: Room) -> None:
    async with room.begin() as tx:
        await tx.follow(FEED, subscription())
        await tx.finish_poll(Poll(replace(FEED, next_poll_at=None, polled_at=NOON)), NOON)
        await tx.pause(HERE, 1, True)
        await tx.pause(HERE, 1, False)
        assert [state.url for state in await tx.due_feeds(NOON, 9)] == [FEED.url]
        await tx.pause(HERE, 1, False)
        assert await tx.due_feeds(NOON, 9) == (), "one that is polled keeps its time"


async def test_a_feed_given_up_is_polled_again_when_somebody_follows_it(room: Room) -> None:
    async with room.begin() as tx:
        await tx.follow(FEED, subscription())
        await tx.finish_poll(Poll(replace(FEED, next_poll_at=None, failures=9)), NOON)
        assert await tx.due_feeds(NOON + DAY, 9) == ()
        await tx.follow(FEED, subscription(ELSEWHERE))
        assert [state.failures for state in await tx.due_feeds(NOON + DAY, 9)] == [0]


async def test_feeds_of_a_busy_host_are_left_for_later(room: Room) -> None:
    urls = ("http://slow.example/a", "https://slow.example:8443/b", "https://slow.example.org/c")
    odd = ("http://[::1]:8080/d", "https://a_b.example/e", "https://axb.example/f")
    async with room.begin() as tx:
        for url in urls + odd:
            await tx.follow(replace(FEED, url=url), subscription())

    async def left(*besides: str) -> set[str]:
        async with room.begin() as tx:
            due = await tx.due_feeds(NOON + HOUR, 10, 0.0, besides)
        return {state.url for state in due}

    assert await left() == {*urls, *odd}
    assert await left("slow.example") == {urls[2], *odd}
    assert await left("::1", "a_b.example") == {*urls, odd[2]}


async def test_what_a_channels_feeds_asked_for(room: Room) -> None:
    async with room.begin() as tx:
        await tx.take(link_request("feed:a", STORY), NOON - DAY)
        await tx.take(link_request("feed:b", STORY), NOON)
        await tx.take(link_request("E1", STORY), NOON)
        await tx.take(link_request("feed:c", STORY, place=ELSEWHERE), NOON)
        assert [one.key for one in await tx.feed_requests(THREAD, NOON)] == ["feed:b"]
        assert await tx.feed_requests(HERE, NOON + HOUR) == ()
