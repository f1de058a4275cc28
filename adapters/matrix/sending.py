"""Events on their way into rooms: one after the other in each room, encrypted where the room is.

nio shares a room's key and encrypts; the event itself is sent by a plain call, so that a limit, a token
that ended and a lost answer are seen for what they are. Never is a clear event sent into a room that is
encrypted, or of which that is not known.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

from nio import (
    EncryptionError,
    GroupEncryptionError,
    KeysClaimResponse,
    LocalProtocolError,
    ShareGroupSessionResponse,
)

from adapters.matrix.events import MEMBER, MESSAGE, TOMBSTONE
from adapters.matrix.faults import MatrixFault
from adapters.matrix.raw import text_at
from adapters.matrix.rooms import ENCRYPTION, Rooms, room_path
from adapters.matrix.session import Session
from adapters.matrix.signin import V3
from adapters.matrix.turns import Turns
from bot.errors import SetupError
from bot.ports import ChatDown, ChatRefused, Refusal

log = logging.getLogger(__name__)

_T = TypeVar("_T")
_ONE_TIME = "signed_curve25519"
_MEGOLM = "m.megolm.v1.aes-sha2"
_ROOMS = 4096  # queues remembered; an idle one is as good as new


class Sending:
    """Everything here raises ChatDown or ChatRefused. ``now`` is monotonic seconds."""

    def __init__(
        self,
        session: Session,
        rooms: Rooms,
        *,
        turns: Turns | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session = session
        self._rooms = rooms
        self.turns = turns or Turns(now=now)
        self._queues: dict[str, asyncio.Lock] = {}
        self._sealed: set[str] = set()  # a room that was encrypted once is so for ever

    async def send(self, room: str, txn: str, made: Callable[[], Awaitable[Mapping[str, Any]]]) -> str:
        """The event's id. The same ``txn`` within 24 h, from the same device, is the same event. ``made``
        gives the content once it is this event's turn."""

        async def put() -> str:
            kind, body = await self._made(room, await made())
            path = f"{room_path(room)}/send/{kind}/{quote(txn, safe='')}"
            return str((await self._session.call("PUT", path, body))["event_id"])

        return await self._in_turn(room, txn, put)

    async def redact(self, room: str, event_id: str, txn: str) -> None:
        """What is not there is taken away already."""

        async def put() -> None:
            path = f"{room_path(room)}/redact/{quote(event_id, safe='')}/{quote(txn, safe='')}"
            try:
                await self._session.call("PUT", path, {})
            except MatrixFault as fault:
                if fault.errcode != "M_NOT_FOUND":
                    raise

        await self._in_turn(room, txn, put)

    async def call(
        self,
        room: str,
        method: str,
        path: str,
        body: object = None,
        *,
        missing: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """One call about the room that needs no turn. ``missing``: the answer where there is nothing, or
        nothing that is shown to the bot."""
        try:
            return await self._session.call(method, path, body)
        except MatrixFault as fault:
            if missing is not None and fault.refusal is not None:
                return missing
            raise await self._told(room, fault) from fault
        except SetupError as error:
            raise _signed_out(error) from error

    # ------------------------------------------------------------------------- turns

    async def _in_turn(self, room: str, txn: str, put: Callable[[], Awaitable[_T]]) -> _T:
        while True:
            await self.turns.turn(txn)
            async with self._queue(room):
                if self.turns.waits(txn):  # a limit was met by whoever was before in the queue
                    continue
                try:
                    done = await put()
                except MatrixFault as fault:
                    if fault.retry_after_s is None:
                        raise await self._told(room, fault) from fault
                    log.info("room=%s the homeserver asks to wait %.1f s", room, fault.retry_after_s)
                    self.turns.limited(txn, fault.retry_after_s)
                except SetupError as error:
                    raise _signed_out(error) from error
                else:
                    self.turns.taken(txn)
                    return done

    def _queue(self, room: str) -> asyncio.Lock:
        if len(self._queues) > _ROOMS:
            self._queues = {room: queue for room, queue in self._queues.items() if queue.locked()}
        return self._queues.setdefault(room, asyncio.Lock())

    async def _told(self, room: str, fault: MatrixFault) -> ChatDown | ChatRefused:
        """M_FORBIDDEN has three reasons that are mended in different ways."""
        raised = fault.raised()
        if isinstance(raised, ChatRefused):
            if raised.refusal is Refusal.NO_RIGHT and room:
                raised = await self._why(room, raised)
            log.warning("room=%s refused: %s", room, fault.cause)
        return raised

    async def _why(self, room: str, refused: ChatRefused) -> ChatRefused:
        path = f"{room_path(room)}/state/{MEMBER}/{quote(self._session.user_id, safe='')}"
        try:
            inside = text_at(await self._session.call("GET", path), "membership") == "join"
        except MatrixFault as fault:
            inside = fault.refusal is None
        if not inside:
            return ChatRefused(str(refused), Refusal.NOT_INSIDE)
        if await self.closed(room):
            return ChatRefused("the room goes on elsewhere", Refusal.CLOSED)
        return refused

    async def encrypted(self, room: str) -> bool:
        """Whether the room is encrypted now."""
        try:
            return await self._encrypted(room)
        except MatrixFault as fault:
            raise await self._told(room, fault) from fault
        except SetupError as error:
            raise _signed_out(error) from error

    async def closed(self, room: str) -> bool:
        """Whether the room was replaced by another. False while nobody says so."""
        try:
            return await self._rooms.state(room, TOMBSTONE) is not None
        except MatrixFault:
            return False

    # -------------------------------------------------------------------- encryption

    async def _made(self, room: str, content: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        """The event's type and content as they leave."""
        if not await self._encrypted(room):
            return MESSAGE, content
        client = self._session.client
        if client.olm is None:
            raise ChatRefused(
                "the room is encrypted, and there are no keys to encrypt with", Refusal.NO_RIGHT
            )
        known = client.rooms.get(room)
        if known is None or not known.encrypted:
            raise ChatDown("the room is encrypted, and a sync has yet to tell who is in it")
        try:
            if not known.members_synced:
                await self._session.ask(lambda: client.joined_members(room))
            if client.should_query_keys:
                await self._session.ask(client.keys_query)
            if client.olm.should_share_group_session(room):
                await self._share_key(room)
            kind, sealed = client.encrypt(room, MESSAGE, dict(content))
        except (EncryptionError, GroupEncryptionError, LocalProtocolError) as error:
            raise ChatDown(f"the message could not be encrypted ({type(error).__name__})") from error
        return str(kind), sealed

    async def _encrypted(self, room: str) -> bool:
        """As the homeserver says now; what is not known raises. Its "no" is asked for before each event."""
        if room in self._sealed:
            return True
        try:
            told = await self._session.call("GET", f"{room_path(room)}/state/{ENCRYPTION}/")
        except MatrixFault as fault:
            known = self._session.client.rooms.get(room)
            if fault.errcode != "M_NOT_FOUND" or (known is not None and known.encrypted):
                raise
            return False
        if told.get("algorithm") != _MEGOLM:
            raise ChatRefused("the room is encrypted in a way that is not known", Refusal.NO_RIGHT)
        self._sealed.add(room)
        return True

    async def _share_key(self, room: str) -> None:
        """A new key of the room for every device of its members that can have it; raises unless all do.

        nio's own call takes any answer for a success, a proxy's 502 among them, and nobody who missed the
        key would ever be able to read: so nio makes the messages, and we send them.
        """
        client = self._session.client
        if missing := client.get_missing_sessions(room):
            await self._claim(missing)
        shares = client.olm.share_group_session_parallel(
            room, list(client.rooms[room].users), ignore_unverified_devices=True
        )
        keys = client.olm.outbound_group_sessions
        try:
            for reached, messages in shares:
                path = f"{V3}/sendToDevice/m.room.encrypted/{secrets.token_hex(16)}"
                await self._session.call("PUT", path, messages)
                await client.receive_response(ShareGroupSessionResponse(room, reached))
        except BaseException:
            keys.pop(room, None)
            raise
        if room not in keys:  # members or devices changed meanwhile: a new one is due
            raise ChatDown("who is in the room changed just now")
        keys[room].shared = True

    async def _claim(self, missing: Mapping[str, list[str]]) -> None:
        """A first key of each device. nio's own call breaks on every answer that is an error."""
        wanted = {user: dict.fromkeys(devices, _ONE_TIME) for user, devices in missing.items()}
        told = await self._session.call("POST", f"{V3}/keys/claim", {"one_time_keys": wanted})
        response = KeysClaimResponse.from_dict(told, "")
        if isinstance(response, KeysClaimResponse):
            await self._session.client.receive_response(response)


def _signed_out(error: SetupError) -> ChatRefused:
    return ChatRefused(f"the homeserver takes our sign-in no more ({error})", Refusal.SIGNED_OUT)
