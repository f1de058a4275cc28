"""What is due, what is new, how long to wait. Pure: the clock and the dice are handed in."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.records import (
    FEED_KEY,
    GONE_KEY,
    ROUNDUP_KEY,
    DigestRecord,
    FeedState,
    Gathered,
    number_in,
    start_of_keys,
)
from bot.rhythm import Beat, Rhythm, next_due
from bot.text import fold
from bot.types import Entry, Feed, Page, Request, Subscription

FIRST_INTERVAL_S = 900.0
SHORTEST_S = 300.0  # a newsroom wants it soon, a publisher's server wants its peace
LONGEST_S = 6 * 3600.0  # a quiet feed that wakes up is seen the same day
LONGEST_WAIT_S = 86400.0  # after errors, or where a site asks for it by <ttl> or Retry-After
SLOWER, FASTER = 1.2, 0.5  # of the interval: five polls without news undo about one with news
JITTER = 0.1  # of the wait, so that a thousand feeds followed at once do not come due at once
BACKOFF_STEPS = 10  # doublings after which counting further changes nothing

STALE = timedelta(days=3)  # an unknown entry dated before that came with a new guid, not as news
MOST_AT_ONCE = 10  # of one poll for one channel; a feed that renames all its guids must not flood it
MOST_GATHERED = 100  # where they wait for one message, which counts what it has no room for

EARLY_S = 120.0  # a feed is looked at so long before a message that gathers its stories is due
EARLY_SPREAD_S = 480.0  # and up to so much earlier: half the world chooses 08:30

ELSEWHERE = timedelta(days=7)  # a link that another feed of the channel had since then is no news there
ANEW = timedelta(hours=20)  # nor one of the same feed; a page that is filled anew every day is


class Outcome(StrEnum):
    """What a poll came to."""

    NEWS = "news"
    NO_NEWS = "no_news"  # 304, or nothing that was not known
    FAILED = "failed"
    GONE = "gone"  # 410: not asked again


def next_poll(
    state: FeedState,
    outcome: Outcome,
    now: datetime,
    *,
    asked_s: float = 0.0,
    jitter: float = 0.0,
    rhythms: Iterable[Rhythm] = (),
) -> FeedState:
    """``state`` with interval, failures and the time of the next poll after one at ``now``.

    ``jitter`` is in [0, 1) and only ever lengthens the wait. What the site asked for (Retry-After, or
    ``asked_wait_s``) is honoured up to a day. A failure leaves the interval as it is and doubles the wait.
    Shortly before a slot of the followers' ``rhythms`` the feed is polled in any case, so that a message of
    08:30 holds what was printed until then.
    """
    if outcome is Outcome.GONE:
        return replace(state, polled_at=now, next_poll_at=None)
    interval_s = min(max(state.interval_s, SHORTEST_S), LONGEST_S)
    failures = 0
    wait_s = 0.0
    if outcome is Outcome.NEWS:
        interval_s = max(SHORTEST_S, interval_s * FASTER)
    elif outcome is Outcome.NO_NEWS:
        interval_s = min(LONGEST_S, interval_s * SLOWER)
    else:
        failures = state.failures + 1
        wait_s = interval_s * 2 ** min(failures, BACKOFF_STEPS)
    wait_s = min(max(wait_s, interval_s, asked_s), LONGEST_WAIT_S)
    jitter = min(max(jitter, 0.0), 1.0)
    wait_s *= 1 + JITTER * jitter
    slot_s = _before_slot_s(rhythms, now, jitter)
    if outcome is not Outcome.FAILED and asked_s <= slot_s:
        wait_s = min(wait_s, slot_s)
    return replace(
        state,
        interval_s=interval_s,
        failures=failures,
        polled_at=now,
        next_poll_at=now + timedelta(seconds=wait_s),
    )


def _before_slot_s(rhythms: Iterable[Rhythm], now: datetime, jitter: float) -> float:
    """The wait until shortly before the next slot that leaves the shortest interval; infinite for none."""
    early = timedelta(seconds=EARLY_S + EARLY_SPREAD_S * jitter)
    soonest = now + early + timedelta(seconds=SHORTEST_S)
    slots = [next_due(rhythm, soonest) for rhythm in set(rhythms) if rhythm.beat is not Beat.NOW]
    return (min(slots) - early - now).total_seconds() if slots else float("inf")


def asked_wait_s(page: Page, feed: Feed | None = None) -> float:
    """For how long the site asks to be left alone: ``<ttl>`` (of ``feed``), ``max-age`` (of ``page``).

    ``max-age`` speaks to caches and is often a whole site's, so it counts up to the longest interval only.
    """
    return max((feed and feed.ttl_s) or 0.0, min(page.fresh_s or 0.0, LONGEST_S))


def new_entries(known_ids: Collection[str], entries: Sequence[Entry], now: datetime) -> tuple[Entry, ...]:
    """The entries that are news, oldest first, so that a channel reads them in order.

    ``entries`` are newest first, as in a ``Feed``. Left out: known ones, repeated ones, and those
    dated over three days ago.
    """
    found: dict[str, Entry] = {}
    for entry in entries:
        stale = entry.published is not None and entry.published < now - STALE
        if entry.id not in known_ids and not stale:
            found.setdefault(entry.id, entry)
    return tuple(reversed(found.values()))


def worth_reading(subscription: Subscription, new: Sequence[Entry]) -> tuple[Entry, ...]:
    """Those of ``new`` (oldest first) whose stories are read for the subscription, in the same order.

    A ``-word`` in title or summary rules an entry out. A ``+word`` may stand in the story alone, so
    its lack does not; but where there are more than one poll may bring, those that print one go first,
    then the newest.
    """
    most = MOST_AT_ONCE if subscription.rhythm.beat is Beat.NOW else MOST_GATHERED
    left = [entry for entry in new if not _any_stands_in(subscription.refuse, _printed(entry))]
    order = sorted(
        range(len(left)), key=lambda at: (_any_stands_in(subscription.want, _printed(left[at])), at)
    )
    return tuple(left[at] for at in sorted(order[-most:]))


def wanted(subscription: Subscription, text: str) -> bool:
    """Whether the subscription's ``+word`` and ``-word`` let through a story with this text, which is
    the entry's title and summary as well as the story's own.

    Words and phrases are matched whole and folded (case, accents and kinds of marks do not count):
    "+vote" does not match "voters".
    """
    if _any_stands_in(subscription.refuse, text):
        return False
    return not subscription.want or _any_stands_in(subscription.want, text)


def covers(other: Subscription, one: Subscription) -> bool:
    """Whether ``other`` lets through every story that ``one`` does, whatever it says."""
    if not set(other.refuse) <= set(one.refuse):
        return False
    return not other.want or (bool(one.want) and set(one.want) <= set(other.want))


def has_had(one: Subscription, record: DigestRecord | None, now: datetime) -> bool:
    """Whether ``record``, the channel's latest digest of a story (whoever asked for it), makes a new entry
    with the story's link no news for ``one``."""
    if record is None:
        return False
    try:
        own = number_in(record.request_key) == one.id
    except ValueError:
        own = False  # somebody asked
    return record.created_at > now - (ANEW if own else ELSEWHERE)


