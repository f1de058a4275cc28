"""Fixtures of the contract tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.store import SqlStore, open_database
from tests.contract.rooms import Jobs, Room


@pytest.fixture
async def room(store_address: str) -> AsyncIterator[Room]:
    jobs = Jobs()
    store = SqlStore(await open_database(store_address), jobs)
    yield Room(store, jobs)
    await store.close()
