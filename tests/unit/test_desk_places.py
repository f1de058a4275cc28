"""Places: joined, closed, left, signed out, and a chat that takes nothing any more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.choices import AUTO_CHOICES
from bot.ports import ChatDown, ChatRefused, Refusal
from bot.records import FeedState
from bot.types import Place, Subscription
from tests.fakes.desk import HERE, NOON, command_request, link_request
from tests.unit.test_desk import STORY, Room, room

__all__ = ["room"]

FEED, OTHER = "https://paper.example/feed", "https://other.example/feed"
THERE = Place("fake", "newsroom", "sport")
ABROAD = Place("fake", "another newsroom", "desk")


async def followed(room: Room, place: Place = HERE, user: str = "ada", url: str = FEED) -> Subscription:
    async with room.store.begin() as tx:
        wanted = Subscription(0, place, url, f"Feed of {url.split('/')[2]}", user, NOON)
        return await tx.follow(FeedState(url), wanted)


async def stopped(room: Room, place: Place = HERE) -> list[str | None]:
    async with room.store.begin() as tx:
        return [one.stopped for one in await tx.subscriptions(place)]


def told(room: Room, user: str) -> list[str]:
    """What was written to the user alone, in a direct message."""
    inbox = Place("fake", "newsroom", user)
    return [sent.message.plain for sent in room.chat.sent if sent.place == inbox]


async def settle(room: Room) -> None:
    for _ in range(3):
        await room.desk.drain()


# -- joining


async def test_joining_is_introduced_once_with_the_choice(room: Room) -> None:
    for _ in range(2):
        await room.desk.joined(replace(HERE, thread="9"), "ada", "J1")
        await settle(room)
    (sent,) = room.chat.sent
    assert (sent.place, sent.key, sent.only_for) == (HERE, "joined:J1#0", None)
    assert sent.message.choices == AUTO_CHOICES
    assert "read the stories behind links that are pasted here" in sent.message.plain
    assert "settings digest" in sent.message.plain
    assert "help" in sent.message.plain
    assert "again from" not in sent.message.plain
    assert room.chat.marks == []
    await room.desk.joined(HERE, "ada", "J2")
    await settle(room)
    assert len(room.chat.sent) == 2, "put out and invited again"


@pytest.mark.parametrize(
    ("reason", "again"),
    [
        (Refusal.NOT_INSIDE, True),
        (Refusal.CLOSED, True),
        (Refusal.SIGNED_OUT, True),
        (Refusal.NO_RIGHT, False),  # being inside does not give it
    ],
)
async def test_joining_starts_what_stopped_for_want_of_it(room: Room, reason: Refusal, again: bool) -> None:
    await followed(room)
    await followed(room, url=OTHER)
    async with room.store.begin() as tx:
        await tx.stop(HERE, reason.value)
    await room.desk.joined(HERE, "ada", "J1")
    await settle(room)
    expected = "New stories are posted here again from: “Feed of paper.example”, “Feed of other.example”."
    assert (expected in room.chat.unique_reply().plain) is again
    assert await stopped(room) == [None if again else reason.value] * 2


async def test_an_invitation_that_is_reported_again_starts_nothing(room: Room) -> None:
    await followed(room)
    await room.desk.joined(HERE, "ada", "J1")
    await room.desk.closed(HERE, Refusal.NOT_INSIDE)
    await room.desk.joined(HERE, "ada", "J1")
    await settle(room)
    assert await stopped(room) == [Refusal.NOT_INSIDE.value]


async def test_joining_starts_what_it_mends_and_nothing_else(room: Room) -> None:
    await followed(room)
    async with room.store.begin() as tx:
        await tx.stop(HERE, Refusal.NO_RIGHT.value)
    await followed(room, url=OTHER)
    await room.desk.closed(HERE)
    await room.desk.joined(HERE, "ada", "J1")
    await settle(room)
    (introduction,) = [sent.message.plain for sent in room.chat.sent if sent.place == HERE]
    assert "again from: “Feed of other.example”." in introduction
    assert await stopped(room) == [Refusal.NO_RIGHT.value, None]


# -- stops


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (Refusal.NOT_INSIDE, "I am not in a channel where you follow feeds, so no new stories"),
        (Refusal.CLOSED, "A channel where you follow feeds is archived or deleted, so"),
        (Refusal.NO_RIGHT, "I lack a permission to post in a channel where you follow feeds, so"),
    ],
)
async def test_a_refused_place_stops_what_is_followed_and_each_subscriber_is_told_once(
    room: Room, refusal: Refusal, said: str
) -> None:
    await followed(room, user="ada")
    await followed(room, user="ben", url=OTHER)
    await followed(room, THERE)
    story, later = await room.story(STORY), await room.story(STORY + "/2")
    room.chat.failures = [ChatRefused("no", refusal)]
    await room.say(story)
    await settle(room)
    assert await stopped(room) == [refusal.value] * 2
    assert await stopped(room, THERE) == [None]
    for user, feed in (("ada", "paper.example"), ("ben", "other.example")):
        (line,) = told(room, user)
        assert said in line
        assert f"“Feed of {feed}”" in line
        assert len(line.splitlines()) == 1
    assert len(room.chat.sent) == 2
    room.chat.failures = [ChatRefused("no", refusal)]
    await room.say(later)
    await settle(room)
    assert len(room.chat.sent) == 2, "once a stop"
    assert (await room.desk.status()).stopped == 2


async def test_a_refused_message_stops_nothing(room: Room) -> None:
    await followed(room)
    room.chat.failures = [ChatRefused("too long")]
    await room.say(link_request("E1", STORY))
    await settle(room)
    assert await stopped(room) == [None]
    assert room.chat.sent == []


async def test_a_direct_message_that_is_refused_is_only_logged(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    await followed(room)
    room.chat.failures = [ChatRefused("no", Refusal.NOT_INSIDE), ChatRefused("nor here", Refusal.NO_RIGHT)]
    await room.say(link_request("E1", STORY))
    await settle(room)
    assert room.chat.sent[1:] == [], "the one that asked is told; the subscriber could not be"
    assert await stopped(room) == [Refusal.NOT_INSIDE.value]
    assert "nor here" in caplog.text
    assert (await room.desk.status()).waiting == 0


@pytest.mark.parametrize("private", [True, False])
async def test_who_asks_where_the_bot_is_not_is_told_what_to_do(room: Room, private: bool) -> None:
    room.chat.failures = [ChatRefused("not_in_channel", Refusal.NOT_INSIDE)]
    await room.say(command_request("C1", f"digest {STORY}", private=private))
    await settle(room)
    assert told(room, "ada") == [
        "I am not in the channel where you asked, so I could not answer you there. Invite me there and ask"
        " again."
    ]


async def test_where_the_bot_is_signed_out_nobody_is_written_to(room: Room) -> None:
    room.chat.failures = [ChatRefused("token_revoked", Refusal.SIGNED_OUT)]
    await room.say(command_request("C1", f"digest {STORY}"))
    await settle(room)
    assert room.chat.sent == []
    assert (await room.desk.status()).parked == 1


async def test_a_subscriber_who_is_not_known_is_not_written_to(room: Room) -> None:
    await followed(room, user="")
    await room.desk.closed(HERE)
    await settle(room)
    assert room.chat.sent == []
    assert (await room.desk.status()).waiting == 0


async def test_a_direct_message_waits_for_the_chat(room: Room) -> None:
    await followed(room)
    room.chat.failures = [ChatDown("503")]
    await room.desk.closed(HERE)
    await settle(room)
    assert len(told(room, "ada")) == 1


async def test_a_closed_channel_stops_and_an_opened_one_goes_on_and_says_so(room: Room) -> None:
    await followed(room)
    for _ in range(2):
        await room.desk.closed(replace(HERE, thread="3"))
        await settle(room)
    assert await stopped(room) == [Refusal.CLOSED.value]
    assert len(told(room, "ada")) == 1
    for _ in range(2):
        await room.desk.reopened(replace(HERE, thread="3"))
        await settle(room)
    assert await stopped(room) == [None]
    assert [sent.message.plain for sent in room.chat.sent if sent.place == HERE] == [
        "This channel is open again. New stories are posted here again from: “Feed of paper.example”."
    ]
    await room.desk.closed(HERE, Refusal.NOT_INSIDE)
    await settle(room)
    assert await stopped(room) == [Refusal.NOT_INSIDE.value]
    assert len(told(room, "ada")) == 2, "a second stop is told anew"


async def test_opening_a_channel_where_nothing_stopped_is_not_spoken_of(room: Room) -> None:
    await followed(room)
    await room.desk.reopened(HERE)
    await settle(room)
    assert room.chat.sent == []


async def test_signing_out_stops_the_workspace_and_signing_in_starts_it(room: Room) -> None:
    for place in (HERE, THERE, ABROAD):
        await followed(room, place)
    await room.desk.signed_out(Place("fake", "newsroom", ""))
    await settle(room)
    assert [await stopped(room, place) for place in (HERE, THERE, ABROAD)] == [
        ["signed-out"],
        ["signed-out"],
        [None],
    ]
    assert room.chat.sent == [], "nobody there can be told"
    await room.desk.signed_in(Place("fake", "newsroom", ""))
    assert [await stopped(room, place) for place in (HERE, THERE)] == [[None], [None]]


async def test_a_good_token_opens_no_channel(room: Room) -> None:
    await followed(room)
    await room.desk.closed(HERE)
    await room.desk.signed_in(Place("fake", "newsroom", ""))
    assert await stopped(room, HERE) == ["closed"]


async def test_a_revoked_token_stops_the_whole_workspace(room: Room) -> None:
    for place in (HERE, THERE):
        await followed(room, place)
    room.chat.failures = [ChatRefused("token_revoked", Refusal.SIGNED_OUT)]
    await room.say(await room.story(STORY))
    await settle(room)
    assert await stopped(room, THERE) == ["signed-out"]
    assert room.chat.sent == []


async def test_the_introduction_that_is_refused_stops_again(room: Room) -> None:
    await followed(room)
    await room.desk.closed(HERE)
    await settle(room)
    room.chat.failures = [ChatRefused("not inside", Refusal.NOT_INSIDE)]
    await room.desk.joined(HERE, "ben", "J1")
    await settle(room)
    assert await stopped(room) == [Refusal.NOT_INSIDE.value]
    assert len(told(room, "ada")) == 2
    assert told(room, "ben") == [], "he asked for nothing"
