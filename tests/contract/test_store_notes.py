"""Small durable words of the adapters."""

from __future__ import annotations

import pytest

from tests.contract.rooms import Room, rows

MATRIX = "matrix"


async def test_a_note_is_written_over_and_deleted(room: Room) -> None:
    async with room.begin() as tx:
        await tx.note(MATRIX, "sync:D1", "s1")
        await tx.note(MATRIX, "sync:D1", "s2")
        await tx.note(MATRIX, "sync:D2", "")
    async with room.begin() as tx:
        assert await tx.notes(MATRIX) == {"sync:D1": "s2", "sync:D2": ""}
        await tx.note(MATRIX, "sync:D1", None)
        await tx.note(MATRIX, "never written", None)
        assert await tx.notes(MATRIX) == {"sync:D2": ""}


async def test_notes_are_found_by_how_their_names_begin_in_order(room: Room) -> None:
    names = ["unread:!b:one", "unread:!a:two", "unread_x", "unread%x", "Unread:!a:two", "sync", "ünread"]
    async with room.begin() as tx:
        for name in names:
            await tx.note(MATRIX, name, name.upper())
        await tx.note("fake", "unread:!a:two", "of another platform")
        assert list(await tx.notes(MATRIX, "unread:")) == ["unread:!a:two", "unread:!b:one"]
        assert set(await tx.notes(MATRIX, "unread_")) == {"unread_x"}, "no wildcard"
        assert set(await tx.notes(MATRIX, "unread%")) == {"unread%x"}
        assert set(await tx.notes(MATRIX, "ü")) == {"ünread"}
        assert set(await tx.notes(MATRIX)) == set(names)
        assert await tx.notes(MATRIX, "none") == {}
        assert await tx.notes("fake") == {"unread:!a:two": "of another platform"}


@pytest.mark.parametrize("value", ["é" * 10_000, "“\U0001f60a” \n\t", "{}"])
async def test_what_is_written_is_read(room: Room, value: str) -> None:
    async with room.begin() as tx:
        await tx.note(MATRIX, "n", value)
    async with room.begin() as tx:
        assert await tx.notes(MATRIX) == {"n": value}


async def test_a_note_goes_with_its_transaction(room: Room) -> None:
    async with room.begin() as tx:
        await tx.note(MATRIX, "sync", "s1")
    with pytest.raises(RuntimeError):
        async with room.begin() as tx:
            await tx.note(MATRIX, "sync", "s2")
            await tx.note(MATRIX, "more", "x")
            raise RuntimeError
    async with room.begin() as tx:
        assert await tx.notes(MATRIX) == {"sync": "s1"}
    assert await rows(room) == {"notes": 1}
