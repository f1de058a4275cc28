"""What a test's Synapse reads at its start: three files, written by us (JSON is YAML)."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

MARK = "org.nutgraf.started"
_LIFTED = {"per_second": 100_000, "burst_count": 100_000}

# what holds accounts back from being made and logged in; a run makes more of them than a newsroom in a year
_DOOR: Mapping[str, Any] = {
    "rc_registration": _LIFTED,
    "rc_login": {"address": _LIFTED, "account": _LIFTED, "failed_attempts": _LIFTED},
}
# what holds an account back that is inside
_PACE: Mapping[str, Any] = {
    "rc_message": _LIFTED,
    "rc_joins": {"local": _LIFTED, "remote": _LIFTED},
    "rc_joins_per_room": _LIFTED,
    "rc_invites": {"per_room": _LIFTED, "per_user": _LIFTED, "per_issuer": _LIFTED},
    "rc_admin_redaction": _LIFTED,
    "rc_room_creation": _LIFTED,
    "rc_media_create": _LIFTED,
    "rc_key_requests": _LIFTED,
    "rc_user_directory": _LIFTED,
    "rc_presence": {"per_user": _LIFTED},
    "rc_reports": _LIFTED,
}


def write_files(
    folder: Path, *, name: str, port: int, secret: str, mark: str, limits: bool, more: Mapping[str, Any]
) -> Path:
    """Writes homeserver.yaml, log.yaml and, once, signing.key; answers the path of the first.

    ``mark`` is told to whoever asks, under MARK in /.well-known/matrix/client; ``limits`` leaves Synapse's
    own pace for messages, joins, invites (10 messages, then one per 5 s); ``more`` is written over all else.
    """
    folder.mkdir(parents=True, exist_ok=True)
    key = folder / "signing.key"
    if not key.exists():  # what --generate-keys writes, without its 3 s
        seed = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
        key.write_text(f"ed25519 a_test {seed}\n", encoding="ascii")
    _write(folder / "log.yaml", _log(folder))
    told = {"extra_well_known_client_content": {MARK: mark}}
    settings = {**_settings(folder, name, port, secret), **told, **_DOOR, **({} if limits else _PACE), **more}
    return _write(folder / "homeserver.yaml", settings)


def _write(path: Path, settings: Mapping[str, Any]) -> Path:
    path.write_text(json.dumps(settings, indent=1), encoding="utf-8")
    return path


def _settings(folder: Path, name: str, port: int, secret: str) -> dict[str, Any]:
    """No federation, no key server, no previews: this Synapse opens no connection of its own."""
    listener = {
        "port": port,
        "bind_addresses": ["127.0.0.1"],
        "type": "http",
        "tls": False,
        "resources": [{"names": ["client"], "compress": False}],
    }
    return {
        "server_name": name,
        "public_baseurl": f"http://127.0.0.1:{port}/",
        "pid_file": str(folder / "homeserver.pid"),
        "listeners": [listener],
        "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
        "log_config": str(folder / "log.yaml"),
        "media_store_path": str(folder / "media"),
        "signing_key_path": str(folder / "signing.key"),
        "registration_shared_secret": secret,
        "macaroon_secret_key": f"macaroon {secret}",
        "form_secret": f"form {secret}",
        "report_stats": False,
        "trusted_key_servers": [],
        "suppress_key_server_warning": True,
        "federation_domain_whitelist": [],
        "url_preview_enabled": False,
        "presence": {"enabled": False},
        "bcrypt_rounds": 4,  # 55 ms to make an account; 12 rounds take 250
    }


def _log(folder: Path) -> dict[str, Any]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
        "handlers": {
            "file": {
                "class": "logging.FileHandler",
                "formatter": "line",
                "filename": str(folder / "homeserver.log"),
            }
        },
        "root": {"level": "WARNING", "handlers": ["file"]},
        # one line for each request: what a failed test shows
        "loggers": {"synapse.access.http": {"level": "INFO"}},
    }
