"""What members of a room get of a message: who is pinged, what is shown and where, at a real Synapse."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from adapters.matrix.render import rendered
from bot.ports import ChatDown, ChatRefused
from bot.render import digest_message
from bot.types import Message, Place, Posted, Request
from tests.contract.chat_contract import HOSTILE, message
from tests.contract.matrix_rooms import Correspondent, correspondent
from tests.fakes.synapse import People, Synapse
from tests.fakes.synapse.journalist import Journalists
from tests.golden.renew import digest_named
from tests.unit.matrix_html import breaches

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def people(homeserver: Synapse) -> AsyncIterator[People]:
    async with People(homeserver) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(people: People) -> AsyncIterator[Correspondent]:
    async with correspondent(people) as made:
        yield made


@pytest.fixture(autouse=True)
def _settings(here: Correspondent) -> None:
    here.settings.clear()


def relation_of(event: dict[str, Any]) -> dict[str, Any]:
    return dict(event["content"].get("m.relates_to", {}))


# ----------------------------------------------------------------------------- pings


async def test_a_quote_of_the_whole_room_and_of_a_name_highlights_nobody(
    here: Correspondent, people: People
) -> None:
    place = await here.place()
    tom = await people.new("tom")
    await here.ada.invite(place.channel, tom.user_id)
    await tom.join(place.channel)
    await here.ada.level(place.channel, here.id, 50)  # who may ping everybody
    last = await here.ada.say(place.channel, "Welcome, Tom.")
    for person in (here.ada, tom):
        await person.read(place.channel, last)
    posted = await here.chat.post(place, message(f"{HOSTILE} Ada Tom {tom.user_id} @room"), "k1")
    await here.chat.edit(posted, message(f"Ada Tom {tom.user_id} @room"))
    for person in (here.ada, tom):
        assert await person.counts(place.channel) == (0, 0)
    await here.account.say(place.channel, "Every @room")  # which is how other bots do it
    for person in (here.ada, tom):
        assert (await person.counts(place.channel))[1] == 1


async def test_words_for_one_person_name_that_person_alone(here: Correspondent) -> None:
    place = await here.place()
    posted = await here.chat.post(place, message("You follow it already."), "k1", only_for=here.ada.user_id)
    content = (await here.event(posted))["content"]
    assert content["m.mentions"] == {"user_ids": [here.ada.user_id]}
    local = here.ada.user_id[1:].partition(":")[0]
    assert content["body"] == f"{local}: You follow it already."
    assert content["formatted_body"] == (
        f'<p><a href="https://matrix.to/#/{here.ada.user_id}">{local}</a>: You follow it already.</p>'
    )
    assert relation_of({"content": content})["rel_type"] == "m.thread"


async def test_in_a_direct_conversation_nobody_need_be_named(here: Correspondent) -> None:
    room = await here.room(direct=True)
    await here.rooms.mark_direct(room, here.ada.user_id)
    place = Place("matrix", here.id, room)
    posted = await here.chat.post(place, message("You follow it already."), "k1", only_for=here.ada.user_id)
    content = (await here.event(posted))["content"]
    assert content["body"] == "You follow it already."
    assert content["m.mentions"] == {}
    assert "m.relates_to" not in content


# --------------------------------------------------------------------------- a digest


@pytest.mark.parametrize("encrypted", [False, True])
async def test_a_digest_is_a_notice_without_cards(here: Correspondent, encrypted: bool) -> None:
    place = await here.place(encrypted=encrypted)
    digest = digest_of_a_story()
    posted = await here.chat.post(place, digest, "k1")
    event = await here.event(posted)
    content = event["content"]
    assert (content["msgtype"], content["format"]) == ("m.notice", "org.matrix.custom.html")
    assert content["m.mentions"] == {}
    assert content["com.beeper.linkpreviews"] == []
    assert content["uk.half-shot.unstable.show_url_previews"] is False
    assert content["body"].endswith("React: ➕ 13 more · 🔁 re-read · ❌ delete")
    assert breaches(content["formatted_body"]) == []
    [reply] = await here.ada.replies(place.channel, place.thread or "")
    assert reply["event_id"] == posted.message_id


async def test_what_an_edit_says_is_what_clients_show(here: Correspondent) -> None:
    place = await here.place()
    posted = await here.chat.post(place, message("Pier closes."), "k1")
    await here.chat.edit(posted, digest_of_a_story())
    event = await here.ada.event(place.channel, posted.message_id)
    edit = event["unsigned"]["m.relations"]["m.replace"]["content"]
    assert edit["body"].startswith("* Ferry With 212 Aboard")
    assert len(edit["body"]) < 130
    assert edit["m.mentions"] == edit["m.new_content"]["m.mentions"] == {}
    assert edit["com.beeper.linkpreviews"] == edit["m.new_content"]["com.beeper.linkpreviews"] == []
    assert "m.relates_to" not in edit["m.new_content"]


def digest_of_a_story() -> Message:
    return digest_message(digest_named("wire_ferry"), "0123456789ab")


async def test_a_journalist_reads_it_in_an_encrypted_room(
    here: Correspondent, people: People, tmp_path_factory: pytest.TempPathFactory
) -> None:
    made = Journalists(people, tmp_path_factory.mktemp("keys"))
    try:
        eve = await made.new("eve")
        room = await here.room(eve, encrypted=True)
        link = await eve.say(room, "What of the pier?")
        posted = await here.chat.post(Place("matrix", here.id, room, link), message("Pier closes."), "k1")
        await here.chat.edit(posted, message("Pier stays open."))
        await eve.wait_for(room, lambda event: event["event_id"] == posted.message_id)
        edits = [eve.shown(room, event) for event in eve.heard.events[room] if event["sender"] == here.id]
        shown = [event["content"].get("body") for event in edits if event["type"] == "m.room.message"]
        assert shown == ["Pier closes.", "* Pier stays open."]
        phone = await made.again(eve)
        await here.listened()
        again = await here.chat.post(Place("matrix", here.id, room, link), message("Pier reopens."), "k2")
        event = await phone.wait_for(room, lambda event: event["event_id"] == again.message_id)
        assert phone.shown(room, event)["content"]["body"] == "Pier reopens."
    finally:
        await made.close()


# ----------------------------------------------------------------------------- places


async def test_by_the_rooms_setting_it_is_a_thread_or_a_reply(here: Correspondent) -> None:
    place = await here.place()
    here.settings["answers"] = "reply"
    reply = await here.chat.post(place, message("Pier closes."), "k1")
    assert relation_of(await here.event(reply)) == {"m.in_reply_to": {"event_id": place.thread}}
    assert await (await here.restarted()).find(place, "k1") == reply
    here.settings["answers"] = "thread"
    thread = await here.chat.post(place, message("Pier closes."), "k2")
    assert relation_of(await here.event(thread)) == {
        "rel_type": "m.thread",
        "event_id": place.thread,
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": place.thread},
    }
    here.settings["answers"] = "reply"  # somebody has answered in a thread: it goes on there
    there = await here.chat.post(place, message("Pier closes."), "k3")
    assert relation_of(await here.event(there))["rel_type"] == "m.thread"


async def test_a_users_id_is_the_room_with_that_user(here: Correspondent, people: People) -> None:
    tom = await people.new("tom")
    place = Place("matrix", here.id, tom.user_id)
    assert await here.chat.find(place, "k1") is None
    for _ in range(2):  # asked again, there is still one invitation
        with pytest.raises(ChatDown) as caught:
            await here.chat.post(place, message("A feed of yours stopped."), "k1")
        assert (caught.value.retry_after_s or 0) > 1
    await tom.sync()
    [room] = tom.heard.invited
    await tom.join(room)
    await here.listened()
    posted = await here.chat.post(place, message("A feed of yours stopped."), "k1")
    assert posted.place == place
    assert (await here.event(posted, room))["content"]["body"] == "A feed of yours stopped."
    again = await here.restarted()
    assert await again.find(place, "k1") == posted
    await again.edit(posted, message("It goes on."))
    await again.delete(posted)
    assert await again.find(place, "k1") is None


@pytest.mark.parametrize("version", ["11", "12"])
async def test_elsewhere_a_room_is_told_of_by_its_name(here: Correspondent, version: str) -> None:
    room = await here.room(name="City <desk>", version=version)
    await here.ada.kick(room, here.id)
    direct = await here.room(direct=True)
    await here.rooms.mark_direct(direct, here.ada.user_id)
    words = message(f"I am not in the channel {room}, so nothing is posted there.")
    posted = await here.chat.post(Place("matrix", here.id, here.ada.user_id), words, f"stopped:{room}")
    told = "I am not in the channel “City <desk>”, so nothing is posted there."
    assert (await here.event(posted, direct))["content"]["body"] == told


async def test_whoever_left_is_asked_anew(here: Correspondent, people: People) -> None:
    tom = await people.new("tom")
    place = Place("matrix", here.id, tom.user_id)
    with pytest.raises(ChatDown):
        await here.chat.post(place, message("A feed of yours stopped."), "k1")
    await tom.sync()
    [first] = tom.heard.invited
    await tom.leave(first)
    with pytest.raises(ChatDown):
        await here.chat.post(place, message("A feed of yours stopped."), "k1")
    await tom.sync()
    assert [room for room in tom.heard.invited if room != first] != []


async def test_a_user_that_is_nobody_is_refused(here: Correspondent) -> None:
    with pytest.raises((ChatRefused, ChatDown)):
        await here.chat.post(Place("matrix", here.id, "@nobody:elsewhere.invalid"), message("x"), "k1")


# ------------------------------------------------------------------------- beside it


async def test_members_may_see_and_those_who_left_may_not(here: Correspondent, people: People) -> None:
    tom = await people.new("tom")
    place = await here.place()
    assert await here.chat.may_see(here.ada.user_id, place)
    assert not await here.chat.may_see(tom.user_id, place)
    assert await here.chat.may_see(tom.user_id, Place("matrix", here.id, tom.user_id))
    assert not await here.chat.may_see(here.ada.user_id, Place("matrix", here.id, tom.user_id))
    await here.ada.invite(place.channel, tom.user_id)
    await tom.join(place.channel)
    chat = await here.restarted()  # what was known is known for half a minute
    assert await chat.may_see(tom.user_id, place)
    await tom.leave(place.channel)
    assert await chat.may_see(tom.user_id, place)
    chat = await here.restarted()
    assert not await chat.may_see(tom.user_id, place)
    await here.account.leave(place.channel)
    chat = await here.restarted()
    assert not await chat.may_see(here.ada.user_id, place)


def asked(here: Correspondent, place: Place, key: str = "") -> Request:
    key = key or f"matrix:{place.channel}:{place.thread}"
    return Request(key, place, here.ada.user_id, "x")


async def test_a_receipt_and_typing_while_it_reads(here: Correspondent) -> None:
    place = await here.place()
    first, second = asked(here, place), asked(here, place, f"matrix:{place.channel}:press:$x")
    await here.chat.acknowledge(first, "reading")
    await here.chat.acknowledge(second, "reading")
    heard = here.ada.heard
    await here.ada.until(lambda: heard.typing[place.channel] == {here.id})
    await here.ada.until(lambda: heard.receipts[place.channel].get(here.id) == place.thread)
    await here.chat.acknowledge(first, "failed")
    await here.ada.sync()
    assert heard.typing[place.channel] == {here.id}
    await here.chat.acknowledge(second, "done")
    await here.ada.until(lambda: heard.typing[place.channel] == set())


async def test_nobody_types_for_a_feed(here: Correspondent) -> None:
    place = await here.place()
    await here.chat.acknowledge(asked(here, place, "feed:https://paper.example/feed"), "reading")
    await here.ada.sync()
    assert here.ada.heard.typing[place.channel] == set()


async def test_the_room_shows_what_the_renderer_made(here: Correspondent) -> None:
    place = await here.place()
    posted: Posted = await here.chat.post(place, message(HOSTILE, link="javascript:alert(1)"), "k1")
    content = (await here.event(posted))["content"]
    assert (content["body"], content["formatted_body"]) == rendered(message(HOSTILE))
    assert breaches(content["formatted_body"]) == []
