"""What failed calls to a homeserver mean, in tables; what nio and aiohttp raise, from real sockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nio import LocalProtocolError, RoomSendError

from adapters.matrix.faults import LONGEST_WAIT_S, MatrixFault, answered, checked, fault_of
from adapters.matrix.wire import Wire
from bot.ports import ChatDown, ChatRefused, Refusal
from tests.fakes.site import Site

NEVER = [
    (403, "M_FORBIDDEN", "User @bot:x not in room !a:x (None)", Refusal.NOT_INSIDE),
    (403, "M_FORBIDDEN", "You aren't a member of the room and weren't previously", Refusal.NOT_INSIDE),
    (403, "M_FORBIDDEN", "You are not invited to this room.", Refusal.NOT_INSIDE),
    (403, "M_FORBIDDEN", "You don't have permission to post that to the room.", Refusal.NO_RIGHT),
    (403, "M_CONSENT_NOT_GIVEN", "", Refusal.NO_RIGHT),
    (403, "M_USER_DEACTIVATED", "", Refusal.SIGNED_OUT),
    (413, "M_TOO_LARGE", "event too large", Refusal.MESSAGE),
    (413, "", "", Refusal.MESSAGE),
    (404, "M_NOT_FOUND", "", Refusal.MESSAGE),
    (400, "M_BAD_JSON", "", Refusal.MESSAGE),
    (400, "ORG_EXAMPLE_NEW_ONE", "", Refusal.MESSAGE),
]
LATER = [
    (500, "M_UNKNOWN", True), (502, "", True), (504, "", True), (404, "", False), (403, "", False),
    (301, "", False), (401, "M_UNKNOWN_TOKEN", False), (401, "M_MISSING_TOKEN", False),
    (403, "M_RESOURCE_LIMIT_EXCEEDED", False),
]  # fmt: skip


def body_of(errcode: str, words: str = "") -> dict[str, Any] | None:
    return {"errcode": errcode, "error": words} if errcode else None


@pytest.mark.parametrize(("status", "errcode", "words", "refusal"), NEVER)
def test_never(status: int, errcode: str, words: str, refusal: Refusal) -> None:
    raised = answered(status, body_of(errcode, words), {}).raised()
    assert isinstance(raised, ChatRefused)
    assert raised.refusal is refusal


@pytest.mark.parametrize(("status", "errcode", "perhaps"), LATER)
def test_later(status: int, errcode: str, perhaps: bool) -> None:
    fault = answered(status, body_of(errcode), {})
    raised = fault.raised()
    assert isinstance(raised, ChatDown)
    assert raised.retry_after_s is None
    assert fault.perhaps_taken is perhaps
    assert fault.signed_out is (errcode in {"M_UNKNOWN_TOKEN", "M_MISSING_TOKEN"})


@pytest.mark.parametrize(
    ("headers", "told_ms", "wait_s"),
    [
        ({"Retry-After": "7"}, 2000, 7.0), ({}, 2000, 2.0), ({}, None, 5.0),
        ({"retry-after": "soon"}, 300, 0.3), ({"Retry-After": "1e9"}, None, LONGEST_WAIT_S),
        ({"Retry-After": "-1"}, "nan", 5.0), ({}, [], 5.0),
    ],
)  # fmt: skip
def test_how_long_to_wait(headers: Mapping[str, str], told_ms: object, wait_s: float) -> None:
    body = {"errcode": "M_LIMIT_EXCEEDED", "error": "Too Many Requests", "retry_after_ms": told_ms}
    raised = answered(429, body, headers).raised()
    assert isinstance(raised, ChatDown)
    assert raised.retry_after_s == pytest.approx(wait_s)


def test_the_next_step_of_a_password_question_is_kept() -> None:
    fault = answered(401, {"flows": [{"stages": ["m.login.password"]}], "session": "s"}, {})
    assert fault.answer["session"] == "s"
    assert fault.refusal is Refusal.NO_RIGHT
    assert not fault.signed_out


@given(
    status=st.integers(100, 599),
    body=st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["errcode", "error", "retry_after_ms", "flows", "x"]), inner)
        ),
        max_leaves=8,
    ),
    header=st.text(max_size=9),
)
def test_whatever_is_answered_is_a_fault(status: int, body: object, header: str) -> None:
    fault = answered(status, body, {"Retry-After": header})
    raised = fault.raised()
    assert isinstance(raised, ChatDown | ChatRefused)
    assert len(fault.cause) < 10_000
    if fault.retry_after_s is not None:
        assert 0 < fault.retry_after_s <= LONGEST_WAIT_S


def test_of_nios_answers() -> None:
    error = RoomSendError("no", "M_LIMIT_EXCEEDED", 1500, False, "!a:x")
    with pytest.raises(MatrixFault) as caught:
        checked(error)
    assert caught.value.retry_after_s == 1.5
    assert checked("a response") == "a response"
    with pytest.raises(MatrixFault) as caught:
        checked(RoomSendError("unknown error"))
    assert caught.value.refusal is None


@pytest.mark.parametrize(
    "error", [TimeoutError(), ConnectionResetError(), LocalProtocolError("Not logged in.")]
)
def test_of_what_nio_raises(error: Exception) -> None:
    fault = fault_of(error)
    assert fault.refusal is None
    assert fault.signed_out is isinstance(error, LocalProtocolError)
    assert fault.perhaps_taken is not isinstance(error, LocalProtocolError)


@pytest.mark.parametrize("bug", [KeyError("x"), LocalProtocolError("No such room")])
def test_a_bug_of_ours_stays_one(bug: Exception) -> None:
    with pytest.raises(type(bug)):
        fault_of(bug)


def test_the_desk_is_told() -> None:
    refused = MatrixFault("x", refusal=Refusal.CLOSED).raised()
    assert isinstance(refused, ChatRefused)
    assert refused.refusal is Refusal.CLOSED
    down = MatrixFault("x", retry_after_s=2.0).raised()
    assert isinstance(down, ChatDown)
    assert down.retry_after_s == 2.0


# ---------------------------------------------------------------------- over a real connection


async def test_answers_over_the_wire(site: Site) -> None:
    site.add("/ok", b'{"a": 1}')
    site.add("/list", b"[]")
    site.add("/page", b"<html>")
    site.add("/deep", b"[" * 100_000)
    site.add("/gone", b"<html>", status=404)
    site.add("/never", json.dumps({"errcode": "M_FORBIDDEN", "error": "no"}).encode(), status=403)
    wire = Wire()
    try:
        assert await wire.call("GET", site.url("/ok")) == {"a": 1}
        for path, status in (("/list", 200), ("/page", 200), ("/deep", 200), ("/gone", 404), ("/never", 403)):
            with pytest.raises(MatrixFault) as caught:
                await wire.call("GET", site.url(path))
            assert caught.value.status == status
            assert (caught.value.refusal is None) is (path != "/never")
    finally:
        await wire.close()


async def test_an_answer_that_is_too_long_is_told_as_that(site: Site) -> None:
    fits, long = json.dumps({"a": "x" * 1012}).encode(), json.dumps({"a": "x" * 5000}).encode()
    assert len(fits) <= 1024
    site.add("/fits", fits)
    site.add("/long", long)
    wire = Wire(limit_bytes=1024)
    try:
        assert await wire.call("GET", site.url("/fits"))
        with pytest.raises(MatrixFault, match="longer than") as caught:
            await wire.call("GET", site.url("/long"))
        assert caught.value.refusal is None
    finally:
        await wire.close()


async def test_nobody_there() -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    wire = Wire()
    try:
        with pytest.raises(MatrixFault) as caught:
            await wire.call("POST", f"http://127.0.0.1:{port}/", {})
        assert caught.value.perhaps_taken
        server.close()
        await server.wait_closed()
        with pytest.raises(MatrixFault) as caught:
            await wire.call("POST", f"http://127.0.0.1:{port}/", {})
        assert not caught.value.perhaps_taken
        assert isinstance(caught.value.__cause__, aiohttp.ClientError)
    finally:
        await wire.close()
