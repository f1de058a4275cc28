"""Follows feeds: asks the store what is due, polls it, hands on what is new. Decisions: ``bot.schedule``."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby

from bot.errors import BadLink, Blocked, FeedGone, NotAFeed, NotFound, NutgrafError, SeveralFeeds, SiteFailed
from bot.ports import Clock, FeedParser, Fetcher, Store, Transaction
from bot.records import FeedState, Gathered, Poll, number_in
from bot.rhythm import Beat
from bot.schedule import (
    ANEW,
    FIRST_INTERVAL_S,
    Outcome,
    asked_wait_s,
    covers,
    entry_request,
    gathered,
    gone_request,
    has_had,
    new_entries,
    next_poll,
    roundup_request,
    worth_reading,
)
from bot.types import Entry, Feed, Page, Place, Request, Subscription
from bot.urls import canonical, host_of

_log = logging.getLogger(__name__)

HOSTS = 20  # polled at a time; each may hold a 10 MiB body for a moment
IDLE_S = 15.0  # between two looks at an empty agenda; the shortest interval is 300 s
LEASE_S = 600.0  # over a claim of one slow host, 20 times 20 s; a killed poller's feeds come back then
GATHERED = 200  # stories taken out of the store at a time


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
        hosts: int = HOSTS,
    ) -> None:
        """``hosts``: how many are polled at a time."""
        self._store = store
        self._fetcher = fetcher
        self._parser = parser
        self._clock = clock
        self._dice = dice
        self._idle_s = idle_s
        self._hosts = hosts
        self._busy: dict[str, asyncio.Task[None]] = {}  # by host
        self._reading = asyncio.Lock()  # what one feed asks for is there when the next one looks

    async def run(self) -> None:
        """Poll for ever. A fault of ours or of the store is logged and tried again, never fatal.

        A host that takes its time holds up nobody but itself: the others are claimed and polled meanwhile.
        """
        try:
            while True:
                begun = 0
                for part in (self._round_up, self._begin):
                    try:
                        begun += await part()
                    except Exception:
                        _log.exception("the poller stumbled")
                if not begun or len(self._busy) >= self._hosts:
                    await self._rest()
        finally:
            for task in self._busy.values():
                task.cancel()
            await asyncio.gather(*self._busy.values(), return_exceptions=True)

    async def poll_due(self) -> int:
        """Do once what is due now and wait until it is done; answers how much there was."""
        begun = await self._round_up() + await self._begin()
        await asyncio.gather(*self._busy.values())
        return begun

    async def _begin(self) -> int:
        """Start to poll due feeds of hosts that are not busy; answers how many."""
        self._busy = {host: task for host, task in self._busy.items() if not task.done()}
        if len(self._busy) >= self._hosts:
            return 0
        async with self._store.begin() as tx:
            due = await tx.due_feeds(self._clock(), self._hosts - len(self._busy), LEASE_S, tuple(self._busy))
        hosts: dict[str, list[FeedState]] = {}
        for state in due:
            hosts.setdefault(host_of(state.url), []).append(state)
        for host, states in hosts.items():
            # Feeds of one host go one after the other: together they would wait for each other's turn
            # inside the fetcher until their time is over, and count as failures.
            self._busy[host] = asyncio.create_task(self._poll_host(host, states))
        return len(due)

    async def _rest(self) -> None:
        """Until a host is done with, or for a while."""
        if self._busy:
            await asyncio.wait(self._busy.values(), timeout=self._idle_s, return_when=asyncio.FIRST_COMPLETED)
        else:
            await asyncio.sleep(self._idle_s)

    async def _round_up(self) -> int:
        """A request for each subscription whose gathered stories are due; answers how many."""
        now = self._clock()
        taken = 0
        async with self._store.begin() as tx:
            due = await tx.due_roundups(now, GATHERED)
            for (place, number), group in groupby(due, key=lambda row: (row.place, row.number)):
                rows = tuple(group)
                for one in await tx.subscriptions(place):
                    if one.id == number:
                        taken += await tx.take_roundup(roundup_request(one, rows), rows, now)
        return taken

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
            await self._finish(state, Outcome.NO_NEWS, asked_wait_s(page))
        else:
            at = page.permanent_url or state.url  # it answered as a feed there: the move is real
            seen = replace(state, url=at, etag=page.etag, last_modified=page.last_modified)
            await self._read(seen, feed, state.url, asked_wait_s(page, feed))
        return True

    async def _read(self, state: FeedState, feed: Feed, polled_url: str, asked_s: float) -> None:
        """Requests for what nobody has seen yet, committed together with the entries' being known."""
        now = self._clock()
        async with self._reading, self._store.begin() as tx:
            news = await _news(tx, dict.fromkeys((state.url, polled_url)), feed, now)
            outcome = Outcome.NEWS if news.found else Outcome.NO_NEWS
            after = self._next(state, outcome, asked_s, news.followers)
            after = replace(after, title=feed.title or state.title)
            moved_from = polled_url if polled_url != state.url else None
            poll = Poll(after, feed.entries, tuple(news.requests), moved_from, tuple(news.gathered))
            taken = await tx.finish_poll(poll, now)
        if taken or news.gathered:
            _log.info("feed_host=%s requests=%d gathered=%d", host_of(state.url), taken, len(news.gathered))

    async def _failed(self, state: FeedState, error: NutgrafError) -> None:
        # the host only: addresses of private feeds carry their password
        _log.warning(
            "feed_host=%s outcome=%s failures=%d", host_of(state.url), error.code(), state.failures + 1
        )
        if isinstance(error, NotFound) and error.status == 410:
            await self._gone(state)
        else:
            await self._finish(state, Outcome.FAILED, _retry_after_s(error) or 0.0)

    async def _gone(self, state: FeedState) -> None:
        """Not polled any more; paused where it is followed, and each of these places is told."""
        now = self._clock()
        async with self._store.begin() as tx:
            followers = await tx.followers(state.url)
            for one in followers:
                await tx.pause(one.place, one.id, True)
            told = tuple(gone_request(one, now) for one in followers)
            await tx.finish_poll(Poll(self._next(state, Outcome.GONE), requests=told), now)

    def _next(
        self,
        state: FeedState,
        outcome: Outcome,
        asked_s: float = 0.0,
        followers: Iterable[Subscription] = (),
    ) -> FeedState:
        rhythms = [one.rhythm for one in followers]
        return next_poll(state, outcome, self._clock(), asked_s=asked_s, jitter=self._dice(), rhythms=rhythms)

    async def _finish(self, state: FeedState, outcome: Outcome, asked_s: float) -> None:
        async with self._store.begin() as tx:
            after = self._next(state, outcome, asked_s, await tx.followers(state.url))
            await tx.finish_poll(Poll(after), self._clock())


