"""A burst of pasted links at a real Synapse: ``python -m tests.bench.matrix [LINKS]`` (200).

The bot is ``nutgraf run``, a process of its own over a new SQLite file, on an account that the homeserver
does not hold back; Synapse, the newspapers and the people are here, all on loopback. 50 papers, 20 rooms;
the fetcher holds itself to one page a second and paper.

Beside it, in the same run: a bot as nio's template writes it (``sync_forever``, the callback reads the page,
with the same reader and finders, and posts). Both are killed with SIGKILL in the middle of a second burst and
started again. Printed, not asserted: how long from a link to its digest, by the homeserver's clock; how many
digests are missing, how many stand twice; the memory of the bot.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.slack import quantiles, row, stories
from tests.fakes.folders import quick_folder
from tests.fakes.site import Site
from tests.fakes.synapse import People, Person, Synapse
from tests.fakes.synapse.heard import Event

ROOT = Path(__file__).parent.parent.parent
PAPERS, ROOMS = 50, 20
SETTLED_S, GIVEN_UP_S, KILLED_AFTER_S = 5.0, 90.0, 4.0
OURS = (sys.executable, "-m", "adapters", "run")
PEER = (sys.executable, "-m", "tests.bench.matrix_peer")


@dataclass(frozen=True, slots=True)
class Newsroom:
    """``settings``: of the bot's process."""

    ada: Person
    bot: str
    rooms: tuple[str, ...]
    settings: Mapping[str, str]
    command: Sequence[str]


async def main(links: int) -> None:
    """Both bots, one after the other."""
    row(f"{links} links pasted at once, {ROOMS} rooms, {PAPERS} papers; {os.cpu_count()} cores")
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="nutgraf-", dir=quick_folder()))
        server = Synapse(Path(folder) / "homeserver").start()
        stack.callback(server.close)
        people = await stack.enter_async_context(People(server))
        papers = [Site(f"127.0.0.{number + 2}") for number in range(PAPERS)]
        for paper in papers:
            await paper.start()
            stack.push_async_callback(paper.stop)
        for name, command in (("nutgraf", OURS), ("nio's template, reading in the callback", PEER)):
            here = await opened(people, papers, Path(folder) / f"bot-{len(command[-1])}", command)
            await measured(name, here, papers, links)


async def opened(people: People, papers: Sequence[Site], folder: Path, command: Sequence[str]) -> Newsroom:
    """An account for the bot, and rooms that it is invited to."""
    ada, bot = await people.new("ada"), await people.new("nutgraf")
    people.homeserver.exempt(bot.user_id)
    settings = {
        **{name: value for name, value in os.environ.items() if not name.startswith("NUTGRAF_")},
        "PYTHONPATH": str(ROOT),
        "NUTGRAF_DATA_DIR": str(folder),
        "NUTGRAF_MATRIX_HOMESERVER": people.homeserver.url,
        "NUTGRAF_MATRIX_USER": bot.user_id,
        "NUTGRAF_MATRIX_PASSWORD": bot.password,
        "NUTGRAF_MATRIX_ALLOWED": ada.user_id,
        "NUTGRAF_ALLOW_HOSTS": ",".join(paper.netloc for paper in papers),
        "NUTGRAF_LOG_LEVEL": "error",
    }
    rooms = [await ada.create(f"desk{n}", invite=[bot.user_id]) for n in range(ROOMS)]
    return Newsroom(ada, bot.user_id, tuple(rooms), settings, command)


async def measured(name: str, here: Newsroom, papers: Sequence[Site], links: int) -> None:
    async with running(here) as process:
        await inside(here)
        asked = await burst(here, stories(papers, links, "a"))
        await report(f"{name}: calm", here, asked)
        row(f"  memory, highest                 {memory(process.pid)}")
    killing = asyncio.create_task(killed_once(here))
    try:
        asked = await burst(here, stories(papers, links, "b"))
    finally:
        killing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await killing
    await report(f"{name}: killed once", here, asked)


