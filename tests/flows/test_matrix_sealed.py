"""Encrypted rooms: nothing leaves in clear, nothing is missed, whoever is a member can read the answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.synapse import People, Person
from tests.fakes.synapse.heard import Event
from tests.fakes.synapse.journalist import Journalists
from tests.flows.matrix_office import LINK, Newsroom, body, gone, newsroom, working

FERRY = "https://paper.example/ferry"


def in_clear(here: Newsroom, person: Person, room: str) -> list[Event]:
    """Words of the bot's that the homeserver can read."""
    events = person.heard.events[room]
    return [one for one in events if one["sender"] == here.bot.user_id and one["type"] == "m.room.message"]


@pytest.mark.parametrize("only_signed", [False, True], ids=["any device", "signed devices only"])
async def test_both_ways(
    people: People, journalists: Journalists, quick_path: Path, only_signed: bool
) -> None:
    """Also with a client that leaves out devices which their owner has not signed."""
    ada = await journalists.new("ada", only_signed=only_signed)
    async with newsroom(people, quick_path) as here:
        room = await here.desk_room(ada, encrypted=True)
        link = await ada.say(room, LINK)
        digest = await here.digest(ada, room, link)
        assert body(digest).startswith("Story of the pier")
        root = await ada.say(room, "What of the ferry?")
        await ada.say(room, FERRY, thread=root)
        assert "Story of the ferry" in body(await here.digest(ada, room, root))
        await ada.edit(room, link, f"{LINK} https://paper.example/road")
        _, second = await here.answered(ada, room, link, count=2)
        assert "Story of the road" in body(second)
        await ada.redact(room, link)
        await ada.until(lambda: gone(ada, room, digest, second))
        assert in_clear(here, ada, room) == []


async def test_buttons_and_edits(people: People, journalists: Journalists, quick_path: Path) -> None:
    ada = await journalists.new("ada")
    async with newsroom(people, quick_path) as here:
        room = await here.desk_room(ada, encrypted=True)
        link = await ada.say(room, LINK)
        digest = await here.digest(ada, room, link)
        here.web.pages = {
            LINK: 'Pier closed\nThe mayor of Uln said: "We shut the whole pier for good." Nobody else spoke.'
        }
        await ada.react(room, digest["event_id"], "🔁")
        await ada.until(lambda: "shut the whole pier" in here.shows(ada, room, digest))
        await here.answered(ada, room, link, count=2)
        await ada.react(room, digest["event_id"], "❌")
        await ada.until(lambda: gone(ada, room, digest))
        assert in_clear(here, ada, room) == []


async def test_a_second_device_and_a_newcomer(
    people: People, journalists: Journalists, quick_path: Path
) -> None:
    """Each reads what is said after it came, the bot running all the while."""
    ada = await journalists.new("ada")
    async with newsroom(people, quick_path) as here:
        room = await here.desk_room(ada, encrypted=True)
        await here.digest(ada, room, await ada.say(room, LINK))
        phone, ben = await journalists.again(ada), await journalists.new("ben")
        await ada.invite(room, ben.user_id)
        await ben.join(room)
        link = await ada.say(room, FERRY)
        for reader in (ada, phone, ben):
            digest = await here.digest(reader, room, link)
            assert "Story of the ferry" in body(digest)
        link = await phone.say(room, "https://paper.example/road")
        assert "Story of the road" in body(await here.digest(ben, room, link))


async def test_a_key_that_comes_late(people: People, journalists: Journalists, quick_path: Path) -> None:
    """In time: answered as if nothing had been. Too late: one line for all that cannot be read, and the
    answers once the key is there."""
    ada = await journalists.new("ada")
    async with newsroom(people, quick_path, grace_s=1.5) as here:
        room = await here.desk_room(ada, encrypted=True)
        ada.withhold_keys()
        link = await ada.say(room, LINK)
        await here.settled(ada)
        await ada.release_keys()
        await here.digest(ada, room, link)
        ada.withhold_keys()
        first, second = await ada.say(room, FERRY), await ada.say(room, "https://paper.example/road")
        told = await ada.wait_for(room, lambda event: here.speaks(event) and "cannot read" in body(event))
        assert told in here.answers(ada, room, first)
        await ada.release_keys()
        await ada.until(lambda: len(here.answers(ada, room, second)) == 1)
        _, digest = await here.answered(ada, room, first, count=2)
        assert "Story of the ferry" in body(digest)


async def test_said_while_it_was_down(people: People, journalists: Journalists, quick_path: Path) -> None:
    """In order; one of the rooms was encrypted meanwhile."""
    ada = await journalists.new("ada")
    async with newsroom(people, quick_path) as here:
        sealed = await here.desk_room(ada, encrypted=True)
        later = await here.desk_room(ada)
    links = [await ada.say(sealed, f"https://paper.example/{n}") for n in range(12)]
    await ada.set_state(later, "m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"})
    async with working(people, here.bot, quick_path, here.options, here.web) as here:
        await ada.until(lambda: all(here.answers(ada, sealed, link) for link in links))
        await here.settled(ada)
        found = [here.answers(ada, sealed, link) for link in links]
        assert [len(answers) for answers in found] == [1] * len(links)
        heads = [body(answers[0]).splitlines()[0] for answers in found]
        assert heads == [f"Story of the {n}" for n in range(12)]
        before = len(in_clear(here, ada, later))
        link = await ada.say(later, LINK)
        await here.digest(ada, later, link)
        assert len(in_clear(here, ada, later)) == before
        assert in_clear(here, ada, sealed) == []
