"""Links: which are read, under which key, what stands for a second digest, who is told of a failure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.desk.reading import delivery_key, digest_id
from bot.ports import ChatDown
from bot.records import Counts
from bot.types import Place
from tests.fakes.desk import HERE, NOON, command_request, link_request
from tests.unit.test_desk import E1_STORY, PAGES, SECOND, STORY, Room, room

__all__ = ["room"]

LOCKED = "https://paper.example/locked"
MISSING = "https://paper.example/nothing"
ELSEWHERE = Place("fake", "newsroom", "sport")
IN_THREAD = replace(HERE, thread="7")


# -- which are read


@pytest.mark.parametrize(
    ("setting", "addressed", "taken"),
    [
        ("on", False, True),
        ("on", True, True),
        ("mention", False, False),
        ("mention", True, True),
        ("off", False, False),
        ("off", True, True),
    ],
)
async def test_pasted_links_are_left_alone_where_the_place_wants_it(
    room: Room, setting: str, addressed: bool, taken: bool
) -> None:
    await room.answer(f"settings digest {setting}")
    assert await room.say(link_request("E1", STORY, addressed=addressed)) is taken
    assert await room.say(link_request("E2", STORY, place=ELSEWHERE)), "elsewhere nothing was set"


@pytest.mark.parametrize(("setting", "read"), [("on", True), ("mention", True), ("off", False)])
async def test_a_link_beside_the_bots_name_is_read_unless_links_are_off(
    room: Room, setting: str, read: bool
) -> None:
    await room.answer(f"settings digest {setting}")
    room.web.asked.clear()
    request = link_request("E1", STORY, addressed=True)
    await room.say(request)
    assert (STORY in room.web.asked) is read
    told = room.chat.sent[-1].message.plain
    assert ("Budget passes" in told) is read
    assert read or f"digest {STORY}" in told, "it is told how to have it read all the same"


async def test_links_that_are_off_are_read_by_command_and_shortcut(room: Room) -> None:
    await room.answer("settings digest off")
    for request in (
        command_request("E1", f"digest {STORY}"),
        link_request("E2", STORY, addressed=True, private=True),
    ):
        await room.say(request)
        assert "Budget passes" in room.chat.sent[-1].message.plain


async def test_the_bot_named_beside_a_link_that_was_left_alone_has_it_read(room: Room) -> None:
    """One text, two events, one key: the message first, then the mention."""
    await room.answer("settings digest mention")
    assert not await room.say(link_request("E1", STORY))
    assert await room.say(link_request("E1", STORY, addressed=True))
    assert not await room.say(link_request("E1", STORY, addressed=True))
    assert len(room.chat.sent) == 2


async def test_links_to_muted_sites_are_dropped(room: Room) -> None:
    await room.answer("mute paper.example")
    other = "https://other.example/1"
    room.web.pages = {**PAGES, other: "Other\nNothing is said."}
    assert not await room.say(link_request("E1", STORY, "https://www.paper.example/x"))
    assert await room.say(link_request("E2", STORY, other))
    assert room.web.asked == [other]
    assert await room.say(link_request("E3", STORY, addressed=True)), "asked for by name"
    await room.answer("unmute paper.example")
    assert await room.say(link_request("E4", SECOND))


async def test_a_link_that_leads_to_a_muted_site_is_not_digested(room: Room) -> None:
    await room.answer("mute paper.example")
    short = "https://sho.rt/1"
    page = await room.web.get(STORY)

    async def get(url: str, **more: Any) -> Any:
        return page

    room.web.get = get  # type: ignore[method-assign]  # redirects
    await room.say(link_request("E1", short))
    (told,) = room.chat.private
    assert told.only_for == "ada"
    assert "paper.example, and that site is muted here" in told.message.plain
    assert (await room.desk.status()).digested == 0


async def test_a_feeds_story_of_a_muted_site_is_dropped(room: Room) -> None:
    story = await room.story(STORY)
    await room.answer("mute paper.example")
    await room.say(story)
    assert room.web.asked == []
    assert len(room.chat.sent) == 1, "the answer to mute alone"
    assert (await room.desk.status()).failed == 0


async def test_a_feeds_story_that_leads_to_a_muted_site_is_dropped(room: Room) -> None:
    await room.answer("mute paper.example")
    page = await room.web.get(STORY)

    async def get(url: str, **more: Any) -> Any:
        return page

    room.web.get = get  # type: ignore[method-assign]  # redirects
    await room.say(await room.story("https://sho.rt/1"))
    assert (await room.desk.status()).digested == 0
    assert len(room.chat.sent) == 1, "the answer to mute alone"


# -- keys


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://Paper.example/budget?utm_source=x#top", True),
        ("https://paper.example:443/budget", True),
        ("https://paper.example/budget/", False),
        ("http://paper.example/budget", False),
    ],
)
def test_a_links_key_is_its_message_and_its_canonical_address(url: str, same: bool) -> None:
    request = link_request("E1", url)
    assert (delivery_key(request, url) == E1_STORY) is same
    edited = link_request("E1:edited:9", url, source="E1")
    assert (delivery_key(edited, url) == E1_STORY) is same


def test_a_link_that_is_none_has_a_key_too() -> None:
    assert delivery_key(link_request("E1", "x"), "x").startswith("E1#")


async def test_one_link_twice_in_a_message_is_read_once(room: Room) -> None:
    await room.say(link_request("E1", STORY, STORY + "#top", SECOND, STORY + "?fbclid=3"))
    assert [sent.message.plain.split("\n")[0] for sent in room.chat.sent] == [
        "Budget passes",
        "Bridge closes",
    ]
    assert all("more links" not in sent.message.plain for sent in room.chat.sent)


async def test_a_command_is_answered_under_its_own_key_and_a_link_under_its_hash(room: Room) -> None:
    await room.say(command_request("C1", "help"))
    await room.say(command_request("C2", f"digest {STORY}"))
    await room.say(command_request("C3", f"digest {SECOND}", source="E9"))
    keys = [sent.key for sent in room.chat.sent]
    assert keys[0] == "C1#0"
    assert keys[1] == E1_STORY.replace("E1", "C2")
    assert keys[2].startswith("E9#")


async def test_an_edit_that_adds_a_link_answers_it_and_repeats_nothing(room: Room) -> None:
    await room.say(link_request("E1", STORY))
    assert await room.say(link_request("E1:edited:5", SECOND, STORY, source="E1"))
    assert [sent.key for sent in room.chat.sent] == [
        E1_STORY,
        delivery_key(link_request("E1", SECOND), SECOND),
    ]
    assert not await room.say(link_request("E1:edited:5", SECOND, source="E1"))
    assert room.chat.marks[-1] == ("E1:edited:5", "done")


# -- pointers


async def test_a_story_that_the_channel_has_is_pointed_to(room: Room) -> None:
    await room.say(link_request("E1", STORY, place=replace(HERE, thread="1")))
    room.clock.now += timedelta(days=6)
    await room.say(link_request("E2", STORY + "?utm_source=x", place=IN_THREAD, user="ben"))
    assert room.web.asked == [STORY], "not fetched again"
    (told,) = room.chat.private
    assert (told.only_for, told.place) == ("ben", IN_THREAD)
    assert told.message.plain.splitlines()[0] == (
        "“Budget passes” was digested here on 2026-05-04 at 12:00 UTC. https://chat.example/desk/m1"
    )
    assert "https://chat.example/desk/m1" in [run.link for run in told.message.blocks[0].runs]
    assert told.message.digest_id is None
    assert ("E2", "reading") not in room.chat.marks
    assert room.chat.marks[-1] == ("E2", "done")
    assert await room.desk.status() == Counts(seen=2, digested=1, delivered=2)


async def test_a_story_behind_another_address_is_pointed_to_after_reading(room: Room) -> None:
    await room.say(link_request("E1", STORY))
    room.web.pages = {**PAGES, STORY + "?from=app": PAGES[STORY]}  # the reader knows its own address
    await room.say(link_request("E2", STORY + "?from=app"))
    assert len(room.web.asked) == 2
    assert len(room.chat.public) == 1
    assert room.chat.private[0].message.plain.startswith("“Budget passes” was digested here")
    assert (await room.desk.status()).digested == 1


@pytest.mark.parametrize(
    "second",
    [
        link_request("E2", STORY, addressed=True),
        command_request("E2", f"digest {STORY}"),
        command_request("E2", STORY, private=True),
        link_request("E2", STORY, place=ELSEWHERE),
    ],
    ids=["mentioned", "digest", "slash", "another channel"],
)
async def test_who_asks_by_name_or_elsewhere_gets_a_digest(room: Room, second: Any) -> None:
    await room.say(link_request("E1", STORY))
    await room.say(second)
    assert len(room.chat.public) == 2
    assert room.chat.private == []
    assert (await room.desk.status()).digested == 2


async def test_after_a_week_a_story_is_read_again(room: Room) -> None:
    await room.say(link_request("E1", STORY))
    room.clock.now += timedelta(days=7, seconds=1)
    await room.say(link_request("E2", STORY))
    assert len(room.chat.public) == 2


async def test_a_digest_of_a_feed_is_pointed_to_and_a_feed_is_not(room: Room) -> None:
    await room.say(await room.story(STORY))
    await room.say(link_request("E1", STORY))
    assert len(room.chat.public) == 1
    assert len(room.chat.private) == 1
    await room.say(link_request("E2", SECOND))
    await room.say(await room.story(SECOND))
    assert len(room.chat.public) == 3


async def test_the_same_story_twice_in_a_message_is_no_second_digest_and_no_pointer(room: Room) -> None:
    room.web.pages = {**PAGES, STORY + "?from=app": PAGES[STORY]}
    await room.say(link_request("E1", STORY, STORY + "?from=app"))
    assert room.chat.unique_reply().plain.startswith("Budget passes")
    assert (await room.desk.status()).waiting == 0


async def test_a_story_on_its_way_to_the_channel_is_pointed_to(room: Room) -> None:
    """Two people paste one link at once; the first one's digest waits for the chat."""
    room.chat.failures = [ChatDown("503")]
    await room.say(link_request("E1", STORY))
    await room.say(link_request("E2", STORY, user="ben"))
    await room.desk.drain()
    assert len(room.chat.public) == 1
    (told,) = room.chat.private
    assert "being read here just now" in told.message.plain
    assert "http" not in told.message.plain


