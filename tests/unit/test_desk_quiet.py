"""A feed's story that waits while its subscription ends, is paused or stopped is neither read nor posted."""

from __future__ import annotations

import pytest

from bot.ports import Refusal
from tests.fakes.desk import HERE
from tests.unit.test_desk import STORY, Room, room
from tests.unit.test_desk_races import Then, fetching, settle

__all__ = ["room"]


def ending(room: Room, how: str) -> Then:
    async def end() -> None:
        async with room.store.begin() as tx:
            if how == "paused":
                await tx.pause(HERE, 1, True)
            elif how == "stopped":
                await tx.stop(HERE, Refusal.CLOSED.value)
            else:
                await tx.unfollow(HERE, 1)

    return end


@pytest.mark.parametrize("how", ["paused", "stopped", "unfollowed"])
async def test_before_it_is_read(room: Room, how: str) -> None:
    await room.desk.take(await room.story(STORY))
    await ending(room, how)()
    await settle(room)
    assert (room.chat.sent, room.web.asked) == ([], [])
    assert (await room.desk.status()).waiting == 0


@pytest.mark.parametrize("how", ["paused", "stopped", "unfollowed"])
async def test_while_it_is_read(room: Room, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    await room.desk.take(await room.story(STORY))
    fetching(room, monkeypatch, ending(room, how))
    await settle(room)
    assert (room.chat.sent, room.web.asked) == ([], [STORY])
    counts = await room.desk.status()
    assert (counts.waiting, counts.digested, counts.failed) == (0, 0, 0)


async def test_a_paused_one_that_was_resumed_is_read(room: Room) -> None:
    await room.desk.take(await room.story(STORY))
    await ending(room, "paused")()
    async with room.store.begin() as tx:
        await tx.pause(HERE, 1, False)
    await settle(room)
    assert len(room.chat.sent) == 1
