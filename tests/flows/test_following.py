"""From "follow <site>" to a digest in the channel: everything real but the chat, the reader and the clock."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.desk import Desk, Rules
from bot.engine import JobEngine
from bot.feeds import FeedReader
from bot.fetch import FetchLimits, HttpFetcher
from bot.poller import Poller
from bot.records import Counts
from bot.store import SqlStore, open_database
from tests.fakes.chat import FakeChat
from tests.fakes.desk import HERE, NOON, FakeClock, FakeReader, command_request
from tests.fakes.site import Site

STORY = 'Ferry stops\nThe harbour master said: "No boat will leave before spring." Nobody else spoke.'


@dataclass
class Newsroom:
    site: Site
    chat: FakeChat
    desk: Desk
    poller: Poller
    clock: FakeClock
    store: SqlStore

    async def say(self, text: str) -> str:
        request = command_request(f"E{len(self.chat.sent)}", text)
        assert await self.desk.take(request)
        await self.desk.drain()
        return self.chat.unique_reply(request).plain

    async def wait(self, until: datetime | None = None) -> list[str]:
        """A day goes by (or it is ``until``); what the bot posted meanwhile."""
        before = len(self.chat.sent)
        self.clock.now = until or self.clock.now + timedelta(days=1)
        await self.poller.poll_due()
        await self.desk.drain()
        return [sent.message.plain for sent in self.chat.sent[before:]]

    def publish(self, *names: str, at: str = "/feed", etag: str | None = None) -> None:
        rows = [
            f"<item><title>About {name}</title><link>{self.site.url(f'/{name}')}</link></item>"
            for name in names
        ]
        feed = f'<rss version="2.0"><channel><title>Bay Herald</title>{"".join(rows)}</channel></rss>'
        self.site.forget(at).add(at, feed, "application/rss+xml", etag=etag)


@pytest.fixture
async def newsroom(site: Site, tmp_path: Path) -> AsyncIterator[Newsroom]:
    database = await open_database(str(tmp_path / "store.sqlite3"))
    engine = JobEngine(database)
    await engine.open()
    store = SqlStore(database, engine)
    fetcher = HttpFetcher(FetchLimits(gap_s=0, total_s=5), [site.netloc])
    clock, feeds, chat = FakeClock(), FeedReader(), FakeChat()
    desk = Desk(
        store=store,
        engine=engine,
        fetcher=fetcher,
        extractor=FakeReader(),
        feeds=feeds,
        clock=clock,
        rules=Rules(),
    )
    desk.serve(chat)
    yield Newsroom(site, chat, desk, Poller(store, fetcher, feeds, clock, dice=lambda: 0.0), clock, store)
    await fetcher.close()
    await engine.close()
    await store.close()


async def test_a_site_is_followed_by_the_feed_it_names(newsroom: Newsroom) -> None:
    newsroom.publish("ferry")
    newsroom.site.add("/", '<html><link rel="alternate" type="application/atom+xml" href="/feed">')
    told = await newsroom.say(f"follow {newsroom.site.url('/')}")
    assert "Bay Herald" in told
    assert "About ferry" in told
    assert newsroom.site.hits("/ferry") == 0
    assert await newsroom.wait() == []


async def test_a_new_story_is_digested_into_the_channel_once(newsroom: Newsroom) -> None:
    newsroom.publish("old")
    await newsroom.say(f"follow {newsroom.site.url('/feed')}")
    newsroom.publish("ferry", "old")
    newsroom.site.add("/ferry", STORY)
    (posted,) = await newsroom.wait()
    assert "No boat will leave before spring." in posted
    assert await newsroom.wait() == []
    assert newsroom.site.hits("/ferry") == 1


async def test_words_choose_the_stories(newsroom: Newsroom) -> None:
    newsroom.publish("old")
    await newsroom.say(f"follow {newsroom.site.url('/feed')} +ferry -strike")
    newsroom.publish("strike", "ferry", "old")
    newsroom.site.add("/ferry", STORY).add("/strike", STORY)
    assert len(await newsroom.wait()) == 1
    assert newsroom.site.hits("/strike") == 0


async def test_words_are_looked_for_in_the_story_too(newsroom: Newsroom) -> None:
    newsroom.publish("old")
    await newsroom.say(f"follow {newsroom.site.url('/feed')} +harbour -strike")
    newsroom.publish("boats", "market", "port", "old")
    newsroom.site.add("/boats", STORY).add("/market", "Market opens\nApples are cheap.")
    newsroom.site.add("/port", "Port\nA strike stops the harbour.")
    (posted,) = await newsroom.wait()
    assert "No boat will leave before spring." in posted
    assert await newsroom.desk.status() == Counts(
        seen=4, digested=1, delivered=2, failed=0, feeds=1, subscriptions=1
    )


async def test_no_story_of_a_feed_that_was_unfollowed_meanwhile(newsroom: Newsroom) -> None:
    newsroom.publish("old")
    await newsroom.say(f"follow {newsroom.site.url('/feed')}")
    newsroom.publish("ferry", "old")
    newsroom.site.add("/ferry", STORY)
    newsroom.clock.now += timedelta(days=1)
    await newsroom.poller.poll_due()
    async with newsroom.store.begin() as tx:
        await tx.unfollow(HERE, 1)
    await newsroom.desk.drain()
    assert len(newsroom.chat.sent) == 1
    assert newsroom.site.hits("/ferry") == 0


async def test_a_feed_that_is_gone_is_paused_and_each_place_told_once(newsroom: Newsroom) -> None:
    newsroom.publish("old")
    await newsroom.say(f"follow {newsroom.site.url('/feed')}")
    newsroom.site.forget("/feed").add("/feed", status=410)
    (told,) = await newsroom.wait()
    feed = newsroom.site.url("/feed")
    assert told.startswith(
        f"The site says that the feed {feed} is gone for good, so number 1 is paused here."
    )
    assert newsroom.chat.sent[-1].place == HERE
    assert "paused" in await newsroom.say("list")
    assert await newsroom.wait() == []
    assert not [mark for key, mark in newsroom.chat.marks if key.startswith("gone:")], "nobody asked"
    counts = await newsroom.desk.status()
    assert (counts.waiting, counts.failed, counts.parked) == (0, 0, 0)


async def test_a_feed_that_was_gone_comes_back_when_it_is_resumed(newsroom: Newsroom) -> None:
    newsroom.publish("old")
    await newsroom.say(f"follow {newsroom.site.url('/feed')}")
    newsroom.site.forget("/feed").add("/feed", status=410)
    assert len(await newsroom.wait()) == 1
    await newsroom.say("resume 1")
    assert len(await newsroom.wait()) == 1, "still gone: told anew"
    await newsroom.say("resume 1")
    newsroom.publish("ferry", "old")
    newsroom.site.add("/ferry", STORY)
    (posted,) = await newsroom.wait()
    assert "No boat will leave before spring." in posted


async def test_one_feed_too_many_spares_the_others_of_its_host(newsroom: Newsroom) -> None:
    for name in ("feed", "two", "three"):
        newsroom.publish("old", at=f"/{name}")
        await newsroom.say(f"follow {newsroom.site.url(f'/{name}')}")
    for name in ("feed", "two", "three"):
        newsroom.site.forget(f"/{name}").add(f"/{name}", status=429, headers={"Retry-After": "60"})
    asked = len(newsroom.site.requests)
    assert await newsroom.wait() == []
    assert len(newsroom.site.requests) == asked + 1
    for name in ("feed", "two", "three"):
        newsroom.publish(f"ferry-{name}", "old", at=f"/{name}")
        newsroom.site.add(f"/ferry-{name}", STORY)
    assert len(await newsroom.wait()) == 3


async def test_a_move_is_noticed_behind_an_unchanged_feed(newsroom: Newsroom) -> None:
    newsroom.publish("old", etag='"v1"')
    await newsroom.say(f"follow {newsroom.site.url('/feed')}")
    newsroom.publish("old", at="/moved", etag='"v1"')
    newsroom.site.forget("/feed").redirect("/feed", "/moved", 301)
    assert [*await newsroom.wait(), *await newsroom.wait()] == []
    assert newsroom.site.url("/moved") in await newsroom.say("list")


async def test_a_story_behind_too_many_requests_is_tried_again(newsroom: Newsroom) -> None:
    newsroom.publish("old")
    await newsroom.say(f"follow {newsroom.site.url('/feed')}")
    newsroom.publish("ferry", "old")
    newsroom.site.add("/ferry", status=429, headers={"Retry-After": "0"}).add("/ferry", STORY)
    posted = [*await newsroom.wait(), *await newsroom.wait()]
    assert len(posted) == 1
    assert "No boat will leave before spring." in posted[0]


async def test_a_story_that_cannot_be_read_is_no_noise_in_the_channel(newsroom: Newsroom) -> None:
    newsroom.publish("old")
    await newsroom.say(f"follow {newsroom.site.url('/feed')}")
    newsroom.publish("gone", "old")
    assert await newsroom.wait() == []


async def test_what_cannot_be_followed_is_one_sentence(newsroom: Newsroom) -> None:
    newsroom.site.add("/", "<html>no feeds here")
    assert "is not a feed and names none" in await newsroom.say(f"follow {newsroom.site.url('/')}")
    newsroom.site.forget("/").add(
        "/",
        '<link rel="alternate" type="application/rss+xml" title="City" href="/city">'
        '<link rel="alternate" type="application/rss+xml" title="Sport" href="/sport">',
    )
    told = await newsroom.say(f"follow {newsroom.site.url('/')}")
    assert newsroom.site.url("/city") in told
    assert newsroom.site.url("/sport") in told


HALF_EIGHT = NOON.replace(hour=6, minute=30) + timedelta(days=1)  # the next one in Paris, in summer


async def test_a_days_stories_in_one_message_at_half_past_eight(newsroom: Newsroom) -> None:
    newsroom.publish("old")
    told = await newsroom.say(f"follow {newsroom.site.url('/feed')} -strike daily 8:30 Paris")
    assert "the next on 5 May 2026, 08:30 Europe/Paris" in told
    newsroom.publish("strike", "market", "ferry", "old")
    newsroom.site.add("/ferry", STORY).add("/market", "Market opens\nOn strike since noon.")
    assert await newsroom.wait(NOON + timedelta(hours=1)) == []
    newsroom.publish("gone", "harbour", "strike", "market", "ferry", "old")
    newsroom.site.add("/harbour", 'Harbour\nShe said: "We shall wait here for the mayor to answer us."')
    assert await newsroom.wait(HALF_EIGHT - timedelta(minutes=5)) == []
    (posted,) = await newsroom.wait(HALF_EIGHT)
    assert newsroom.chat.sent[-1].place == HERE
    assert posted.startswith("3 new stories from Bay Herald\n\nHarbour\n")
    assert "“We shall wait here for the mayor to answer us.”" in posted
    assert "“No boat will leave before spring.”" in posted
    assert posted.endswith(
        f"By title only\n• About gone (the page is not there)\n  {newsroom.site.url('/gone')}"
    )
    assert "strike" not in posted
    assert await newsroom.wait() == []
    assert [newsroom.site.hits(path) for path in ("/ferry", "/harbour", "/strike")] == [1, 1, 0]
    found = re.search(r"“(more [0-9a-f]{12})”", posted)
    assert found is not None
    assert "“We shall wait here for the mayor to answer us.”" in await newsroom.say(found.group(1))


async def test_nothing_new_is_no_message(newsroom: Newsroom) -> None:
    newsroom.publish("old")
    await newsroom.say(f"follow {newsroom.site.url('/feed')} +zoo hourly")
    newsroom.publish("ferry", "old")
    newsroom.site.add("/ferry", STORY)
    assert [*await newsroom.wait(), *await newsroom.wait()] == []
    assert newsroom.site.hits("/ferry") == 1, "looked into, and not wanted"
    counts = await newsroom.desk.status()
    assert (counts.waiting, counts.failed, counts.parked) == (0, 0, 0)


async def test_a_slot_while_the_bot_was_away_is_made_up_for_once(newsroom: Newsroom) -> None:
    newsroom.publish("old")
    await newsroom.say(f"follow {newsroom.site.url('/feed')} hourly")
    newsroom.publish("ferry", "old")
    newsroom.site.add("/ferry", STORY)
    assert await newsroom.wait(NOON + timedelta(minutes=30)) == []
    (posted,) = await newsroom.wait(NOON + timedelta(hours=9))
    assert posted.startswith("1 new story from Bay Herald")