def _retry_after_s(error: NutgrafError) -> float | None:
    return error.retry_after_s if isinstance(error, Blocked | SiteFailed) else None


def _asks_to_wait(error: NutgrafError) -> bool:
    too_often = isinstance(error, Blocked) and error.status == 429
    return too_often or _retry_after_s(error) is not None


@dataclass(slots=True)
class _News:
    """``found``: the feed has news for somebody, whether or not its words let it through."""

    found: bool = False
    followers: list[Subscription] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    gathered: list[Gathered] = field(default_factory=list)


async def _news(tx: Transaction, urls: Iterable[str], feed: Feed, now: datetime) -> _News:
    """What the feed holds that is new, for whom, and what follows from it.

    ``urls``: where it is now, and where it was polled. A feed that moved may be followed at its new
    address already: each address has its own known entries and its own followers, and a channel that
    follows both is served once.
    """
    ids = tuple(entry.id for entry in feed.entries)
    news = _News()
    served: set[Place] = set()
    for url in urls:
        new = new_entries(await tx.known_entries(url, ids), feed.entries, now)
        followers = [one for one in await tx.followers(url) if one.place not in served]
        served |= {one.place for one in followers}
        news.followers += followers
        news.found = news.found or bool(new and followers)
        for one in followers if new else ():
            entries = await _not_yet_served(tx, one, worth_reading(one, new), now)
            if one.rhythm.beat is Beat.NOW:
                news.requests += [entry_request(one, entry) for entry in entries]
            else:
                news.gathered += [gathered(one, entry, now) for entry in entries]
    return news


async def _not_yet_served(
    tx: Transaction, one: Subscription, entries: Sequence[Entry], now: datetime
) -> tuple[Entry, ...]:
    """Those of ``entries`` whose link the channel has not had: from this feed under another id, or from
    another feed whose words let through whatever this one's do."""
    asked = {_address(link) for link in await _asked(tx, one, now)} if entries else set()
    fresh: dict[str, Entry] = {}
    for entry in entries:
        address = _address(entry.url)
        if address not in asked and not has_had(one, await tx.latest_digest(one.place, address), now):
            fresh.setdefault(address, entry)
    return tuple(fresh.values())


async def _asked(tx: Transaction, one: Subscription, now: datetime) -> list[str]:
    """Links that were read for the channel by itself, or soon will be."""
    others = [other for other in await tx.subscriptions(one.place) if other.id != one.id]
    enough = {one.id} | {other.id for other in others if _active(other) and covers(other, one)}
    requests = await tx.feed_requests(one.place, now - ANEW)
    return [link for request in requests if number_in(request.key) in enough for link in request.links]


def _active(one: Subscription) -> bool:
    return not one.paused and one.stopped is None


def _address(url: str) -> str:
    try:
        return canonical(url)
    except BadLink:
        return url
