"""The commands. Where one takes a digest's id, None means the latest digest of the thread, else of the
channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.rhythm import Rhythm


@dataclass(frozen=True, slots=True)
class Help:
    """``verb`` None: all verbs."""

    verb: str | None = None


@dataclass(frozen=True, slots=True)
class ReadLink:
    """Read ``url`` and answer with its digest."""

    url: str


@dataclass(frozen=True, slots=True)
class Follow:
    """``want``, ``refuse``: folded words or phrases, each once, in the order given. ``rhythm`` None: not
    said, which is now."""

    url: str
    want: tuple[str, ...] = ()
    refuse: tuple[str, ...] = ()
    rhythm: Rhythm | None = None


@dataclass(frozen=True, slots=True)
class Unfollow:
    """``target``: a number of ``list`` or the feed's address."""

    target: int | str


@dataclass(frozen=True, slots=True)
class ListFeeds:
    pass


@dataclass(frozen=True, slots=True)
class Pause:
    number: int


@dataclass(frozen=True, slots=True)
class Resume:
    number: int


@dataclass(frozen=True, slots=True)
class Status:
    pass


@dataclass(frozen=True, slots=True)
class Receipt:
    """``url`` None: the latest digest of this place."""

    url: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """No key: show all; no value: show one; both: set it."""

    key: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Forget:
    """``target``: a number of ``list`` or the address of a story."""

    target: int | str


@dataclass(frozen=True, slots=True)
class More:
    """Everything found in a story, not the key findings only."""

    digest_id: str | None = None


@dataclass(frozen=True, slots=True)
class Cite:
    """A digest's quotes, ready to be pasted."""

    digest_id: str | None = None


@dataclass(frozen=True, slots=True)
class Reread:
    """Read a digest's story once more and tell what changed."""

    digest_id: str | None = None


@dataclass(frozen=True, slots=True)
class Wrong:
    """A reader's report on a digest, in ``words``."""

    digest_id: str | None
    words: str


@dataclass(frozen=True, slots=True)
class Judge:
    digest_id: str | None
    useful: bool


@dataclass(frozen=True, slots=True)
class Delete:
    """Take a digest away, from the chat and from the store."""

    digest_id: str | None = None


@dataclass(frozen=True, slots=True)
class Mute:
    """Leave a site's pasted links alone. ``target``: a host without "www.", or a digest's id."""

    target: str


@dataclass(frozen=True, slots=True)
class Unmute:
    """``host``: in lower case, without "www."."""

    host: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a speaker was quoted with. ``since``: read on that day or later."""

    name: str
    since: date | None = None


Command = (
    Help | ReadLink | Follow | Unfollow | ListFeeds | Pause | Resume | Status | Receipt | Settings | Forget
    | More | Cite | Reread | Wrong | Judge | Delete | Mute | Unmute | Said
)  # fmt: skip
