"""What the Matrix adapter is told by the settings. Secrets never show in a repr."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class MatrixOptions:
    """One account of the bot's own: ``user`` and ``password`` (needed once), or ``access_token``."""

    store_dir: Path  # session, keys and health: the adapter's alone, 0700
    homeserver: str = ""  # an address, or a server's name; "": the server of ``user``
    user: str = ""  # @bot:example.org, or bot
    password: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)
    pickle_key: str = field(default="", repr=False)  # seals the keys at rest; "": one made here
    device_name: str = "nutgraf"  # what members see in the list of the bot's devices
    allowed: tuple[str, ...] = ()  # who may invite: @user:server, or *:server
    admins: tuple[str, ...] = ()  # user ids that may change everything everywhere
    prefix: str = "!nutgraf"  # of commands
    grace_s: float = 60.0  # how long a message's key may come late
    lock_wait_s: float = 10.0  # how long another process on the same folder is waited for
