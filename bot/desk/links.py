"""A link that was pasted, asked for or fed becomes a digest, a pointer to an earlier one, or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from bot.desk import sentences
from bot.desk.asks import awaited, pasted
from bot.desk.edited import digest_instead, edited_away
from bot.desk.outcome import Act, Outcome
from bot.desk.reading import Reader, digest_id
from bot.desk.rules import AUTO_DIGEST, OFF, Rules, muted, setting
from bot.desk.stops import asking
from bot.errors import BadLink, LinksOff
from bot.messages import notice_text
from bot.ports import Chat, Clock, Store, Transaction
from bot.records import Deed, Delivery, DeliveryState, DigestRecord
from bot.render import digest_message, text_message
from bot.schedule import wanted
from bot.types import Block, BlockKind, Message, Notice, Posted, Request, Run
from bot.urls import canonical

Starts = Callable[[], Awaitable[None]]  # tells whoever asked that reading begins

_PENDING = frozenset({DeliveryState.NEW, DeliveryState.POSTING})


@dataclass(frozen=True, slots=True)
class Links:
    """Wired by ``Desk``."""

    store: Store
    reader: Reader
    chats: Mapping[str, Chat]
    clock: Clock
    rules: Rules

    async def prepared(
        self,
        request: Request,
        key: str,
        url: str,
        notices: tuple[Notice, ...],
        starts: Starts,
    ) -> Act | None:
        """Everything that takes long; ``key`` is the delivery's, ``starts`` is awaited before the link is
        fetched. None when nobody is told anything: a feed's story that is not wanted or muted, or whose
        subscription ended, is paused or stopped. Raises leaves of FetchError and ReadError; LinksOff."""
        fed, shared = not awaited(request), pasted(request)
        async with self.store.begin() as tx:
            settings = await tx.settings(request.place)
            subscription = await asking(tx, request) if fed else None
            earlier = await self._earlier(tx, request, _address(url), notices) if shared else None
        if fed and (subscription is None or muted(url, settings)):
            return None
        if _mentioned(request) and setting(settings, AUTO_DIGEST) == OFF:
            raise LinksOff(url)
        if earlier is not None:
            return _saying(earlier)
        await starts()
        digest = await self.reader.read(url, notices)
        article = digest.article
        site = muted(article.canonical_url, settings) if fed or shared else None
        printed = "\n".join((request.text, article.title, article.text))
        if subscription is not None and (site or not wanted(subscription, printed)):
            return None
        if site:
            return _saying(Outcome(_with(text_message(sentences.muted(site)), notices)))
        # a thread: the passage links of a very long story take 0.3 s
        record, story = await asyncio.to_thread(self.reader.record, digest, request, url, key)
        message = digest_message(digest, digest_id(key))

        async def keep(tx: Transaction) -> Outcome:
            # it may lead to a story that was read by another address
            earlier = await self._earlier(tx, request, article.canonical_url, notices) if shared else None
            if earlier is not None:
                return earlier
            if fed and await asking(tx, request) is None:
                return Outcome()  # ended, paused or stopped while the story was read
            if not fed and not request.command and await edited_away(tx, request, url):
                return Outcome()
            replaced = await digest_instead(tx, request) if request.instead else None
            if replaced is None:
                await tx.keep_digest(record, story)
                return Outcome(message, public=True)
            post, before = replaced
            await tx.replace_digest(replace(record, id=before.id), story)
            shown = replace(message, digest_id=before.id)
            edit = Delivery(key, request.key, post.place, shown, deed=Deed.EDIT, target=post.key)
            return Outcome(further=(edit,))

        return keep

    async def _earlier(
        self, tx: Transaction, request: Request, address: str, notices: tuple[Notice, ...]
    ) -> Outcome | None:
        """What is said when the channel has the story's digest, by either address; None when it has none.
        No word when it stands under this very message: there is nothing to point to."""
        since = self.clock() - self.rules.pointed
        found = await tx.posted_digest(request.place, address, since) or await self._pending(
            tx, request, address
        )
        if found is None:
            return None
        record, delivery = found
        if delivery.key.startswith(f"{request.source or request.key}#"):
            return Outcome()
        link = None
        chat = self.chats.get(request.place.platform)
        if chat is not None and delivery.message_id is not None:
            link = chat.link(Posted(delivery.place, delivery.message_id))
        posted = delivery.state is DeliveryState.POSTED
        told = sentences.pointer(record.title, record.created_at, link, posted=posted)
        return Outcome(_with(told, notices))

    async def _pending(
        self, tx: Transaction, request: Request, address: str
    ) -> tuple[DigestRecord, Delivery] | None:
        """A digest that is stored, and on its way to the channel: two people may paste one link at once."""
        record = await tx.latest_digest(request.place, address)
        delivery = None if record is None else await tx.digest_delivery(record.id)
        if record is None or delivery is None or delivery.state not in _PENDING:
            return None
        return record, delivery


def _mentioned(request: Request) -> bool:
    """The bot was named beside the link, for all to see: neither a command nor a press of a button."""
    return request.addressed and not (request.command or request.private)


def _address(url: str) -> str:
    try:
        return canonical(url)
    except BadLink:
        return url  # whoever fetches it says so


def _saying(outcome: Outcome) -> Act:
    async def say(tx: Transaction) -> Outcome:
        return outcome

    return say


def _with(message: Message, notices: tuple[Notice, ...]) -> Message:
    rows = tuple(map(notice_text, notices))
    blocks = tuple(Block(BlockKind.NOTICE, (Run(row),)) for row in rows)
    return replace(message, blocks=message.blocks + blocks, plain="\n".join((message.plain, *rows)))
