"""Stories that wait for their slot, and links that a channel has had: the poller over both stores."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.records import DigestRecord, Gathered
from bot.schedule import EARLY_S, EARLY_SPREAD_S
from bot.types import Request
from tests.fakes.desk import NOON
from tests.flows.feedroom import CITY, SPORT, Room

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HALF_EIGHT = NOON.replace(hour=8, minute=30)


async def tick(room: Room, at: datetime) -> list[Request]:
    """It is ``at`` now: do what is due; what was asked for."""
    room.clock.now = at
    before = len(room.deferred.keys)
    await room.poller.poll_due()
    return [await room.request(key) for key in room.deferred.keys[before:]]


def names(request: Request) -> list[str]:
    return [link.rpartition("/")[2] for link in request.links]


async def test_a_days_stories_are_one_request_at_the_hour(room: Room) -> None:
    room.publish("old")
    await room.follow(rhythm="daily 08:30")
    room.publish("ferry", "old")
    assert await tick(room, NOON + HOUR) == []
    room.publish("budget", "school", "ferry", "old")
    assert await tick(room, NOON + 3 * HOUR) == []
    assert await tick(room, HALF_EIGHT + DAY - timedelta(seconds=1)) == []
    (request,) = await tick(room, HALF_EIGHT + DAY)
    assert names(request) == ["ferry", "school", "budget"]
    assert request.key.startswith("roundup:fake:newsroom:city:1:")
    assert (request.place, request.user) == (CITY, "ada")
    assert await tick(room, HALF_EIGHT + DAY) == []
    assert await tick(room, HALF_EIGHT + 2 * DAY) == []


async def test_each_channel_in_its_own_rhythm(room: Room) -> None:
    room.publish("old")
    await room.follow(CITY, rhythm="hourly", refuse=["sport"])
    await room.follow(SPORT)
    room.publish("ferry", "sport", "old")
    (one, other) = await tick(room, NOON + timedelta(minutes=40))
    assert sorted([names(one), names(other)]) == [["ferry"], ["sport"]]
    assert {one.place, other.place} == {SPORT}
    (request,) = await tick(room, NOON + HOUR)
    assert (request.place, names(request)) == (CITY, ["ferry"])


async def test_the_feed_is_looked_at_shortly_before_the_slot(room: Room) -> None:
    room.publish("old")
    await room.follow(rhythm="daily 08:30")
    for _ in range(40):
        state = await room.state()
        assert state.next_poll_at is not None
        if state.next_poll_at.date() > NOON.date() and state.next_poll_at.hour == 8:
            break
        await tick(room, state.next_poll_at)
    early = HALF_EIGHT + DAY - state.next_poll_at
    assert timedelta(seconds=EARLY_S) <= early <= timedelta(seconds=EARLY_S + EARLY_SPREAD_S)
    room.publish("morning", "old")
    assert await tick(room, state.next_poll_at) == []
    (request,) = await tick(room, HALF_EIGHT + DAY)
    assert names(request) == ["morning"]


async def test_what_was_gathered_behind_the_tick_is_a_message_of_its_own(room: Room) -> None:
    """A poll that began before the slot may end after the slot's request."""
    room.publish("old")
    await room.follow(rhythm="hourly")
    room.publish("ferry", "old")
    await tick(room, NOON + timedelta(minutes=20))
    (first,) = await tick(room, NOON + HOUR)
    late = Gathered(CITY, 1, "late", room.site.url("/late"), "About late\n", NOON + HOUR)
    async with room.store.begin() as tx:
        state = await tx.feed(room.site.url("/feed"))
        assert state is not None
        await tx._gather([late], NOON + HOUR)
    (second,) = await tick(room, NOON + HOUR + timedelta(minutes=1))
    assert (names(first), names(second)) == (["ferry"], ["late"])
    assert first.key != second.key


async def test_two_pollers_make_one_request(room: Room) -> None:
    room.publish("old")
    await room.follow(CITY, rhythm="hourly")
    await room.follow(SPORT, rhythm="hourly")
    room.publish("ferry", "old")
    await tick(room, NOON + timedelta(minutes=20))
    before = len(room.deferred.keys)
    room.clock.now = NOON + HOUR
    await asyncio.gather(*(room.poller.poll_due() for _ in range(4)))
    asked = [await room.request(key) for key in room.deferred.keys[before:]]
    assert sorted(request.place.channel for request in asked) == ["city", "sport"]


