"""The manifest asks for what the code uses: nothing less, nothing more."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
import yaml
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.scopes import EVENTS, METHODS, SCOPES

ROOT = Path(__file__).parent.parent.parent
CODE = sorted((ROOT / "adapters" / "slack").glob("*.py"))
# Scopes that are granted for what is heard, not for what is called (docs.slack.dev/reference/events)
HEARD = {
    "app_mention": "app_mentions:read",
    "channel_archive": "channels:read", "channel_deleted": "channels:read",
    "channel_unarchive": "channels:read", "channel_left": "channels:read",
    "group_archive": "groups:read", "group_deleted": "groups:read",
    "group_unarchive": "groups:read", "group_left": "groups:read",
    "member_joined_channel": "channels:read",
    "message.channels": "channels:history", "message.groups": "groups:history",
    "message.im": "im:history", "message.mpim": "mpim:history",
}  # fmt: skip
FREE = {"app_home_opened", "app_uninstalled", "tokens_revoked"}


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "deploy" / "slack-manifest.yaml").read_text("utf-8"))


def constants(*names: str) -> set[str]:
    """Every string in these files of the adapter (in all, if none is named)."""
    found = set()
    for path in CODE:
        if path.name != "scopes.py" and (not names or path.stem in names):
            nodes = ast.walk(ast.parse(path.read_text("utf-8")))
            found |= {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    return found


def called() -> set[str]:
    """Every method of Slack's client that the adapter calls."""
    theirs = {name for name in dir(AsyncWebClient) if "_" in name and not name.startswith("_")}
    found = set()
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                found |= {node.func.attr} & (theirs - {"api_call"})
    return found


def test_the_manifest_asks_for_these_scopes_and_events(manifest: dict[str, Any]) -> None:
    assert manifest["oauth_config"]["scopes"] == {"bot": sorted(SCOPES)}, "no user scopes"
    assert manifest["settings"]["event_subscriptions"]["bot_events"] == sorted(EVENTS)


def test_every_call_has_its_scope() -> None:
    assert called() == set(METHODS)
    assert all(not needs or set(needs) <= set(SCOPES) for needs in METHODS.values())


def test_no_scope_is_asked_for_nothing() -> None:
    used = {scope for needs in METHODS.values() for scope in needs}
    used |= {HEARD[event] for event in EVENTS if event not in FREE} | {"commands"}
    assert used == set(SCOPES)


def test_history_is_never_read() -> None:
    assert not {name for name in called() if "history" in name or "replies" in name}


def test_every_event_has_a_listener() -> None:
    listened = constants("app", "events")
    missing = {event for event in EVENTS if event.split(".")[0] not in listened}
    assert missing == set()


def test_what_the_manifest_names_is_what_the_code_hears(manifest: dict[str, Any]) -> None:
    features = manifest["features"]
    assert [row["command"] for row in features["slash_commands"]] == ["/nutgraf"]
    assert [row["callback_id"] for row in features["shortcuts"]] == ["nutgraf_digest"]
    assert {"/nutgraf", "nutgraf_digest"} <= constants()
    assert features["slash_commands"][0]["should_escape"] is True  # people come as <@U1|name>
    assert features["app_home"]["home_tab_enabled"]
    assert features["app_home"]["messages_tab_read_only_enabled"] is False


def test_lengths_that_slack_takes(manifest: dict[str, Any]) -> None:
    """docs.slack.dev/reference/app-manifest"""
    assert len(manifest["display_information"]["name"]) <= 35
    assert len(manifest["display_information"]["description"]) <= 140
    shortcut = manifest["features"]["shortcuts"][0]
    assert len(shortcut["name"]) <= 24
    assert len(shortcut["description"]) <= 150
    assert len(manifest["features"]["slash_commands"][0]["description"]) <= 2000


def test_an_organisation_is_not_asked_for(manifest: dict[str, Any]) -> None:
    assert manifest["settings"]["org_deploy_enabled"] is False
