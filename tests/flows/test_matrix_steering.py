"""Who may steer a room, by its raw power levels; reactions as buttons; a room that goes on elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.synapse import People, Person
from tests.fakes.synapse.journalist import Journalists
from tests.flows.matrix_office import LINK, Newsroom, body, gone, newsroom

FEED = "https://paper.example/feed"
REFUSED = "only"


async def follows(here: Newsroom, person: Person, room: str, number: int = 1) -> str:
    return await here.asked(person, room, f"!nutgraf follow {FEED}{number} daily 08:30 Europe/London")


@pytest.mark.parametrize("version", ["12", "10"])
async def test_levels_decide_and_a_change_counts_at_once(
    people: People, quick_path: Path, version: str
) -> None:
    """The creator of a room of version 12 has no level in it, and stands above all."""
    ada, ben = await people.new("ada"), await people.new("ben")
    async with newsroom(people, quick_path) as here:
        room = await here.room(ada, version=version, invite=[ben.user_id])
        await ben.join(room)
        told = await follows(here, ada, room)
        for word in ("paper.example", "08:30", "Europe/London"):
            assert word in told
        assert REFUSED in await follows(here, ben, room, 2)
        await ada.level(room, ben.user_id, 50)
        assert "paper.example" in await follows(here, ben, room, 2)
        await ada.level(room, ben.user_id, 0)
        assert REFUSED in await follows(here, ben, room, 3)
        assert REFUSED in await here.asked(ben, room, "!nutgraf unfollow 1")
        await ada.require(room, "org.nutgraf.feed", 0)
        assert "paper.example" in await follows(here, ben, room, 3)
        listed = await here.asked(ben, room, "!nutgraf list")
        assert [number in listed for number in ("feed1", "feed2", "feed3")] == [True] * 3


async def test_everybody_asks_and_admins_of_the_settings_may_all(people: People, quick_path: Path) -> None:
    ada, ben = await people.new("ada"), await people.new("ben")
    async with newsroom(people, quick_path, admins=(ben.user_id,)) as here:
        room = await here.room(ada, invite=[ben.user_id])
        await ben.join(room)
        assert "paper.example" in await follows(here, ben, room)
        ada_said = await here.asked(ada, room, f"!nutgraf settings steer {ben.user_id}")
        assert "steer" in ada_said
        words = {"help": "follow", "list": "paper.example", "status": "seen", "settings": "steer"}
        for asked, answer in words.items():
            assert answer in (await here.asked(ben, room, f"!nutgraf {asked}")).lower()
        pill = f'<a href="https://matrix.to/#/{here.bot.user_id}">Nutgraf</a>: list'
        said = await ben.say(room, "Nutgraf: list", html=pill, mentions=[here.bot.user_id])
        assert "paper.example" in body((await here.answered(ben, room, said))[0])


async def test_more_again_and_away(people: People, quick_path: Path) -> None:
    """➕ and 🔁 are for everybody, ❌ for whoever asked and for moderators."""
    ada, ben = await people.new("ada"), await people.new("ben")
    async with newsroom(people, quick_path) as here:
        room = await here.desk_room(ada, invite=[ben.user_id])
        await ben.join(room)
        link = await ben.say(room, LINK)
        digest = await here.digest(ada, room, link)
        for sign in ("➕", "🔁", "❌"):
            assert sign in body(digest)
        await ada.react(room, digest["event_id"], "➕")
        _, more = await here.answered(ada, room, link, count=2)
        assert "9 times" in body(more)
        here.web.pages = {
            LINK: 'Pier closed\nThe mayor of Uln said: "We shut the whole pier for good." Nobody else spoke.'
        }
        await ben.react(room, digest["event_id"], "🔁")
        await ada.until(lambda: "shut the whole pier" in here.shows(ada, room, digest))
        *_, changes = await here.answered(ada, room, link, count=3)
        assert "gone" in body(changes).lower()
        eve = await people.new("eve")
        await ada.invite(room, eve.user_id)
        await eve.join(room)
        await eve.react(room, digest["event_id"], "❌")
        *_, refused = await here.answered(ada, room, link, count=4)
        assert REFUSED in body(refused)
        assert not gone(ada, room, digest)
        await ben.react(room, digest["event_id"], "❌\ufe0f")
        await ada.until(lambda: gone(ada, room, digest))


async def test_a_moderator_takes_a_digest_away(people: People, quick_path: Path) -> None:
    ada, ben = await people.new("ada"), await people.new("ben")
    async with newsroom(people, quick_path) as here:
        room = await here.desk_room(ada, invite=[ben.user_id])
        await ben.join(room)
        digest = await here.digest(ada, room, await ben.say(room, LINK))
        await ada.react(room, digest["event_id"], "🗑")
        await ada.until(lambda: gone(ada, room, digest))


async def test_the_introduction_offers_the_choice(people: People, quick_path: Path) -> None:
    ada, ben = await people.new("ada"), await people.new("ben")
    async with newsroom(people, quick_path) as here:
        room = await here.room(ada, invite=[ben.user_id])
        await ben.join(room)
        [greeting] = [event for event in ada.heard.events[room] if here.speaks(event)]
        await ben.react(room, greeting["event_id"], "✅")
        await here.settled(ada)
        assert (await here.desk.settings(here.place(room)))["digest"] == "mention"
        await ada.react(room, greeting["event_id"], "✅")
        await here.settled(ada)
        assert (await here.desk.settings(here.place(room)))["digest"] == "on"
        await here.digest(ada, room, await ben.say(room, LINK))


@pytest.mark.parametrize("invited", ["before", "after"])
async def test_an_upgraded_room_keeps_what_it_follows(people: People, quick_path: Path, invited: str) -> None:
    """A private room's replacement needs an invitation; it is accepted whoever sends it."""
    ada = await people.new("ada")
    async with newsroom(people, quick_path, allowed=(ada.user_id,)) as here:
        room = await here.desk_room(ada, version="10")
        await follows(here, ada, room)
        new = await ada.upgrade(room)
        if invited == "after":
            await here.settled(ada)
        await ada.invite(new, here.bot.user_id)
        await ada.wait_for(new, lambda event: event["sender"] == here.bot.user_id)
        assert "paper.example" in await here.asked(ada, new, "!nutgraf list")
        await here.digest(ada, new, await ada.say(new, LINK))


async def test_put_out_and_invited_again(people: People, journalists: Journalists, quick_path: Path) -> None:
    """Whoever follows something there is told where the two talk alone."""
    ada = await journalists.new("ada")
    async with newsroom(people, quick_path) as here:
        direct = await here.room(ada, direct=True, encrypted=True)
        room = await here.room(ada)
        await follows(here, ada, room)
        await ada.kick(room, here.bot.user_id)
        told = await ada.wait_for(direct, lambda event: "Invite me there again" in body(event))
        assert "paper.example" in body(told)
        assert told["sealed"]["type"] == "m.room.encrypted"
        assert await stops(here, room) == ["not-inside"]
        await ada.invite(room, here.bot.user_id)
        back = await ada.wait_for(room, lambda event: here.speaks(event) and "again from" in body(event))
        assert "paper.example" in body(back)
        assert await stops(here, room) == [None]


async def stops(here: Newsroom, room: str) -> list[str | None]:
    async with here.store.begin() as tx:
        return [one.stopped for one in await tx.subscriptions(here.place(room))]
