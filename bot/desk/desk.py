"""The desk: takes requests, has them answered once, keeps house."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

from bot.desk.again import Rereading
from bot.desk.answers import Answers
from bot.desk.asks import asks
from bot.desk.batch import Batch
from bot.desk.glance import Glance
from bot.desk.links import Links
from bot.desk.outgoing import Outgoing
from bot.desk.overview import Overview
from bot.desk.reading import Reader
from bot.desk.roundup import Roundups
from bot.desk.rules import DEFAULTS, Rules, setting
from bot.desk.sight import Sight
from bot.desk.verbs import Verbs
from bot.ports import ANSWER, Chat, Clock, Engine, Extractor, FeedParser, Fetcher, Refusal, Store
from bot.records import Counts
from bot.types import Message, Place, Request

log = logging.getLogger(__name__)


class Desk:
    """``serve`` the chats, then ``run``; hand it requests with ``take`` at any time."""

    def __init__(
        self,
        *,
        store: Store,
        engine: Engine,
        fetcher: Fetcher,
        extractor: Extractor,
        feeds: FeedParser,
        clock: Clock,
        rules: Rules,
    ) -> None:
        self._store = store
        self._engine = engine
        self._clock = clock
        self._rules = rules
        self._chats: dict[str, Chat] = {}
        reader, verbs = Reader(fetcher, extractor, clock), Verbs(rules, clock)
        sight = Sight(store, self._chats)
        answers = Answers(
            store=store,
            reader=reader,
            links=Links(store, reader, self._chats, clock, rules),
            roundups=Roundups(store, reader, clock),
            rereading=Rereading(store, reader, clock),
            feeds=feeds,
            verbs=verbs,
            sight=sight,
            outgoing=Outgoing(store, self._chats, clock, rules.delivery_attempts, rules.longest_wait),
            chats=self._chats,
            clock=clock,
            rules=rules,
        )
        self._glance = Glance(store, verbs, sight, self._chats, rules)
        engine.handle(ANSWER, answers.answer, answers.give_up)
        engine.every_hour("purge", self.purge)

    def serve(self, chat: Chat) -> None:
        """Post through ``chat`` whatever belongs to its platform."""
        self._chats[chat.platform] = chat

    # -- what people ask

    @asynccontextmanager
    async def batch(self) -> AsyncIterator[Batch]:
        """All that a platform tells at once, and the adapter's notes, in one transaction: committed with its
        jobs when the ``async with`` ends, rolled back when that raises. Ask neither the desk nor a chat
        anything inside. Raises StoreUnusable."""
        async with self._store.begin() as tx:
            yield Batch(tx, self._clock)

    async def take(self, request: Request) -> bool:
        """A batch of one; see ``Batch.take``. Once this returns, the request is answered whatever dies.
        Raises StoreUnusable."""
        if not asks(request):
            return False
        async with self.batch() as batch:
            return await batch.take(request)

    async def ask(self, request: Request) -> Message | None:
        """The answer at once, from the store alone, of a command that only looks, or that is not understood
        or not allowed; None for everything else, which is to be taken. Raises leaves of SetupError."""
        return await self._glance.ask(request)

    async def overview(self, platform: str, workspace: str, user: str) -> Overview:
        """What is followed, read and set in the workspace's channels that the user can read."""
        return await self._glance.overview(platform, workspace, user)

    # -- what a platform tells

    async def heard(self, key: str, message_id: str) -> None:
        """See ``Batch.heard``."""
        async with self.batch() as batch:
            await batch.heard(key, message_id)

    async def withdrawn(self, place: Place, source: str, key: str) -> None:
        """See ``Batch.withdrawn``."""
        async with self.batch() as batch:
            await batch.withdrawn(place, source, key)

    async def taken_down(self, place: Place, message_id: str) -> None:
        """See ``Batch.taken_down``."""
        async with self.batch() as batch:
            await batch.taken_down(place, message_id)

    async def joined(self, place: Place, user: str, key: str) -> None:
        """See ``Batch.joined``."""
        async with self.batch() as batch:
            await batch.joined(place, user, key)

    async def closed(self, place: Place, reason: Refusal = Refusal.CLOSED) -> None:
        """See ``Batch.closed``."""
        async with self.batch() as batch:
            await batch.closed(place, reason)

    async def reopened(self, place: Place) -> None:
        """See ``Batch.reopened``."""
        async with self.batch() as batch:
            await batch.reopened(place)

    async def signed_out(self, place: Place) -> None:
        """See ``Batch.signed_out``."""
        async with self.batch() as batch:
            await batch.signed_out(place)

    async def signed_in(self, place: Place) -> None:
        """See ``Batch.signed_in``."""
        async with self.batch() as batch:
            await batch.signed_in(place)

    # -- what an adapter needs to know

    async def notes(self, platform: str, prefix: str = "") -> Mapping[str, str]:
        """What the platform's adapter noted (``Batch.note``) under names that begin so, by name."""
        async with self._store.begin() as tx:
            return await tx.notes(platform, prefix)

    async def settings(self, place: Place) -> Mapping[str, str]:
        """Every setting of the channel, with its default where it was never set."""
        async with self._store.begin() as tx:
            stored = await tx.settings(place)
        return {key: setting(stored, key) for key in DEFAULTS}

    # -- housekeeping

    async def status(self, place: Place | None = None) -> Counts:
        """Seen, digested, delivered and what waits: of one channel, or of everything."""
        async with self._store.begin() as tx:
            return await tx.counts(place)

    async def run(self) -> None:
        """Answer until cancelled."""
        await self.purge()
        await self._engine.run()

    async def drain(self) -> None:
        """Answer what is ready, then return."""
        await self._engine.drain()

    async def purge(self) -> None:
        """Delete what is older than ``retention_days``."""
        age = timedelta(days=self._rules.retention_days)
        async with self._store.begin() as tx:
            gone = await tx.purge(self._clock() - age)
        await self._engine.purge(age.total_seconds())
        if gone:
            log.info("purged rows=%d older_than_days=%d", gone, self._rules.retention_days)

    async def forget_place(self, place: Place) -> int:
        """Delete everything stored for the channel; answers how many rows."""
        async with self._store.begin() as tx:
            return await tx.forget_place(place)
