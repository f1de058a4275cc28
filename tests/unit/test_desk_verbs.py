"""What is said of a digest that was made before, of a site, of a feed: over the whole desk."""

from __future__ import annotations

import re

import pytest

from bot.choices import DIGEST_CHOICES
from bot.records import Verdict
from bot.standing import Standing
from bot.types import Place
from tests.fakes.desk import HERE, command_request, link_request
from tests.unit.pool_room import FEED, STORY, THREAD, digested, room
from tests.unit.test_desk import Room

__all__ = ["room"]

SPORT = Place("fake", "newsroom", "sport")
ABROAD = Place("fake", "another newsroom", "desk")
UNKNOWN = "0123456789ab"


# -- looking


async def test_a_digest_offers_its_choices_and_more_shows_the_rest(room: Room) -> None:
    named = await digested(room)
    shown = room.chat.sent[-1].message
    everything = await room.answer(f"more {named}")
    assert shown.choices == (DIGEST_CHOICES if shown.more else DIGEST_CHOICES[1:])
    for words in (
        "“We had no choice,”",
        "“Nobody asked us.”",
        "numbers do not add up",
        "$1.2 million",
        "Ines Duarte",
    ):
        assert words in everything
    assert "3 quotes, all verbatim" in everything
    assert everything == await room.answer("more", THREAD), "the latest of the thread"


async def test_citations_are_one_line_a_quote_with_their_source(room: Room) -> None:
    named = await digested(room)
    cited = (await room.answer(f"cite {named}")).split("\n")
    assert len(cited) == 3
    assert all(re.search(r"^“.+” — .+“Halden to close its pool”.+\(read .+ UTC\)$", line) for line in cited)
    assert all("#:~:text=" in line for line in cited)


async def test_nothing_to_cite_is_said(room: Room) -> None:
    room.web.pages = {STORY: "Pool\nThe pool of Halden will be closed in March. It is old."}
    assert "no quoted statement" in await room.answer(f"cite {await digested(room)}")


@pytest.mark.parametrize(
    "verb", ["more", "cite", "reread", "delete", "useful", "useless", "wrong {} no", "mute"]
)
async def test_a_digest_that_is_not_there_or_not_for_this_user_is_none(room: Room, verb: str) -> None:
    named = await digested(room)
    room.chat.hidden = {HERE.channel}
    said = verb if "{}" in verb else f"{verb} {{}}"
    unknown = await room.answer(said.format(UNKNOWN))
    hidden = await room.answer(said.format(named), SPORT)
    abroad = await room.answer(said.format(named), ABROAD)
    assert f"There is no digest {UNKNOWN} here" in unknown
    assert hidden == abroad == unknown.replace(UNKNOWN, named), "it is not revealed that it exists"


async def test_where_nothing_was_digested_the_latest_is_none(room: Room) -> None:
    assert "There is no digest here" in await room.answer("more")


# -- judging, muting, deleting


async def test_verdicts_stay_here_and_the_last_one_counts(room: Room) -> None:
    named = await digested(room)
    assert "not useful" in await room.answer(f"useless {named}")
    assert "was useful" in await room.answer(f"useful {named}")
    assert "stays on this host" in await room.answer(f"wrong {named} Okafor never said this")
    assert "in your words" in await room.answer(f"wrong {named} nor that")
    async with room.store.begin() as tx:
        given = await tx.feedback(10)
    assert {one.words for one in given if one.verdict is Verdict.WRONG} == {
        "Okafor never said this",
        "nor that",
    }
    assert [one.verdict for one in given if one.verdict is not Verdict.WRONG] == [Verdict.USEFUL]
    assert {one.user for one in given} == {"ada"}


async def test_a_site_is_muted_by_its_name_or_by_one_of_its_digests(room: Room) -> None:
    named = await digested(room)
    assert "Links to paper.example are left alone" in await room.answer(f"mute {named}")
    assert "other.example" in await room.answer("mute https://www.other.example/a/b")
    assert "mute other.example, paper.example:" in await room.answer("settings")
    assert not await room.say(link_request("E2", STORY))
    assert "not muted here. Muted: other.example, paper.example." in await room.answer("unmute x.example")
    assert "read here again" in await room.answer("unmute www.paper.example")
    assert "mute other.example:" in await room.answer("settings mute")
    assert await room.say(link_request("E3", STORY, user="ben"))


