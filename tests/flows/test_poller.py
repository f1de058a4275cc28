"""Following feeds: real fetcher, parser and store; only the site and the clock are made up."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import pytest

from bot.errors import FeedGone, NotAFeed, NotFound, SeveralFeeds, StoreUnusable
from bot.feeds import FeedReader
from bot.fetch import FetchLimits, HttpFetcher
from bot.poller import Poller
from bot.store import SqlStore, SqlTransaction
from bot.types import Feed, Page
from tests.fakes.desk import NOON
from tests.fakes.site import Reply
from tests.flows.feedroom import CITY, SPORT, Room, rss


async def test_the_first_look_posts_nothing_and_names_the_newest(room: Room) -> None:
    room.publish("ferry", "bridge")
    assert (await room.open()).feed.entries[0].title == "About ferry"
    await room.follow()
    assert await room.poll() == []
    assert room.deferred.keys == []


async def test_only_new_entries_become_requests_each_once_oldest_first(room: Room) -> None:
    room.publish("ferry")
    await room.follow()
    room.publish("school", "budget", "ferry")
    assert await room.poll() == ["city/budget", "city/school"]
    assert await room.poll() == []
    room.publish("harbour", "school", "ferry")
    assert await room.poll() == ["city/harbour"]
    request = await room.request(room.deferred.keys[-1])
    assert request.key.startswith("feed:fake:newsroom:city:1:")
    assert (request.text, request.links) == ("About harbour\n", (room.site.url("/harbour"),))


async def test_each_channel_reads_what_it_may_want_from_one_poll(room: Room) -> None:
    room.publish("ferry")
    await room.follow(CITY, refuse=["football"])
    await room.follow(SPORT, want=["football"], refuse=["budget"])
    asked = room.site.hits("/feed")
    room.publish("football", "stadium", "budget", "ferry")
    assert sorted(await room.poll()) == ["city/budget", "city/stadium", "sport/football", "sport/stadium"]
    assert room.site.hits("/feed") == asked + 1


async def test_unchanged_feeds_cost_a_304(room: Room) -> None:
    room.publish("ferry", etag='"v1"')
    await room.follow()
    assert await room.poll() == []
    assert room.site.requests[-1].headers["if-none-match"] == '"v1"'
    assert (await room.state()).etag == '"v1"'
    room.publish("bridge", "ferry", etag='"v2"')
    assert await room.poll() == ["city/bridge"]
    assert (await room.state()).etag == '"v2"'


async def test_the_pace_follows_the_news(room: Room) -> None:
    room.publish("ferry")
    await room.follow()
    first = (await room.state()).interval_s
    await room.poll()
    assert (await room.state()).interval_s > first
    for name in ("one", "two", "three", "four", "five"):
        room.publish(name)
        await room.poll()
    assert (await room.state()).interval_s == 300


async def test_a_filter_neither_slows_the_pace_nor_hides_behind_other_news(room: Room) -> None:
    room.publish("ferry")
    await room.follow(refuse=["sport"])
    before = (await room.state()).interval_s
    room.publish(*(f"sport {number}" for number in range(20)), "budget", "ferry")
    assert await room.poll() == ["city/budget"]
    room.publish("sport 99", "budget", "ferry")
    assert await room.poll() == []
    assert (await room.state()).interval_s < before


@pytest.mark.parametrize("etag", [None, '"v1"'])
async def test_a_fresh_feed_is_left_alone(room: Room, etag: str | None) -> None:
    room.site.add("/feed", rss(room.site, ["ferry"]), etag=etag, headers={"Cache-Control": "max-age=9000"})
    await room.follow()
    opened = (await room.state()).next_poll_at
    await room.poll()
    polled = (await room.state()).next_poll_at
    assert opened == NOON + timedelta(seconds=9000)
    assert polled == room.clock.now + timedelta(seconds=9000)


async def test_nothing_is_polled_before_it_is_due(room: Room) -> None:
    room.publish("ferry")
    await room.follow()
    asked = room.site.hits("/feed")
    await room.poll(timedelta(seconds=300))
    assert room.site.hits("/feed") == asked
    await room.poll(timedelta(seconds=900))
    assert room.site.hits("/feed") == asked + 1


@pytest.mark.parametrize(
    "trouble",
    [
        Reply(status=500),
        Reply(status=404),
        Reply(b"<html>a login page</html>"),
        Reply(b"<rss", "application/rss+xml", missing_bytes=9),
        Reply(raw=b""),
        Reply(b"\0", "video/mp4"),
    ],
)
async def test_trouble_backs_off_and_passes(room: Room, trouble: Reply) -> None:
    room.publish("ferry")
    await room.follow()
    room.site.forget("/feed")
    room.site.answer("/feed", trouble)
    waits = []
    for count in (1, 2, 3):
        assert await room.poll() == []
        state = await room.state()
        assert state.failures == count
        assert state.next_poll_at is not None
        waits.append(state.next_poll_at - room.clock.now)
    assert waits == sorted(waits)
    assert waits[0] < waits[2]
    room.publish("bridge", "ferry")
    assert await room.poll() == ["city/bridge"]
    assert (await room.state()).failures == 0


async def test_retry_after_is_honoured(room: Room) -> None:
    room.publish("ferry")
    await room.follow()
    room.site.forget("/feed")
    room.site.add("/feed", status=429, headers={"Retry-After": "50000"})
    await room.poll()
    state = await room.state()
    assert state.next_poll_at is not None
    assert (state.next_poll_at - room.clock.now).total_seconds() == pytest.approx(50_000)


async def test_a_feed_that_is_gone_is_left_alone(room: Room) -> None:
    room.publish("ferry")
    await room.follow()
    room.site.forget("/feed")
    room.site.add("/feed", status=410)
    await room.poll()
    asked = room.site.hits("/feed")
    await room.poll(timedelta(days=30))
    assert room.site.hits("/feed") == asked
    with pytest.raises(FeedGone):
        await room.open()


async def test_many_feeds_of_one_host_do_not_time_each_other_out(room: Room) -> None:
    for number in range(6):
        room.publish("ferry", at=f"/feed{number}")
        await room.follow(path=f"/feed{number}")
        room.publish(f"bridge{number}", "ferry", at=f"/feed{number}")
    polite = FetchLimits(gap_s=0.5, total_s=2)
    await room.fetcher.close()
    room.fetcher = HttpFetcher(polite, [room.site.netloc])
    assert sorted(await room.poll()) == [f"city/bridge{number}" for number in range(6)]


class Stumbling(FeedReader):
    """A parser with a bug."""

    async def parse(self, page: Page) -> Feed:
        raise ZeroDivisionError


async def test_a_bug_is_logged_and_the_feed_comes_back(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    room.publish("ferry")
    await room.follow()
    room.publish("bridge", "ferry")
    good, room.feeds = room.feeds, Stumbling()
    with caplog.at_level(logging.ERROR):
        assert await room.poll() == []
    assert "ZeroDivisionError" in caplog.text
    room.feeds = good
    assert await room.poll(timedelta(seconds=601)) == ["city/bridge"]


async def test_it_runs_until_it_is_cancelled(room: Room) -> None:
    room.publish("ferry")
    await room.follow()
    room.publish("bridge", "ferry")
    room.clock.now += timedelta(days=1)
    running = asyncio.create_task(room.poller.run())
    await asyncio.wait_for(room.deferred.first.wait(), 5)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert len(room.deferred.keys) == 1


class FlakyStore:
    """Cannot be had for the first two transactions."""

    def __init__(self, store: SqlStore) -> None:
        self.store = store
        self.refused = 0

    def begin(self) -> AbstractAsyncContextManager[SqlTransaction]:
        if self.refused < 2:
            self.refused += 1
            raise StoreUnusable("store.sqlite3", "disk full")
        return self.store.begin()

    async def close(self) -> None:
        await self.store.close()


async def test_it_outlives_a_store_that_fails(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    room.publish("ferry")
    await room.follow()
    room.publish("bridge", "ferry")
    room.clock.now += timedelta(days=1)
    flaky = FlakyStore(room.store)
    poller = Poller(flaky, room.fetcher, room.feeds, room.clock, idle_s=0.01)
    running = asyncio.create_task(poller.run())
    await asyncio.wait_for(room.deferred.first.wait(), 5)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert caplog.text.count("the poller stumbled") == 2


ALTERNATE = '<link rel="alternate" type="application/rss+xml" title="{0}" href="/{0}">'


async def test_a_sites_one_feed_is_found_behind_its_page(room: Room) -> None:
    room.publish("ferry")
    room.site.add("/", "<html><head>" + ALTERNATE.format("feed"))
    opened = await room.open("/")
    assert opened.state.url == room.site.url("/feed")
    assert opened.feed.title == "Bay Herald"


async def test_what_cannot_be_followed_says_why(room: Room) -> None:
    room.site.add("/two", "<html>" + ALTERNATE.format("a") + ALTERNATE.format("b"))
    room.site.add("/page", "<html>" + ALTERNATE.format("two")).add("/none", "<html>words")
    for path, leaf in (("/two", SeveralFeeds), ("/page", NotAFeed), ("/none", NotAFeed), ("/gone", NotFound)):
        with pytest.raises(leaf):
            await room.open(path)


@pytest.mark.parametrize(
    ("status", "known_as"), [(301, "/feed"), (308, "/feed"), (302, "/old"), (307, "/old")]
)
async def test_a_feed_is_known_by_its_lasting_address(room: Room, status: int, known_as: str) -> None:
    room.publish("ferry")
    room.site.redirect("/old", "/feed", status)
    assert (await room.open("/old")).state.url == room.site.url(known_as)


async def test_a_feed_that_moved_for_good_is_asked_there(room: Room) -> None:
    room.publish("ferry")
    await room.follow()
    room.publish("bridge", "ferry", at="/moved")
    room.site.forget("/feed").redirect("/feed", "/moved", 301)
    assert await room.poll() == ["city/bridge"]
    asked = room.site.hits("/feed")
    room.publish("school", "bridge", "ferry", at="/moved")
    assert await room.poll() == ["city/school"]
    assert room.site.hits("/feed") == asked


async def test_a_channel_that_follows_both_addresses_gets_a_story_once(room: Room) -> None:
    room.publish("ferry")
    room.publish("ferry", at="/moved")
    await room.follow()
    await room.follow(path="/moved")
    room.publish("bridge", "ferry", at="/moved")
    room.site.forget("/feed").redirect("/feed", "/moved", 301)
    assert [*await room.poll(), *await room.poll()] == ["city/bridge"]


async def test_two_channels_at_the_old_and_the_new_address(room: Room) -> None:
    room.publish("ferry")
    await room.follow(CITY)
    room.publish("ferry", at="/moved")
    await room.follow(SPORT, path="/moved")
    room.publish("bridge", "ferry", at="/moved")
    room.site.forget("/feed").redirect("/feed", "/moved", 301)
    assert sorted([*await room.poll(), *await room.poll()]) == ["city/bridge", "sport/bridge"]


@pytest.mark.parametrize("status", [302, 301])
async def test_a_move_that_may_pass_is_not_believed(room: Room, status: int) -> None:
    room.publish("ferry")
    await room.follow()
    room.site.forget("/feed").redirect("/feed", "/login", status)
    room.site.add("/login", "<html>please log in" if status == 301 else rss(room.site, ["ferry"]))
    await room.poll()
    room.publish("bridge", "ferry")
    assert await room.poll() == ["city/bridge"]
