"""What every chat adapter must do, as a class of tests to inherit from.

    class TestMine(ChatContract):
        @pytest.fixture
        async def room(self) -> AsyncIterator[Room]: ...

A ``Room`` is a chat, a place in it, a way to read what the platform holds, and a restart.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from bot.ports import Chat, ChatRefused
from bot.types import Block, BlockKind, Message, Place, Posted, Request, Run

HOSTILE = (
    "<script>alert(1)</script> [bold]x[/bold] *a* _b_ `c` <@U1> @room <!channel> &lt; \\ | ~ :smile: "
    "http://x.example/?a=1&b=%s {0} \u202etxet\u202c \x1b[2J\x07 \u200b\ufeff \U0001f468\u200d\U0001f469 𝒳"
)


def message(words: str, link: str | None = None) -> Message:
    return Message((Block(BlockKind.TEXT, (Run(words, link=link),)),), words)


@dataclass
class Room:
    """``held(posted)`` is the text the platform holds for a message, None when it holds none;
    ``restarted()`` is the chat as a new process would build it over the same platform, once the platform has
    told it again what it tells (Slack: the events that nobody acknowledged)."""

    chat: Chat
    place: Place
    held: Callable[[Posted], Awaitable[str | None]]
    restarted: Callable[[], Awaitable[Chat]]
    person: str = "somebody"  # who is in the place


class ChatContract:
    async def test_a_post_is_taken_and_found_by_its_key(self, room: Room) -> None:
        posted = await room.chat.post(room.place, message("Pier closes."), "k1")
        assert posted.place == room.place
        assert await room.chat.find(room.place, "k1") == posted
        assert "Pier closes." in (await room.held(posted) or "")

    async def test_a_key_never_posted_is_not_found(self, room: Room) -> None:
        await room.chat.post(room.place, message("Pier closes."), "k1")
        assert await room.chat.find(room.place, "k2") is None

    async def test_two_keys_are_two_messages(self, room: Room) -> None:
        first = await room.chat.post(room.place, message("Pier closes."), "k1")
        second = await room.chat.post(room.place, message("Pier closes."), "k2")
        assert first.message_id != second.message_id

    async def test_a_thread_is_another_place(self, room: Room) -> None:
        here = room.place
        other = Place(here.platform, here.workspace, here.channel, "another thread")
        await room.chat.post(room.place, message("Pier closes."), "k1")
        assert await room.chat.find(other, "k1") is None

    async def test_an_edit_changes_the_words_and_keeps_the_message(self, room: Room) -> None:
        posted = await room.chat.post(room.place, message("Pier closes."), "k1")
        await room.chat.edit(posted, message("Pier stays open."))
        assert "Pier stays open." in (await room.held(posted) or "")
        assert await room.chat.find(room.place, "k1") == posted

    async def test_an_edit_of_nothing_is_refused(self, room: Room) -> None:
        with pytest.raises(ChatRefused):
            await room.chat.edit(Posted(room.place, "never-was"), message("x"))

    async def test_a_delete_takes_the_message_away_and_may_be_repeated(self, room: Room) -> None:
        posted = await room.chat.post(room.place, message("Pier closes."), "k1")
        await room.chat.delete(posted)
        await room.chat.delete(posted)
        assert await room.held(posted) is None
        assert await room.chat.find(room.place, "k1") is None

    async def test_what_was_posted_is_found_after_a_restart(self, room: Room) -> None:
        posted = await room.chat.post(room.place, message("Pier closes."), "k1")
        again = await room.restarted()
        assert await again.find(room.place, "k1") == posted
        assert await again.find(room.place, "k2") is None

    async def test_a_message_can_be_edited_after_a_restart(self, room: Room) -> None:
        posted = await room.chat.post(room.place, message("Pier closes."), "k1")
        again = await room.restarted()
        await again.edit(posted, message("Pier stays open."))
        assert "Pier stays open." in (await room.held(posted) or "")

    async def test_hostile_words_are_only_words(self, room: Room) -> None:
        posted = await room.chat.post(room.place, message(HOSTILE, link="javascript:alert(1)"), "k1")
        assert "alert(1)" in (await room.held(posted) or "")

    async def test_long_words_are_taken(self, room: Room) -> None:
        long = "The ferry pier of Tessmark closes. " * 1000
        rows = tuple(Block(BlockKind.QUOTE, (Run(long[:2000]),)) for _ in range(30))
        posted = await room.chat.post(room.place, Message(rows, long), "k1")
        assert await room.chat.find(room.place, "k1") == posted

    async def test_another_platforms_place_is_not_posted_to(self, room: Room) -> None:
        with pytest.raises((ChatRefused, AssertionError)):
            await room.chat.post(Place("elsewhere", "w", "c"), message("x"), "k1")

    async def test_a_message_for_one_person_is_taken(self, room: Room) -> None:
        await room.chat.post(room.place, message("Pier closes."), "k1", only_for=room.person)

    async def test_a_link_is_one_or_none(self, room: Room) -> None:
        posted = await room.chat.post(room.place, message("Pier closes."), "k1")
        link = room.chat.link(posted)
        assert link is None or link.startswith("https://")

    @pytest.mark.parametrize("mark", ["reading", "done", "failed"])
    async def test_marks_never_raise(self, room: Room, mark: str) -> None:
        await room.chat.acknowledge(Request("r1", room.place, "u", "x"), mark)


class KeyedChatContract(ChatContract):
    """For platforms where the key itself makes a post idempotent."""

    async def test_the_same_key_is_the_same_message(self, room: Room) -> None:
        first = await room.chat.post(room.place, message("Pier closes."), "k1")
        assert await room.chat.post(room.place, message("Pier closes."), "k1") == first

    async def test_the_same_key_after_a_restart_is_the_same_message(self, room: Room) -> None:
        first = await room.chat.post(room.place, message("Pier closes."), "k1")
        again = await room.restarted()
        assert await again.post(room.place, message("Pier closes."), "k1") == first
