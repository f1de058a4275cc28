"""A message whose links are exchanged by an edit: its digest becomes that of the other story."""

from __future__ import annotations

from bot.desk.reading import delivery_key
from bot.records import Counts, Deed
from bot.types import Request
from tests.fakes.desk import HERE, link_request
from tests.unit.test_desk import SECOND, STORY, Room, room

__all__ = ["room"]

MISSING = "https://paper.example/nothing"


def edited(number: int, *links: str, instead: tuple[str, ...] = (), user: str = "ada") -> Request:
    return link_request(f"E1:edited:{number}", *links, user=user, source="E1", instead=instead)


def shown(room: Room) -> list[str]:
    """The first line of every message that stands in the chat."""
    return [sent.message.plain.splitlines()[0] for sent in room.chat.sent]


async def test_the_digest_is_edited(room: Room) -> None:
    await room.say(link_request("E1", STORY))
    [before] = room.chat.sent
    assert await room.say(edited(1, SECOND, instead=(STORY,)))
    [after] = room.chat.sent
    assert shown(room) == ["Bridge closes"]
    assert after.message_id == before.message_id
    assert after.message.digest_id == before.message.digest_id
    assert await room.desk.status() == Counts(seen=2, digested=1, delivered=1)
    async with room.store.begin() as tx:
        record = await tx.latest_digest(HERE)
        written = await tx.delivery(delivery_key(edited(1, SECOND), SECOND))
    assert record is not None
    assert (record.canonical_url, record.title, record.request_key) == (SECOND, "Bridge closes", "E1")
    assert written is not None
    assert written.deed is Deed.EDIT


async def test_again_and_back(room: Room) -> None:
    third = "https://paper.example/third"
    room.web.pages = {**room.web.pages, third: "Third\nNothing is said."}
    await room.say(link_request("E1", STORY))
    await room.say(edited(1, SECOND, instead=(STORY,)))
    await room.say(edited(2, third, instead=(SECOND,)))
    assert shown(room) == ["Third"]
    await room.say(edited(3, STORY, instead=(third,)))
    assert shown(room) == ["Budget passes"]
    await room.say(edited(4, SECOND, instead=(STORY,)))
    assert shown(room) == ["Bridge closes"]


async def test_one_of_two(room: Room) -> None:
    third, fourth = "https://paper.example/third", "https://paper.example/fourth"
    room.web.pages = {**room.web.pages, third: "Third\nNothing is said.", fourth: "Fourth\nNor here."}
    await room.say(link_request("E1", STORY, SECOND))
    await room.say(edited(1, third, instead=(SECOND,)))
    assert shown(room) == ["Budget passes", "Third"]
    await room.say(edited(2, fourth, instead=(STORY,)))
    assert shown(room) == ["Fourth", "Third"]


async def test_two_for_two_and_one_more(room: Room) -> None:
    names = ("third", "fourth", "fifth")
    made = {f"https://paper.example/{name}": f"{name.title()}\nNothing is said." for name in names}
    room.web.pages = {**room.web.pages, **made}
    await room.say(link_request("E1", STORY, SECOND))
    await room.say(edited(1, *made, instead=(STORY, SECOND)))
    assert sorted(shown(room)) == ["Fifth", "Fourth", "Third"]


async def test_without_a_digest_there_is_a_new_one(room: Room) -> None:
    """The first link could not be read, or its digest was deleted."""
    await room.say(link_request("E1", MISSING))
    assert await room.say(edited(1, SECOND, instead=(MISSING,)))
    assert shown(room)[-1] == "Bridge closes"
    [_, digest] = room.chat.sent
    await room.answer(f"delete {digest.message.digest_id}")
    assert await room.say(edited(2, STORY, instead=(SECOND,)))
    assert shown(room)[-1] == "Budget passes"


async def test_a_link_that_cannot_be_read_leaves_the_digest(room: Room) -> None:
    await room.say(link_request("E1", STORY))
    await room.say(edited(1, MISSING, instead=(STORY,)))
    assert shown(room)[0] == "Budget passes"
    assert "says" in shown(room)[1]


async def test_the_digest_goes_with_its_message(room: Room) -> None:
    await room.say(link_request("E1", STORY))
    await room.say(edited(1, SECOND, instead=(STORY,)))
    await room.desk.withdrawn(HERE, "E1", "E1")
    await room.desk.drain()
    assert room.chat.sent == []
    async with room.store.begin() as tx:
        assert await tx.latest_digest(HERE) is None


async def test_another_messages_digest_is_none_of_its_own(room: Room) -> None:
    await room.say(link_request("E9", STORY))
    await room.say(link_request("E1", "https://paper.example/locked"))
    await room.say(edited(1, SECOND, instead=(STORY,)))
    assert shown(room)[0] == "Budget passes"
    assert shown(room)[-1] == "Bridge closes"


async def test_an_edit_overtakes_the_reading(room: Room) -> None:
    """A wrong link, mended at once: nobody is told of the wrong one any more."""
    await room.desk.take(link_request("E1", STORY))
    await room.desk.take(edited(1, SECOND, instead=(STORY,)))
    await room.desk.drain()
    assert shown(room) == ["Bridge closes"]


async def test_there_and_back_at_once(room: Room) -> None:
    await room.desk.take(link_request("E1", STORY))
    await room.desk.take(edited(1, SECOND, instead=(STORY,)))
    await room.desk.take(edited(2, STORY, instead=(SECOND,)))
    await room.desk.drain()
    assert shown(room) == ["Budget passes"]
