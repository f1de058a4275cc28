"""The protocols and nothing else: what the desk needs from the world. Layer 1.

Every method is called on the event loop's thread. Times are aware UTC. An implementation raises
leaves of ``bot.errors`` where its docstring says so; anything else it raises is a bug.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from bot.records import Counts, Delivery, DigestRecord, Feedback, FeedState, Gathered, Poll
from bot.types import Digestible, Feed, Message, Page, Place, Posted, Request, Subscription

Clock = Callable[[], datetime]

ANSWER = "answer"  # the one task: a request, by its key


class Fetcher(Protocol):
    """Gets pages. Raises leaves of FetchError."""

    async def get(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Page: ...

    async def close(self) -> None: ...


class Extractor(Protocol):
    """Reads a page and finds what is in it, away from the event loop, within a time limit.

    Raises leaves of ReadError (ReadTooSlow when the limit is over). The same page gives the
    same answer; the page's text never reaches a log.
    """

    async def extract(self, page: Page) -> Digestible: ...

    async def close(self) -> None: ...


class FeedParser(Protocol):
    """Bytes -> entries. Raises NotAFeed; SeveralFeeds for a web page that names feeds, also when it
    names exactly one (``bot.poller.open_feed`` follows that one by itself)."""

    async def parse(self, page: Page) -> Feed: ...


class Chat(Protocol):
    """One chat platform. ``key`` makes a post idempotent as far as the platform allows.

    ``post``, ``edit`` and ``delete`` raise ``ChatDown`` (try again later) or ``ChatRefused`` (never will).
    ``find`` answers whether a post with that key was taken, after a crash between post and record; it
    raises ``ChatDown`` while the platform may still tell.
    """

    platform: str

    async def post(self, place: Place, message: Message, key: str, *, only_for: str | None = None) -> Posted:
        """``only_for``: shown to that user alone where the platform can, else as any other message. Such a
        message need not be found again, edited or deleted."""

    async def find(self, place: Place, key: str) -> Posted | None: ...

    async def edit(self, posted: Posted, message: Message) -> None: ...

    async def delete(self, posted: Posted) -> None:
        """Deleting what is not there is done."""

    async def acknowledge(self, request: Request, mark: str) -> None:
        """Show "reading", "done" or "failed" beside the request; best effort, never raises."""

    async def may_see(self, user: str, place: Place) -> bool:
        """Whether the user can read the place now. Raises ChatDown when the platform does not say."""

    def link(self, posted: Posted) -> str | None:
        """A web link that opens the message for those who may see it; None where there is none."""


class Refusal(StrEnum):
    """Why a chat will never take a message, as far as it matters to whoever can mend it."""

    MESSAGE = "message"  # this message alone: too long, no such message, no such thread
    NOT_INSIDE = "not-inside"  # the bot is not a member of the channel
    CLOSED = "closed"  # the channel is archived or deleted
    NO_RIGHT = "no-right"  # the bot lacks a permission (a scope) for it
    SIGNED_OUT = "signed-out"  # the workspace's token was revoked, or the app removed


class ChatDown(Exception):
    """The platform did not take it now. ``retry_after_s``: what it asks for (a rate limit); such a wait
    is no failed attempt."""

    def __init__(self, cause: str, retry_after_s: float | None = None) -> None:
        super().__init__(cause)
        self.retry_after_s = retry_after_s


class ChatRefused(Exception):
    """The platform will never take it. Anything but ``Refusal.MESSAGE`` stops the place's subscriptions."""

    def __init__(self, cause: str, refusal: Refusal = Refusal.MESSAGE) -> None:
        super().__init__(cause)
        self.refusal = refusal


# ----------------------------------------------------------------------------- store

Row = Mapping[str, Any]


class Connection(Protocol):
    """An open database transaction, as the store lends it to the engine."""

    native: Any  # psycopg's AsyncConnection; on SQLite None

    async def rows(self, sql: str, *values: object) -> list[Row]:
        """Run one statement (``?`` for each value); the rows it returns, [] when it returns none."""

    def after_commit(self, call: Callable[[], Awaitable[None]]) -> None:
        """Await ``call`` once the transaction has been committed."""


class Database(Protocol):
    """SQLite or PostgreSQL, opened and migrated."""

    dialect: str  # "sqlite" | "postgresql"
    address: str  # a path, or a libpq connection string

    def transaction(self) -> AbstractAsyncContextManager[Connection]: ...

    async def close(self) -> None: ...


class Intake(Protocol):
    """Requests: seen once, answered once."""

    async def take(self, request: Request, at: datetime) -> bool:
        """Store the request and its job together; False when the key was taken before."""

    async def request(self, key: str) -> Request | None: ...

    async def edits(self, source: str) -> tuple[Request, ...]:
        """Requests that edits of the message ``source`` made, in the order in which they were taken."""

    async def close_request(self, key: str, at: datetime, *, failed: bool = False) -> None:
        """Nothing is left to do for it; ``failed`` when it broke on a bug of ours."""

    async def withdraw(self, place: Place, source: str, at: datetime) -> tuple[Delivery, ...]:
        """The message ``source`` is gone from the channel: empty its requests, delete its digests, park what
        was not yet posted; answers the POST deliveries that the chat has or may have (POSTED, POSTING)."""

    async def counts(self, place: Place | None = None) -> Counts:
        """Of one channel (all its threads), or of everything."""


