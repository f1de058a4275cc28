"""The job ``answer``: a request becomes replies, each written once and posted once.

What takes long (fetching, reading) is done outside any transaction. Then what was done and the
delivery that reports it are committed together. A run that is cut anywhere is run again and does
only what is not yet stored. Here, and only here, errors become sentences.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.commands import Command, Follow, ReadLink, parse
from bot.desk import words
from bot.desk.outgoing import Outgoing
from bot.desk.reading import Reader, digest_id
from bot.desk.rules import Rules
from bot.desk.verbs import Verbs, check_allowed
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
from bot.ports import Chat, Clock, FeedParser, Store, Transaction, TryLater
from bot.records import FEED_KEY, GONE_KEY, Delivery, DeliveryState
from bot.render import digest_message, text_message
from bot.schedule import subscription_number, wanted
from bot.types import Article, Message, Notice, Request, Subscription

log = logging.getLogger(__name__)

# What may be over in a while: nobody waits for a feed's story, so it is tried again.
PASSING = (Unreachable, TooSlow, SiteFailed)

# Done in the transaction that stores the message it gives.
Deed = Callable[[Transaction], Awaitable[Message]]


@dataclass(frozen=True, slots=True)
class Answers:
    """Wired by ``Desk``."""

    store: Store
    reader: Reader
    feeds: FeedParser
    verbs: Verbs
    outgoing: Outgoing
    chats: Mapping[str, Chat]
    clock: Clock
    rules: Rules

    async def answer(self, key: str) -> None:
        """Reply to each ask of the request once. Raises TryLater while its chat is down."""
        async with self.store.begin() as tx:
            request = await tx.request(key)
            if request is None:
                return  # forgotten in the meantime
            settings = await tx.settings(request.place)
        await self._mark(request, "reading")
        asks = self._asks(request, settings)
        unread = 0 if request.command else len(request.links) - len(asks)
        well = True
        for number, ask in enumerate(asks):
            last = number == len(asks) - 1
            well = await self._reply(request, f"{key}#{number}", ask, unread if last else 0) and well
        await self._close(request, well)

    async def give_up(self, key: str) -> None:
        """After the engine's last attempt: say that it broke if nothing was said, park what will not go."""
        ref = _new_ref()
        log.error("ref=%s request=%s given up", ref, key)
        async with self.store.begin() as tx:
            request = await tx.request(key)
            if request is None:
                return
            if not await tx.deliveries(key) and not _unasked(request):
                message = text_message(words.broke(ref))
                await tx.add_delivery(Delivery(f"{key}#0", key, request.place, message), self.clock())
            waiting = [
                delivery.key
                for delivery in await tx.deliveries(key)
                if delivery.state in {DeliveryState.NEW, DeliveryState.POSTING}
            ]
        for delivery_key in waiting:
            await self.outgoing.deliver_or_park(delivery_key, ref)
        await self._close(request, well=False)

    def _asks(self, request: Request, settings: Mapping[str, str]) -> list[Command | NutgrafError]:
        if request.key.startswith(GONE_KEY):
            return [FeedGone(request.links[0], subscription_number(request))]
        if not request.command:
            return [ReadLink(link) for link in request.links[: self.rules.links_per_message]]
        try:
            command = parse(request.text)
            check_allowed(request, command, settings)
        except NutgrafError as error:
            return [error]
        return [command]

    async def _reply(self, request: Request, key: str, ask: Command | NutgrafError, unread: int) -> bool:
        """Write the delivery if it is not there, and post it; whether all went well."""
        async with self.store.begin() as tx:
            written = await tx.delivery(key) is not None
        well = written or await self._write(request, key, ask, unread)
        async with self.store.begin() as tx:
            if await tx.delivery(key) is None:
                return well  # a feed's story, not readable or not wanted: nobody asked, nobody is told
        return await self.outgoing.deliver(key) and well

    async def _write(self, request: Request, key: str, ask: Command | NutgrafError, unread: int) -> bool:
        """Do what was asked and store its report; False when a fault of ours is what it reports, or
        when a feed's story could not be read. Raises TryLater when it may be read later."""
        notices = _unread(unread, self.rules.links_per_message)
        try:
            deed = await self._prepared(request, key, ask, notices)
            if deed is not None:
                await self._commit(request, key, deed)
        except (StoreBusy, StoreUnusable, TryLater):
            raise  # nothing can be stored now: the engine tries again
        except NutgrafError as error:
            if _from_feed(request) and _may_pass(error):
                raise TryLater(error.code(), getattr(error, "retry_after_s", None)) from error
            told, well = sentence(error), True
            log.info("request=%s answered with %s", request.key, error.code())
        except Exception:
            ref = _new_ref()
            told, well = words.broke(ref), False
            log.exception("ref=%s request=%s broke", ref, request.key)
        else:
            return True
        if _from_feed(request):
            log.warning("request=%s not digested: %s", request.key, told)
            return False
        message = text_message(" ".join((told, *map(notice_text, notices))))
        await self._commit(request, key, _saying(message))
        return well

    async def _commit(self, request: Request, key: str, deed: Deed) -> None:
        async with self.store.begin() as tx:
            if await tx.request(request.key) is None:
                return  # its place was forgotten meanwhile: nothing of it may come back
            message = await deed(tx)
            await tx.add_delivery(Delivery(key, request.key, request.place, message), self.clock())

    async def _prepared(
        self, request: Request, key: str, ask: Command | NutgrafError, notices: tuple[Notice, ...]
    ) -> Deed | None:
        """Everything that takes long; what is left for the transaction, None when that is nothing.
        Raises leaves of NutgrafError."""
        match ask:
            case NutgrafError():
                raise ask
            case ReadLink(url):
                return await self._digested(request, key, url, notices)
            case Follow():
                opened = await open_feed(self.reader.fetcher, self.feeds, ask.url, self.clock)

                async def follow(tx: Transaction) -> Message:
                    return text_message(await self.verbs.follow(tx, request, ask, opened))

                return follow

        async def do(tx: Transaction) -> Message:
            return text_message(await self.verbs.do(tx, request, ask))

        return do

    async def _digested(
        self, request: Request, key: str, url: str, notices: tuple[Notice, ...]
    ) -> Deed | None:
        """None for a feed's story that its subscription does not want, or whose subscription ended."""
        subscription = await self._subscription(request) if _from_feed(request) else None
        if _from_feed(request) and subscription is None:
            return None
        digest = await self.reader.read(url, notices)
        if subscription is not None and not _fits(subscription, request, digest.article):
            return None
        # a thread: the passage links of a very long story take 0.3 s
        record, article = await asyncio.to_thread(self.reader.record, digest, request, url, key)
        message = digest_message(digest, digest_id(key))

        async def keep(tx: Transaction) -> Message:
            await tx.keep_digest(record, article)
            return message

        return keep

    async def _subscription(self, request: Request) -> Subscription | None:
        number = subscription_number(request)
        async with self.store.begin() as tx:
            return next((one for one in await tx.subscriptions(request.place) if one.id == number), None)

    async def _close(self, request: Request, well: bool) -> None:
        async with self.store.begin() as tx:
            await tx.close_request(request.key, self.clock(), failed=not well)
        await self._mark(request, "done" if well else "failed")

    async def _mark(self, request: Request, mark: str) -> None:
        chat = self.chats.get(request.place.platform)
        if chat is not None and not _unasked(request):
            await chat.acknowledge(request, mark)


def _saying(message: Message) -> Deed:
    async def say(tx: Transaction) -> Message:
        return message

    return say


def _unread(count: int, limit: int) -> tuple[Notice, ...]:
    return (Notice("more-links", {"count": count, "limit": limit}),) if count > 0 else ()


def _from_feed(request: Request) -> bool:
    return request.key.startswith(FEED_KEY)


def _unasked(request: Request) -> bool:
    """No person's message stands behind it."""
    return request.key.startswith((FEED_KEY, GONE_KEY))


def _fits(subscription: Subscription, request: Request, article: Article) -> bool:
    return wanted(subscription, "\n".join((request.text, article.title, article.text)))


def _may_pass(error: NutgrafError) -> bool:
    return isinstance(error, PASSING) or (isinstance(error, Blocked) and error.status == 429)


def _new_ref() -> str:
    return secrets.token_hex(2).upper()
