"""Fixtures that more than one room needs."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.fakes.site import Site


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A misbehaving web site on loopback; allow ``site.netloc`` where a fetcher shall reach it."""
    running = await Site().start()
    yield running
    await running.stop()
