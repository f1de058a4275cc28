"""What a platform tells, kept in one transaction: all of a batch, or nothing of it.

An adapter that reads a stream (a sync, a queue) writes into the same batch how far it has read: killed at
any moment, it goes on where it stood, and nothing is lost or taken twice.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from bot.desk import sentences
from bot.desk.asks import asks, pasted
from bot.desk.outgoing import record_posted
from bot.desk.rules import AUTO_DIGEST, ON, checked_setting, muted, setting
from bot.desk.stops import reopen, restart, run_again, stop, take_back, tell
from bot.ports import Clock, Refusal, Transaction
from bot.records import JOINED_KEY
from bot.types import Place, Request

log = logging.getLogger(__name__)

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Batch:
    """An open one, from ``Desk.batch``. Not to be used after its ``async with``; inside, the desk and the
    chat are not to be asked anything: the store lets one transaction in at a time."""

    tx: Transaction
    clock: Clock

    async def take(self, request: Request) -> bool:
        """Store the request and its job; False when there is nothing to answer: it was taken before, its
        message was withdrawn, it neither commands nor links, or the place wants its links left alone
        (all pasted ones, or those to muted sites).

        Once the batch is committed, the request is answered whatever dies.
        """
        if not asks(request):
            return False
        if pasted(request):
            settings = await self.tx.settings(request.place)
            if setting(settings, AUTO_DIGEST) != ON:
                return False
            kept = tuple(link for link in request.links if not muted(link, settings))
            if not kept:
                return False
            request = replace(request, links=kept)
        return await self.tx.take(request, self.clock())

    async def heard(self, key: str, message_id: str) -> None:
        """The platform has taken the delivery, whatever became of its answer. May come twice, and for a
        key that is not ours."""
        await record_posted(self.tx, key, message_id, self.clock())

    async def withdrawn(self, place: Place, source: str, key: str) -> None:
        """The message with that source key was deleted: its digests go, and one that is being made."""
        posted = await self.tx.withdraw(place, source, self.clock())
        await take_back(self.tx, key, replace(place, thread=None), posted, self.clock())

    async def taken_down(self, place: Place, message_id: str) -> None:
        """Somebody deleted a message of ours: the digest that it showed is forgotten. May come twice, and for
        what was deleted by us."""
        posted = await self.tx.posted_as(place, message_id)
        named = None if posted is None else posted.message.digest_id
        shown = None if named is None else await self.tx.digest_delivery(named)
        if named is not None and shown == posted:  # no line beside the digest
            await self.tx.delete_digest(named)

    async def joined(self, place: Place, user: str, key: str, defaults: Mapping[str, str] = _NONE) -> None:
        """The bot was let into the channel: it introduces itself, and what stopped there runs again. Once
        for each ``key``. ``defaults``: settings for a place where they were never set."""
        place = replace(place, thread=None)
        if await self.tx.request(JOINED_KEY + key) is not None:
            return
        stored = await self.tx.settings(place)
        for name, value in defaults.items():
            if name not in stored:
                await self.tx.change_setting(place, name, checked_setting(name, value))
        reads = setting(await self.tx.settings(place), AUTO_DIGEST)
        message = sentences.introduction(reads, await restart(self.tx, place))
        await tell(self.tx, JOINED_KEY + key, place, user, message, self.clock())

    async def closed(self, place: Place, reason: Refusal = Refusal.CLOSED) -> None:
        """The channel was archived or deleted; NOT_INSIDE: the bot was put out of it."""
        await stop(self.tx, replace(place, thread=None), reason, self.clock())

    async def reopened(self, place: Place) -> None:
        """The channel was opened again."""
        await reopen(self.tx, replace(place, thread=None), self.clock())

    async def moved(self, old: Place, new: Place) -> None:
        """The channel lives on under another address (a room was upgraded): what is followed, set, stored and
        asked for in the old one goes there. What the old one did not take any more runs again, and the new
        one is told so. May come twice."""
        old, new = replace(old, thread=None), replace(new, thread=None)
        await self.tx.move_place(old, new, self.clock())
        await run_again(self.tx, new, self.clock())

    async def signed_out(self, place: Place) -> None:
        """The workspace's token was revoked, or the app removed; ``place.channel`` does not matter."""
        await stop(self.tx, place, Refusal.SIGNED_OUT, self.clock())

    async def signed_in(self, place: Place) -> None:
        """The workspace's token is good, perhaps again, perhaps with more permissions: what stopped for want
        of them runs again. ``place.channel`` does not matter."""
        mended = (Refusal.SIGNED_OUT, Refusal.NO_RIGHT)
        again = await self.tx.restart(place, whole_workspace=True, reasons=mended)
        if again:
            log.info("platform=%s workspace=%s restarted=%d", place.platform, place.workspace, len(again))

    async def note(self, platform: str, name: str, value: str | None) -> None:
        """Remember a word of the adapter's own, over what stood under the name; None deletes it."""
        await self.tx.note(platform, name, value)
