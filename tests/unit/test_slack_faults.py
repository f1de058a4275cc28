"""What a failed call to Slack means: the whole table, and everything that is no answer of Slack's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError, SlackClientError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.faults import (
    LATER,
    LONGEST_WAIT_S,
    REFUSED,
    THIS_ALONE,
    WAITS,
    Fault,
    SlackFault,
    fault_of,
    retry_after_s,
    told,
)
from bot.ports import ChatDown, ChatRefused, Refusal


def answered(body: Any, status: int = 200, headers: dict[str, Any] | None = None) -> Fault:
    """What becomes of this answer."""
    response = AsyncSlackResponse(
        client=None,
        http_verb="POST",
        api_url="https://slack.example/api/chat.postMessage",
        req_args={},
        data=body,
        headers=headers or {},
        status_code=status,
    )
    return fault_of(SlackApiError("failed", response))


@pytest.mark.parametrize(
    ("code", "refusal"), [*REFUSED.items(), *dict.fromkeys(THIS_ALONE, Refusal.MESSAGE).items()]
)
def test_what_slack_refuses_is_refused(code: str, refusal: Refusal) -> None:
    fault = answered({"ok": False, "error": code})
    raised = fault.raised()
    assert isinstance(raised, ChatRefused)
    assert (raised.refusal, fault.perhaps_taken, fault.known) == (refusal, False, True)
    assert code in str(raised)


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        ("not_in_channel", Refusal.NOT_INSIDE),
        ("channel_not_found", Refusal.NOT_INSIDE),
        ("is_archived", Refusal.CLOSED),
        ("missing_scope", Refusal.NO_RIGHT),
        ("restricted_action", Refusal.NO_RIGHT),
        ("token_revoked", Refusal.SIGNED_OUT),
        ("account_inactive", Refusal.SIGNED_OUT),
        ("invalid_auth", Refusal.SIGNED_OUT),
        ("user_not_in_channel", Refusal.MESSAGE),  # of one person's ephemeral line: the channel is well
        ("thread_not_found", Refusal.MESSAGE),
        ("invalid_blocks", Refusal.MESSAGE),
        ("msg_too_long", Refusal.MESSAGE),
    ],
)
def test_whose_mending_it_is(code: str, refusal: Refusal) -> None:
    raised = answered({"ok": False, "error": code}).raised()
    assert isinstance(raised, ChatRefused)
    assert raised.refusal is refusal


@pytest.mark.parametrize(("code", "perhaps_taken"), LATER.items())
def test_slacks_own_faults_are_for_later(code: str, perhaps_taken: bool) -> None:
    fault = answered({"ok": False, "error": code})
    assert isinstance(fault.raised(), ChatDown)
    assert (fault.perhaps_taken, fault.retry_after_s) == (perhaps_taken, None)


def test_no_code_stands_in_two_tables() -> None:
    tables = [set(REFUSED), set(THIS_ALONE), set(LATER), set(WAITS)]
    assert sum(map(len, tables)) == len(set.union(*tables))


@pytest.mark.parametrize("code", WAITS)
def test_what_slack_asks_to_wait_is_waited(code: str) -> None:
    fault = answered({"ok": False, "error": code}, 429, {"Retry-After": "17"})
    assert (fault.retry_after_s, fault.perhaps_taken) == (17.0, False)
    assert (answered({"ok": False, "error": code}).retry_after_s or 0) > 0


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"Retry-After": "30"}, 30.0), ({"retry-after": "1.5"}, 1.5), ({"RETRY-AFTER": ["7", "9"]}, 7.0),
        ({"Retry-After": "soon"}, 2.0), ({"Retry-After": ""}, 2.0), ({"Retry-After": []}, 2.0), ({}, 2.0),
        ({"Retry-After": "nan"}, 2.0), ({"Retry-After": "-4"}, 2.0), ({"Retry-After": "0"}, 2.0),
        ({"Retry-After": "inf"}, LONGEST_WAIT_S), ({"Retry-After": "1e9"}, LONGEST_WAIT_S),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, 2.0),
    ],
)  # fmt: skip
def test_retry_after_is_read_or_left(headers: dict[str, Any], wait_s: float) -> None:
    assert retry_after_s(headers, 2.0) == wait_s


def test_a_new_code_is_refused_and_marked_as_new() -> None:
    fault = answered({"ok": False, "error": "moon_phase_wrong"})
    assert (fault.refusal, fault.known) == (Refusal.MESSAGE, False)


def test_a_missing_scope_is_named() -> None:
    fault = answered(
        {"ok": False, "error": "missing_scope", "needed": "groups:read", "provided": "chat:write"}
    )
    assert fault.cause == "missing_scope: groups:read"


def test_what_is_wrong_with_a_message_is_told() -> None:
    metadata = {"messages": ["[ERROR] must be fewer than 3001 characters [json-pointer:/blocks/2]"]}
    fault = answered({"ok": False, "error": "invalid_blocks", "response_metadata": metadata})
    assert "/blocks/2" in fault.cause


@pytest.mark.parametrize(
    ("error", "perhaps_taken"),
    [
        (aiohttp.ClientConnectorError(connection_key=None, os_error=OSError(111, "refused")), False),  # type: ignore[arg-type]
        (aiohttp.ConnectionTimeoutError(), False),
        (aiohttp.ServerDisconnectedError(), True),
        (aiohttp.ClientOSError(104, "reset"), True),
        (aiohttp.ClientPayloadError("cut"), True),
        (aiohttp.ServerTimeoutError(), True),
        (TimeoutError(), True),
        (ConnectionResetError(), True),
        (json.JSONDecodeError("no", "<html>", 0), True),
    ],
)
def test_a_broken_line_is_for_later(error: Exception, perhaps_taken: bool) -> None:
    fault = fault_of(error)
    assert isinstance(fault.raised(), ChatDown)
    assert fault.perhaps_taken is perhaps_taken


@pytest.mark.parametrize("error", [SlackRequestError("x"), SlackClientError("x")])
def test_what_slack_sdk_will_not_send_is_refused(error: Exception) -> None:
    assert fault_of(error).refusal is Refusal.MESSAGE


@pytest.mark.parametrize("error", [KeyError("x"), ValueError("x"), AttributeError("x"), ZeroDivisionError()])
def test_a_bug_of_ours_stays_one(error: Exception) -> None:
    with pytest.raises(type(error)), told():
        raise error


# ------------------------------------------------------- bodies that are not Slack's, over the wire


@pytest.fixture
async def odd() -> AsyncIterator[Callable[[web.Response], AsyncWebClient]]:
    """A client whose server answers everything with the same response."""
    answer: list[web.Response] = []

    async def handle(request: web.Request) -> web.Response:
        made = answer[0]
        return web.Response(status=made.status, body=made.body, headers=made.headers)

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"

    def client(response: web.Response) -> AsyncWebClient:
        answer[:] = [response]
        return AsyncWebClient("xoxb-x", base_url=base, retry_handlers=[])

    yield client
    await runner.cleanup()


@pytest.mark.parametrize(
    ("response", "perhaps_taken"),
    [
        (web.Response(text="<html>Back soon</html>", content_type="text/html"), True),
        (web.Response(text="<html>", content_type="text/html", status=502), True),
        (web.Response(text="blocked by proxy", content_type="text/plain"), True),
        (web.Response(text="[1, 2]", content_type="application/json"), True),
        (web.Response(text="null", content_type="application/json"), True),
        (web.Response(text="{", content_type="application/json"), True),
        (web.Response(body=b"\xff\xfe\x00", content_type="application/json"), True),
        (web.Response(text="", content_type="application/json"), True),
        (web.Response(text="", status=503), True),
        (web.Response(text="<html>", content_type="text/html", status=403), False),
    ],
    ids=lambda value: f"{value.status} {value.content_type}" if isinstance(value, web.Response) else "",
)
async def test_an_answer_that_is_not_slacks_is_for_later(
    odd: Callable[[web.Response], AsyncWebClient], response: web.Response, perhaps_taken: bool
) -> None:
    client = odd(response)
    with pytest.raises(SlackFault) as caught, told():
        await client.chat_postMessage(channel="C1", text="x")
    assert isinstance(caught.value.fault.raised(), ChatDown)
    assert caught.value.fault.perhaps_taken is perhaps_taken


async def test_nobody_there_means_not_taken() -> None:
    client = AsyncWebClient("xoxb-x", base_url="http://127.0.0.1:9/api/", retry_handlers=[])
    with pytest.raises(SlackFault) as caught, told():
        await client.chat_postMessage(channel="C1", text="x")
    assert not caught.value.fault.perhaps_taken


async def test_being_cancelled_is_no_fault() -> None:
    with pytest.raises(asyncio.CancelledError), told():
        raise asyncio.CancelledError
