"""Fixtures of the flows."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.fetch import FetchLimits, HttpFetcher
from bot.store import SqlStore, open_database
from tests.fakes.desk import NOON, FakeClock
from tests.fakes.site import Site
from tests.flows.feedroom import Deferred, Room


@pytest.fixture
async def room(site: Site, store_address: str) -> AsyncIterator[Room]:
    deferred = Deferred()
    store = SqlStore(await open_database(store_address), deferred)
    limits = FetchLimits(gap_s=0)
    fetcher = HttpFetcher(limits, [site.netloc], clock=lambda: NOON)
    made = Room(site, store, fetcher, FakeClock(NOON), deferred)
    yield made
    await made.fetcher.close()
    await store.close()
