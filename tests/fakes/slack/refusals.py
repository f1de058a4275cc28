"""What Slack refuses, by the names that Slack's method pages give, and what each method needs and takes."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """``ok: false`` with ``error``; ``more`` are the further fields of the answer."""

    def __init__(self, error: str, *messages: str, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.more = dict(more)
        if messages:
            self.more["response_metadata"] = {"messages": [f"[ERROR] {message}" for message in messages]}


class Breach(Refused):
    """Slack might take it, nutgraf must never send it: refused as well, and kept in ``slack.breaches``."""


# method -> scopes of which one is enough; an empty tuple needs a bot token only
SCOPES: dict[str, tuple[str, ...]] = {
    "api.test": (),
    "auth.test": (),
    "auth.revoke": (),
    "chat.postMessage": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "chat.update": ("chat:write",),
    "chat.delete": ("chat:write",),
    "chat.getPermalink": (),
    "reactions.add": ("reactions:write",),
    "reactions.remove": ("reactions:write",),
    "users.info": ("users:read",),
    "conversations.info": ("channels:read", "groups:read", "im:read", "mpim:read"),
    "conversations.members": ("channels:read", "groups:read", "im:read", "mpim:read"),
    "conversations.open": ("im:write", "mpim:write"),
    "views.open": (),
    "views.update": (),
    "views.publish": (),
}

# channel kind -> the scope with which it is looked at
READ_SCOPE = {"channel": "channels:read", "group": "groups:read", "im": "im:read", "mpim": "mpim:read"}

# asked without a bot token
OPEN_METHODS = frozenset({"oauth.v2.access", "apps.connections.open"})

# nutgraf promises to read no history: the call itself is the breach
HISTORY = frozenset({"conversations.history", "conversations.replies", "search.messages"})

TAKES: dict[str, frozenset[str]] = {
    "chat.postMessage": frozenset(
        [
            "channel",
            "text",
            "blocks",
            "thread_ts",
            "reply_broadcast",
            "unfurl_links",
            "unfurl_media",
            "metadata",
            "mrkdwn",
            "parse",
            "link_names",
            "attachments",
        ]
    ),
    "chat.postEphemeral": frozenset(
        ["channel", "user", "text", "blocks", "thread_ts", "parse", "link_names", "attachments"]
    ),
    "chat.update": frozenset(
        [
            "channel",
            "ts",
            "text",
            "blocks",
            "metadata",
            "parse",
            "link_names",
            "reply_broadcast",
            "attachments",
            "unfurl_links",
            "unfurl_media",
        ]
    ),
    "chat.delete": frozenset({"channel", "ts"}),
    "chat.getPermalink": frozenset({"channel", "message_ts"}),
    "reactions.add": frozenset({"channel", "timestamp", "name"}),
    "reactions.remove": frozenset({"channel", "timestamp", "name"}),
    "users.info": frozenset({"user", "include_locale"}),
    "conversations.info": frozenset({"channel", "include_locale", "include_num_members"}),
    "conversations.members": frozenset({"channel", "cursor", "limit"}),
    "conversations.open": frozenset({"channel", "users", "return_im", "prevent_creation"}),
    "views.open": frozenset({"trigger_id", "interactivity_pointer", "view"}),
    "views.update": frozenset({"view", "view_id", "external_id", "hash"}),
    "views.publish": frozenset({"user_id", "view", "hash"}),
}
