"""Raw rows -> a ``Feed`` that can be stored and shown. Pure."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urljoin

from bot.errors import BadLink
from bot.feeds.dates import when
from bot.feeds.raw import RawEntry, RawFeed
from bot.types import Entry, Feed
from bot.urls import canonical, host_of

MOST_ENTRIES = 1000  # 50 is usual, archives reach 500; more is a mistake or an attack
_TITLE_LIMIT = 300
_SUMMARY_LIMIT = 2000
_ID_LIMIT = 500
_AHEAD = timedelta(days=1)  # a wrong zone puts a date ahead by up to 14 hours; more is no date

# What is never closed runs to the end, as in a browser: looking for its end from every opening was
# measured at 6 s for one summary of 10,000 "<!--".
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--.*?(?:-->|\Z)|<!\[CDATA\[|\]\]>", re.DOTALL)
_UNSEEN = re.compile(r"<(script|style)\b[^<>]*>.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")


def feed_of(raw: RawFeed, url: str, now: datetime, ttl_s: int | None = None) -> Feed:
    """Entries with a link, each id once, newest first where dates allow, at most 1,000.

    An entry without a date keeps its neighbour's place. A date over a day ahead of ``now`` is not
    believed.
    """
    site = _link(url, raw.link)
    kept: dict[str, Entry] = {}
    for row in raw.entries:
        entry = _entry(row, url, now)
        if entry is not None:
            kept.setdefault(entry.id, entry)
    entries = _newest_first(list(kept.values()))[:MOST_ENTRIES]
    return Feed(url, plain(raw.title, _TITLE_LIMIT) or host_of(url), tuple(entries), site, ttl_s)


def _entry(row: RawEntry, base: str, now: datetime) -> Entry | None:
    link = _link(base, row.link) or _link("", row.id)
    if link is None:
        return None  # nothing to read behind it
    published = when(row.published)
    if published is not None and published > now + _AHEAD:
        published = None
    title = plain(row.title, _TITLE_LIMIT)
    own_id = row.id.strip()
    if own_id == row.link.strip():
        own_id = link  # fastfeedparser fills a missing guid with the link as it is written
    elif "#" in own_id and "#" not in link and _names_page(own_id.partition("#")[0], link):
        own_id = own_id.partition("#")[0]  # some sites count a story's updates there: "...#0", "...#1"
    return Entry(_id(own_id or link), link, title, published, plain(row.summary, _SUMMARY_LIMIT))


def _names_page(guid: str, link: str) -> bool:
    try:
        return guid == canonical(link)
    except BadLink:
        return False


def _id(given: str) -> str:
    given = _CONTROL.sub(" ", given)
    if len(given) <= _ID_LIMIT:
        return given
    return "sha256:" + hashlib.sha256(given.encode()).hexdigest()


def _link(base: str, link: str) -> str | None:
    try:
        # blanks inside are common (names of documents), and mean what a browser sends for them
        joined = urljoin(base, link.strip()).replace(" ", "%20") if link.strip() else ""
    except ValueError:
        return None
    web = joined[:8].lower().startswith(("http://", "https://"))
    return joined if web and host_of(joined) and not re.search(r"[\s\x00-\x1f]", joined) else None


def _newest_first(entries: Sequence[Entry]) -> list[Entry]:
    """Stable; an undated entry is sorted with the last dated one before it (or the first of all)."""
    date = next((entry.published for entry in entries if entry.published), None)
    if date is None:
        return list(entries)
    keyed = []
    for entry in entries:
        date = entry.published or date
        keyed.append((date, entry))
    keyed.sort(key=lambda pair: pair[0], reverse=True)
    return [entry for _, entry in keyed]


def plain(marked: str, limit: int) -> str:
    """Text without tags, entities and control characters, one line, at most ``limit`` code points.

    Feeds escape their titles once, twice or not at all, so tags are taken out before and after the
    entities are read; "a < b" is no tag.
    """
    text = marked[: limit * 20]
    for _ in range(2 if "<" in text or "&" in text else 0):
        text = _TAG.sub(" " if "<p" in text or "<br" in text else "", _UNSEEN.sub(" ", text))
        text = html.unescape(text)
    text = _CONTROL.sub(" ", _TAG.sub("", text) if "<" in text else text)
    text = " ".join(text.encode("utf-8", "replace").decode().split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "\u2026"
