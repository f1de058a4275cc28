"""What is true of a room just now: its raw state, asked of the homeserver and kept until a sync tells of a
newer one. nio's own idea of a room is not asked (see ``adapters.matrix.powers``).
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from adapters.matrix.events import MEMBER
from adapters.matrix.faults import MatrixFault
from adapters.matrix.options import MatrixOptions
from adapters.matrix.powers import level, standing
from adapters.matrix.raw import Raw, list_at, map_at, server_of, text_at
from adapters.matrix.session import Session
from adapters.matrix.signin import V3
from bot.standing import Standing

log = logging.getLogger(__name__)

CREATE, POWERS, ENCRYPTION = "m.room.create", "m.room.power_levels", "m.room.encryption"
DIRECT = "m.direct"
_DIRECT_MEMBERS = 2  # a third person makes it a room like others


def room_path(room: str) -> str:
    """Of the client-server API, quoted."""
    return f"{V3}/rooms/{quote(room, safe='')}"


class Rooms:
    """One of these a session. Every method that asks raises MatrixFault."""

    def __init__(self, session: Session, options: MatrixOptions) -> None:
        self._session = session
        self._admins = frozenset(options.admins)
        self._servers = _servers(options.allowed)
        self._state: dict[str, dict[tuple[str, str], dict[str, Any] | None]] = {}
        self._members: dict[str, frozenset[str]] = {}
        self._direct: frozenset[str] | None = None
        self._news: Counter[str] = Counter()  # how often something of the room was forgotten

    # ------------------------------------------------------------------------- state

    async def state(self, room: str, kind: str, key: str = "") -> dict[str, Any] | None:
        """The content of a state event, None where the room has none."""
        known = self._state.setdefault(room, {})
        if (kind, key) in known:
            return known[kind, key]
        news = self._news[room]
        found = await self._found(f"{room_path(room)}/state/{quote(kind)}/{quote(key, safe='')}")
        may_keep = found is not None or kind != ENCRYPTION  # a room may be encrypted any moment
        if may_keep and self._news[room] == news:  # else a newer one was told of while we asked
            known[kind, key] = found
        return found

    async def created(self, room: str) -> dict[str, Any] | None:
        """The whole event ``m.room.create``: who sent it matters. It never changes."""
        known = self._state.setdefault(room, {})
        if (CREATE, "event") not in known:
            path = f"{room_path(room)}/state/{CREATE}/?format=event"
            found = await self._found(path)
            if found is not None and not text_at(found, "sender"):
                found = await self._in_whole_state(room)
            known[CREATE, "event"] = found
        return known[CREATE, "event"]

    async def level(self, room: str, user: str) -> int:
        return level(user, await self.state(room, POWERS), await self.created(room))

    async def standing(self, room: str, user: str) -> Standing:
        """What the user is in the room now."""
        member = await self.state(room, MEMBER, user) or {}
        return standing(
            user,
            text_at(member, "membership"),
            await self.state(room, POWERS),
            await self.created(room),
            admins=self._admins,
            servers=self._servers,
        )

    async def encrypted(self, room: str) -> bool:
        return await self.state(room, ENCRYPTION) is not None

    async def members(self, room: str) -> frozenset[str]:
        """Who is in the room; nobody where the bot itself is not."""
        if room in self._members:
            return self._members[room]
        news = self._news[room]
        answer = await self._found(f"{room_path(room)}/joined_members")
        found = frozenset(map_at(answer or {}, "joined"))
        if self._news[room] == news:
            self._members[room] = found
        return found

    async def names(self, room: str) -> tuple[str, ...]:
        """What the bot is called there."""
        member = await self.state(room, MEMBER, self._session.user_id) or {}
        name = text_at(member, "displayname").strip()
        return (name,) if name else ()

    # ------------------------------------------------------------------------ direct

    async def direct(self, room: str) -> bool:
        """A conversation of the bot with one person: marked so, and nobody else is there."""
        return room in await self._marked() and len(await self.members(room)) <= _DIRECT_MEMBERS

    async def mark_direct(self, room: str, user: str) -> None:
        """As clients do when they accept an invitation to talk: kept in the bot's account data."""
        if room in await self._marked() or not user:
            return
        told = await self._found(self._direct_path()) or {}
        rooms = [one for one in list_at(told, user) if isinstance(one, str)]
        await self._session.call("PUT", self._direct_path(), {**told, user: [*rooms, room]})
        self._direct = _direct_rooms({**told, user: [*rooms, room]})

    async def _marked(self) -> frozenset[str]:
        if self._direct is None:
            self._direct = _direct_rooms(await self._found(self._direct_path()) or {})
        return self._direct

    def _direct_path(self) -> str:
        return f"{V3}/user/{quote(self._session.user_id, safe='')}/account_data/{DIRECT}"

    # ---------------------------------------------------------------------- news, asking

    def heard(self, room: str, events: Iterable[Raw]) -> None:
        """Of a sync: what these events replace is forgotten."""
        known = self._state.get(room, {})
        for event in events:
            key = event.get("state_key")
            if isinstance(key, str):
                self._news[room] += 1
                known.pop((text_at(event, "type"), key), None)
                if event.get("type") == MEMBER:
                    self._members.pop(room, None)

    def heard_account(self, events: Iterable[Raw]) -> None:
        """Of a sync's account data."""
        for event in events:
            if event.get("type") == DIRECT:
                self._direct = _direct_rooms(map_at(event, "content"))

    def forget(self, room: str) -> None:
        """The bot is not there any more."""
        self._news[room] += 1
        self._state.pop(room, None)
        self._members.pop(room, None)

    async def _found(self, path: str) -> dict[str, Any] | None:
        """None where the homeserver has none, or does not show it to the bot (any more)."""
        try:
            return await self._session.call("GET", path)
        except MatrixFault as fault:
            if fault.refusal is None:
                raise
            log.debug("GET %s: %s", path, fault)
            return None

    async def _in_whole_state(self, room: str) -> dict[str, Any] | None:
        """For a homeserver that knows no ``format=event``."""
        found = await self._session.ask(lambda: self._session.client.room_get_state(room))
        events = [one for one in found.events if isinstance(one, dict)]
        return next((one for one in events if one.get("type") == CREATE), None)


def _direct_rooms(content: Mapping[str, Any]) -> frozenset[str]:
    lists = [rooms for rooms in content.values() if isinstance(rooms, list)]
    return frozenset(room for rooms in lists for room in rooms if isinstance(room, str))


def _servers(allowed: Iterable[str]) -> frozenset[str] | None:
    """Of the patterns of those who may invite; None: everybody's."""
    named = frozenset(server_of(pattern) or pattern for pattern in allowed)
    return None if not named or "*" in named else named
