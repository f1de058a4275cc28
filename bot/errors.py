"""The error tree. Each leaf carries fields; its human sentence is in ``bot.messages``.

NutgrafError
+-- FetchError            a page could not be had
|   +-- BadLink           not an http(s) link
|   +-- PrivateAddress    the link leads into a private network
|   +-- PortRefused       neither 80 nor 443, nor allowed by a setting
|   +-- HostUnknown       the name does not resolve
|   +-- Unreachable       refused, reset, TLS failure
|   +-- TooSlow           a timeout of ours
|   +-- TooLarge          the body is over our cap
|   +-- TooManyRedirects
|   +-- NotFound          404, 410
|   +-- Blocked           401, 403, 429, 451: the site refuses us
|   +-- SiteFailed        5xx and every other status
|   +-- BadBody           broken compression or transfer
+-- ReadError             a body could not be read as a story
|   +-- NotReadable       media type we do not read
|   +-- NotAnArticle      an index, a search page, a consent wall ...
|   +-- PaywallOnly       nothing of the story is printed
|   +-- EmptyBody
|   +-- ReadTooSlow       reading or finding ran over its time
|   +-- ReadCrashed       the page took more memory than it may, or its reader down
+-- FeedError
|   +-- NotAFeed
|   +-- SeveralFeeds      the site offers more than one
|   +-- FeedGone
+-- AskError              the request itself
|   +-- UnknownCommand
|   +-- BadCommand        known verb, wrong words
|   +-- NoSuchSubscription
|   +-- NoSuchDigest      unknown, of another workspace, or not for this user to see
|   +-- AlreadyFollowed
|   +-- NotAllowed
|   +-- FileUnreadable
|   +-- LinksOff          reading links is switched off in the place
+-- SetupError            configuration and store
    +-- BadSetting
    +-- UnknownSetting
    +-- SettingMissing    another setting is of no use without it
    +-- StoreBusy         another process holds the store
    +-- StoreNewer        the store was written by a newer nutgraf
    +-- StoreUnusable     not a database, no rights, disk full
    +-- SessionBusy       another process is signed in with this folder
    +-- SessionLost       our session cannot go on, and nothing here renews it

``code`` is the stable name used in JSON, logs and the catalogue.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields


class NutgrafError(Exception):
    """Root. Subclasses are dataclasses; ``code`` is derived from the class name."""

    @classmethod
    def code(cls) -> str:
        """``TooManyRedirects`` -> ``too-many-redirects``."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    def details(self) -> dict[str, object]:
        """Field names and values, for the catalogue and the log."""
        if not hasattr(self, "__dataclass_fields__"):
            return {}
        return {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]  # leaves are dataclasses

    def __str__(self) -> str:
        return f"{self.code()} {self.details()}"


class FetchError(NutgrafError):
    """A page could not be had."""


class ReadError(NutgrafError):
    """A body could not be read as a story."""


class FeedError(NutgrafError):
    """A feed could not be followed."""


class AskError(NutgrafError):
    """The request itself cannot be met."""


class SetupError(NutgrafError):
    """Configuration or store."""


@dataclass
class BadLink(FetchError):
    url: str


@dataclass
class PrivateAddress(FetchError):
    host: str


@dataclass
class PortRefused(FetchError):
    host: str
    port: int


@dataclass
class HostUnknown(FetchError):
    host: str


@dataclass
class Unreachable(FetchError):
    host: str
    cause: str


@dataclass
class TooSlow(FetchError):
    host: str
    timeout_s: float


@dataclass
class TooLarge(FetchError):
    host: str
    limit_bytes: int


@dataclass
class TooManyRedirects(FetchError):
    url: str
    limit: int


@dataclass
class NotFound(FetchError):
    url: str
    status: int


@dataclass
class Blocked(FetchError):
    host: str
    status: int
    retry_after_s: float | None = None


@dataclass
class SiteFailed(FetchError):
    host: str
    status: int
    retry_after_s: float | None = None


@dataclass
class BadBody(FetchError):
    host: str
    cause: str


@dataclass
class NotReadable(ReadError):
    url: str
    media_type: str


@dataclass
class NotAnArticle(ReadError):
    url: str
    looks_like: str  # "a list of links", "a consent page", "a video page" ...


@dataclass
class PaywallOnly(ReadError):
    url: str


@dataclass
class EmptyBody(ReadError):
    url: str


@dataclass
class ReadTooSlow(ReadError):
    url: str
    limit_s: float


@dataclass
class ReadCrashed(ReadError):
    url: str


@dataclass
class NotAFeed(FeedError):
    url: str


@dataclass
class SeveralFeeds(FeedError):
    url: str
    choices: tuple[str, ...]


@dataclass
class FeedGone(FeedError):
    url: str
    number: int | None = None  # of the subscription that was paused for it


@dataclass
class UnknownCommand(AskError):
    word: str
    nearest: str | None = None


@dataclass
class BadCommand(AskError):
    verb: str
    usage: str
    wrong: str | None = None  # what of it, in a few words


@dataclass
class NoSuchSubscription(AskError):
    what: str


@dataclass
class NoSuchDigest(AskError):
    digest_id: str | None = None  # None: the latest was meant, and there is none


@dataclass
class AlreadyFollowed(AskError):
    feed_url: str
    number: int


@dataclass
class NotAllowed(AskError):
    what: str
    who: str | None = None  # who may, in words


@dataclass
class FileUnreadable(AskError):
    path: str
    cause: str


@dataclass
class LinksOff(AskError):
    url: str


@dataclass
class BadSetting(SetupError):
    key: str
    value: str
    want: str


@dataclass
class UnknownSetting(SetupError):
    key: str
    nearest: str | None = None


@dataclass
class SettingMissing(SetupError):
    key: str
    because: str


@dataclass
class StoreBusy(SetupError):
    path: str


@dataclass
class StoreNewer(SetupError):
    version: str


@dataclass
class StoreUnusable(SetupError):
    path: str
    cause: str


@dataclass
class SessionBusy(SetupError):
    path: str


@dataclass
class SessionLost(SetupError):
    user: str
    cause: str
    key: str  # of the setting that mends it


def leaves(root: type[NutgrafError] = NutgrafError) -> list[type[NutgrafError]]:
    """Every class of the tree that has no subclass, in order of definition."""
    below = root.__subclasses__()
    return [root] if not below else [leaf for child in below for leaf in leaves(child)]
