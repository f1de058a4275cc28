"""Fixtures that more than one room needs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.fakes.postgres import fresh_database, running_server
from tests.fakes.site import Site


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A misbehaving web site on loopback; allow ``site.netloc`` where a fetcher shall reach it."""
    running = await Site().start()
    yield running
    await running.stop()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """One PostgreSQL for the run, started by the first test that asks."""
    with running_server() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def store_address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty store, once on each database."""
    if request.param == "sqlite":
        return str(tmp_path / "nutgraf.db")
    return fresh_database(request.getfixturevalue("postgres_server"))
