"""What one user may know of a workspace at a glance. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.types import Place, Subscription


@dataclass(frozen=True, slots=True)
class PastDigest:
    """``link`` opens the posted message, None where it was never posted or the chat has no links."""

    id: str
    title: str
    url: str
    place: Place
    created_at: datetime
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """Of the channels that the user may see: subscriptions by channel and number, digests newest first,
    settings by channel id. ``retention_days``: how long what is read is kept."""

    subscriptions: tuple[Subscription, ...]
    digests: tuple[PastDigest, ...]
    settings: Mapping[str, Mapping[str, str]]
    retention_days: int
