"""A room that was upgraded: what is followed, set and asked for goes on in the new one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.ports import ChatRefused, Refusal
from bot.schedule import entry_request
from bot.types import Entry, Request
from tests.fakes.desk import HERE, command_request, link_request
from tests.unit.test_desk import E1_STORY, SECOND, STORY, Room, room
from tests.unit.test_desk_places import followed, stopped
from tests.unit.test_desk_races import Meanwhile, Then, fetching, settle

__all__ = ["room"]

NEW = replace(HERE, channel="new")


def moves(room: Room) -> Then:
    async def move() -> None:
        for _ in range(2):  # events come twice
            async with room.desk.batch() as batch:
                await batch.moved(replace(HERE, thread="1"), replace(NEW, thread="2"))

    return move


async def test_what_stopped_because_the_old_room_closed_runs_in_the_new_one(room: Room) -> None:
    await followed(room)
    story = await room.story(STORY)
    room.chat.failures = [ChatRefused("tombstone", Refusal.NO_RIGHT)]
    await room.say(story)
    await settle(room)
    assert await stopped(room) == ["no-right"]
    await moves(room)()
    await settle(room)
    assert (await stopped(room), await stopped(room, NEW)) == ([], [None])
    assert [sent.message.plain for sent in room.chat.sent if sent.place == NEW] == [
        "This room goes on where the old one ended."
        " New stories are posted here again from: “Feed of paper.example”."
    ]


async def test_where_nothing_had_stopped_there_is_nothing_to_say(room: Room) -> None:
    await followed(room)
    await moves(room)()
    await settle(room)
    assert (room.chat.sent, await stopped(room, NEW)) == ([], [None])


async def test_what_was_asked_in_the_old_room_is_answered_in_the_new_one(room: Room) -> None:
    old = replace(HERE, thread="7")
    await room.desk.take(link_request("E1", STORY, place=old))
    await room.desk.take(command_request("C1", "list", place=old))
    await moves(room)()
    await settle(room)
    assert [(sent.key, sent.place) for sent in room.chat.sent] == [(E1_STORY, NEW), ("C1#0", NEW)]


@pytest.mark.parametrize("request_", [link_request("E1", STORY), command_request("E1", f"digest {STORY}")])
async def test_upgraded_while_a_story_is_read(
    room: Room, monkeypatch: pytest.MonkeyPatch, request_: Request
) -> None:
    fetching(room, monkeypatch, moves(room))
    await room.say(request_)
    await settle(room)
    assert [(sent.key, sent.place) for sent in room.chat.sent] == [(E1_STORY, NEW)]
    assert (await room.desk.status(NEW)).digested == 1
    assert (await room.desk.status()).waiting == 0


async def test_upgraded_while_a_feeds_story_is_read(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    fetching(room, monkeypatch, moves(room))
    await room.say(await room.story(STORY))
    await settle(room)
    assert [sent.place for sent in room.chat.sent] == [NEW]
    assert (await room.desk.status()).waiting == 0
    async with room.store.begin() as tx:
        (one,) = await tx.subscriptions(NEW)
    assert not await room.say(entry_request(one, Entry(STORY, STORY, ""))), "no story comes again"


async def test_upgraded_while_a_feed_is_followed(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    fetching(room, monkeypatch, moves(room))
    await room.say(command_request("C1", "follow https://paper.example/feed"))
    await settle(room)
    assert (await stopped(room), await stopped(room, NEW)) == ([], [None])
    assert [sent.place for sent in room.chat.sent] == [NEW]


@pytest.mark.parametrize("when", ["before", "after"])
async def test_upgraded_while_a_digest_is_posted(room: Room, when: str) -> None:
    """It stands in the old room, and is deleted there with its message."""
    room.desk.serve(chat := Meanwhile(**{when: moves(room)}, lost=True))
    await room.desk.take(link_request("E1", STORY))
    await settle(room)
    assert [(sent.key, sent.place) for sent in chat.sent] == [(E1_STORY, HERE)]
    assert (await room.desk.status(NEW)).delivered == 1
    await room.desk.withdrawn(HERE, "E1", "D1")
    await settle(room)
    assert (chat.sent, chat.deleted) == ([], ["m1"])


async def test_a_story_of_the_old_room_is_pointed_to_where_it_stands(room: Room) -> None:
    await room.say(link_request("E1", STORY))
    await moves(room)()
    await room.say(link_request("E2", STORY, place=NEW))
    links = [run.link for block in room.chat.sent[-1].message.blocks for run in block.runs if run.link]
    assert links == ["https://chat.example/desk/m1"]
    await room.say(link_request("E3", SECOND, place=NEW))
    assert room.chat.sent[-1].message.plain.startswith("Bridge closes")