class Archive(Protocol):
    """Digests and the versions of the stories they were made from."""

    async def keep_digest(self, record: DigestRecord, article: str) -> None:
        """Store digest, hosts and the version (``article``: its JSON); the same id again changes nothing."""

    async def digest(self, digest_id: str) -> DigestRecord | None: ...

    async def latest_digest(self, place: Place, canonical_url: str | None = None) -> DigestRecord | None:
        """The newest of the place's thread, else of its channel; of one story (either address) if given."""

    async def replace_digest(self, record: DigestRecord, article: str) -> None:
        """A later reading under the same id: document, version, hosts and times are the new ones."""

    async def posted_digest(
        self, place: Place, canonical_url: str, since: datetime
    ) -> tuple[DigestRecord, Delivery] | None:
        """The newest digest of the story in the channel (any thread) that was posted since then and still
        stands, with the delivery that posted it."""

    async def delete_digest(self, digest_id: str) -> Delivery | None:
        """Forget one digest; answers the delivery that posted it (the row stays), None if none did."""

    async def digests_of(self, platform: str, workspace: str, limit: int) -> tuple[DigestRecord, ...]:
        """The newest of the workspace, newest first."""

    async def said(
        self, platform: str, workspace: str, name: str, since: datetime | None, limit: int
    ) -> tuple[DigestRecord, ...]:
        """Digests of the workspace that quote a speaker whose folded name holds all words of ``name``
        (folded here), newest first."""

    async def add_feedback(self, feedback: Feedback) -> None: ...

    async def feedback(self, limit: int) -> tuple[Feedback, ...]:
        """Newest first; it stays when its digest is purged, and goes when its place is forgotten."""

    async def forget_story(self, place: Place, url: str) -> int:
        """Delete its digests, deliveries and requests in the channel, and versions nobody else uses.

        ``url``: canonical or as asked. Answers the number of digests deleted.
        """


class Outbox(Protocol):
    """Deliveries: new -> posting -> posted, or parked with a reason."""

    async def add_delivery(self, delivery: Delivery, at: datetime) -> bool:
        """False when the key is there already (the stored message stands)."""

    async def delivery(self, key: str) -> Delivery | None: ...

    async def deliveries(self, request_key: str) -> tuple[Delivery, ...]:
        """All of one request, in the order they were added."""

    async def digest_delivery(self, digest_id: str) -> Delivery | None:
        """The POST delivery of the digest."""

    async def posted_as(self, place: Place, message_id: str) -> Delivery | None:
        """The POST delivery that the channel (any thread) holds as this message, None if it is not ours."""

    async def start_posting(self, key: str, at: datetime) -> Delivery:
        """Mark it ``posting``, one attempt more; answers the row as it was before. KeyError if unknown."""

    async def wait_posting(self, key: str, at: datetime) -> None:
        """The chat asked to wait: the last attempt does not count."""

    async def mark_posted(self, key: str, message_id: str, at: datetime) -> None:
        """The platform has it (or: the deed is done); the stored message is dropped. A row that is
        posted already is left as it is: the platform's report may come twice. No such key: no change."""

    async def park(self, key: str, reason: str, at: datetime) -> None: ...


class FeedBook(Protocol):
    """Feeds, their known entries, and who follows them."""

    async def due_feeds(
        self, now: datetime, limit: int, lease_s: float = 300.0, besides: Collection[str] = ()
    ) -> tuple[FeedState, ...]:
        """Claim up to ``limit`` feeds that are due and followed: nobody else gets them for ``lease_s``.
        Those of the hosts ``besides`` are left for later."""

    async def feed(self, url: str) -> FeedState | None: ...

    async def known_entries(self, feed_url: str, ids: tuple[str, ...]) -> frozenset[str]:
        """Those of ``ids`` that are remembered."""

    async def followers(self, feed_url: str) -> tuple[Subscription, ...]:
        """Subscriptions that are neither paused nor stopped."""

    async def feed_requests(self, place: Place, since: datetime) -> tuple[Request, ...]:
        """What the channel's feeds asked to be read by itself (``FEED_KEY``) since then."""

    async def finish_poll(self, poll: Poll, at: datetime) -> int:
        """Write the outcome; answers how many of its requests were new (each has its job)."""

    async def follow(self, state: FeedState, subscription: Subscription) -> Subscription:
        """Add the feed if it is not there, and the subscription under the channel's next number
        (``subscription.id`` is ignored). Raises AlreadyFollowed."""

    async def subscriptions(self, place: Place) -> tuple[Subscription, ...]:
        """Of the channel, by number."""

    async def unfollow(self, place: Place, number: int) -> Subscription:
        """Raises NoSuchSubscription. A feed that nobody follows any more is deleted with its entries."""

    async def subscriptions_of(self, platform: str, workspace: str) -> tuple[Subscription, ...]:
        """Of all its channels, by channel and number."""

    async def stop(
        self, place: Place, reason: str, *, whole_workspace: bool = False
    ) -> tuple[Subscription, ...]:
        """Mark the channel's (workspace's) subscriptions as stopped; answers those that were not. They are
        kept and listed; like paused ones they are neither followers nor a reason to poll."""

    async def restart(
        self, place: Place, *, whole_workspace: bool = False, reasons: tuple[str, ...] = ()
    ) -> tuple[Subscription, ...]:
        """Undo ``stop`` (if it was for one of ``reasons``, where some are given); answers those that were
        stopped, as they are now. A feed that was polled for nobody
        in the meantime is to be looked at before it counts as news: its entries of today are known after
        the first poll, none of them is posted."""

    async def due_roundups(self, now: datetime, limit: int) -> tuple[Gathered, ...]:
        """What is due, oldest subscription first, whole subscriptions only; the rows stay until
        ``take_roundup``."""

    async def take_roundup(self, request: Request, gathered: tuple[Gathered, ...], at: datetime) -> bool:
        """Take the request and drop the rows it was made of, together; False when it was taken before."""

    async def pause(self, place: Place, number: int, paused: bool) -> Subscription:
        """Raises NoSuchSubscription. A feed that was given up is due when a follower resumes it."""


