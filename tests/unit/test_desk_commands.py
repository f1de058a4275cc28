"""What each command does and says, once, in the place where it was asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.commands import VERBS
from bot.ports import ChatDown
from bot.standing import Standing
from bot.types import Place
from tests.fakes.desk import HERE, command_request, link_request
from tests.unit.test_desk import SECOND, STORY, Room, room

__all__ = ["room"]

FEED = "https://paper.example/feed"
ELSEWHERE = Place("fake", "newsroom", "sport")


async def test_help_lists_every_verb(room: Room) -> None:
    told = await room.answer("help")
    assert all(verb.word in told for verb in VERBS)


async def test_digest_reads_a_link(room: Room) -> None:
    assert (await room.answer(f"digest {STORY}")).startswith("Budget passes")
    assert (await room.answer(STORY)).startswith("Budget passes")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("folow x", "Did you mean “follow”"),
        ("follow", "Say: follow"),
        ("unfollow 3", "Nothing followed here matches 3"),
        ("unfollow https://x.example/", "matches https://x.example/"),
        ("pause 1", "Nothing followed here"),
        ("forget 9", "Nothing followed here"),
        (f"follow {STORY}/none", "no page"),
        ("settings colour red", "There is no setting colour"),
        ("settings digest maybe", "It wants on, mention or off"),
        ("receipt", "no digest here"),
        (f"forget {STORY}", "Nothing of"),
        ("list", "Nothing is followed here"),
    ],
)
async def test_what_cannot_be_done_is_said_in_one_sentence(room: Room, text: str, said: str) -> None:
    assert said in await room.answer(text)
    assert (await room.desk.status()).failed == 0


async def test_follow_list_pause_resume_unfollow(room: Room) -> None:
    followed = await room.answer(f"follow {FEED} +budget -sport", replace(HERE, thread="7"))
    assert followed.startswith("Following “The Paper” as number 1")
    assert await room.answer("list") == f"1. The Paper, {FEED} (+budget -sport), now"
    assert "as number 1" in await room.answer(f"follow {FEED}", ELSEWHERE)
    assert "number 1" in await room.answer(f"follow {FEED}"), "followed already"
    assert "nothing of it is posted" in await room.answer("pause 1")
    assert (await room.answer("list")).endswith(", paused")
    assert "posted here again" in await room.answer("resume 1")
    assert "No longer following" in await room.answer(f"unfollow {FEED}")
    assert "Nothing is followed" in await room.answer("list")
    assert "The Paper" in await room.answer("list", ELSEWHERE)


async def test_following_marks_what_is_there_as_known_and_posts_to_the_channel(room: Room) -> None:
    await room.answer(f"follow {FEED}", replace(HERE, thread="7"))
    async with room.store.begin() as tx:
        assert await tx.known_entries(FEED, (STORY, SECOND)) == {STORY, SECOND}
        assert [one.place for one in await tx.followers(FEED)] == [HERE]


async def test_a_second_follower_does_not_swallow_the_firsts_news(room: Room) -> None:
    await room.answer(f"follow {FEED}")
    room.web.pages = {**room.web.pages, FEED: f"The Paper\n{STORY}/new\n{STORY}\n{SECOND}"}
    await room.answer(f"follow {FEED}", ELSEWHERE)
    async with room.store.begin() as tx:
        assert await tx.known_entries(FEED, (f"{STORY}/new",)) == frozenset()


async def test_a_command_is_done_once_though_its_answer_takes_three_tries(room: Room) -> None:
    room.chat.failures = [ChatDown("503"), ChatDown("503")]
    request = command_request("E1", f"follow {FEED}")
    await room.say(request)
    await room.desk.drain()
    await room.desk.drain()
    assert room.chat.unique_reply(request).plain.startswith("Following “The Paper” as number 1")


async def test_links_are_left_alone_where_the_place_wants_it(room: Room) -> None:
    assert "left alone" in await room.answer("settings digest off")
    assert not await room.say(link_request("E1", STORY))
    assert await room.say(link_request("E2", STORY, place=ELSEWHERE))
    assert (await room.answer(f"digest {STORY}")).startswith("Budget passes"), "asked for by name"
    assert "digest off" in await room.answer("settings")
    assert "retention 90 days" in await room.answer("settings")
    assert "answered" in await room.answer("settings digest ON")
    assert await room.say(link_request("E3", STORY))


async def test_the_receipt_names_every_host_of_the_latest_digest(room: Room) -> None:
    await room.say(link_request("E1", STORY))
    told = await room.answer("receipt")
    assert "“Budget passes”" in told
    assert "paper.example, cdn.paper.example" in told
    assert "“Budget passes”" in await room.answer(f"receipt {STORY}#part")
    assert "no digest" in await room.answer("receipt https://other.example/")
    assert "no digest" in await room.answer("receipt", ELSEWHERE)


async def test_status_tells_the_three_facts_here_and_everywhere(room: Room) -> None:
    await room.say(link_request("E1", STORY, place=ELSEWHERE))
    told = await room.answer("status")
    assert "Here: 1 request seen, 0 digested, 0 delivered." in told
    assert "Everywhere: 2 requests seen, 1 digested, 1 delivered." in told


async def test_forget_deletes_a_story_or_a_feed(room: Room) -> None:
    await room.say(link_request("E1", STORY))
    await room.say(link_request("E2", SECOND))
    assert "Deleted: 1 digest" in await room.answer(f"forget {STORY}?utm_source=x")
    await room.answer(f"follow {FEED}")
    assert "Deleted: 1 digest" in await room.answer("forget 1")
    assert (await room.desk.status()).digested == 0
    assert "Nothing is followed" in await room.answer("list")


async def test_a_digest_forgotten_before_it_went_is_not_answered_with_something_else(room: Room) -> None:
    room.chat.failures = [ChatDown("503")]
    request = command_request("E1", f"digest {STORY}")
    await room.desk.take(request)
    await room.desk.drain()
    async with room.store.begin() as tx:
        assert await tx.forget_story(HERE, STORY) == 1
    await room.desk.drain()
    assert room.chat.sent == []
    assert (await room.desk.status()).waiting == 0


@pytest.mark.parametrize("text", [f"follow {FEED}", "pause 1", "settings digest off", f"forget {STORY}"])
async def test_who_may_not_is_told_so_and_nothing_happens(room: Room, text: str) -> None:
    told = await room.answer(text, standing=Standing.GUEST)
    assert "is not allowed here: only members of this workspace may" in told
    assert room.web.asked == []
    assert "digest on" in await room.answer("settings", standing=Standing.GUEST), "looking is allowed"
