"""The homeserver is slow, breaks off, limits; the bot is down, or meets an event that breaks it: what was
said is answered, in order, once.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.matrix.rooms import Rooms
from bot.desk import Desk
from bot.desk.batch import Batch
from bot.errors import SetupError
from bot.standing import Standing
from bot.store import open_database
from bot.types import Request
from tests.fakes.synapse import FaultProxy, People, Person, Synapse
from tests.fakes.synapse.faults import Fault, Half, bad_gateway, expired, limited, not_json, wrong_json
from tests.flows.matrix_desk import Bot

STORY = "https://paper.example/pier"


@pytest.fixture
async def bot(people: People, quick_path: Path, homeserver: Synapse) -> Bot:
    return Bot(await people.new("nutgraf"), quick_path, homeserver.url)


@pytest.fixture
async def ada(people: People) -> Person:
    return await people.new("ada")


async def test_what_was_said_while_it_was_down_is_answered_in_order_and_once(bot: Bot, ada: Person) -> None:
    """130 events in a room, of which a sync tells 50: the gap is fetched."""
    async with bot.up():
        room = await bot.welcomed(ada, direct=True)
        other = await bot.welcomed(ada, direct=True)
    said = [await ada.say(room, f"https://paper.example/{number}") for number in range(130)]
    few = [await ada.say(other, f"https://paper.example/{number}") for number in range(200, 203)]
    async with bot.up() as here:
        await bot.until(lambda: len(bot.digests(room)) == 130, 60)
        await bot.quiet(here)
    assert await _taken(bot, room) == [f"matrix:{room}:{event_id}" for event_id in said]
    for where, these in ((room, said), (other, few)):
        assert [len(bot.of(where, event_id)) for event_id in these] == [1] * len(these)
    assert bot.chat.doubled() == []


async def _taken(bot: Bot, room: str) -> list[str]:
    """Keys of what people asked in the room, in the order in which it was stored."""
    database = await open_database(str(bot.folder / "bot.db"))
    async with database.transaction() as connection:
        rows = await connection.rows(
            "select key from requests where key like ? order by rowid", f"matrix:{room}:$%"
        )
    await database.close()
    return [row["key"] for row in rows]


class Brittle(Rooms):
    """Breaks on whom it does not like."""

    async def standing(self, room: str, user: str) -> Standing:
        if user.startswith("@bad"):
            raise ZeroDivisionError
        return await super().standing(room, user)


async def test_an_event_that_breaks_us_is_left_out_and_the_others_are_answered(
    bot: Bot, ada: Person, people: People, caplog: pytest.LogCaptureFixture
) -> None:
    bot.make_rooms = Brittle
    async with bot.up() as here:
        room = await bot.welcomed(ada)
        bad = await people.new("bad")
        await ada.invite(room, bad.user_id)
        await bad.join(room)
        said = [
            await who.say(room, words)
            for who, words in (
                (ada, "!nutgraf mute a.example"),
                (bad, "!nutgraf mute b.example"),
                (ada, "!nutgraf help"),
            )
        ]
        await bot.answer(room, said[2])
        await bot.answer(room, said[0])
        assert bot.of(room, said[1]) == []
        assert here.sync.health.left_out == 1
    assert "ZeroDivisionError" in caplog.text


class BrittleBatch(Batch):
    """Breaks on what it does not like."""

    async def take(self, request: Request) -> bool:
        if "bad.example" in request.text:
            raise ZeroDivisionError
        return await super().take(request)


class BrittleDesk(Desk):
    @asynccontextmanager
    async def batch(self) -> AsyncIterator[Batch]:
        async with super().batch() as opened:
            yield BrittleBatch(opened.tx, opened.clock)


async def test_a_desk_that_breaks_on_one_message_answers_the_others(
    bot: Bot, ada: Person, caplog: pytest.LogCaptureFixture
) -> None:
    async with bot.up():
        room = await bot.welcomed(ada, direct=True)
    said = [await ada.say(room, f"https://{host}.example/story") for host in ("good", "bad", "fair")]
    bot.make_desk = BrittleDesk
    async with bot.up() as here:
        assert (await bot.answer(room, said[2])).message.digest_id
        await bot.caught_up(here, ada, room)
        assert here.sync.health.left_out == 1
    assert [len(bot.of(room, event_id)) for event_id in said] == [1, 0, 1]
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    "faults",
    [
        [bad_gateway()] * 2,
        [limited(400)],
        [Half(open=False)] * 2,
        [not_json(), wrong_json('{"next_batch": 7, "rooms": []}')],
        [expired(soft=False), expired(soft=True)],
    ],
    ids=["502", "429", "half", "odd", "expired"],
)
async def test_a_sync_that_fails_is_made_again_with_pauses(
    bot: Bot, ada: Person, fault_proxy: FaultProxy, faults: list[Fault]
) -> None:
    bot.homeserver = fault_proxy.url
    async with bot.up() as here:
        room = await bot.welcomed(ada, direct=True)
        asked = fault_proxy.count("GET /sync")
        fault_proxy.script("GET /_matrix/client/v3/sync", *faults)
        said = await ada.say(room, STORY)
        assert (await bot.answer(room, said)).message.digest_id
        await bot.until(lambda: not fault_proxy.left)
        await bot.until(lambda: here.sync.health.failures == 0)
        assert fault_proxy.count("GET /sync") - asked < 4 * len(faults) + 12


async def test_a_gap_that_cannot_be_filled_now_is_filled_later(
    bot: Bot, ada: Person, fault_proxy: FaultProxy
) -> None:
    bot.homeserver = fault_proxy.url
    async with bot.up():
        room = await bot.welcomed(ada, direct=True)
    said = [await ada.say(room, f"https://paper.example/{number}") for number in range(60)]
    fault_proxy.script("GET /messages", bad_gateway(), limited(100))
    async with bot.up() as here:
        await bot.until(lambda: len(bot.digests(room)) == 60, 30)
        await bot.quiet(here)
    assert [len(bot.of(room, event_id)) for event_id in said] == [1] * 60
    assert not fault_proxy.left


async def test_a_connection_that_falls_silent_is_given_up(
    bot: Bot, ada: Person, fault_proxy: FaultProxy
) -> None:
    bot.homeserver, bot.silence_s = fault_proxy.url, 1.0
    async with bot.up() as here:
        room = await bot.welcomed(ada, direct=True)
        fault_proxy.script("GET /_matrix/client/v3/sync", Half(open=True))
        said = await ada.say(room, STORY)
        assert (await bot.answer(room, said)).message.digest_id
        assert here.sync.health.synced_at


async def test_the_homeserver_is_restarted(bot: Bot, ada: Person, homeserver: Synapse) -> None:
    async with bot.up():
        room = await bot.welcomed(ada, direct=True)
        await homeserver.restart(killed=True)
        said = await ada.say(room, STORY)
        assert (await bot.answer(room, said)).message.digest_id


async def test_signed_out_for_good_it_ends_and_says_so(bot: Bot, ada: Person) -> None:
    async with bot.up() as here:
        await bot.welcomed(ada, direct=True)
        await bot.change_password("another")
        with pytest.raises(SetupError):
            await asyncio.wait_for(here.task, 15)


async def test_what_breaks_nio_costs_no_message(
    bot: Bot, ada: Person, fault_proxy: FaultProxy, caplog: pytest.LogCaptureFixture
) -> None:
    """A member whose former state no homeserver could have: nio 0.26 breaks on it."""
    bot.homeserver = fault_proxy.url
    async with bot.up() as here:
        room = await bot.welcomed(ada, direct=True)
        token = (await here.desk.notes("matrix", "sync:")).popitem()[1]
        stamp = {"sender": ada.user_id, "origin_server_ts": 1}
        odd = {**stamp, "type": "m.room.member", "event_id": "$odd", "state_key": "@eve:nutgraf.test",
               "content": {"membership": "ban"}, "unsigned": {"prev_content": [["x"]]}}  # fmt: skip
        link = {**stamp, "type": "m.room.message", "event_id": "$link",
                "content": {"msgtype": "m.text", "body": STORY}}  # fmt: skip
        told = {"next_batch": token, "rooms": {"join": {room: {"timeline": {"events": [odd, link]}}}}}
        fault_proxy.script("GET /_matrix/client/v3/sync", wrong_json(json.dumps(told)))
        assert (await bot.answer(room, "$link")).message.digest_id
        said = await ada.say(room, "help")
        assert (await bot.answer(room, said)).message.plain
        assert here.sync.health.left_out == 0
    assert "nio breaks" in caplog.text


async def test_what_the_homeserver_never_shows_is_left_out_at_last(
    bot: Bot, ada: Person, fault_proxy: FaultProxy
) -> None:
    """An event whose room's state cannot be had holds the others up for a while, not for good."""
    bot.homeserver = fault_proxy.url
    async with bot.up() as here:
        room = await bot.welcomed(ada)
        fault_proxy.always("GET /state/m.room.power_levels", bad_gateway())
        stuck = await ada.say(room, "!nutgraf mute a.example")
        said = await ada.say(room, "!nutgraf help")
        assert (await bot.answer(room, said)).message.plain
        assert bot.of(room, stuck) == []
        assert here.sync.health.left_out == 1
