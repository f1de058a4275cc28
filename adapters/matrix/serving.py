"""One sitting with a homeserver: what it needs, opened in order and closed in reverse."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import AsyncExitStack
from dataclasses import replace
from types import TracebackType
from typing import Self

from adapters.matrix.chat import MatrixChat
from adapters.matrix.crosssign import ensure, reset
from adapters.matrix.events import PLATFORM
from adapters.matrix.faults import MatrixFault
from adapters.matrix.health import WRITTEN_EVERY_S, Health, LastHour
from adapters.matrix.options import MatrixOptions
from adapters.matrix.rooms import Rooms
from adapters.matrix.session import Session, patiently
from adapters.matrix.sync import SyncLoop
from bot.desk import Desk
from bot.errors import NutgrafError
from bot.types import Place

log = logging.getLogger(__name__)


class Serving:
    """``async with Serving(desk, options) as serving: await serving.run()``. ``every_s``: between two looks
    at the session."""

    def __init__(self, desk: Desk, options: MatrixOptions, *, every_s: float = WRITTEN_EVERY_S) -> None:
        self._every_s = every_s
        self._desk = desk
        self._options = options
        self._waits = LastHour()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        quiet_libraries()
        async with AsyncExitStack() as stack:
            session = await Session.open(self._options)
            stack.push_async_callback(session.close)
            await patiently(lambda: ensure(session, self._options.password))
            rooms = Rooms(session, self._options)
            self._session = session
            self._chat = MatrixChat(session, rooms, self._desk.settings, prefix=self._options.prefix)
            self._sync = SyncLoop(session, rooms, self._desk, self._chat, self._options)
            await self._desk.signed_in(Place(PLATFORM, session.user_id, ""))
            self._desk.serve(self._chat)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def run(self) -> None:
        """Until cancelled. Raises SessionLost, BadSetting when the homeserver signs the bot out for good."""
        beside = asyncio.create_task(self._look_after())
        try:
            await self._sync.run()
        finally:
            beside.cancel()
            await asyncio.gather(beside, return_exceptions=True)

    async def _look_after(self) -> None:
        """Say how the bot fares; sign its device anew when its keys had to be shared anew."""
        started_at, signed = time.time(), self._session.keys_shared
        self._waits.grown(started_at, 0.0)
        while True:
            try:
                self._health(started_at).keep(self._session.folder)
                shared = self._session.keys_shared
                if shared != signed:
                    await ensure(self._session, self._options.password)
                    signed = shared
            except (MatrixFault, NutgrafError) as error:
                log.warning("Matrix: %s; again in %.0f s", error, self._every_s)
            except Exception:
                log.exception("Matrix: looking after the session")
            await asyncio.sleep(self._every_s if self._sync.health.synced_at else min(1.0, self._every_s))

    def _health(self, started_at: float) -> Health:
        """How the bot fares now; ``started_at``: seconds since 1970."""
        told = self._sync.health
        return Health(
            synced_at=told.synced_at,
            failures=told.failures,
            unread=told.unread,
            limited_s=self._waits.grown(time.time(), self._chat.sending.turns.waited_s),
            left_out=told.left_out,
            started_at=started_at,
        )


async def reset_identity(options: MatrixOptions) -> str:
    """See ``adapters.matrix.reset_identity``."""
    quiet_libraries()
    session = await Session.open(replace(options, lock_wait_s=0.0))
    try:
        await patiently(lambda: reset(session, options.password))
        return session.user_id
    finally:
        await session.close()


def quiet_libraries() -> None:
    """peewee writes the keys' rows at debug level; nio quotes what it does not understand of an event."""
    logging.getLogger("peewee").setLevel(logging.WARNING)
    for name, level in (
        ("nio", logging.WARNING),
        ("nio.responses", logging.ERROR),
        ("nio.events", logging.ERROR),
    ):
        logging.getLogger(name).setLevel(max(level, logging.getLogger().level))
