"""Who may have the bot follow, by the room's own state; rooms that are replaced or closed to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.types import Place
from tests.fakes.synapse import People, Person, Synapse
from tests.flows.matrix_desk import Bot, eventually

FEED = "https://feed.example/all"
FEED_EVENT = "org.nutgraf.feed"


@pytest.fixture
async def bot(people: People, quick_path: Path, homeserver: Synapse) -> Bot:
    return Bot(await people.new("nutgraf"), quick_path, homeserver.url)


@pytest.fixture
async def ada(people: People) -> Person:
    return await people.new("ada")


@pytest.fixture
async def bob(people: People) -> Person:
    return await people.new("bob")


async def asked(bot: Bot, who: Person, room: str, words: str) -> str:
    """What the bot answers to a command."""
    return (await bot.answer(room, await who.say(room, f"!nutgraf {words}"))).message.plain


async def joined(bot: Bot, owner: Person, other: Person, **how: object) -> str:
    room = await bot.welcomed(owner, **how)
    await owner.invite(room, other.user_id)
    await other.join(room)
    return room


@pytest.mark.parametrize("version", ["10", "11", "12"])
async def test_the_creator_may_and_a_member_may_not(bot: Bot, ada: Person, bob: Person, version: str) -> None:
    async with bot.up():
        room = await joined(bot, ada, bob, version=version)
        assert "admins" in await asked(bot, bob, room, f"follow {FEED}")
        assert "admins" not in await asked(bot, ada, room, f"follow {FEED}")
        assert FEED in await asked(bot, bob, room, "list")


async def test_a_further_creator_may(bot: Bot, ada: Person, bob: Person) -> None:
    async with bot.up():
        wish = {"room_version": "12", "creation_content": {"additional_creators": [bob.user_id]},
                "preset": "private_chat", "invite": [bot.id, bob.user_id]}  # fmt: skip
        room = str((await ada.call("POST", "/createRoom", wish))["room_id"])
        await bob.join(room)
        await bot.until(lambda: bot.introductions(room))
        assert "admins" not in await asked(bot, bob, room, f"follow {FEED}")


async def test_a_moderator_may_until_he_is_none_any_more(bot: Bot, ada: Person, bob: Person) -> None:
    """Said in one breath with the demotion: the sync that brings the command brings that too."""
    async with bot.up() as here:
        room = await joined(bot, ada, bob)
        await ada.level(room, bob.user_id, 50)
        assert "admins" not in await asked(bot, bob, room, f"follow {FEED}")
        await ada.level(room, bob.user_id, 0)
        assert "admins" in await asked(bot, bob, room, "unfollow 1")
        assert FEED in await asked(bot, bob, room, "list")
        await ada.require(room, FEED_EVENT, 0)
        assert "admins" not in await asked(bot, bob, room, "unfollow 1")
        assert here.sync.health.left_out == 0


async def test_whoever_was_put_out_meanwhile_steers_nothing(bot: Bot, ada: Person, bob: Person) -> None:
    async with bot.up():
        room = await joined(bot, ada, bob)
        await ada.level(room, bob.user_id, 50)
    said = await bob.say(room, f"!nutgraf follow {FEED}")
    await ada.kick(room, bob.user_id)
    async with bot.up():
        assert "admins" in (await bot.answer(room, said)).message.plain
        assert FEED not in await asked(bot, ada, room, "list")


async def test_people_of_other_servers_steer_nothing(bot: Bot, ada: Person) -> None:
    async with bot.up(allowed=("*:elsewhere.test", ada.user_id)):
        room = await bot.welcomed(ada)
        assert "admins" not in await asked(bot, ada, room, f"follow {FEED}")


@pytest.mark.parametrize("public", [True, False], ids=["open", "invited"])
async def test_a_room_that_is_upgraded_takes_its_feeds_along(bot: Bot, ada: Person, public: bool) -> None:
    async with bot.up() as here:
        room = await bot.welcomed(ada, version="11", public=public)
        await asked(bot, ada, room, f"follow {FEED}")
        new = await ada.upgrade(room, "12")
        if not public:
            await ada.invite(new, bot.id)

        async def moved() -> bool:
            return f"inside:{new}" in await here.desk.notes("matrix", "inside:")

        await eventually(moved)
        assert FEED in await asked(bot, ada, new, "list")
        assert bot.introductions(new) == []
        assert await here.desk.notes("matrix", "moved:") == {}
        settings = await here.desk.settings(Place("matrix", bot.id, new))
        assert settings["digest"] == "mention"


async def test_a_replacement_is_joined_whoever_invites(bot: Bot, ada: Person, bob: Person) -> None:
    """Bob may not invite, but the room that bot is in says that it goes on there."""
    async with bot.up(allowed=(ada.user_id,)) as here:
        room = await joined(bot, ada, bob, version="11")
        await asked(bot, ada, room, f"follow {FEED}")
        await ada.level(room, bob.user_id, 100)
        new = await bob.upgrade(room, "12")
        await bob.invite(new, bot.id)

        async def moved() -> bool:
            return f"inside:{new}" in await here.desk.notes("matrix", "inside:")

        await eventually(moved)
        assert FEED in await asked(bot, bob, new, "list")


async def test_a_room_that_only_says_it_replaces_another_takes_nothing(
    bot: Bot, ada: Person, bob: Person
) -> None:
    async with bot.up() as here:
        room = await joined(bot, ada, bob)
        await asked(bot, ada, room, f"follow {FEED}")
        wish = {"preset": "private_chat", "invite": [bot.id], "room_version": "11",
                "creation_content": {"predecessor": {"room_id": room, "event_id": "$x"}}}  # fmt: skip
        false = str((await bob.call("POST", "/createRoom", wish))["room_id"])
        await bot.until(lambda: bot.introductions(false))
        assert FEED not in await asked(bot, bob, false, "list")
        assert FEED in await asked(bot, ada, room, "list")
        assert here.sync.health.left_out == 0


@pytest.mark.parametrize("how", ["kick", "ban"])
async def test_put_out_of_a_room_its_feeds_stop_and_start_again(bot: Bot, ada: Person, how: str) -> None:
    async with bot.up() as here:
        room = await bot.welcomed(ada)
        await asked(bot, ada, room, f"follow {FEED}")
        await (ada.kick if how == "kick" else ada.ban)(room, bot.id)
        place = Place("matrix", bot.id, room)

        async def stopped() -> bool:
            return (await here.desk.status(place)).stopped == 1

        await eventually(stopped)
        if how == "ban":
            await ada.call("POST", f"/rooms/{room}/unban", {"user_id": bot.id})
        await ada.invite(room, bot.id)
        await bot.until(lambda: len(bot.introductions(room)) == 2)
        assert not await stopped()
