"""Slack as a chat platform: ``bot.ports.Chat`` over the Web API. History is never read.

chat.postMessage takes no key, so one window is left: a process killed after Slack took a post and before
the desk recorded it. The renderer writes the delivery's key into the post, and Slack reports every post of
ours back as a ``message`` event (the echo), which it sends again at once, after one minute and after five,
until somebody acknowledges it. ``find`` answers from echoes and from posts of this process; for what it has
seen neither of it raises ChatDown until ``echo_wait_s`` after it was first asked, then it says: not taken.
"""

from __future__ import annotations

import logging
import re
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from adapters.slack.clients import Clients
from adapters.slack.echoes import Echoes
from adapters.slack.faults import SlackFault, told
from adapters.slack.marks import Marks
from adapters.slack.pace import Pace
from adapters.slack.people import People
from adapters.slack.render import mark_of, prefix_in, rendered
from adapters.slack.sight import Sight
from bot.ports import ChatDown, ChatRefused
from bot.types import Message, Place, Posted, Request

log = logging.getLogger(__name__)

PLATFORM = "slack"
ECHO_WAIT_S = 75.0
_REMEMBERED = 20_000  # direct messages, threads
_STANDS_ON = re.compile(r"slack:\w+:(?:(press):|[CGD]\w+:(\d+\.\d+))")
# Who was to be told alone is not where it was asked: a slash command works in any channel
_ELSEWHERE = frozenset({"user_not_in_channel", "not_in_channel", "channel_not_found"})