async def test_whoever_asked_may_delete_and_an_admin_and_nobody_else(room: Room) -> None:
    named = await digested(room)
    assert "only whoever asked" in await room.answer(f"delete {named}", user="ben")
    assert room.chat.deleted == []
    assert "Deleted the digest of “Halden to close its pool”" in await room.answer(
        f"delete {named}", user="ada"
    )
    assert room.chat.deleted == ["m1"]
    assert "There is no digest" in await room.answer(f"more {named}")
    again = await digested(room, key="E2")
    assert "Deleted" in await room.answer(f"delete {again}", user="ben", standing=Standing.ADMIN)


async def test_a_feeds_digest_goes_with_whoever_may_steer(room: Room) -> None:
    await room.say(await room.story(STORY))
    named = room.chat.sent[-1].message.digest_id
    await room.answer("settings steer @cy|Cy", user="ada")
    assert "only Cy and admins may" in await room.answer(f"delete {named}", user="ben")
    assert "not allowed" in await room.answer(f"delete {named}", user="eve", standing=Standing.GUEST)
    assert "Deleted" in await room.answer(f"delete {named}", user="cy")


# -- following: everything that is on is said


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        ("", ["Every new story.", "When: each story as it comes."]),
        (
            "+pool hourly",
            ["Only stories with “pool”.", "When: one message on the hour, the next at 13:00 UTC."],
        ),
        (
            '-sport +"city hall" +pool daily 8:30 London',
            [
                "Only stories with “city hall” or “pool”, and none with “sport”.",
                "When: one message a day, the next on 5 May 2026, 08:30 Europe/London (07:30 UTC).",
            ],
        ),
        (
            "daily 13:00",
            ["Every new story.", "When: one message a day, the next on 4 May 2026, 13:00 UTC."],
        ),
    ],
)
async def test_follow_restates_the_whole_subscription(room: Room, words: str, rows: list[str]) -> None:
    assert (await room.answer(f"follow {FEED} {words}")).split("\n") == [
        f"Following “The Paper” as number 1: {FEED}",
        *rows,
        f"Its newest today is “Story at {STORY}”. Nothing old is posted.",
        "“unfollow 1” ends this; “pause 1” only keeps it quiet.",
    ]


async def test_list_status_and_resume_restate_rhythm_filters_and_what_is_stopped(room: Room) -> None:
    await room.answer(f'follow {FEED} +"city hall" daily 8:30 London')
    listed = await room.answer("list")
    assert listed == f'1. The Paper, {FEED} (+"city hall"), daily 08:30 Europe/London'
    status = await room.answer("status")
    assert re.search(r"^  1\. The Paper: last look at 12:00 UTC, next at 12:\d\d UTC$", status, re.MULTILINE)
    assert "one message a day" in await room.answer("resume 1")
    await room.answer("pause 1")
    assert "1. The Paper: paused; “resume 1”" in await room.answer("status")
    async with room.store.begin() as tx:
        await tx.stop(HERE, "no-right")
    told = await room.answer("list")
    assert told.endswith(
        "paused, stopped: I lack a permission to post here; an admin must install me again with all of them"
    )
    assert "1 stopped" in await room.answer("status")
    assert "stopped: I lack a permission" in await room.answer("status")
    assert "no longer paused, but stopped" in await room.answer("resume 1")


async def test_settings_say_who_may_steer_and_how_each_is_changed(room: Room) -> None:
    told = await room.answer("settings")
    assert "digest on: a pasted link is answered here (“settings digest mention” or" in told
    assert "steer everyone: every member may" in told
    assert "mute no site" in told
    assert "only when I am mentioned" in await room.answer("settings digest mention")
    assert "steer Cy, u9 and admins: nobody else may" in await room.answer("settings steer @u1|Cy @u9")
    assert "steer Cy, u9" in await room.answer("settings steer"), "looking is allowed"
    assert "admins only" in await room.answer("settings steer admins", standing=Standing.ADMIN)


# -- long answers


async def test_a_long_answer_comes_in_parts_in_order_and_once(room: Room) -> None:
    told = " ".join(
        f'"We counted {number} more of them, and nobody asked us why that was."' for number in range(150)
    )
    room.web.pages = {**room.web.pages, STORY: f"Counting goes on\n{told}"}
    named = await digested(room)
    before = len(room.chat.sent)
    request = command_request("M1", f"more {named}")
    assert await room.say(request)
    parts = [sent.message.plain for sent in room.chat.sent[before:]]
    assert len(parts) > 1
    places = ["\n".join(parts).index(f"- {number} — ") for number in range(150)]
    assert places == sorted(places)
    assert not await room.say(request)
    assert len(room.chat.sent) == before + len(parts)


async def test_status_does_not_count_itself_as_waiting(room: Room) -> None:
    await digested(room)
    assert "0 waiting" in await room.answer("status")
