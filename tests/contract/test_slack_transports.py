"""Both ways from Slack to the bot, over real sockets: all is acknowledged, and the end is clean."""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from io import BytesIO
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.signature import SignatureVerifier

from adapters.slack.clients import Clients
from adapters.slack.options import SlackOptions
from adapters.slack.transports import (
    BODY_LIMIT_BYTES,
    EVENTS_PATH,
    HEALTH_PATH,
    Answer,
    serve_http,
    serve_socket,
)
from bot.errors import BadSetting
from bot.messages import sentence
from tests.fakes.slack import FakeSlack

JSON = {"Content-Type": "application/json"}
SIGNED = {"X-Slack-Signature": "v0=0", "X-Slack-Request-Timestamp": str(int(time.time()))}
Serve = Callable[[AsyncApp, SlackOptions], Awaitable[None]]


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    running = await FakeSlack(retry_s=(0, 0.05, 0.1)).start()
    yield running
    await running.stop()


def options_of(slack: FakeSlack, **more: Any) -> SlackOptions:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = SlackOptions(
        bot_token=slack.bot_token, app_token=slack.app_token, signing_secret=slack.signing_secret,
        api_url=slack.api_url, port=port,
    )  # fmt: skip
    return replace(options, **more)


class Listening:
    """An app that notes the texts it hears, each after ``slow_s``."""

    def __init__(self, clients: Clients, options: SlackOptions) -> None:
        self.heard: list[str] = []
        self.slow_s = 0.0

        async def authorize(**_: object) -> AuthorizeResult:
            return AuthorizeResult(enterprise_id=None, team_id="T0NEWS", bot_token=options.bot_token)

        self.app = AsyncApp(
            client=clients.made(None), signing_secret=options.signing_secret, authorize=authorize,
            process_before_response=True,
        )  # fmt: skip

        @self.app.event("message")
        async def message(event: dict[str, Any]) -> None:
            await asyncio.sleep(self.slow_s)
            self.heard.append(event["text"])


@asynccontextmanager
async def served(options: SlackOptions, serve: Serve) -> AsyncIterator[tuple[Listening, asyncio.Task[None]]]:
    clients = Clients(options)
    listening = Listening(clients, options)
    task = asyncio.ensure_future(serve(listening.app, options))
    try:
        yield listening, task  # type: ignore[misc]
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, BadSetting):
            await task
        await clients.close()


async def health() -> Answer:
    return 200, "ok"


async def by_http(app: AsyncApp, options: SlackOptions) -> None:
    await serve_http(app, options, {HEALTH_PATH: health})


async def answer_of(options: SlackOptions, path: str, **more: Any) -> tuple[int, str]:
    """Of GET, or POST when there is ``data``; waits for the server to listen."""
    async with aiohttp.ClientSession() as session:
        for _ in range(200):
            try:
                method = "POST" if "data" in more else "GET"
                url = f"http://{options.host}:{options.port}{path}"
                async with session.request(method, url, **more) as answer:
                    return answer.status, await answer.text()
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.01)
    raise AssertionError("nobody listens")


# ------------------------------------------------------------------------- Socket Mode


@pytest.mark.parametrize("connections", [1, 3])
async def test_events_come_over_each_connection(slack: FakeSlack, connections: int) -> None:
    async with served(options_of(slack, connections=connections), serve_socket) as (listening, _):
        await slack.connected(connections)
        for n in range(6):
            await slack.people_post("ada", "desk", f"pier {n}")
        await slack.settled()
        assert sorted(listening.heard) == [f"pier {n}" for n in range(6)]
        assert all(socket.carried for socket in slack.sockets.sockets)
    assert slack.sockets.opened == connections
    await slack.until(lambda: not slack.sockets.sockets)


async def test_a_new_connection_when_slack_asks_for_one(slack: FakeSlack) -> None:
    async with served(options_of(slack), serve_socket) as (listening, _):
        await slack.connected()
        await slack.sockets.disconnect("refresh_requested")
        await slack.people_post("ada", "desk", "pier")
        await slack.settled()
        assert listening.heard == ["pier"]
        assert slack.sockets.opened == 2


async def test_a_connection_that_breaks_is_made_anew(slack: FakeSlack) -> None:
    async with served(options_of(slack), serve_socket) as (listening, _):
        await slack.connected()
        await slack.sockets.drop()
        await slack.people_post("ada", "desk", "pier")
        await slack.connected(timeout_s=15)
        await slack.settled()
        assert listening.heard == ["pier"]


async def test_what_is_in_hand_is_acknowledged_before_the_end(slack: FakeSlack) -> None:
    async with served(options_of(slack), serve_socket) as (listening, task):
        await slack.connected()
        listening.slow_s = 0.3
        await slack.people_post("ada", "desk", "pier")
        await slack.until(lambda: slack.sockets.sockets[0].waiting)
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        [envelope] = slack.delivery.envelopes
        assert envelope.acked_at is not None
        assert listening.heard == ["pier"]
    assert [t for t in asyncio.all_tasks() if "socket_mode" in repr(t.get_coro())] == []


@pytest.mark.parametrize(
    ("token", "fault", "told"),
    [
        ("xapp-wrong", "", "invalid_auth"),
        ("", "missing_scope", "connections:write"),
        ("", "not_allowed_token_type", "connections:write"),
        ("", "socket_mode_not_enabled", "Socket Mode switched on"),
    ],
)
async def test_a_wrong_app_token_is_one_sentence(slack: FakeSlack, token: str, fault: str, told: str) -> None:
    options = options_of(slack, app_token=token) if token else options_of(slack)
    if fault:
        slack.fail("apps.connections.open", kind=fault)
    async with served(options, serve_socket) as (_, task):
        with pytest.raises(BadSetting) as caught:
            await asyncio.wait_for(task, 5)
    assert caught.value.key == "slack_app_token"
    assert told in sentence(caught.value)
    assert options.app_token not in sentence(caught.value)


