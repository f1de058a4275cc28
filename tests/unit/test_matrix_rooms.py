"""What is kept of a room's state, and how long."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest

from adapters.matrix.options import MatrixOptions
from adapters.matrix.rooms import Rooms
from adapters.matrix.session import Session
from bot.standing import Standing

BOT, ANN, ROOM = "@nutgraf:a.test", "@ann:a.test", "!room:a.test"
_ANNS = "m.room.member/%40ann%3Aa.test"


class Server:
    """Answers by the end of a path with what was true when it was asked; ``slow`` holds answers back."""

    user_id = BOT

    def __init__(self) -> None:
        self.state: dict[str, dict[str, Any]] = {
            "m.room.power_levels/": {"users": {ANN: 50}},
            "m.room.create/?format=event": {"sender": BOT, "content": {"room_version": "11"}},
            _ANNS: {"membership": "join"},
            "joined_members": {"joined": {BOT: {}, ANN: {}}},
        }
        self.slow = asyncio.Event()
        self.slow.set()
        self.asked: list[str] = []

    async def call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        name = next(name for name in self.state if path.endswith(name))
        self.asked.append(name)
        answer = dict(self.state[name])
        await self.slow.wait()
        return answer


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def rooms(server: Server) -> Rooms:
    return Rooms(cast(Session, server), MatrixOptions(store_dir=Path("unused"), allowed=("*",)))


async def test_what_is_known_is_not_asked_again(rooms: Rooms, server: Server) -> None:
    for _ in range(2):
        assert await rooms.standing(ROOM, ANN) is Standing.ADMIN
        assert await rooms.members(ROOM) == {BOT, ANN}
    assert len(server.asked) == len(set(server.asked)) == 4


async def test_an_answer_that_was_under_way_when_newer_state_came_is_not_kept(
    rooms: Rooms, server: Server
) -> None:
    server.slow.clear()
    under_way = [asyncio.create_task(rooms.standing(ROOM, ANN)), asyncio.create_task(rooms.members(ROOM))]
    for _ in range(3):
        await asyncio.sleep(0)
    assert len(server.asked) == 2
    server.state[_ANNS] = {"membership": "leave"}
    server.state["joined_members"] = {"joined": {BOT: {}}}
    rooms.heard(ROOM, [{"type": "m.room.member", "state_key": ANN, "content": {"membership": "leave"}}])
    server.slow.set()
    await asyncio.gather(*under_way)
    assert await rooms.standing(ROOM, ANN) is Standing.STRANGER
    assert await rooms.members(ROOM) == {BOT}
