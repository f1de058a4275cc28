"""The job ``answer``: a request becomes replies, each written once and posted once.

What takes long (fetching, reading) is done outside any transaction. Then what was done and the
deliveries that report it are committed together. A run that is cut anywhere is run again and does
only what is not yet stored. Here, and only here, errors become sentences.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from bot.commands import Command, Follow, ReadLink, Reread, Said
from bot.desk import words
from bot.desk.again import Rereading
from bot.desk.asks import awaited, told_alone, unasked, understood
from bot.desk.edited import edited_back
from bot.desk.links import Links, Starts
from bot.desk.outcome import Act, Outcome
from bot.desk.outgoing import Outgoing
from bot.desk.reading import Reader, delivery_key, digest_id
from bot.desk.roundup import Roundups
from bot.desk.rules import Rules
from bot.desk.sight import Sight
from bot.desk.verbs import Verbs
from bot.errors import (
    Blocked,
    FeedGone,
    NutgrafError,
    SiteFailed,
    StoreBusy,
    StoreUnusable,
    TooSlow,
    Unreachable,
)
from bot.messages import notice_text, sentence
from bot.poller import open_feed
from bot.ports import Chat, ChatDown, Clock, FeedParser, Store, Transaction, TryLater
from bot.records import GONE_KEY, ROUNDUP_KEY, Deed, Delivery, DeliveryState
from bot.render import in_parts, text_message
from bot.schedule import subscription_number
from bot.types import Message, Notice, Request

log = logging.getLogger(__name__)

# What may be over in a while: nobody waits for a feed's story, so it is tried again.
PASSING = (Unreachable, TooSlow, SiteFailed)

_AT_ONCE_S = 1.0

RETRY = "retry"  # the choice below a link that could not be read


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing to do of a request, and the key of the delivery that answers it. None: a round-up."""

    key: str
    what: Command | NutgrafError | None
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Went:
    """``well``: no fault of ours. ``read``: no link that could not be read; that is what the mark tells."""

    well: bool = True
    read: bool = True

    def and_(self, other: Went) -> Went:
        return Went(self.well and other.well, self.read and other.read)


