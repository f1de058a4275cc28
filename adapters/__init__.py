"""Chats. Each is a folder here and a line in ``CHATS``; nothing of it is imported before it is used."""

from __future__ import annotations

# name -> module whose ``serve`` connects it
CHATS = {"terminal": "adapters.terminal", "slack": "adapters.slack", "matrix": "adapters.matrix"}
