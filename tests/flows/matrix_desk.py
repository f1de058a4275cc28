"""A bot that listens at a real homeserver: session, rooms, sync, desk, store and engine are the real ones;
the web and the chat that it answers through are made up.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters.matrix.options import MatrixOptions
from adapters.matrix.rooms import Rooms
from adapters.matrix.session import Session
from adapters.matrix.sync import Pace, SyncLoop
from bot.desk import Desk, Rules
from bot.engine import JobEngine
from bot.store import SqlStore, open_database
from tests.fakes.chat import FakeChat, Sent
from tests.fakes.desk import FakeFeeds, FakeReader, FakeWeb
from tests.fakes.synapse import Person


def page_of(url: str) -> str | None:
    if "feed" in url:
        return f"Feed of {url}\n{url}/1\n{url}/2"
    return f'Story of {url}\nThe mayor of Uln said: "We heard of {url} today." Nobody else spoke.'


@dataclass(frozen=True)
class Account:
    """What is needed to sign in; ``Person`` is more."""

    user_id: str
    password: str


@dataclass
class Up:
    """One run of the bot."""

    session: Session
    rooms: Rooms
    desk: Desk
    sync: SyncLoop
    task: asyncio.Task[None]


@dataclass
class Bot:
    """``account`` is the bot's; what it posted stays in ``chat`` from run to run."""

    account: Person | Account
    folder: Path
    homeserver: str
    chat: FakeChat = field(default_factory=lambda: FakeChat(platform="matrix"))
    make_rooms: Callable[[Session, MatrixOptions], Rooms] = Rooms
    make_desk: type[Desk] = Desk
    silence_s: float = 5.0

    @property
    def id(self) -> str:
        return self.account.user_id

    def options(self, **change: Any) -> MatrixOptions:
        values: dict[str, Any] = {
            "store_dir": self.folder / "matrix", "homeserver": self.homeserver, "user": self.id,
            "password": self.account.password, "allowed": ("*:nutgraf.test",), "grace_s": 60.0,
        }  # fmt: skip
        return MatrixOptions(**{**values, **change})

    @asynccontextmanager
    async def up(self, *, answering: bool = True, **options: Any) -> AsyncIterator[Up]:
        """``answering`` False: it listens and takes, and answers nobody."""
        async with AsyncExitStack() as stack:
            database = await open_database(str(self.folder / "bot.db"))
            engine = JobEngine(database, stalled_s=1.0, retry_base_s=0.05)
            store = SqlStore(database, engine)
            stack.push_async_callback(store.close)
            await engine.open()
            stack.push_async_callback(engine.close)
            desk = self.make_desk(
                store=store, engine=engine, fetcher=FakeWeb(known=page_of), extractor=FakeReader(),
                feeds=FakeFeeds(), clock=lambda: datetime.now(UTC), rules=Rules(),
            )  # fmt: skip
            told = self.options(**options)
            session = await Session.open(told)
            stack.push_async_callback(session.close)
            rooms = self.make_rooms(session, told)
            desk.serve(self.chat)
            pace = Pace(poll_s=0.5, silence_s=self.silence_s, patience=3)
            sync = SyncLoop(session, rooms, desk, self.chat, told, pace=pace)
            listening = asyncio.create_task(sync.run())
            work = [listening, *([asyncio.create_task(desk.run())] if answering else [])]
            stack.push_async_callback(_ended, work)
            yield Up(session, rooms, desk, sync, listening)

    # ------------------------------------------------------------------ what was answered

    def digests(self, room: str) -> list[Sent]:
        return [one for one in self.chat.sent if one.place.channel == room and one.message.digest_id]

    def of(self, room: str, event_id: str) -> list[Sent]:
        """What answers the event, digest or words."""
        mine = (
            f"matrix:{room}:{event_id}#",
            f"matrix:{room}:{event_id}:",
            f"matrix:{room}:press:{event_id}#",
        )
        return [one for one in self.chat.sent if one.key.startswith(mine)]

    def introductions(self, room: str) -> list[Sent]:
        mine = [one for one in self.chat.sent if one.place.channel == room and one.key.startswith("joined:")]
        return [one for one in mine if "auto-on" in one.message.choices]

    async def answer(self, room: str, event_id: str) -> Sent:
        """The one answer to the event."""
        [one] = await self.until(lambda: self.of(room, event_id))
        return one

    async def until(self, true: Callable[[], Any], timeout_s: float = 15.0) -> Any:
        end = time.monotonic() + timeout_s
        while not (found := true()):
            assert time.monotonic() < end, (
                f"in vain; sent: {[(s.key, s.message.plain[:80]) for s in self.chat.sent]}"
            )
            await asyncio.sleep(0.02)
        return found

    async def caught_up(self, here: Up, marker: Person, room: str) -> None:
        """Until everything that was said before this call is answered, or left alone."""
        event_id = await marker.say(room, "!nutgraf help")
        await self.answer(room, event_id)
        await self.quiet(here)

    async def quiet(self, here: Up) -> None:
        """Until nothing waits at the desk."""
        while (await here.desk.status()).waiting:  # noqa: ASYNC110 - the desk tells nobody
            await asyncio.sleep(0.02)

    async def change_password(self, password: str) -> None:
        """By its owner, who signs out every device; the bot is not told."""
        proof = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": self.id},
            "password": self.account.password,
        }
        wish = {"new_password": password, "logout_devices": True, "auth": proof}
        await self.owner.call("POST", "/account/password", wish)

    async def rooms(self) -> list[str]:
        """Where it is, by its account."""
        return list((await self.owner.call("GET", "/joined_rooms"))["joined_rooms"])

    @property
    def owner(self) -> Person:
        assert isinstance(self.account, Person)
        return self.account

    async def welcomed(self, person: Person, **how: Any) -> str:
        """A new room of the person's, with the bot in it, introduced."""
        room = await person.create(invite=[self.id], **how)
        await self.until(lambda: self.introductions(room))
        return room


async def eventually(true: Callable[[], Awaitable[bool]], timeout_s: float = 15.0) -> None:
    """Fails when it does not become so in time."""
    end = time.monotonic() + timeout_s
    while not await true():
        assert time.monotonic() < end, "in vain"
        await asyncio.sleep(0.05)


async def _ended(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
