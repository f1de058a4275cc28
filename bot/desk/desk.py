"""The desk: takes requests, has them answered once, keeps house."""

from __future__ import annotations

import logging
from datetime import timedelta

from bot.desk.answers import Answers
from bot.desk.outgoing import Outgoing
from bot.desk.reading import Reader
from bot.desk.rules import AUTO_DIGEST, OFF, Rules
from bot.desk.verbs import Verbs
from bot.ports import ANSWER, Chat, Clock, Engine, Extractor, FeedParser, Fetcher, Store
from bot.records import Counts
from bot.types import Place, Request

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
        answers = Answers(
            store=store,
            reader=Reader(fetcher, extractor, clock),
            feeds=feeds,
            verbs=Verbs(rules, clock),
            outgoing=Outgoing(store, self._chats, clock, rules.delivery_attempts),
            chats=self._chats,
            clock=clock,
            rules=rules,
        )
        engine.handle(ANSWER, answers.answer, answers.give_up)
        engine.every_hour("purge", self.purge)

    def serve(self, chat: Chat) -> None:
        """Post through ``chat`` whatever belongs to its platform."""
        self._chats[chat.platform] = chat

    async def take(self, request: Request) -> bool:
        """Store the request and its job; False when there is nothing to answer: it was taken before,
        it neither commands nor links, or the place wants its links left alone.

        Once this returns, the request is answered whatever dies. Raises StoreUnusable.
        """
        if not request.command and not request.links:
            return False
        async with self._store.begin() as tx:
            if not request.command and (await tx.settings(request.place)).get(AUTO_DIGEST) == OFF:
                return False
            return await tx.take(request, self._clock())

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
