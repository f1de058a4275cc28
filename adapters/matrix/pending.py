"""Messages that cannot be decrypted yet: kept until their key comes, also over a restart, and after a grace
told of once.

A key that is missing is missing for all that its sender's device says until it makes a new one, so that one
word is said for each key, not for each message; and no more than one an hour to one person in a room, since
anybody can make up keys.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from nio import LocalProtocolError

from adapters.matrix.events import PLATFORM, Scene, message_key, place_of, time_of
from adapters.matrix.faults import MatrixFault
from adapters.matrix.raw import Raw, map_at, text_at
from adapters.matrix.rooms import Rooms
from adapters.matrix.session import Session
from adapters.matrix.unsealed import has_key, megolm_of
from bot.desk import Desk
from bot.desk.sentences import unreadable
from bot.errors import NutgrafError
from bot.ports import Chat, ChatDown, ChatRefused

log = logging.getLogger(__name__)

UNREAD = "unread:"  # names of notes, room and event behind it
KEPT_S = 7 * 24 * 3600.0  # a key that has not come in a week does not come
MOST = 500  # kept at a time; the oldest go
AGAIN_S = 3600.0  # of these messages one person is told once
_LOOK_S = 1.0
_EDIT = "m.replace"


@dataclass(frozen=True, slots=True)
class Unread:
    """``at``: when it was first seen, seconds since 1970. ``told``: somebody was told that it is not read."""

    room: str
    event: Raw
    at: float
    told: bool = False

    @property
    def name(self) -> str:
        """Of its note."""
        return unread_name(self.room, text_at(self.event, "event_id"))

    @property
    def key(self) -> tuple[str, str]:
        """Which key is missing."""
        return self.room, text_at(self.event, "content", "session_id")

    @property
    def sender(self) -> tuple[str, str]:
        """Who is told, and where."""
        return self.room, text_at(self.event, "sender")

    @property
    def is_message(self) -> bool:
        """No edit: of that nobody is told."""
        return map_at(self.event, "content", "m.relates_to").get("rel_type") != _EDIT

    def noted(self) -> str:
        return json.dumps({"room": self.room, "event": self.event, "at": self.at, "told": self.told})

    @classmethod
    def of_note(cls, value: str) -> Unread:
        found: dict[str, Any] = json.loads(value)
        return cls(found["room"], found["event"], found["at"], found["told"])


def unread_name(room: str, event_id: str) -> str:
    """Of the note of an event that cannot be read."""
    return f"{UNREAD}{room}:{event_id}"


class Pending:
    """One of these a session. The sync adds and takes away; ``run`` tells people."""

    def __init__(
        self,
        session: Session,
        rooms: Rooms,
        desk: Desk,
        chat: Chat,
        *,
        grace_s: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._session = session
        self._rooms = rooms
        self._desk = desk
        self._chat = chat
        self._grace_s = grace_s
        self._clock = clock
        self._kept: dict[str, Unread] = {}

    def __len__(self) -> int:
        return len(self._kept)

    async def load(self) -> None:
        """What an earlier run has left."""
        noted = await self._desk.notes(PLATFORM, UNREAD)
        found = [Unread.of_note(value) for value in noted.values()]
        self._kept = {one.name: one for one in sorted(found, key=_order)}

    # ----------------------------------------------------------------- for the sync

    def seen(self, room: str, event: Raw) -> Unread:
        """As it is to be noted; ``keep`` it when that is committed."""
        known = self._kept.get(unread_name(room, text_at(event, "event_id")))
        return known or Unread(room, event, self._clock())

    def named(self, name: str) -> list[Unread]:
        """The one whose note has that name, if it is kept."""
        return [self._kept[name]] if name in self._kept else []

    def readable(self) -> list[Unread]:
        """Those whose key has come, in the order in which they were said."""
        return [one for one in self._kept.values() if self._has_key(one)]

    def expired(self) -> list[Unread]:
        kept = sorted(self._kept.values(), key=lambda one: one.at)
        surplus = kept[: max(0, len(kept) - MOST)]
        old = [one for one in kept if self._clock() - one.at > KEPT_S]
        return list({one.name: one for one in (*surplus, *old)}.values())

    def keep(self, added: list[Unread], gone: list[Unread]) -> None:
        """What was committed."""
        for one in gone:
            self._kept.pop(one.name, None)
        for one in added:
            self._kept.setdefault(one.name, one)

    async def ask(self, added: list[Unread]) -> None:
        """Ask our own other devices for the keys, once each: best effort."""
        client = self._session.client
        for one in added:
            megolm = megolm_of(one.event, one.room)
            if megolm is None or megolm.session_id in client.outgoing_key_requests:
                continue
            try:
                await self._session.ask(partial(client.request_room_key, megolm))
            except (MatrixFault, LocalProtocolError) as error:
                log.info("event=%s: its key was not asked for (%s)", megolm.event_id, error)

    def _has_key(self, one: Unread) -> bool:
        return has_key(self._session.client, one.room, one.event)

    # ---------------------------------------------------------------- telling people

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(min(_LOOK_S, max(self._grace_s / 4, 0.05)))
            try:
                await self.tell()
            except ChatDown as error:
                log.info("not told yet that a message cannot be read: %s", error)
                await asyncio.sleep(error.retry_after_s or _LOOK_S)
            except (MatrixFault, NutgrafError) as error:
                log.warning("not told that a message cannot be read: %s", error)
            except Exception:
                log.exception("telling that a message cannot be read")

    async def tell(self) -> None:
        """Of each missing key once, below the first message of it whose grace is over, unless its sender was
        told lately. Raises ChatDown, MatrixFault, StoreUnusable."""
        told = {one.key for one in self._kept.values() if one.told}
        later: ChatDown | MatrixFault | None = None
        for one in list(self._kept.values()):
            due = self._clock() - one.at >= self._grace_s
            if one.told or not due or not one.is_message or one.key in told or self._has_key(one):
                continue
            told.add(one.key)
            try:
                if not self._told_lately(one):
                    await self._say(one)
            except (ChatDown, MatrixFault) as error:  # of one room, perhaps: the others need not wait
                later = error
        if later is not None:
            raise later

    def _told_lately(self, one: Unread) -> bool:
        """Whether whoever sent it was told of another one of that hour."""
        same = (other for other in self._kept.values() if other.told and other.sender == one.sender)
        return any(abs(one.at - other.at) < AGAIN_S for other in same)

    async def _say(self, one: Unread) -> None:
        event_id = text_at(one.event, "event_id")
        direct = await self._rooms.direct(one.room)
        scene = Scene(self._session.user_id, one.room, direct=direct)
        place = place_of(scene, event_id, map_at(one.event, "content"))
        try:  # under the same key the homeserver takes it once
            await self._chat.post(place, unreadable(), f"{message_key(one.room, event_id)}:unread")
        except ChatRefused as error:
            log.warning("event=%s: %s", event_id, error)
        said = replace(one, told=True)
        async with self._desk.batch() as batch:
            if one.name in self._kept:
                await batch.note(PLATFORM, one.name, said.noted())
        if one.name in self._kept:
            self._kept[one.name] = said


def _order(one: Unread) -> tuple[str, int]:
    return one.room, time_of(one.event)
