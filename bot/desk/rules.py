"""What a place may ask, and how much."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.errors import BadSetting, UnknownSetting
from bot.types import Request

AUTO_DIGEST = "digest"
ON, OFF = "on", "off"

# verbs that change what a place gets; the rest only ask
CHANGES = frozenset({"follow", "unfollow", "pause", "resume", "settings", "forget"})


def everyone(request: Request, verb: str) -> bool:
    """The default permission: whoever can write in a place can steer the bot there."""
    return True


@dataclass(frozen=True, slots=True)
class Rules:
    """``allowed(request, verb)`` is asked before each verb of ``CHANGES``."""

    links_per_message: int = 3
    retention_days: int = 90
    delivery_attempts: int = 12
    allowed: Callable[[Request, str], bool] = everyone


def checked_setting(key: str, value: str) -> str:
    """The value as stored. Raises UnknownSetting, BadSetting."""
    if key != AUTO_DIGEST:
        raise UnknownSetting(key, AUTO_DIGEST)
    if value.lower() not in {ON, OFF}:
        raise BadSetting(key, value, f"{ON} or {OFF}")
    return value.lower()
