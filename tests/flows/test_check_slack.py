"""``nutgraf check`` of Slack: tokens and scopes, of one workspace and of many."""

from __future__ import annotations

import base64
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from slack_sdk.oauth.installation_store import Installation

from adapters.slack.check import check
from adapters.slack.installs import open_installs
from adapters.slack.options import SlackOptions
from adapters.slack.scopes import SCOPES
from tests.fakes.slack import FakeSlack
from tests.flows.test_cli import nutgraf


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    running = await FakeSlack(scopes=SCOPES).start()
    yield running
    await running.stop()


async def told(options: SlackOptions) -> dict[str, tuple[bool, str]]:
    return {one.what: (one.well, f"{one.told} {one.remedy}") for one in await check(options)}


async def test_tokens_and_scopes(slack: FakeSlack) -> None:
    options = SlackOptions(
        bot_token=slack.bot_token, app_token=slack.app_token, api_url=slack.api_url, signing_secret="s"
    )
    found = await told(options)
    assert {what: well for what, (well, _) in found.items()} == {
        "bot token": True, "scopes": True, "app token": True,
    }  # fmt: skip
    assert slack.breaches == []


async def test_scopes_that_the_app_was_not_given() -> None:
    granted = SCOPES.keys() - {"im:write", "users:read"}
    slack = await FakeSlack(scopes=granted).start()
    try:
        found = await told(SlackOptions(bot_token=slack.bot_token, api_url=slack.api_url))
    finally:
        await slack.stop()
    well, words = found["scopes"]
    assert not well
    assert "missing: im:write, users:read" in words


async def test_tokens_that_are_not_taken(slack: FakeSlack) -> None:
    options = SlackOptions(bot_token="xoxb-wrong", app_token="xapp-wrong", api_url=slack.api_url)
    found = await told(options)
    assert [well for well, _ in found.values()] == [False, False]
    assert "slack_bot_token" in found["bot token"][1]
    assert "slack_app_token" in found["app token"][1]
    assert "wrong" not in str(found)


async def test_slack_that_is_down_is_no_fault_of_the_token(slack: FakeSlack) -> None:
    slack.fail("auth.test", kind="server_error")
    [(well, words)] = (await told(SlackOptions(bot_token=slack.bot_token, api_url=slack.api_url))).values()
    assert not well
    assert "not known" in words


async def test_each_workspace_that_installed_it(slack: FakeSlack, tmp_path: Path) -> None:
    options = SlackOptions(
        client_id="1.2", client_secret="s", token_key=base64.urlsafe_b64encode(bytes(32)).decode(),
        public_url="https://bot.example", api_url=slack.api_url, database=str(tmp_path / "store.sqlite3"),
    )  # fmt: skip
    found = await told(options)
    assert found["workspaces"][0] is False
    assert "https://bot.example/slack/install" in found["workspaces"][1]
    installs = await open_installs(options)
    for team, token in (("T0NEWS", slack.bot_token), ("T1GONE", "xoxb-gone")):
        await installs.flow().settings.installation_store.async_save(
            Installation(
                app_id="A1",
                user_id="U1",
                team_id=team,
                bot_token=token,
                bot_user_id="UB",
                bot_id="B1",
                bot_scopes=sorted(SCOPES),
                token_type="bot",
                installed_at=time.time(),
            )
        )
    await installs.close()
    found = await told(options)
    assert found["workspace T0NEWS"][0] is True
    assert found["scopes"][0] is True
    assert found["workspace T1GONE"][0] is False
    assert "xoxb" not in str(found)


async def test_exit_codes(slack: FakeSlack, tmp_path: Path) -> None:
    settings = {
        "NUTGRAF_SLACK_BOT_TOKEN": slack.bot_token, "NUTGRAF_SLACK_APP_TOKEN": slack.app_token,
        "NUTGRAF_SLACK_API_URL": slack.api_url,
    }  # fmt: skip
    ran = await nutgraf("check", home=tmp_path, **settings)
    assert (ran.code, ran.out.splitlines()[0], ran.err) == (0, "Slack", "")
    ran = await nutgraf("check", home=tmp_path, **{**settings, "NUTGRAF_SLACK_BOT_TOKEN": "xoxb-wrong"})
    assert ran.code == 1
    assert "->" in ran.out
    assert "xoxb-wrong" not in ran.out
    assert (await nutgraf("check", home=tmp_path)).code == 2
