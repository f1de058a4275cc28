"""The job engine's only door: procrastinate, on PostgreSQL as it comes, on SQLite by a small connector."""

from __future__ import annotations

from bot.engine.jobs import JobEngine

__all__ = ["JobEngine"]
