"""Event envelopes as Slack sends them, for tests of what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from adapters.slack.events import Happening, understood
from bot.types import Place, Request

NOW = 1_790_000_000.0
TS = "1789999999.000100"
KEY = f"slack:T1:C1:{TS}"
STORY = "https://herald.example/a"
CLOCK = datetime.fromtimestamp(NOW, UTC)


def envelope(event: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "event_callback",
        "team_id": "T1",
        "api_app_id": "A1",
        "event_id": "Ev1",
        "event_time": int(NOW) - 1,
        "authorizations": [{"team_id": "T1", "user_id": "U0BOT", "is_bot": True, "enterprise_id": None}],
        "event": event,
        **more,
    }


def message(text: str = f"<{STORY}>", **more: Any) -> dict[str, Any]:
    return {"type": "message", "channel": "C1", "user": "U1", "ts": TS, "text": text, "team": "T1", **more}


def heard(event: Mapping[str, Any], **more: Any) -> Happening | None:
    return understood(envelope(event, **more), CLOCK)


def asked(text: str, *links: str, thread: str | None = TS, **more: Any) -> Request:
    place = Place("slack", "T1", more.pop("channel", "C1"), thread)
    return Request(**{"key": KEY, "place": place, "user": "U1", "text": text, "links": links, **more})


PLAIN = asked(STORY, STORY)


def edit(before: str, now: str, *, edited: bool = True, **more: Any) -> dict[str, Any]:
    inner = {"type": "message", "user": "U1", "ts": TS, "text": now, **more}
    if edited:
        inner["edited"] = {"user": "U1", "ts": "1789999999.000000"}
    old = {"type": "message", "user": "U1", "ts": TS, "text": before}
    return {
        "type": "message", "subtype": "message_changed", "hidden": True, "channel": "C1",
        "ts": "1789999999.900000", "message": inner, "previous_message": old,
    }  # fmt: skip


EDITED = {"key": f"{KEY}:edited:1789999999.000000", "source": KEY}


def deletion(**more: Any) -> dict[str, Any]:
    old = {"type": "message", "user": "U1", "ts": TS, "text": f"<{STORY}>", **more}
    return {
        "type": "message", "subtype": "message_deleted", "hidden": True, "channel": "C1",
        "ts": "1789999999.900000", "deleted_ts": TS, "previous_message": old,
    }  # fmt: skip


def ours(**more: Any) -> dict[str, Any]:
    blocks = [{"type": "rich_text", "block_id": "nutgraf k#0"}]
    return message("", user="U0BOT", bot_id="B1", app_id="A1", blocks=blocks, thread_ts="1.5", **more)
