"""Channels that live on under another address."""

from __future__ import annotations

from datetime import datetime

from bot.ports import Row
from bot.store.base import CHANNEL, Statements
from bot.store.codec import channel_of, seconds
from bot.types import Place

_TO = "to_platform = ? and to_workspace = ? and to_channel = ?"


class Moves(Statements):
    """The table ``moves``: one row for each channel that was left, with where it is now."""

    async def _record_move(self, old: Place, new: Place, at: datetime) -> None:
        await self._rows(f"delete from moves where {CHANNEL}", *channel_of(new))  # somebody went back there
        await self._rows(
            f"update moves set to_platform = ?, to_workspace = ?, to_channel = ? where {_TO}",
            *channel_of(new),
            *channel_of(old),
        )
        names = ("platform", "workspace", "channel", "to_platform", "to_workspace", "to_channel")
        columns = dict(zip(names, (*channel_of(old), *channel_of(new)), strict=True))
        changes = ", ".join(f"{name} = excluded.{name}" for name in (*names[3:], "moved_at"))
        await self._insert(
            "moves",
            {**columns, "moved_at": seconds(at)},
            f"(platform, workspace, channel) do update set {changes}",
        )

    async def _with_new_address(self, place: Place) -> tuple[Place, ...]:
        """The channel, and the one that it lives on as: what was stored for it may be with either."""
        row: Row | None = await self._row(
            f"select to_platform, to_workspace, to_channel from moves where {CHANNEL}", *channel_of(place)
        )
        if row is None:
            return (place,)
        return place, Place(row["to_platform"], row["to_workspace"], row["to_channel"])

    async def _forget_moves(self, place: Place) -> None:
        """To the channel and from it."""
        channel = channel_of(place)
        await self._rows(f"delete from moves where ({CHANNEL}) or ({_TO})", *channel, *channel)
