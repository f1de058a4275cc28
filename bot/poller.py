"""Follows feeds: asks the store what is due, polls it, hands on what is new. Decisions: ``bot.schedule``."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.errors import Blocked, FeedGone, NotAFeed, NotFound, NutgrafError, SeveralFeeds, SiteFailed
from bot.ports import Clock, FeedParser, Fetcher, Store, Transaction
from bot.records import FeedState, Poll
from bot.schedule import (
    FIRST_INTERVAL_S,
    Outcome,
    asked_wait_s,
    entry_request,
    gone_request,
    new_entries,
    next_poll,
    worth_reading,
)
from bot.types import Feed, Page, Place, Request
from bot.urls import canonical, host_of

_log = logging.getLogger(__name__)

BATCH = 20  # feeds claimed and polled together; each may hold a 10 MiB body for a moment
IDLE_S = 15.0  # between two looks at an empty agenda; the shortest interval is 300 s
LEASE_S = 600.0  # over a batch of one slow host, 20 times 20 s; a killed poller's feeds come back then


@dataclass(frozen=True, slots=True)
class Opened:
    """A feed as first seen: nothing in it is news yet, ``feed.entries[0]`` is its newest entry.

    To follow it: ``tx.follow(opened.state, subscription)``, then
    ``tx.finish_poll(Poll(opened.state, opened.feed.entries), now)``, which remembers the old entries.
    """

    state: FeedState
    feed: Feed


async def open_feed(fetcher: Fetcher, parser: FeedParser, url: str, clock: Clock) -> Opened:
    """Fetch and parse the feed at ``url``, or the one feed that the page at ``url`` names.

    Raises leaves of FetchError and ReadError; NotAFeed; SeveralFeeds when the page names more than one;
    FeedGone.
    """
    try:
        page, feed = await _look(fetcher, parser, url)
    except SeveralFeeds as error:
        if len(error.choices) != 1:
            raise
        try:
            page, feed = await _look(fetcher, parser, error.choices[0])
        except SeveralFeeds:
            raise NotAFeed(url) from None  # a page that names a page
    now = clock()
    # a passing redirect may lead to an address that is only good today
    at = page.permanent_url or canonical(page.requested_url)
    state = FeedState(at, feed.title, page.etag, page.last_modified, FIRST_INTERVAL_S)
    return Opened(next_poll(state, Outcome.NO_NEWS, now, asked_s=asked_wait_s(page, feed)), feed)


async def _look(fetcher: Fetcher, parser: FeedParser, url: str) -> tuple[Page, Feed]:
    try:
        page = await fetcher.get(url)
    except NotFound as error:
        if error.status == 410:
            raise FeedGone(url) from None
        raise
    return page, await parser.parse(page)


class Poller:
    """Polls what is due until cancelled. One process of many may run it: feeds are claimed."""

    def __init__(
        self,
        store: Store,
        fetcher: Fetcher,
        parser: FeedParser,
        clock: Clock,
        *,
        dice: Callable[[], float] = random.random,
        idle_s: float = IDLE_S,
    ) -> None:
        self._store = store
        self._fetcher = fetcher
        self._parser = parser
        self._clock = clock
        self._dice = dice
        self._idle_s = idle_s

    async def run(self) -> None:
        """Poll for ever. A fault of ours or of the store is logged and tried again, never fatal."""
        while True:
            try:
                polled = await self.poll_due()
            except Exception:
                _log.exception("the poller stumbled")
                polled = 0
            if not polled:
                await asyncio.sleep(self._idle_s)

    async def poll_due(self) -> int:
        """Poll one batch of due feeds; answers how many there were."""
        async with self._store.begin() as tx:
            due = await tx.due_feeds(self._clock(), BATCH, LEASE_S)
        hosts: dict[str, list[FeedState]] = {}
        for state in due:
            hosts.setdefault(host_of(state.url), []).append(state)
        # Feeds of one host go one after the other: together they would wait for each other's turn
        # inside the fetcher until their time is over, and count as failures.
        await asyncio.gather(*(self._poll_host(host, states) for host, states in hosts.items()))
        return len(due)

    async def _poll_host(self, host: str, states: list[FeedState]) -> None:
        for state in states:
            try:
                if not await self._poll(state):
                    return  # the site wants peace: its other feeds come back with their lease
            except Exception:
                # its lease brings it back; without this line it would fail in silence for ever
                _log.exception("polling a feed of %s broke", host)

    async def _poll(self, state: FeedState) -> bool:
        """One feed, from the conditional GET to the committed outcome; False when its site asks to wait."""
        try:
            page = await self._fetcher.get(state.url, etag=state.etag, last_modified=state.last_modified)
            feed = None if page.not_modified else await self._parser.parse(page)
        except NutgrafError as error:
            await self._failed(state, error)
            return not _asks_to_wait(error)
        if feed is None:
            if page.permanent_url is not None:
                # it moved, but only what it holds there tells who has seen what: all of it the next time
                state = replace(state, etag=None, last_modified=None)
            await self._finish(Poll(self._next(state, Outcome.NO_NEWS, asked_wait_s(page))))
        else:
            at = page.permanent_url or state.url  # it answered as a feed there: the move is real
            seen = replace(state, url=at, etag=page.etag, last_modified=page.last_modified)
            await self._read(seen, feed, state.url, asked_wait_s(page, feed))
        return True

    async def _read(self, state: FeedState, feed: Feed, polled_url: str, asked_s: float) -> None:
        """Requests for what nobody has seen yet, committed together with the entries' being known."""
        now = self._clock()
        async with self._store.begin() as tx:
            news, requests = await _news(tx, dict.fromkeys((state.url, polled_url)), feed, now)
            after = self._next(state, Outcome.NEWS if news else Outcome.NO_NEWS, asked_s)
            after = replace(after, title=feed.title or state.title)
            moved_from = polled_url if polled_url != state.url else None
            taken = await tx.finish_poll(Poll(after, feed.entries, requests, moved_from), now)
        if taken:
            _log.info("feed_host=%s requests=%d", host_of(state.url), taken)

    async def _failed(self, state: FeedState, error: NutgrafError) -> None:
        # the host only: addresses of private feeds carry their password
        _log.warning(
            "feed_host=%s outcome=%s failures=%d", host_of(state.url), error.code(), state.failures + 1
        )
        if isinstance(error, NotFound) and error.status == 410:
            await self._gone(state)
        else:
            await self._finish(Poll(self._next(state, Outcome.FAILED, _retry_after_s(error) or 0.0)))

    async def _gone(self, state: FeedState) -> None:
        """Not polled any more; paused where it is followed, and each of these places is told."""
        now = self._clock()
        async with self._store.begin() as tx:
            followers = await tx.followers(state.url)
            for one in followers:
                await tx.pause(one.place, one.id, True)
            told = tuple(gone_request(one, now) for one in followers)
            await tx.finish_poll(Poll(self._next(state, Outcome.GONE), requests=told), now)

    def _next(self, state: FeedState, outcome: Outcome, asked_s: float = 0.0) -> FeedState:
        return next_poll(state, outcome, self._clock(), asked_s=asked_s, jitter=self._dice())

    async def _finish(self, poll: Poll) -> None:
        async with self._store.begin() as tx:
            await tx.finish_poll(poll, self._clock())


def _retry_after_s(error: NutgrafError) -> float | None:
    return error.retry_after_s if isinstance(error, Blocked | SiteFailed) else None


def _asks_to_wait(error: NutgrafError) -> bool:
    too_often = isinstance(error, Blocked) and error.status == 429
    return too_often or _retry_after_s(error) is not None


async def _news(
    tx: Transaction, urls: Iterable[str], feed: Feed, now: datetime
) -> tuple[bool, tuple[Request, ...]]:
    """Whether the feed has news for somebody, and the requests that follow.

    ``urls``: where it is now, and where it was polled. A feed that moved may be followed at its new
    address already: each address has its own known entries and its own followers, and a channel that
    follows both is served once.
    """
    ids = tuple(entry.id for entry in feed.entries)
    news = False
    requests: dict[str, Request] = {}
    served: set[Place] = set()
    for url in urls:
        new = new_entries(await tx.known_entries(url, ids), feed.entries, now)
        followers = [one for one in await tx.followers(url) if one.place not in served]
        served |= {one.place for one in followers}
        news = news or bool(new and followers)
        asked = [entry_request(one, entry) for one in followers for entry in worth_reading(one, new)]
        requests |= {request.key: request for request in asked}
    return news, tuple(requests.values())
