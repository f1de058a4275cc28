"""Encrypted rooms: read as others are; keys that come late, and keys that do not come."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.ports import ChatDown
from bot.types import Message, Place, Posted
from tests.fakes.chat import FakeChat
from tests.fakes.synapse import People, Synapse
from tests.fakes.synapse.journalist import Journalist, Journalists
from tests.flows.matrix_desk import Bot, eventually

STORY, OTHER, THIRD = (f"https://paper.example/{name}" for name in ("pier", "ferry", "road"))


@pytest.fixture
async def bot(people: People, quick_path: Path, homeserver: Synapse) -> Bot:
    return Bot(await people.new("nutgraf"), quick_path, homeserver.url)


@pytest.fixture
async def ada(journalists: Journalists) -> Journalist:
    return await journalists.new("ada")


async def test_words_threads_and_edits_are_read(bot: Bot, ada: Journalist) -> None:
    async with bot.up() as here:
        room = await bot.welcomed(ada, encrypted=True)
        assert await here.rooms.encrypted(room)
        said = await ada.say(room, f"!nutgraf digest {STORY}")
        digest = await bot.answer(room, said)
        assert digest.message.digest_id
        below = await ada.say(room, f"!nutgraf digest {OTHER}", thread=said)
        assert (await bot.answer(room, below)).place.thread == said
        await ada.edit(room, said, f"!nutgraf digest {STORY} {THIRD}")
        await bot.until(lambda: len(bot.of(room, said)) == 2)
        await ada.redact(room, said)
        await bot.until(lambda: digest.message_id in bot.chat.deleted)
        assert (here.sync.health.unread, here.sync.health.left_out) == (0, 0)


async def test_a_gap_in_an_encrypted_room_is_filled(bot: Bot, ada: Journalist) -> None:
    async with bot.up():
        room = await bot.welcomed(ada, direct=True, encrypted=True)
    said = [await ada.say(room, f"https://paper.example/{number}") for number in range(60)]
    async with bot.up() as here:
        await bot.until(lambda: len(bot.digests(room)) == 60, 40)
        await bot.quiet(here)
        assert here.sync.health.unread == 0
    assert [len(bot.of(room, event_id)) for event_id in said] == [1] * 60


async def test_a_key_that_comes_late(bot: Bot, ada: Journalist) -> None:
    async with bot.up() as here:
        room = await bot.welcomed(ada, direct=True, encrypted=True)
        ada.withhold_keys()
        said = [await ada.say(room, link) for link in (STORY, OTHER, THIRD)]
        await bot.until(lambda: here.sync.health.unread == 3)
        assert [bot.of(room, event_id) for event_id in said] == [[], [], []]
        await ada.release_keys()
        await bot.until(lambda: len(bot.digests(room)) == 3)
        await bot.until(lambda: here.sync.health.unread == 0)
        assert await here.desk.notes("matrix", "unread:") == {}
    assert [len(bot.of(room, event_id)) for event_id in said] == [1, 1, 1]


async def test_a_key_that_comes_after_a_restart(bot: Bot, ada: Journalist) -> None:
    async with bot.up() as here:
        room = await bot.welcomed(ada, direct=True, encrypted=True)
        ada.withhold_keys()
        said = await ada.say(room, STORY)
        await bot.until(lambda: here.sync.health.unread == 1)
    await ada.release_keys()
    async with bot.up():
        assert (await bot.answer(room, said)).message.digest_id


async def test_without_a_key_one_word_after_the_grace(bot: Bot, ada: Journalist) -> None:
    """One for all that the key is missing for, also after a restart; and the key may still come."""
    async with bot.up(grace_s=0.5) as here:
        room = await bot.welcomed(ada, direct=True, encrypted=True)
        ada.withhold_keys()
        said = [await ada.say(room, link) for link in (STORY, OTHER)]
        [told] = await bot.until(lambda: bot.of(room, said[0]))
        assert "cannot read" in told.message.plain
        said.append(await ada.say(room, THIRD))
        await bot.until(lambda: here.sync.health.unread == 3)
    async with bot.up(grace_s=0.5) as here:
        await bot.until(lambda: here.sync.health.unread == 3)
        reactions = await ada.react(room, said[0], "👍")
        del reactions
        await ada.release_keys()
        await bot.until(lambda: len(bot.digests(room)) == 3)
        await bot.quiet(here)
    assert len([one for one in bot.chat.sent if "cannot read" in one.message.plain]) == 1


async def test_in_a_group_the_word_stands_in_the_messages_thread(bot: Bot, ada: Journalist) -> None:
    async with bot.up(grace_s=0.3) as here:
        room = await bot.welcomed(ada, encrypted=True)
        ada.withhold_keys()
        said = await ada.say(room, "!nutgraf help")
        [told] = await bot.until(lambda: bot.of(room, said))
        assert told.place.thread == said

        async def noted() -> bool:
            return '"told": true' in "".join((await here.desk.notes("matrix", "unread:")).values())

        await eventually(noted)


async def test_made_up_keys_are_told_of_once_and_what_was_redacted_never(bot: Bot, people: People) -> None:
    eve, ann = await people.new("eve"), await people.new("ann")
    async with bot.up(grace_s=0.5) as here:
        room = await bot.welcomed(eve)
        await eve.invite(room, ann.user_id)
        await ann.join(room)
        redacted = await eve.send(room, "m.room.encrypted", sealed("0"))
        await eve.redact(room, redacted)
        first, *others = [await eve.send(room, "m.room.encrypted", sealed(f"{n}")) for n in range(1, 5)]
        last = await ann.send(room, "m.room.encrypted", sealed("9"))
        await bot.until(lambda: bot.of(room, last))
        await bot.caught_up(here, eve, room)
    assert [len(bot.of(room, one)) for one in (redacted, first, *others, last)] == [0, 1, 0, 0, 0, 1]


def sealed(key: str) -> dict[str, str]:
    keys = {"sender_key": "x" * 43, "session_id": key, "device_id": "EVES"}
    return {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "x", **keys}


@dataclass
class DeafRooms(FakeChat):
    """Nothing arrives in the rooms ``deaf``."""

    deaf: set[str] = field(default_factory=set)

    async def post(self, place: Place, message: Message, key: str, *, only_for: str | None = None) -> Posted:
        if place.channel in self.deaf:
            raise ChatDown("not now")
        return await super().post(place, message, key, only_for=only_for)


async def test_a_room_that_takes_no_words_keeps_no_other_waiting(bot: Bot, people: People) -> None:
    eve = await people.new("eve")
    bot.chat = chat = DeafRooms(platform="matrix")
    async with bot.up(grace_s=0.3):
        first, second = [await bot.welcomed(eve) for _ in range(2)]
        chat.deaf = {first}
        silent = await eve.send(first, "m.room.encrypted", sealed("1"))
        said = await eve.send(second, "m.room.encrypted", sealed("2"))
        assert "cannot read" in (await bot.answer(second, said)).message.plain
        assert bot.of(first, silent) == []
        chat.deaf = set()
        await bot.answer(first, silent)


async def test_state_that_is_sealed_is_no_state(bot: Bot, ada: Journalist) -> None:
    """Only messages are sealed by honest clients: a tombstone that only the bot can see is a trick."""
    async with bot.up() as here:
        room = await bot.welcomed(ada, direct=True, encrypted=True)
        await ada.send(room, "m.room.tombstone", {"replacement_room": "!evil:nutgraf.test", "body": ""})
        await ada.send(room, "m.room.redaction", {"redacts": "$x"})
        said = await ada.say(room, STORY)
        assert (await bot.answer(room, said)).message.digest_id
        assert await here.desk.notes("matrix", "moved:") == {}
        assert here.sync.health.unread == 0


@pytest.mark.parametrize("target", ["$" + "x" * 30_000, "no id"], ids=["long", "odd"])
async def test_what_only_the_bot_can_see_names_no_other_event(bot: Bot, ada: Journalist, target: str) -> None:
    """A homeserver checks no relation inside an encrypted message, and hangs up when it is asked for one of
    that length: nobody waits for that."""
    async with bot.up() as here:
        room = await bot.welcomed(ada, direct=True, encrypted=True)
        await bot.answer(room, await ada.say(room, "help"))  # everybody has the keys
        for kind, content in (
            ("m.reaction", {"m.relates_to": {"rel_type": "m.annotation", "event_id": target, "key": "❌"}}),
            (
                "m.room.message",
                {
                    "msgtype": "m.text",
                    "body": STORY,
                    "m.new_content": {"msgtype": "m.text", "body": STORY},
                    "m.relates_to": {"rel_type": "m.replace", "event_id": target},
                },
            ),
        ):
            await ada.send_hidden(room, kind, content)
        thread = {"rel_type": "m.thread", "event_id": target}
        content = {"msgtype": "m.text", "body": OTHER, "m.relates_to": thread}
        said = await ada.send_hidden(room, "m.room.message", content)
        assert (await bot.answer(room, said)).place.thread is None
        assert (here.sync.health.failures, here.sync.health.left_out) == (0, 0)
