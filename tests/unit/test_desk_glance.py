"""What is answered at once, from the store alone, and to whom what may be shown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.desk.reading import delivery_key, digest_id
from bot.records import FeedState
from bot.standing import Standing
from bot.types import Place, Request, Subscription
from tests.fakes.desk import HERE, NOON, command_request, link_request
from tests.unit.test_desk import SECOND, STORY, Room, room

__all__ = ["room"]

SECRET = Place("fake", "newsroom", "investigations")
ABROAD = Place("fake", "another newsroom", "desk")


async def digested(room: Room, key: str, place: Place, url: str = STORY) -> str:
    """The id of a digest made there."""
    request = link_request(key, url, place=place)
    await room.say(request)
    return digest_id(delivery_key(request, url))


async def followed(room: Room, place: Place) -> None:
    async with room.store.begin() as tx:
        url = f"https://paper.example/{place.channel}"
        await tx.follow(FeedState(url), Subscription(0, place, url, "The Paper", "ada", NOON))


def asked(text: str, place: Place = HERE, **more: Any) -> Request:
    return command_request(f"A-{text}", text, place, private=True, **more)


# -- ask


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Paste a link to a story"),
        ("help follow", "follow <feed"),
        ("list", "Nothing is followed here"),
        ("status", "Here: 1 request seen, 1 digested"),
        ("receipt", "cdn.paper.example"),
        ("settings", "digest on"),
        ("settings digest", "digest on"),
        ("more", "Budget passes"),
        ("cite", "We had no choice."),
        ("said Nobody", "Nobody called"),
        # not understood
        ("folow x", "Did you mean “follow”"),
        ("pause", "Say: pause <number>"),
        ("settings colour", "There is no setting colour"),
        ("more ffffffffffff", "There is no digest ffffffffffff here"),
    ],
)
async def test_what_only_looks_and_what_is_not_understood_is_answered_at_once(
    room: Room, text: str, said: str
) -> None:
    await digested(room, "E1", HERE)
    answer = await room.desk.ask(asked(text))
    assert answer is not None
    assert said in answer.plain
    await room.desk.drain()
    assert len(room.chat.sent) == 1, "nothing but the digest was posted"
    assert (await room.desk.status()).seen == 1, "nothing was taken"


@pytest.mark.parametrize(
    "text",
    [
        f"digest {STORY}", STORY, f"follow {STORY}", "pause 1", "settings digest off", "forget 1", "reread",
        "wrong it is not so", "mute paper.example", "useful", "delete",
    ],
)  # fmt: skip
async def test_what_changes_something_is_to_be_taken(room: Room, text: str) -> None:
    await digested(room, "E1", HERE)
    assert await room.desk.ask(asked(text)) is None
    assert "digest on" in await room.answer("settings")


async def test_a_link_is_to_be_taken(room: Room) -> None:
    assert await room.desk.ask(link_request("E1", STORY)) is None


@pytest.mark.parametrize("text", ["pause 1", "settings digest off", "mute paper.example", f"follow {STORY}"])
async def test_who_may_not_is_told_at_once_who_may(room: Room, text: str) -> None:
    answer = await room.desk.ask(asked(text, standing=Standing.GUEST))
    assert answer is not None
    assert "only members of this workspace may" in answer.plain


# -- digests of places that the user cannot see


@pytest.mark.parametrize("text", ["more {}", "cite {}"])
@pytest.mark.parametrize(
    ("place", "user", "seen"),
    [
        (HERE, "eve", True),
        (SECRET, "eve", False),
        (SECRET, "ada", True),
        (ABROAD, "ada", False),
    ],
)
async def test_a_digest_is_shown_to_those_who_can_read_where_it_stands(
    room: Room, text: str, place: Place, user: str, seen: bool
) -> None:
    room.chat.hidden, room.chat.members = {SECRET.channel}, {(SECRET.channel, "ada")}
    named = await digested(room, "E1", place)
    for request in (asked(text.format(named), user=user), asked(text.format(named), SECRET, user=user)):
        answer = await room.desk.ask(request)
        assert answer is not None
        assert ("no digest" not in answer.plain) is seen
        assert ("Budget" in answer.plain) is seen
    assert {one.workspace for _, one in room.chat.looked} <= {HERE.workspace}, "of no other's members"


@pytest.mark.parametrize("verb", ["reread", "delete", "useful", "wrong", "mute"])
async def test_what_is_done_with_a_digest_is_for_those_who_can_read_it_too(room: Room, verb: str) -> None:
    room.chat.hidden = {SECRET.channel}
    named = await digested(room, "E1", SECRET)
    read = len(room.web.asked)
    text = f"{verb} {named} it is not so" if verb == "wrong" else f"{verb} {named}"
    assert f"There is no digest {named}" in await room.answer(text, standing=Standing.ADMIN)
    assert len(room.web.asked) == read
    assert (await room.desk.status()).digested == 1
    async with room.store.begin() as tx:
        assert await tx.feedback(9) == ()
        assert await tx.settings(HERE) == {}


async def test_a_failure_of_another_place_is_not_tried_again_from_here(room: Room) -> None:
    room.chat.hidden = {SECRET.channel}
    named = await digested(room, "E1", SECRET, STORY + "/none")
    assert f"There is no digest {named}" in await room.answer(f"reread {named}", user="eve")
    assert len(room.web.asked) == 1


async def test_what_somebody_said_is_told_from_the_places_that_the_asker_sees(room: Room) -> None:
    spoken = 'Ferry stops\n"No boat will leave," said Mara Lind. Then she left.'
    room.web.pages = {STORY: spoken, SECOND: spoken.replace("No boat", "One boat")}
    room.chat.hidden, room.chat.members = {SECRET.channel}, {(SECRET.channel, "ada")}
    await digested(room, "E1", SECRET)
    await digested(room, "E2", HERE, SECOND)
    for user, sees in (("ada", True), ("eve", False)):
        at_once = await room.desk.ask(asked("said Lind", user=user))
        assert at_once is not None
        for told in (at_once.plain, await room.answer("said Lind", user=user)):
            assert "One boat will leave" in told
            assert ("No boat will leave" in told) is sees


async def test_a_chat_that_does_not_say_is_waited_for(room: Room) -> None:
    named = await digested(room, "E1", HERE)
    room.chat.silent = True
    request = asked(f"more {named}")
    assert await room.desk.ask(request) is None, "then it is taken"
    await room.say(request)
    assert len(room.chat.sent) == 1
    room.chat.silent = False
    await room.desk.drain()
    (told,) = room.chat.private
    assert "Budget passes" in told.message.plain


# -- private answers


@pytest.mark.parametrize(
    ("text", "only_for"),
    [
        ("list", "ada"),
        ("lisst", "ada"),
        ("settings digest off", "ada"),
        (f"follow {STORY}/none", "ada"),
        (f"digest {STORY}", None),
        (STORY, None),
    ],
)
async def test_a_private_ask_is_answered_in_private_and_a_digest_never(
    room: Room, text: str, only_for: str | None
) -> None:
    await room.say(command_request("C1", text, private=True))
    await room.say(command_request("C2", text))
    assert [sent.only_for for sent in room.chat.sent] == [only_for, None]


# -- overview


async def test_an_overview_shows_what_the_user_can_see(room: Room) -> None:
    room.chat.hidden, room.chat.members = {SECRET.channel}, {(SECRET.channel, "ada")}
    for place in (HERE, SECRET, ABROAD):
        await followed(room, place)
    first = await digested(room, "E1", replace(HERE, thread="7"))
    await digested(room, "E2", SECRET)
    await digested(room, "E3", ABROAD)
    await room.answer("mute other.example")
    seen = await room.desk.overview("fake", "newsroom", "eve")
    assert [one.place for one in seen.subscriptions] == [HERE]
    (past,) = seen.digests
    assert (past.id, past.title, past.url) == (first, "Budget passes", STORY)
    assert past.link == "https://chat.example/desk/m1"
    assert (past.place, past.created_at) == (replace(HERE, thread="7"), NOON)
    assert seen.settings == {"desk": {"mute": "other.example"}}
    assert seen.retention_days == 90
    insider = await room.desk.overview("fake", "newsroom", "ada")
    assert len(insider.subscriptions) == len(insider.digests) == 2
    assert set(insider.settings) == {"desk", "investigations"}


async def test_an_overview_of_a_chat_that_does_not_say_shows_nothing(room: Room) -> None:
    await digested(room, "E1", HERE)
    room.chat.silent = True
    seen = await room.desk.overview("fake", "newsroom", "ada")
    assert (seen.digests, seen.subscriptions, seen.settings) == ((), (), {})


async def test_an_overview_shows_the_last_ten(room: Room) -> None:
    for number in range(12):
        page = f"https://paper.example/{number}"
        room.web.pages = {**room.web.pages, page: f"Story {number}\nNobody spoke."}
        await digested(room, f"E{number}", HERE, page)
    await digested(room, "E12", HERE, SECOND)
    assert len((await room.desk.overview("fake", "newsroom", "ada")).digests) == 10
