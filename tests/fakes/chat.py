"""A strict chat at the port: it remembers, refuses what a platform refuses, and counts.

``unique_reply`` fails on silence and on two replies (habit of zulip's bot tests).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count

from bot.ports import ChatDown, ChatRefused
from bot.types import Message, Place, Posted, Request


@dataclass(frozen=True)
class Sent:
    """One message that the platform took; ``only_for``: that one user saw."""

    key: str
    place: Place
    message: Message
    message_id: str
    only_for: str | None = None


@dataclass
class FakeChat:
    """``failures`` are raised by the next posts, first one first, before anything is taken;
    ``lost_answers`` take the message and then raise, as a dropped connection does. ``hidden``: channels
    that nobody but their members can read, ``members`` of those; ``silent`` says of none.
    """

    platform: str = "fake"
    hidden: set[str] = field(default_factory=set)
    members: set[tuple[str, str]] = field(default_factory=set)  # channel, user
    silent: bool = False
    failures: list[ChatDown | ChatRefused] = field(default_factory=list)
    edit_failures: list[ChatDown | ChatRefused] = field(default_factory=list)  # of ``edit`` and ``delete``
    searching: list[ChatDown] = field(default_factory=list)  # raised by the next ``find``
    lost_answers: list[ChatDown] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    edited: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    marks: list[tuple[str, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)  # keys looked up with ``find``
    looked: list[tuple[str, Place]] = field(default_factory=list)  # who, and where: with ``may_see``
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def post(self, place: Place, message: Message, key: str, *, only_for: str | None = None) -> Posted:
        assert place.platform == self.platform, f"posted to {place.platform}, this is {self.platform}"
        assert message.plain.strip(), "an empty message"
        assert message.blocks, "a message without blocks"
        assert key, "a post without a key"
        if self.failures:
            raise self.failures.pop(0)
        posted = Posted(place, f"m{next(self._numbers)}")
        async with self._changed:
            self.sent.append(Sent(key, place, message, posted.message_id, only_for))
            self._changed.notify_all()
        if self.lost_answers:
            raise self.lost_answers.pop(0)
        return posted

    async def find(self, place: Place, key: str) -> Posted | None:
        self.asked.append(key)
        if self.searching:
            raise self.searching.pop(0)
        for sent in self.sent:
            if sent.key == key and sent.place == place and sent.only_for is None:
                return Posted(place, sent.message_id)
        return None

    async def edit(self, posted: Posted, message: Message) -> None:
        if self.edit_failures:
            raise self.edit_failures.pop(0)
        for at, sent in enumerate(self.sent):
            if (sent.message_id, sent.place, sent.only_for) == (posted.message_id, posted.place, None):
                self.sent[at] = replace(sent, message=message)
                self.edited.append(sent.key)
                return
        raise ChatRefused(f"no message {posted.message_id}")

    async def delete(self, posted: Posted) -> None:
        if self.edit_failures:
            raise self.edit_failures.pop(0)
        self.deleted.append(posted.message_id)
        self.sent = [sent for sent in self.sent if sent.message_id != posted.message_id]

    async def may_see(self, user: str, place: Place) -> bool:
        self.looked.append((user, place))
        if self.silent:
            raise ChatDown("does not say who may see what")
        return place.channel not in self.hidden or (place.channel, user) in self.members

    def link(self, posted: Posted) -> str | None:
        return f"https://chat.example/{posted.place.channel}/{posted.message_id}"

    async def acknowledge(self, request: Request, mark: str) -> None:
        self.marks.append((request.key, mark))

    # -- what a test asks

    @property
    def private(self) -> list[Sent]:
        """What one user alone saw."""
        return [sent for sent in self.sent if sent.only_for is not None]

    @property
    def public(self) -> list[Sent]:
        return [sent for sent in self.sent if sent.only_for is None]

    def replies(self, request: Request) -> list[Message]:
        """Everything sent for the request, whatever the number of its links."""
        mine = request.key + "#"
        return [sent.message for sent in self.sent if sent.key.startswith(mine)]

    def unique_reply(self, request: Request | None = None) -> Message:
        """The one message sent (for ``request``, if given); fails on silence and on two."""
        found = [sent.message for sent in self.sent] if request is None else self.replies(request)
        assert found, "the chat stayed silent"
        assert len(found) == 1, f"{len(found)} replies: {[message.plain[:80] for message in found]}"
        return found[0]

    def doubled(self) -> list[str]:
        """Keys that the platform took more than once."""
        keys = [sent.key for sent in self.sent]
        return sorted({key for key in keys if keys.count(key) > 1})

    async def wait_for(self, count: int, timeout_s: float = 10.0) -> None:
        """Until that many messages were taken; fails when the time is over."""
        async with asyncio.timeout(timeout_s), self._changed:
            await self._changed.wait_for(lambda: len(self.sent) >= count)
