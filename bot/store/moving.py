"""All that is stored for a channel goes to its new address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.ports import ANSWER, Row
from bot.records import (
    OF_SUBSCRIPTIONS,
    DeliveryState,
    channel_in_keys,
    number_in,
    rekeyed,
    start_of_keys,
)
from bot.store.base import CHANNEL, storable
from bot.store.codec import channel_of, channel_text
from bot.store.feeds import counter_name
from bot.store.intake import OPEN
from bot.store.upkeep import Upkeep
from bot.types import Place

_SET = "platform = ?, workspace = ?, channel = ?"
_MUTE = "mute"  # the setting that is a list: sites of both are muted


class Moving(Upkeep):
    """See ``bot.ports.Upkeep.move_place``.

    What the chat has, or may have, stands where it was handed over (``stands_in``), but belongs to the new
    channel. Threads stay behind: their roots are in the old one.
    """

    async def move_place(self, old: Place, new: Place, at: datetime) -> None:
        if channel_of(old) == channel_of(new):
            return
        # In this order, before anything is looked up: whoever follows, polls or answers here at this moment
        # is done first, or finds the new address.
        given = [await self._given(place) for place in (new, old)]
        await self._lock_rows(old)
        numbers = await self._move_subscriptions(old, new, offset=given[0])
        await self._rows("delete from counters where name = ?", counter_name(old))
        await self._rows("update counters set value = ? where name = ?", sum(given), counter_name(new))
        await self._rows("delete from counters where name = ? and value = 0", counter_name(new))
        await self._move_settings(old, new)
        await self._move_rows(old, new)
        await self._move_keys(old, new, numbers, offset=given[0])
        await self._record_move(old, new, at)

    async def _given(self, place: Place) -> int:
        """The last number that the channel gave a subscription; nobody gives another one meanwhile."""
        name = counter_name(place)
        await self._insert(
            "counters", {"name": name, "value": 0}, "(name) do update set value = counters.value"
        )
        return await self._count("select value as n from counters where name = ?", name)

    async def _lock_rows(self, old: Place) -> None:
        channel = channel_of(old)
        await self._rows(
            f"select number from subscriptions where {CHANNEL} order by number{self._lock}", *channel
        )
        await self._rows(f"select key from requests where {CHANNEL} order by key{self._lock}", *channel)

    async def _move_subscriptions(self, old: Place, new: Place, *, offset: int) -> dict[int, int]:
        """Answers the new number of each. A feed that both follow keeps the new channel's subscription, and
        what was gathered for the other one goes: the one that stays has gathered the same."""
        there = {one.feed_url: one.id for one in await self.subscriptions(new)}
        numbers = {}
        for one in await self.subscriptions(old):
            numbers[one.id] = there.get(one.feed_url, one.id + offset)
            for table in ("subscriptions", "gathered"):
                which = (*channel_of(old), one.id)
                if one.feed_url in there:
                    await self._rows(f"delete from {table} where {CHANNEL} and number = ?", *which)
                else:
                    await self._rows(
                        f"update {table} set {_SET}, thread = '', number = ? where {CHANNEL} and number = ?",
                        *channel_of(new),
                        numbers[one.id],
                        *which,
                    )
        return numbers

    async def _move_settings(self, old: Place, new: Place) -> None:
        """Those of the old channel hold, where it has any."""
        mine, theirs = await self.settings(old), await self.settings(new)
        for key, value in mine.items():
            both = value.split() + theirs.get(key, "").split() if key == _MUTE else [value]
            await self.change_setting(new, key, " ".join(dict.fromkeys(both)))
        await self._rows(f"delete from settings where {CHANNEL}", *channel_of(old))

    async def _move_rows(self, old: Place, new: Place) -> None:
        there, here = channel_of(new), channel_of(old)
        for table in ("requests", "digests"):
            await self._rows(f"update {table} set {_SET}, thread = '' where {CHANNEL}", *there, *here)
        await self._rows(f"update feedback set {_SET} where {CHANNEL}", *there, *here)
        await self._rows(
            f"update deliveries set {_SET}, thread = '' where {CHANNEL} and state = ?",
            *there,
            *here,
            DeliveryState.NEW,
        )
        await self._rows(
            f"update deliveries set {_SET}, stands_in = coalesce(stands_in, ?) where {CHANNEL}",
            *there,
            channel_text(old),
            *here,
        )

    # -- keys of requests that a subscription made: they name channel and number

    async def _move_keys(self, old: Place, new: Place, numbers: Mapping[int, int], *, offset: int) -> None:
        """One story has one key in a channel, under the new address, too: else it would be posted again."""
        made = await self._made_in(old, new)
        for row in made:
            if row["state"] == OPEN:
                number = number_in(row["key"])
                await self._rekey_open(
                    row["key"], rekeyed(row["key"], new, numbers.get(number, number + offset))
                )
        for number in sorted({number_in(row["key"]) for row in made}):
            for prefix in OF_SUBSCRIPTIONS:
                start = start_of_keys(prefix, old, number)
                # What the kept subscription of both has asked for by itself has the first of these keys;
                # the second is nobody's.
                for name in dict.fromkeys((numbers.get(number, number + offset), number + offset)):
                    await self._rekey_done(new, start, start_of_keys(prefix, new, name))

    async def _made_in(self, old: Place, new: Place) -> list[Row]:
        """Keys that subscriptions of the old channel made, of requests and digests that are in the new one
        by now; ``state`` is a request's."""
        found = []
        for start in (f"{prefix}{channel_in_keys(old)}:" for prefix in OF_SUBSCRIPTIONS):
            for rows in ("key, state from requests", "request_key as key, '' as state from digests"):
                column = rows.partition(",")[0].partition(" ")[0]
                found += await self._rows(
                    f"select {rows} where {CHANNEL} and substr({column}, 1, ?) = ?",
                    *channel_of(new),
                    len(start),
                    start,
                )
        return found

    async def _rekey_open(self, key: str, becomes: str) -> None:
        """A job of its own for the new key; the old key's finds nothing. Where an answer is written already
        the key stays: deliveries are named after it, and it is delivered by the job of its request."""
        if await self._row("select 1 as one from deliveries where request_key = ? limit 1", key):
            return
        if await self._row("select 1 as one from requests where key = ?", becomes):
            await self._rows("delete from requests where key = ?", key)  # the other one has asked for it
        else:
            await self._rows("update requests set key = ? where key = ?", becomes, key)
            await self._jobs.defer(self._connection, ANSWER, str(storable(becomes)))

    async def _rekey_done(self, new: Place, start: str, becomes: str) -> None:
        renamed = "{column} = ? || substr({column}, ?) where " + CHANNEL + " and substr({column}, 1, ?) = ?"
        cut = (becomes, len(start) + 1, *channel_of(new), len(start), start)
        await self._rows(
            f"update requests set {renamed.format(column='key')} and state <> ? and not exists"
            " (select 1 from requests r where r.key = ? || substr(requests.key, ?))",
            *cut,
            OPEN,
            becomes,
            len(start) + 1,
        )
        for table in ("digests", "deliveries"):
            await self._rows(
                f"update {table} set {renamed.format(column='request_key')} and not exists"
                f" (select 1 from requests r where r.key = {table}.request_key)",
                *cut,
            )
