"""Dates of feed entries: only what the two standards spell out. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_LONGEST = 64
_ISO = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d")


def when(text: str | None) -> datetime | None:
    """RFC 3339 or RFC 822 with a zone, as aware UTC; None for everything else.

    A date without a zone, in words of some language or in an order nobody stated is not known:
    the feed's own order is the better answer.
    """
    text = (text or "").strip()
    if not text or len(text) > _LONGEST:
        return None
    try:
        iso = datetime.fromisoformat(text.upper()) if _ISO.match(text) else None
        at = iso if iso is not None else parsedate_to_datetime(text)
        return None if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