def _any_stands_in(words: Sequence[str], text: str) -> bool:
    if not words:
        return False
    folded = fold(" ".join(text.split()))
    return any(_stands_in(word, folded) for word in words)


def _stands_in(word: str, folded: str) -> bool:
    words = [re.escape(part) for part in fold(word).split()]
    return bool(words) and re.search(rf"(?<!\w){' '.join(words)}(?!\w)", folded) is not None


def _printed(entry: Entry) -> str:
    return f"{entry.title}\n{entry.summary}"


def entry_request(subscription: Subscription, entry: Entry) -> Request:
    """The request that a new entry makes. The same entry in the same channel has the same key.

    Whoever answers sees by ``FEED_KEY`` that no person waits: a story that cannot be read is not a reply.
    The text is what the feed prints of the story, for ``wanted``.
    """
    key = _start(FEED_KEY, subscription) + entry.id
    return Request(key, subscription.place, subscription.added_by, _printed(entry), (entry.url,))


def gone_request(subscription: Subscription, now: datetime) -> Request:
    """The request to tell the channel that the feed is gone, told anew if it is resumed and still is."""
    key = f"{_start(GONE_KEY, subscription)}{now.timestamp():.0f}"
    return Request(key, subscription.place, subscription.added_by, "", (subscription.feed_url,))


def gathered(subscription: Subscription, entry: Entry, now: datetime) -> Gathered:
    """A new entry that waits for the next slot of its subscription's rhythm (not NOW)."""
    due_at = next_due(subscription.rhythm, now)
    return Gathered(subscription.place, subscription.id, entry.id, entry.url, _printed(entry), due_at)


@dataclass(frozen=True, slots=True)
class Told:
    """A story as its feed prints it. ``text``: title, and summary below."""

    url: str
    text: str

    @property
    def title(self) -> str:
        return self.text.partition("\n")[0]


def roundup_request(subscription: Subscription, rows: Sequence[Gathered]) -> Request:
    """The request for one message of all that was gathered (oldest first). Same rows, same key.

    The entries are part of the key: a poll that was under way while the slot's message was asked for may
    add rows of the same slot behind it, and they are a message of their own. Raises ValueError for no rows.
    """
    slot = max(row.due_at for row in rows).timestamp()
    names = hashlib.sha256("\n".join(sorted(row.entry_id for row in rows)).encode("utf-8", "replace"))
    key = f"{_start(ROUNDUP_KEY, subscription)}{slot:.0f}-{names.hexdigest()[:10]}"
    kept = rows[-MOST_GATHERED:]
    words = {"printed": [row.text for row in kept], "left": len(rows) - len(kept)}
    links = tuple(row.url for row in kept)
    return Request(
        key, subscription.place, subscription.added_by, json.dumps(words, ensure_ascii=False), links
    )


def roundup_stories(request: Request) -> tuple[tuple[Told, ...], int]:
    """The stories that ``roundup_request`` put into the request, oldest first, and how many it left out."""
    words = json.loads(request.text)
    return tuple(map(Told, request.links, words["printed"])), words["left"]


def slot_of(request: Request) -> datetime:
    """When the message that ``roundup_request`` asked for was due. Raises ValueError for another request."""
    if not request.key.startswith(ROUNDUP_KEY):
        raise ValueError(f"no round-up: {request.key!r}")
    slot = request.key.split(":", 5)[5].partition("-")[0]
    return datetime.fromtimestamp(int(slot), UTC)


def reading_order(subscription: Subscription, stories: Sequence[Told]) -> tuple[Told, ...]:
    """In which order ``stories`` (oldest first) are read where time is short: those that print a
    ``+word`` first, then the newest."""
    newest_first = stories[::-1]
    return tuple(sorted(newest_first, key=lambda one: not _any_stands_in(subscription.want, one.text)))


def subscription_number(request: Request) -> int:
    """Of a request that a subscription made (see above); ValueError for any other."""
    return number_in(request.key)


def _start(prefix: str, subscription: Subscription) -> str:
    return start_of_keys(prefix, subscription.place, subscription.id)
