"""Reading what Slack sends: JSON of which nothing is certain. Pure; nothing here raises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Body = Mapping[str, Any]


def text_at(body: Body, *path: str) -> str:
    """The string at ``path``, "" where there is none."""
    found = _at(body, *path)
    return found if isinstance(found, str) else ""


def map_at(body: Body, *path: str) -> Body:
    """The object at ``path``, an empty one where there is none."""
    found = _at(body, *path)
    return found if isinstance(found, dict) else {}


def list_at(body: Body, *path: str) -> list[Any]:
    """The list at ``path``, an empty one where there is none."""
    found = _at(body, *path)
    return found if isinstance(found, list) else []


def workspace_of(body: Body) -> str:
    """The workspace in which the bot is installed, "" if the body names none.

    Of an event in a channel that two organisations share, ``team_id`` may be the other's, and
    ``authorizations`` is ours; of a press or a window, ``view.app_installed_team_id`` or ``team``.
    """
    return (
        text_at(body, "view", "app_installed_team_id")
        or text_at(authorization_of(body), "team_id")
        or text_at(body, "team", "id")
        or text_at(body, "team_id")
        or text_at(body, "user", "team_id")
    )


def bot_user_of(body: Body) -> str:
    """The bot's own user there, as an event's envelope names it."""
    return text_at(authorization_of(body), "user_id")


def authorization_of(body: Body) -> Body:
    """The installation for which an event was delivered."""
    first = next(iter(list_at(body, "authorizations")), None)
    return first if isinstance(first, dict) else {}


def _at(body: Body, *path: str) -> object:
    found: object = body
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found
