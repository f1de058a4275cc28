"""How Slack reaches the bot: Socket Mode (we connect to it), or signed HTTP (it connects to us)."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from typing import Any

from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from adapters.slack.clients import quiet_logger
from adapters.slack.faults import SlackFault, told
from adapters.slack.options import SlackOptions
from bot.errors import BadSetting
from bot.ports import ChatDown, Refusal

log = logging.getLogger(__name__)

EVENTS_PATH, HEALTH_PATH = "/slack/events", "/healthz"
BODY_LIMIT_BYTES = 1_048_576  # Slack's largest envelope is a view of 250 kB; anything over is not Slack's
_PING_S = 5.0  # slack_sdk's own default; a connection that ended without a word is made anew at the next one
BODY_WAIT_S = 10.0  # Slack itself gives a whole exchange three
_DRAIN_S = 3.0  # Slack waits as long for an acknowledgement, then sends the event again
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 60.0

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Answer = tuple[int, str]  # status and body


# ------------------------------------------------------------------------- Socket Mode


class _Handler(AsyncSocketModeHandler):
    """Knows what it has in hand, so that it can be finished before the connection ends."""

    def __init__(self, app: AsyncApp, options: SlackOptions) -> None:
        super().__init__(app, options.app_token, logger=quiet_logger(), ping_interval=_PING_S)
        self.in_hand: set[asyncio.Future[None]] = set()

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]  # as slack_bolt's own
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.in_hand.add(done)
        try:
            await super().handle(client, req)
        finally:
            self.in_hand.discard(done)
            done.set_result(None)

    async def finish(self) -> None:
        """Take nothing new, acknowledge what is in hand, close."""
        client = self.client
        client.auto_reconnect_enabled = client.default_auto_reconnect_enabled = False
        client.message_processor.cancel()
        if self.in_hand:
            await asyncio.wait(self.in_hand, timeout=_DRAIN_S)
        await client.close()  # type: ignore[no-untyped-call]  # of slack_sdk
        tasks = (client.message_processor, client.current_session_monitor, client.message_receiver)
        await asyncio.gather(*(task for task in tasks if task is not None), return_exceptions=True)


async def serve_socket(app: AsyncApp, options: SlackOptions) -> None:
    """Hold ``options.connections`` connections until cancelled; each is made anew when it ends.

    Raises BadSetting when Slack does not take the app token.
    """
    address = await _first_address(app, options)
    handlers = [_Handler(app, options) for _ in range(max(1, options.connections))]
    handlers[0].client.wss_uri = address
    try:
        async with asyncio.TaskGroup() as connecting:
            for handler in handlers:
                connecting.create_task(handler.client.connect())  # type: ignore[no-untyped-call]
        log.info("Socket Mode: connections=%d", len(handlers))
        await asyncio.get_running_loop().create_future()
    finally:
        await asyncio.gather(*(handler.finish() for handler in handlers), return_exceptions=True)


async def _first_address(app: AsyncApp, options: SlackOptions) -> str:
    """Where the first connection leads: slack_sdk would ask for ever with a token that is wrong."""
    pause_s = _FIRST_PAUSE_S
    while True:
        try:
            with told():
                answer = await app.client.apps_connections_open(app_token=options.app_token)
            return str(answer["url"])
        except SlackFault as error:
            raised = error.fault.raised()
            if not isinstance(raised, ChatDown):
                raise _unusable(error.fault.code, raised.refusal) from None
            wait_s = raised.retry_after_s or pause_s
            log.warning("Socket Mode: %s; again in %.0f s", raised, wait_s)
            await asyncio.sleep(wait_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)


def _unusable(code: str, refusal: Refusal) -> BadSetting:
    if refusal is Refusal.NO_RIGHT:
        want = f"an app token with the scope connections:write (Slack says {code})"
    elif code == "socket_mode_not_enabled" or refusal is Refusal.MESSAGE:
        want = f"an app token of an app with Socket Mode switched on (Slack says {code})"
    else:
        want = f"an app token that Slack takes (it says {code})"
    return BadSetting("slack_app_token", "…", want)


# -------------------------------------------------------------------------------- HTTP


async def serve_http(
    app: AsyncApp,
    options: SlackOptions,
    extra: Mapping[str, Callable[[], Awaitable[Answer]]],
    *,
    body_wait_s: float = BODY_WAIT_S,
) -> None:
    """Listen on ``options.host`` and ``options.port`` until cancelled; what is in hand is answered first.

    POST /slack/events, and with an installation flow GET /slack/install and /slack/oauth_redirect. ``extra``:
    further paths for GET, each with what answers it. A body has ``body_wait_s`` to arrive; who is slow with
    the headers is the proxy's business (uvicorn sets no limit). Signals are left to the caller.
    Raises BadSetting when the address cannot be listened on.
    """
    import uvicorn  # noqa: PLC0415 - 3 MB that Socket Mode does not need

    class Server(uvicorn.Server):
        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

    bolt = AsyncSlackRequestHandler(app, path=EVENTS_PATH)
    front = _Front(bolt, extra, _verifier(options), body_wait_s)
    config = uvicorn.Config(
        front, http="h11", ws="none", lifespan="off", log_config=None, access_log=False,
        server_header=False, proxy_headers=False, timeout_graceful_shutdown=int(_DRAIN_S),
    )  # fmt: skip
    logging.getLogger("uvicorn").setLevel(max(logging.WARNING, logging.getLogger().level))
    listening = _listening(options)
    server = Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    host, port = listening.getsockname()[:2]
    log.info("HTTP: listening on %s port %d", host, port)
    try:
        await asyncio.shield(serving)
    finally:
        server.should_exit = True
        await asyncio.gather(serving, return_exceptions=True)
        listening.close()


def _listening(options: SlackOptions) -> socket.socket:
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    try:
        return socket.create_server((options.host, options.port), family=family)
    except OSError as error:
        cause = os.strerror(error.errno) if error.errno else str(error)
        raise BadSetting(
            "slack_port", f"{options.port} on {options.host}", f"an address to listen on ({cause})"
        ) from error


def _verifier(options: SlackOptions) -> SignatureVerifier:
    """Without a secret, anybody could sign."""
    return SignatureVerifier(options.signing_secret or secrets.token_hex(32))


class _Front:
    """Before Bolt, which reads a body before it asks whose it is: only bodies that Slack has signed."""

    def __init__(
        self,
        bolt: AsyncSlackRequestHandler,
        extra: Mapping[str, Callable[[], Awaitable[Answer]]],
        verifier: SignatureVerifier,
        body_wait_s: float,
    ) -> None:
        self._bolt = bolt
        self._extra = extra
        self._verifier = verifier
        self._body_wait_s = body_wait_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise TypeError(f"not HTTP: {scope['type']}")
        if scope["method"] in {"GET", "HEAD"} and scope["path"] in self._extra:
            await _answered(send, *await self._extra[scope["path"]]())
            return
        try:
            async with asyncio.timeout(self._body_wait_s):
                body = await _body(receive)
        except TimeoutError:
            await _answered(send, 408, "too slow", ends=True)
            return
        refused = (413, "too large") if body is None else self._refused(scope, body)
        if refused is not None:
            await _answered(send, *refused)
            return

        async def again() -> MutableMapping[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        await self._bolt(dict(scope), again, send)

    def _refused(self, scope: Scope, body: bytes) -> Answer | None:
        """Why Bolt is not to read it; None when it is Slack's, or asks for a page."""
        if not _decodes(body):
            return 400, "not UTF-8"
        if scope["path"] != EVENTS_PATH or scope["method"] != "POST":
            return None
        if b"ssl_check=1" in body.split(b"&"):
            return 200, ""  # Slack looks at the certificate alone, and does not sign
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            signed = self._verifier.is_valid_request(body, headers)
        except (TypeError, ValueError):  # a time that is no number, a signature that is no text
            signed = False
        return None if signed else (401, "not signed by Slack")


async def _body(receive: Receive) -> bytes | None:
    """None when it is over the limit, or the other side left. What is over is read, so that who sends it
    gets to the answer, and dropped."""
    body = bytearray()
    over = False
    while True:
        part = await receive()
        if part["type"] != "http.request":
            return None
        over = over or len(body) + len(part.get("body", b"")) > BODY_LIMIT_BYTES
        if not over:
            body += part.get("body", b"")
        if not part.get("more_body", False):
            return None if over else bytes(body)


def _decodes(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


async def _answered(send: Send, status: int, words: str, *, ends: bool = False) -> None:
    """``ends``: the connection, too."""
    body = words.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"), *([(b"connection", b"close")] if ends else []),
    ]  # fmt: skip
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