@pytest.mark.parametrize("ending", ["unfollow", "pause", "stop"])
async def test_who_has_left_is_asked_nothing_for(room: Room, ending: str) -> None:
    room.publish("old")
    await room.follow(rhythm="hourly")
    room.publish("ferry", "old")
    await tick(room, NOON + timedelta(minutes=20))
    async with room.store.begin() as tx:
        if ending == "unfollow":
            await tx.unfollow(CITY, 1)
        elif ending == "pause":
            await tx.pause(CITY, 1, True)
        else:
            await tx.stop(CITY, "closed")
    asked = room.site.hits("/feed")
    assert await tick(room, NOON + 2 * DAY) == []
    assert room.site.hits("/feed") == asked, "polled for nobody"


# --------------------------------------------------------------- one link, one channel


def feed(room: Room, path: str, *entries: tuple[str, str]) -> None:
    """Entries as (guid, name of the page), newest first."""
    rows = "".join(
        f"<item><title>About {name}</title><guid>{guid}</guid><link>{room.site.url(f'/{name}')}</link></item>"
        for guid, name in entries
    )
    text = f'<rss version="2.0"><channel><title>Bay Herald</title>{rows}</channel></rss>'
    room.site.forget(path).add(path, text, "application/rss+xml")


async def both(room: Room, *wishes: dict[str, object]) -> None:
    """Two feeds of one site in one channel."""
    for path, wish in zip(("/all", "/city"), wishes, strict=True):
        feed(room, path, ("old", "old"))
        await room.follow(path=path, **wish)
    feed(room, "/all", ("1", "ferry"), ("old", "old"))
    feed(room, "/city", ("tag:2", "ferry?utm_source=rss"), ("old", "old"))


async def test_a_link_in_two_feeds_of_a_channel_is_read_once(room: Room) -> None:
    await both(room, {}, {})
    assert len([*await room.poll(), *await room.poll()]) == 1


async def test_but_not_where_words_may_stop_the_first(room: Room) -> None:
    await both(room, {"refuse": ["strike"]}, {"refuse": ["sport"]})
    assert len(await room.poll()) == 2


async def test_nor_for_another_channel(room: Room) -> None:
    await both(room, {}, {"place": SPORT})
    assert len(await room.poll()) == 2


async def test_nor_for_a_feed_that_was_paused(room: Room) -> None:
    await both(room, {}, {})
    feed(room, "/city", ("old", "old"))
    assert await room.poll() == ["city/ferry"]
    async with room.store.begin() as tx:
        await tx.pause(CITY, 1, True)
    feed(room, "/city", ("tag:2", "ferry"), ("old", "old"))
    assert await room.poll() == ["city/ferry"]


async def test_a_story_that_is_read_at_once_does_not_wait_for_a_slot_too(room: Room) -> None:
    await both(room, {}, {"rhythm": "daily 08:30"})
    feed(room, "/city", ("old", "old"))
    (only,) = await tick(room, NOON + HOUR)
    assert only.key.startswith("feed:")
    feed(room, "/city", ("tag:2", "ferry?utm_source=rss"), ("old", "old"))
    assert await tick(room, NOON + 3 * HOUR) == []
    assert await tick(room, NOON + 2 * DAY) == []


async def test_a_link_under_a_new_name_is_news_the_next_day_only(room: Room) -> None:
    feed(room, "/feed", ("1", "today"))
    await room.follow()
    feed(room, "/feed", ("2", "today"), ("3", "today"))
    assert await room.poll(HOUR) == ["city/today"]
    feed(room, "/feed", ("4", "today"))
    assert await room.poll(HOUR) == []
    feed(room, "/feed", ("5", "today"))
    assert await room.poll(DAY) == ["city/today"]


async def test_what_somebody_pasted_is_no_news(room: Room) -> None:
    room.publish("old")
    await room.follow()
    story = room.site.url("/ferry")
    record = DigestRecord("d", "E1", replace(CITY, thread="7"), story, story, "T", "h", NOON, NOON, "{}")
    async with room.store.begin() as tx:
        await tx.keep_digest(record, '{"text": "x"}')
    room.publish("school", "ferry", "old")
    assert await room.poll() == ["city/school"]
