"""Pages from the web, under limits, and never from inside a private network."""

from __future__ import annotations

from bot.fetch.client import HttpFetcher
from bot.fetch.limits import FetchLimits
from bot.fetch.wire import Resolver

__all__ = ["FetchLimits", "HttpFetcher", "Resolver"]