async def test_links_left_out_are_told_with_a_pointer_too(room: Room) -> None:
    await room.say(link_request("E1", STORY))
    await room.say(link_request("E2", SECOND, MISSING, STORY, STORY + "/4"))
    assert "1 more link of this message was not read" in room.chat.private[-1].message.plain


# -- failures


async def test_a_pasted_link_that_cannot_be_read_is_told_to_the_poster_alone(room: Room) -> None:
    request = link_request("E1", LOCKED, place=IN_THREAD)
    await room.say(request)
    (told,) = room.chat.private
    assert (told.only_for, told.place) == ("ada", IN_THREAD)
    assert "without a subscription" in told.message.plain
    assert told.message.choices == ("retry",)
    assert told.message.digest_id == digest_id(delivery_key(request, LOCKED))
    assert room.chat.marks == [("E1", "reading"), ("E1", "failed")]
    assert await room.desk.status() == Counts(seen=1, delivered=1), "the request itself is closed well"


@pytest.mark.parametrize(
    ("request_", "only_for"),
    [
        (link_request("E1", LOCKED, addressed=True), None),
        (command_request("E1", f"digest {LOCKED}"), None),
        (command_request("E1", f"digest {LOCKED}", private=True), "ada"),
        (link_request("E1", "https://paper.example/bug"), "ada"),
    ],
    ids=["mentioned", "digest", "slash", "a fault of ours"],
)
async def test_who_is_told_of_a_failure(room: Room, request_: Any, only_for: str | None) -> None:
    await room.say(request_)
    (sent,) = room.chat.sent
    assert sent.only_for == only_for
    assert sent.message.choices == ("retry",)
    room.web.pages = {LOCKED: PAGES[STORY], "https://paper.example/bug": PAGES[STORY]}
    await room.say(command_request("P1", f"reread {sent.message.digest_id}", private=True))
    assert room.chat.public[-1].message.plain.startswith("Budget passes")


