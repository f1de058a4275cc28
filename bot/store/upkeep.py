"""Settings of a place, retention, deletion."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.errors import NoSuchSubscription
from bot.records import DeliveryState
from bot.store.archive import Archive
from bot.store.base import CHANNEL
from bot.store.codec import channel_of, seconds
from bot.store.feeds import FeedBook, counter_name
from bot.store.intake import OPEN
from bot.store.moves import Moves
from bot.store.verdicts import Verdicts
from bot.types import Place

_OF_A_CHANNEL = (
    "requests",
    "digests",
    "deliveries",
    "subscriptions",
    "settings",
    "gathered",
    "feedback",
)


class Upkeep(Archive, FeedBook, Verdicts, Moves):
    """See ``bot.ports.Upkeep``."""

    async def settings(self, place: Place) -> Mapping[str, str]:
        rows = await self._rows(
            f"select key, value from settings where {CHANNEL} order by key", *channel_of(place)
        )
        return {row["key"]: row["value"] for row in rows}

    async def change_setting(self, place: Place, key: str, value: str) -> None:
        channel = dict(zip(("platform", "workspace", "channel"), channel_of(place), strict=True))
        await self._insert(
            "settings",
            {**channel, "key": key, "value": value},
            "(platform, workspace, channel, key) do update set value = excluded.value",
        )

    async def purge(self, before: datetime) -> int:
        limit = seconds(before)
        requests = await self._deleted(
            "delete from requests where received_at < ? and state <> ?", limit, OPEN
        )
        # one that nobody works at any more goes as well: its message was withdrawn while it was handed over
        deliveries = await self._deleted(
            "delete from deliveries where created_at < ? and (state in (?, ?) or not exists"
            " (select 1 from requests r where r.key = deliveries.request_key and r.state = ?))",
            limit,
            DeliveryState.POSTED,
            DeliveryState.PARKED,
            OPEN,
        )
        gathered = await self._deleted("delete from gathered where gathered_at < ?", limit)
        digests = await self._deleted("delete from digests where created_at < ?", limit)
        # An entry that the last full poll still found must stay known, or it would be news again.
        entries = await self._deleted(
            "delete from entries where seen_at < ? and seen_at <"
            " (select max(e.seen_at) from entries e where e.feed_url = entries.feed_url)",
            limit,
        )
        moves = await self._deleted("delete from moves where moved_at < ?", limit)
        gone = requests + deliveries + gathered + digests + entries + moves
        return gone + await self._sweep()

    async def forget_feed(self, place: Place, number: int) -> int:
        row = await self._row(
            f"select feed_url from subscriptions where {CHANNEL} and number = ?", *channel_of(place), number
        )
        if row is None:
            raise NoSuchSubscription(str(number))
        stories = await self._rows("select url from entries where feed_url = ?", row["feed_url"])
        gone = [await self.forget_story(place, url) for url in sorted({story["url"] for story in stories})]
        await self.unfollow(place, number)
        return sum(gone)

    async def forget_place(self, place: Place) -> int:
        followed = await self.subscriptions(place)
        gone = [
            await self._deleted(f"delete from {table} where {CHANNEL}", *channel_of(place))
            for table in _OF_A_CHANNEL
        ]
        for subscription in followed:
            await self._drop_unfollowed(subscription.feed_url)
        await self._rows("delete from counters where name = ?", counter_name(place))
        await self._forget_moves(place)
        return sum(gone) + await self._sweep()
