"""What the Slack adapter is told by the settings. Secrets never show in a repr."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SlackOptions:
    """One workspace: ``bot_token`` (xoxb-). Many: ``client_id``, ``client_secret`` and ``token_key``, then
    tokens come from installations. Socket Mode: ``app_token`` (xapp-). HTTP: ``signing_secret`` and a port.
    """

    bot_token: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    token_key: str = field(default="", repr=False)  # urlsafe base64 of 32 bytes: encrypts tokens at rest
    api_url: str = "https://slack.com/api/"
    connections: int = 1  # Socket Mode connections, at most 10
    host: str = "127.0.0.1"  # HTTP: where to listen
    port: int = 3000
    public_url: str = ""  # HTTP with OAuth: how Slack and browsers reach this bot
    database: str = field(default="", repr=False)  # the store's address: installations lie beside it
    echo_wait_s: float = 75.0  # after a crash: how long Slack is given to report what it took (see chat.py)

    @property
    def many_workspaces(self) -> bool:
        return bool(self.client_id)
