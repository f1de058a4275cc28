"""Whoever comes back after days is not flooded with the stories of then: the poller over both stores."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.flows.feedroom import CITY, SPORT, Room

SOON = timedelta(minutes=1)


async def go(room: Room, way: str) -> None:
    async with room.store.begin() as tx:
        if way == "paused":
            await tx.pause(CITY, 1, True)
        else:
            await tx.stop(CITY, way, whole_workspace=way == "signed-out")


async def come_back(room: Room, way: str) -> None:
    async with room.store.begin() as tx:
        if way == "paused":
            await tx.pause(CITY, 1, False)
        else:
            await tx.restart(CITY, whole_workspace=way == "signed-out")


WAYS = pytest.mark.parametrize("way", ["paused", "closed", "signed-out"])


@WAYS
async def test_what_was_printed_in_the_meantime_is_not_told(room: Room, way: str) -> None:
    room.publish("old")
    await room.follow()
    await go(room, way)
    room.publish("night", "old")
    asked = room.site.hits("/feed")
    assert await room.poll() == []
    assert room.site.hits("/feed") == asked, "nobody is there: the site has its peace"
    await come_back(room, way)
    room.publish("morning", "night", "old")
    assert await room.poll(SOON) == []
    room.publish("noon", "morning", "night", "old")
    assert await room.poll() == ["city/noon"]


@WAYS
async def test_a_short_break_costs_no_story(room: Room, way: str) -> None:
    room.publish("old")
    await room.follow()
    await go(room, way)
    assert await room.poll(SOON) == []
    await come_back(room, way)
    room.publish("ferry", "old")
    assert await room.poll() == ["city/ferry"]


@pytest.mark.parametrize("way", ["paused", "closed"])
async def test_one_channel_is_away_and_the_other_is_not(room: Room, way: str) -> None:
    room.publish("old")
    await room.follow()
    await room.follow(SPORT)
    await go(room, way)
    room.publish("night", "old")
    assert await room.poll() == ["sport/night"]
    await come_back(room, way)
    room.publish("morning", "night", "old")
    assert sorted(await room.poll()) == ["city/morning", "sport/morning"]


async def test_a_site_that_is_down_at_the_return_is_looked_at_when_it_is_up(room: Room) -> None:
    room.publish("old")
    await room.follow()
    await go(room, "closed")
    assert await room.poll() == []
    await come_back(room, "closed")
    room.site.forget("/feed").add("/feed", status=503)
    assert await room.poll(SOON) == []
    room.publish("night", "old")
    assert await room.poll() == []
    room.publish("noon", "night", "old")
    assert await room.poll() == ["city/noon"]


async def test_a_days_stories_that_were_due_while_the_place_was_closed_are_dropped(room: Room) -> None:
    room.publish("old")
    await room.follow(rhythm="daily 08:30")
    room.publish("ferry", "old")
    assert await room.poll(timedelta(hours=1)) == []
    await go(room, "closed")
    assert await room.poll() == []
    await come_back(room, "closed")
    assert await room.poll() == []
