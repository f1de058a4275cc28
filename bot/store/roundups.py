"""New stories that wait for the next message of their subscription."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.records import Gathered
from bot.store.codec import channel_of, gathered_columns, gathered_of, seconds
from bot.store.intake import Intake
from bot.types import Request

_SUBSCRIPTION = "platform = ? and workspace = ? and channel = ? and number = ?"


class Roundups(Intake):
    """The table ``gathered``."""

    async def _gather(self, gathered: Sequence[Gathered], at: datetime) -> None:
        for position, one in enumerate(gathered):
            order = {"gathered_at": seconds(at), "position": position}
            await self._insert("gathered", {**gathered_columns(one), **order})

    async def due_roundups(self, now: datetime, limit: int) -> tuple[Gathered, ...]:
        """As many subscriptions as hold ``limit`` stories, the last one whole, so at least one; those of
        one subscription in the order they were gathered.

        What falls due while its subscription is paused or stopped is dropped: whoever comes back after
        days does not get the stories of then.
        """
        await self._rows(
            "delete from gathered where due_at <= ? and not exists (select 1 from subscriptions s"
            " where s.platform = gathered.platform and s.workspace = gathered.workspace"
            " and s.channel = gathered.channel and s.number = gathered.number"
            " and s.paused = 0 and s.stopped is null)",
            seconds(now),
        )
        waiting = await self._rows(
            "select platform, workspace, channel, number from gathered where due_at <= ?"
            " group by platform, workspace, channel, number"
            " order by min(due_at), min(gathered_at), platform, workspace, channel, number limit ?",
            seconds(now),
            limit,
        )
        found: list[Gathered] = []
        for one in waiting:
            if len(found) >= limit:
                break
            rows = await self._rows(
                f"select * from gathered where {_SUBSCRIPTION} and due_at <= ?"
                " order by gathered_at, position, entry_id",
                *one.values(),
                seconds(now),
            )
            found += map(gathered_of, rows)
        return tuple(found)

    async def take_roundup(self, request: Request, gathered: tuple[Gathered, ...], at: datetime) -> bool:
        """False as well when one of the rows is gone: another process took it, or its subscription ended.
        Nothing is changed then."""
        keys = sorted((*channel_of(one.place), one.number, one.entry_id) for one in gathered)
        for key in keys:
            there = f"select 1 as one from gathered where {_SUBSCRIPTION} and entry_id = ?{self._lock}"
            if await self._row(there, *key) is None:
                return False
        if not await self.take(request, at):
            return False
        for key in keys:
            await self._rows(f"delete from gathered where {_SUBSCRIPTION} and entry_id = ?", *key)
        return True

    async def _drop_gathered(self) -> None:
        """Of subscriptions that are no more."""
        await self._rows(
            "delete from gathered where not exists (select 1 from subscriptions s"
            " where s.platform = gathered.platform and s.workspace = gathered.workspace"
            " and s.channel = gathered.channel and s.number = gathered.number)"
        )
