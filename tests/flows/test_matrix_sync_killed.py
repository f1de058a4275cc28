"""kill -9 around the commit of a sync: what was said is taken once, with the token that says so."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from tests.fakes.synapse import People, Synapse
from tests.fakes.synapse.journalist import Journalists
from tests.flows.matrix_desk import Bot
from tests.flows.matrix_listener import HOPS


@pytest.mark.parametrize("hop", HOPS)
@pytest.mark.parametrize("encrypted", [False, True], ids=["clear", "encrypted"])
async def test_killed_at_any_hop_it_answers_once(
    hop: str, encrypted: bool, people: People, journalists: Journalists, quick_path: Path, homeserver: Synapse
) -> None:
    """Encrypted: the room's key comes with the very sync that is never committed."""
    ada = await (journalists if encrypted else people).new("ada")
    bot = Bot(await people.new("nutgraf"), quick_path, homeserver.url)
    async with bot.up():
        room = await bot.welcomed(ada, direct=True, encrypted=encrypted)
    said = [await ada.say(room, f"https://paper.example/{number}") for number in range(3)]
    await _stood_and_was_killed(hop, bot)
    async with bot.up() as here:
        await bot.until(lambda: len(bot.digests(room)) == 3)
        await bot.caught_up(here, ada, room)
        assert here.sync.health.unread == 0
    assert [len(bot.of(room, event_id)) for event_id in said] == [1, 1, 1]
    assert bot.chat.doubled() == []
    assert len(bot.introductions(room)) == 1


async def _stood_and_was_killed(hop: str, bot: Bot) -> None:
    listener = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.flows.matrix_listener", hop, str(bot.folder), bot.homeserver, bot.id,
        bot.account.password, stdout=PIPE,
    )  # fmt: skip
    assert listener.stdout is not None
    line = await asyncio.wait_for(listener.stdout.readline(), 30)
    listener.kill()
    assert await listener.wait() == -signal.SIGKILL
    assert line.decode().strip() == "standing"