@pytest.mark.parametrize("kind", ["server_error", "ratelimited"])
async def test_slack_may_be_down_at_the_start(slack: FakeSlack, kind: str) -> None:
    slack.fail("apps.connections.open", kind=kind)
    async with served(options_of(slack), serve_socket):
        await slack.connected(timeout_s=5)


# -------------------------------------------------------------------------------- HTTP


async def test_signed_events_are_taken_and_others_are_not(slack: FakeSlack) -> None:
    options = options_of(slack)
    async with served(options, by_http) as (listening, _):
        assert await answer_of(options, HEALTH_PATH) == (200, "ok")
        signed = slack.use_http(f"http://127.0.0.1:{options.port}{EVENTS_PATH}")
        assert await signed.verify_url()
        await slack.people_post("ada", "desk", "pier")
        await slack.settled()
        signed.forged = True
        await slack.people_post("ada", "desk", "forged")
        await slack.settled()
        signed.forged, signed.stale_s = False, 600
        await slack.people_post("ada", "desk", "stale")
        await slack.settled()
    assert listening.heard == ["pier"]
    assert set(signed.statuses[2:]) == {401}


@pytest.mark.parametrize(
    ("path", "more", "status"),
    [
        ("/", {}, 404),
        (EVENTS_PATH, {}, 404),
        ("/slack/install", {}, 404),  # one workspace installs nothing
        (EVENTS_PATH, {"data": b"{}"}, 401),
        (EVENTS_PATH, {"data": b"[1]", "headers": JSON}, 401),  # what Bolt would stumble over
        (EVENTS_PATH, {"data": b"[" * 100_000, "headers": JSON}, 401),
        (EVENTS_PATH, {"data": {"payload": "null"}}, 401),
        (EVENTS_PATH, {"data": b"{}", "headers": {**SIGNED, "X-Slack-Request-Timestamp": "soon"}}, 401),
        (EVENTS_PATH, {"data": b"{}", "headers": {**SIGNED, "X-Slack-Signature": "v0=é"}}, 401),
        (EVENTS_PATH, {"data": {"ssl_check": "1", "token": "t"}}, 200),
        (EVENTS_PATH, {"data": b"\xff\xfe"}, 400),
        (EVENTS_PATH, {"data": BytesIO(b"x" * (BODY_LIMIT_BYTES + 1))}, 413),
        (HEALTH_PATH, {"data": b""}, 404),
    ],
)
async def test_what_is_not_slacks_is_turned_away(
    slack: FakeSlack, path: str, more: dict[str, Any], status: int, caplog: pytest.LogCaptureFixture
) -> None:
    options = options_of(slack)
    async with served(options, by_http):
        assert (await answer_of(options, path, **more))[0] == status
    assert [record for record in caplog.records if record.levelname in {"ERROR", "CRITICAL"}] == []


async def test_without_a_secret_nobody_can_sign(slack: FakeSlack) -> None:
    options = options_of(slack, signing_secret="")
    signature = SignatureVerifier("x").generate_signature(
        timestamp=SIGNED["X-Slack-Request-Timestamp"], body="{}"
    )
    async with served(options, by_http):
        headers = {**SIGNED, "X-Slack-Signature": str(signature)}
        assert (await answer_of(options, EVENTS_PATH, data=b"{}", headers=headers))[0] == 401


@pytest.mark.parametrize("trickle", [b"", b"x"], ids=["nothing", "a byte at a time"])
async def test_who_is_slow_with_a_body_does_not_stay(slack: FakeSlack, trickle: bytes) -> None:
    async def impatient(app: AsyncApp, options: SlackOptions) -> None:
        await serve_http(app, options, {}, body_wait_s=0.3)

    options = options_of(slack)
    async with served(options, impatient):
        await answer_of(options, "/")
        reader, writer = await asyncio.open_connection(options.host, options.port)
        writer.write(f"POST {EVENTS_PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n".encode())
        answer = asyncio.create_task(reader.read())
        while not answer.done() and trickle:
            writer.write(trickle)
            await asyncio.sleep(0.02)
        assert (await asyncio.wait_for(answer, 5)).startswith(b"HTTP/1.1 408 ")
        writer.close()


async def test_what_is_in_hand_is_answered_before_the_end(slack: FakeSlack) -> None:
    options = options_of(slack)
    async with served(options, by_http) as (listening, task):
        await answer_of(options, HEALTH_PATH)
        slack.use_http(f"http://127.0.0.1:{options.port}{EVENTS_PATH}")
        listening.slow_s = 0.3
        await slack.people_post("ada", "desk", "pier")
        await asyncio.sleep(0.1)
        started = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert time.monotonic() - started < 2
        [envelope] = slack.delivery.envelopes
        assert envelope.acked_at is not None


async def test_signals_are_left_to_whoever_runs_it(slack: FakeSlack) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    options = options_of(slack)
    async with served(options, by_http):
        await answer_of(options, HEALTH_PATH)
        assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


async def test_a_port_that_is_taken_is_one_sentence(slack: FakeSlack) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        options = options_of(slack, port=taken.getsockname()[1])
        async with served(options, by_http) as (_, task):
            with pytest.raises(BadSetting) as caught:
                await asyncio.wait_for(task, 5)
    assert caught.value.key == "slack_port"
    assert str(options.port) in sentence(caught.value)
