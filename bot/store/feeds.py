"""Feeds, their known entries, and who follows them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from bot.errors import AlreadyFollowed, NoSuchSubscription
from bot.ports import Row
from bot.records import FEED_KEY, FeedState, Poll
from bot.store.base import CHANNEL
from bot.store.codec import (
    channel_of,
    channel_text,
    feed_columns,
    feed_of,
    request_of,
    seconds,
    seconds_or_none,
    subscription_columns,
    subscription_of,
)
from bot.store.roundups import Roundups
from bot.types import Entry, Place, Request, Subscription

ACTIVE = "s.paused = 0 and s.stopped is null"  # a subscription that is told, and polled for


class FeedBook(Roundups):
    """See ``bot.ports.FeedBook``. A feed's claim is its ``next_poll_at``, pushed ahead by the lease.

    A feed that falls due while all who follow it are paused or stopped has ``missed`` a poll. Its next
    poll, when somebody is back, only learns what it holds: else the channel would be flooded with what
    was printed in the meantime. A feed that missed none goes on as if nobody had been away.
    """

    async def due_feeds(
        self, now: datetime, limit: int, lease_s: float = 300.0, besides: Collection[str] = ()
    ) -> tuple[FeedState, ...]:
        followed = f"exists (select 1 from subscriptions s where s.feed_url = f.url and {ACTIVE})"
        await self._rows(
            "update feeds set missed = 1 where url in (select url from feeds f where missed = 0"
            " and (next_poll_at <= ? or (next_poll_at is null and polled_at + interval_s <= ?))"
            f" and not {followed} {self._skip_locked})",
            seconds(now),
            seconds(now),
        )
        left_out = [start for host in besides for start in _starts(host)]
        rows = await self._rows(
            "update feeds set next_poll_at = ? where url in (select url from feeds f where next_poll_at <= ?"
            f" and {followed}{' and substr(url, 1, ?) <> ?' * len(left_out)}"
            f" order by next_poll_at limit ? {self._skip_locked}) returning *",
            seconds(now) + lease_s,
            seconds(now),
            *(value for start in left_out for value in (len(start), start)),
            limit,
        )
        return tuple(feed_of(row) for row in rows)

    async def feed(self, url: str) -> FeedState | None:
        row = await self._row("select * from feeds where url = ?", url)
        return None if row is None else feed_of(row)

    async def known_entries(self, feed_url: str, ids: tuple[str, ...]) -> frozenset[str]:
        rows = await self._rows("select id from entries where feed_url = ?", feed_url)
        return frozenset(ids) & {row["id"] for row in rows}

    async def followers(self, feed_url: str) -> tuple[Subscription, ...]:
        rows = await self._rows(
            # share lock: a channel that gets another address meanwhile waits until its news is taken
            f"select s.* from subscriptions s where feed_url = ? and {ACTIVE}"
            f" order by platform, workspace, channel, number{self._share}",
            feed_url,
        )
        return tuple(subscription_of(row) for row in rows)

    async def feed_requests(self, place: Place, since: datetime) -> tuple[Request, ...]:
        rows = await self._rows(
            f"select * from requests where {CHANNEL} and key like ? and received_at >= ?",
            *channel_of(place),
            f"{FEED_KEY}%",
            seconds(since),
        )
        return tuple(request_of(row) for row in rows)

    async def finish_poll(self, poll: Poll, at: datetime) -> int:
        away = await self._channels_that_missed(poll)
        if poll.moved_from is not None and poll.moved_from != poll.state.url:
            await self._move(poll.moved_from, poll.state)
        if await self.feed(poll.state.url) is None:
            return 0  # unfollowed while it was polled
        await self._write_feed(poll.state)
        for entry in poll.entries:
            await self._remember(poll.state.url, entry, at)
        if poll.state.failures == 0 and poll.state.next_poll_at is not None:  # it was seen
            await self._rows("update feeds set missed = 0 where url = ?", poll.state.url)
        news = [one for one in poll.requests if not (_is_news(one) and channel_of(one.place) in away)]
        await self._gather([one for one in poll.gathered if channel_of(one.place) not in away], at)
        taken = [await self.take(request, at) for request in news]
        return sum(taken)

    async def _channels_that_missed(self, poll: Poll) -> frozenset[tuple[str, str, str]]:
        """Those for which what the poll found is not news: see the class."""
        rows = await self._rows(
            "select s.platform, s.workspace, s.channel from subscriptions s"
            " join feeds f on f.url = s.feed_url where f.url in (?, ?) and f.missed = 1",
            poll.state.url,
            poll.moved_from or poll.state.url,
        )
        return frozenset((row["platform"], row["workspace"], row["channel"]) for row in rows)

    async def _write_feed(self, state: FeedState) -> None:
        columns = feed_columns(state)
        changes = ", ".join(f"{name} = ?" for name in columns)
        await self._rows(f"update feeds set {changes} where url = ?", *columns.values(), state.url)

    async def _remember(self, feed_url: str, entry: Entry, at: datetime) -> None:
        columns = {
            "feed_url": feed_url,
            "id": entry.id,
            "url": entry.url,
            "title": entry.title,
            "published_at": seconds_or_none(entry.published),
            "seen_at": seconds(at),
        }
        await self._insert("entries", columns, "(feed_url, id) do update set seen_at = excluded.seen_at")

    async def _move(self, old: str, state: FeedState) -> None:
        """The feed lives at a new address now; a channel that follows both keeps one subscription."""
        if await self.feed(old) is None:
            return
        await self._insert("feeds", feed_columns(state))
        await self._rows(
            "insert into entries (feed_url, id, url, title, published_at, seen_at)"
            " select ?, id, url, title, published_at, seen_at from entries where feed_url = ?"
            " on conflict do nothing",
            state.url,
            old,
        )
        await self._rows(
            "delete from subscriptions where feed_url = ? and exists (select 1 from subscriptions s"
            " where s.feed_url = ? and s.platform = subscriptions.platform"
            " and s.workspace = subscriptions.workspace and s.channel = subscriptions.channel)",
            old,
            state.url,
        )
        await self._drop_gathered()
        await self._rows("update subscriptions set feed_url = ? where feed_url = ?", state.url, old)
        await self._drop_unfollowed(old)

    async def follow(self, state: FeedState, subscription: Subscription) -> Subscription:
        channel = channel_of(subscription.place)
        there = await self._row(
            f"select number from subscriptions where {CHANNEL} and feed_url = ?", *channel, state.url
        )
        if there is not None:
            raise AlreadyFollowed(state.url, there["number"])
        await self._insert("feeds", feed_columns(state))
        # a feed that was given up is polled again when somebody follows it anew
        await self._rows(
            "update feeds set next_poll_at = ?, failures = 0 where url = ? and next_poll_at is null",
            seconds_or_none(state.next_poll_at),
            state.url,
        )
        added = replace(subscription, id=await self._next_number(subscription.place), feed_url=state.url)
        await self._insert("subscriptions", subscription_columns(added))
        return added

    async def _next_number(self, place: Place) -> int:
        """1, 2, 3 ... in a channel; a number is not given twice, so "unfollow 2" never hits another feed."""
        name = counter_name(place)
        raised = "(name) do update set value = counters.value + 1"
        await self._insert("counters", {"name": name, "value": 1}, raised)
        return await self._count("select value as n from counters where name = ?", name)

    async def subscriptions(self, place: Place) -> tuple[Subscription, ...]:
        rows = await self._rows(
            f"select * from subscriptions where {CHANNEL} order by number", *channel_of(place)
        )
        return tuple(subscription_of(row) for row in rows)

    async def subscriptions_of(self, platform: str, workspace: str) -> tuple[Subscription, ...]:
        rows = await self._rows(
            "select * from subscriptions where platform = ? and workspace = ?", platform, workspace
        )
        return _in_order(rows)

    async def unfollow(self, place: Place, number: int) -> Subscription:
        gone = subscription_of(await self._found("delete from subscriptions", place, number))
        await self._drop_gathered()
        await self._drop_unfollowed(gone.feed_url)
        return gone

    async def pause(self, place: Place, number: int, paused: bool) -> Subscription:
        changed = subscription_of(
            await self._found(f"update subscriptions set paused = {int(paused)}", place, number)
        )
        if not paused:
            await self._ask_again(changed.feed_url)
        return changed

    async def _ask_again(self, feed_url: str) -> None:
        """A feed that was given up is asked once more, or resuming would be an empty word."""
        await self._rows(
            "update feeds set next_poll_at = coalesce(polled_at, 0) where url = ? and next_poll_at is null",
            feed_url,
        )

    async def stop(
        self, place: Place, reason: str, *, whole_workspace: bool = False
    ) -> tuple[Subscription, ...]:
        where, values = _scope(place, whole_workspace)
        rows = await self._rows(
            f"update subscriptions set stopped = ? where {where} and stopped is null returning *",
            reason,
            *values,
        )
        return _in_order(rows)

    async def restart(
        self, place: Place, *, whole_workspace: bool = False, reasons: tuple[str, ...] = ()
    ) -> tuple[Subscription, ...]:
        where, values = _scope(place, whole_workspace)
        why = f"in ({', '.join('?' * len(reasons))})" if reasons else "is not null"
        rows = await self._rows(
            f"update subscriptions set stopped = null where {where} and stopped {why} returning *",
            *values,
            *reasons,
        )
        for url in sorted({row["feed_url"] for row in rows if not row["paused"]}):
            await self._ask_again(url)
        return _in_order(rows)

    async def _found(self, change: str, place: Place, number: int) -> Row:
        row = await self._row(
            f"{change} where {CHANNEL} and number = ? returning *", *channel_of(place), number
        )
        if row is None:
            raise NoSuchSubscription(str(number))
        return row

    async def _drop_unfollowed(self, feed_url: str) -> None:
        if await self._row("select 1 as one from subscriptions where feed_url = ? limit 1", feed_url):
            return
        await self._rows("delete from entries where feed_url = ?", feed_url)
        await self._rows("delete from feeds where url = ?", feed_url)


def _starts(host: str) -> tuple[str, ...]:
    """How the canonical address of a feed of the host may begin."""
    shown = f"[{host}]" if ":" in host else host
    return tuple(f"{scheme}://{shown}{end}" for scheme in ("http", "https") for end in "/:")


def _is_news(request: Request) -> bool:
    """Not the word that a feed is gone."""
    return request.key.startswith(FEED_KEY)


def _scope(place: Place, whole_workspace: bool) -> tuple[str, tuple[str, ...]]:
    if whole_workspace:
        return "platform = ? and workspace = ?", (place.platform, place.workspace)
    return CHANNEL, channel_of(place)


def _in_order(rows: list[Row]) -> tuple[Subscription, ...]:
    """By channel and number."""
    found = (subscription_of(row) for row in rows)
    return tuple(sorted(found, key=lambda one: (one.place.channel, one.id)))


def counter_name(place: Place) -> str:
    return "subscription " + channel_text(place)
