"""Listening at a real homeserver: who is answered, where, and how often."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.types import Place
from tests.fakes.synapse import People, Person, Synapse
from tests.flows.matrix_desk import Bot, eventually

STORY, OTHER, THIRD = (f"https://paper.example/{name}" for name in ("pier", "ferry", "road"))


@pytest.fixture
async def bot(people: People, quick_path: Path, homeserver: Synapse) -> Bot:
    return Bot(await people.new("nutgraf"), quick_path, homeserver.url)


@pytest.fixture
async def ada(people: People) -> Person:
    return await people.new("ada")


# ------------------------------------------------------------------ rooms and words


async def test_invited_it_joins_and_introduces_itself_once(bot: Bot, ada: Person) -> None:
    async with bot.up() as here:
        room = await bot.welcomed(ada, name="desk")
        [said] = bot.introductions(room)
        assert said.place == Place("matrix", bot.id, room)
        settings = await here.desk.settings(said.place)
        assert (settings["digest"], settings["steer"]) == ("mention", "admins")
        await bot.owner.call("PUT", f"/profile/{bot.id}/displayname", {"displayname": "Nut Graf"})
        await bot.caught_up(here, ada, room)
    async with bot.up() as here:
        await bot.caught_up(here, ada, room)
    assert len(bot.introductions(room)) == 1


async def test_in_a_group_room_links_are_left_alone_until_somebody_asks(bot: Bot, ada: Person) -> None:
    async with bot.up() as here:
        room = await bot.welcomed(ada)
        alone = await ada.say(room, STORY)
        named = await ada.say(room, f"Nutgraf: {OTHER}")
        pill = await ada.say(room, f"Nutgraf {THIRD}", mentions=[bot.id])
        for event_id in (named, pill):
            digest = await bot.answer(room, event_id)
            assert digest.message.digest_id
            assert digest.place == Place("matrix", bot.id, room, event_id)
        on = await ada.say(room, "!nutgraf settings digest on")
        await bot.answer(room, on)
        pasted = await ada.say(room, f"{STORY}?again")
        assert (await bot.answer(room, pasted)).message.digest_id
        assert bot.of(room, alone) == []
        await bot.caught_up(here, ada, room)
        assert bot.of(room, alone) == []


async def test_in_a_direct_conversation_everything_is_said_to_the_bot(bot: Bot, ada: Person) -> None:
    async with bot.up() as here:
        room = await bot.welcomed(ada, direct=True)
        place = Place("matrix", bot.id, room)
        assert (await here.desk.settings(place))["steer"] == "everyone"
        digest = await bot.answer(room, await ada.say(room, STORY))
        assert digest.message.digest_id
        assert digest.place == place
        assert "paste a link" in (await bot.answer(room, await ada.say(room, "help"))).message.plain.lower()
        root = await ada.say(room, "help")
        below = await bot.answer(room, await ada.say(room, OTHER, thread=root))
        assert below.place.thread == root
        assert await here.rooms.direct(room)
    async with bot.up() as here:
        assert await here.rooms.direct(room)  # kept in the account, not in our memory


async def test_with_a_third_person_it_is_a_room_like_others(bot: Bot, ada: Person, people: People) -> None:
    async with bot.up() as here:
        room = await bot.welcomed(ada, direct=True)
        eve = await people.new("eve")
        await ada.invite(room, eve.user_id)
        await eve.join(room)
        chat = await ada.say(room, "see you at noon")
        await bot.caught_up(here, ada, room)
        assert bot.of(room, chat) == []


async def test_nobody_is_answered_who_is_no_person(bot: Bot, ada: Person) -> None:
    async with bot.up() as here:
        room = await bot.welcomed(ada, direct=True)
        said = [
            await ada.say(room, STORY, kind="m.notice"),
            await bot.owner.say(room, STORY),
            await ada.send(room, "m.sticker", {"body": STORY, "url": "mxc://a/b", "info": {}}),
            await ada.send(room, "m.room.message", {"msgtype": "m.odd", "body": STORY}),
            await ada.send(room, "m.reaction", {"m.relates_to": {"rel_type": "m.annotation", "key": "➕"}}),
        ]
        await bot.caught_up(here, ada, room)
        assert [bot.of(room, event_id) for event_id in said] == [[]] * len(said)
        assert here.sync.health.left_out == 0


async def test_nothing_from_before_its_join_is_answered(bot: Bot, ada: Person) -> None:
    room = await ada.create(levels={"events_default": 0})
    early = [await ada.say(room, f"!nutgraf digest {STORY}") for _ in range(3)]
    async with bot.up() as here:
        await ada.invite(room, bot.id)
        between = await ada.say(room, f"!nutgraf digest {OTHER}")
        await bot.until(lambda: bot.introductions(room))
        after = await ada.say(room, f"!nutgraf digest {THIRD}")
        assert (await bot.answer(room, after)).message.digest_id
        await bot.caught_up(here, ada, room)
    answered = [event_id for event_id in (*early, between) if bot.of(room, event_id)]
    assert answered == []


# --------------------------------------------------------------- edits and redactions


async def test_a_message_that_is_redacted_takes_its_digest_along(bot: Bot, ada: Person) -> None:
    async with bot.up():
        room = await bot.welcomed(ada, direct=True)
        link = await ada.say(room, STORY)
        digest = await bot.answer(room, link)
        await ada.redact(room, link)
        await bot.until(lambda: digest.message_id in bot.chat.deleted)


async def test_links_that_an_edit_adds_are_read(bot: Bot, ada: Person) -> None:
    async with bot.up() as here:
        room = await bot.welcomed(ada, direct=True)
        link = await ada.say(room, STORY)
        await bot.answer(room, link)
        await ada.edit(room, link, f"{STORY} with a word more")
        await ada.edit(room, link, f"{STORY} {OTHER}")
        await bot.until(lambda: len(bot.of(room, link)) == 2)
        await ada.edit(room, link, f"{OTHER} {STORY}")
        await bot.caught_up(here, ada, room)
        assert [one.message.plain.splitlines()[0] for one in bot.of(room, link)] == [
            f"Story of {STORY}",
            f"Story of {OTHER}",
        ]
        assert len(bot.digests(room)) == 2


async def test_another_link_in_the_same_message_edits_the_digest(bot: Bot, ada: Person) -> None:
    async with bot.up() as here:
        room = await bot.welcomed(ada, direct=True)
        link = await ada.say(room, STORY)
        digest = await bot.answer(room, link)
        for url in (OTHER, THIRD, STORY):
            await ada.edit(room, link, url)
            await bot.until(
                lambda url=url: bot.digests(room)[0].message.plain.startswith(f"Story of {url}\n")
            )
        await bot.caught_up(here, ada, room)
        assert [one.message_id for one in bot.digests(room)] == [digest.message_id]
        await ada.redact(room, link)
        await bot.until(lambda: digest.message_id in bot.chat.deleted)


async def test_an_edit_that_takes_the_links_out_takes_the_digest_along(bot: Bot, ada: Person) -> None:
    async with bot.up():
        room = await bot.welcomed(ada, direct=True)
        link = await ada.say(room, STORY)
        digest = await bot.answer(room, link)
        await ada.edit(room, link, "never mind")
        await bot.until(lambda: digest.message_id in bot.chat.deleted)


# ------------------------------------------------------------------------- who may come


async def test_whoever_is_not_allowed_is_refused(bot: Bot, ada: Person, people: People) -> None:
    eve = await people.new("eve")
    async with bot.up(allowed=(ada.user_id,)):
        theirs = await eve.create(invite=[bot.id])
        await bot.welcomed(ada)

        async def left() -> bool:
            return (await eve.state(theirs, "m.room.member", bot.id))["membership"] == "leave"

        await eventually(left)
        assert bot.introductions(theirs) == []


async def test_an_invitation_from_while_it_was_down(bot: Bot, ada: Person) -> None:
    async with bot.up():
        await bot.welcomed(ada)
    room = await ada.create(invite=[bot.id])
    async with bot.up():
        await bot.until(lambda: bot.introductions(room))


async def test_a_room_without_anybody_else_is_left(bot: Bot, ada: Person) -> None:
    async with bot.up() as here:
        room = await bot.welcomed(ada)
        await ada.leave(room)

        async def outside() -> bool:
            return not await bot.rooms() and not await here.desk.notes("matrix", "inside:")

        await eventually(outside)
