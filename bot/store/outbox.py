"""Deliveries: new -> posting -> posted, or parked with a reason."""

from __future__ import annotations

from datetime import datetime

from bot.records import Deed, Delivery, DeliveryState
from bot.store.base import CHANNEL, Statements
from bot.store.codec import channel_of, delivery_of, message_text, place_columns, seconds
from bot.types import Place


class Outbox(Statements):
    """See ``bot.ports.Outbox``."""

    async def add_delivery(self, delivery: Delivery, at: datetime) -> bool:
        columns = {
            "key": delivery.key,
            "request_key": delivery.request_key,
            **place_columns(delivery.place),
            "digest_id": delivery.message.digest_id,
            "message": message_text(delivery.message),
            "state": DeliveryState.NEW,
            "attempts": 0,
            "deed": delivery.deed,
            "target": delivery.target,
            "only_for": delivery.only_for,
            "created_at": seconds(at),
            "updated_at": seconds(at),
        }
        return await self._insert("deliveries", columns)

    async def delivery(self, key: str) -> Delivery | None:
        row = await self._row("select * from deliveries where key = ?", key)
        return None if row is None else delivery_of(row)

    async def deliveries(self, request_key: str) -> tuple[Delivery, ...]:
        rows = await self._rows(
            "select * from deliveries where request_key = ? order by created_at, key", request_key
        )
        return tuple(delivery_of(row) for row in rows)

    async def digest_delivery(self, digest_id: str) -> Delivery | None:
        """Where the whole place can see one, that; else what one user was told of it."""
        row = await self._row(
            "select * from deliveries where digest_id = ? and deed = ?"
            " order by case when only_for is null then 0 else 1 end, created_at, key limit 1",
            digest_id,
            Deed.POST,
        )
        return None if row is None else delivery_of(row)

    async def posted_as(self, place: Place, message_id: str) -> Delivery | None:
        row = await self._row(
            f"select * from deliveries where {CHANNEL} and message_id = ? and deed = ? and state = ?",
            *channel_of(place),
            message_id,
            Deed.POST,
            DeliveryState.POSTED,
        )
        return None if row is None else delivery_of(row)

    async def start_posting(self, key: str, at: datetime) -> Delivery:
        row = await self._row(f"select * from deliveries where key = ?{self._lock}", key)
        if row is None:
            raise KeyError(key)
        before = delivery_of(row)
        if before.state in {DeliveryState.NEW, DeliveryState.POSTING}:
            await self._rows(
                "update deliveries set state = ?, attempts = attempts + 1, updated_at = ? where key = ?",
                DeliveryState.POSTING,
                seconds(at),
                key,
            )
        return before

    async def wait_posting(self, key: str, at: datetime) -> None:
        # it stays ``posting``: a chat that asks to wait may all the same have taken it
        await self._rows(
            "update deliveries set attempts = attempts - 1, updated_at = ?"
            " where key = ? and state = ? and attempts > 0",
            seconds(at),
            key,
            DeliveryState.POSTING,
        )

    async def mark_posted(self, key: str, message_id: str, at: datetime) -> None:
        await self._rows(
            "update deliveries set state = ?, message_id = ?, message = '', reason = null, updated_at = ?"
            " where key = ? and state <> ?",
            DeliveryState.POSTED,
            message_id,
            seconds(at),
            key,
            DeliveryState.POSTED,
        )

    async def park(self, key: str, reason: str, at: datetime) -> None:
        """One that the platform has by its own report stays posted."""
        await self._rows(
            "update deliveries set state = ?, reason = ?, updated_at = ? where key = ? and state <> ?",
            DeliveryState.PARKED,
            reason,
            seconds(at),
            key,
            DeliveryState.POSTED,
        )
