"""New stories that wait for the next message: the store's contract on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.records import ROUNDUP_KEY, Gathered, Poll
from bot.rhythm import Beat, Rhythm
from bot.types import Place, Request
from tests.contract.rooms import DAY, ELSEWHERE, FEED, HOUR, THREAD, Room, entry, rows, subscription
from tests.fakes.desk import HERE, NOON

MINUTE = timedelta(minutes=1)


def gathered(name: str, place: Place = HERE, number: int = 1, due: datetime = NOON) -> Gathered:
    return Gathered(place, number, name, f"https://paper.example/{name}", f"Story {name}\nZoë", due)


def roundup(name: str = "1", place: Place = HERE) -> Request:
    return Request(f"{ROUNDUP_KEY}{name}", place, "ada", "")


async def gather(room: Room, *stories: Gathered, at: datetime = NOON) -> None:
    """The feed is followed by the stories' channels, and a poll gathers them."""
    async with room.begin() as tx:
        for place in dict.fromkeys(replace(one.place, thread=None) for one in stories):
            if not await tx.subscriptions(place):
                await tx.follow(FEED, subscription(place, rhythm=Rhythm(Beat.HOURLY)))
        await tx.finish_poll(Poll(FEED, (), gathered=stories), at)


@pytest.mark.parametrize(
    "rhythm", [Rhythm(), Rhythm(Beat.HOURLY), Rhythm(Beat.DAILY, 8 * 60 + 5, "Europe/London")], ids=str
)
async def test_a_rhythm_comes_back_as_it_was_stored(room: Room, rhythm: Rhythm) -> None:
    async with room.begin() as tx:
        added = await tx.follow(FEED, subscription(rhythm=rhythm))
        assert added.rhythm == rhythm
        assert await tx.subscriptions(HERE) == (added,)
        assert await tx.followers(FEED.url) == (added,)


async def test_stories_are_gathered_once_and_come_back_as_they_were(room: Room) -> None:
    stories = (gathered("b", THREAD), gathered("a", THREAD, due=NOON + MINUTE))
    for _ in range(2):
        await gather(room, *stories)
    async with room.begin() as tx:
        assert await tx.due_roundups(NOON - MINUTE, 9) == ()
        assert await tx.due_roundups(NOON, 9) == stories[:1]
        assert await tx.due_roundups(NOON + HOUR, 9) == stories, "and they stay until they are taken"
    assert room.jobs.keys == []


async def test_who_waits_longest_comes_first_and_no_subscription_is_cut(room: Room) -> None:
    late = [gathered(name, ELSEWHERE, due=NOON + MINUTE) for name in "abc"]
    early = [gathered(name, due=NOON) for name in "xyz"]
    await gather(room, *late)
    await gather(room, early[2], early[0], at=NOON + MINUTE)
    await gather(room, early[1], at=NOON + 2 * MINUTE)
    async with room.begin() as tx:
        found = {limit: await tx.due_roundups(NOON + HOUR, limit) for limit in (1, 3, 4, 9)}
    first, second = "zxy", "abc"
    assert {limit: "".join(one.entry_id for one in stories) for limit, stories in found.items()} == {
        1: first,
        3: first,
        4: first + second,
        9: first + second,
    }


async def test_what_is_taken_is_dropped_with_its_request_stored(room: Room) -> None:
    stories = (gathered("a"), gathered("b"), gathered("c", due=NOON + HOUR))
    await gather(room, *stories)
    async with room.begin() as tx:
        due = await tx.due_roundups(NOON, 9)
        assert await tx.take_roundup(roundup(), due, NOON)
        assert await tx.request(roundup().key) == roundup()
        assert await tx.due_roundups(NOON, 9) == ()
        assert await tx.due_roundups(NOON + HOUR, 9) == stories[2:]
        counts = await tx.counts()
        assert (counts.waiting, counts.asked) == (1, 0), "no person waits for it"
    assert room.jobs.keys == [roundup().key]


@pytest.mark.parametrize("again", [roundup(), roundup("another key")], ids=["same key", "other key"])
async def test_nothing_is_told_in_two_roundups(room: Room, again: Request) -> None:
    await gather(room, gathered("a"), gathered("b"))
    async with room.begin() as tx:
        due = await tx.due_roundups(NOON, 9)
        assert await tx.take_roundup(roundup(), due, NOON)
    await gather(room, gathered("c"))
    async with room.begin() as tx:
        assert not await tx.take_roundup(again, (*due, gathered("c")), NOON)
        assert await tx.due_roundups(NOON, 9) == (gathered("c"),), "what was not told yet still waits"
    assert room.jobs.keys == [roundup().key]


@pytest.mark.parametrize("keys", [["k"] * 6, [*"abcdef"]], ids=["one key", "six keys"])
async def test_of_many_that_take_the_same_at_once_one_does(room: Room, keys: list[str]) -> None:
    await gather(room, *(gathered(name) for name in "abc"))

    async def take(key: str) -> bool:
        async with room.begin() as tx:
            due = await tx.due_roundups(NOON, 9)
            await asyncio.sleep(0.02)
            return bool(due) and await tx.take_roundup(roundup(key), due, NOON)

    async with asyncio.timeout(30):
        assert sum(await asyncio.gather(*map(take, keys))) == 1
    assert len(room.jobs.keys) == 1
    assert "gathered" not in await rows(room)


@pytest.mark.parametrize("ending", ["unfollow", "forget_feed", "forget_place", "purge"])
async def test_they_go_with_what_they_belong_to(room: Room, ending: str) -> None:
    await gather(room, gathered("a"), gathered("b", ELSEWHERE), at=NOON)
    async with room.begin() as tx:
        match ending:
            case "unfollow":
                await tx.unfollow(HERE, 1)
            case "forget_feed":
                await tx.forget_feed(HERE, 1)
            case "forget_place":
                await tx.forget_place(HERE)
            case _:
                await tx.purge(NOON + DAY)
        left = await tx.due_roundups(NOON, 9)
        assert not await tx.take_roundup(roundup(), (gathered("a"),), NOON), "it ended in the meantime"
    assert [one.place for one in left] == ([] if ending == "purge" else [ELSEWHERE])


async def test_a_move_that_leaves_one_of_two_subscriptions_leaves_no_story_of_the_other(room: Room) -> None:
    new = replace(FEED, url="https://new.example/feed")
    await gather(room, gathered("a"))
    async with room.begin() as tx:
        await tx.follow(new, subscription())
        await tx.finish_poll(Poll(new, (entry("a"),), moved_from=FEED.url), NOON)
        assert await tx.due_roundups(NOON, 9) == ()
    assert "gathered" not in await rows(room)


@pytest.mark.parametrize("away", ["pause", "stop"])
async def test_what_falls_due_while_nobody_is_told_is_not_told_later(room: Room, away: str) -> None:
    await gather(room, gathered("a"), gathered("b", due=NOON + 2 * HOUR), gathered("c", ELSEWHERE))
    async with room.begin() as tx:
        if away == "pause":
            await tx.pause(HERE, 1, True)
        else:
            await tx.stop(HERE, "closed")
        assert [one.entry_id for one in await tx.due_roundups(NOON + HOUR, 9)] == ["c"]
        if away == "pause":
            await tx.pause(HERE, 1, False)
        else:
            await tx.restart(HERE)
        assert [one.entry_id for one in await tx.due_roundups(NOON + 2 * HOUR, 9)] == ["c", "b"]
