"""The room in which the bot and one person talk alone: found, or made."""

from __future__ import annotations

import asyncio
import logging
from urllib.parse import quote

from adapters.matrix.events import MEMBER
from adapters.matrix.faults import MatrixFault
from adapters.matrix.raw import text_at, texts_at
from adapters.matrix.rooms import DIRECT, Rooms, room_path
from adapters.matrix.sending import Sending
from adapters.matrix.signin import V3
from bot.ports import ChatDown
from bot.types import Place

log = logging.getLogger(__name__)

JOIN_WAIT_S = 60.0  # between two looks whether somebody has accepted an invitation
_ENCRYPTED = {
    "type": "m.room.encryption",
    "state_key": "",
    "content": {"algorithm": "m.megolm.v1.aes-sha2"},
}


class Directs:
    """Everything here raises ChatDown or ChatRefused."""

    def __init__(self, me: str, rooms: Rooms, sending: Sending, *, encrypted: bool) -> None:
        self._me = me
        self._rooms = rooms
        self._sending = sending
        self._encrypted = encrypted
        self._making = asyncio.Lock()

    async def room_of(self, place: Place) -> str:
        """The place's room; of a user's id the one with that user, as of now."""
        if not place.channel.startswith("@"):
            return place.channel
        async with self._making:
            return await self._found(place.channel) or await self._made(place.channel)

    async def known(self, place: Place) -> str | None:
        """The same; None where there is no room with that user yet."""
        return await self._found(place.channel) if place.channel.startswith("@") else place.channel

    async def ready(self, room: str, user: str) -> None:
        """Raises ChatDown while the user has not come in yet: nobody gets a room's key before he has joined,
        so that what is said in an encrypted room earlier could never be read."""
        if await self._membership(room, user) != "join" and await self._sending.encrypted(room):
            raise ChatDown(f"{user} has not yet accepted to talk", JOIN_WAIT_S)

    async def _found(self, user: str) -> str | None:
        """Of the rooms that the bot's account names, newest first, one that both are in; else one that the
        user is invited to."""
        known = await self._sending.call("", "GET", self._account_data(), missing={})
        waiting = None
        for room in reversed(texts_at(known, user)):
            if await self._membership(room, self._me) != "join" or await self._sending.closed(room):
                continue
            there = await self._membership(room, user)
            if there == "join":
                return room
            waiting = room if there == "invite" else waiting
        return waiting

    async def _made(self, user: str) -> str:
        wish = {
            "preset": "trusted_private_chat",
            "is_direct": True,
            "invite": [user],
            "initial_state": [_ENCRYPTED] if self._encrypted else [],
        }
        made = await self._sending.call("", "POST", f"{V3}/createRoom", wish)
        room = str(made["room_id"])
        log.info("room=%s made to talk with %s", room, user)
        try:
            await self._rooms.mark_direct(room, user)
        except MatrixFault as fault:
            raise fault.raised() from fault
        return room

    async def _membership(self, room: str, user: str) -> str:
        path = f"{room_path(room)}/state/{MEMBER}/{quote(user, safe='')}"
        return text_at(await self._sending.call(room, "GET", path, missing={}), "membership")

    def _account_data(self) -> str:
        return f"{V3}/user/{quote(self._me, safe='')}/account_data/{DIRECT}"
