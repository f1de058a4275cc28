"""Our Slack's OAuth with Bolt's own installation flow and token rotation at the other end."""

from __future__ import annotations

from pathlib import Path

from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.installation_store import FileInstallationStore
from slack_sdk.oauth.state_store import FileOAuthStateStore
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack
from tests.unit.test_fake_slack import client_of, refusal


def flow_of(slack: FakeSlack, folder: Path) -> AsyncOAuthFlow:
    settings = AsyncOAuthSettings(
        client_id=slack.settings.client_id,
        client_secret=slack.settings.client_secret,
        scopes=sorted(slack.settings.scopes),
        installation_store=FileInstallationStore(base_dir=str(folder)),
        state_store=FileOAuthStateStore(expiration_seconds=60, base_dir=str(folder)),
    )
    return AsyncOAuthFlow(client=AsyncWebClient(base_url=slack.api_url), settings=settings)


async def test_bolt_installs_a_second_workspace(tmp_path: Path) -> None:
    slack = await FakeSlack().start()
    workspace = slack.add_workspace("T0SECOND", "secondpaper")
    installation = await flow_of(slack, tmp_path).run_installation(slack.code_for("T0SECOND"))
    assert installation is not None and installation.bot_token is not None
    assert (installation.team_id, installation.bot_user_id) == ("T0SECOND", workspace.bot_user)
    assert set(installation.bot_scopes or []) == slack.settings.scopes
    assert (await client_of(slack, installation.bot_token).auth_test())["bot_id"] == workspace.bot_id
    assert await flow_of(slack, tmp_path).run_installation("a guess") is None
    await slack.stop()


async def test_bolt_rotates_what_runs_out(tmp_path: Path) -> None:
    slack = await FakeSlack(rotates_tokens=True).start()
    installation = await flow_of(slack, tmp_path).run_installation(slack.code_for())
    assert installation is not None and installation.bot_token is not None
    rotator = AsyncTokenRotator(
        client_id=slack.settings.client_id,
        client_secret=slack.settings.client_secret,
        client=AsyncWebClient(base_url=slack.api_url),
    )
    slack.expire_tokens()
    gone = client_of(slack, installation.bot_token)
    assert (await refusal(gone.auth_test()))["error"] == "token_expired"
    day = 24 * 60
    fresh = await rotator.perform_token_rotation(installation=installation, minutes_before_expiration=day)
    assert fresh is not None and fresh.bot_token not in {None, installation.bot_token}
    assert (await client_of(slack, fresh.bot_token).auth_test())["ok"]
    await slack.stop()
