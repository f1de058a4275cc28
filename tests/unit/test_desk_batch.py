"""A batch: all that a platform tells at once, and what its adapter notes, in one transaction."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.choices import AUTO_CHOICES
from bot.errors import BadSetting, UnknownSetting
from bot.ports import Refusal
from bot.records import Counts
from bot.types import Place, Request
from tests.fakes.desk import HERE, command_request, link_request
from tests.unit.test_desk import E1_STORY, SECOND, STORY, Room, room
from tests.unit.test_desk_places import followed, settle, stopped, told

__all__ = ["room"]

GROUP = {"digest": "mention", "steer": "admins"}


class Unwell(Exception):
    """Something in the middle of a batch breaks."""


async def stored(room: Room, place: Place = HERE) -> dict[str, str]:
    """Settings that were set."""
    async with room.store.begin() as tx:
        return dict(await tx.settings(place))


# -- all or nothing


async def test_what_a_batch_holds_is_done_once_it_ends(room: Room) -> None:
    async with room.desk.batch() as batch:
        assert await batch.take(link_request("E1", STORY))
        assert await batch.take(command_request("C1", "list"))
        await batch.note("fake", "sync:D1", "s2")
        working = asyncio.create_task(room.desk.drain())
        await asyncio.sleep(0.05)
        assert room.web.asked == [], "a job appears when the batch is committed"
    await working
    await settle(room)
    assert [sent.key for sent in room.chat.sent] == [E1_STORY, "C1#0"]
    assert await room.desk.notes("fake") == {"sync:D1": "s2"}


async def test_a_batch_that_raises_leaves_nothing(room: Room) -> None:
    await followed(room)
    await room.say(link_request("E1", STORY))
    async with room.desk.batch() as batch:
        await batch.note("fake", "sync:D1", "s1")
    before = await room.desk.status()
    with pytest.raises(Unwell):
        async with room.desk.batch() as batch:
            assert await batch.take(link_request("E2", SECOND))
            await batch.withdrawn(HERE, "E1", "D1")
            await batch.joined(HERE, "ada", "J1", GROUP)
            await batch.heard(E1_STORY, "other")
            await batch.closed(HERE)
            await batch.moved(HERE, replace(HERE, channel="new"))
            await batch.note("fake", "sync:D1", "s2")
            await batch.note("fake", "unread:1", "{}")
            raise Unwell
    assert await room.desk.notes("fake") == {"sync:D1": "s1"}
    assert await room.engine.backlog() == {}
    await settle(room)
    assert await room.desk.status() == before
    assert (await stored(room), await stopped(room)) == ({}, [None])
    assert [sent.key for sent in room.chat.sent] == [E1_STORY]
    assert room.chat.deleted == []
    assert await room.say(link_request("E2", SECOND)), "the platform tells it again"


async def test_a_batch_of_nothing_changes_nothing(room: Room) -> None:
    async with room.desk.batch():
        pass
    assert await room.desk.status() == Counts()


async def test_a_batch_that_is_told_again_is_no_news(room: Room) -> None:
    for taken in (True, False):
        async with room.desk.batch() as batch:
            await batch.joined(HERE, "ada", "J1", GROUP)
            assert await batch.take(link_request("E1", STORY, addressed=True)) is taken
            await batch.note("fake", "sync:D1", "s2")
        await settle(room)
    assert [sent.key for sent in room.chat.sent] == ["joined:J1#0", E1_STORY]


# -- each thing in it, after what came before it


@pytest.mark.parametrize(
    ("request_", "settings", "taken"),
    [
        (link_request("E1", STORY), {}, True),
        (link_request("E1", STORY), {"digest": "mention"}, False),
        (link_request("E1", STORY), {"digest": "off"}, False),
        (link_request("E1", STORY, addressed=True), {"digest": "off"}, True),
        (link_request("E1", STORY), {"mute": "paper.example"}, False),
        (link_request("E1", STORY, "https://b.example/"), {"mute": "paper.example"}, True),
        (command_request("E1", "help"), {"digest": "off"}, True),
        (Request("E1", HERE, "ada", "good morning"), {}, False),
    ],
)
@pytest.mark.parametrize("alone", [True, False])
async def test_a_batch_takes_what_the_desk_takes(
    room: Room, request_: Request, settings: dict[str, str], taken: bool, alone: bool
) -> None:
    async with room.store.begin() as tx:
        for key, value in settings.items():
            await tx.change_setting(HERE, key, value)
    if alone:
        assert await room.desk.take(request_) is taken
    else:
        async with room.desk.batch() as batch:
            assert await batch.take(request_) is taken
            assert not await batch.take(request_), "once"
    async with room.store.begin() as tx:
        kept = await tx.request("E1")
    assert (kept is not None) is taken
    assert kept is None or kept.links == (request_.links[1:] if "mute" in settings else request_.links)


async def test_links_of_the_batch_in_which_the_bot_joins_are_read_as_the_room_starts(room: Room) -> None:
    async with room.desk.batch() as batch:
        await batch.joined(replace(HERE, thread="9"), "ada", "J1", GROUP)
        assert not await batch.take(link_request("E1", STORY))
        assert await batch.take(link_request("E2", STORY, addressed=True))


async def test_a_message_deleted_in_the_batch_it_came_with_is_not_answered(room: Room) -> None:
    async with room.desk.batch() as batch:
        assert await batch.take(link_request("E1", STORY))
        await batch.withdrawn(HERE, "E1", "D1")
        assert not await batch.take(replace(link_request("E1:edited:2", SECOND), source="E1"))
    await settle(room)
    assert (room.chat.sent, room.web.asked) == ([], [])


async def test_a_deleted_message_takes_its_digest_along_and_a_report_comes_twice(room: Room) -> None:
    await room.say(link_request("E1", STORY))
    for _ in range(2):
        async with room.desk.batch() as batch:
            await batch.heard(E1_STORY, "m1")
            await batch.heard("not ours", "m9")
            await batch.withdrawn(HERE, "E1", "D1")
        await settle(room)
    assert (room.chat.sent, room.chat.deleted) == ([], ["m1"])


async def test_channels_and_workspaces_close_and_open_in_a_batch(room: Room) -> None:
    await followed(room)
    async with room.desk.batch() as batch:
        await batch.closed(HERE, Refusal.NOT_INSIDE)
        await batch.reopened(HERE)
        await batch.signed_out(HERE)
    assert await stopped(room) == ["signed-out"]
    async with room.desk.batch() as batch:
        await batch.signed_in(HERE)
    assert await stopped(room) == [None]
    await settle(room)
    assert len(told(room, "ada")) == 1
    assert "is open again" in room.chat.sent[-1].message.plain


# -- how a place starts


async def test_a_place_starts_with_what_was_never_set(room: Room) -> None:
    async with room.store.begin() as tx:
        await tx.change_setting(HERE, "steer", "@U1")
    async with room.desk.batch() as batch:
        await batch.joined(HERE, "ada", "J1", GROUP)
    assert await stored(room) == {"digest": "mention", "steer": "@U1"}
    assert await room.desk.settings(replace(HERE, thread="9")) == {
        "digest": "mention", "steer": "@U1", "mute": "", "answers": "thread",
    }  # fmt: skip
    await room.answer("settings digest on", user="U1")
    for key in ("J1", "J2"):
        async with room.desk.batch() as batch:
            await batch.joined(HERE, "ada", key, GROUP)
    assert (await stored(room))["digest"] == "on", "invited again, it is as it was left"


@pytest.mark.parametrize(
    ("digest", "says"),
    [
        (
            "on",
            "I read the stories behind links that are pasted here, and answer each below it with a digest:",
        ),
        (
            "mention",
            "Name me beside a link, and I read the story behind it and answer below it with a digest:",
        ),
        ("off", "Say “digest” and a link, and I read the story behind it and answer below it with a digest:"),
    ],
)
async def test_the_introduction_says_how_the_place_is_set(room: Room, digest: str, says: str) -> None:
    async with room.desk.batch() as batch:
        await batch.joined(HERE, "ada", "J1", {"digest": digest})
    await settle(room)
    message = room.chat.unique_reply()
    assert message.plain.startswith(says)
    assert message.choices == AUTO_CHOICES


@pytest.mark.parametrize(
    ("defaults", "error"), [({"colour": "red"}, UnknownSetting), ({"digest": "maybe"}, BadSetting)]
)
async def test_a_start_that_is_no_setting_is_refused(room: Room, defaults: Any, error: Any) -> None:
    with pytest.raises(error):
        async with room.desk.batch() as batch:
            await batch.joined(HERE, "ada", "J1", defaults)
    assert await stored(room) == {}


async def test_the_setting_of_answers_is_shown_and_changed(room: Room) -> None:
    assert "answers thread: where this chat has both threads and replies" in await room.answer("settings")
    assert (await room.answer("settings answers reply")).startswith("answers reply:")
    assert (await room.desk.settings(HERE))["answers"] == "reply"
    assert "thread or reply" in await room.answer("settings answers sideways")


# -- notes


async def test_notes_are_the_adapters_own(room: Room) -> None:
    async with room.desk.batch() as batch:
        await batch.note("fake", "unread:a", "1")
        await batch.note("fake", "unread:b", "2")
        await batch.note("other", "unread:c", "3")
        await batch.note("fake", "unread:a", None)
    assert await room.desk.notes("fake", "unread:") == {"unread:b": "2"}
    assert await room.desk.notes("fake", "sync:") == {}
    await room.desk.forget_place(HERE)
    assert await room.desk.notes("other") == {"unread:c": "3"}
