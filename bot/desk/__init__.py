"""The use cases, and the one place where errors become messages."""

from __future__ import annotations

from bot.desk.desk import Desk
from bot.desk.rules import Rules

__all__ = ["Desk", "Rules"]
