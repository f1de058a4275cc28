"""The Bolt app: what it takes from its surroundings, what it does when something breaks."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import os
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from adapters.slack.app import make_app
from adapters.slack.chat import SlackChat
from adapters.slack.chores import Chores
from adapters.slack.clients import Clients
from adapters.slack.listeners import NO_STORE
from adapters.slack.options import SlackOptions
from bot.desk import Desk
from bot.errors import StoreUnusable
from bot.types import Message, Request

SECRET = "a-signing-secret"
NOWHERE = "http://127.0.0.1:9/api/"


@dataclass
class FrontDesk:
    """Takes down what it is asked; ``broken`` is raised instead."""

    broken: Exception | None = None
    taken: list[Request] = field(default_factory=list)

    async def take(self, request: Request) -> bool:
        if self.broken is not None:
            raise self.broken
        self.taken.append(request)
        return True

    async def ask(self, request: Request) -> Message | None:
        if self.broken is not None:
            raise self.broken
        return None


@pytest.fixture
async def clients() -> AsyncIterator[Clients]:
    made = Clients(OPTIONS)
    yield made
    await made.close()


OPTIONS = SlackOptions(bot_token="xoxb-1", signing_secret=SECRET, api_url=NOWHERE)


def app_over(desk: FrontDesk, clients: Clients, options: SlackOptions = OPTIONS) -> AsyncApp:
    return make_app(options, cast(Desk, desk), SlackChat(clients))


def signed(body: dict[str, Any], secret: str = SECRET) -> AsyncBoltRequest:
    raw, stamp = json.dumps(body), str(int(time.time()))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:{raw}".encode(), hashlib.sha256).hexdigest()
    headers = {
        "content-type": ["application/json"],
        "x-slack-request-timestamp": [stamp],
        "x-slack-signature": [f"v0={digest}"],
    }
    return AsyncBoltRequest(body=raw, headers=headers)


def pasted() -> dict[str, Any]:
    return {
        "type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event_id": "Ev1",
        "event_time": int(time.time()), "authorizations": [{"team_id": "T1", "user_id": "U0BOT"}],
        "event": {
            "type": "message", "channel": "C1", "user": "U1", "ts": f"{time.time():.6f}", "team": "T1",
            "text": "confidential words <https://herald.example/a>",
        },
    }  # fmt: skip


def commanded() -> dict[str, Any]:
    return {
        "command": "/nutgraf", "text": "forget 1", "team_id": "T1", "channel_id": "C1", "user_id": "U1",
        "trigger_id": "7.7", "response_url": "http://127.0.0.1:9/hook",
    }  # fmt: skip


async def test_bolts_own_environment_is_not_read(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"):
        monkeypatch.setenv(name, "somebody-elses")
    app = app_over(FrontDesk(), clients)
    assert app.oauth_flow is None
    assert (await app.async_dispatch(signed(pasted(), "somebody-elses"))).status == 401
    assert os.environ["SLACK_CLIENT_ID"] == "somebody-elses"


async def test_a_link_is_taken_before_the_answer_is_given(clients: Clients) -> None:
    desk = FrontDesk()
    answer = await app_over(desk, clients).async_dispatch(signed(pasted()))
    assert answer.status == 200
    assert [request.links for request in desk.taken] == [("https://herald.example/a",)]


@pytest.mark.parametrize("error", [StoreUnusable("bot.db", "disk full"), RuntimeError("a bug")])
async def test_what_was_not_taken_is_not_acknowledged(
    clients: Clients, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = await app_over(FrontDesk(error), clients).async_dispatch(signed(pasted()))
    assert answer.status == 500
    assert "a listener broke" in caplog.text
    assert "confidential" not in caplog.text


@pytest.mark.parametrize(
    ("error", "told"),
    [(StoreUnusable("bot.db", "disk full"), NO_STORE), (RuntimeError("a bug"), "Something broke here (ref")],
)
async def test_a_command_that_broke_is_answered(
    clients: Clients, error: Exception, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await app_over(FrontDesk(error), clients).async_dispatch(signed(commanded()))
    assert answer.status == 200
    assert told in json.loads(answer.body)["text"]
    assert "a bug" not in answer.body
    assert caplog.records


@pytest.mark.parametrize("secret", ["", "another"])
async def test_without_a_signing_secret_no_request_is_believed(clients: Clients, secret: str) -> None:
    app = app_over(FrontDesk(), clients, SlackOptions(bot_token="xoxb-1", api_url=NOWHERE))
    assert (await app.async_dispatch(signed(pasted(), secret))).status == 401


async def test_an_unknown_event_is_acknowledged(clients: Clients) -> None:
    body = {**pasted(), "event": {"type": "team_rename", "name": "x"}}
    assert (await app_over(FrontDesk(), clients).async_dispatch(signed(body))).status == 200


# ------------------------------------------------------------------------------- chores


async def test_chores_are_finished_or_stopped() -> None:
    chores, done = Chores(), []

    async def quick() -> None:
        await asyncio.sleep(0.01)
        done.append("quick")

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            done.append("stopped")

    chores.start(quick())
    task = await chores.within(0.01, endless())
    assert not task.done()
    await chores.close(wait_s=0.1)
    assert done == ["quick", "stopped"]
    await chores.close()


async def test_a_chore_that_breaks_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    chores = Chores()

    async def broken() -> None:
        raise RuntimeError("a bug")

    task = await chores.within(1.0, broken())
    await asyncio.sleep(0)
    assert isinstance(task.exception(), RuntimeError)
    assert "a chore broke" in caplog.text