@asynccontextmanager
async def running(here: Newsroom) -> AsyncIterator[asyncio.subprocess.Process]:
    """A bot that is killed, by SIGKILL, when the ``async with`` ends."""
    process = await asyncio.create_subprocess_exec(*here.command, cwd=ROOT, env=here.settings)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def killed_once(here: Newsroom) -> None:
    """Dies while links come in, and is started again at once."""
    async with running(here):
        await asyncio.sleep(KILLED_AFTER_S)
    async with running(here):
        await asyncio.Event().wait()


async def inside(here: Newsroom) -> None:
    """The bot has joined everywhere, and reads every link: the peer knows no settings."""
    for room in here.rooms:
        await here.ada.wait_for(room, lambda event: joins(event, here.bot), timeout_s=60)
    for room in here.rooms if here.command is OURS else ():
        asked = await here.ada.say(room, "!nutgraf settings digest on")
        await answered(here, room, asked)


def joins(event: Event, user: str) -> bool:
    return event.get("state_key") == user and event["content"].get("membership") == "join"


async def answered(here: Newsroom, room: str, asked: str) -> None:
    await here.ada.wait_for(
        room, lambda event: event["sender"] == here.bot and asked in str(event["content"])
    )


async def burst(here: Newsroom, links: Sequence[str]) -> list[tuple[str, str]]:
    """Room and event of each link. Everybody pastes at once; waits until every thread has its digest, or
    nothing comes any more."""

    async def pasted(number: int, link: str) -> tuple[str, str]:
        room = here.rooms[number % len(here.rooms)]
        async with few:
            return room, await here.ada.say(room, f"see {link}")

    few = asyncio.Semaphore(4)
    begun = time.monotonic()
    asked = list(await asyncio.gather(*(pasted(number, link) for number, link in enumerate(links))))
    row(f"\n(all pasted after {time.monotonic() - begun:.1f} s)")
    last, changed = -1, time.monotonic()
    while time.monotonic() - begun < GIVEN_UP_S:
        there = len(await answers(here, asked))
        if there != last:
            last, changed = there, time.monotonic()
        waited_s = SETTLED_S if there == len(asked) else 4 * SETTLED_S
        if time.monotonic() - changed > waited_s:
            break
        await asyncio.sleep(1.0)
    return asked


async def answers(here: Newsroom, asked: Sequence[tuple[str, str]]) -> dict[str, list[int]]:
    """Of each answered link's event: when its digests were taken by the homeserver, milliseconds."""
    await here.ada.sync()
    wanted = {event_id for _, event_id in asked}
    found: dict[str, list[int]] = {}
    for room in here.rooms:
        for event in here.ada.heard.events[room]:
            root = event["content"].get("m.relates_to", {}).get("event_id", "")
            if event["sender"] == here.bot and event["type"] == "m.room.message" and root in wanted:
                found.setdefault(root, []).append(event["origin_server_ts"])
    return found


async def report(name: str, here: Newsroom, asked: Sequence[tuple[str, str]]) -> None:
    found = await answers(here, asked)
    pasted = {
        event["event_id"]: event["origin_server_ts"]
        for room in here.rooms
        for event in here.ada.heard.events[room]
    }
    waits = sorted((min(times) - pasted[event_id]) / 1000 for event_id, times in found.items())
    first = min(pasted[event_id] for _, event_id in asked)
    last = max((max(times) for times in found.values()), default=first)
    counts = Counter(min(len(found.get(event_id, [])), 2) for _, event_id in asked)
    row(f"\n{name}")
    row(f"  link to digest, p50 / p99       {quantiles(waits)}")
    row(f"  all there after                 {(last - first) / 1000:.1f} s")
    row(f"  missing {counts[0]}, twice {counts[2]}, of {len(asked)}")


def memory(pid: int) -> str:
    """Of the process and, if it has any, of those that it reads pages in: the most each ever held."""

    def highest_mib(one: str) -> int:
        lines = Path(f"/proc/{one}/status").read_text("ascii", "replace").splitlines()
        return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))

    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    more = ", ".join(f"{highest_mib(child)} MiB" for child in children)
    return f"{highest_mib(str(pid))} MiB" + (f"; its readers {more}" if more else "")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
