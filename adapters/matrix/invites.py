"""Invitations: whose are accepted, and the rooms that others are replaced by. Kept until they are settled."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from adapters.matrix.events import MEMBER, PLATFORM, TOMBSTONE
from adapters.matrix.faults import MatrixFault
from adapters.matrix.raw import Raw, events_at, id_at, server_of, text_at
from adapters.matrix.rooms import CREATE, Rooms, room_path
from adapters.matrix.session import Session
from adapters.matrix.signin import V3
from bot.desk import Desk
from bot.errors import NutgrafError

log = logging.getLogger(__name__)

INVITE, MOVED = "invite:", "moved:"  # names of notes, the room's id behind them
_FIRST_PAUSE_S, _LONGEST_PAUSE_S, _TRIES = 2.0, 300.0, 12


@dataclass(frozen=True, slots=True)
class Invitation:
    """``old``: the room that this one replaces, as its creation says; "" for none."""

    room: str
    inviter: str
    old: str = ""
    server: str = ""  # one that knows the room

    def noted(self) -> str:
        return json.dumps([self.inviter, self.old, self.server])

    @classmethod
    def of_note(cls, room: str, noted: str) -> Invitation:
        inviter, old, server = (str(one) for one in json.loads(noted))
        return cls(room, inviter, old, server)


def allowed(user: str, patterns: Iterable[str]) -> bool:
    """Whether ``user`` may invite: named, or of a named server (``*:example.org``); ``*`` is everybody."""
    return any(
        pattern in {user, "*"} or (pattern.startswith("*:") and pattern[2:] == server_of(user) != "")
        for pattern in patterns
    )


def invitation(room: str, told: Raw, me: str) -> Invitation | None:
    """Of a room's part of a sync: the few state events that an invited person is shown."""
    inviter, old = "", ""
    for event in events_at(told, "invite_state", "events"):
        if event.get("type") == MEMBER and event.get("state_key") == me:
            inviter = text_at(event, "sender")
        elif event.get("type") == CREATE:
            old = id_at(event, "!", "content", "predecessor", "room_id")
    return Invitation(room, inviter, old, server_of(inviter)) if inviter else None


class Invites:
    """Settles what is noted, with patience, beside the sync: a join over federation may take a minute.

    ``changed`` is set whenever notes may be new.
    """

    def __init__(self, session: Session, rooms: Rooms, desk: Desk, patterns: Iterable[str]) -> None:
        self._session = session
        self._rooms = rooms
        self._desk = desk
        self._patterns = tuple(patterns)
        self._tries: dict[str, int] = {}
        self.changed = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled."""
        pause_s = _FIRST_PAUSE_S
        while True:
            self.changed.clear()
            try:
                left = await self.settle()
            except (MatrixFault, NutgrafError) as error:
                log.warning("invitations: %s", error)
                left = True
            except Exception:
                log.exception("invitations")
                left = True
            try:
                async with asyncio.timeout(pause_s if left else None):
                    await self.changed.wait()
                pause_s = _FIRST_PAUSE_S
            except TimeoutError:
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def settle(self) -> bool:
        """Each once; whether something is left to be tried again."""
        noted = await self._desk.notes(PLATFORM, INVITE)
        moved = await self._desk.notes(PLATFORM, MOVED)
        left = False
        for name, value in noted.items():
            found = Invitation.of_note(name.removeprefix(INVITE), value)
            left = not await self._answered(found, moved) or left
        return left

    async def _answered(self, found: Invitation, moved: Mapping[str, str]) -> bool:
        """Joined, or refused and left; False while it is to be tried again."""
        try:
            welcome = allowed(found.inviter, self._patterns) or await self._replaces(found, moved)
            await (self._join(found) if welcome else self._refuse(found))
        except MatrixFault as fault:
            tries = self._tries[found.room] = self._tries.get(found.room, 0) + 1
            if fault.refusal is None and (tries < _TRIES or fault.retry_after_s):
                log.warning("room=%s not joined yet: %s", found.room, fault)
                return False
            log.warning("room=%s not joined: %s", found.room, fault)
        self._tries.pop(found.room, None)
        async with self._desk.batch() as batch:
            await batch.note(PLATFORM, f"{INVITE}{found.room}", None)
        return True

    async def _replaces(self, found: Invitation, moved: Mapping[str, str]) -> bool:
        """A room that the bot is in says that it goes on there, and this one says the same."""
        if f"{MOVED}{found.room}" in moved:
            return True
        if not found.old or self._session.user_id not in await self._rooms.members(found.old):
            return False
        tombstone = await self._rooms.state(found.old, TOMBSTONE)
        return text_at(tombstone or {}, "replacement_room") == found.room

    async def _join(self, found: Invitation) -> None:
        via = {"server_name": found.server, "via": found.server} if found.server else {}
        path = f"{V3}/join/{quote(found.room, safe='')}?{urlencode(via)}"
        await self._session.call("POST", path, {})
        log.info("room=%s joined, invited by %s", found.room, found.inviter or "its predecessor")

    async def _refuse(self, found: Invitation) -> None:
        if not found.inviter:  # nobody invited: a replacement that cannot be joined without
            return
        await self._session.call("POST", f"{room_path(found.room)}/leave", {})
        log.warning("room=%s refused: %s may not invite", found.room, found.inviter)


async def leave_if_alone(session: Session, rooms: Rooms, room: str) -> bool:
    """Nobody else is there: so nobody reads what the bot posts. True: it left."""
    if await rooms.members(room) != {session.user_id}:
        return False
    await session.call("POST", f"{room_path(room)}/leave", {})
    log.info("room=%s left: nobody else is there", room)
    return True


def replaced_by(created: Mapping[str, Any] | None) -> str:
    """The room that a room says it replaces, of its event ``m.room.create``."""
    return id_at(created or {}, "!", "content", "predecessor", "room_id")
