"""A request for several new stories becomes one message.

The stories are read outside any transaction, one after the other: the fetcher keeps its pace with a host,
and a story that waited behind nine others for its turn would count as too slow. If the process dies on the
way, nothing is stored yet and all of it is done again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from zlib import crc32

from bot.desk.outcome import Act, Outcome
from bot.desk.reading import Reader, delivery_key, digest_id
from bot.desk.rules import muted
from bot.desk.stops import asking
from bot.digest import Digest
from bot.errors import BadLink, Blocked, NutgrafError, SiteFailed, TooSlow, Unreachable
from bot.ports import Clock, Store, Transaction, TryLater
from bot.records import DigestRecord
from bot.render.roundup import BROKE, Story, reason_of, roundup_message
from bot.schedule import (
    Told,
    has_had,
    reading_order,
    roundup_stories,
    slot_of,
    wanted,
)
from bot.types import Request, Subscription
from bot.urls import canonical, host_of

_log = logging.getLogger(__name__)

READ_MOST = 10  # stories of a message that are digested
LOOK_MOST = 30  # stories that are fetched to find them, where words choose
LISTED_MOST = 5  # stories of a message that are told by their title only
LIMIT_S = 120.0  # for all of them: ten of one host take 15 s where it is well, and a worker is held so long
AT_ONCE = 3  # messages in the making: of the engine's eight workers most are left to people's links
_TURN_S = 10.0  # before it is tried again, later half of the time waited: 15 tries in the first hour, fewer
# than the engine gives up after, should a restart forget that they do not count
_TURN_MOST_S = 600.0
PATIENCE = timedelta(minutes=30)  # behind the slot: so long a site that is down altogether is waited for
_AGAIN_S = 300.0


@dataclass(slots=True)
class _Found:
    """What reading came to. ``unread``: the story, and why it was not read."""

    read: dict[str, tuple[Told, Digest]] = field(default_factory=dict)  # by the story's own address
    unread: list[tuple[Told, str]] = field(default_factory=list)
    refusing: set[str] = field(default_factory=set)  # hosts that asked to be left alone
    looked: int = 0
    passing: int = 0  # of ``looked``: failures that may be over in a while

    @property
    def full(self) -> bool:
        return len(self.read) >= READ_MOST or self.looked >= LOOK_MOST


@dataclass(frozen=True, slots=True)
class Roundups:
    """Wired by ``Desk``; one a process."""

    store: Store
    reader: Reader
    clock: Clock
    limit_s: float = LIMIT_S
    _in_hand: set[str] = field(default_factory=set)  # host and channel of each message in the making
    _waiting: dict[str, float] = field(default_factory=dict)  # request -> since when, by the loop's clock

    async def prepared(self, request: Request, key: str) -> Act | None:
        """Everything that takes long; ``key`` is the delivery's. None when nobody is told anything: the
        subscription ended, is paused or stopped, or none of the stories is wanted.

        Raises TryLater while enough others are in the making, or one of the same site or channel; and for
        half an hour while not one story can be read.
        """
        place = request.place
        marks = {host_of(request.links[-1]), f"{place.platform}/{place.workspace}/{place.channel}"}
        if self._in_hand & marks or len(self._in_hand) >= 2 * AT_ONCE:
            wait_s = self._turn_s(request.key)
            raise TryLater("other round-ups are in the making", wait_s, counts=False)
        self._waiting.pop(request.key, None)
        self._in_hand.update(marks)
        try:
            return await self._made(request)
        finally:
            self._in_hand.difference_update(marks)

    def _turn_s(self, key: str) -> float:
        now_s = asyncio.get_running_loop().time()
        waited_s = now_s - self._waiting.setdefault(key, now_s)
        apart = 1 + crc32(key.encode("utf-8", "replace")) / 2**33  # up to a half more: not all at one moment
        return min(max(_TURN_S, waited_s / 2) * apart, _TURN_MOST_S)

    async def _made(self, request: Request) -> Act | None:
        told, left = roundup_stories(request)
        async with self.store.begin() as tx:
            subscription = await asking(tx, request)
            if subscription is None:
                return None
            settings = await tx.settings(request.place)
            told = await self._fresh(tx, subscription, told, settings)
        if not told:
            return None
        found = await self._read(subscription, told, settings)
        if 0 < found.looked == found.passing and self.clock() < slot_of(request) + PATIENCE:
            raise TryLater("no story of it can be read now", _AGAIN_S, counts=False)
        async with self.store.begin() as tx:
            await self._without_had(tx, subscription, found)
        # a thread: ten documents of long stories take a second
        return await asyncio.to_thread(self._act, request, subscription, told, found, left)

    async def _fresh(
        self, tx: Transaction, one: Subscription, told: Sequence[Told], settings: Mapping[str, str]
    ) -> tuple[Told, ...]:
        """Each address once; not those of muted sites, nor what the channel has had meanwhile."""
        kept: dict[str, Told] = {}
        for story in told:
            address = _address(story.url)
            had = has_had(one, await tx.latest_digest(one.place, address), self.clock())
            if not had and not muted(story.url, settings):
                kept.setdefault(address, story)
        return tuple(kept.values())

    async def _without_had(self, tx: Transaction, one: Subscription, found: _Found) -> None:
        """The same for the addresses that the stories themselves give."""
        for address in tuple(found.read):
            if has_had(one, await tx.latest_digest(one.place, address), self.clock()):
                del found.read[address]

    async def _read(
        self, subscription: Subscription, told: Sequence[Told], settings: Mapping[str, str]
    ) -> _Found:
        """Until there is enough to tell, or no time left."""
        found = _Found()
        loop = asyncio.get_running_loop()
        end_s = loop.time() + self.limit_s
        for one in reading_order(subscription, told):
            if found.full or loop.time() >= end_s:
                found.unread.append((one, ""))
            else:
                await self._look(one, subscription, settings, found)
        return found

    async def _look(
        self, one: Told, subscription: Subscription, settings: Mapping[str, str], found: _Found
    ) -> None:
        host = host_of(one.url)
        if host in found.refusing:
            found.unread.append((one, reason_of(Blocked(host, 429))))
            return
        found.looked += 1
        try:
            digest = await self.reader.read(one.url)
        except NutgrafError as error:
            found.passing += _may_pass(error)
            if _asks_to_wait(error):
                found.refusing.add(host)
            _log.info("round-up host=%s outcome=%s", host, error.code())
            found.unread.append((one, reason_of(error)))
        except Exception:
            # one page that brings out a fault of ours must not keep the other nine back
            _log.exception("round-up host=%s broke", host)
            found.unread.append((one, BROKE))
        else:
            article = digest.article
            printed = "\n".join((one.text, article.title, article.text))
            if wanted(subscription, printed) and not muted(article.canonical_url, settings):
                found.read.setdefault(article.canonical_url, (one, digest))

    def _act(
        self,
        request: Request,
        subscription: Subscription,
        told: Sequence[Told],
        found: _Found,
        left: int,
    ) -> Act | None:
        newest_first = {one.url: place for place, one in enumerate(reversed(told))}
        read = sorted(found.read.values(), key=lambda pair: newest_first[pair[0].url])
        # of an unread story only the title and summary are known: words that may stand in it do not count
        listed = [pair for pair in found.unread if wanted(subscription, pair[0].text)]
        listed.sort(key=lambda pair: newest_first[pair[0].url])
        left += len(found.unread) - len(listed[:LISTED_MOST])
        stories, kept = [], []
        for one, digest in read:
            story_key = delivery_key(request, one.url)
            kept.append(self.reader.record(digest, request, one.url, story_key))
            stories.append(Story(one.title, one.url, digest, digest_id(story_key)))
        stories += [Story(one.title, one.url, reason=why) for one, why in listed[:LISTED_MOST]]
        if not stories:
            return None
        message = roundup_message(subscription.title or subscription.feed_url, stories, left)
        return _telling(request, Outcome(message, public=True), kept)


def _telling(request: Request, outcome: Outcome, kept: Sequence[tuple[DigestRecord, str]]) -> Act:
    async def tell(tx: Transaction) -> Outcome:
        if await asking(tx, request) is None:
            return Outcome()  # ended while the stories were read
        for record, story in kept:
            await tx.keep_digest(record, story)
        return outcome

    return tell


def _may_pass(error: NutgrafError) -> bool:
    return isinstance(error, Unreachable | TooSlow | SiteFailed) or _asks_to_wait(error)


def _asks_to_wait(error: NutgrafError) -> bool:
    if isinstance(error, Blocked) and error.status == 429:
        return True
    return isinstance(error, Blocked | SiteFailed) and error.retry_after_s is not None


def _address(url: str) -> str:
    try:
        return canonical(url)
    except BadLink:
        return url
