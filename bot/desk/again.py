"""Reading a story once more: its digest is brought up to date in place, and the place is told what changed.

A failed reading proves nothing: the digest stays as it was, and whoever asked is told. So does a page that
now shows only the opening of a story that was read whole.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.commands import ReadLink, Reread, parse
from bot.compare import Changes, Reach, compare, reach_of
from bot.desk import words
from bot.desk.about import digest_meant, same_workspace
from bot.desk.outcome import Act, Outcome
from bot.desk.reading import Reader, delivery_key, digest_id
from bot.digest import Digest, from_json
from bot.errors import AskError, FetchError, NoSuchDigest, ReadError
from bot.messages import sentence
from bot.ports import Clock, Store, Transaction
from bot.records import Deed, Delivery, DigestRecord
from bot.render import changes_message, digest_message, text_message
from bot.types import Message, Notice, Request

_AGAIN = (
    ":again"  # behind the key of a failed link's answer: the key of its digest, however often it is tried
)
_OF_THE_MESSAGE = frozenset({"more-links"})  # notices that tell of the chat's message, not of the story


@dataclass(frozen=True, slots=True)
class _Failed:
    """A link that could not be read: who was told so, and what had asked for it."""

    told: Delivery
    asked: Request
    url: str

    @property
    def key(self) -> str:
        """Of the delivery of its digest."""
        return self.told.key + _AGAIN


@dataclass(frozen=True, slots=True)
class Rereading:
    """Wired by ``Desk``."""

    store: Store
    reader: Reader
    clock: Clock

    async def reread(self, request: Request, command: Reread, key: str) -> Act:
        """``key``: of the delivery of the answer. Raises NoSuchDigest; what keeps the page from being read
        is the answer."""
        async with self.store.begin() as tx:
            aim = await _aim(tx, request, command.digest_id)
        if isinstance(aim, _Failed):
            return await self._at_last(request, aim, key)
        return await self._once_more(request, aim)

    async def _once_more(self, request: Request, record: DigestRecord) -> Act:
        old = await asyncio.to_thread(from_json, record.document)
        try:
            fresh = await self.reader.read(record.url, _kept(old.notices))
        except (FetchError, ReadError) as error:
            return _saying(text_message(words.stays(sentence(error))))
        if reach_of(old, fresh) is Reach.TEASER:
            return _saying(text_message(words.only_opening(record)))
        # a thread: the passage links of a very long story take 0.3 s
        made, article = await asyncio.to_thread(self.reader.record, fresh, request, record.url, "")
        shown = await asyncio.to_thread(digest_message, fresh, record.id)

        async def act(tx: Transaction) -> Outcome:
            # what stands there now: somebody else may have read it again while this reading took its time
            before = await digest_meant(tx, request, record.id)
            changes, stood = await asyncio.to_thread(_compared, before, fresh)
            new = replace(made, id=before.id, request_key=before.request_key, place=before.place)
            await tx.replace_digest(new, article)
            post = await tx.digest_delivery(before.id)
            return _told(request, before.title, changes, () if shown == stood else (shown,), post)

        return act

    async def _at_last(self, request: Request, failed: _Failed, key: str) -> Act:
        """Read a link that could not be read before: a digest like any other, where the link was pasted."""
        try:
            digest = await self.reader.read(failed.url)
        except (FetchError, ReadError) as error:
            message = text_message(sentence(error))
            return _saying(replace(message, choices=("retry",), digest_id=digest_id(key)))
        record, article = await asyncio.to_thread(
            self.reader.record, digest, failed.asked, failed.url, failed.key
        )
        message = await asyncio.to_thread(digest_message, digest, record.id)

        async def act(tx: Transaction) -> Outcome:
            if await tx.request(failed.asked.key) is None:
                raise NoSuchDigest(digest_id(failed.told.key))  # its message was deleted meanwhile
            await tx.keep_digest(record, article)
            return Outcome(further=(Delivery(failed.key, request.key, failed.told.place, message),))

        return act


async def _aim(tx: Transaction, request: Request, named: str | None) -> DigestRecord | _Failed:
    """Raises NoSuchDigest."""
    if named is None or await tx.digest(named) is not None:
        return await digest_meant(tx, request, named)
    failed = await _failed(tx, request, named)
    made = await tx.digest(digest_id(failed.key))
    return failed if made is None else made


async def _failed(tx: Transaction, request: Request, named: str) -> _Failed:
    """The link whose failure was told under that id; a failed retry leads on to the link it retried."""
    seen: set[str] = set()
    following = named
    while following not in seen:
        seen.add(following)
        told = await tx.digest_delivery(following)
        if told is None or not same_workspace(told.place, request.place):
            break
        asked = await tx.request(told.request_key)
        meant = _asked_for(asked, following) if asked is not None else None
        if asked is not None and isinstance(meant, ReadLink):
            return _Failed(told, asked, meant.url)
        if not isinstance(meant, Reread) or meant.digest_id is None:
            break
        following = meant.digest_id
    raise NoSuchDigest(named)


def _asked_for(asked: Request, named: str) -> object:
    """What the request asked for under that digest's id."""
    if asked.command:
        try:
            return parse(asked.text)
        except AskError:
            return None
    return next((ReadLink(url) for url in asked.links if digest_id(delivery_key(asked, url)) == named), None)


def _compared(before: DigestRecord, fresh: Digest) -> tuple[Changes, Message]:
    """What changed, and what the digest looks like so far."""
    old = from_json(before.document)
    return compare(old, fresh), digest_message(old, before.id)


def _kept(notices: Iterable[Notice]) -> list[Notice]:
    return [notice for notice in notices if notice.code in _OF_THE_MESSAGE]


def _told(
    request: Request, title: str, changes: Changes, shown: tuple[Message, ...], post: Delivery | None
) -> Outcome:
    """``shown``: the digest, if it looks otherwise now. A line for all where something changed, else one
    for whoever asked."""
    if post is None:  # it never came to be seen, or so long ago that this is forgotten
        return Outcome(changes_message(changes) if changes else text_message(words.unchanged(title)))
    further = [
        Delivery(f"{request.key}#1", request.key, post.place, message, deed=Deed.EDIT, target=post.key)
        for message in shown
    ]
    if not changes:
        return Outcome(text_message(words.unchanged(title)), tuple(further))
    further.append(Delivery(f"{request.key}#2", request.key, post.place, changes_message(changes)))
    here = post.place == request.place
    return Outcome(None if here else text_message(words.changed(title)), tuple(further))


def _saying(message: Message) -> Act:
    async def say(tx: Transaction) -> Outcome:
        return Outcome(message)

    return say
