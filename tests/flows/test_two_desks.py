"""Two bots on one PostgreSQL: the platform hands each event to both, and deletes messages meanwhile."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.desk import Desk, Rules
from bot.desk.reading import delivery_key
from bot.engine import JobEngine
from bot.store import SqlStore, open_database
from bot.types import Message, Page, Place, Posted, Request
from tests.fakes.chat import FakeChat
from tests.fakes.desk import HERE, FakeClock, FakeFeeds, FakeReader, FakeWeb, link_request

MESSAGES = 40
SEED = 20261122


class Slow(FakeWeb):
    async def get(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Page:
        await asyncio.sleep(DICE.random() * 0.05)
        return await super().get(url)


class Busy(FakeChat):
    """A post takes a moment on either side of being taken; the desks are told of it as well."""

    def __init__(self) -> None:
        super().__init__()
        self.desks: list[Desk] = []
        self.taken: Counter[str] = Counter()

    async def post(self, place: Place, message: Message, key: str, *, only_for: str | None = None) -> Posted:
        await asyncio.sleep(DICE.random() * 0.03)
        posted = await super().post(place, message, key, only_for=only_for)
        self.taken[key] += 1
        if DICE.random() < 0.5:
            await DICE.choice(self.desks).heard(key, posted.message_id)
        await asyncio.sleep(DICE.random() * 0.03)
        return posted


DICE = random.Random(SEED)  # noqa: S311 - repeatable, not secret


def pasted(number: int) -> Request:
    return link_request(f"E{number}", f"https://paper.example/{number}")


def added(number: int) -> Request:
    """An edit that names the first link once more, and another."""
    links = (f"https://paper.example/{number}", f"https://paper.example/{number}/more")
    return link_request(f"E{number}:edited:1", *links, source=f"E{number}")


@asynccontextmanager
async def desk_at(address: str, chat: Busy) -> AsyncIterator[Desk]:
    database = await open_database(address)
    engine = JobEngine(database, retry_base_s=0.05, attempts=60)
    await engine.open()
    store = SqlStore(database, engine)
    desk = Desk(
        store=store,
        engine=engine,
        fetcher=Slow(known=lambda url: f"Story of {url}\nNobody spoke."),
        extractor=FakeReader(),
        feeds=FakeFeeds(),
        clock=FakeClock(),
        rules=Rules(),
    )
    desk.serve(chat)
    chat.desks.append(desk)
    try:
        yield desk
    finally:
        await engine.close()
        await store.close()


async def happen(desks: list[Desk], chat: Busy, number: int) -> None:
    """One message: pasted, perhaps edited, perhaps deleted; each event comes to both."""
    await asyncio.sleep(DICE.random() * 0.5)
    await asyncio.gather(*(desk.take(pasted(number)) for desk in desks))
    if number % 2:
        await asyncio.sleep(DICE.random() * 0.05)
        await asyncio.gather(*(desk.take(added(number)) for desk in desks))
    if number % 4 > 1:
        answered = number % 4 == 2  # at any moment; the others once their digest was posted
        while not answered:
            await asyncio.sleep(0.005)
            answered = delivery_key(pasted(number), pasted(number).links[0]) in chat.taken
        await asyncio.sleep(DICE.random() * 0.05)
        await asyncio.gather(*(desk.withdrawn(HERE, f"E{number}", f"D{number}") for desk in desks))


@pytest.mark.parametrize("store_address", ["postgresql"], indirect=True)
async def test_two_bots_lose_double_and_leave_nothing(store_address: str) -> None:
    chat = Busy()
    async with desk_at(store_address, chat) as one, desk_at(store_address, chat) as two:
        work = [asyncio.create_task(desk.run()) for desk in (one, two)]
        await asyncio.gather(*(happen([one, two], chat, number) for number in range(MESSAGES)))
        async with asyncio.timeout(60.0):
            counts = await one.status()
            while counts.waiting:
                await asyncio.sleep(0.1)
                counts = await one.status()
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
    assert [key for key, times in chat.taken.items() if times > 1] == [], "doubled"
    wanted = {
        delivery_key(request, link)
        for number in range(MESSAGES)
        if number % 4 < 2
        for request in (pasted(number), *([added(number)] if number % 2 else []))
        for link in request.links
    }
    assert {sent.key for sent in chat.sent} == wanted
    assert (counts.waiting, counts.failed, counts.digested) == (0, 0, len(wanted))
    assert chat.deleted, "no digest was posted before its message was deleted"
    assert len(chat.taken) < 3 * MESSAGES // 2, "every message was deleted too late to matter"
