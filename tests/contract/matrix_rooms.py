"""A chat over a real homeserver, for tests of the adapter's outgoing side."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from adapters.matrix.chat import MatrixChat
from adapters.matrix.options import MatrixOptions
from adapters.matrix.rooms import Rooms
from adapters.matrix.session import Session
from adapters.matrix.unsealed import unsealed
from bot.types import Place, Posted
from tests.fakes.folders import quick_folder
from tests.fakes.synapse import People, Person, Refused

_ANSWERED = ("m.room.message", "m.room.encrypted")


@dataclass
class Correspondent:
    """The bot's outgoing side, and a person who shares rooms with it. ``settings`` are what the desk says of
    every place."""

    account: Person
    ada: Person
    options: MatrixOptions
    session: Session
    settings: dict[str, str] = field(default_factory=dict)
    now: Callable[[], float] | None = None
    chat: MatrixChat = field(init=False)
    rooms: Rooms = field(init=False)

    def __post_init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self.rooms = Rooms(self.session, self.options)
        clock = {"now": self.now} if self.now else {}
        self.chat = MatrixChat(self.session, self.rooms, self.settings_of, **clock)

    async def settings_of(self, _: Place) -> Mapping[str, str]:
        return self.settings

    @property
    def id(self) -> str:
        return self.account.user_id

    async def restarted(self, **change: Any) -> MatrixChat:
        """The chat of a new process on the same device."""
        await self.session.close()
        self.options = replace(self.options, **change)
        self.session = await Session.open(self.options)
        self._begin()
        await self.listened()
        return self.chat

    @asynccontextmanager
    async def on_another_device(self) -> AsyncIterator[Correspondent]:
        """The same account."""
        options = replace(self.options, store_dir=self.options.store_dir.parent / "another")
        session = await Session.open(options)
        try:
            yield Correspondent(self.account, self.ada, options, session)
        finally:
            await session.close()

    async def listened(self) -> None:
        """nio is told of rooms, members and devices, as the sync loop tells it. Synapse answers a first sync
        that is asked again within two minutes as it did then: so until there is nothing new."""
        client = self.session.client
        if not client.next_batch:
            await self.session.ask(lambda: client.sync(timeout=0))
        while (await self.session.ask(lambda: client.sync(timeout=0))).rooms.join:
            pass
        if client.should_query_keys:
            await self.session.ask(client.keys_query)
        for room in client.invited_rooms:
            await self.account.join(room)

    async def room(self, person: Person | None = None, **how: Any) -> str:
        """A new room of the person's, with the bot in it."""
        room = await (person or self.ada).create(invite=[self.id], **how)
        await self.account.join(room)
        await self.listened()
        return room

    async def place(self, **how: Any) -> Place:
        """The thread of a message in a new room."""
        room = await self.room(**how)
        return Place("matrix", self.id, room, await self.account.say(room, "What of the pier?"))

    async def event(self, posted: Posted, room: str = "") -> dict[str, Any]:
        """As the homeserver has it, in clear; {} when it is gone."""
        room = room or posted.place.channel
        try:
            event = await self.account.event(room, posted.message_id)
        except Refused:
            return {}
        return {**event, **(self.clear(room, event) or {})}

    def clear(self, room: str, event: Mapping[str, Any]) -> Mapping[str, Any]:
        if event["type"] != "m.room.encrypted":
            return event
        return unsealed(self.session.client, room, event) or {}

    async def held(self, posted: Posted) -> str | None:
        """The words of a message after its last edit."""
        event = await self.event(posted)
        if not event or not event["content"]:
            return None
        edit = event["unsigned"].get("m.relations", {}).get("m.replace")
        if edit is None:
            return str(event["content"]["body"])
        return str(self.clear(posted.place.channel, edit)["content"]["m.new_content"]["body"])

    async def own(self, room: str) -> list[dict[str, Any]]:
        """What the chat has sent there and is not redacted, oldest first, as it is on the wire."""
        events = await self.account.timeline(room)
        mine = [one for one in events if one["sender"] == self.id and one["type"] in _ANSWERED]
        return [one for one in mine if one["content"] and one["content"].get("msgtype") != "m.text"]


@asynccontextmanager
async def correspondent(people: People, url: str = "", **how: Any) -> AsyncIterator[Correspondent]:
    """``url``: of a proxy before the homeserver; ``how`` goes to the dataclass."""
    account = await people.new("nutgraf")
    with tempfile.TemporaryDirectory(prefix="nutgraf-", dir=quick_folder()) as folder:
        options = MatrixOptions(
            store_dir=Path(folder) / "matrix",
            homeserver=url or people.homeserver.url,
            user=account.user_id,
            password=account.password,
        )
        made = Correspondent(account, await people.new("ada"), options, await Session.open(options), **how)
        try:
            await made.listened()
            yield made
        finally:
            await made.session.close()
