"""What is due, what is new, how long to wait. Pure: the clock and the dice are handed in."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.records import FeedState
from bot.text import fold
from bot.types import Entry, Place, Request, Subscription

FIRST_INTERVAL_S = 900.0
SHORTEST_S = 300.0  # a newsroom wants it soon, a publisher's server wants its peace
LONGEST_S = 6 * 3600.0  # a quiet feed that wakes up is seen the same day
LONGEST_WAIT_S = 86400.0  # after errors, or where a feed asks for it by <ttl> or Retry-After
SLOWER, FASTER = 1.2, 0.5  # of the interval: five polls without news undo about one with news
JITTER = 0.1  # of the wait, so that a thousand feeds followed at once do not come due at once
BACKOFF_STEPS = 10  # doublings after which counting further changes nothing

STALE = timedelta(days=3)  # an unknown entry dated before that came with a new guid, not as news
MOST_AT_ONCE = 10  # new entries of one poll; a feed that renames all its guids must not flood a channel

FEED_KEY = "feed:"  # requests that no person waits for begin with it


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
    ttl_s: float | None = None,
    retry_after_s: float | None = None,
    jitter: float = 0.0,
) -> FeedState:
    """``state`` with interval, failures and the time of the next poll after one at ``now``.

    ``jitter`` is in [0, 1) and only ever lengthens the wait. ``ttl_s`` and ``retry_after_s`` are
    honoured up to a day. A failure leaves the interval as it is and doubles the wait.
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
    wait_s = min(max(wait_s, interval_s, ttl_s or 0.0, retry_after_s or 0.0), LONGEST_WAIT_S)
    wait_s *= 1 + JITTER * min(max(jitter, 0.0), 1.0)
    return replace(
        state,
        interval_s=interval_s,
        failures=failures,
        polled_at=now,
        next_poll_at=now + timedelta(seconds=wait_s),
    )


def new_entries(known_ids: Collection[str], entries: Sequence[Entry], now: datetime) -> tuple[Entry, ...]:
    """The entries to hand on, oldest first, so that a channel reads them in order.

    ``entries`` are newest first, as in a ``Feed``. Left out: known ones, repeated ones, those dated
    over three days ago, and all but the newest ten.
    """
    found: dict[str, Entry] = {}
    for entry in entries:
        stale = entry.published is not None and entry.published < now - STALE
        if entry.id not in known_ids and not stale:
            found.setdefault(entry.id, entry)
    return tuple(reversed(list(found.values())[:MOST_AT_ONCE]))


def wanted(subscription: Subscription, entry: Entry, text: str = "") -> bool:
    """Whether the subscription's ``+word`` and ``-word`` let the entry through.

    Words and phrases are matched whole and folded (case, accents and kinds of marks do not count)
    in title, summary and ``text``: "+vote" does not match "voters".
    """
    if not subscription.want and not subscription.refuse:
        return True
    printed = fold(" ".join(f"{entry.title}\n{entry.summary}\n{text}".split()))
    if any(_stands_in(word, printed) for word in subscription.refuse):
        return False
    return not subscription.want or any(_stands_in(word, printed) for word in subscription.want)


def _stands_in(word: str, folded: str) -> bool:
    words = [re.escape(part) for part in fold(word).split()]
    return bool(words) and re.search(rf"(?<!\w){' '.join(words)}(?!\w)", folded) is not None


def entry_request(subscription: Subscription, entry: Entry) -> Request:
    """The request that a new entry makes. The same entry in the same channel has the same key.

    A subscription's number is unique in its channel only, so the key names the channel too. Whoever
    answers sees by ``FEED_KEY`` that no person waits: a story that cannot be read is not a reply.
    """
    place = subscription.place
    where = ":".join(_escaped(part) for part in _channel(place))
    key = f"{FEED_KEY}{where}:{subscription.id}:{entry.id}"
    return Request(key, place, subscription.added_by, entry.url, (entry.url,))


def _channel(place: Place) -> tuple[str, str, str]:
    return place.platform, place.workspace, place.channel


def _escaped(part: str) -> str:
    """Without the separator: Matrix channels ("!a:example.org") carry one."""
    return part.replace("%", "%25").replace(":", "%3A")