class Upkeep(Protocol):
    """Settings of a place, retention, deletion."""

    async def settings(self, place: Place) -> Mapping[str, str]:
        """Of the channel."""

    async def change_setting(self, place: Place, key: str, value: str) -> None: ...

    async def move_place(self, old: Place, new: Place, at: datetime) -> None:
        """The channel lives on under another address (of its platform): what is stored for it goes there,
        under the same keys and numbers where these are free. A feed that is followed in both keeps the new
        one's subscription; settings of the old one hold. What the chat has stands where it stood
        (``Delivery.place``); what is not answered yet is answered in the new one. May be told twice."""

    async def purge(self, before: datetime) -> int:
        """Delete what was taken before: closed requests, deliveries, digests, unused versions, entries.

        Answers the number of rows deleted. Settings, feeds and subscriptions stay.
        """

    async def forget_feed(self, place: Place, number: int) -> int:
        """Unfollow, and forget every story of the feed in the channel; answers how many digests went.
        Raises NoSuchSubscription."""

    async def forget_place(self, place: Place) -> int:
        """Delete every row of the channel; answers how many."""


class Notebook(Protocol):
    """Small durable words of an adapter: where its sync stands, what it could not read yet."""

    async def note(self, platform: str, name: str, value: str | None) -> None:
        """Write it, over what stood under the name; None deletes."""

    async def notes(self, platform: str, prefix: str = "") -> Mapping[str, str]:
        """Those of the platform whose name begins so, by name."""


class Transaction(Intake, Archive, Outbox, FeedBook, Upkeep, Notebook, Protocol):
    """All or nothing: committed when its ``async with`` ends, rolled back when that raises.

    Not to be used after, nor by two tasks at once, nor inside another: SQLite lets one in at a time.
    Keep it short: no fetch, no chat inside.
    """


class Store(Protocol):
    """What nutgraf remembers. One of these a process."""

    def begin(self) -> AbstractAsyncContextManager[Transaction]: ...

    async def close(self) -> None: ...


# ---------------------------------------------------------------------------- engine


class TryLater(Exception):
    """Raised by a job: run me again, not before ``after_s`` (None: the engine's own patience).

    ``counts`` False: it was no attempt that failed, and whoever raises it sees to it that it ends.
    """

    def __init__(self, cause: str, after_s: float | None = None, *, counts: bool = True) -> None:
        super().__init__(cause)
        self.after_s = after_s
        self.counts = counts


class Jobs(Protocol):
    """The engine as the store sees it: jobs that appear when a transaction commits."""

    async def defer(self, connection: Connection, task: str, key: str) -> None:
        """Enqueue ``task`` for ``key`` through the open transaction's own connection."""


class Engine(Protocol):
    """Runs jobs, each at least once, whatever dies in between."""

    def handle(
        self,
        task: str,
        work: Callable[[str], Awaitable[None]],
        give_up: Callable[[str], Awaitable[None]],
    ) -> None:
        """``work(key)`` is run for each job and again when it raises or its process dies;
        after the last attempt ``give_up(key)`` is run instead. A run that ended in a ``TryLater``
        that does not count is none (as far as this process remembers)."""

    def every_hour(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Run ``work`` once an hour, in one process of many."""

    async def run(self) -> None:
        """Work until cancelled; what is in hand is finished or handed back first."""

    async def drain(self) -> None:
        """Work until no job is ready, then return."""

    async def backlog(self) -> Mapping[str, int]:
        """Jobs by state: "todo", "doing", "failed" ..."""

    async def purge(self, older_than_s: float) -> None:
        """Delete finished jobs."""

    async def close(self) -> None: ...
