"""A bot to be killed: the real desk, store and engine, with a chat that is a file.

Run as ``python -m tests.flows.newsroom STORE FOLDER HOP``. The platform in FOLDER hands over every
event that was not acknowledged, as platforms do. At HOP (if any) the first to pass says so on
standard output and stands still: whoever watches kills it there. Says "up" when it begins to work
and "done" when nothing waits.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from bot.desk import Desk, Rules
from bot.desk.reading import delivery_key, digest_id
from bot.engine import JobEngine
from bot.store import SqlStore, open_database
from bot.types import Digestible, Message, Page, Place, Posted, Request
from tests.fakes.desk import HERE, FakeFeeds, FakeReader, FakeWeb, command_request, link_request

HOPS = ("taken", "fetch", "extract", "before post", "after post", "find", "marked done")
LATER_HOPS = ("taken again", "before edit", "after edit", "before delete", "after delete", "withdrawn")
EVENTS, ACKED, CHAT = "events.jsonl", "acked.jsonl", "chat.jsonl"


class Gate:
    """Stands still at the first pass of one hop; elsewhere it takes a moment, as networks do."""

    def __init__(self, hop: str) -> None:
        self._hop = hop
        self._dice = random.Random(os.getpid())  # noqa: S311 - spreads the work, keeps no secret

    async def at(self, hop: str) -> None:
        if hop == self._hop:
            say("standing")
            await asyncio.Event().wait()
        await asyncio.sleep(self._dice.random() * 0.03)


class FileChat:
    """What the platform took is a line of a file; it does not refuse a key that it has."""

    platform = "fake"

    def __init__(self, folder: Path, gate: Gate) -> None:
        self._path = folder / CHAT
        self._gate = gate

    async def post(self, place: Place, message: Message, key: str, *, only_for: str | None = None) -> Posted:
        await self._gate.at("before post")
        append(self._path, {"key": key, "plain": message.plain})
        await self._gate.at("after post")
        return Posted(place, key)

    async def find(self, place: Place, key: str) -> Posted | None:
        await self._gate.at("find")
        return Posted(place, key) if key in standing(self._path) else None

    async def edit(self, posted: Posted, message: Message) -> None:
        await self._gate.at("before edit")
        append(self._path, {"edited": posted.message_id, "plain": message.plain})
        await self._gate.at("after edit")

    async def delete(self, posted: Posted) -> None:
        await self._gate.at("before delete")
        append(self._path, {"deleted": posted.message_id})
        await self._gate.at("after delete")

    async def may_see(self, user: str, place: Place) -> bool:
        return True

    def link(self, posted: Posted) -> str | None:
        return None

    async def acknowledge(self, request: Request, mark: str) -> None:
        if mark == "done":
            await self._gate.at("marked done")


class SlowWeb(FakeWeb):
    def __init__(self, gate: Gate) -> None:
        super().__init__(known=_page)
        self._gate = gate

    async def get(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Page:
        await self._gate.at("fetch")
        return await super().get(url)


class SlowReader(FakeReader):
    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    async def extract(self, page: Page) -> Digestible:
        await self._gate.at("extract")
        return await super().extract(page)


def _page(url: str) -> str:
    if "feed" in url:
        return f"Feed of {url}\n{url}/1\n{url}/2"
    if "breaking" in url:  # each time it is read it says something else
        now = time.time_ns()
        return f'Story of {url} at {now}\nThe mayor of Uln said: "It is {now} now." Nobody else spoke.'
    return f'Story of {url}\nThe mayor of Uln said: "We heard of {url} today." Nobody else spoke.'


def say(word: str) -> None:
    """To whoever watches."""
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


def append(path: Path, line: dict[str, str]) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def standing(path: Path) -> dict[str, str]:
    """What the chat shows now: words by key."""
    shown: dict[str, str] = {}
    for line in lines(path):
        if "deleted" in line:
            shown.pop(line["deleted"], None)
        else:
            shown[line.get("key") or line["edited"]] = line["plain"]
    return shown


def answer_key(number: int) -> str:
    """Of the delivery that answers the event."""
    request = event(number)
    return f"{request.key}#0" if request.command else delivery_key(request, request.links[0])


def event(number: int) -> Request:
    """Every fifth is a command that must not be done twice."""
    if number % 5 == 4:
        return command_request(f"E{number}", f"follow https://feed{number}.example/all")
    return link_request(f"E{number}", f"https://paper.example/{'breaking' if number == 0 else number}")


async def hand_over(desk: Desk, folder: Path, gate: Gate) -> None:
    """Deliver what was not acknowledged, each event twice."""
    acked = {line["key"] for line in lines(folder / ACKED)}
    for line in lines(folder / EVENTS):
        if line["key"] in acked:
            continue
        number = int(line["key"][1:])
        if line["key"].startswith("E"):
            request = event(number)
            await asyncio.gather(desk.take(request), desk.take(request))
            await gate.at("taken")
        else:
            await later(desk, folder, gate, line["key"], number)
        append(folder / ACKED, line)


async def later(desk: Desk, folder: Path, gate: Gate, key: str, number: int) -> None:
    """R: the digest of an event is to be read again. W: the message of the event is deleted."""
    answered = False
    while not answered:
        await asyncio.sleep(0.02)
        answered = answer_key(number) in {line.get("key") for line in lines(folder / CHAT)}
    if key.startswith("R"):
        again = command_request(key, f"reread {digest_id(answer_key(number))}", private=True)
        await asyncio.gather(desk.take(again), desk.take(again))
        await gate.at("taken again")
    else:
        for _ in range(2):
            await desk.withdrawn(HERE, event(number).key, key)
        await gate.at("withdrawn")


async def main(address: str, folder: Path, hop: str) -> None:
    gate = Gate(hop)
    database = await open_database(address)
    engine = JobEngine(database, stalled_s=1.0, attempts=60, retry_base_s=0.05)
    await engine.open()
    store = SqlStore(database, engine)
    desk = Desk(
        store=store,
        engine=engine,
        fetcher=SlowWeb(gate),
        extractor=SlowReader(gate),
        feeds=FakeFeeds(),
        clock=lambda: datetime.now(UTC),
        rules=Rules(),
    )
    desk.serve(FileChat(folder, gate))
    say("up")
    work = asyncio.create_task(desk.run())
    await hand_over(desk, folder, gate)
    counts = await desk.status()
    while counts.waiting:
        await asyncio.sleep(0.05)
        counts = await desk.status()
    say(f"done {counts.seen} {counts.digested} {counts.delivered}")
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    await engine.close()
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
