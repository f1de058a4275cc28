"""A newsroom on the fake Slack: the real adapter over the real desk, store and engine; the web is made up."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from adapters.slack.app import make_app
from adapters.slack.chat import SlackChat
from adapters.slack.chores import Chores
from adapters.slack.clients import Clients
from adapters.slack.options import SlackOptions
from adapters.slack.pace import Pace
from adapters.slack.scopes import EVENTS, SCOPES
from adapters.slack.transports import EVENTS_PATH, serve_http, serve_socket
from bot.desk import Desk, Rules
from bot.engine import JobEngine
from bot.store import SqlStore, open_database
from bot.types import Page
from tests.fakes.desk import FakeFeeds, FakeReader, FakeWeb
from tests.fakes.slack import FakeSlack, text_of
from tests.fakes.slack.world import Post

DESK = "desk"
TEAM = "T0NEWS"
LINK = "https://paper.example/pier"


def page_of(url: str) -> str | None:
    """Eight quotes a story, so that a digest leaves some out; a feed has two stories."""
    host = url.split("/")[2]
    if host.startswith("gone."):
        return None
    if "feed" in url:
        return f"The feed of {host}\n{url}/1\n{url}/2"
    name = url.rstrip("/").rsplit("/", 1)[-1].split("?")[0]
    said = " ".join(f'The mayor of Uln said: "We heard of the {name} {n} times."' for n in range(2, 10))
    return f"Story of the {name}\n{said} Nobody else spoke."


@dataclass
class Paper(FakeWeb):
    """Every page takes ``delay_s``."""

    delay_s: float = 0.0

    async def get(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Page:
        await asyncio.sleep(self.delay_s)
        return await super().get(url)


@dataclass
class Office:
    slack: FakeSlack
    desk: Desk
    store: SqlStore
    chat: SlackChat
    web: Paper
    options: SlackOptions
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def paste(self, text: str, channel: str = DESK, user: str = "ada", **where: str) -> str:
        return await self.slack.people_post(user, channel, text, **where)

    async def answered(self, ts: str, channel: str = DESK, count: int = 1) -> list[Post]:
        """The bot's posts in the thread, once there are as many; a moment later there are no more."""
        await self.slack.until(lambda: len(self.slack.bots_posts(channel, ts)) >= count)
        await self.quiet()
        posts = self.slack.bots_posts(channel, ts)
        assert len(posts) == count, [text_of(post) for post in posts]
        return posts

    async def digest(self, ts: str, channel: str = DESK) -> Post:
        return (await self.answered(ts, channel))[0]

    async def quiet(self) -> None:
        """Until nothing is under way, on either side."""
        while True:
            await self.slack.settled()
            if (await self.desk.status()).waiting == 0:
                await asyncio.sleep(0.03)
                if not self.slack.delivery.under_way and (await self.desk.status()).waiting == 0:
                    return
            await asyncio.sleep(0.01)

    async def told(self, user: str = "ada", count: int = 1) -> list[str]:
        """What the user alone was shown, once there is as much of it."""
        who = self.id(user)
        await self.slack.until(lambda: len(self.slack.whispers_to(who)) >= count)
        return [text_of(whisper) for whisper in self.slack.whispers_to(who)]

    def id(self, name: str) -> str:
        return self.slack.workspace().person(name).id

    def posts(self, channel: str = DESK) -> list[str]:
        return [text_of(post) for post in self.slack.bots_posts(channel)]


@asynccontextmanager
async def office(
    folder: Path, *, http: bool = False, delay_s: float = 0.0, connections: int = 1, **slack: object
) -> AsyncIterator[Office]:
    """``slack``: of FakeSlack. Nothing that Slack never sees, or refuses for bad manners, gets by."""
    async with AsyncExitStack() as stack:
        settings: dict[str, object] = {"events": EVENTS, "scopes": SCOPES, "retry_s": (0, 0.3, 0.6), **slack}
        fake = await FakeSlack(**settings).start()  # type: ignore[arg-type]
        stack.push_async_callback(fake.stop)
        options = _options(fake, http=http, connections=connections)
        opened = await stack.enter_async_context(
            working(folder, fake, options, Paper(known=page_of, delay_s=delay_s))
        )
        yield opened
        assert fake.breaches == []
        assert fake.faults.left == {}


@asynccontextmanager
async def desk_over(folder: Path, web: Paper) -> AsyncIterator[tuple[Desk, SqlStore]]:
    """A desk without a chat, its store in the folder."""
    async with AsyncExitStack() as stack:
        database = await open_database(str(folder / "office.db"))
        engine = JobEngine(database, stalled_s=1.0, attempts=60, retry_base_s=0.02)
        store = SqlStore(database, engine)
        stack.push_async_callback(store.close)
        await engine.open()
        stack.push_async_callback(engine.close)
        desk = Desk(
            store=store, engine=engine, fetcher=web, extractor=FakeReader(), feeds=FakeFeeds(),
            clock=lambda: datetime.now(UTC), rules=Rules(),
        )  # fmt: skip
        yield desk, store


@asynccontextmanager
async def working(folder: Path, fake: FakeSlack, options: SlackOptions, web: Paper) -> AsyncIterator[Office]:
    """The bot itself, which may be stopped and started again over the same folder and Slack."""
    async with AsyncExitStack() as stack:
        desk, store = await stack.enter_async_context(desk_over(folder, web))
        clients = Clients(options)
        stack.push_async_callback(clients.close)
        await clients.identity()
        chat = SlackChat(clients, echo_wait_s=options.echo_wait_s, pace=Pace(every_s=0.0001, burst=500))
        stack.push_async_callback(chat.close)
        chores = Chores()
        stack.push_async_callback(chores.close)
        app = make_app(options, desk, chat, chores=chores)
        desk.serve(chat)
        serving = serve_socket(app, options) if options.app_token else serve_http(app, options, {})
        tasks = [asyncio.create_task(serving), asyncio.create_task(desk.run())]
        stack.push_async_callback(stopped, tasks)
        await fake.connected(options.connections) if options.app_token else await listening(options)
        if not options.app_token:
            fake.use_http(f"http://127.0.0.1:{options.port}{EVENTS_PATH}")
        yield Office(fake, desk, store, chat, web, options, tasks)


def _options(fake: FakeSlack, *, http: bool, connections: int) -> SlackOptions:
    return SlackOptions(
        bot_token=fake.bot_token,
        app_token="" if http else fake.app_token,
        signing_secret=fake.signing_secret if http else "",
        api_url=fake.api_url,
        connections=connections,
        port=free_port() if http else 3000,
        echo_wait_s=0.3,
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


async def listening(options: SlackOptions) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", options.port)
            except OSError:
                await asyncio.sleep(0.01)
            else:
                writer.close()
                return


async def stopped(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for ended in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(ended, Exception):
            raise ended
