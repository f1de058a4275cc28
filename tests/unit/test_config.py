"""Settings: where they come from, what is refused, what is never shown."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from bot.config import TABLE, Settings, default_data_dir, load
from bot.errors import BadSetting, FileUnreadable, UnknownSetting
from bot.messages import sentence

DOCS = Path(__file__).parents[2] / "docs" / "settings.md"


def test_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load(None, {"XDG_DATA_HOME": str(tmp_path)})
    assert settings.data_dir == tmp_path / "nutgraf"
    assert settings.database_file == tmp_path / "nutgraf" / "nutgraf.sqlite3"
    assert settings.retention_days == 90


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"XDG_DATA_HOME": "/srv/data"}, Path("/srv/data/nutgraf")),
        ({"XDG_DATA_HOME": "relative"}, Path.home() / ".local/share/nutgraf"),
        ({}, Path.home() / ".local/share/nutgraf"),
    ],
)
def test_data_dir_follows_xdg(environment: dict[str, str], folder: Path) -> None:
    assert default_data_dir(environment) == folder


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    here = tmp_path / "n.toml"
    here.write_text('workers = 2\nretention_days = 7\nallow_hosts = ["A.local", "10.0.0.5:8080"]\n')
    settings = load(
        here, {"NUTGRAF_WORKERS": "3", "NUTGRAF_LOG_LEVEL": "", "HOME": "/x", "NUTGRAF_CONFIG": "y"}
    )
    assert (settings.workers, settings.retention_days) == (3, 7)
    assert settings.allow_hosts == ("a.local", "10.0.0.5:8080")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("workers", "0"), ("workers", "two"), ("workers", "1.5"), ("retention_days", "-1"),
        ("fetch_timeout_s", "nan"), ("fetch_timeout_s", "0"), ("log_level", "loud"), ("data_dir", "  "),
        ("data_dir", "a\0b"), ("max_page_mib", "9" * 5000),
    ],
)  # fmt: skip
def test_a_bad_value_names_what_is_wanted(key: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(BadSetting) as caught:
        load(None, {f"NUTGRAF_{key.upper()}": value})
    assert TABLE[key].want in sentence(caught.value)


@pytest.mark.parametrize(
    "line", ["workers = true", "workers = 1.0", "allow_hosts = 5", "allow_hosts = [1]", "database = 7"]
)
def test_toml_types_are_checked(line: str, tmp_path: Path) -> None:
    here = tmp_path / "n.toml"
    here.write_text(line)
    with pytest.raises(BadSetting):
        load(here, {})


def test_an_unknown_key_names_the_nearest(tmp_path: Path) -> None:
    here = tmp_path / "n.toml"
    here.write_text("retention_day = 3")
    with pytest.raises(UnknownSetting) as caught:
        load(here, {})
    assert caught.value.nearest == "retention_days"
    with pytest.raises(UnknownSetting):
        load(None, {"NUTGRAF_ZZZ": "1"})


@pytest.mark.parametrize("content", [b"workers =", b"\xff\xfe", None])
def test_a_file_that_cannot_be_read(content: bytes | None, tmp_path: Path) -> None:
    here = tmp_path / "n.toml"
    if content is not None:
        here.write_bytes(content)
    with pytest.raises(FileUnreadable):
        load(here, {})


def test_a_secret_shows_nowhere() -> None:
    settings = Settings(database="postgresql://nutgraf:hunter2@db/nutgraf")
    assert "hunter2" not in repr(settings)
    assert settings.database_file is None
    with pytest.raises(BadSetting) as caught:
        load(None, {"NUTGRAF_DATABASE": "hunter2\0"})
    assert "hunter2" not in str(caught.value)


SECRETS = {
    "slack_bot_token": "xoxb-1-hunter2", "slack_app_token": "xapp-1-hunter2",
    "slack_signing_secret": "hunter2", "slack_client_secret": "hunter2", "slack_token_key": "hunter2,hunter3",
}  # fmt: skip


def test_slacks_secrets_show_nowhere() -> None:
    settings = load(None, {f"NUTGRAF_{key.upper()}": f" {value}\n" for key, value in SECRETS.items()})
    assert {key: getattr(settings, key) for key in SECRETS} == SECRETS
    assert "hunter" not in repr(settings)


@pytest.mark.parametrize("key", SECRETS)
@pytest.mark.parametrize("spoilt", ["{} {}", "{}\0", "{}\x1b[2J", "\u200b{}"])
def test_a_spoilt_secret_is_not_repeated(key: str, spoilt: str) -> None:
    with pytest.raises(BadSetting) as caught:
        load(None, {f"NUTGRAF_{key.upper()}": spoilt.format(SECRETS[key], "hunter2")})
    assert "hunter" not in str(caught.value)
    assert "hunter" not in sentence(caught.value)
    assert TABLE[key].want in sentence(caught.value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("slack_bot_token", "xapp-1-A"), ("slack_bot_token", "xoxp-1-A"), ("slack_app_token", "xoxb-1-A"),
        ("slack_client_id", "one"), ("slack_client_id", "1.2.3"),
        ("slack_connections", "0"), ("slack_connections", "11"), ("slack_port", "0"), ("slack_port", "65536"),
        ("slack_host", "a b"), ("slack_host", "/run/socket"),
        ("slack_api_url", "http://slack.example/api/"), ("slack_api_url", "ftp://localhost/"),
        ("slack_api_url", "https://"), ("slack_api_url", "slack.com/api"), ("slack_api_url", "https://a:b@c/"),
        ("slack_api_url", "https://slack.example/api/?token=1"), ("slack_api_url", "https://h:99999/"),
        ("slack_api_url", "http://127.0.0.1.example/"), ("slack_public_url", "http://bot.example"),
        ("matrix_homeserver", "http://matrix.example"), ("matrix_homeserver", "a b"),
        ("matrix_user", "@nutgraf"), ("matrix_user", "nutgraf:example.org"), ("matrix_user", "nut graf"),
        ("matrix_allowed", "example.org"), ("matrix_allowed", "@ada:example.org,*"), ("matrix_allowed", "*:"),
        ("matrix_admins", "*:example.org"), ("matrix_prefix", " "), ("matrix_prefix", "! nutgraf"),
        ("matrix_access_token", "syt a"), ("matrix_grace_s", "0"),
    ],
)  # fmt: skip
def test_what_a_chat_cannot_be_told(key: str, value: str) -> None:
    with pytest.raises(BadSetting) as caught:
        load(None, {f"NUTGRAF_{key.upper()}": value})
    assert TABLE[key].want in sentence(caught.value)


@pytest.mark.parametrize(
    ("key", "value", "read"),
    [
        ("slack_bot_token", "xoxe.xoxb-1-A", "xoxe.xoxb-1-A"),  # a token that rotates
        ("slack_api_url", "http://127.0.0.1:3100/api", "http://127.0.0.1:3100/api/"),
        ("slack_api_url", "http://localhost/api/", "http://localhost/api/"),
        ("slack_api_url", "http://[::1]:3100/api/", "http://[::1]:3100/api/"),
        ("matrix_homeserver", "https://matrix.example.org/", "https://matrix.example.org"),
        ("matrix_homeserver", "http://localhost:8008", "http://localhost:8008"),
        ("matrix_homeserver", "example.org", "example.org"),
        ("matrix_homeserver", "[::1]:8008", "[::1]:8008"),
        ("matrix_user", " @Nut/graf=1:example.org:8448 ", "@Nut/graf=1:example.org:8448"),
        ("matrix_user", "nutgraf", "nutgraf"),
        ("matrix_password", " a b ", " a b "),
        ("matrix_allowed", "@ada:example.org, *:[::1]:8448,", ("@ada:example.org", "*:[::1]:8448")),
        ("matrix_admins", "", ()),
        ("slack_public_url", "https://bot.example", "https://bot.example"),
        ("slack_host", "0.0.0.0", "0.0.0.0"),
        ("slack_host", "::1", "::1"),
        ("slack_port", "8080", 8080),
    ],
)
def test_what_a_chat_can_be_told(key: str, value: str, read: object) -> None:
    assert getattr(load(None, {f"NUTGRAF_{key.upper()}": value}), key) == read


def test_every_setting_has_a_row_and_is_documented() -> None:
    names = {field.name for field in fields(Settings)}
    assert TABLE.keys() == names
    assert set(re.findall(r"^\| `(\w+)` \|", DOCS.read_text("utf-8"), re.MULTILINE)) == names
