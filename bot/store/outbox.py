"""Deliveries: new -> posting -> posted, or parked with a reason."""

from __future__ import annotations

from datetime import datetime

from bot.records import Delivery, DeliveryState
from bot.store.base import Statements
from bot.store.codec import delivery_of, message_text, place_columns, seconds


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

    async def start_posting(self, key: str, at: datetime) -> Delivery:
        lock = " for update" if self._dialect == "postgresql" else ""
        row = await self._row(f"select * from deliveries where key = ?{lock}", key)
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

    async def mark_posted(self, key: str, message_id: str, at: datetime) -> None:
        await self._rows(
            "update deliveries set state = ?, message_id = ?, message = '', reason = null, updated_at = ?"
            " where key = ?",
            DeliveryState.POSTED,
            message_id,
            seconds(at),
            key,
        )

    async def park(self, key: str, reason: str, at: datetime) -> None:
        await self._rows(
            "update deliveries set state = ?, reason = ?, updated_at = ? where key = ?",
            DeliveryState.PARKED,
            reason,
            seconds(at),
            key,
        )
