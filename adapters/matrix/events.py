"""A room's events -> what happened, as frozen types. Pure; any JSON object is taken, none raises.

An encrypted event comes here decrypted. The keys made here are the same whenever an event comes again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from adapters.matrix.presses import pressed
from adapters.matrix.raw import Raw, id_at, map_at, text_at
from adapters.matrix.said import Said, new_links, said
from bot.choices import TABLE, typed
from bot.desk.reading import digest_id
from bot.desk.spoken import is_command
from bot.types import Place, Request

PLATFORM = "matrix"
KEY_FIELD = "org.nutgraf.key"  # in what the bot posts: the delivery's key
MESSAGE, ENCRYPTED, REACTION = "m.room.message", "m.room.encrypted", "m.reaction"
REDACTION, MEMBER, TOMBSTONE = "m.room.redaction", "m.room.member", "m.room.tombstone"


@dataclass(frozen=True, slots=True)
class Scene:
    """Where an event happens: the bot's user id and names, the room, whether it is a direct conversation."""

    me: str
    room: str
    direct: bool = False
    names: tuple[str, ...] = ()
    prefix: str = "!nutgraf"


@dataclass(frozen=True, slots=True)
class Echo:
    """A message of our own: the homeserver took the delivery ``key``."""

    key: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The message whose request key is ``source`` was redacted, or its links were taken out of it.
    ``message_id``: of what was redacted, which may be a message of ours."""

    place: Place
    source: str
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Pressed:
    """Somebody reacted with a sign of ours to the message ``target``, which has to be looked at: whose it
    is, and of which digest."""

    target: str
    choice_id: str
    key: str
    user: str


@dataclass(frozen=True, slots=True)
class Edited:
    """The message ``target`` now has another ``content``; what was said before has to be looked at."""

    target: str
    event_id: str
    user: str
    at_ms: int
    content: Raw


@dataclass(frozen=True, slots=True)
class Joined:
    """The bot came into the room, by its own join (an invitation accepted, or put in by an admin)."""

    event_id: str
    inviter: str
    direct: bool


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody else is not in the room any more."""

    user: str


@dataclass(frozen=True, slots=True)
class Replaced:
    """The room goes on elsewhere (a tombstone). ``server`` knows the new room."""

    room: str
    server: str


Happening = Request | Echo | Withdrawn | Pressed | Edited | Joined | Left | Replaced


def understood(event: Raw, scene: Scene) -> Happening | None:
    """What an event of a room's timeline means to the desk; None: nothing."""
    maker = _MAKERS.get(text_at(event, "type"))
    if maker is None or not text_at(event, "event_id") or not text_at(event, "sender"):
        return None
    return maker(event, scene)


def message_key(room: str, event_id: str) -> str:
    return f"{PLATFORM}:{room}:{event_id}"


def place_of(scene: Scene, event_id: str, content: Raw) -> Place:
    """Where a message is answered: in its thread, else below it; in a direct conversation just there."""
    thread = thread_of(content) or (None if scene.direct else event_id)
    return Place(PLATFORM, scene.me, scene.room, thread)


def thread_of(content: Raw) -> str:
    """The root of the thread that a message stands in, "" if in none."""
    relation = map_at(content, "m.relates_to")
    return id_at(relation, "$", "event_id") if relation.get("rel_type") == "m.thread" else ""


# -------------------------------------------------------------------------- messages


def _message(event: Raw, scene: Scene) -> Happening | None:
    content, event_id, sender = map_at(event, "content"), text_at(event, "event_id"), text_at(event, "sender")
    relation = map_at(content, "m.relates_to")
    if sender == scene.me:
        key = text_at(content, KEY_FIELD)
        return Echo(key, event_id) if key and relation.get("rel_type") != "m.replace" else None
    if relation.get("rel_type") == "m.replace":
        target, new = id_at(relation, "$", "event_id"), map_at(content, "m.new_content")
        if not target or not new:
            return None
        return Edited(target, event_id, sender, time_of(event), new)
    found = said(content, scene.me, scene.names, scene.prefix)
    if found is None:
        return None
    ask = Request(message_key(scene.room, event_id), place_of(scene, event_id, content), sender, found.text)
    return asked(ask, found, direct=scene.direct)


def asked(ask: Request, found: Said, *, direct: bool) -> Request | None:
    """``ask`` with what its words come to. A verb behind the bot's name makes a command, or before it if
    nothing stands behind; links are to be read; other words are a command only behind a name that leads, or
    in a direct conversation: "as @nutgraf wrote" is talk about it."""
    linked = bool(found.links)
    if not found.named and not direct:
        return replace(ask, links=found.links) if linked else None
    words = found.after or found.text
    if is_command(words, with_link=linked):
        return replace(ask, text=words, command=True)
    if linked:
        return replace(ask, links=found.links, addressed=True)
    return replace(ask, command=True) if found.leads or direct else None


