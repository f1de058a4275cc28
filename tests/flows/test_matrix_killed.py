"""kill -9 wherever it hurts, the homeserver living on: nothing lost, nothing twice, encrypted or not."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.fakes.synapse import People, Person
from tests.fakes.synapse.heard import Event
from tests.fakes.synapse.journalist import Journalist, Journalists
from tests.flows.matrix_bot import HOPS
from tests.flows.matrix_office import body, is_edit

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def running(folder: Path, bot: Person, hop: str = "") -> AsyncIterator[asyncio.StreamReader]:
    """Killed when the block ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.flows.matrix_bot", str(folder), hop, bot.url, bot.user_id, bot.password,
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield process.stdout
    finally:
        process.kill()
        await process.wait()


async def said(stream: asyncio.StreamReader, word: str) -> None:
    async with asyncio.timeout(20):
        while (line := await stream.readline()) != f"{word}\n".encode():
            assert line, f"it ended before it said {word}"


def digests(person: Person, room: str, bot: Person, number: int) -> list[Event]:
    """Of the story, as the person can read them."""
    shown = [person.shown(room, event) for event in person.heard.events[room]]
    mine = [event for event in shown if event["sender"] == bot.user_id and not is_edit(event)]
    return [event for event in mine if body(event).startswith(f"Story of https://paper.example/{number}\n")]


async def ready(ada: Person, room: str, bot: Person) -> None:
    await ada.wait_for(room, lambda event: event["sender"] == bot.user_id and body(event))


async def test_killed_at_every_hop(people: People, journalists: Journalists, quick_path: Path) -> None:
    """A link in a clear room and one in an encrypted one for each hop, by turns the first to get there; the
    homeserver itself dies in between."""
    ada: Journalist = await journalists.new("ada")
    bot = await people.new("nutgraf")
    async with running(quick_path, bot):
        rooms = [
            await ada.create(invite=[bot.user_id], direct=True, encrypted=sealed) for sealed in (False, True)
        ]
        for room in rooms:
            await ready(ada, room, bot)
    asked: list[str] = []
    for hop in (*HOPS, "posted"):
        if hop == "before post":
            await people.homeserver.restart(killed=True)
        rooms.reverse()
        async with running(quick_path, bot, hop) as process:
            for room in rooms:
                await ada.say(room, f"see https://paper.example/{len(asked)}")
                asked.append(room)
            await said(process, "standing")
    async with running(quick_path, bot):
        await ada.until(
            lambda: all(digests(ada, room, bot, number) for number, room in enumerate(asked)), timeout_s=30
        )
        for room in rooms:
            await ada.say(room, "status")
            await ada.wait_for(
                room, lambda event: event["sender"] == bot.user_id and "seen" in body(event).lower()
            )
    assert [len(digests(ada, room, bot, number)) for number, room in enumerate(asked)] == [1] * len(asked)


@pytest.mark.parametrize("encrypted", [False, True])
async def test_killed_between_post_and_record_and_started_a_day_later(
    people: People, journalists: Journalists, quick_path: Path, encrypted: bool
) -> None:
    """The homeserver knows no transaction id any more: to post once more would be a second message."""
    ada: Journalist = await journalists.new("ada")
    bot = await people.new("nutgraf")
    async with running(quick_path, bot):
        room = await ada.create(invite=[bot.user_id], direct=True, encrypted=encrypted)
        await ready(ada, room, bot)
    async with running(quick_path, bot, "posted") as process:
        await ada.say(room, "see https://paper.example/1")
        await said(process, "standing")
    await people.homeserver.forget_transactions()
    async with running(quick_path, bot):
        await ada.say(room, "see https://paper.example/2")
        await ada.until(lambda: digests(ada, room, bot, 2), timeout_s=30)
        await ada.say(room, "status")
        await ada.wait_for(
            room, lambda event: event["sender"] == bot.user_id and "seen" in body(event).lower()
        )
    assert [len(digests(ada, room, bot, number)) for number in (1, 2)] == [1, 1]
