"""A host that takes its time: the others do not wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.fetch import FetchLimits, HttpFetcher
from bot.poller import HOSTS, LEASE_S, Poller
from tests.fakes.desk import NOON
from tests.fakes.site import Reply, Seen
from tests.flows.feedroom import CITY, SPORT, Room, rss

DAY = timedelta(days=1)


async def here(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


@pytest.fixture
async def town(room: Room) -> AsyncIterator[Room]:
    """The room, in which hosts under .example are the one site on loopback."""
    await room.fetcher.close()
    hosts = [f"{name}.example:{room.site.port}" for name in ("slow", "quick", "third")]
    room.fetcher = HttpFetcher(FetchLimits(gap_s=0), hosts, resolver=here, clock=lambda: NOON)
    return room


async def follow(room: Room, host: str, path: str, place: object = CITY) -> None:
    room.publish("old", at=path)
    local, room.site.address = room.site.address, host
    try:
        await room.follow(place, path=path)  # type: ignore[arg-type]  # a Place
    finally:
        room.site.address = local


@asynccontextmanager
async def running(poller: Poller) -> AsyncIterator[None]:
    work = asyncio.create_task(poller.run())
    yield
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)


def hang(room: Room, *paths: str) -> None:
    for path in paths:
        room.site.forget(path).add(path, "x", missing_bytes=9, hang=True)


async def test_a_slow_host_holds_up_nobody_else(town: Room) -> None:
    await follow(town, "slow.example", "/slow")
    await follow(town, "quick.example", "/quick")
    hang(town, "/slow")
    town.publish("ferry", "old", at="/quick")
    town.clock.now += DAY
    async with running(town.poller):
        await town.deferred.wait_for(1)
        # and not only in one batch: what falls due meanwhile is polled too
        town.publish("school", "ferry", "old", at="/quick")
        town.clock.now += DAY
        await town.deferred.wait_for(2)
        assert town.site.open_now >= 1, "the slow one still hangs"
    assert town.site.hits("/slow") == 2, "once to follow it, once to poll it: a busy host is not asked twice"


async def test_forty_feeds_of_a_slow_host_do_not_crowd_out_one(town: Room) -> None:
    paths = [f"/slow{number}" for number in range(2 * HOSTS)]
    for path in paths:
        await follow(town, "slow.example", path)
    town.clock.now += timedelta(seconds=60)
    await follow(town, "quick.example", "/quick", SPORT)  # due after all the others
    hang(town, *paths)
    town.publish("ferry", "old", at="/quick")
    town.clock.now += DAY
    async with running(town.poller):
        await town.deferred.wait_for(1)
    assert [(await town.request(key)).place for key in town.deferred.keys] == [SPORT]
    assert sum(town.site.hits(path) - 1 for path in paths) == 1, "one visit at a time"


async def test_one_host_after_another_is_begun_as_soon_as_there_is_room(town: Room) -> None:
    for host in ("slow", "quick", "third"):
        await follow(town, f"{host}.example", f"/{host}")
        town.site.forget(f"/{host}").add(
            f"/{host}", rss(town.site, [f"new-{host}"]), "application/rss+xml", delay_s=0.1
        )
    town.clock.now += DAY
    async with running(Poller(town.store, town.fetcher, town.feeds, town.clock, idle_s=60.0, hosts=1)):
        await town.deferred.wait_for(3)
    assert town.site.open_most == 1


async def test_what_was_cut_off_comes_back_with_its_lease(town: Room) -> None:
    await follow(town, "slow.example", "/slow")
    came = asyncio.Event()

    def answer(seen: Seen) -> Reply:
        came.set()
        return Reply(b"x", missing_bytes=9, hang=True)

    town.site.forget("/slow").answer("/slow", answer)
    town.clock.now += DAY
    async with running(town.poller), asyncio.timeout(5):
        await came.wait()
    town.publish("ferry", "old", at="/slow")
    town.clock.now += timedelta(seconds=LEASE_S - 1)
    assert await town.poller.poll_due() == 0
    town.clock.now += timedelta(seconds=2)
    assert await town.poller.poll_due() == 1
    assert len(town.deferred.keys) == 1
