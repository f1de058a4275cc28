"""The one door by which messages leave: a delivery row, and a chat that is asked before it is told twice."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.desk.stops import stop, take_back, tell_asker
from bot.errors import StoreUnusable
from bot.ports import Chat, ChatDown, ChatRefused, Clock, Refusal, Store, Transaction, TryLater
from bot.records import Deed, Delivery, DeliveryState
from bot.types import Posted

log = logging.getLogger(__name__)

_FINAL = frozenset({DeliveryState.POSTED, DeliveryState.PARKED})
# Pauses between looks at the message that a deed is about: longer the older the deed is.
_SHORTEST_S, _LONGEST_S, _SHARE = 2.0, 300.0, 0.25


class _Dropped(Exception):
    """There is nothing left to do it to."""


class Outgoing:
    """Does stored deliveries: new -> posting -> posted, or parked with a reason.

    A delivery is done by the job of its own request only: two jobs at one row could post it twice.
    """

    def __init__(
        self,
        store: Store,
        chats: Mapping[str, Chat],
        clock: Clock,
        attempts: int,
        longest_wait: timedelta = timedelta(hours=24),
    ) -> None:
        self._store = store
        self._chats = chats
        self._clock = clock
        self._attempts = attempts
        self._longest_wait = longest_wait

    async def deliver(self, key: str) -> bool:
        """Do it once; False when it is parked. Raises TryLater while the chat is down.

        A row that is ``posting`` already was handed to the chat by a run that died, or whose answer
        was lost: only the chat knows whether it has the message.
        """
        async with self._store.begin() as tx:
            before = await tx.start_posting(key, self._clock())
        if before.state in _FINAL:
            return before.state is DeliveryState.POSTED
        chat = self._chats.get(before.place.platform)
        if chat is None:
            return await self._wait_or_park(before, f"no chat {before.place.platform} is connected", None)
        try:
            message_id = await self._do(chat, before)
        except _Dropped as error:
            return await self._park(before, str(error))
        except ChatRefused as error:
            return await self._refused(before, error)
        except ChatDown as error:
            return await self._wait_or_park(before, str(error), error.retry_after_s)
        async with self._store.begin() as tx:
            await record_posted(tx, key, message_id, self._clock())
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

    async def _do(self, chat: Chat, delivery: Delivery) -> str:
        """The message's id. Raises what the chat raises; _Dropped, TryLater."""
        if delivery.deed is Deed.POST:
            return (await self._post(chat, delivery)).message_id
        target = await self._target(chat, delivery)
        if target is None:  # never posted
            if delivery.deed is Deed.DELETE:
                return ""
            raise _Dropped("the message it changes was never posted")
        if delivery.deed is Deed.EDIT:
            await chat.edit(target, delivery.message)
        else:
            await chat.delete(target)
        return target.message_id

    async def _post(self, chat: Chat, delivery: Delivery) -> Posted:
        if delivery.state is DeliveryState.POSTING:
            found = await chat.find(delivery.place, delivery.key)
            if found is not None:
                return found
        if not delivery.message.blocks:  # withdrawn or deleted while a run that died was posting it
            raise _Dropped("taken back before it was posted")
        return await chat.post(delivery.place, delivery.message, delivery.key, only_for=delivery.only_for)

    async def _target(self, chat: Chat, delivery: Delivery) -> Posted | None:
        """The message that the deed is about; None when there is none and none will come."""
        async with self._store.begin() as tx:
            target = await tx.delivery(delivery.target or "")
            if target is None or target.state is DeliveryState.PARKED:
                return None
            if target.state is DeliveryState.POSTED:
                return Posted(target.place, target.message_id or "")
            answered = await tx.request(target.request_key) is not None
        if answered:
            return await self._wait_for(delivery, target)
        # Its request was withdrawn: no job posts it any more, but one that died, or is at it at this very
        # moment, may have. If the chat tells so later, ``record_posted`` has it deleted.
        found = await chat.find(target.place, target.key)
        async with self._store.begin() as tx:
            if found is None:
                await tx.park(target.key, "withdrawn", self._clock())
            else:
                await tx.mark_posted(target.key, found.message_id, self._clock())
        return found

    async def _wait_for(self, delivery: Delivery, target: Delivery) -> Posted | None:
        now = self._clock()
        if self._overdue(delivery, now):
            raise _Dropped("the message it is about was not posted in time")
        async with self._store.begin() as tx:
            await tx.wait_posting(delivery.key, now)
        age_s = (now - (delivery.created_at or now)).total_seconds()
        pause_s = min(max(age_s * _SHARE, _SHORTEST_S), _LONGEST_S)
        raise TryLater(f"{target.key} is not posted yet", pause_s, counts=False)

    async def _refused(self, before: Delivery, error: ChatRefused) -> bool:
        """Parked. A refusal that is not about the message alone stops what is followed there, and whoever
        can mend it is told: in direct messages, where nothing is followed, so that is not told of in turn."""
        self._log_parked(before, str(error))
        async with self._store.begin() as tx:
            await tx.park(before.key, str(error), self._clock())
            if error.refusal is not Refusal.MESSAGE:
                await stop(tx, before.place, error.refusal, self._clock())
                await tell_asker(tx, before, error.refusal, self._clock())
        return False

    async def _wait_or_park(self, before: Delivery, cause: str, after_s: float | None) -> bool:
        """A wait that the chat asks for (``after_s``) is no failed attempt, but ends some day."""
        now = self._clock()
        if after_s is not None and not self._overdue(before, now):
            async with self._store.begin() as tx:
                await tx.wait_posting(before.key, now)
            raise TryLater(cause, after_s, counts=False)
        if after_s is None and before.attempts + 1 < self._attempts:
            raise TryLater(cause)
        return await self._park(before, cause)

    def _overdue(self, delivery: Delivery, now: datetime) -> bool:
        return delivery.created_at is not None and now - delivery.created_at >= self._longest_wait

    async def _park(self, before: Delivery, reason: str) -> bool:
        async with self._store.begin() as tx:
            now = await tx.delivery(before.key)
            if now is not None and now.state is DeliveryState.POSTED:
                return True  # the platform reported it meanwhile
            await tx.park(before.key, reason, self._clock())
        self._log_parked(before, reason)
        return False

    def _log_parked(self, before: Delivery, reason: str) -> None:
        log.error("delivery=%s parked after %d attempts: %s", before.key, before.attempts + 1, reason)


async def record_posted(tx: Transaction, key: str, message_id: str, at: datetime) -> None:
    """The chat has it. What was withdrawn or deleted while it was being posted is deleted there, too."""
    before = await tx.delivery(key)
    await tx.mark_posted(key, message_id, at)
    if before is None or before.state is DeliveryState.POSTED:
        return
    if before.deed is Deed.POST and not before.message.blocks:
        await take_back(tx, f"late:{key}", before.place, (before,), at)
