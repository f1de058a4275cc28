"""Settings: one frozen object from a TOML file and the environment. Secrets never show in a repr.

Order, the later one wins: defaults, ``nutgraf.toml`` (``--config`` or the working directory), the
environment (``NUTGRAF_DATA_DIR`` for ``data_dir``; lists separated by commas, an empty value is none). An
unknown key is an error with the nearest known one: a setting silently ignored is worse than none.
``docs/settings.md`` lists every key; a test holds the two together.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.errors import BadSetting, FileUnreadable, UnknownSetting

FILE_NAME = "nutgraf.toml"
PREFIX = "NUTGRAF_"
# Read by the command line or by tests themselves, not settings
_OTHER_VARIABLES = frozenset({"NUTGRAF_CONFIG"})


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default; units are in the names."""

    data_dir: Path = field(default_factory=lambda: default_data_dir(os.environ))
    database: str = field(default="", repr=False)  # "": SQLite in data_dir; may hold a password
    retention_days: int = 90  # digests, stories and delivered messages older than this are deleted
    # private hosts that may be fetched: "cms.local", "10.0.0.5:8080", or a network: "10.1.0.0/16"
    allow_hosts: tuple[str, ...] = ()
    max_page_mib: int = 10  # a larger page is refused, counted after decompression
    fetch_timeout_s: float = 20.0  # for a whole page, redirects included
    read_timeout_s: float = 5.0  # for reading and finding, per page
    workers: int = 1  # processes that read pages; each takes about 100 MB
    links_per_message: int = 3  # further links of one message are not read
    log_level: str = "warning"
    # Slack: docs/slack.md says where each is found
    slack_bot_token: str = field(default="", repr=False)  # one workspace
    slack_app_token: str = field(default="", repr=False)  # Socket Mode
    slack_signing_secret: str = field(default="", repr=False)  # HTTP
    slack_client_id: str = ""  # many workspaces, with the three below
    slack_client_secret: str = field(default="", repr=False)
    slack_token_key: str = field(default="", repr=False)  # encrypts their tokens at rest
    slack_public_url: str = ""  # how browsers reach the installation page
    slack_connections: int = 1  # Socket Mode connections
    slack_host: str = "127.0.0.1"  # HTTP: where to listen
    slack_port: int = 3000
    slack_api_url: str = "https://slack.com/api/"
    # Matrix: docs/matrix.md goes through it
    matrix_homeserver: str = ""  # an address, or a server's name; "": the server of matrix_user
    matrix_user: str = ""  # the bot's own account
    matrix_password: str = field(default="", repr=False)  # needed once
    matrix_access_token: str = field(default="", repr=False)  # in its place
    matrix_allowed: tuple[str, ...] = ()  # who may invite: @ada:example.org, *:example.org
    matrix_admins: tuple[str, ...] = ()  # users who may change everything in every room
    matrix_prefix: str = "!nutgraf"  # of commands
    matrix_device_name: str = "nutgraf"  # in the list of the bot's devices
    matrix_pickle_key: str = field(default="", repr=False)  # seals the encryption keys at rest
    matrix_grace_s: float = 60.0  # how late a message's key may come

    @property
    def database_file(self) -> Path | None:
        """The SQLite file; None when ``database`` names a server."""
        if self.database.startswith(("postgresql://", "postgres://")):
            return None
        return Path(self.database) if self.database else self.data_dir / "nutgraf.sqlite3"


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table: how a value is read, and what it wants, in words."""

    want: str
    read: Callable[[object], object]
    secret: bool = False  # the value is never repeated


def _whole(low: int, high: int) -> Setting:
    def read(value: object) -> int:
        number = int(value) if isinstance(value, str) else value
        if isinstance(number, bool) or not isinstance(number, int) or not low <= number <= high:
            raise ValueError
        return number

    return Setting(f"a whole number from {low} to {high}", read)


def _seconds(low: float, high: float) -> Setting:
    def read(value: object) -> float:
        number = float(value) if isinstance(value, str | int | float) and value is not True else -1.0
        if not low <= number <= high:
            raise ValueError
        return number

    return Setting(f"seconds from {low:g} to {high:g}", read)


def _one_of(*names: str) -> Setting:
    def read(value: object) -> str:
        if str(value).lower() not in names:
            raise ValueError
        return str(value).lower()

    return Setting("one of " + ", ".join(names), read)


def _folder(value: object) -> Path:
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise ValueError
    return Path(value).expanduser()


def _text(value: object) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError
    return value


def _secret(want: str, *openings: str) -> Setting:
    """A token or key: one word, with one of the openings; blanks around it are taken off."""

    def read(value: object) -> str:
        word = _text(value).strip()
        if any(not char.isprintable() or char.isspace() for char in word):
            raise ValueError
        if word and openings and not word.startswith(openings):
            raise ValueError
        return word

    return Setting(want, read, secret=True)


def _web_address(value: object) -> str:
    """https, or http to this very machine: tokens are sent there."""
    address = _text(value).strip()
    parts = urlsplit(address)
    local = parts.hostname == "localhost" or _is_loopback(parts.hostname or "")
    if address and (not parts.hostname or parts.scheme not in ({"http", "https"} if local else {"https"})):
        raise ValueError
    if parts.username is not None or parts.query or parts.fragment or parts.port == 0:  # port may raise too
        raise ValueError
    return address


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _api_address(value: object) -> str:
    address = _web_address(value)
    if not address:
        raise ValueError
    return address if address.endswith("/") else address + "/"


def _client_id(value: object) -> str:
    client_id = _text(value).strip()
    if client_id and not re.fullmatch(r"\d+\.\d+", client_id, re.ASCII):
        raise ValueError
    return client_id


def _host(value: object) -> str:
    host = _text(value).strip()
    if not re.fullmatch(r"[\w.:-]+", host, re.ASCII):
        raise ValueError
    return host


def _names(value: object) -> tuple[str, ...]:
    rows = value.split(",") if isinstance(value, str) else value
    if not isinstance(rows, list):
        raise TypeError
    return tuple(_text(row).strip().lower() for row in rows if _text(row).strip())


# Matrix specification, "User Identifiers" and "Server Name"; old accounts may have any letter
_SERVER = r"(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?"
_SERVER_NAME = re.compile(_SERVER, re.ASCII)
_USER_ID = re.compile(rf"@[^\s:]+:{_SERVER}", re.ASCII)
_USERS = re.compile(rf"(?:@[^\s:]+|\*):{_SERVER}", re.ASCII)


def _homeserver(value: object) -> str:
    named = _text(value).strip().rstrip("/")
    if "://" in named:
        return _web_address(named)
    if named and not _SERVER_NAME.fullmatch(named):
        raise ValueError
    return named


def _matrix_user(value: object) -> str:
    user = _text(value).strip()
    if user and not _USER_ID.fullmatch(user) and not re.fullmatch(r"[^\s@:]+", user):
        raise ValueError
    return user


def _matrix_names(pattern: re.Pattern[str]) -> Callable[[object], tuple[str, ...]]:
    """A list of user ids; their letters stay as they are."""

    def read(value: object) -> tuple[str, ...]:
        rows = value.split(",") if isinstance(value, str) else value
        if not isinstance(rows, list):
            raise TypeError
        names = tuple(_text(row).strip() for row in rows if _text(row).strip())
        if not all(pattern.fullmatch(name) for name in names):
            raise ValueError
        return names

    return read


def _prefix(value: object) -> str:
    prefix = _text(value).strip()
    if not prefix or any(char.isspace() or not char.isprintable() for char in prefix):
        raise ValueError
    return prefix


TABLE: Mapping[str, Setting] = {
    "data_dir": Setting("a folder", _folder),
    "database": Setting("a file, or postgresql://user:password@host/name", _text, secret=True),
    "retention_days": _whole(1, 36_500),
    "allow_hosts": Setting("a list of hosts, with or without a port, or networks", _names),
    "max_page_mib": _whole(1, 200),
    "fetch_timeout_s": _seconds(1, 300),
    "read_timeout_s": _seconds(0.5, 120),
    "workers": _whole(1, 64),
    "links_per_message": _whole(1, 20),
    "log_level": _one_of("debug", "info", "warning", "error"),
    "slack_bot_token": _secret("a bot token: it begins with xoxb-", "xoxb-", "xoxe.xoxb-"),
    "slack_app_token": _secret("an app-level token: it begins with xapp-", "xapp-"),
    "slack_signing_secret": _secret("the app's signing secret, without blanks"),
    "slack_client_id": Setting("the app's client id, digits and a dot", _client_id),
    "slack_client_secret": _secret("the app's client secret, without blanks"),
    "slack_token_key": _secret("a key, or several with commas between, without blanks"),
    "slack_public_url": Setting("an address that begins with https://", _web_address),
    "slack_connections": _whole(1, 10),
    "slack_host": Setting("a host name or address to listen on", _host),
    "slack_port": _whole(1, 65_535),
    "slack_api_url": Setting("an address that begins with https://, without a query", _api_address),
    "matrix_homeserver": Setting("an address that begins with https://, or a server's name", _homeserver),
    "matrix_user": Setting("a user id like @nutgraf:example.org, or its first part", _matrix_user),
    "matrix_password": Setting("a password", _text, secret=True),
    "matrix_access_token": _secret("an access token, without blanks"),
    "matrix_allowed": Setting("a list of @user:server and *:server", _matrix_names(_USERS)),
    "matrix_admins": Setting("a list of user ids like @ada:example.org", _matrix_names(_USER_ID)),
    "matrix_prefix": Setting("a word that commands begin with, like !nutgraf", _prefix),
    "matrix_device_name": Setting("a name", _text),
    "matrix_pickle_key": _secret("a passphrase without blanks"),
    "matrix_grace_s": _seconds(1, 3600),
}


def load(path: Path | None, environment: Mapping[str, str]) -> Settings:
    """Settings of a file and an environment; ``path`` None: ``nutgraf.toml`` here, if there is one.

    Raises BadSetting, UnknownSetting, and FileUnreadable for a named file that cannot be read.
    """
    values = {**_of_file(path), **_of_environment(environment)}
    if "data_dir" not in values:
        values["data_dir"] = default_data_dir(environment)
    return Settings(**values)


def default_data_dir(environment: Mapping[str, str]) -> Path:
    """``$XDG_DATA_HOME/nutgraf``, else ``~/.local/share/nutgraf`` (XDG base directory specification)."""
    base = environment.get("XDG_DATA_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".local" / "share") / "nutgraf"


def _of_file(path: Path | None) -> dict[str, Any]:
    here = path or Path(FILE_NAME)
    if path is None and not here.is_file():
        return {}
    try:
        loaded = tomllib.loads(here.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise FileUnreadable(str(here), str(getattr(error, "strerror", None) or "not UTF-8")) from error
    except tomllib.TOMLDecodeError as error:
        raise FileUnreadable(str(here), f"not TOML: {error}") from error
    return {key: _read(key, value) for key, value in loaded.items()}


def _of_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    named = {key: value for key, value in environment.items() if key.startswith(PREFIX)}
    return {
        key.removeprefix(PREFIX).lower(): _read(key.removeprefix(PREFIX).lower(), value)
        for key, value in named.items()
        if key not in _OTHER_VARIABLES and value
    }


def _read(key: str, value: object) -> object:
    row = TABLE.get(key)
    if row is None:
        near = difflib.get_close_matches(key, list(TABLE), n=1)
        raise UnknownSetting(key, near[0] if near else None)
    try:
        return row.read(value)
    except (ValueError, TypeError, OverflowError, RuntimeError) as error:
        raise BadSetting(key, "…" if row.secret else str(value), row.want) from error
