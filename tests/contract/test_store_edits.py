"""Requests that edits of a message made: the store's contract on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.contract.rooms import STORY, Room
from tests.fakes.desk import HERE, NOON, link_request

OTHER = "https://paper.example/bridge"


async def test_edits_come_back_as_they_were_taken(room: Room) -> None:
    first = link_request("E1", STORY)
    edits = [
        link_request("E1:edited:b", OTHER, source="E1", instead=(STORY, 'https://paper.example/"ß"')),
        link_request("E1:edited:a", STORY, source="E1", instead=(OTHER,)),
    ]
    for number, request in enumerate((first, *edits, link_request("E2:edited:a", STORY, source="E2"))):
        async with room.begin() as tx:
            assert await tx.take(request, NOON + timedelta(seconds=number))
    async with room.begin() as tx:
        assert await tx.request("E1:edited:b") == edits[0]
        assert await tx.edits("E1") == tuple(edits)
        assert await tx.edits("E9") == ()


async def test_with_the_message_its_edits_go(room: Room) -> None:
    edit = link_request("E1:edited:a", OTHER, source="E1", instead=(STORY,))
    async with room.begin() as tx:
        await tx.take(link_request("E1", STORY), NOON)
        await tx.take(edit, NOON)
    async with room.begin() as tx:
        await tx.withdraw(HERE, "E1", NOON)
    async with room.begin() as tx:
        assert await tx.edits("E1") == ()
        assert not await tx.take(replace(edit, key="E1:edited:b"), NOON)
