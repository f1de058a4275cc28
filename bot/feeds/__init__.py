"""Feed bytes -> entries; nothing else. A feed is hostile until it is a ``bot.types.Feed``."""

from __future__ import annotations

from bot.feeds.reader import FeedReader

__all__ = ["FeedReader"]
