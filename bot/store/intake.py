"""Requests: seen once, answered once."""

from __future__ import annotations

from datetime import datetime

from bot.ports import ANSWER
from bot.records import UNASKED, Counts, Deed, DeliveryState
from bot.store.base import CHANNEL, Statements, storable
from bot.store.codec import channel_of, request_columns, request_of, seconds
from bot.types import Place, Request

OPEN, DONE, FAILED = "open", "done", "failed"
# Its message was deleted. The key stays taken, so that the event is not answered when it comes again;
# UNTAKEN: it had not come yet.
WITHDRAWN, UNTAKEN = "withdrawn", "untaken"


class Intake(Statements):
    """See ``bot.ports.Intake``."""

    async def take(self, request: Request, at: datetime) -> bool:
        """False as well when the message it stands on was deleted."""
        if request.source is not None and await self._is_withdrawn(request.source):
            return False
        columns = {**request_columns(request), "state": OPEN, "received_at": seconds(at)}
        if not await self._insert("requests", columns):
            return False
        await self._jobs.defer(self._connection, ANSWER, str(storable(request.key)))
        return True

    async def _is_withdrawn(self, key: str) -> bool:
        await self._one_at_a_time(key)
        row = await self._row("select state from requests where key = ?", key)
        return row is not None and row["state"] in {WITHDRAWN, UNTAKEN}

    async def _one_at_a_time(self, source: str) -> None:
        """Of those who take an edit of a message, and those who withdraw it."""
        if self._dialect == "postgresql":
            await self._rows("select pg_advisory_xact_lock(hashtext('nutgraf message'), hashtext(?))", source)

    async def request(self, key: str) -> Request | None:
        # Share lock: whoever finds the request, and stores an answer to it, is seen by the transaction
        # that withdraws or forgets it at the same moment, or does not find it.
        row = await self._row(
            f"select * from requests where key = ? and state not in (?, ?){self._share}",
            key,
            WITHDRAWN,
            UNTAKEN,
        )
        return None if row is None else request_of(row)

    async def edits(self, source: str) -> tuple[Request, ...]:
        rows = await self._rows(
            "select * from requests where source = ? and state not in (?, ?) order by received_at, key",
            source,
            WITHDRAWN,
            UNTAKEN,
        )
        return tuple(map(request_of, rows))

    async def close_request(self, key: str, at: datetime, *, failed: bool = False) -> None:
        state = FAILED if failed else DONE
        await self._rows(
            "update requests set state = ?, closed_at = ? where key = ? and state not in (?, ?)",
            state,
            seconds(at),
            key,
            WITHDRAWN,
            UNTAKEN,
        )

    async def counts(self, place: Place | None = None) -> Counts:
        where, channel = ("", ()) if place is None else (f" where {CHANNEL}", channel_of(place))
        requests = await self._by_state("requests", where, channel)
        unasked = await self._count(
            f"select count(*) as n from requests{where or ' where 1 = 1'} and state = ?"
            f" and ({' or '.join('key like ?' for _ in UNASKED)})",
            *channel,
            OPEN,
            *(f"{prefix}%" for prefix in UNASKED),
        )
        deliveries = await self._by_state("deliveries", where, channel)
        deeds = await self._count(
            f"select count(*) as n from deliveries{where or ' where 1 = 1'} and state = ? and deed <> ?",
            *channel,
            DeliveryState.POSTED,
            Deed.POST,
        )
        followed = await self._rows(f"select feed_url, stopped from subscriptions{where}", *channel)
        return Counts(
            seen=sum(requests.values()) - requests.get(UNTAKEN, 0),
            digested=await self._count(f"select count(*) as n from digests{where}", *channel),
            delivered=deliveries.get(DeliveryState.POSTED, 0) - deeds,
            waiting=requests.get(OPEN, 0),
            asked=requests.get(OPEN, 0) - unasked,
            parked=deliveries.get(DeliveryState.PARKED, 0),
            failed=requests.get(FAILED, 0),
            feeds=len({row["feed_url"] for row in followed}),
            subscriptions=len(followed),
            stopped=sum(row["stopped"] is not None for row in followed),
        )

    async def _by_state(self, table: str, where: str, channel: tuple[str, ...]) -> dict[str, int]:
        rows = await self._rows(f"select state, count(*) as n from {table}{where} group by state", *channel)
        return {row["state"]: row["n"] for row in rows}
