"""A poller's room: real fetcher, parser and store; only the site and the clock are made up."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bot.feeds import FeedReader
from bot.fetch import HttpFetcher
from bot.poller import Opened, Poller, open_feed
from bot.ports import Connection
from bot.records import FeedState, Poll
from bot.rhythm import parsed
from bot.store import SqlStore
from bot.types import Place, Request, Subscription
from tests.fakes.desk import FakeClock
from tests.fakes.site import Site

CITY = Place("fake", "newsroom", "city")
SPORT = Place("fake", "newsroom", "sport")


@dataclass
class Deferred:
    """The engine's end of the store: which requests became jobs."""

    keys: list[str] = field(default_factory=list)
    first: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def defer(self, connection: Connection, task: str, key: str) -> None:
        self.keys.append(key)
        self.first.set()
        self.changed.set()

    async def wait_for(self, count: int, timeout_s: float = 5.0) -> None:
        """Until there are that many; far below the 20 s that a fetch may take."""
        async with asyncio.timeout(timeout_s):
            while len(self.keys) < count:
                self.changed.clear()
                await self.changed.wait()


@dataclass
class Room:
    """All that a poller needs, and short words for what tests do with it."""

    site: Site
    store: SqlStore
    fetcher: HttpFetcher
    clock: FakeClock
    deferred: Deferred
    feeds: FeedReader = field(default_factory=FeedReader)

    @property
    def poller(self) -> Poller:
        return Poller(self.store, self.fetcher, self.feeds, self.clock, dice=lambda: 0.0, idle_s=0.01)

    def publish(self, *names: str, at: str = "/feed", etag: str | None = None) -> None:
        """The feed holds these entries now, newest first."""
        self.site.forget(at).add(at, rss(self.site, names), "application/rss+xml", etag=etag)

    async def open(self, path: str = "/feed") -> Opened:
        return await open_feed(self.fetcher, self.feeds, self.site.url(path), self.clock)

    async def follow(
        self,
        place: Place = CITY,
        want: Sequence[str] = (),
        refuse: Sequence[str] = (),
        path: str = "/feed",
        rhythm: str = "now",
    ) -> None:
        opened = await self.open(path)
        wish = Subscription(
            id=0,
            place=place,
            feed_url=opened.state.url,
            title=opened.feed.title,
            added_by="ada",
            added_at=self.clock(),
            want=tuple(want),
            refuse=tuple(refuse),
            rhythm=parsed(rhythm),
        )
        async with self.store.begin() as tx:
            await tx.follow(opened.state, wish)
            await tx.finish_poll(Poll(opened.state, opened.feed.entries), self.clock())

    async def poll(self, after: timedelta = timedelta(days=2)) -> list[str]:
        """Let time pass, poll what is due; the stories that became requests, as "channel/name"."""
        self.clock.now += after
        before = len(self.deferred.keys)
        await self.poller.poll_due()
        found = []
        for key in self.deferred.keys[before:]:
            request = await self.request(key)
            found.append(f"{request.place.channel}/{request.links[0].rpartition('/')[2]}")
        return found

    async def request(self, key: str) -> Request:
        async with self.store.begin() as tx:
            request = await tx.request(key)
        assert request is not None
        return request

    async def state(self) -> FeedState:
        async with self.store.begin() as tx:
            state = await tx.feed(self.site.url("/feed"))
        assert state is not None
        return state


def rss(site: Site, names: Sequence[str]) -> str:
    rows = "".join(
        f"<item><title>About {name}</title><link>{site.url(f'/{name}')}</link></item>" for name in names
    )
    return f'<rss version="2.0"><channel><title>Bay Herald</title>{rows}</channel></rss>'
