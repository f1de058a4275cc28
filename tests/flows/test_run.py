"""``nutgraf run`` as whoever runs it meets it: a process, its words, its end."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.slack.scopes import SCOPES
from tests.fakes.site import Site
from tests.fakes.slack import FakeSlack, text_of
from tests.flows.test_cli import PAGE, ROOT, TITLE, nutgraf

IDLE_LIMIT_MIB = 150


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    running = await FakeSlack(scopes=SCOPES).start()
    yield running
    await running.stop()


def socket_mode(slack: FakeSlack) -> dict[str, str]:
    return {
        "NUTGRAF_SLACK_BOT_TOKEN": slack.bot_token,
        "NUTGRAF_SLACK_APP_TOKEN": slack.app_token,
        "NUTGRAF_SLACK_API_URL": slack.api_url,
    }


@asynccontextmanager
async def running(home: Path, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("NUTGRAF_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "adapters", "run", cwd=home, stderr=asyncio.subprocess.PIPE,
        env={**clean, "XDG_DATA_HOME": str(home / "data"), "PYTHONPATH": str(ROOT), **environment},
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def ended(process: asyncio.subprocess.Process) -> tuple[int | None, str]:
    _, err = await asyncio.wait_for(process.communicate(), 20)
    return process.returncode, err.decode()


def resident_mib(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
async def test_a_pasted_link_is_answered_and_the_end_is_clean(
    slack: FakeSlack, site: Site, tmp_path: Path, end: signal.Signals
) -> None:
    site.add("/ferry", PAGE.read_bytes())
    allowed = {"NUTGRAF_ALLOW_HOSTS": site.netloc}
    async with running(tmp_path, **socket_mode(slack), **allowed) as process:
        await slack.connected(timeout_s=20)
        if sys.platform == "linux":
            assert resident_mib(process.pid) < IDLE_LIMIT_MIB
        asked = await slack.people_post("ada", "desk", site.url("/ferry"))
        posts = slack.channel("desk").posts
        digest = await slack.until(lambda: next((p for p in posts.values() if p.bot_id), None), 30)
        assert TITLE in text_of(digest)
        assert digest.thread_ts == asked
        await slack.until(lambda: not posts[asked].reactions)
        process.send_signal(end)
        code, err = await ended(process)
    assert code == 0
    assert err.splitlines() == ["nutgraf: serving slack. Ctrl-C stops it."]
    assert slack.breaches == []
    status = await nutgraf("status", home=tmp_path)
    assert status.code == 0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, "slack_bot_token is missing"),
        ({"NUTGRAF_SLACK_BOT_TOKEN": "xoxb-1"}, "slack_app_token is missing"),
        ({"NUTGRAF_SLACK_BOT_TOKEN": "hunter2"}, "begins with xoxb-"),
        ({"NUTGRAF_SLACK_PORT": "many"}, "a whole number from 1 to 65535"),
    ],
)
async def test_settings_that_cannot_work_are_one_sentence(
    change: dict[str, str], told: str, tmp_path: Path
) -> None:
    ran = await nutgraf("run", home=tmp_path, **change)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert len(ran.err.splitlines()) == 1
    assert "hunter2" not in ran.err


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("NUTGRAF_SLACK_BOT_TOKEN", "xoxb-wrong", "slack_bot_token cannot be “…”"),
        ("NUTGRAF_SLACK_APP_TOKEN", "xapp-wrong", "slack_app_token cannot be “…”"),
    ],
)
async def test_a_token_that_slack_does_not_take_is_one_sentence(
    slack: FakeSlack, key: str, value: str, told: str, tmp_path: Path
) -> None:
    ran = await nutgraf("run", home=tmp_path, **{**socket_mode(slack), key: value})
    assert ran.code == 2
    assert told in ran.err
    assert "invalid_auth" in ran.err
    assert value not in ran.err
