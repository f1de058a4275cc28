"""Feed bytes -> plain rows, by one of two libraries. The only module that imports them.

Neither is ever given an address, only bytes: both would fetch it themselves.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from types import ModuleType
from typing import Any

from bot.feeds.dates import when

# In the feed's own order; 5,000 rows take the event loop 60 ms to clean, 50,000 would take 0.6 s.
MOST_ROWS = 5000


@dataclass(frozen=True, slots=True)
class RawEntry:
    """As printed; "" for what is missing. ``published``: ISO 8601 or what the feed wrote."""

    id: str
    link: str
    title: str
    published: str
    summary: str


@dataclass(frozen=True, slots=True)
class RawFeed:
    title: str
    link: str
    entries: tuple[RawEntry, ...]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> RawFeed:
        return cls(row["title"], row["link"], tuple(RawEntry(**entry) for entry in row["entries"]))


_ENTRY = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)


def plausible(found: RawFeed, body: bytes) -> bool:
    """False when the other library should be asked: no entry where the feed has some, or no title
    (fastfeedparser drops Atom's XHTML titles)."""
    if not found.entries:
        return _ENTRY.search(body) is None
    return any(entry.title for entry in found.entries)


class Unreadable(Exception):
    """The library found no feed in it, or broke on it."""


def fast(body: bytes) -> RawFeed:
    """fastfeedparser: RSS, RDF, Atom and JSON Feed, about 1 ms for 85 kB. Raises Unreadable."""
    library = _fastfeedparser()
    try:
        found = library.parse(
            body, include_content=False, include_tags=False, include_media=False, include_enclosures=False
        )
    except Exception as error:
        # the library lets whatever hostile input provokes escape (AttributeError, RecursionError ...)
        raise Unreadable(type(error).__name__) from None
    return _feed(found)


def patient(body: bytes) -> RawFeed:
    """feedparser: takes nearly anything, 70 times slower, up to half a minute on hostile input:
    run it only where it can be killed (``bot.feeds.child``). Raises Unreadable."""
    import feedparser  # noqa: PLC0415 - 60 ms and 15 MB that only the child shall pay

    try:
        found = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:
        raise Unreadable(type(error).__name__) from None
    if not found.get("version") and not found.entries:
        raise Unreadable("no feed")
    return _feed(found)


@lru_cache(maxsize=1)
def _fastfeedparser() -> ModuleType:
    """Loaded at the first feed: 120 ms. Its date reader is replaced by ours.

    The library's own one guesses: "03/04/2026" by the American order, "30 minutes ago" by the clock,
    and loads the dateparser package (10 MB, 2 ms a date) to do so.
    """
    import fastfeedparser.main as library  # noqa: PLC0415

    if not callable(getattr(library, "_parse_date", None)):
        raise TypeError("fastfeedparser has no _parse_date any more: see bot/feeds/raw.py")
    library._parse_date = _iso
    return library  # type: ignore[no-any-return]  # the library has no types


def _iso(text: str) -> str | None:
    at = when(text)
    return None if at is None else at.isoformat()


def _feed(found: Mapping[str, Any]) -> RawFeed:
    head = found.get("feed") or {}
    listed = (found.get("entries") or [])[:MOST_ROWS]
    entries = [_entry(entry) for entry in listed if isinstance(entry, Mapping)]
    return RawFeed(_text(head.get("title")), _text(head.get("link")), tuple(entries))


def _entry(entry: Mapping[str, Any]) -> RawEntry:
    return RawEntry(
        id=_text(entry.get("id")),
        link=_text(entry.get("link")) or _alternate(entry),
        title=_text(entry.get("title")),
        published=_text(entry.get("published")) or _text(entry.get("updated")),
        summary=_text(entry.get("description")) or _text(entry.get("summary")),
    )


def _alternate(entry: Mapping[str, Any]) -> str:
    """The first link that is not a sound file, a comment page or the entry itself as data."""
    for link in entry.get("links") or []:
        if isinstance(link, Mapping) and (link.get("rel") or "alternate") in {"alternate", "related"}:
            return _text(link.get("href"))
    return ""


def _text(value: object) -> str:
    """Lone surrogates, which no store takes, become the replacement character."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


_TTL = re.compile(rb"<ttl>\s*(\d{1,7})\s*</ttl>", re.IGNORECASE)
_HEAD_BYTES = 64 * 1024


def ttl_s(body: bytes) -> int | None:
    """RSS 2.0 ``<ttl>``, which is in minutes; neither library hands it on."""
    head = re.split(rb"<item[\s>]", body[:_HEAD_BYTES], maxsplit=1)[0]
    match = _TTL.search(head)
    return int(match[1]) * 60 if match else None
