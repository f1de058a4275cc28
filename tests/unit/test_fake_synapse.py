"""The homeserver of the tests and the persons on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.synapse import People, Refused, Synapse


@pytest.mark.parametrize("version", ["11", "12"])
async def test_two_people_talk_in_a_room(people: People, version: str) -> None:
    ada, ben = await people.new("ada"), await people.new("ben")
    room = await ada.create("desk", invite=[ben.user_id], version=version)
    await ben.until(lambda: room in ben.heard.invited)
    await ben.join(room)
    said = await ada.say(room, "hello", html="<b>hello</b>")
    heard = await ben.wait_for(room, lambda event: event["content"].get("body") == "hello")
    assert (heard["event_id"], heard["sender"]) == (said, ada.user_id)
    assert (await ben.state(room, "m.room.create"))["room_version"] == version
    assert await ben.members(room) == {ada.user_id, ben.user_id}


async def test_edits_threads_reactions_and_redactions(people: People) -> None:
    ada = await people.new("ada")
    room = await ada.create()
    root = await ada.say(room, "first")
    below = await ada.say(room, "below", thread=root)
    edit = await ada.edit(room, root, "mended")
    mark = await ada.react(room, root, "👀")
    event = await ada.event(room, root)
    assert event["unsigned"]["m.relations"]["m.replace"]["event_id"] == edit
    assert event["unsigned"]["m.relations"]["m.thread"]["count"] == 1
    assert [reply["event_id"] for reply in await ada.replies(room, root)] == [below]
    await ada.redact(room, below, "not this")
    gone = await ada.wait_for(room, lambda event: event["type"] == "m.room.redaction")
    assert gone["content"]["redacts"] == below
    order = [event["event_id"] for event in await ada.timeline(room)]
    assert [event for event in order if event in {root, below, edit, mark}] == [root, below, edit, mark]


async def test_a_reader_misses_nothing_however_much_was_said(people: People) -> None:
    ada, ben = await people.new("ada"), await people.new("ben")
    room = await ada.create(invite=[ben.user_id])
    await ben.join(room)
    await ben.sync()
    said = [await ada.say(room, str(number)) for number in range(105)]
    await ben.wait_for(room, lambda event: event["event_id"] == said[-1])
    assert [event["event_id"] for event in ben.heard.events[room] if event["event_id"] in said] == said


async def test_who_may_do_what(people: People) -> None:
    ada, ben = await people.new("ada"), await people.new("ben")
    room = await ada.create("desk", invite=[ben.user_id], version="11")
    await ben.join(room)
    await ada.require(room, "org.nutgraf.feed", 60)
    with pytest.raises(Refused) as refused:
        await ben.set_state(room, "org.nutgraf.feed", {})
    assert (refused.value.status, refused.value.errcode) == (403, "M_FORBIDDEN")
    await ada.level(room, ben.user_id, 60)
    assert await ben.set_state(room, "org.nutgraf.feed", {})
    newer = await ada.upgrade(room)
    assert (await ben.state(room, "m.room.tombstone"))["replacement_room"] == newer
    await ada.kick(room, ben.user_id)
    await ben.until(lambda: room in ben.heard.left)


async def test_what_a_member_notices(people: People) -> None:
    ada, ben = await people.new("ada"), await people.new("ben")
    room = await ada.create("desk", invite=[ben.user_id])
    await ben.join(room)
    await ada.say(room, "psst", kind="m.notice")
    assert await ben.counts(room) == (0, 0)
    last = await ada.say(room, "@room look", mentions=[])
    assert await ben.counts(room) == (1, 0)
    await ada.say(room, "look", mentions=[ben.user_id])
    assert await ben.counts(room) == (2, 1)
    await ada.say(room, "@room as old clients say it", mentions=None)
    assert await ben.counts(room) == (3, 2)
    await ben.read(room, last)
    await ada.until(lambda: ada.heard.receipts[room].get(ben.user_id) == last)
    path = f"/rooms/{room}/typing/{ben.user_id}"
    await ben.call("PUT", path, {"typing": True, "timeout": 5000})
    await ada.until(lambda: ben.user_id in ada.heard.typing[room])


async def test_it_comes_back_with_all_it_had(homeserver: Synapse, people: People) -> None:
    ada = await people.new("ada")
    room = await ada.create()
    first = await ada.send(room, "m.room.message", {"msgtype": "m.text", "body": "one"}, txn="same")
    await homeserver.restart(killed=True)
    again = await ada.send(room, "m.room.message", {"msgtype": "m.text", "body": "one"}, txn="same")
    assert again == first
    await homeserver.forget_transactions()
    later = await ada.send(room, "m.room.message", {"msgtype": "m.text", "body": "one"}, txn="same")
    assert later != first


async def test_tokens_that_end(homeserver: Synapse, people: People) -> None:
    ada = await people.new("ada")
    phone = await people.again(ada)
    homeserver.log_out(ada.user_id, phone.device_id)
    with pytest.raises(Refused) as refused:
        await phone.sync()
    assert (refused.value.errcode, refused.value.answer["soft_logout"]) == ("M_UNKNOWN_TOKEN", False)
    await ada.sync()
    await homeserver.expire_tokens(ada.user_id)
    with pytest.raises(Refused) as refused:
        await ada.sync()
    assert (refused.value.errcode, refused.value.answer["soft_logout"]) == ("M_UNKNOWN_TOKEN", True)


async def test_a_pace_that_holds_until_an_admin_lifts_it(limited_homeserver: Synapse) -> None:
    async with People(limited_homeserver) as people:
        ada = await people.new("ada")
        room = await ada.create()
        with pytest.raises(Refused) as refused:
            for number in range(30):
                await ada.say(room, str(number))
        assert (refused.value.status, refused.value.errcode) == (429, "M_LIMIT_EXCEEDED")
        assert refused.value.answer["retry_after_ms"] > 0
        limited_homeserver.exempt(ada.user_id)
        for number in range(15):
            await ada.say(room, str(number))


def test_another_on_its_port_is_not_taken_for_it(homeserver: Synapse, quick_path: Path) -> None:
    second = Synapse(quick_path / "second", port=homeserver.port)
    with pytest.raises(RuntimeError, match="ended at its start"):
        second.start()
    second.close()
    assert homeserver.running
