"""Which chats the settings name, and which settings cannot work together."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from adapters.matrix import MatrixOptions
from adapters.running import chats_of, matrix_options, reset_identity, slack_options
from adapters.slack import SlackOptions
from bot.config import Settings
from bot.errors import BadSetting, SettingMissing
from bot.messages import sentence

SOCKET = {"slack_bot_token": "xoxb-secret1", "slack_app_token": "xapp-secret2"}
HTTP = {"slack_bot_token": "xoxb-secret1", "slack_signing_secret": "secret3"}
MANY = {
    "slack_client_id": "1.2", "slack_client_secret": "secret4", "slack_token_key": "secret5",
    "slack_signing_secret": "secret3", "slack_public_url": "https://bot.example",
}  # fmt: skip
MATRIX = {
    "matrix_user": "@nutgraf:example.org", "matrix_password": "secret6", "matrix_allowed": ("*:example.org",),
}  # fmt: skip


def settings_of(tmp_path: Path, values: dict[str, Any]) -> Settings:
    return Settings(data_dir=tmp_path, **values)


@pytest.mark.parametrize("values", [SOCKET, HTTP, MANY, {**SOCKET, **HTTP}])
def test_what_works(values: dict[str, Any], tmp_path: Path) -> None:
    [(name, options)] = chats_of(settings_of(tmp_path, values)).items()
    assert name == "slack"
    slack = options["options"]
    assert isinstance(slack, SlackOptions)
    assert slack.many_workspaces is (values is MANY)
    assert slack.database == str(tmp_path / "nutgraf.sqlite3")
    assert "secret" not in repr(slack)


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({}, "slack_bot_token or matrix_user"),
        ({"slack_port": 8080, "matrix_prefix": "!n"}, "slack_bot_token or matrix_user"),
        ({"slack_bot_token": "xoxb-secret1"}, "slack_app_token"),
        ({"slack_app_token": "xapp-secret2"}, "slack_bot_token"),
        ({"slack_signing_secret": "secret3"}, "slack_bot_token"),
        ({"slack_token_key": "secret5"}, "slack_client_id"),
        ({"slack_client_secret": "secret4"}, "slack_client_id"),
        *(
            ({name: value for name, value in MANY.items() if name != left}, left)
            for left in MANY
            if left != "slack_client_id"
        ),
        ({name: value for name, value in MANY.items() if name != "slack_client_id"}, "slack_client_id"),
        ({**SOCKET, "matrix_password": "secret1"}, "matrix_user"),
        ({"matrix_user": "nutgraf", "matrix_password": "secret1"}, "matrix_homeserver"),
        ({"matrix_access_token": "secret1"}, "matrix_homeserver"),
        ({"matrix_user": "@nutgraf:example.org", "matrix_password": "secret1"}, "matrix_allowed"),
    ],
)
def test_what_is_missing_is_named(values: dict[str, Any], key: str, tmp_path: Path) -> None:
    with pytest.raises(SettingMissing) as caught:
        chats_of(settings_of(tmp_path, values))
    assert caught.value.key == key
    assert "secret1" not in sentence(caught.value)


@pytest.mark.parametrize("key", ["slack_bot_token", "slack_app_token"])
def test_one_workspace_and_many_are_two_things(key: str, tmp_path: Path) -> None:
    with pytest.raises(BadSetting) as caught:
        chats_of(settings_of(tmp_path, {**MANY, key: SOCKET[key]}))
    assert caught.value.key == key
    assert SOCKET[key] not in sentence(caught.value)


def test_every_setting_of_slack_reaches_the_adapter(tmp_path: Path) -> None:
    """But for its name, each is a field of the options."""
    ours = {
        field.name.removeprefix("slack_") for field in fields(Settings) if field.name.startswith("slack_")
    }
    assert ours <= {field.name for field in fields(SlackOptions)}
    values = {
        **SOCKET, "slack_connections": 3, "slack_host": "::1", "slack_port": 8080, "slack_public_url": "https://b",
        "slack_api_url": "http://localhost/", "slack_signing_secret": "secret3", "database": "postgresql://db/n",
    }  # fmt: skip
    options = slack_options(settings_of(tmp_path, values))
    assert {name: getattr(options, name.removeprefix("slack_")) for name in values} == values


def test_matrix_beside_slack(tmp_path: Path) -> None:
    chats = chats_of(settings_of(tmp_path, {**SOCKET, **MATRIX}))
    assert list(chats) == ["slack", "matrix"]
    matrix = chats["matrix"]["options"]
    assert isinstance(matrix, MatrixOptions)
    assert matrix.store_dir == tmp_path / "matrix"
    assert "secret" not in repr(matrix)


def test_after_the_first_start_no_password_is_needed(tmp_path: Path) -> None:
    values = {name: value for name, value in MATRIX.items() if name != "matrix_password"}
    assert matrix_options(settings_of(tmp_path, values)).password == ""


def test_every_setting_of_matrix_reaches_the_adapter(tmp_path: Path) -> None:
    """But for its name, each is a field of the options."""
    ours = [field.name for field in fields(Settings) if field.name.startswith("matrix_")]
    values = {
        **MATRIX, "matrix_homeserver": "https://m.example.org", "matrix_access_token": "secret7",
        "matrix_admins": ("@ada:example.org",), "matrix_prefix": "!n", "matrix_device_name": "the bot",
        "matrix_pickle_key": "secret8", "matrix_grace_s": 5.0,
    }  # fmt: skip
    assert sorted(values) == sorted(ours)
    options = matrix_options(settings_of(tmp_path, values))
    assert {name: getattr(options, name.removeprefix("matrix_")) for name in values} == values


async def test_an_identity_is_replaced_only_with_the_password(tmp_path: Path) -> None:
    """pytest has no terminal to ask at."""
    values = {name: value for name, value in MATRIX.items() if name != "matrix_password"}
    with pytest.raises(SettingMissing) as caught:
        await reset_identity(settings_of(tmp_path, values))
    assert caught.value.key == "matrix_password"
    assert not (tmp_path / "matrix").exists()