class SlackChat:
    """``heard`` is to be called for every echo. ``now`` is monotonic seconds."""

    platform = PLATFORM

    def __init__(
        self,
        clients: Clients,
        *,
        echo_wait_s: float = ECHO_WAIT_S,
        pace: Pace | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.clients = clients
        self.people = People(clients, now)
        self._sight = Sight(clients, self.people, now)
        self._pace = pace or Pace(now=now)
        self._marks = Marks(clients, self._pace)
        self._echoes = Echoes(echo_wait_s, now)
        self._direct: dict[tuple[str, str], str] = {}  # workspace and user -> channel
        self._threads: OrderedDict[tuple[str, str, str], None] = OrderedDict()  # those we posted into

    # ------------------------------------------------------------------------- posting

    async def post(self, place: Place, message: Message, key: str, *, only_for: str | None = None) -> Posted:
        """A place whose channel is a user's id is the direct messages with that user.

        Raises ChatDown, ChatRefused; never both posts and raises, but for a fault that leaves open whether
        Slack took it.
        """
        if place.platform != PLATFORM or not key:
            raise ChatRefused(f"not a place of Slack: {place.platform}")
        self._echoes.refuse(mark_of(key))  # whoever posts knows that it is not taken: until it is sent
        if only_for and not _is_direct(place.channel):
            return await self._whisper(place, message, key, only_for)
        client = await self.clients.of(place.workspace)
        channel = await self._channel(place)
        scope = f"{place.workspace} {channel}"
        await self._pace.turn(scope, key)
        async with self._calling(scope, key):
            answer = await client.chat_postMessage(
                channel=channel,
                thread_ts=place.thread,
                unfurl_links=False,
                unfurl_media=False,
                **rendered(message, key, prefix_in(place)),
            )
        posted = Posted(place, str(answer["ts"]))
        self._echoes.take(mark_of(key), posted)
        if place.thread is not None:
            if (answer.get("message") or {"thread_ts": place.thread}).get("thread_ts") is None:
                await self.delete(posted)  # its thread is gone, so Slack put it into the channel
                raise ChatRefused("the message that this answers is gone")
            self._remember_thread(place.workspace, channel, place.thread)
        return posted

    async def _whisper(self, place: Place, message: Message, key: str, user: str) -> Posted:
        """Ephemeral in the channel; who is not in the channel is told in direct messages."""
        client = await self.clients.of(place.workspace)
        scope = f"{place.workspace} {place.channel}"
        await self._pace.turn(scope, key)
        try:
            async with self._calling(scope):  # no echo comes of it: there is nothing to wait for
                answer = await client.chat_postEphemeral(
                    channel=place.channel,
                    user=user,
                    thread_ts=place.thread if self._is_live(place, key) else None,
                    **rendered(message, None, prefix_in(place)),
                )
        except ChatRefused as error:
            if _code(error) not in _ELSEWHERE:
                raise
            direct = await self.post(Place(PLATFORM, place.workspace, user), message, key)
            return Posted(place, direct.message_id)
        posted = Posted(place, str(answer["message_ts"]))
        self._echoes.take(mark_of(key), posted)
        return posted

    async def edit(self, posted: Posted, message: Message) -> None:
        client = await self.clients.of(posted.place.workspace)
        channel = await self._channel(posted.place)
        scope = f"{posted.place.workspace} chat_update"
        await self._pace.free(scope)
        async with self._calling(scope):
            await client.chat_update(
                channel=channel, ts=posted.message_id, **rendered(message, None, prefix_in(posted.place))
            )

    async def delete(self, posted: Posted) -> None:
        """Deleting what is not there is done."""
        client = await self.clients.of(posted.place.workspace)
        channel = await self._channel(posted.place)
        scope = f"{posted.place.workspace} chat_delete"
        await self._pace.free(scope)
        try:
            async with self._calling(scope):
                await client.chat_delete(channel=channel, ts=posted.message_id)
        except ChatRefused as error:
            if _code(error) != "message_not_found":
                raise
        key = self._echoes.key_of(posted)
        if key is not None:
            self._echoes.refuse(key)

    @asynccontextmanager
    async def _calling(self, scope: str, key: str | None = None) -> AsyncIterator[None]:
        """Around one call: faults become ChatDown or ChatRefused, what Slack asks to wait a pause. From now
        on it is open whether the post ``key`` was taken, unless Slack says that it was not."""
        if key is not None:
            self._echoes.doubt(mark_of(key))
        try:
            with told():
                yield
        except SlackFault as error:
            fault = error.fault
            if fault.retry_after_s is not None:
                self._pace.pause(scope, fault.retry_after_s)
            if key is not None and not fault.perhaps_taken:
                self._echoes.refuse(mark_of(key))
            if fault.refusal is not None:
                level = logging.WARNING if fault.known else logging.ERROR  # a code that no table has
                log.log(level, "scope=%s refused: %s", scope, fault.cause)
            raise fault.raised() from error

    async def _channel(self, place: Place) -> str:
        """The channel's id; of direct messages that are named by their user, asked once."""
        if place.channel[:1] not in {"U", "W"}:
            return place.channel
        known = self._direct.get((place.workspace, place.channel))
        if known is not None:
            return known
        client = await self.clients.of(place.workspace)
        async with self._calling(f"{place.workspace} conversations_open"):
            answer = await client.conversations_open(users=place.channel)
        if len(self._direct) >= _REMEMBERED:
            self._direct.clear()
        channel = str(answer["channel"]["id"])
        self._direct[place.workspace, place.channel] = channel
        return channel

    # ------------------------------------------------------------------- what was taken

    async def find(self, place: Place, key: str) -> Posted | None:
        """Raises ChatDown while an echo may still come."""
        return self._echoes.find(place, mark_of(key))

    def heard(self, mark: str, place: Place, ts: str) -> None:
        """Slack reports that it took the delivery that ``render.mark_of`` gives this mark."""
        self._echoes.hear(mark, Posted(place, ts))

    # ----------------------------------------------------------------------- beside it

    async def acknowledge(self, request: Request, mark: str) -> None:
        """Eyes and warnings on the message that the request stands on; never raises."""
        await self._marks.show(request, mark)

    async def may_see(self, user: str, place: Place) -> bool:
        """Whether the user can read the channel now, as of a minute ago. Raises ChatDown."""
        return await self._sight.may_see(user, place)

    def link(self, posted: Posted) -> str | None:
        """The permalink; None before Slack was asked for the workspace's address."""
        place = posted.place
        identity = self.clients.known(place.workspace)
        channel = self._direct.get((place.workspace, place.channel), place.channel)
        if identity is None or channel[:1] in {"U", "W"}:
            return None
        link = f"{identity.url}archives/{channel}/p{posted.message_id.replace('.', '')}"
        if place.thread is None or place.thread == posted.message_id:
            return link
        return f"{link}?thread_ts={place.thread}&cid={channel}"

    async def close(self) -> None:
        await self._marks.close()

    # Slack shows an ephemeral message in a thread only "if there is already an active thread"
    # (docs.slack.dev/reference/methods/chat.postEphemeral): elsewhere it would be lost.

    def _is_live(self, place: Place, key: str) -> bool:
        """Whether somebody has answered in the thread, as far as that can be told without reading it."""
        if place.thread is None:
            return False
        found = _STANDS_ON.match(key)
        replied = found is not None and (found[1] is not None or found[2] != place.thread)
        return replied or (place.workspace, place.channel, place.thread) in self._threads

    def _remember_thread(self, workspace: str, channel: str, thread: str) -> None:
        self._threads[workspace, channel, thread] = None
        self._threads.move_to_end((workspace, channel, thread))
        if len(self._threads) > _REMEMBERED:
            self._threads.popitem(last=False)


def _is_direct(channel: str) -> bool:
    return channel[:1] in {"D", "U", "W"}


def _code(error: ChatDown | ChatRefused) -> str:
    """Slack's own word for it."""
    cause = error.__cause__
    return cause.fault.code if isinstance(cause, SlackFault) else ""
