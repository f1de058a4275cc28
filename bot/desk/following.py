"""The desk's sentences about subscriptions: each restates the whole of what is on. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.digest import day
from bot.display import TYPED, plain, shortened
from bot.ports import Refusal
from bot.records import FeedState
from bot.render import moment
from bot.rhythm import Beat, Rhythm, next_due
from bot.types import Entry, Subscription

_TITLE_LIMIT = 120

_STOPPED: Mapping[str, str] = {
    Refusal.NOT_INSIDE: "I am not in this channel any more; invite me again, and it goes on",
    Refusal.CLOSED: "the channel is archived or deleted; it goes on when it is opened again",
    Refusal.NO_RIGHT: "I lack a permission to post here; an admin must install me again with all of them",
    Refusal.SIGNED_OUT: "I was signed out of this workspace; an admin must install me again",
}


def followed(subscription: Subscription, newest: Entry | None, now: datetime) -> str:
    """Nothing old is posted; the newest entry is named, so that people see it is the right feed."""
    number = subscription.id
    held = shortened(newest.title or newest.url, _TITLE_LIMIT) if newest else ""
    rows = [
        f"Following “{title(subscription)}” as number {number}: {plain(subscription.feed_url)}",
        _filter_words(subscription),
        f"When: {_rhythm_words(subscription.rhythm, now)}.",
        f"Its newest today is “{held}”. Nothing old is posted." if held else "It holds no story today.",
        f"“{TYPED}unfollow {number}” ends this; “{TYPED}pause {number}” only keeps it quiet.",
    ]
    return "\n".join(rows)


def unfollowed(subscription: Subscription) -> str:
    return f"No longer following “{title(subscription)}”, {plain(subscription.feed_url)}."


def paused(subscription: Subscription, now: datetime) -> str:
    number = subscription.id
    if subscription.paused:
        return (
            f"Paused “{title(subscription)}”: nothing of it is posted until you say “{TYPED}resume {number}”."
        )
    if subscription.stopped is not None:
        return f"“{title(subscription)}” is no longer paused, but stopped: {_why(subscription.stopped)}."
    return (
        f"“{title(subscription)}” is posted here again: {_rhythm_words(subscription.rhythm, now)}."
        f" {_filter_words(subscription)}"
    )


def listed(subscriptions: Sequence[Subscription]) -> str:
    if not subscriptions:
        return f"Nothing is followed here. Say “{TYPED}follow” and the link of a feed or site."
    return "\n".join(
        f"{one.id}. {title(one)}, {plain(one.feed_url)}{_filters(one)}, {one.rhythm}{_standing(one)}"
        for one in subscriptions
    )


def looked_at(subscription: Subscription, state: FeedState | None, now: datetime) -> str:
    """One line for ``status``: when it was looked at, when it will be, and how it stands."""
    return f"{subscription.id}. {title(subscription)}: {_looks(subscription, state, now)}"


def _looks(subscription: Subscription, state: FeedState | None, now: datetime) -> str:
    if subscription.stopped is not None:
        return f"stopped: {_why(subscription.stopped)}"
    if subscription.paused:
        return f"paused; “{TYPED}resume {subscription.id}” starts it again"
    if state is None or state.polled_at is None:
        return "not looked at yet"
    told = f"last look {_clock(state.polled_at, now)}"
    if state.failures:
        times = "" if state.failures == 1 else f", {state.failures} times in a row"
        told += f" (it could not be read{times})"
    if state.next_poll_at is None:
        return f"{told}; the site says that it is gone, so it is not looked at any more"
    return f"{told}, next {_clock(max(state.next_poll_at, now), now)}"


def title(subscription: Subscription) -> str:
    return shortened(subscription.title or subscription.feed_url, _TITLE_LIMIT)


def _standing(subscription: Subscription) -> str:
    told = ", paused" if subscription.paused else ""
    return f"{told}, stopped: {_why(subscription.stopped)}" if subscription.stopped is not None else told


def _why(reason: str) -> str:
    return _STOPPED.get(reason) or plain(reason)


def _filters(subscription: Subscription) -> str:
    words = [f"+{_phrase(word)}" for word in subscription.want]
    words += [f"-{_phrase(word)}" for word in subscription.refuse]
    return f" ({' '.join(words)})" if words else ""


def _phrase(word: str) -> str:
    """As it is typed."""
    shown = plain(word)
    return f'"{shown}"' if " " in shown else shown


def _filter_words(subscription: Subscription) -> str:
    want, refuse = (
        " or ".join(f"“{plain(word)}”" for word in words)
        for words in (subscription.want, subscription.refuse)
    )
    if want and refuse:
        return f"Only stories with {want}, and none with {refuse}."
    if want:
        return f"Only stories with {want}."
    return f"Every new story but those with {refuse}." if refuse else "Every new story."


def _rhythm_words(rhythm: Rhythm, now: datetime) -> str:
    if rhythm.beat is Beat.NOW:
        return "each story as it comes"
    due = next_due(rhythm, now)
    if rhythm.beat is Beat.HOURLY:
        return f"one message on the hour, the next at {due:%H:%M} UTC"
    local = due.astimezone(ZoneInfo(rhythm.zone))
    also = "" if local.utcoffset() == due.utcoffset() else f" ({due:%H:%M} UTC)"
    return f"one message a day, the next on {day(local)}, {local:%H:%M} {rhythm.zone}{also}"


def _clock(at: datetime, now: datetime) -> str:
    """The day only where it is another one."""
    at = at.astimezone(UTC)
    return f"at {at:%H:%M} UTC" if at.date() == now.astimezone(UTC).date() else f"on {moment(at)}"
