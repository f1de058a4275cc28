"""What a Slack holds: workspaces, people, channels, posts, views. State only; nobody is told here.

Ids have Slack's shapes (T team, U person, B bot, C channel, G group message, D direct message, V view).
"""

from __future__ import annotations

import itertools
import json
import time
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

SLACKBOT = "USLACKBOT"


@dataclass
class Person:
    """A member of a workspace, also a bot. ``team`` is the person's own: another one makes a stranger."""

    id: str
    name: str
    team: str
    admin: bool = False
    owner: bool = False
    restricted: bool = False  # a guest of several channels
    ultra_restricted: bool = False  # a guest of one
    bot: bool = False
    deleted: bool = False
    zone: str = "Europe/London"


@dataclass
class Post:
    """One message as the channel holds it now; ``versions`` are what it was before each edit."""

    channel: str
    ts: str
    user: str
    text: str  # as Slack stores it: & < > escaped, links and people in angle brackets
    team: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    bot_id: str | None = None
    app_id: str | None = None
    edited_ts: str | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    attachments: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    subtype: str = ""  # thread_broadcast, file_share, me_message
    tombstone: bool = False  # deleted while its thread has replies
    versions: list[tuple[str, list[Json]]] = field(default_factory=list)
    posted_at: float = field(default_factory=time.monotonic)


@dataclass
class Whisper:
    """Words that one person alone was shown. ``via``: chat.postEphemeral, response_url or ack."""

    channel: str
    user: str
    text: str
    ts: str
    via: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    gone: bool = False  # taken back through its response_url
    shown_at: float = field(default_factory=time.monotonic)


@dataclass
class Channel:
    """``kind`` as Slack writes channel_type: channel, group, im, mpim."""

    id: str
    name: str
    team: str
    kind: str = "channel"
    members: list[str] = field(default_factory=list)
    archived: bool = False
    posts: dict[str, Post] = field(default_factory=dict)

    def replies(self, ts: str) -> list[Post]:
        return [post for post in self.posts.values() if post.thread_ts == ts and post.ts != ts]


@dataclass
class View:
    """A modal or a home tab as it stands."""

    id: str
    user: str
    team: str
    body: Json
    hash: str
    kind: str  # modal, home
    root: str = ""
    closed: bool = False


@dataclass
class Trigger:
    user: str
    team: str
    made_at: float
    used: bool = False


@dataclass
class Hook:
    """A response_url: whom and where it answers."""

    user: str
    channel: str
    team: str
    made_at: float
    uses: int = 0
    post_ts: str | None = None  # the message that was pressed
    whisper: Whisper | None = None  # or the ephemeral one
    thread_ts: str | None = None


@dataclass
class Token:
    """What a bearer may do. ``kind``: bot or app."""

    value: str
    kind: str
    team: str = ""
    scopes: frozenset[str] = frozenset()
    revoked: str = ""  # the error that Slack answers from then on
    expires_at: float | None = None  # monotonic
    refresh: str = ""


@dataclass
class Workspace:
    id: str
    domain: str
    bot_user: str
    bot_id: str
    people: dict[str, Person] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    installed: bool = True

    def person(self, who: str) -> Person:
        """By id or name."""
        for person in self.people.values():
            if who in {person.id, person.name}:
                return person
        raise KeyError(f"nobody called {who} in {self.id}")

    def channel(self, which: str) -> Channel:
        """By id or name."""
        for channel in self.channels.values():
            if which in {channel.id, channel.name}:
                return channel
        raise KeyError(f"no channel {which} in {self.id}")

    def sees(self, user: str, channel: Channel) -> bool:
        return user in channel.members

    def direct(self, user: str) -> Channel | None:
        """The direct messages of the bot with the user, once opened."""
        for channel in self.channels.values():
            if channel.kind == "im" and set(channel.members) == {user, self.bot_user}:
                return channel
        return None


class Numbers:
    """Ids and timestamps: every one is new, and a later timestamp is greater."""

    def __init__(self) -> None:
        self._count = itertools.count(1)
        self._last = 0

    def ts(self) -> str:
        """Seconds and six digits, unique over the whole Slack, never going back."""
        self._last = max(self._last + 1, time.time_ns() // 1000)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def id(self, letter: str) -> str:
        return f"{letter}{next(self._count):010d}"


def size_of(value: object) -> int:
    """Bytes of a body on the wire."""
    return len(json.dumps(value).encode())
