"""The one door by which messages leave: a delivery row, and a chat that is asked before it is told twice."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from bot.errors import StoreUnusable
from bot.ports import Chat, ChatDown, ChatRefused, Clock, Store, TryLater
from bot.records import Delivery, DeliveryState

log = logging.getLogger(__name__)


class Outgoing:
    """Posts stored deliveries: new -> posting -> posted, or parked with a reason."""

    def __init__(self, store: Store, chats: Mapping[str, Chat], clock: Clock, attempts: int) -> None:
        self._store = store
        self._chats = chats
        self._clock = clock
        self._attempts = attempts

    async def deliver(self, key: str) -> bool:
        """Post the message once; False when it is parked. Raises TryLater while the chat is down.

        A row that is ``posting`` already was handed to the chat by a run that died, or whose answer
        was lost: only the chat knows whether it has the message.
        """
        async with self._store.begin() as tx:
            before = await tx.start_posting(key, self._clock())
        if before.state in {DeliveryState.POSTED, DeliveryState.PARKED}:
            return before.state is DeliveryState.POSTED
        chat = self._chats.get(before.place.platform)
        if chat is None:
            return await self._wait_or_park(before, f"no chat {before.place.platform} is connected", None)
        try:
            posted = await chat.find(before.place, key) if before.state is DeliveryState.POSTING else None
            posted = posted or await chat.post(before.place, before.message, key)
        except ChatRefused as error:
            return await self._park(before, str(error))
        except ChatDown as error:
            return await self._wait_or_park(before, str(error), error.retry_after_s)
        async with self._store.begin() as tx:
            await tx.mark_posted(key, posted.message_id, self._clock())
        return True

    async def deliver_or_park(self, key: str, ref: str) -> None:
        """A last try: an adapter that breaks is not asked again. Raises TryLater while the chat is down."""
        try:
            await self.deliver(key)
        except (TryLater, StoreUnusable):
            raise
        except Exception:
            log.exception("ref=%s delivery=%s broke", ref, key)
            async with self._store.begin() as tx:
                await tx.park(key, f"the chat's adapter broke (ref {ref})", self._clock())

    async def _wait_or_park(self, before: Delivery, cause: str, after_s: float | None) -> bool:
        if before.attempts + 1 < self._attempts:
            raise TryLater(cause, after_s)
        return await self._park(before, cause)

    async def _park(self, before: Delivery, reason: str) -> bool:
        log.error("delivery=%s parked after %d attempts: %s", before.key, before.attempts + 1, reason)
        async with self._store.begin() as tx:
            await tx.park(before.key, reason, self._clock())
        return False
