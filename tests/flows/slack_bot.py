"""A bot on Slack to be killed: the real adapter, desk, store and engine; the Slack is another process's.

Run as ``python -m tests.flows.slack_bot FOLDER HOP API_URL BOT_TOKEN APP_TOKEN``. At HOP (if any) the first
to pass says so on standard output and stands still: whoever watches kills it there. Says "up" when it is
connected.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

from adapters.slack.app import make_app
from adapters.slack.chat import SlackChat
from adapters.slack.clients import Clients
from adapters.slack.options import SlackOptions
from adapters.slack.pace import Pace
from adapters.slack.transports import serve_socket
from bot.desk import Desk, Rules
from bot.engine import JobEngine
from bot.store import SqlStore, open_database
from bot.types import Message, Place, Posted, Request
from tests.fakes.desk import FakeFeeds
from tests.flows.newsroom import Gate, SlowReader, SlowWeb, say

# "taken": stored, not yet acknowledged; "posted": Slack has it, neither its answer nor its echo is recorded
HOPS = ("heard", "taken", "fetch", "extract", "before post", "posted", "recorded")


class GatedDesk(Desk):
    gate = Gate("")

    async def take(self, request: Request) -> bool:
        await self.gate.at("heard")
        taken = await super().take(request)
        await self.gate.at("taken")
        return taken

    async def heard(self, key: str, message_id: str) -> None:
        await self.gate.at("posted")
        await super().heard(key, message_id)


class GatedChat(SlackChat):
    gate = Gate("")

    async def post(self, place: Place, message: Message, key: str, *, only_for: str | None = None) -> Posted:
        await self.gate.at("before post")
        posted = await super().post(place, message, key, only_for=only_for)
        await self.gate.at("posted")
        return posted

    async def acknowledge(self, request: Request, mark: str) -> None:
        if mark == "done":
            await self.gate.at("recorded")
        await super().acknowledge(request, mark)


async def main(folder: Path, hop: str, api_url: str, bot_token: str, app_token: str) -> None:
    gate = GatedDesk.gate = GatedChat.gate = Gate(hop)
    options = SlackOptions(bot_token=bot_token, app_token=app_token, api_url=api_url)
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
        clients = Clients(options)
        stack.push_async_callback(clients.close)
        chat = GatedChat(clients, echo_wait_s=3.0, pace=Pace(every_s=0.0001, burst=500))
        stack.push_async_callback(chat.close)
        desk.serve(chat)
        say("up")
        await asyncio.gather(desk.run(), serve_socket(make_app(options, desk, chat), options))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:6]))
