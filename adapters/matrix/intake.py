"""One answer of ``/sync`` -> what is to be done to the desk, in order. It asks the homeserver what it must
know, and stores nothing itself.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from adapters.matrix.events import (
    ENCRYPTED,
    MEMBER,
    PLATFORM,
    Echo,
    Edited,
    Happening,
    Joined,
    Left,
    Pressed,
    Replaced,
    Scene,
    Withdrawn,
    edited,
    press,
    time_of,
    understood,
)
from adapters.matrix.faults import MatrixFault
from adapters.matrix.gaps import gap, since_join
from adapters.matrix.invites import INVITE, MOVED, Invitation, invitation, replaced_by
from adapters.matrix.options import MatrixOptions
from adapters.matrix.pending import Pending, Unread, unread_name
from adapters.matrix.raw import Raw, events_at, map_at, text_at
from adapters.matrix.rooms import Rooms, room_path
from adapters.matrix.session import Session
from adapters.matrix.unsealed import unsealed
from bot.desk.batch import Batch
from bot.desk.spoken import changes
from bot.errors import SetupError
from bot.ports import Refusal
from bot.standing import Standing
from bot.types import Place, Request

log = logging.getLogger(__name__)

INSIDE = "inside:"  # names of notes: the rooms that the bot has introduced itself in
NOTED = (INSIDE, MOVED)
IN_A_GROUP: Mapping[str, str] = {"digest": "mention", "steer": "admins"}
IN_PERSON: Mapping[str, str] = {"digest": "on", "steer": "everyone"}
_V1 = "/_matrix/client/v1"
_EDITS = 50  # of one message that are looked at

Deed = Callable[[Batch], Awaitable[object]]


@dataclass(slots=True)
class Taken:
    """``deeds``: to be done in one batch. The rest is for after it: rooms that the bot came into and is not
    in any more, invitations noted, messages that cannot be read and those that now can, rooms that
    somebody left, events that broke."""

    deeds: list[Deed] = field(default_factory=list)
    entered: list[str] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)
    outside: list[str] = field(default_factory=list)
    invited: bool = False
    unread: list[Unread] = field(default_factory=list)
    read: list[Unread] = field(default_factory=list)
    lonely: dict[str, None] = field(default_factory=dict)
    left_out: int = 0

    def note(self, name: str, value: str | None) -> None:
        self.deeds.append(lambda batch: batch.note(PLATFORM, name, value))


class Intake:
    """One of these a session."""

    def __init__(self, session: Session, rooms: Rooms, pending: Pending, options: MatrixOptions) -> None:
        self._session = session
        self._rooms = rooms
        self._pending = pending
        self._prefix = options.prefix
        self._inside: set[str] = set()
        self._moved: dict[str, str] = {}  # new room -> the one it replaces

    def resume(self, notes: Mapping[str, str]) -> None:
        """What an earlier run has noted."""
        self._inside = {name.removeprefix(INSIDE) for name in notes if name.startswith(INSIDE)}
        moved = {name: value for name, value in notes.items() if name.startswith(MOVED)}
        self._moved = {name.removeprefix(MOVED): value for name, value in moved.items()}

    def committed(self, taken: Taken) -> None:
        """What was read is stored."""
        self._inside |= set(taken.entered)
        self._inside -= set(taken.outside)
        self._moved |= taken.moved
        self._pending.keep(taken.unread, taken.read)

    async def read(self, answer: Raw, since: str | None, *, patient: bool) -> Taken:
        """``since``: where the last answer ended, None before the first: then nothing that was said is
        answered. ``patient``: an event that needs what the homeserver does not say now makes the whole
        answer wait (MatrixFault), else it is left out."""
        taken = Taken()
        joined, gone = map_at(answer, "rooms", "join"), map_at(answer, "rooms", "leave")
        self._rooms.heard_account(events_at(answer, "account_data", "events"))
        for room, told in joined.items():
            news = (*events_at(told, "state", "events"), *events_at(told, "timeline", "events"))
            self._rooms.heard(room, news)
        for room in gone:
            self._put_out(room, taken)
        for room, told in map_at(answer, "rooms", "invite").items():
            self._invited(room, told, taken)
        await self._late(taken, patient=patient)
        for room, told in joined.items():
            await self._room(room, told, since, taken, patient=patient)
        for one in self._pending.expired():
            taken.note(one.name, None)
            taken.read.append(one)
        return taken

    # ---------------------------------------------------------------- coming and going

    def _put_out(self, room: str, taken: Taken) -> None:
        self._rooms.forget(room)
        taken.note(f"{INVITE}{room}", None)
        if room in self._inside:
            place = Place(PLATFORM, self._session.user_id, room)
            taken.deeds.append(lambda batch: batch.closed(place, Refusal.NOT_INSIDE))
            taken.note(f"{INSIDE}{room}", None)
            taken.outside.append(room)

    def _invited(self, room: str, told: Raw, taken: Taken) -> None:
        found = invitation(room, told, self._session.user_id)
        if found is not None:
            taken.note(f"{INVITE}{room}", found.noted())
            taken.invited = True

    async def _entered(self, room: str, join: Joined | None, taken: Taken) -> None:
        """For the first time, or again: the introduction, or the old room's belongings."""
        place = Place(PLATFORM, self._session.user_id, room)
        created = await self._rooms.created(room) or {}
        moved = await self._moving(room, self._moved.get(room, ""))
        if text_at(created, "sender") == self._session.user_id:
            pass  # made to tell somebody something: that is said there, and no more
        elif moved is None:
            user, event_id = (join.inviter, join.event_id) if join else ("", "found")
            if join is not None and join.direct:
                await self._rooms.mark_direct(room, user)
            defaults = IN_PERSON if await self._rooms.direct(room) else IN_A_GROUP
            key = f"{PLATFORM}:{room}:{event_id}"
            taken.deeds.append(lambda batch: batch.joined(place, user, key, defaults))
        else:
            taken.deeds.append(moved)
            taken.note(f"{MOVED}{room}", None)
        taken.note(f"{INSIDE}{room}", join.event_id if join else "")
        taken.entered.append(room)

    async def _moving(self, room: str, old: str) -> Deed | None:
        """What was of ``old`` becomes the room's, if both say so."""
        if not old or replaced_by(await self._rooms.created(room)) != old:
            return None
        me = self._session.user_id
        return lambda batch: batch.moved(Place(PLATFORM, me, old), Place(PLATFORM, me, room))

    # --------------------------------------------------------------------------- rooms

    async def _room(self, room: str, told: Raw, since: str | None, taken: Taken, *, patient: bool) -> None:
        """One room's part of the answer."""
        events = await self._whole(room, told, since, patient=patient)
        if room not in self._inside:
            join = self._own_join([*events_at(told, "state", "events"), *events])
            async with self._guarded(room, taken, patient=patient):
                await self._entered(room, join, taken)
            if not any(map(self._is_join, events)):
                return  # what stands there was said before: nobody asked us
        if since is None:
            return  # also of a new device in rooms that we know: it could not read what was sealed
        scene: Scene | None = None
        for event in since_join(events, self._session.user_id):
            async with self._guarded(text_at(event, "event_id"), taken, patient=patient):
                if scene is None and event.get("type") != MEMBER:
                    scene = await self._scene(room)
                await self._event(event, scene or Scene(self._session.user_id, room), taken)

    @asynccontextmanager
    async def _guarded(self, what: str, taken: Taken, *, patient: bool) -> AsyncIterator[None]:
        """What breaks on one event costs no other event."""
        try:
            yield
        except MatrixFault as fault:
            if patient:
                raise
            log.error("%s left out: %s", what, fault)  # noqa: TRY400 - no bug of ours
            taken.left_out += 1
        except SetupError:
            raise  # signed out for good
        except Exception:
            log.exception("%s left out", what)
            taken.left_out += 1

    async def _whole(self, room: str, told: Raw, since: str | None, *, patient: bool) -> list[dict[str, Any]]:
        """The timeline without gap, each event once."""
        events = events_at(told, "timeline", "events")
        begin = text_at(told, "timeline", "prev_batch")
        limited = map_at(told, "timeline").get("limited") is True
        if limited and begin and since is not None and not any(map(self._is_join, events)):
            try:
                events = [*await gap(self._session, room, begin, since), *events]
            except MatrixFault as fault:
                if patient:
                    raise
                log.error("room=%s: what a sync left out is lost: %s", room, fault)  # noqa: TRY400
        return list({text_at(event, "event_id"): event for event in events}.values())

    async def _scene(self, room: str) -> Scene:
        direct, names = await self._rooms.direct(room), await self._rooms.names(room)
        return Scene(self._session.user_id, room, direct, names, self._prefix)

    def _own_join(self, events: list[dict[str, Any]]) -> Joined | None:
        found = [event for event in events if self._is_join(event)]
        scene = Scene(self._session.user_id, "")
        joined = understood(found[-1], scene) if found else None
        return joined if isinstance(joined, Joined) else None

    def _is_join(self, event: Raw) -> bool:
        return event.get("type") == MEMBER and isinstance(
            understood(event, Scene(self._session.user_id, "")), Joined
        )

    # -------------------------------------------------------------------------- events

    async def _late(self, taken: Taken, *, patient: bool) -> None:
        """What could not be read, and whose key has come."""
        for one in self._pending.readable():
            opened = unsealed(self._session.client, one.room, one.event)
            if opened is None:
                continue
            async with self._guarded(one.name, taken, patient=patient):
                if opened:
                    await self._event(opened, await self._scene(one.room), taken)
            taken.note(one.name, None)
            taken.read.append(one)

    async def _event(self, event: Raw, scene: Scene, taken: Taken) -> None:
        if event.get("type") == ENCRYPTED:
            opened = unsealed(self._session.client, scene.room, event)
            if opened is None:
                self._unread(event, scene, taken)
                return
            event = opened
        found = await self._asked(understood(event, scene), scene)
        match found:
            case Request():
                request = await self._with_standing(found)
                taken.deeds.append(lambda batch: batch.take(request))
            case Echo(key, message_id):
                taken.deeds.append(lambda batch: batch.heard(key, message_id))
            case Withdrawn(place, source, message_id):
                taken.deeds.append(lambda batch: batch.withdrawn(place, source, source))
                if message_id:
                    taken.deeds.append(lambda batch: batch.taken_down(place, message_id))
                    self._forgotten(unread_name(scene.room, message_id), taken)
            case Left():
                taken.lonely[scene.room] = None
            case Replaced():
                await self._replaced(found, scene, taken)

    def _unread(self, event: Raw, scene: Scene, taken: Taken) -> None:
        if event.get("sender") == scene.me or not map_at(event, "content"):
            return  # of an earlier device of ours, or redacted
        one = self._pending.seen(scene.room, event)
        taken.note(one.name, one.noted())
        taken.unread.append(one)

    def _forgotten(self, name: str, taken: Taken) -> None:
        """Redacted before it could be read: nobody waits for its key."""
        taken.note(name, None)
        taken.unread = [one for one in taken.unread if one.name != name]
        taken.read += self._pending.named(name)

    async def _replaced(self, found: Replaced, scene: Scene, taken: Taken) -> None:
        """The room goes on elsewhere: we go there, at once or when we are invited."""
        new, old = found.room, scene.room
        if new in self._inside or new in taken.entered:
            moved = await self._moving(new, old)
            taken.deeds += [moved] if moved is not None else []
            return
        taken.moved[new] = old
        taken.note(f"{MOVED}{new}", old)
        taken.note(f"{INVITE}{new}", Invitation(new, "", old, found.server).noted())
        taken.invited = True

    async def _asked(self, found: Happening | None, scene: Scene) -> Happening | None:
        """An edit and a press are about another message, which is looked at here."""
        match found:
            case Edited():
                original = await self._message(scene.room, found.target)
                if original is None:
                    return None
                return edited(found, scene, original, await self._edits(found, scene.room))
            case Pressed():
                target = await self._message(scene.room, found.target)
                return None if target is None else press(found, scene, target)
        return found

    async def _with_standing(self, request: Request) -> Request:
        """Who somebody is matters only where something is changed."""
        if not request.command or not changes(request.text):
            return request
        standing = await self._rooms.standing(request.place.channel, request.user)
        return request if standing is Standing.MEMBER else replace(request, standing=standing)

    # --------------------------------------------------------------------- other events

    async def _message(self, room: str, event_id: str) -> Mapping[str, Any] | None:
        """One event, as it was first sent, open; None where it cannot be had."""
        try:
            event = await self._session.call("GET", f"{room_path(room)}/event/{quote(event_id, safe='')}")
        except MatrixFault as fault:
            if fault.refusal is None:
                raise
            return None
        return self._open(event, room)

    async def _edits(self, edit: Edited, room: str) -> list[Raw]:
        """The new contents of the author's edits before this one, in order."""
        path = f"{_V1}/rooms/{quote(room, safe='')}/relations/{quote(edit.target, safe='')}/m.replace"
        try:
            page = await self._session.call("GET", f"{path}?limit={_EDITS}")
        except MatrixFault as fault:
            if fault.refusal is None:
                raise
            return []
        found = [
            (time_of(event), text_at(event, "event_id"), self._open(event, room))
            for event in events_at(page, "chunk")
            if event.get("sender") == edit.user
        ]
        now = (edit.at_ms, edit.event_id)
        earlier = sorted(
            (one for one in found if one[:2] < now and one[1] != edit.event_id), key=lambda one: one[:2]
        )
        return [map_at(event, "content", "m.new_content") for _, _, event in earlier if event]

    def _open(self, event: Raw, room: str) -> Mapping[str, Any] | None:
        if event.get("type") != ENCRYPTED:
            return event
        return unsealed(self._session.client, room, event) or None
