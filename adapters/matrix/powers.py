"""Who may steer the bot in a room, out of the room's raw state. Pure; any JSON object is taken.

nio 0.26 merges old power levels into new ones (a demoted moderator keeps his level) and does not know
that the creators of a room of version 12 stand above all levels: it is not asked.
"""

from __future__ import annotations

import sys
from collections.abc import Collection

from adapters.matrix.raw import Raw, map_at, server_of, text_at, texts_at
from bot.standing import Standing

FEED_EVENT = "org.nutgraf.feed"  # a room may say which level follows feeds: events["org.nutgraf.feed"]
CREATOR = sys.maxsize  # of a room whose creators stand above all levels
_DEFAULT, _OWNER = 50, 100
# the versions in which a creator is only somebody with a level (spec.matrix.org/v1.16/rooms)
_PLAIN_VERSIONS = frozenset(map(str, range(1, 12)))


def level(user: str, powers: Raw | None, create: Raw | None) -> int:
    """The power level of ``user``.

    ``powers``: the content of ``m.room.power_levels``, None when the room has none. ``create``: the whole
    event ``m.room.create`` (its sender is the creator).
    """
    created = create or {}
    if user and text_at(created, "content", "room_version") not in {"", *_PLAIN_VERSIONS}:
        creators = {text_at(created, "sender"), *texts_at(created, "content", "additional_creators")}
        if user in creators:
            return CREATOR
    if powers is None:
        creator = text_at(created, "sender") or text_at(created, "content", "creator")
        return _OWNER if user and user == creator else 0
    own = _number(map_at(powers, "users").get(user))
    return own if own is not None else _number(powers.get("users_default")) or 0


def needed(powers: Raw | None) -> int:
    """The level from which on somebody may steer what the room follows."""
    for stated in (map_at(powers or {}, "events").get(FEED_EVENT), (powers or {}).get("state_default")):
        found = _number(stated)
        if found is not None:
            return found
    return _DEFAULT


def standing(
    user: str,
    membership: str,
    powers: Raw | None,
    create: Raw | None,
    *,
    admins: Collection[str],
    servers: Collection[str] | None,
) -> Standing:
    """``membership`` as the room has it now: whoever was put out meanwhile steers nothing. ``servers``: the
    servers whose people the bot works for, None for all."""
    if membership != "join":
        return Standing.STRANGER
    if user in admins:
        return Standing.ADMIN
    if servers is not None and server_of(user) not in servers:
        return Standing.STRANGER
    return Standing.ADMIN if level(user, powers, create) >= needed(powers) else Standing.MEMBER


def _number(stated: object) -> int | None:
    """Rooms up to version 9 may say a level as a string ("50") or a float."""
    if isinstance(stated, bool):
        return None
    if isinstance(stated, int):
        return stated
    if isinstance(stated, float):
        return int(stated) if abs(stated) < CREATOR else None  # neither NaN nor infinite
    if isinstance(stated, str) and len(stated) < 20:
        try:
            return int(stated)
        except ValueError:
            return None
    return None
