"""A burst of pasted links at a Slack of ours: ``python -m tests.bench.slack [LINKS]`` (200).

The bot is ``nutgraf run``, a process of its own over a new SQLite file; Slack, the newspapers and the clock
are here, all on loopback. 50 papers, 20 channels; Slack holds bots to its pace of one message a second and
channel (with a burst of ten), and the fetcher holds itself to one page a second and paper.

Beside it, in the same run: a bot as Bolt's guide writes it (the listener reads the page, with the same reader
and finders, and posts), without store, queue, pace or echo. Both are killed with SIGKILL in the middle of a
second burst and started again. Printed, not asserted: how long until a message is acknowledged, how long
until its digest stands in the thread, how many digests are missing, how many stand twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tests.fakes.site import Site
from tests.fakes.slack.server import FakeSlack

ROOT = Path(__file__).parent.parent.parent
# each copy is a story of its own: none names a canonical address
STORY = (ROOT / "tests" / "corpus" / "wire_ferry.html").read_text("utf-8")
STORY = STORY.replace('rel="canonical"', 'rel="x"').replace("mainEntityOfPage", "x")
PAPERS, CHANNELS = 50, 20
SETTLED_S, GIVEN_UP_S = 15.0, 240.0
OURS = (sys.executable, "-m", "adapters", "run")
PEER = (sys.executable, "-m", "tests.bench.slack_peer")


async def main(links: int) -> None:
    """Both bots, one after the other."""
    row(f"{links} links pasted at once, {CHANNELS} channels, {PAPERS} papers; {os.cpu_count()} cores")
    for name, command in (("nutgraf", OURS), ("bolt, reading in the listener", PEER)):
        async with asyncio.timeout(2 * GIVEN_UP_S + 120):
            await measured(name, command, links)


async def measured(name: str, command: Sequence[str], links: int) -> None:
    slack = await FakeSlack(messages_per_s=1.0, burst=10, retry_s=(0, 10, 60)).start()
    papers = [Site(f"127.0.0.{number + 2}") for number in range(PAPERS)]
    for paper in papers:
        await paper.start()
    channels = [slack.add_channel(f"desk{n}", ["ada", "nutgraf"]) for n in range(CHANNELS)]
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_of(slack, papers, Path(folder))
        try:
            first = stories(papers, links, "a")
            async with bot(command, settings):
                await slack.connected()
                asked, took_s = await burst(slack, channels, first)
                report(f"{name}: calm", slack, asked, took_s)
            second = stories(papers, links, "b")
            killing = asyncio.create_task(killed_once(slack, command, settings))
            asked, took_s = await burst(slack, channels, second)
            killing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await killing
            report(f"{name}: killed once", slack, asked, took_s)
        finally:
            await slack.stop()
            for paper in papers:
                await paper.stop()


def settings_of(slack: FakeSlack, papers: Sequence[Site], folder: Path) -> dict[str, str]:
    """What ``docs/slack.md`` tells to set, and where loopback stands in for the world."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("NUTGRAF_")},
        "PYTHONPATH": str(ROOT),
        "NUTGRAF_DATA_DIR": str(folder),
        "NUTGRAF_SLACK_BOT_TOKEN": slack.bot_token,
        "NUTGRAF_SLACK_APP_TOKEN": slack.app_token,
        "NUTGRAF_SLACK_API_URL": slack.api_url,
        "NUTGRAF_ALLOW_HOSTS": ",".join(paper.netloc for paper in papers),
        "NUTGRAF_LOG_LEVEL": "error",
    }


@asynccontextmanager
async def bot(command: Sequence[str], settings: dict[str, str]) -> AsyncIterator[None]:
    """A bot that is killed, by SIGKILL, when the ``async with`` ends."""
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=settings)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def killed_once(slack: FakeSlack, command: Sequence[str], settings: dict[str, str]) -> None:
    """Runs until a quarter of a minute of work is under way, dies, and is started again."""
    async with bot(command, settings):
        await slack.connected()
        await asyncio.sleep(3.0)
    async with bot(command, settings):
        await asyncio.Event().wait()


def stories(papers: Sequence[Site], links: int, name: str) -> list[str]:
    """Addresses of own stories, each page with a headline of its own."""
    made = []
    for number in range(links):
        paper, path = papers[number % len(papers)], f"/{name}/{number}"
        paper.add(path, STORY.replace("Port Halven", f"Port Halven {name}{number}"))
        made.append(paper.url(path))
    return made


async def burst(
    slack: FakeSlack, channels: Sequence[str], links: Sequence[str]
) -> tuple[list[tuple[str, str, float]], float]:
    """Everybody pastes at once; waits until every thread has its digest, or nothing comes any more."""
    begun = time.monotonic()
    asked = []
    for number, link in enumerate(links):
        channel = channels[number % len(channels)]
        asked.append((channel, await slack.people_post("ada", channel, f"see {link}"), time.monotonic()))
    last, changed = -1, time.monotonic()
    while time.monotonic() - begun < GIVEN_UP_S:
        there = sum(bool(slack.bots_posts(channel, ts)) for channel, ts, _ in asked)
        if there != last:
            last, changed = there, time.monotonic()
        waited_s = SETTLED_S if there == len(asked) else 6 * SETTLED_S
        if time.monotonic() - changed > waited_s:
            break
        await asyncio.sleep(0.05)
    return asked, changed - begun


def report(name: str, slack: FakeSlack, asked: Sequence[tuple[str, str, float]], took_s: float) -> None:
    answers = {ts: slack.bots_posts(channel, ts) for channel, ts, _ in asked}
    waits = sorted(posts[0].posted_at - at_s for _, ts, at_s in asked if (posts := answers[ts]))
    counts = Counter(min(len(posts), 2) for posts in answers.values())
    mine = {ts for _, ts, _ in asked}
    acks = sorted(
        envelope.ack_s
        for envelope in slack.delivery.envelopes
        if envelope.payload.get("event", {}).get("ts") in mine and envelope.ack_s is not None
    )
    row(f"\n{name}")
    row(f"  acknowledged after, p50 / p99   {quantiles(acks)}  ({len(acks)} of {len(asked)})")
    row(f"  link to digest, p50 / p99       {quantiles(waits)}")
    row(f"  all there after                 {took_s:.1f} s")
    row(f"  missing {counts[0]}, twice {counts[2]}, of {len(asked)}")


def row(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def quantiles(values: Sequence[float]) -> str:
    if not values:
        return "-"
    return f"{values[len(values) // 2]:.2f} / {values[min(len(values) * 99 // 100, len(values) - 1)]:.2f} s"


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
