"""A bot's account for tests of signing in: options, session file, and what the homeserver has of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from adapters.matrix import MatrixOptions
from tests.fakes.synapse import Person


class Account:
    """``folder`` is the session's; ``owner`` the account, seen from its own first device."""

    def __init__(self, owner: Person, folder: Path, homeserver: str) -> None:
        self.owner = owner
        self.folder = folder
        self.homeserver = homeserver

    def options(self, **change: Any) -> MatrixOptions:
        """By password; ``change`` replaces fields."""
        values: dict[str, Any] = {
            "store_dir": self.folder, "homeserver": self.homeserver, "user": self.owner.user_id,
            "password": self.owner.password, "lock_wait_s": 0.1,
        }  # fmt: skip
        return MatrixOptions(**{**values, **change})

    def kept(self) -> dict[str, Any]:
        """The session file."""
        read: dict[str, Any] = json.loads((self.folder / "session.json").read_text("utf-8"))
        return read

    def spoil(self, **change: Any) -> None:
        """Write other values into the session file."""
        (self.folder / "session.json").write_text(json.dumps({**self.kept(), **change}), "utf-8")

    async def devices(self) -> list[str]:
        """All but the owner's."""
        listed = (await self.owner.call("GET", "/devices"))["devices"]
        return [one["device_id"] for one in listed if one["device_id"] != self.owner.device_id]

    async def published(self) -> dict[str, Any]:
        """What anybody is told of the account's keys."""
        return await self.owner.call("POST", "/keys/query", {"device_keys": {self.owner.user_id: []}})
