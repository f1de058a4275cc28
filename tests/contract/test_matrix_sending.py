"""What goes wrong between a message and its room, and who is told what, at a real Synapse."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from adapters.matrix.events import KEY_FIELD
from adapters.matrix.history import own_event
from bot.ports import ChatDown, ChatRefused, Refusal
from bot.types import Place
from tests.contract.chat_contract import message
from tests.contract.matrix_rooms import Correspondent, correspondent
from tests.fakes.synapse import FaultProxy, People, Synapse
from tests.fakes.synapse.faults import Cut, bad_gateway, expired, limited, refused
from tests.fakes.synapse.journalist import Journalists

pytestmark = pytest.mark.asyncio(loop_scope="module")

SEND = "PUT /send/m.room."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def proxied(homeserver: Synapse) -> AsyncIterator[tuple[Correspondent, FaultProxy]]:
    async with (
        FaultProxy(homeserver.url) as proxy,
        People(homeserver) as people,
        correspondent(people, proxy.url) as made,
    ):
        yield made, proxy


@pytest.fixture
def here(proxied: tuple[Correspondent, FaultProxy]) -> Correspondent:
    return proxied[0]


@pytest.fixture
def proxy(proxied: tuple[Correspondent, FaultProxy]) -> FaultProxy:
    proxied[1].heal()
    return proxied[1]


async def words(here: Correspondent, room: str) -> list[str]:
    clear = [here.clear(room, event) for event in await here.own(room)]
    return [str(one["content"].get("body")) for one in clear]


# ------------------------------------------------------------------------------ once


@pytest.mark.parametrize("encrypted", [False, True])
async def test_an_answer_that_is_lost_leaves_one_event(
    here: Correspondent, proxy: FaultProxy, encrypted: bool
) -> None:
    place = await here.place(encrypted=encrypted)
    proxy.script(SEND, Cut(taken=True), times=2)  # aiohttp itself tries a PUT twice
    with pytest.raises(ChatDown) as caught:
        await here.chat.post(place, message("Pier closes."), "k1")
    assert caught.value.retry_after_s is None
    found = await here.chat.find(place, "k1")
    assert found is not None
    assert await here.chat.post(place, message("Pier closes."), "k1") == found
    assert await words(here, place.channel) == ["Pier closes."]


@pytest.mark.parametrize("encrypted", [False, True])
async def test_synapse_and_the_bot_may_restart_between_send_and_record(
    here: Correspondent, homeserver: Synapse, encrypted: bool
) -> None:
    place = await here.place(encrypted=encrypted)
    first = await here.chat.post(place, message("Pier closes."), "k1")
    if not encrypted:  # once is enough: 3 s
        await homeserver.restart(killed=True)
    again = await here.restarted()
    assert await again.post(place, message("Pier closes, now."), "k1") == first
    assert await words(here, place.channel) == ["Pier closes."]


async def test_it_is_found_by_its_key_from_another_device(here: Correspondent) -> None:
    """Whose transaction ids are others: the password was needed anew, or a day went by."""
    place = await here.place()
    posted = await here.chat.post(place, message("Pier closes."), "k1")
    for number in range(4):
        await here.account.say(place.channel, f"{number}", kind="m.notice")
    async with here.on_another_device() as other:
        assert await other.chat.find(place, "k1") == posted
        assert await other.chat.find(place, "k2") is None
        found = await own_event(other.session, place.channel, "k1", "no such id", page_events=2)
        assert found is not None
        assert found["event_id"] == posted.message_id


async def test_a_redacted_message_is_not_found(here: Correspondent) -> None:
    place = await here.place()
    posted = await here.chat.post(place, message("Pier closes."), "k1")
    await here.account.redact(place.channel, posted.message_id)
    again = await here.restarted()
    assert await again.find(place, "k1") is None
    with pytest.raises(ChatRefused) as caught:
        await again.edit(posted, message("Pier stays open."))
    assert caught.value.refusal is Refusal.MESSAGE


async def test_edits_there_and_back_are_all_seen(here: Correspondent) -> None:
    place = await here.place()
    posted = await here.chat.post(place, message("Pier closes."), "k1")
    for text in ("Pier stays open.", "Pier closes.", "Pier closes.", "Pier stays open."):
        await here.chat.edit(posted, message(text))
    assert await here.held(posted) == "Pier stays open."
    assert len(await here.own(place.channel)) == 4  # the same words twice are one edit


async def test_one_rooms_messages_stand_in_the_order_of_asking(here: Correspondent) -> None:
    place = await here.place(encrypted=True)
    await asyncio.gather(*(here.chat.post(place, message(f"Pier {n}."), f"k{n}") for n in range(8)))
    assert await words(here, place.channel) == [f"Pier {n}." for n in range(8)]


# ---------------------------------------------------------------------------- limits


async def test_a_short_wait_is_waited(here: Correspondent, proxy: FaultProxy) -> None:
    place = await here.place()
    proxy.script(SEND, limited(300))
    begun = time.monotonic()
    await here.chat.post(place, message("Pier closes."), "k1")
    assert time.monotonic() - begun >= 0.3
    assert await words(here, place.channel) == ["Pier closes."]


async def test_a_long_wait_is_told_and_nobody_asks_meanwhile(here: Correspondent, proxy: FaultProxy) -> None:
    place = await here.place()
    await here.restarted()
    proxy.script(SEND, limited(30_000))
    asked = proxy.count(SEND)
    with pytest.raises(ChatDown) as first:
        await here.chat.post(place, message("Pier closes."), "k1")
    assert first.value.retry_after_s == pytest.approx(30, abs=1)
    with pytest.raises(ChatDown) as second:
        await here.chat.post(place, message("Pier reopens."), "k2")
    assert (second.value.retry_after_s or 0) > (first.value.retry_after_s or 0)
    assert proxy.count(SEND) == asked + 1
    await here.restarted()


async def test_an_account_that_is_not_exempt_still_works(limited_homeserver: Synapse) -> None:
    """Ten at once, the eleventh 5 s later, the others told when to come."""
    async with People(limited_homeserver) as people, correspondent(people) as here:
        place = await here.place()
        tries = (here.chat.post(place, message(f"Pier {n}."), f"k{n}") for n in range(13))
        results = await asyncio.gather(*tries, return_exceptions=True)
        waits = [one.retry_after_s or 0 for one in results if isinstance(one, ChatDown)]
        assert 2 <= len(waits) <= 6  # what else the account has done counts, too
        assert waits == pytest.approx([waits[0] + 5 * number for number in range(len(waits))], abs=0.5)
        assert waits[0] <= 11
        assert len(await here.own(place.channel)) == 13 - len(waits)


# ---------------------------------------------------------------------------- faults


@pytest.mark.parametrize(
    "fault",
    [bad_gateway(), refused(500, "M_UNKNOWN"), refused(429, "M_LIMIT_EXCEEDED", retry_after_ms=60_000)],
)
async def test_trouble_of_the_homeservers_is_for_later(
    here: Correspondent, proxy: FaultProxy, fault: Any
) -> None:
    place = await here.place()
    proxy.script(SEND, fault)
    with pytest.raises(ChatDown):
        await here.chat.post(place, message("Pier closes."), "k1")
    await here.restarted()
    await here.chat.post(place, message("Pier closes."), "k1")
    assert await words(here, place.channel) == ["Pier closes."]


async def test_a_token_that_ended_is_renewed_and_the_message_sent(
    here: Correspondent, proxy: FaultProxy
) -> None:
    place = await here.place()
    proxy.script(SEND, expired())
    await here.chat.post(place, message("Pier closes."), "k1")
    assert await words(here, place.channel) == ["Pier closes."]


async def test_a_homeserver_that_is_down_is_for_later(here: Correspondent, proxy: FaultProxy) -> None:
    place = await here.place()
    await proxy.shut()
    try:
        with pytest.raises(ChatDown):
            await here.chat.post(place, message("Pier closes."), "k1")
        with pytest.raises(ChatDown):
            await here.chat.find(place, "k1")
        with pytest.raises(ChatDown):
            await here.chat.may_see(here.ada.user_id, place)
    finally:
        await proxy.open()
    assert await here.chat.find(place, "k1") is None


async def put_out(here: Correspondent, room: str) -> None:
    await here.ada.kick(room, here.id)


async def silenced(here: Correspondent, room: str) -> None:
    levels = await here.ada.state(room, "m.room.power_levels")
    await here.ada.set_state(room, "m.room.power_levels", {**levels, "events_default": 50})


async def replaced(here: Correspondent, room: str) -> None:
    await here.ada.upgrade(room, "11")


@pytest.mark.parametrize(
    ("happens", "refusal"),
    [
        (put_out, Refusal.NOT_INSIDE),
        (silenced, Refusal.NO_RIGHT),
        (replaced, Refusal.CLOSED),
    ],
)
@pytest.mark.parametrize("encrypted", [False, True])
async def test_a_room_that_takes_no_words(
    here: Correspondent, happens: Any, refusal: Refusal, encrypted: bool
) -> None:
    place = await here.place(encrypted=encrypted)
    await happens(here, place.channel)
    with pytest.raises(ChatRefused) as caught:
        await here.chat.post(place, message("Pier closes."), "k1")
    assert caught.value.refusal is refusal
    assert await here.chat.find(place, "k1") is None


async def test_a_message_that_is_too_large_for_the_homeserver(here: Correspondent, proxy: FaultProxy) -> None:
    place = await here.place()
    proxy.script(SEND, refused(413, "M_TOO_LARGE"))
    with pytest.raises(ChatRefused) as caught:
        await here.chat.post(place, message("Pier closes."), "k1")
    assert caught.value.refusal is Refusal.MESSAGE


async def test_an_answer_to_a_message_that_never_was(here: Correspondent) -> None:
    room = await here.room()
    place = Place("matrix", here.id, room, "$never-was-never-was-never-was-never-was-00000")
    with pytest.raises(ChatRefused) as caught:
        await here.chat.post(place, message("Pier closes."), "k1")
    assert caught.value.refusal is Refusal.MESSAGE


# ------------------------------------------------------------------------ encryption


async def test_no_clear_word_goes_into_an_encrypted_room(here: Correspondent, proxy: FaultProxy) -> None:
    place = await here.place(encrypted=True)
    client = here.session.client
    olm, client.olm = client.olm, None
    try:
        with pytest.raises(ChatRefused) as caught:
            await here.chat.post(place, message("Pier closes."), "k1")
    finally:
        client.olm = olm
    assert caught.value.refusal is Refusal.NO_RIGHT
    assert await here.own(place.channel) == []


async def test_nothing_is_sent_while_nobody_says_whether_a_room_is_encrypted(
    here: Correspondent, proxy: FaultProxy
) -> None:
    place = await here.place()
    proxy.script("GET /state/m.room.encryption", bad_gateway(), refused(403, "M_FORBIDDEN"))
    for expected in (ChatDown, ChatRefused):
        with pytest.raises(expected):
            await here.chat.post(place, message("Pier closes."), "k1")
    assert await here.own(place.channel) == []


async def test_a_room_that_turns_encryption_on_gets_no_clear_word_any_more(here: Correspondent) -> None:
    place = await here.place()
    await here.chat.post(place, message("Pier closes."), "k1")
    await here.ada.set_state(place.channel, "m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"})
    with pytest.raises(ChatDown):  # no sync has told who is to get keys
        await here.chat.post(place, message("Pier reopens."), "k2")
    await here.listened()
    await here.chat.post(place, message("Pier reopens."), "k2")
    types = [event["type"] for event in await here.own(place.channel)]
    assert types == ["m.room.message", "m.room.encrypted"]


async def test_what_a_message_is_about_stays_inside_it(here: Correspondent) -> None:
    place = await here.place(encrypted=True)
    posted = await here.chat.post(place, message("Pier closes."), "matrix:!r:$e#0123456789")
    wire = await here.account.event(place.channel, posted.message_id)
    assert set(wire["content"]) == {
        "algorithm", "sender_key", "ciphertext", "session_id", "device_id", "m.relates_to",
    }  # fmt: skip
    assert (await here.event(posted))["content"][KEY_FIELD] == "matrix:!r:$e#0123456789"


@pytest.mark.parametrize("broken", ["PUT /sendToDevice/", "POST /keys/claim"])
@pytest.mark.parametrize("fault", [bad_gateway(), Cut(taken=False), limited(200)])
async def test_nobody_is_left_without_a_rooms_key(
    here: Correspondent, proxy: FaultProxy, homeserver: Synapse, quick_path: Path, broken: str, fault: Any
) -> None:
    """nio counts a key as shared whatever became of it; whoever has not got it reads nothing."""
    async with People(homeserver) as people:
        made = Journalists(people, quick_path)
        try:
            eve = await made.new("eve")
            room = await here.room(eve, encrypted=True)
            place = Place("matrix", here.id, room)
            proxy.script(broken, fault, fault)
            for _ in range(4):
                try:
                    posted = await here.chat.post(place, message("Pier closes."), f"k {room}")
                    break
                except ChatDown:
                    continue
            event = await eve.wait_for(room, lambda event: event["event_id"] == posted.message_id)
            assert eve.shown(room, event)["content"].get("body") == "Pier closes."
        finally:
            await made.close()
