"""Matrix as a chat platform: ``bot.ports.Chat`` over the client-server API.

What makes a delivery one event, whatever dies:

* Its transaction id is made of its key, so that a post that is repeated on the same device within 24 hours
  is the same event: Synapse remembers ids by room, user and device, and keeps them when it restarts.
* A sync reports each of our events, with the key in its content, and the loop records that in the
  transaction that moves its token on: an event behind the token is a recorded one.
* ``find`` is asked where a run died between post and record, or its answer was lost. It knows what this
  process sent and heard; of anything else it reads back the bot's own last words in the room, by the
  transaction id (same device) or the key (any device, as far as they can be decrypted). That holds after
  the 24 hours, too. When it answers None the post is repeated under the same transaction id, so that an event
  which the homeserver was just taking in is not doubled either.

An edit has no key: one that is repeated within a process is the same event; after a crash the same words may
be put in the same place twice, which nobody sees.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import quote

from adapters.matrix.attention import Attention
from adapters.matrix.content import Answering, Content, content_of, edit_of, relation_to, root_of
from adapters.matrix.directs import Directs
from adapters.matrix.events import PLATFORM
from adapters.matrix.faults import MatrixFault
from adapters.matrix.history import heads_thread, own_event, standing_event
from adapters.matrix.raw import server_of, text_at
from adapters.matrix.rooms import Rooms
from adapters.matrix.sending import Sending
from adapters.matrix.session import Session
from adapters.matrix.sight import Sight
from adapters.matrix.txn import Kind, txn_id
from bot.desk.rules import ANSWERS, setting
from bot.display import plain, typed_after
from bot.errors import SetupError
from bot.ports import ChatDown, ChatRefused, Refusal
from bot.types import Message, Place, Posted, Request, Run

Settings = Callable[[Place], Awaitable[Mapping[str, str]]]

_T = TypeVar("_T")
_ROOM = re.compile(r"(?<!\S)![\w/+=.-]{10,}(?::[\w.-]+\w(?::\d+)?)?(?![\w/])")
_REMEMBERED = 20_000  # deliveries, edited messages


class MatrixChat:
    """``settings`` tells how a place is served (``Desk.settings``). ``prefix``: of commands in rooms with
    others. ``now`` is monotonic seconds."""

    platform = PLATFORM

    def __init__(
        self,
        session: Session,
        rooms: Rooms,
        settings: Settings,
        *,
        prefix: str = "",
        sending: Sending | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session = session
        self._rooms = rooms
        self._settings = settings
        self._prefix = prefix
        self.sending = sending or Sending(session, rooms, now=now)
        self._directs = Directs(session.user_id, rooms, self.sending, encrypted=bool(session.client.olm))
        self._sight = Sight(session, now)
        self._attention = Attention(session)
        self._taken: OrderedDict[str, Posted] = OrderedDict()  # delivery key -> its message
        self._edits: OrderedDict[str, tuple[str, int]] = OrderedDict()  # event -> last words' hash, count
        self._life = secrets.token_hex(8)  # of this process: edits of another are others

    # ------------------------------------------------------------------------- posting

    async def post(self, place: Place, message: Message, key: str, *, only_for: str | None = None) -> Posted:
        """A place whose channel is a user's id is the room in which the bot and that user talk alone.

        Matrix has no private words in a room: ``only_for`` answers in the thread and mentions the user.
        Raises ChatDown, ChatRefused.
        """
        if place.platform != PLATFORM or not key or place.channel[:1] not in {"!", "@"}:
            raise ChatRefused(f"not a place of Matrix: {place.platform}")
        room = await self._directs.room_of(place)
        if place.channel.startswith("@"):
            await self._directs.ready(room, place.channel)

        async def made() -> Content:
            if await self.sending.closed(room):
                raise ChatRefused("the room goes on elsewhere", Refusal.CLOSED)
            to = only_for if only_for and not await self._asked(self._rooms.direct(room)) else None
            relation = relation_to(place.thread, await self._answering(place, room))
            told = await self._typed(message, room)
            told = await self._named(told) if place.channel.startswith("@") else told
            return content_of(told, key, room_id=room, relation=relation, to=to)

        posted = Posted(place, await self.sending.send(room, txn_id(Kind.POST, key), made))
        _keep(self._taken, key, posted)
        return posted

    async def edit(self, posted: Posted, message: Message) -> None:
        """Raises ChatDown; ChatRefused where the message does not stand (any more)."""
        room = await self._directs.room_of(posted.place)
        content = edit_of(posted.message_id, await self._typed(message, room), room_id=room)

        async def made() -> Content:
            if not await self._asked(standing_event(self._session, room, posted.message_id)):
                raise ChatRefused("the message that this changes is gone")
            return content

        count = self._edit_of(posted.message_id, content)
        txn = txn_id(Kind.EDIT, posted.message_id, self._life, str(count))
        await self.sending.send(room, txn, made)

    async def delete(self, posted: Posted) -> None:
        """Deleting what is not there is done."""
        room = await self._directs.room_of(posted.place)
        for key in [key for key, taken in self._taken.items() if taken == posted]:
            del self._taken[key]
        await self.sending.redact(room, posted.message_id, txn_id(Kind.REDACTION, posted.message_id))

    async def _answering(self, place: Place, room: str) -> Answering:
        """By the room's setting; an answer to a message that has a thread already goes there."""
        if place.thread is None or setting(await self._settings(place), ANSWERS) != Answering.REPLY:
            return Answering.THREAD
        in_thread = await self._asked(heads_thread(self._session, room, place.thread))
        return Answering.THREAD if in_thread else Answering.REPLY

    async def _typed(self, message: Message, room: str) -> Message:
        """Commands as they are typed there: in a direct conversation every word is for the bot."""
        direct = not self._prefix or await self._asked(self._rooms.direct(room))
        return typed_after("" if direct else f"{self._prefix} ", message)

    async def _named(self, message: Message) -> Message:
        """Rooms by their names, for somebody who is told of them elsewhere and never saw an id."""
        ids = {found for block in message.blocks for run in block.runs for found in _ROOM.findall(run.text)}
        names = {}
        for room in ids:
            state = await self._asked(self._rooms.state(room, "m.room.name"))
            if name := plain(text_at(state or {}, "name")):
                names[room] = f"“{name}”"

        def named(run: Run) -> Run:
            return replace(run, text=_ROOM.sub(lambda found: names.get(found[0], found[0]), run.text))

        blocks = (replace(block, runs=tuple(map(named, block.runs))) for block in message.blocks)
        return replace(message, blocks=tuple(blocks)) if names else message

    def _edit_of(self, event_id: str, content: Mapping[str, Any]) -> int:
        """The number of this edit: another for other words than the last time, whatever they were before."""
        words = json.dumps(content, sort_keys=True).encode()
        hashed = hashlib.sha256(words).hexdigest()
        last, count = self._edits.get(event_id, ("", 0))
        if hashed != last:
            count += 1
            _keep(self._edits, event_id, (hashed, count))
        return count

    # ------------------------------------------------------------------- what was taken

    async def find(self, place: Place, key: str) -> Posted | None:
        """Whether the delivery was taken: see above. Raises ChatDown while the homeserver does not say."""
        known = self._taken.get(key)
        if known is not None and known.place == place:
            return known
        room = await self._directs.known(place)
        if room is None:
            return None
        try:
            event = await self._asked(own_event(self._session, room, key, txn_id(Kind.POST, key)))
        except ChatRefused:
            return None  # not shown to us: the post itself is told why
        if event is None or root_of(event["content"]) != place.thread:
            return None
        posted = Posted(place, str(event["event_id"]))
        _keep(self._taken, key, posted)
        return posted

    # ------------------------------------------------------------------------ beside it

    async def acknowledge(self, request: Request, mark: str) -> None:
        """A read receipt, and "is typing" while it is read; never raises."""
        await self._attention.show(request, mark)

    async def may_see(self, user: str, place: Place) -> bool:
        """Whether the user is in the room now, as of half a minute ago. Raises ChatDown."""
        return await self._sight.may_see(user, place)

    def link(self, posted: Posted) -> str | None:
        """The permalink; None for a message to a user, whose room is not named."""
        room = posted.place.channel
        if not room.startswith("!"):
            return None
        event_id = quote(posted.message_id, safe="$:@-_.~")
        via = quote(server_of(self._session.user_id), safe=":.-[]")
        return f"https://matrix.to/#/{quote(room, safe='!:@-_.~')}/{event_id}?via={via}"

    async def _asked(self, asking: Awaitable[_T]) -> _T:
        try:
            return await asking
        except MatrixFault as fault:
            raise fault.raised() from fault
        except SetupError as error:
            raise ChatDown(f"the homeserver takes our sign-in no more ({error})") from error


def _keep(known: OrderedDict[str, _T], key: str, value: _T) -> None:
    known[key] = value
    known.move_to_end(key)
    if len(known) > _REMEMBERED:
        known.popitem(last=False)
