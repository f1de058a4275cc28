"""Reading a story again: in place, in public where facts changed, and never on the word of a failed fetch."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.desk.reading import digest_id
from bot.errors import Blocked, NotFound, TooSlow
from bot.ports import ChatDown
from tests.fakes.desk import HERE, command_request, link_request
from tests.unit.pool_room import LAST, STORY, THREAD, SlowWeb, digested, now_prints, room, since
from tests.unit.retold import POOL, TITLE
from tests.unit.test_desk import Room

__all__ = ["room"]


# -- reading again


async def test_what_changed_is_told_in_the_thread_and_the_digest_is_edited_in_place(room: Room) -> None:
    named = await digested(room)
    now_prints(room, ("no choice", "little choice"), ("Twelve", "Fifteen"))
    room.clock.now += timedelta(hours=3)
    request = command_request("P1", f"reread {named}", THREAD, user="ben", private=True)
    await room.say(request)
    digest, line = room.chat.sent
    assert "“We had little choice,”" in digest.message.plain
    assert digest.message.digest_id == named
    assert digest.message.choices
    assert line.place == THREAD
    assert line.only_for is None
    assert line.message.plain.split("\n")[1:] == [
        "Quote altered: “no” is now “little”. Now: “We had little choice,” […] “The roof could come down any"
        " day.” — Mara Lindt  ¶2",
        "Figure changed: “Twelve people” is now “Fifteen people”  ¶6",
        "The page carries no correction note about it.",
    ]
    assert "“We had little choice,”" in await room.answer(f"more {named}"), "the stored one is the new one"
    assert (await room.desk.status()).digested == 1


async def test_nothing_changed_is_told_to_the_asker_alone(room: Room) -> None:
    named = await digested(room)
    request = command_request("P1", f"reread {named}", THREAD, user="ben", private=True)
    await room.say(request)
    (answer,) = since(room, 1)
    assert answer.only_for == "ben"
    assert answer.message.plain == (
        "Read “Halden to close its pool” again: no quote, speaker or figure changed, nor its title."
    )
    assert room.chat.edited == [], "no mark of an edit that changed nothing"


async def test_from_elsewhere_the_asker_learns_where_the_answer_is(room: Room) -> None:
    named = await digested(room)
    now_prints(room, (LAST, ""))
    await room.say(command_request("P1", f"reread {named}", HERE))
    answer, line = since(room, 1)
    assert "told below its digest" in answer.message.plain
    assert (answer.place, line.place) == (HERE, THREAD)
    assert "Quote gone" in line.message.plain


async def test_two_who_read_again_at_once_are_not_told_twice(room: Room) -> None:
    named = await digested(room)
    now_prints(room, ("Twelve", "Fifteen"))
    for key in ("P1", "P2"):
        await room.desk.take(command_request(key, f"reread {named}", THREAD))
    await room.desk.drain()
    told = [sent.message.plain for sent in since(room, 1)]
    assert sum("Figure changed" in plain for plain in told) == 1
    assert sum("no quote, speaker or figure changed" in plain for plain in told) == 1


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (NotFound(STORY, 410), "no page at"),
        (Blocked("www.paper.example", 403), "refuses to show me"),
        (TooSlow("www.paper.example", 20.0), "longer than 20 seconds"),
    ],
)
async def test_a_page_that_cannot_be_had_again_proves_nothing(
    room: Room, failure: Exception, said: str
) -> None:
    named = await digested(room)
    room.web.pages = {STORY: failure}
    told = await room.answer(f"reread {named}", THREAD)
    assert said in told
    assert told.endswith("The digest stays as it was.")
    assert "“We had no choice,”" in await room.answer(f"more {named}")
    assert (await room.desk.status()).failed == 0


async def test_a_paywall_that_came_up_does_not_empty_the_digest(room: Room) -> None:
    named = await digested(room)
    room.web.pages = {STORY: f"{TITLE}\n{POOL[: POOL.index('About')]}(teaser) Subscribe to read on."}
    assert "shows only the opening" in await room.answer(f"reread {named}", THREAD)
    assert room.chat.edited == []
    assert "“Nobody asked us.”" in await room.answer(f"more {named}")


async def test_a_digest_that_was_deleted_while_it_was_read_again_stays_deleted(room: Room) -> None:
    named = await digested(room)
    now_prints(room, ("Twelve", "Fifteen"))

    async def deleted() -> None:
        async with room.store.begin() as tx:
            await tx.delete_digest(named)

    assert isinstance(room.web, SlowWeb)
    room.web.meanwhile = deleted
    assert "There is no digest" in await room.answer(f"reread {named}", THREAD)
    assert (await room.desk.status()).digested == 0
    assert room.chat.edited == []


# -- a link that could not be read


async def failed(room: Room) -> str:
    """The id below the sentence about a pasted link that could not be read."""
    page = room.web.pages[STORY]
    room.web.pages = {STORY: TooSlow("www.paper.example", 20.0)}
    await room.say(link_request("E1", STORY, place=THREAD))
    told = room.chat.sent[-1]
    assert told.only_for == "ada"
    assert told.message.choices == ("retry",)
    room.web.pages = {STORY: page}
    assert told.message.digest_id is not None
    return told.message.digest_id


async def test_a_failed_link_that_is_tried_again_gives_a_digest_for_all(room: Room) -> None:
    named = await failed(room)
    await room.say(command_request("P1", f"reread {named}", THREAD, private=True))
    (digest,) = since(room, 1)
    assert digest.only_for is None
    assert digest.place == THREAD
    assert digest.message.plain.startswith(TITLE)
    assert digest.message.digest_id == digest_id(digest.key)
    assert "3 quotes" in await room.answer(f"more {digest.message.digest_id}")
    assert "Deleted" in await room.answer(f"delete {digest.message.digest_id}"), "ada pasted the link"


async def test_a_digest_that_came_by_trying_again_goes_with_the_message(room: Room) -> None:
    named = await failed(room)
    await room.say(command_request("P1", f"reread {named}", THREAD, user="ben", private=True))
    posted = room.chat.sent[-1]
    await room.desk.withdrawn(HERE, "E1", "D1")
    await room.desk.drain()
    assert room.chat.deleted == [posted.message_id]
    assert (await room.desk.status()).digested == 0


async def test_pressing_twice_makes_one_digest(room: Room) -> None:
    named = await failed(room)
    for key in ("P1", "P2"):
        await room.desk.take(command_request(key, f"reread {named}", THREAD, private=True))
    await room.desk.drain()
    await room.say(command_request("P3", f"reread {named}", THREAD, private=True))
    assert sum(sent.message.plain.startswith(TITLE) for sent in room.chat.sent) == 1
    assert (await room.desk.status()).digested == 1


async def test_what_fails_again_can_be_tried_again(room: Room) -> None:
    named = await failed(room)
    pages = room.web.pages
    room.web.pages = {STORY: Blocked("www.paper.example", 503)}
    for key in ("P1", "P2"):
        await room.say(command_request(key, f"reread {named}", THREAD, private=True))
        told = room.chat.sent[-1]
        assert (told.message.choices, told.only_for) == (("retry",), "ada")
        assert told.message.digest_id not in {None, named}
        named = told.message.digest_id or ""
    room.web.pages = pages
    await room.say(command_request("P3", f"reread {named}", THREAD, private=True))
    assert room.chat.sent[-1].message.plain.startswith(TITLE)


async def test_a_failed_link_whose_message_was_deleted_is_not_read(room: Room) -> None:
    named = await failed(room)
    async with room.store.begin() as tx:
        await tx.withdraw(HERE, "E1", room.clock())
    count = len(room.chat.sent)
    assert "There is no digest" in await room.answer(f"reread {named}", THREAD)
    assert len(room.chat.sent) == count + 1


async def test_a_reread_waits_for_the_chat_and_is_done_once(room: Room) -> None:
    named = await digested(room)
    now_prints(room, ("Twelve", "Fifteen"))
    room.chat.edit_failures = [ChatDown("503")]
    room.chat.failures = [ChatDown("503")]
    await room.say(command_request("P1", f"reread {named}", THREAD))
    for _ in range(3):
        await room.desk.drain()
    assert room.chat.edited == [room.chat.sent[0].key]
    assert sum("Figure changed" in sent.message.plain for sent in room.chat.sent) == 1
