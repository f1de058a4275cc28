"""The desk's own sentences: answers to commands. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.desk.rules import AUTO_DIGEST, OFF, ON
from bot.display import plain, shortened
from bot.records import Counts, DigestRecord
from bot.types import Entry, Subscription

_TITLE_LIMIT = 120


def broke(ref: str) -> str:
    return f"Something broke here (ref {ref}). The log says what; nothing of yours is lost."


def followed(subscription: Subscription, newest: Entry | None) -> str:
    """Nothing old is posted; the newest entry is named, so that people see it is the right feed."""
    told = (
        f"Following “{_title(subscription)}” as number {subscription.id}:"
        f" its new stories will be posted here{_filters(subscription)}."
    )
    if newest is None:
        return f"{told} It holds none today."
    return f"{told} Its newest today is “{shortened(newest.title or newest.url, _TITLE_LIMIT)}”."


def unfollowed(subscription: Subscription) -> str:
    return f"No longer following “{_title(subscription)}”."


def paused(subscription: Subscription) -> str:
    number = subscription.id
    if subscription.paused:
        return f"Paused “{_title(subscription)}”: nothing of it is posted until you say “resume {number}”."
    return f"“{_title(subscription)}” is posted here again."


def listed(subscriptions: Sequence[Subscription]) -> str:
    if not subscriptions:
        return "Nothing is followed here. Say “follow” and the link of a feed or site."
    rows = [
        f"{one.id}. {_title(one)}, {plain(one.feed_url)}{_filters(one)}{', paused' if one.paused else ''}"
        for one in subscriptions
    ]
    return "\n".join(rows)


def _title(subscription: Subscription) -> str:
    return shortened(subscription.title or subscription.feed_url, _TITLE_LIMIT)


def _filters(subscription: Subscription) -> str:
    words = [f"+{plain(word)}" for word in subscription.want] + [
        f"-{plain(word)}" for word in subscription.refuse
    ]
    return f" ({' '.join(words)})" if words else ""


def status(here: Counts, everywhere: Counts) -> str:
    return "\n".join(
        (
            f"Here: {_three_facts(here)}",
            _rest(here),
            f"Everywhere: {_three_facts(everywhere)}",
            _rest(everywhere),
        )
    )


def _three_facts(counts: Counts) -> str:
    return (
        f"{_number(counts.seen, 'request')} seen, {counts.digested} digested, {counts.delivered} delivered."
    )


def _rest(counts: Counts) -> str:
    return (
        f"  {counts.waiting} waiting, {counts.parked} not deliverable, {counts.failed} failed;"
        f" {_number(counts.feeds, 'feed')} followed."
    )


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def receipt(record: DigestRecord | None) -> str:
    if record is None:
        return "There is no digest here to give a receipt for. It may have been deleted."
    hosts = ", ".join(plain(host) for host in dict.fromkeys(record.hosts)) or "no host at all"
    return (
        f"For the digest of “{shortened(record.title or record.url, _TITLE_LIMIT)}”"
        f" ({record.created_at:%Y-%m-%d %H:%M} UTC) I contacted: {hosts}. Nothing else was contacted,"
        " and nothing of the story was sent anywhere but here."
    )


def settings(stored: Mapping[str, str], retention_days: int, key: str | None = None) -> str:
    value = stored.get(AUTO_DIGEST, ON)
    row = f"{AUTO_DIGEST} {value}: a pasted link is {'answered' if value == ON else 'left alone'} here"
    if key is not None:
        return row
    other = OFF if value == ON else ON
    return "\n".join(
        (
            f"{row} (“settings {AUTO_DIGEST} {other}” changes it)",
            f"retention {retention_days} days: set by whoever runs this bot; older digests are deleted",
        )
    )


def forgotten(count: int, what: str) -> str:
    if not count:
        return f"Nothing of {plain(what)} was stored here."
    return f"Deleted: {_number(count, 'digest')} of {plain(what)}. Messages already posted stay in the chat."
