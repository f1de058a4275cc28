"""Subscriptions that a chat takes nothing of, and what a feed printed while nobody was there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.errors import AlreadyFollowed
from bot.ports import Refusal
from bot.records import Counts, FeedState, Gathered, Poll
from bot.schedule import entry_request, gone_request
from bot.store import SqlTransaction
from bot.types import Place, Request, Subscription
from tests.contract.rooms import DAY, ELSEWHERE, FEED, HOUR, THREAD, Room, entry, subscription
from tests.fakes.desk import HERE, NOON

OTHER_PAPER = Place("fake", "otherpaper", "desk")
OTHER = replace(FEED, url="https://other.example/feed")
CLOSED = Refusal.CLOSED


async def follow_everywhere(tx: SqlTransaction) -> None:
    for place in (HERE, ELSEWHERE, OTHER_PAPER):
        await tx.follow(FEED, subscription(place))
    await tx.follow(OTHER, subscription(THREAD))


# -- stop and restart


async def test_a_stopped_channel_is_kept_and_listed_with_the_reason(room: Room) -> None:
    async with room.begin() as tx:
        await follow_everywhere(tx)
        stopped = await tx.stop(THREAD, CLOSED)
        assert [(one.place, one.id, one.stopped) for one in stopped] == [
            (HERE, 1, "closed"), (THREAD, 2, "closed"),
        ]  # fmt: skip
        assert await tx.stop(HERE, Refusal.NO_RIGHT) == (), "once per stop"
        assert await tx.subscriptions(HERE) == stopped
        with pytest.raises(AlreadyFollowed):
            await tx.follow(FEED, subscription())
        assert [one.place for one in await tx.followers(FEED.url)] == [ELSEWHERE, OTHER_PAPER]
        here, everywhere = await tx.counts(HERE), await tx.counts()
        assert (here.subscriptions, here.stopped) == (2, 2)
        assert (everywhere.subscriptions, everywhere.stopped) == (4, 2)
        again = await tx.restart(HERE)
        assert again == tuple(replace(one, stopped=None) for one in stopped)
        assert await tx.restart(HERE) == ()
        assert await tx.counts() == replace(everywhere, stopped=0)


async def test_a_workspace_stops_and_starts_as_a_whole(room: Room) -> None:
    anywhere = Place("fake", "newsroom", "")
    async with room.begin() as tx:
        await follow_everywhere(tx)
        stopped = await tx.stop(anywhere, Refusal.SIGNED_OUT, whole_workspace=True)
        assert [(one.place.channel, one.id) for one in stopped] == [("desk", 1), ("desk", 2), ("sport", 1)]
        assert [one.place for one in await tx.followers(FEED.url)] == [OTHER_PAPER]
        assert len(await tx.restart(anywhere, whole_workspace=True)) == 3
        assert len(await tx.followers(FEED.url)) == 3


async def test_only_what_stopped_for_the_reason_starts_again(room: Room) -> None:
    anywhere = Place("fake", "newsroom", "")
    async with room.begin() as tx:
        await follow_everywhere(tx)
        await tx.stop(ELSEWHERE, CLOSED)
        await tx.stop(anywhere, Refusal.SIGNED_OUT, whole_workspace=True)
        mended = (Refusal.SIGNED_OUT, Refusal.NO_RIGHT)
        again = await tx.restart(anywhere, whole_workspace=True, reasons=mended)
        assert {one.place.channel for one in again} == {HERE.channel}
        assert [one.stopped for one in await tx.subscriptions(ELSEWHERE)] == [CLOSED]


async def test_the_subscriptions_of_a_workspace_are_listed_by_channel_and_number(room: Room) -> None:
    async with room.begin() as tx:
        await follow_everywhere(tx)
        await tx.stop(HERE, CLOSED)
        await tx.pause(ELSEWHERE, 1, True)
        found = await tx.subscriptions_of("fake", "newsroom")
        assert [(one.place, one.id, one.stopped, one.paused) for one in found] == [
            (HERE, 1, "closed", False), (THREAD, 2, "closed", False), (ELSEWHERE, 1, None, True),
        ]  # fmt: skip
        assert await tx.subscriptions_of("slack", "newsroom") == ()


async def test_paused_and_stopped_are_two_things(room: Room) -> None:
    async with room.begin() as tx:
        await tx.follow(FEED, subscription())
        await tx.pause(HERE, 1, True)
        (stopped,) = await tx.stop(HERE, CLOSED)
        assert (stopped.paused, stopped.stopped) == (True, "closed")
        assert (await tx.pause(HERE, 1, False)).stopped == "closed"
        assert await tx.followers(FEED.url) == ()
        await tx.pause(HERE, 1, True)
        (back,) = await tx.restart(HERE)
        assert (back.paused, back.stopped) == (True, None)
        assert await tx.followers(FEED.url) == ()


async def test_a_stopped_subscription_is_no_reason_to_poll(room: Room) -> None:
    async with room.begin() as tx:
        await tx.follow(FEED, subscription())
        await tx.stop(HERE, CLOSED)
        assert await tx.due_feeds(NOON + DAY, 9) == ()
        await tx.restart(HERE)
        assert [one.url for one in await tx.due_feeds(NOON + DAY, 9)] == [FEED.url]


async def test_a_feed_given_up_is_due_when_its_follower_is_back(room: Room) -> None:
    async with room.begin() as tx:
        await tx.follow(FEED, subscription())
        await tx.finish_poll(Poll(replace(FEED, next_poll_at=None)), NOON)
        await tx.stop(HERE, CLOSED)
        await tx.restart(HERE)
        assert [one.url for one in await tx.due_feeds(NOON, 9)] == [FEED.url]


async def test_a_forgotten_place_is_forgotten_stopped_or_not(room: Room) -> None:
    async with room.begin() as tx:
        await tx.follow(FEED, subscription())
        await tx.stop(HERE, CLOSED)
        await tx.forget_place(HERE)
        assert await tx.feed(FEED.url) is None
        assert await tx.counts() == Counts()


# -- what was printed while nobody was there

Going = Callable[[SqlTransaction], Awaitable[object]]
LEAVE_AND_RETURN: dict[str, tuple[Going, Going]] = {
    "paused": (lambda tx: tx.pause(HERE, 1, True), lambda tx: tx.pause(HERE, 1, False)),
    "stopped": (lambda tx: tx.stop(HERE, CLOSED), lambda tx: tx.restart(HERE)),
    "signed out": (
        lambda tx: tx.stop(HERE, CLOSED, whole_workspace=True),
        lambda tx: tx.restart(HERE, whole_workspace=True),
    ),
}
BOTH = pytest.mark.parametrize(("leave", "return_"), LEAVE_AND_RETURN.values(), ids=LEAVE_AND_RETURN.keys())


def news(follower: Subscription, name: str) -> Request:
    return entry_request(follower, entry(name))


def story(follower: Subscription, name: str) -> Gathered:
    return Gathered(follower.place, follower.id, name, f"https://paper.example/{name}", name, NOON)


async def poll(tx: SqlTransaction, state: FeedState, *names: str) -> tuple[int, int]:
    """Every story of the feed is new to the poller: how many are told now, and how many with the next
    message."""
    followers = await tx.followers(state.url)
    requests = tuple(news(one, name) for one in followers for name in names)
    waiting = tuple(story(one, f"{name}, waiting") for one in followers for name in names)
    told = await tx.finish_poll(Poll(state, tuple(map(entry, names)), requests, gathered=waiting), NOON)
    return told, len(await tx.due_roundups(NOON, 99))


@BOTH
async def test_what_was_printed_meanwhile_is_known_and_not_told(
    room: Room, leave: Going, return_: Going
) -> None:
    async with room.begin() as tx:
        follower = await tx.follow(FEED, subscription())
        await leave(tx)
        for hours in (2, 3):
            assert await tx.due_feeds(NOON + hours * HOUR, 9) == (), "nobody is there"
        await return_(tx)
        (state,) = await tx.due_feeds(NOON + DAY, 9)
        assert await poll(tx, state, "old", "older") == (0, 0)
        assert await tx.known_entries(FEED.url, ("old", "older", "new")) == {"old", "older"}
        assert await poll(tx, state, "new") == (1, 1)
    assert room.jobs.keys == [news(follower, "new").key]


@BOTH
async def test_who_was_away_for_less_than_a_poll_misses_nothing(
    room: Room, leave: Going, return_: Going
) -> None:
    async with room.begin() as tx:
        await tx.follow(FEED, subscription())
        await leave(tx)
        assert await tx.due_feeds(NOON + HOUR / 2, 9) == ()
        await return_(tx)
        (state,) = await tx.due_feeds(NOON + HOUR, 9)
        assert await poll(tx, state, "fresh") == (1, 1)


@BOTH
async def test_who_was_away_while_others_stayed_goes_on_with_them(
    room: Room, leave: Going, return_: Going
) -> None:
    away = Place("fake", "otherpaper", "sport")
    async with room.begin() as tx:
        await tx.follow(FEED, subscription())
        await tx.follow(FEED, subscription(away))
        await leave(tx)
        (state,) = await tx.due_feeds(NOON + HOUR, 9)
        assert await poll(tx, state, "old") == (1, 1)
        await return_(tx)
        assert await poll(tx, state, "new") == (2, 3)


async def test_a_poll_that_failed_saw_nothing(room: Room) -> None:
    async with room.begin() as tx:
        await tx.follow(FEED, subscription())
        await tx.pause(HERE, 1, True)
        await tx.due_feeds(NOON + HOUR, 9)
        await tx.pause(HERE, 1, False)
        await tx.finish_poll(Poll(replace(FEED, failures=1)), NOON)
        assert await poll(tx, FEED, "old") == (0, 0)
        assert await poll(tx, FEED, "new") == (1, 1)


async def test_an_unchanged_feed_was_seen(room: Room) -> None:
    async with room.begin() as tx:
        await tx.follow(FEED, subscription())
        await tx.pause(HERE, 1, True)
        await tx.due_feeds(NOON + HOUR, 9)
        await tx.pause(HERE, 1, False)
        await tx.finish_poll(Poll(FEED), NOON)
        assert await poll(tx, FEED, "new") == (1, 1)


async def test_that_a_feed_is_gone_is_told_all_the_same(room: Room) -> None:
    async with room.begin() as tx:
        follower = await tx.follow(FEED, subscription())
        await tx.pause(HERE, 1, True)
        await tx.due_feeds(NOON + HOUR, 9)
        await tx.pause(HERE, 1, False)
        gone = Poll(replace(FEED, next_poll_at=None), requests=(gone_request(follower, NOON),))
        assert await tx.finish_poll(gone, NOON) == 1


async def test_a_feed_that_was_gone_for_long_is_looked_at_first(room: Room) -> None:
    async with room.begin() as tx:
        await tx.follow(FEED, subscription())
        for hours, told in ((0, (1, 1)), (1, (0, 1))):
            await tx.pause(HERE, 1, True)
            await tx.finish_poll(Poll(replace(FEED, next_poll_at=None, polled_at=NOON)), NOON)
            assert await tx.due_feeds(NOON + hours * HOUR, 9) == ()
            await tx.pause(HERE, 1, False)
            (state,) = await tx.due_feeds(NOON + hours * HOUR, 9)
            assert await poll(tx, state, f"after {hours} hours") == told


async def test_a_feed_that_moved_meanwhile_is_looked_at_first(room: Room) -> None:
    new = replace(FEED, url="https://new.example/feed")
    async with room.begin() as tx:
        here = await tx.follow(FEED, subscription())
        there = await tx.follow(new, subscription(ELSEWHERE))
        await tx.pause(HERE, 1, True)
        await tx.due_feeds(NOON + HOUR, 9)
        await tx.pause(HERE, 1, False)
        moved = Poll(new, (entry("a"),), (news(here, "a"), news(there, "a")), moved_from=FEED.url)
        assert await tx.finish_poll(moved, NOON) == 1
        assert await poll(tx, new, "b") == (2, 2)
    assert room.jobs.keys[0] == news(there, "a").key


async def test_whoever_follows_it_anew_has_looked(room: Room) -> None:
    async with room.begin() as tx:
        await tx.follow(FEED, subscription())
        await tx.pause(HERE, 1, True)
        await tx.due_feeds(NOON + HOUR, 9)
        await tx.follow(FEED, subscription(ELSEWHERE))
        assert await tx.finish_poll(Poll(FEED, (entry("old"),)), NOON) == 0
        assert await poll(tx, FEED, "new") == (1, 1)
