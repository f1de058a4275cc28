"""What the store holds, as frozen types. Layer 0: standard library only. Times are aware UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.types import Entry, Message, Place, Request

# Keys of requests that no person waits for begin with one of them: a new story, a feed that ended,
# several new stories in one message, a place the bot was let into, a message that its author deleted,
# a subscription that the chat takes nothing of any more.
FEED_KEY, GONE_KEY, ROUNDUP_KEY = "feed:", "gone:", "roundup:"
JOINED_KEY, WITHDRAWN_KEY, STOPPED_KEY = "joined:", "withdrawn:", "stopped:"
OF_SUBSCRIPTIONS = (FEED_KEY, GONE_KEY, ROUNDUP_KEY)
UNASKED = (*OF_SUBSCRIPTIONS, JOINED_KEY, WITHDRAWN_KEY, STOPPED_KEY)


def start_of_keys(prefix: str, place: Place, number: int) -> str:
    """How the keys begin of all that a subscription of the channel asks for in one way (``prefix`` is one of
    ``OF_SUBSCRIPTIONS``). A number is unique in its channel only, so they name the channel too."""
    return f"{prefix}{channel_in_keys(place)}:{number}:"


def channel_in_keys(place: Place) -> str:
    return ":".join(map(_escaped, (place.platform, place.workspace, place.channel)))


def number_in(key: str) -> int:
    """The subscription's number in the key of a request that it made; ValueError for any other key."""
    parts = key.split(":", 5)
    if len(parts) < 6 or f"{parts[0]}:" not in OF_SUBSCRIPTIONS:
        raise ValueError(f"no subscription made {key!r}")
    return int(parts[4])


def rekeyed(key: str, place: Place, number: int) -> str:
    """The same key for that channel and number. Raises ValueError as ``number_in``."""
    number_in(key)
    parts = key.split(":", 5)
    return start_of_keys(f"{parts[0]}:", place, number) + parts[5]


def _escaped(part: str) -> str:
    """Without the separator: Matrix channels ("!a:example.org") carry one."""
    return part.replace("%", "%25").replace(":", "%3A")


class DeliveryState(StrEnum):
    NEW = "new"  # stored, not yet handed to the chat
    POSTING = "posting"  # handed to the chat, answer not yet recorded: ask the chat before posting again
    POSTED = "posted"
    PARKED = "parked"  # given up, with a reason


class Deed(StrEnum):
    """What a delivery does to the chat."""

    POST = "post"
    EDIT = "edit"  # put its message in the place of ``target``'s
    DELETE = "delete"  # take ``target``'s message away


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message on its way to a chat. ``key`` is unique and the chat sees it too.

    ``target`` (EDIT, DELETE) is the key of the POST delivery whose message is meant: the message's own
    id is looked up when the deed is done. ``only_for``: shown to that user alone, where the chat can.
    """

    key: str
    request_key: str
    place: Place
    message: Message
    state: DeliveryState = DeliveryState.NEW
    attempts: int = 0
    message_id: str | None = None  # the platform's, once posted
    reason: str | None = None  # why it was parked
    deed: Deed = Deed.POST
    target: str | None = None
    only_for: str | None = None
    created_at: datetime | None = field(default=None, compare=False)  # the store's, once stored


@dataclass(frozen=True, slots=True)
class DigestRecord:
    """A digest as stored. ``document`` is the JSON of ``nutgraf/1``."""

    id: str
    request_key: str
    place: Place
    canonical_url: str
    url: str  # as asked for
    title: str
    text_hash: str  # SHA-256 of ``Article.text``, hexadecimal
    fetched_at: datetime
    created_at: datetime
    document: str
    hosts: tuple[str, ...] = ()  # contacted for it, in order, for the receipt


class Verdict(StrEnum):
    """What a reader said of a digest."""

    USEFUL = "useful"
    USELESS = "useless"
    WRONG = "wrong"  # with words: which quote, and what is wrong with it


@dataclass(frozen=True, slots=True)
class Feedback:
    """One verdict; it never leaves the host. A user's later verdict on a digest replaces the earlier one,
    except for WRONG: each report is kept."""

    digest_id: str
    user: str
    verdict: Verdict
    at: datetime
    words: str = ""


@dataclass(frozen=True, slots=True)
class Gathered:
    """A new story that waits for the next message of its subscription (a rhythm other than ``now``)."""

    place: Place
    number: int  # of the subscription
    entry_id: str
    url: str
    text: str  # title and summary as the feed prints them, one below the other
    due_at: datetime


@dataclass(frozen=True, slots=True)
class FeedState:
    """What is remembered of a feed between two polls."""

    url: str
    title: str = ""
    etag: str | None = None
    last_modified: str | None = None
    interval_s: float = 900.0
    failures: int = 0  # in a row
    polled_at: datetime | None = None
    next_poll_at: datetime | None = None  # None: not polled any more (gone)


@dataclass(frozen=True, slots=True)
class Poll:
    """What one poll of one feed came to; written in one transaction.

    ``state`` is the feed as it stands after the poll. ``entries`` are all that the poll found, old
    and new: an entry is forgotten only after it has left the feed. ``requests`` are taken if their
    key is not yet known, so both may be repeated. ``moved_from`` is the address it was polled at
    when ``state.url`` is a new one (301).
    """

    state: FeedState
    entries: tuple[Entry, ...] = ()
    requests: tuple[Request, ...] = ()
    moved_from: str | None = None
    gathered: tuple[Gathered, ...] = ()  # kept unless the subscription has them already


@dataclass(frozen=True, slots=True)
class Counts:
    """Seen, digested, delivered are three facts; the rest is what waits."""

    seen: int = 0  # requests taken
    digested: int = 0  # digests stored
    delivered: int = 0  # messages posted
    waiting: int = 0  # requests without an answer yet
    asked: int = 0  # those of them that a person waits for
    parked: int = 0  # messages given up
    failed: int = 0  # requests that broke
    feeds: int = 0
    subscriptions: int = 0
    stopped: int = 0  # subscriptions that the chat takes nothing of
