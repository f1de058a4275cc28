"""The fault proxy before the homeserver of the tests."""

from __future__ import annotations

import asyncio
import time
from http import HTTPStatus

import aiohttp
import pytest

from tests.fakes.synapse import FaultProxy, People, Person, Refused
from tests.fakes.synapse.faults import (
    Answer,
    Cut,
    Half,
    Later,
    Silent,
    Slow,
    bad_gateway,
    expired,
    limited,
    not_json,
    wrong_json,
)

MESSAGE = {"msgtype": "m.text", "body": "hello"}


@pytest.fixture
async def ada(people: People, fault_proxy: FaultProxy) -> Person:
    """Speaks through the proxy."""
    person = await people.new("ada")
    person.url = fault_proxy.url
    return person


async def bodies(person: Person, room: str) -> list[str]:
    return [e["content"].get("body") for e in await person.timeline(room) if e["type"] == "m.room.message"]


async def test_everything_passes_until_scripted(ada: Person, fault_proxy: FaultProxy) -> None:
    room = await ada.create("a room with + and / and ü")
    said = await ada.say(room, "hello")
    await ada.wait_for(room, lambda event: event["event_id"] == said)
    assert (await ada.state(room, "m.room.name"))["name"] == "a room with + and / and ü"
    assert fault_proxy.count("GET /sync") == 1
    with pytest.raises(Refused) as refused:
        await ada.state(room, "no.such.state")
    assert refused.value.status == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    ("fault", "status", "word"),
    [
        (bad_gateway(), 502, "<html>"),
        (limited(300), 429, '"retry_after_ms": 300'),
        (expired(), 401, '"soft_logout": true'),
        (wrong_json(), 200, '"rooms": []'),
        (not_json(), 200, "<html>"),
    ],
    ids=["502", "429", "expired", "wrong json", "no json"],
)
async def test_answers_of_its_own(fault_proxy: FaultProxy, fault: Answer, status: int, word: str) -> None:
    fault_proxy.script("GET /sync", fault, times=2)
    async with aiohttp.ClientSession() as session:
        for _ in range(2):
            async with session.get(f"{fault_proxy.url}/_matrix/client/v3/sync?timeout=0") as answer:
                assert answer.status == status
                assert word in await answer.text()
        assert not fault_proxy.left
        async with session.get(f"{fault_proxy.url}/_matrix/client/v3/sync") as answer:
            assert (await answer.json())["errcode"] == "M_MISSING_TOKEN"


@pytest.mark.parametrize("taken", [True, False])
async def test_a_connection_cut_before_or_after_the_request_was_taken(
    ada: Person, fault_proxy: FaultProxy, taken: bool
) -> None:
    room = await ada.create()
    fault_proxy.script(
        "PUT /send/m.room.message/", Cut(taken=taken), times=2
    )  # aiohttp tries twice by itself
    with pytest.raises(aiohttp.ClientError):
        await ada.send(room, "m.room.message", MESSAGE, txn="one")
    assert await bodies(ada, room) == (["hello"] if taken else [])
    await ada.send(room, "m.room.message", MESSAGE, txn="one")
    assert await bodies(ada, room) == ["hello"]


@pytest.mark.parametrize("stays", [True, False])
async def test_half_an_answer(ada: Person, fault_proxy: FaultProxy, stays: bool) -> None:
    fault_proxy.script("GET /sync", Half(open=stays))
    with pytest.raises(TimeoutError if stays else aiohttp.ClientPayloadError):
        await asyncio.wait_for(ada.sync(), 0.5)
    await ada.sync()


async def test_slow_and_silent(ada: Person, fault_proxy: FaultProxy) -> None:
    fault_proxy.script("GET /sync", Slow(0.2), Silent())
    begun = time.monotonic()
    await ada.sync()
    assert time.monotonic() - begun > 0.2
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(ada.sync(), 0.2)


async def test_what_is_held_comes_later(ada: Person, fault_proxy: FaultProxy) -> None:
    room = await ada.create()
    fault_proxy.script("PUT /send/", Later())
    with pytest.raises(KeyError):  # answered, but not by the homeserver
        await ada.say(room, "hello")
    assert await bodies(ada, room) == []
    await fault_proxy.release()
    assert await bodies(ada, room) == ["hello"]


async def test_shut_and_open_on_the_same_port(ada: Person, fault_proxy: FaultProxy) -> None:
    fault_proxy.always("GET /sync", bad_gateway())
    for _ in range(2):
        with pytest.raises(aiohttp.ClientError):
            await ada.sync()
    fault_proxy.heal()
    await fault_proxy.shut()
    with pytest.raises(aiohttp.ClientConnectorError):
        await ada.sync()
    await fault_proxy.open()
    await ada.sync()