@dataclass(frozen=True, slots=True)
class Answers:
    """Wired by ``Desk``."""

    store: Store
    reader: Reader
    links: Links
    roundups: Roundups
    rereading: Rereading
    feeds: FeedParser
    verbs: Verbs
    sight: Sight
    outgoing: Outgoing
    chats: Mapping[str, Chat]
    clock: Clock
    rules: Rules

    async def answer(self, key: str) -> None:
        """Reply to each ask of the request once. Raises TryLater while its chat is down."""
        async with self.store.begin() as tx:
            request = await tx.request(key)
            if request is None:
                return  # forgotten or withdrawn in the meantime
            settings = await tx.settings(request.place)
        went, starts = Went(), self._marking_once(request)
        for ask in self._asks(request, settings):
            went = went.and_(await self._reply(request, ask, starts))
        # what was written with the request itself, or before its words were forgotten
        went = went.and_(Went(well=await self._deliver(request)))
        await self._close(request, went)

    async def give_up(self, key: str) -> None:
        """After the engine's last attempt: say that it broke if nothing was said, park what will not go."""
        ref = _new_ref()
        log.error("ref=%s request=%s given up", ref, key)
        async with self.store.begin() as tx:
            request = await tx.request(key)
            if request is None:
                return
            if not await tx.deliveries(key) and not unasked(request):
                told = Outcome(text_message(words.broke(ref)))
                await _add(tx, request, f"{key}#0", told, self.clock())
            waiting = [one.key for one in await tx.deliveries(key) if one.state in _WAITING]
        for written in waiting:
            await self.outgoing.deliver_or_park(written, ref)
        await self._close(request, Went(well=False))

    def _asks(self, request: Request, settings: Mapping[str, str]) -> list[Ask]:
        first = f"{request.key}#0"
        if request.key.startswith(GONE_KEY):
            return [Ask(first, FeedGone(request.links[0], subscription_number(request)))]
        if request.key.startswith(ROUNDUP_KEY):
            return [Ask(first, None)]
        if not request.command:
            return self._links(request)
        try:
            command = understood(request, settings)
        except NutgrafError as error:
            return [Ask(first, error)]
        return [Ask(delivery_key(request, command.url) if isinstance(command, ReadLink) else first, command)]

    def _links(self, request: Request) -> list[Ask]:
        """The first few; what is left out is told with the last of them."""
        keys: dict[str, str] = {}
        for link in request.links:
            keys.setdefault(delivery_key(request, link), link)
        asks = [Ask(key, ReadLink(link)) for key, link in keys.items()]
        limit = self.rules.links_per_message
        if len(asks) <= limit:
            return asks
        unread = Notice("more-links", {"count": len(asks) - limit, "limit": limit})
        return [*asks[: limit - 1], replace(asks[limit - 1], notices=(unread,))]

    async def _reply(self, request: Request, ask: Ask, starts: Starts) -> Went:
        """Write what answers the ask if it is not there, and have it delivered."""
        async with self.store.begin() as tx:
            if await tx.request(request.key) is None:
                return Went()  # withdrawn while an earlier ask was answered
            # it may belong to another request of the same message, whose job delivers it
            there = await tx.delivery(ask.key)
            if there is not None and await edited_back(tx, request, there, ask.what):
                ask = replace(ask, key=f"{request.key}#{ask.key.rpartition('#')[2]}")
                there = await tx.delivery(ask.key)
            written = there is not None or (request.command and bool(await tx.deliveries(request.key)))
        failed = there is not None and RETRY in there.message.choices
        went = Went(read=not failed) if written else await self._write(request, ask, starts)
        return went.and_(Went(well=await self._deliver(request)))

    async def _deliver(self, request: Request) -> bool:
        """All that is written for the request, in order; False when a message is parked that nobody took
        back. (No words: taken back. An edit of what is gone from the chat is no loss.)"""
        async with self.store.begin() as tx:
            written = await tx.deliveries(request.key)
        well = True
        for one in written:
            done = await self.outgoing.deliver(one.key) if one.state in _WAITING else one.state is _POSTED
            well = well and (done or one.deed is not Deed.POST or not one.message.blocks)
        return well

    async def _write(self, request: Request, ask: Ask, starts: Starts) -> Went:
        """Do what was asked and store its report. Raises TryLater when it may be read later."""
        try:
            act = await self._prepared(request, ask, starts)
            if act is not None:
                await self._commit(request, ask.key, act)
        except (StoreBusy, StoreUnusable, TryLater):
            raise  # nothing can be stored now: the engine tries again
        except ChatDown as error:
            raise TryLater(str(error), error.retry_after_s) from error
        except NutgrafError as error:
            if not awaited(request) and _may_pass(error):
                raise TryLater(error.code(), getattr(error, "retry_after_s", None)) from error
            log.info("request=%s answered with %s", request.key, error.code())
            return await self._failed(request, ask, sentence(error), well=True)
        except Exception:
            ref = _new_ref()
            log.exception("ref=%s request=%s broke", ref, request.key)
            return await self._failed(request, ask, words.broke(ref), well=False)
        return Went()

    async def _failed(self, request: Request, ask: Ask, told: str, *, well: bool) -> Went:
        if not awaited(request):
            log.warning("request=%s not digested: %s", request.key, told)
            return Went(well=False, read=False)
        message = text_message(" ".join((told, *map(notice_text, ask.notices))))
        reads = isinstance(ask.what, ReadLink)
        if reads:
            message = replace(message, digest_id=digest_id(ask.key), choices=(RETRY,))
        await self._commit(request, ask.key, _saying(message))
        return Went(well, read=not reads)

    async def _commit(self, request: Request, key: str, act: Act) -> None:
        async with self.store.begin() as tx:
            now = await tx.request(request.key)
            if now is None:
                return  # forgotten or withdrawn meanwhile: nothing of it may come back
            if now.place != request.place:
                raise TryLater("its channel has another address now", _AT_ONCE_S, counts=False)
            await _add(tx, request, key, await act(tx), self.clock())

    async def _prepared(self, request: Request, ask: Ask, starts: Starts) -> Act | None:
        """Everything that takes long; what is left for the transaction, None when that is nothing.
        Raises leaves of NutgrafError; ChatDown."""
        match ask.what:
            case None:
                return await self.roundups.prepared(request, ask.key)
            case NutgrafError() as error:
                raise error
            case ReadLink(url):
                return await self.links.prepared(request, ask.key, url, ask.notices, starts)
            case Said() as command:
                return _saying(await self.sight.quoted(request, command))
            case Follow(url) as command:
                opened = await open_feed(self.reader.fetcher, self.feeds, url, self.clock)
                return partial(self.verbs.follow, request=request, command=command, opened=opened)
            case Reread() as command:
                await self.sight.check(request, command)
                await starts()
                return await self.rereading.reread(request, command, ask.key)
            case command:
                await self.sight.check(request, command)
                return partial(self.verbs.do, request=request, command=command)

    async def _close(self, request: Request, went: Went) -> None:
        async with self.store.begin() as tx:
            await tx.close_request(request.key, self.clock(), failed=not went.well)
            there = await tx.request(request.key) is not None
        if there:
            await self._mark(request, "done" if went.well and went.read else "failed")

    def _marking_once(self, request: Request) -> Starts:
        """To be awaited before a link of the request is read."""
        marked = False

        async def starts() -> None:
            nonlocal marked
            if not marked:
                marked = True
                await self._mark(request, "reading")

        return starts

    async def _mark(self, request: Request, mark: str) -> None:
        """Tells whoever asked how it goes; a private ask is acknowledged by its answer."""
        chat = self.chats.get(request.place.platform)
        if chat is not None and not unasked(request) and not request.private:
            await chat.acknowledge(request, mark)


_POSTED = DeliveryState.POSTED
_WAITING = frozenset({DeliveryState.NEW, DeliveryState.POSTING})


async def _add(tx: Transaction, request: Request, key: str, outcome: Outcome, at: datetime) -> None:
    """Store what is to be delivered; a row that another request of the message has stored stands."""
    if outcome.answer is not None:
        alone = None if outcome.public else told_alone(request)
        for number, part in enumerate(in_parts(outcome.answer)):
            part_key = f"{key}.{number:02}" if number else key
            await tx.add_delivery(Delivery(part_key, request.key, request.place, part, only_for=alone), at)
    for deed in outcome.further:
        await tx.add_delivery(deed, at)


def _saying(message: Message) -> Act:
    async def say(tx: Transaction) -> Outcome:
        return Outcome(message)

    return say


def _may_pass(error: NutgrafError) -> bool:
    return isinstance(error, PASSING) or (isinstance(error, Blocked) and error.status == 429)


def _new_ref() -> str:
    return secrets.token_hex(2).upper()
