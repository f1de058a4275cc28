"""A bot on Matrix to be killed: the real adapter, desk, store and engine; the homeserver lives on.

Run as ``python -m tests.flows.matrix_bot FOLDER HOP URL USER PASSWORD``. At HOP (if any) the first to pass
says so on standard output and stands still: whoever watches kills it there.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from adapters.matrix import MatrixOptions, serve
from bot.desk import Desk, Rules
from bot.desk.batch import Batch
from bot.engine import JobEngine
from bot.ports import Chat
from bot.store import SqlStore, open_database
from bot.types import Message, Place, Posted, Request
from tests.fakes.desk import FakeFeeds
from tests.flows.newsroom import Gate, SlowReader, SlowWeb

# "posted": the homeserver has the digest, and we have not recorded it; "told": nor that it has told us of it.
# Around the commit of a sync: tests/flows/matrix_listener.py
HOPS = ("fetch", "before post", "posted", "told", "recorded")


class GatedBatch(Batch):
    """Whether it holds an echo."""

    echoed = False

    async def heard(self, key: str, message_id: str) -> None:
        object.__setattr__(self, "echoed", True)
        await super().heard(key, message_id)


class GatedDesk(Desk):
    gate = Gate("")

    @asynccontextmanager
    async def batch(self) -> AsyncIterator[Batch]:
        async with super().batch() as opened:
            gated = GatedBatch(opened.tx, opened.clock)
            yield gated
            if gated.echoed:
                await self.gate.at("told")

    def serve(self, chat: Chat) -> None:
        super().serve(GatedChat(chat, self.gate))


class GatedChat:
    def __init__(self, chat: Chat, gate: Gate) -> None:
        self.platform = chat.platform
        self.find, self.edit, self.delete = chat.find, chat.edit, chat.delete
        self.may_see, self.link = chat.may_see, chat.link
        self._chat = chat
        self._gate = gate

    async def post(self, place: Place, message: Message, key: str, *, only_for: str | None = None) -> Posted:
        if message.digest_id is None:  # an introduction, an answer in words
            return await self._chat.post(place, message, key, only_for=only_for)
        await self._gate.at("before post")
        posted = await self._chat.post(place, message, key, only_for=only_for)
        await self._gate.at("posted")
        return posted

    async def acknowledge(self, request: Request, mark: str) -> None:
        if mark == "done" and request.links:
            await self._gate.at("recorded")
        await self._chat.acknowledge(request, mark)


async def main(folder: Path, hop: str, url: str, user: str, password: str) -> None:
    gate = GatedDesk.gate = Gate(hop)
    options = MatrixOptions(
        store_dir=folder / "matrix", homeserver=url, user=user, password=password,
        allowed=("*:nutgraf.test",), lock_wait_s=10.0,
    )  # fmt: skip
    async with AsyncExitStack() as stack:
        database = await open_database(str(folder / "bot.db"))
        engine = JobEngine(database, stalled_s=1.0, attempts=60, retry_base_s=0.05)
        store = SqlStore(database, engine)
        stack.push_async_callback(store.close)
        await engine.open()
        stack.push_async_callback(engine.close)
        desk = GatedDesk(
            store=store, engine=engine, fetcher=SlowWeb(gate), extractor=SlowReader(gate), feeds=FakeFeeds(),
            clock=lambda: datetime.now(UTC), rules=Rules(),
        )  # fmt: skip
        await asyncio.gather(desk.run(), serve(desk, options=options))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:6]))
