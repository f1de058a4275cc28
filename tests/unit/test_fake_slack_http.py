"""Signed HTTP from our Slack, and our Slack in a process of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack
from tests.fakes.slack.remote import RemoteSlack
from tests.fakes.slack.signed import Signed
from tests.unit.test_fake_slack import QUIET, client_of


class Receiver:
    """Bolt behind a web server. ``statuses`` are answered instead of Bolt's own, first one first."""

    def __init__(self, slack: FakeSlack) -> None:
        self.heard: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.statuses: list[int] = []
        self.delay_s = 0.0
        self.app = AsyncApp(client=client_of(slack), signing_secret=slack.signing_secret)
        self.app.event("message")(self.on_message)
        self.app.command("/nutgraf")(self.on_command)
        self.app.action("forged")(self.on_action)

    async def on_message(self, event: dict[str, str]) -> None:
        self.heard.append(event["text"])

    async def on_command(self, ack: object, command: dict[str, str]) -> None:
        self.heard.append(command["text"])
        await ack("as you like")  # type: ignore[operator]

    async def on_action(self, ack: object, body: dict[str, str]) -> None:
        self.heard.append(body["type"])
        await ack()  # type: ignore[operator]

    async def receive(self, request: web.Request) -> web.Response:
        body = await request.text()
        self.headers.append(dict(request.headers))
        await asyncio.sleep(self.delay_s)
        if self.statuses:
            return web.Response(status=self.statuses.pop(0))
        headers = {key.lower(): [value] for key, value in request.headers.items()}
        answer = await self.app.async_dispatch(AsyncBoltRequest(body=body, headers=headers))
        kind = (answer.headers.get("content-type") or ["text/plain"])[0].split(";")[0]
        return web.Response(status=answer.status, text=answer.body, content_type=kind)


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    running = await FakeSlack(retry_s=(0, 0.05, 0.1), ack_wait_s=0.3).start()
    yield running
    await running.stop()


@pytest.fixture
async def receiver(slack: FakeSlack) -> AsyncIterator[Receiver]:
    receiver = Receiver(slack)
    app = web.Application()
    app.router.add_post("/slack/events", receiver.receive)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.use_http(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    yield receiver
    await runner.cleanup()


def carrier(slack: FakeSlack) -> Signed:
    assert isinstance(slack.delivery.carrier, Signed)
    return slack.delivery.carrier


async def test_bolt_takes_what_is_signed(slack: FakeSlack, receiver: Receiver) -> None:
    assert await carrier(slack).verify_url()
    await slack.people_post("ada", "desk", "one & two")
    assert (await slack.command("ada", "desk", "help"))["answer"]["text"] == "as you like"
    assert (await slack.press_forged("desk", {"action_id": "forged"}, "ada"))["acked"]
    await slack.settled()
    assert receiver.heard == ["one &amp; two", "help", "block_actions"]


@pytest.mark.parametrize(("stale_s", "forged"), [(301, False), (0, True)])
async def test_bolt_sends_back_what_is_stale_or_forged(
    slack: FakeSlack, receiver: Receiver, stale_s: int, forged: bool
) -> None:
    carrier(slack).stale_s, carrier(slack).forged = stale_s, forged
    await slack.people_post("ada", "desk", "one")
    await slack.settled()
    assert carrier(slack).statuses == [401] * 4 and len(slack.delivery.lost) == 1
    assert receiver.heard == []


async def test_a_retry_says_that_it_is_one_and_why(slack: FakeSlack, receiver: Receiver) -> None:
    receiver.statuses = [500, 500]
    await slack.people_post("ada", "desk", "one")
    await slack.settled()
    numbers = [headers.get("X-Slack-Retry-Num") for headers in receiver.headers]
    assert numbers == [None, "1", "2"]
    assert {headers.get("X-Slack-Retry-Reason") for headers in receiver.headers[1:]} == {"http_error"}
    assert receiver.heard == ["one"]


async def test_who_answers_too_late_hears_it_again(slack: FakeSlack, receiver: Receiver) -> None:
    receiver.delay_s = 0.4
    await slack.people_post("ada", "desk", "one")
    await slack.until(lambda: len(receiver.headers) == 2)
    receiver.delay_s = 0
    await slack.settled()
    assert slack.delivery.envelopes[0].reasons[0] == "http_timeout"


async def test_nobody_at_the_address(slack: FakeSlack) -> None:
    slack.use_http("http://127.0.0.1:9/slack/events")
    await slack.people_post("ada", "desk", "one")
    await slack.settled()
    assert slack.delivery.lost[0].reasons == ["connection_failed"] * 3


async def test_a_slack_in_another_process() -> None:
    async with RemoteSlack.running("--retry-s", "0,0.1,0.2", "--ack-wait-s", "0.2") as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        desk = (await slack.ask("channel", which="desk"))["id"]
        ts = await slack.ask("people_post", user="ada", channel="desk", text="https://a.example/x")
        await client.chat_postMessage(channel=desk, text="digest", thread_ts=ts, **QUIET)
        assert (await slack.ask("digest_of", channel="desk", ts=ts))["text"] == "digest"
        with pytest.raises(AssertionError, match="0 controls"):
            await slack.ask("press", channel="desk", ts=ts, action_id="x", user="ada")
        with pytest.raises(AssertionError, match="AttributeError"):
            await slack.ask("_runner")
        calls = await slack.until(lambda calls: len(calls) == 1, "calls")
        assert calls[0]["started_at"] <= calls[0]["ended_at"] <= time.monotonic()
        envelopes = await slack.ask("delivery.envelopes")
        assert envelopes[0]["payload"]["event"]["text"] == "<https://a.example/x>"
        assert envelopes[0]["acked_at"] is None and envelopes[0]["ack_s"] is None
