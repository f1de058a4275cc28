"""How our Slack brings things: Bolt's own Socket Mode client at the other end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from tests.fakes.slack import FakeSlack
from tests.unit.test_fake_slack import client_of


class Listener:
    """A small app: it remembers its events; while ``slow_s`` is set it acknowledges late."""

    def __init__(self, slack: FakeSlack) -> None:
        self.heard: list[str] = []
        self.slow_s = 0.0
        self.app = AsyncApp(client=client_of(slack), signing_secret=slack.signing_secret)
        self.app.use(self.wait)
        self.app.event("message")(self.on_message)
        self.app.command("/nutgraf")(self.on_command)
        self.handlers: list[AsyncSocketModeHandler] = []
        self.app_token = slack.app_token

    async def wait(self, next_: Any) -> None:
        await asyncio.sleep(self.slow_s)
        await next_()

    async def on_message(self, event: dict[str, Any]) -> None:
        self.heard.append(event.get("text", ""))

    async def on_command(self, ack: Any, command: dict[str, Any]) -> None:
        self.heard.append(command["text"])
        await ack(text="listed")

    async def connect(self) -> None:
        handler = AsyncSocketModeHandler(self.app, self.app_token, ping_interval=0.2)
        self.handlers.append(handler)
        await handler.connect_async()

    async def close(self) -> None:
        for handler in self.handlers:
            await handler.close_async()


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    running = await FakeSlack(retry_s=(0, 0.05, 0.1), ack_wait_s=0.3).start()
    yield running
    await running.stop()


@pytest.fixture
async def listener(slack: FakeSlack) -> AsyncIterator[Listener]:
    listening = Listener(slack)
    await listening.connect()
    await slack.connected()
    yield listening
    await listening.close()


async def test_acknowledged_events_are_brought_once(slack: FakeSlack, listener: Listener) -> None:
    await slack.people_post("ada", "desk", "one")
    await slack.settled()
    (envelope,) = slack.delivery.envelopes
    assert listener.heard == ["one"] and not envelope.reasons
    assert envelope.ack_s is not None and envelope.ack_s < 0.3


async def test_without_an_acknowledgement_it_comes_four_times_and_is_lost(
    slack: FakeSlack, listener: Listener
) -> None:
    slack.sockets.deaf = True
    await slack.people_post("ada", "desk", "one")
    await slack.settled()
    (envelope,) = slack.delivery.lost
    assert listener.heard == ["one"] * 4
    assert envelope.reasons == ["timeout"] * 3
    waits = [later - sooner for sooner, later in zip(envelope.sent_at, envelope.sent_at[1:], strict=False)]
    assert waits == sorted(waits) and waits[0] >= 0.3 and waits[2] >= 0.4


async def test_a_late_acknowledgement_is_none(slack: FakeSlack, listener: Listener) -> None:
    listener.slow_s = 0.4
    await slack.people_post("ada", "desk", "one")
    await slack.until(lambda: slack.delivery.envelopes[0].late == 1)
    listener.slow_s = 0
    await slack.settled()
    assert not slack.delivery.lost and slack.delivery.envelopes[0].reasons[0] == "timeout"


async def test_what_happens_meanwhile_waits_for_a_connection(slack: FakeSlack) -> None:
    await slack.people_post("ada", "desk", "one")
    await asyncio.sleep(0.4)
    listening = Listener(slack)
    await listening.connect()
    await slack.settled()
    assert listening.heard == ["one"]
    assert slack.delivery.envelopes[0].reasons == ["connection_failed"]
    await listening.close()


async def test_a_warning_comes_before_the_end(slack: FakeSlack, listener: Listener) -> None:
    await slack.sockets.disconnect("warning")
    await slack.people_post("ada", "desk", "one")
    await slack.settled()
    assert listener.heard == ["one"]


@pytest.mark.parametrize("how", ["disconnect", "drop"])
async def test_a_connection_ends_and_another_comes(slack: FakeSlack, listener: Listener, how: str) -> None:
    await getattr(slack.sockets, how)()
    await slack.people_post("ada", "desk", "one")
    await slack.until(lambda: slack.sockets.opened == 2)
    await slack.settled()
    assert listener.heard == ["one"] and not slack.delivery.lost


async def test_several_connections_share_the_work(slack: FakeSlack, listener: Listener) -> None:
    await listener.connect()
    await listener.connect()
    await slack.connected(3)
    for number in range(9):
        await slack.people_post("ada", "desk", str(number))
    await slack.settled()
    assert sorted(listener.heard) == [str(number) for number in range(9)]
    assert [socket.carried for socket in slack.sockets.sockets] == [3, 3, 3]


async def test_the_eleventh_connection_is_sent_away(slack: FakeSlack, listener: Listener) -> None:
    client = client_of(slack)
    sockets = []
    async with ClientSession() as session:
        for _ in range(10):
            url = (await client.apps_connections_open(app_token=slack.app_token))["url"]
            sockets.append(await session.ws_connect(url))
        said = [(await ws.receive_json()) for ws in sockets]
    assert [word["type"] for word in said] == ["hello"] * 9 + ["disconnect"]
    assert said[-1]["reason"] == "too_many_websockets"


async def test_an_event_may_come_again_though_acknowledged(slack: FakeSlack, listener: Listener) -> None:
    await slack.people_post("ada", "desk", "one")
    await slack.settled()
    first = slack.delivery.envelopes[0]
    second = slack.delivery.again(first, late_s=7200)
    await slack.settled()
    assert first.payload["event_time"] - second.payload["event_time"] == 7200
    assert first.payload["event_id"] == second.payload["event_id"]
    assert listener.heard == ["one", "one"]


async def test_a_command_is_brought_once_and_the_person_sees_its_failure(
    slack: FakeSlack, listener: Listener
) -> None:
    told = await slack.command("ada", "desk", "list https://a.example/x @root")
    assert told["acked"] and told["ack_s"] < 0.3
    root = slack.workspace().person("root").id
    assert listener.heard == [f"list <https://a.example/x> <@{root}|root>"]
    (whisper,) = slack.whispers_to(slack.workspace().person("ada").id)
    assert (whisper.text, whisper.via) == ("listed", "ack")
    slack.sockets.deaf = True
    assert (await slack.command("ada", "desk", "help"))["acked"] is False
    assert len(slack.user_errors) == 1 and len(slack.delivery.envelopes[-1].sent_at) == 1
