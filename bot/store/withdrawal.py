"""A message that its author deleted takes along what was made of it."""

from __future__ import annotations

from datetime import datetime

from bot.ports import Row
from bot.records import WITHDRAWN_KEY, Deed, Delivery, DeliveryState
from bot.store.archive import Archive
from bot.store.base import CHANNEL
from bot.store.codec import channel_of, place_columns, seconds, words_text
from bot.store.intake import UNTAKEN, WITHDRAWN, Intake
from bot.store.moves import Moves
from bot.store.outbox import Outbox
from bot.types import Place


class Withdrawal(Archive, Outbox, Intake, Moves):
    """See ``bot.ports.Intake.withdraw``."""

    async def withdraw(self, place: Place, source: str, at: datetime) -> tuple[Delivery, ...]:
        """A message for one user alone is not among the answered: no chat can delete it.

        The requests' keys stay taken, and so is ``source`` when its own event has not come yet:
        events may overtake each other.
        """
        await self._one_at_a_time(source)
        await self._leave_mark(place, source, at)  # first: from here on nobody can take it any more
        channels = await self._with_new_address(place)
        keys = [key for one in channels for key in await self._withdraw_requests(one, source, at)]
        found = [row for key in keys for row in await self._of_request(key)]
        told = [row for one in channels for row in await self._of_message(one, source)]
        found += [row for row in told if row["request_key"] not in keys]
        for digest_id in await self._delete_theirs(keys, found):
            await self._hold_back("digest_id = ?", digest_id, reason="withdrawn")
        for row in found:
            await self._hold_back("key = ?", row["key"], reason="withdrawn")
        return await self._with_the_chat([row["key"] for row in found])

    async def _delete_theirs(self, keys: list[str], found: list[Row]) -> list[str]:
        """The digests that these requests, or the askers of these deliveries, made: not those that were
        made before and are only named or edited."""
        gone = [row for key in keys for row in await self._delete_digests("request_key = ?", key)]
        for row in found:
            made = ("id = ? and request_key = ?", row["digest_id"], row["request_key"])
            gone += await self._delete_digests(*made)
        return [row["id"] for row in gone]

    async def _withdraw_requests(self, place: Place, source: str, at: datetime) -> list[str]:
        rows = await self._rows(
            "update requests set state = ?, closed_at = ?, body = '', links = '[]', instead = '[]',"
            f" asked_by = '', command = 0 where (key = ? or source = ?) and {CHANNEL} and key not like ?"
            " and state <> ? returning key",
            WITHDRAWN,
            seconds(at),
            source,
            source,
            *channel_of(place),
            f"{WITHDRAWN_KEY}%",  # the request that asks for this
            UNTAKEN,
        )
        return [row["key"] for row in rows]

    async def _leave_mark(self, place: Place, source: str, at: datetime) -> None:
        columns = {
            "key": source,
            **place_columns(place),
            "asked_by": "",
            "body": "",
            "links": words_text(()),
            "command": 0,
            "state": UNTAKEN,
            "received_at": seconds(at),
            "closed_at": seconds(at),
        }
        await self._insert("requests", columns)

    async def _of_request(self, key: str) -> list[Row]:
        return await self._rows(
            "select key, request_key, digest_id from deliveries where request_key = ?", key
        )

    async def _of_message(self, place: Place, source: str) -> list[Row]:
        """Those of its links' digests, whoever asked for them: their keys begin with the message's."""
        start = f"{source}#"
        return await self._rows(
            f"select key, request_key, digest_id from deliveries where {CHANNEL} and substr(key, 1, ?) = ?",
            *channel_of(place),
            len(start),
            start,
        )

    async def _with_the_chat(self, keys: list[str]) -> tuple[Delivery, ...]:
        there = []
        for key in keys:
            delivery = await self.delivery(key)
            if (
                delivery is not None
                and delivery.deed is Deed.POST
                and delivery.only_for is None
                and delivery.state in {DeliveryState.POSTED, DeliveryState.POSTING}
            ):
                there.append(delivery)
        return tuple(there)
