"""The homeserver is slow, refuses, breaks off, forgets its tokens: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from tests.fakes.synapse import FaultProxy, People, Person
from tests.fakes.synapse.faults import Cut, Fault, Half, bad_gateway, expired, limited
from tests.fakes.synapse.journalist import Journalists
from tests.flows.matrix_office import LINK, body, newsroom

SEND, SYNC = "PUT /send/m.room.", "GET /sync"


async def test_posts_that_fail_are_made_later_and_once(
    people: People, journalists: Journalists, quick_path: Path, fault_proxy: FaultProxy
) -> None:
    """Among them some that were taken although their answer got lost; in clear rooms and encrypted ones."""
    faults: tuple[Fault, ...] = (
        bad_gateway(),
        Cut(taken=True),
        Cut(taken=True),
        bad_gateway(504),
        Half(open=False),
    )
    ada = await journalists.new("ada")
    async with newsroom(people, quick_path, homeserver=fault_proxy.url) as here:
        lasts: tuple[Fault, ...] = (Cut(taken=False), limited(200))
        rooms = [await here.desk_room(ada, encrypted=encrypted) for encrypted in (False, True)]
        for room, last in zip(rooms, lasts, strict=True):
            fault_proxy.script(SEND, *faults, last)
            links = [await ada.say(room, f"https://paper.example/{n}") for n in range(3)]
            for number, link in enumerate(links):
                assert f"Story of the {number}" in body(await here.digest(ada, room, link))
        assert fault_proxy.left == []


async def test_a_sync_that_breaks_is_made_again(
    people: People, quick_path: Path, fault_proxy: FaultProxy
) -> None:
    ada = await people.new("ada")
    async with newsroom(people, quick_path, homeserver=fault_proxy.url) as here:
        room = await here.desk_room(ada)
        faults: tuple[Fault, ...] = (bad_gateway(), Half(open=False), expired())
        for number, fault in enumerate(faults):
            fault_proxy.script(SYNC, fault)
            link = await ada.say(room, f"https://paper.example/{number}")
            await here.digest(ada, room, link)
        await ada.until(lambda: fault_proxy.left == [])
        before = fault_proxy.count(SYNC)
        await fault_proxy.shut()
        link = await ada.say(room, LINK)
        await asyncio.sleep(0.7)
        await fault_proxy.open()
        await here.digest(ada, room, link)
        assert fault_proxy.count(SYNC) - before < 12


async def test_signed_out_by_its_owner_it_is_back_on_the_same_device(
    people: People, journalists: Journalists, quick_path: Path
) -> None:
    """ "Sign out all other devices" takes the device's keys off the homeserver, too. Strict clients go on."""
    ada = await journalists.new("ada", only_signed=True)
    async with newsroom(people, quick_path) as here:
        room = await here.desk_room(ada, encrypted=True)
        await here.digest(ada, room, await ada.say(room, LINK))
        [device] = await devices_of(here.bot) - {here.bot.device_id}
        words = {
            "type": "m.login.password", "password": here.bot.password,
            "identifier": {"type": "m.id.user", "user": here.bot.user_id},
        }  # fmt: skip
        await here.bot.call("POST", "/delete_devices", {"devices": [device], "auth": words})
        async with asyncio.timeout(20):
            while device not in await devices_of(here.bot):  # noqa: ASYNC110 - it is the homeserver's
                await asyncio.sleep(0.1)
        link = await ada.say(room, "https://paper.example/ferry")
        assert "Story of the ferry" in body(await here.digest(ada, room, link))


async def devices_of(bot: Person) -> set[str]:
    return {one["device_id"] for one in (await bot.call("GET", "/devices"))["devices"]}


async def test_an_account_that_is_held_back_answers_all_the_same(people: People, quick_path: Path) -> None:
    """One event per digest; what must wait counts as no failure, however often."""
    ada = await people.new("ada")
    async with newsroom(people, quick_path) as here:
        room = await here.room(ada, direct=True)
        path = f"/_synapse/admin/v1/users/{here.bot.user_id}/override_ratelimit"
        pace = {"messages_per_second": 1, "burst_count": 3}
        people.homeserver.call("POST", path, pace, people.homeserver.admin_token())
        links = [await ada.say(room, f"https://paper.example/{number}") for number in range(5)]
        await ada.wait_for(room, here.speaks, timeout_s=30, count=1 + len(links))
        await here.settled(ada)
        said = [body(event).splitlines()[0] for event in ada.heard.events[room] if here.speaks(event)]
        assert sorted(said[1:]) == [f"Story of the {number}" for number in range(5)]


async def test_a_quoted_room_call_pings_nobody(people: People, quick_path: Path) -> None:
    ada, ben = await people.new("ada"), await people.new("ben")
    async with newsroom(people, quick_path) as here:
        room = await here.desk_room(ada, invite=[ben.user_id])
        await ben.join(room)
        await ada.level(room, here.bot.user_id, 50)
        hostile = f"@room Ada {ada.user_id} https://matrix.to/#/{ben.user_id} <b onclick=x>Ben</b>"
        here.web.pages = {
            LINK: f'{hostile}\nThe mayor of Uln said: "{hostile} and {hostile}." Nobody else spoke.'
        }
        link = await ben.say(room, LINK)
        digest = await here.digest(ada, room, link)
        await here.answered(ben, room, link)
        for reader in (ada, ben):
            assert (await reader.counts(room))[1] == 0
        html = digest["content"]["formatted_body"]
        assert "@room" in body(digest)
        assert "<b onclick" not in html
        assert 'href="https://matrix.to/#/@' not in html
        assert digest["content"]["m.mentions"] == {}


async def test_the_log_holds_no_words_and_no_secrets(
    people: People, journalists: Journalists, quick_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ada = await journalists.new("ada")
    async with newsroom(people, quick_path) as here:
        room = await here.desk_room(ada, encrypted=True)
        digest = await here.digest(ada, room, await ada.say(room, f"secretive words {LINK}"))
        await ada.react(room, digest["event_id"], "➕")
        await here.asked(ada, room, "!nutgraf said secretive")
        await here.settled(ada)
        kept = "".join(path.read_text("utf-8", "replace") for path in (quick_path / "matrix").glob("*.json"))
    ours = [one.getMessage() for one in caplog.records if one.name.startswith(("adapters", "bot", "nutgraf"))]
    everything = "\n".join(ours)
    assert "device=" in everything
    for secret in ("secretive", "the mayor of Uln", here.bot.password):
        assert secret not in everything
    secrets = [word for word in kept.replace('"', " ").split() if len(word) > 30]
    assert secrets
    assert [secret for secret in secrets if secret in everything] == []
