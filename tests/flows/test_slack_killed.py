"""kill -9 wherever it hurts, the Slack living on: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.slack.scopes import EVENTS, SCOPES
from tests.fakes.slack import FakeSlack, text_of
from tests.flows.slack_bot import HOPS
from tests.flows.slack_office import DESK

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def running(folder: Path, slack: FakeSlack, hop: str = "") -> AsyncIterator[asyncio.StreamReader]:
    """Killed when the block ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.flows.slack_bot", str(folder), hop, slack.api_url, slack.bot_token,
        slack.app_token, cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield process.stdout
    finally:
        process.kill()
        await process.wait()


async def said(stream: asyncio.StreamReader, word: str) -> None:
    async with asyncio.timeout(20):
        while (line := await stream.readline()) != f"{word}\n".encode():
            assert line, f"it ended before it said {word}"


async def test_killed_at_every_hop(tmp_path: Path) -> None:
    # Slack's own three retries take six minutes; seven kills in as many seconds would outlast them
    slack = await FakeSlack(events=EVENTS, scopes=SCOPES, retry_s=(0, *[0.3] * 9)).start()
    stamps: list[str] = []
    try:
        for hop in HOPS:
            async with running(tmp_path, slack, hop) as bot:
                stamps.append(await slack.people_post("ada", DESK, f"https://paper.example/{len(stamps)}"))
                stamps.append(
                    await slack.people_post("ada", DESK, f"@nutgraf https://paper.example/{len(stamps)}")
                )
                await said(bot, "standing")
        async with running(tmp_path, slack):
            await slack.until(lambda: all(slack.bots_posts(DESK, ts) for ts in stamps), timeout_s=30)
            await slack.settled()
            await asyncio.sleep(1.0)
        counts = {ts: len(slack.bots_posts(DESK, ts)) for ts in stamps}
        assert counts == dict.fromkeys(stamps, 1)
        assert len(slack.bots_posts(DESK)) == len(stamps)
        for number, ts in enumerate(stamps):
            assert f"https://paper.example/{number}" in text_of(slack.bots_posts(DESK, ts)[0])
        assert slack.breaches == []
    finally:
        await slack.stop()
