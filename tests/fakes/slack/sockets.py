"""Socket Mode: several websockets of one app share the envelopes in turn."""

from __future__ import annotations

import asyncio
import json
import uuid
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from tests.fakes.slack.delivery import EVENT, Envelope, NotAcknowledged
from tests.fakes.slack.world import Json

MOST_SOCKETS = 10


@dataclass(eq=False)
class Socket:
    ws: web.WebSocketResponse
    request: web.Request
    waiting: dict[str, asyncio.Future[Json]] = field(default_factory=dict)
    carried: int = 0
    leaving: bool = False  # was told to disconnect: gets nothing new


class Sockets:
    """The carrier of Socket Mode. ``opened`` counts every connection that was ever made."""

    def __init__(self, app_id: str) -> None:
        self.app_id = app_id
        self.sockets: list[Socket] = []
        self.opened = 0
        self.strange: list[str] = []  # what came over a socket and is no acknowledgement
        self.deaf = False  # acknowledgements get lost on their way while this is set
        self._tickets: set[str] = set()
        self._turn = 0
        self._open = asyncio.Event()
        self._late: dict[str, Envelope] = {}

    def ticket(self) -> str:
        """A path that opens one websocket, once."""
        ticket = uuid.uuid4().hex
        self._tickets.add(ticket)
        return ticket

    @property
    def ready(self) -> list[Socket]:
        return [socket for socket in self.sockets if not socket.leaving and not socket.ws.closed]

    @property
    def open(self) -> bool:
        return bool(self.ready)

    async def until_open(self) -> None:
        while not self.open:
            self._open.clear()
            await self._open.wait()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        ticket = request.match_info["ticket"]
        if ticket not in self._tickets:
            return web.Response(status=404)
        self._tickets.discard(ticket)
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        if len(self.sockets) >= MOST_SOCKETS:
            await ws.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await ws.close()
            return ws
        socket = Socket(ws, request)
        self.sockets.append(socket)
        self.opened += 1
        try:
            await ws.send_json(self._hello())
            self._open.set()
            async for message in ws:
                if message.type == WSMsgType.TEXT:
                    self._hear(socket, message.data)
        finally:
            self._gone(socket)
        return ws

    def _hello(self) -> Json:
        debug = {"host": "applink-1", "build_number": 1, "approximate_connection_time": 18060}
        info = {"app_id": self.app_id}
        count = len(self.sockets)
        return {"type": "hello", "num_connections": count, "debug_info": debug, "connection_info": info}

    def _hear(self, socket: Socket, text: str) -> None:
        try:
            said = json.loads(text)
        except ValueError:
            # slack_sdk's older clients ping with plain text
            if not text.startswith("sdk-ping-pong"):
                self.strange.append(text)
            return
        envelope_id = said.get("envelope_id")
        if self.deaf:
            return
        waiting = socket.waiting.pop(envelope_id, None) or self._elsewhere(envelope_id)
        if waiting is not None and not waiting.done():
            waiting.set_result(said.get("payload") or {})
        elif envelope_id in self._late:
            self._late[envelope_id].late += 1
        else:
            self.strange.append(text)

    def _elsewhere(self, envelope_id: str) -> asyncio.Future[Json] | None:
        """An acknowledgement may come over any socket of the app."""
        for socket in self.sockets:
            if envelope_id in socket.waiting:
                return socket.waiting.pop(envelope_id)
        return None

    def _gone(self, socket: Socket) -> None:
        if socket in self.sockets:
            self.sockets.remove(socket)
        for waiting in socket.waiting.values():
            if not waiting.done():
                waiting.set_exception(NotAcknowledged("connection_failed"))
        socket.waiting.clear()

    async def carry(self, envelope: Envelope, attempt: int, reason: str, wait_s: float) -> Json:
        ready = self.ready
        if not ready:
            raise NotAcknowledged("connection_failed")
        self._turn += 1
        socket = ready[self._turn % len(ready)]
        envelope_id = str(uuid.uuid4())
        body = {
            "envelope_id": envelope_id, "type": envelope.kind, "payload": envelope.payload,
            "accepts_response_payload": envelope.kind != EVENT,
        }  # fmt: skip
        if envelope.kind == EVENT:
            body |= {"retry_attempt": attempt, "retry_reason": reason}
        waiting: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        socket.waiting[envelope_id] = waiting
        socket.carried += 1
        try:
            await socket.ws.send_json(body)
            return await asyncio.wait_for(waiting, wait_s)
        except TimeoutError:
            self._late[envelope_id] = envelope
            raise NotAcknowledged("timeout") from None
        except ConnectionError:
            raise NotAcknowledged("connection_failed") from None
        finally:
            socket.waiting.pop(envelope_id, None)

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Asks every app connection to come again; ``warning`` comes about ten seconds before the end."""
        for socket in list(self.sockets):
            socket.leaving = reason != "warning"
            body = {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-1"}}
            await socket.ws.send_json(body)

    async def drop(self) -> None:
        """Cuts every connection without a word, as a broken network does."""
        for socket in list(self.sockets):
            socket.leaving = True
            if socket.request.transport is not None:
                socket.request.transport.abort()
            self._gone(socket)

    async def close(self) -> None:
        for socket in list(self.sockets):
            await socket.ws.close()
