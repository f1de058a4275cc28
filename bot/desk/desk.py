"""The desk: takes requests, has them answered once, keeps house."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

from bot.desk import sentences
from bot.desk.again import Rereading
from bot.desk.answers import Answers
from bot.desk.asks import pasted
from bot.desk.glance import Glance
from bot.desk.links import Links
from bot.desk.outgoing import Outgoing, record_posted
from bot.desk.overview import Overview
from bot.desk.reading import Reader
from bot.desk.roundup import Roundups
from bot.desk.rules import AUTO_DIGEST, ON, Rules, muted, setting
from bot.desk.sight import Sight
from bot.desk.stops import reopen, restart, stop, take_back, tell
from bot.desk.verbs import Verbs
from bot.ports import ANSWER, Chat, Clock, Engine, Extractor, FeedParser, Fetcher, Refusal, Store
from bot.records import JOINED_KEY, Counts
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

    async def take(self, request: Request) -> bool:
        """Store the request and its job; False when there is nothing to answer: it was taken before, its
        message was withdrawn, it neither commands nor links, or the place wants its links left alone
        (all pasted ones, or those to muted sites).

        Once this returns, the request is answered whatever dies. Raises StoreUnusable.
        """
        if not request.command and not request.links:
            return False
        async with self._store.begin() as tx:
            if pasted(request):
                settings = await tx.settings(request.place)
                if setting(settings, AUTO_DIGEST) != ON:
                    return False
                kept = tuple(link for link in request.links if not muted(link, settings))
                if not kept:
                    return False
                request = replace(request, links=kept)
            return await tx.take(request, self._clock())

    async def ask(self, request: Request) -> Message | None:
        """The answer at once, from the store alone, of a command that only looks, or that is not understood
        or not allowed; None for everything else, which is to be taken. Raises leaves of SetupError."""
        return await self._glance.ask(request)

    async def overview(self, platform: str, workspace: str, user: str) -> Overview:
        """What is followed, read and set in the workspace's channels that the user can read."""
        return await self._glance.overview(platform, workspace, user)

    # -- what a platform tells

    async def heard(self, key: str, message_id: str) -> None:
        """The platform has taken the delivery, whatever became of its answer. May come twice, and for a
        key that is not ours."""
        async with self._store.begin() as tx:
            await record_posted(tx, key, message_id, self._clock())

    async def withdrawn(self, place: Place, source: str, key: str) -> None:
        """The message with that source key was deleted: its digests go, and one that is being made."""
        async with self._store.begin() as tx:
            posted = await tx.withdraw(place, source, self._clock())
            await take_back(tx, key, replace(place, thread=None), posted, self._clock())

    async def joined(self, place: Place, user: str, key: str) -> None:
        """The bot was let into the channel: it introduces itself, and what stopped there runs again."""
        place = replace(place, thread=None)
        async with self._store.begin() as tx:
            if await tx.request(JOINED_KEY + key) is None:
                message = sentences.introduction(await restart(tx, place))
                await tell(tx, JOINED_KEY + key, place, user, message, self._clock())

    async def closed(self, place: Place, reason: Refusal = Refusal.CLOSED) -> None:
        """The channel was archived or deleted; NOT_INSIDE: the bot was put out of it."""
        async with self._store.begin() as tx:
            await stop(tx, replace(place, thread=None), reason, self._clock())

    async def reopened(self, place: Place) -> None:
        """The channel was opened again."""
        async with self._store.begin() as tx:
            await reopen(tx, replace(place, thread=None), self._clock())

    async def signed_out(self, place: Place) -> None:
        """The workspace's token was revoked, or the app removed; ``place.channel`` does not matter."""
        async with self._store.begin() as tx:
            await stop(tx, place, Refusal.SIGNED_OUT, self._clock())

    async def signed_in(self, place: Place) -> None:
        """The workspace's token is good, perhaps again, perhaps with more permissions: what stopped for want
        of them runs again. ``place.channel`` does not matter."""
        mended = (Refusal.SIGNED_OUT, Refusal.NO_RIGHT)
        async with self._store.begin() as tx:
            again = await tx.restart(place, whole_workspace=True, reasons=mended)
        if again:
            log.info("platform=%s workspace=%s restarted=%d", place.platform, place.workspace, len(again))

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
