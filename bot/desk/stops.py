"""Places that take nothing any more: their subscriptions stop, and whoever followed hears of it, once.

What is told is stored in the transaction that stops, as a request of its own with its delivery
(``bot.desk.outgoing`` posts it): it is neither lost nor told twice.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from datetime import datetime

from bot.desk import sentences
from bot.ports import Refusal, Transaction
from bot.records import JOINED_KEY, STOPPED_KEY, UNASKED, WITHDRAWN_KEY, Deed, Delivery
from bot.schedule import subscription_number
from bot.types import Message, Place, Request, Subscription

log = logging.getLogger(__name__)

_NOTHING = Message((), "")


async def stop(tx: Transaction, place: Place, reason: Refusal, at: datetime) -> int:
    """Stop the channel's subscriptions (SIGNED_OUT: the workspace's) and tell each who followed in a
    direct message; answers how many stopped that did not stand still."""
    everywhere = reason is Refusal.SIGNED_OUT
    ended = await tx.stop(place, reason.value, whole_workspace=everywhere)
    if not ended:
        return 0
    log.warning(
        "platform=%s workspace=%s stopped=%d reason=%s", place.platform, place.workspace, len(ended), reason
    )
    if everywhere:
        return len(ended)  # nobody there can be told anything: the log and ``status`` are left
    by_user: dict[str, list[Subscription]] = {}
    for one in ended:
        by_user.setdefault(one.added_by, []).append(one)
    for user, theirs in by_user.items():
        if user:
            message = sentences.stopped(theirs, reason)
            await tell(tx, f"{STOPPED_KEY}{_unique(place)}:{user}", _inbox(place, user), user, message, at)
    return len(ended)


async def tell_asker(tx: Transaction, refused: Delivery, reason: Refusal, at: datetime) -> None:
    """The chat refused what somebody waits for, and not for the message's own sake: a line in a direct
    message, to whoever can mend it."""
    asked = await tx.request(refused.request_key)
    if asked is None or not asked.user or asked.key.startswith(UNASKED) or reason is Refusal.SIGNED_OUT:
        return
    message = sentences.not_posted(reason)
    key = f"{STOPPED_KEY}{refused.key}"
    await tell(tx, key, _inbox(refused.place, asked.user), asked.user, message, at)


async def restart(tx: Transaction, place: Place) -> tuple[Subscription, ...]:
    """Start what stopped for a reason that is over once the bot is in an open channel; answers those."""
    return await tx.restart(place, reasons=(Refusal.NOT_INSIDE, Refusal.CLOSED, Refusal.SIGNED_OUT))


async def reopen(tx: Transaction, place: Place, at: datetime) -> None:
    """Start what had stopped, and say so there; no word when nothing had."""
    again = await restart(tx, place)
    if again:
        key = f"{JOINED_KEY}reopened:{_unique(place)}"
        await tell(tx, key, place, "", sentences.reopened(again), at)


async def asking(tx: Transaction, request: Request) -> Subscription | None:
    """The subscription that made the request; None when it ended, or is paused or stopped."""
    number = subscription_number(request)
    for one in await tx.subscriptions(request.place):
        if one.id == number and not one.paused and one.stopped is None:
            return one
    return None


async def run_again(tx: Transaction, place: Place, at: datetime) -> None:
    """The place has another address: whatever the old one refused, it is asked anew. Said there, if any."""
    refused = (Refusal.NOT_INSIDE, Refusal.CLOSED, Refusal.NO_RIGHT)
    again = await tx.restart(place, reasons=refused)
    if again:
        await tell(tx, f"{JOINED_KEY}moved:{_unique(place)}", place, "", sentences.moved(again), at)


async def take_back(
    tx: Transaction, key: str, place: Place, posted: Sequence[Delivery], at: datetime
) -> None:
    """Have messages deleted that the chat has, or may have. Once for each ``key``."""
    key = WITHDRAWN_KEY + key
    if posted and await tx.take(Request(key, place, "", ""), at):
        for number, one in enumerate(posted):
            deletion = Delivery(f"{key}#{number}", key, one.place, _NOTHING, deed=Deed.DELETE, target=one.key)
            await tx.add_delivery(deletion, at)


async def tell(tx: Transaction, key: str, place: Place, user: str, message: Message, at: datetime) -> bool:
    """A message that answers nobody, as a request of its own; False when it was told before."""
    if not await tx.take(Request(key, place, user, ""), at):
        return False
    return await tx.add_delivery(Delivery(f"{key}#0", key, place, message), at)


def _inbox(place: Place, user: str) -> Place:
    """Where a user alone is written to."""
    return Place(place.platform, place.workspace, user)


def _unique(place: Place) -> str:
    return f"{place.platform}:{place.workspace}:{place.channel}:{secrets.token_hex(6)}"