def edited(edit: Edited, scene: Scene, original: Raw, earlier: Sequence[Raw]) -> Request | Withdrawn | None:
    """What an edit asks for: the links that it adds are read, in the place of those that it takes out;
    where none is left, what was made of the message goes. Nobody but its author edits a message.

    ``original``: the whole event; ``earlier``: the new contents of edits before this one, in order.
    """
    content = map_at(original, "content")
    if text_at(original, "sender") != edit.user or text_at(original, "type") != MESSAGE:
        return None
    relation = map_at(content, "m.relates_to")  # the new content has none
    shown = [said({**one, "m.relates_to": relation}, scene.me, scene.names, scene.prefix)
             for one in (content, *earlier, edit.content)]  # fmt: skip
    now, before = shown[-1], shown[-2]
    if now is None:
        return None
    source, place = message_key(scene.room, edit.target), place_of(scene, edit.target, content)
    old = before.links if before is not None else ()
    if old and not now.links:
        return Withdrawn(place, source)
    addressed = now.named or scene.direct
    links = now.links if now.named and (before is None or not before.named) else new_links(old, now.links)
    if not links or (addressed and is_command(now.after or now.text, with_link=True)):
        return None
    ask = Request(f"{source}:edited:{edit.event_id}", place, edit.user, now.text, links)
    return replace(ask, addressed=addressed, source=source, instead=new_links(now.links, old))


def _redacted(event: Raw, scene: Scene) -> Withdrawn | None:
    """Room versions differ in where they name the event; a homeserver checks whether it may be."""
    gone = id_at(event, "$", "redacts") or id_at(event, "$", "content", "redacts")
    if not gone or text_at(event, "sender") == scene.me:
        return None
    return Withdrawn(Place(PLATFORM, scene.me, scene.room), message_key(scene.room, gone), gone)


# --------------------------------------------------------------------------- presses


def _reaction(event: Raw, scene: Scene) -> Pressed | None:
    relation = map_at(event, "content", "m.relates_to")
    target, sender = id_at(relation, "$", "event_id"), text_at(event, "sender")
    choice = pressed(text_at(relation, "key")[:16])
    if choice is None or not target or sender == scene.me or relation.get("rel_type") != "m.annotation":
        return None
    key = f"{PLATFORM}:{scene.room}:press:{text_at(event, 'event_id')}"
    return Pressed(target, choice, key, sender)


def press(found: Pressed, scene: Scene, target: Raw) -> Request | None:
    """The command that the press stands for; ``target``: the whole event that was reacted to. None when
    that is no message of ours."""
    content = map_at(target, "content")
    key = text_at(content, KEY_FIELD)
    if not key or text_at(target, "sender") != scene.me or text_at(target, "type") != MESSAGE:
        return None
    choice = TABLE[found.choice_id]
    below = text_at(content, "m.relates_to", "m.in_reply_to", "event_id") or found.target
    thread = thread_of(content) or (None if scene.direct else below)
    return Request(
        key=found.key,
        place=Place(PLATFORM, scene.me, scene.room, thread),
        user=found.user,
        text=typed(found.choice_id, digest_id(key) if choice.of_digest else None),
        command=True,
        private=True,
    )


# ----------------------------------------------------------------------- members, room


def _member(event: Raw, scene: Scene) -> Joined | Left | None:
    user, membership = text_at(event, "state_key"), text_at(event, "content", "membership")
    if user != scene.me:
        return Left(user) if user and membership in {"leave", "ban"} else None
    if membership != "join" or was_inside(event):  # that it was put out, a sync tells by itself
        return None
    before = map_at(event, "unsigned", "prev_content")
    inviter = text_at(event, "unsigned", "prev_sender") if before.get("membership") == "invite" else ""
    return Joined(text_at(event, "event_id"), inviter, before.get("is_direct") is True)


def was_inside(event: Raw) -> bool:
    """Of a join: whoever joins has been in the room before, and only changes name or picture."""
    return text_at(event, "unsigned", "prev_content", "membership") == "join"


def _tombstone(event: Raw, scene: Scene) -> Replaced | None:
    room = id_at(event, "!", "content", "replacement_room")
    if event.get("state_key") != "" or not room or room == scene.room:
        return None
    return Replaced(room, text_at(event, "sender").partition(":")[2])


_MAKERS: Mapping[str, Callable[[Raw, Scene], Happening | None]] = {
    MESSAGE: _message,
    REACTION: _reaction,
    REDACTION: _redacted,
    MEMBER: _member,
    TOMBSTONE: _tombstone,
}


def time_of(event: Raw) -> int:
    """Milliseconds since 1970, as its homeserver says; 0 when it says none."""
    at = event.get("origin_server_ts")
    return at if isinstance(at, int) and not isinstance(at, bool) else 0
