"""``nutgraf run`` as whoever runs it meets it: a process, its words, its end."""

from __future__ import annotations

import asyncio
import base64
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
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
        status = await nutgraf("status", home=tmp_path)  # also while it runs
        assert (status.code, status.err) == (0, "")
        process.send_signal(end)
        code, err = await ended(process)
    assert code == 0
    assert err.splitlines() == ["nutgraf: serving slack. Ctrl-C stops it."]
    assert slack.breaches == []


async def test_slack_may_be_down_at_the_start(slack: FakeSlack, tmp_path: Path) -> None:
    slack.fail("auth.test", kind="server_error")
    slack.fail("auth.test", kind="ratelimited", after_s=1)
    async with running(tmp_path, **socket_mode(slack)) as process:
        await slack.connected(timeout_s=20)
        process.send_signal(signal.SIGTERM)
        code, err = await ended(process)
    assert code == 0
    assert err.count("again in") == 2
    assert "Traceback" not in err


async def test_signed_events_over_http(slack: FakeSlack, site: Site, tmp_path: Path) -> None:
    site.add("/ferry", PAGE.read_bytes())
    address = f"http://127.0.0.1:{free_port()}"
    http = {
        "NUTGRAF_SLACK_BOT_TOKEN": slack.bot_token,
        "NUTGRAF_SLACK_SIGNING_SECRET": slack.signing_secret,
        "NUTGRAF_SLACK_API_URL": slack.api_url,
        "NUTGRAF_SLACK_PORT": address.rpartition(":")[2],
        "NUTGRAF_ALLOW_HOSTS": site.netloc,
    }
    async with running(tmp_path, **http) as process:
        assert await got(f"{address}/healthz") == "ok"
        slack.use_http(f"{address}/slack/events")
        assert TITLE in await digest_of(slack, site.url("/ferry"))
        process.send_signal(signal.SIGTERM)
        code, _ = await ended(process)
    assert code == 0


async def test_workspaces_install_it_and_are_served_each_by_its_own_token(
    slack: FakeSlack, site: Site, tmp_path: Path
) -> None:
    site.add("/ferry", PAGE.read_bytes())
    slack.add_workspace("T1OTHER", "elsewhere")
    slack.channel("desk", "T1OTHER").members.append(slack.workspace("T1OTHER").bot_user)
    address = f"http://127.0.0.1:{free_port()}"
    many = {
        "NUTGRAF_SLACK_CLIENT_ID": slack.settings.client_id,
        "NUTGRAF_SLACK_CLIENT_SECRET": slack.settings.client_secret,
        "NUTGRAF_SLACK_TOKEN_KEY": base64.urlsafe_b64encode(b"k" * 32).decode(),
        "NUTGRAF_SLACK_SIGNING_SECRET": slack.signing_secret,
        "NUTGRAF_SLACK_PUBLIC_URL": address,
        "NUTGRAF_SLACK_API_URL": slack.api_url,
        "NUTGRAF_SLACK_PORT": address.rpartition(":")[2],
        "NUTGRAF_ALLOW_HOSTS": site.netloc,
    }
    async with running(tmp_path, **many) as process:
        assert await got(f"{address}/healthz") == "ok"
        slack.use_http(f"{address}/slack/events")
        for team in ("T0NEWS", "T1OTHER"):
            await install(slack, address, team)
            assert TITLE in await digest_of(slack, site.url("/ferry"), team)
        process.send_signal(signal.SIGTERM)
        code, err = await ended(process)
    assert (code, err.splitlines()[1:]) == (0, [])
    stored = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())
    assert [value for value in slack.tokens if value.encode() in stored] == []
    assert {call.team for call in slack.calls if call.method == "chat.postMessage"} == {"T0NEWS", "T1OTHER"}


async def install(slack: FakeSlack, address: str, team: str) -> None:
    """As a browser does: the page, Slack's question, the way back with the code and the cookie."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as browser:
        async with browser.get(f"{address}/slack/install", allow_redirects=False) as page:
            state = re.search(r"state=([\w-]+)", await page.text() + page.headers.get("Location", ""))
            cookie = page.headers["Set-Cookie"].split(";")[0]
        assert state is not None
        back = {"code": slack.code_for(team), "state": state[1]}
        url = f"{address}/slack/oauth_redirect"
        async with browser.get(url, params=back, headers={"Cookie": cookie}) as done:
            assert done.status == 200, await done.text()


async def digest_of(slack: FakeSlack, link: str, team: str = "") -> str:
    """The bot's answer to a pasted link."""
    await slack.people_post("ada", "desk", link, team=team)
    posts = slack.channel("desk", team).posts
    return text_of(await slack.until(lambda: next((p for p in posts.values() if p.bot_id), None), 30))


async def got(url: str) -> str:
    """The page, once somebody listens."""
    async with aiohttp.ClientSession() as browser:
        for _ in range(400):
            try:
                async with browser.get(url) as answer:
                    return await answer.text()
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.05)
    raise AssertionError(f"nobody listens at {url}")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, "slack_bot_token or matrix_user is missing"),
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