async def test_try_again_reads_the_link_anew_and_posts_its_digest_for_all(room: Room) -> None:
    request = link_request("E1", MISSING, place=IN_THREAD)
    await room.say(request)
    named = room.chat.private[0].message.digest_id
    room.web.pages = {**PAGES, MISSING: "Found at last\nNobody spoke."}
    press = command_request("P1", f"reread {named}", place=IN_THREAD, private=True)
    await room.say(press)
    (posted,) = room.chat.public
    assert posted.message.plain.startswith("Found at last")
    assert posted.place == IN_THREAD
    assert room.chat.marks[-1] == ("E1", "failed"), "a press is not marked"
    await room.desk.withdrawn(HERE, "E1", "D1")
    await room.desk.drain()
    assert room.chat.public == [], "it goes with its message"


async def test_a_mark_is_kept_through_a_chat_that_is_down(room: Room) -> None:
    room.chat.failures = [ChatDown("503")]
    await room.say(link_request("E1", LOCKED))
    await room.desk.drain()
    assert room.chat.marks[-1] == ("E1", "failed")


# -- marks


@pytest.mark.parametrize(
    ("request_", "marks"),
    [
        (link_request("E1", STORY), ["reading", "done"]),
        (command_request("E1", f"digest {STORY}"), ["reading", "done"]),
        (command_request("E1", f"digest {STORY}", private=True), []),
        (command_request("E1", "list"), ["done"]),
        (command_request("E1", "list", private=True), []),
        (command_request("E1", "lisst"), ["done"]),
    ],
    ids=["pasted", "digest", "slash digest", "list", "slash list", "not understood"],
)
async def test_only_links_that_are_read_are_marked_so(room: Room, request_: Any, marks: list[str]) -> None:
    await room.say(request_)
    assert room.chat.marks == [("E1", mark) for mark in marks]
    assert room.clock.now == NOON
