"""A strict chat at the port: it remembers, refuses what a platform refuses, and counts.

``unique_reply`` fails on silence and on two replies (habit of zulip's bot tests).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from bot.ports import ChatDown, ChatRefused
from bot.types import Message, Place, Posted, Request


@dataclass(frozen=True)
class Sent:
    """One message that the platform took."""

    key: str
    place: Place
    message: Message
    message_id: str


@dataclass
class FakeChat:
    """``failures`` are raised by the next posts, first one first, before anything is taken;
    ``lost_answers`` take the message and then raise, as a dropped connection does."""

    platform: str = "fake"
    failures: list[ChatDown | ChatRefused] = field(default_factory=list)
    lost_answers: list[ChatDown] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    marks: list[tuple[str, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)  # keys looked up with ``find``
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def post(self, place: Place, message: Message, key: str) -> Posted:
        assert place.platform == self.platform, f"posted to {place.platform}, this is {self.platform}"
        assert message.plain.strip(), "an empty message"
        assert message.blocks, "a message without blocks"
        assert key, "a post without a key"
        if self.failures:
            raise self.failures.pop(0)
        posted = Posted(place, f"m{len(self.sent) + 1}")
        async with self._changed:
            self.sent.append(Sent(key, place, message, posted.message_id))
            self._changed.notify_all()
        if self.lost_answers:
            raise self.lost_answers.pop(0)
        return posted

    async def find(self, place: Place, key: str) -> Posted | None:
        self.asked.append(key)
        for sent in self.sent:
            if sent.key == key and sent.place == place:
                return Posted(place, sent.message_id)
        return None

    async def edit(self, posted: Posted, message: Message) -> None:
        for at, sent in enumerate(self.sent):
            if sent.message_id == posted.message_id and sent.place == posted.place:
                self.sent[at] = Sent(sent.key, sent.place, message, sent.message_id)
                return
        raise ChatRefused(f"no message {posted.message_id}")

    async def delete(self, posted: Posted) -> None:
        self.deleted.append(posted.message_id)
        self.sent = [sent for sent in self.sent if sent.message_id != posted.message_id]

    async def acknowledge(self, request: Request, mark: str) -> None:
        self.marks.append((request.key, mark))

    # -- what a test asks

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
