"""Reading what a homeserver sends: JSON of which nothing is certain. Pure; nothing here raises.

Whoever is in a room writes into it what they like, so every field may be of any type.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Raw = Mapping[str, Any]

_ID_LIMIT_BYTES = 255  # of every identifier (spec, "Identifier Grammar")


def text_at(raw: Raw, *path: str) -> str:
    """The string at ``path``, "" where there is none."""
    found = _at(raw, *path)
    return found if isinstance(found, str) else ""


def id_at(raw: Raw, sigil: str, *path: str) -> str:
    """The identifier at ``path``, of an event ("$") or a room ("!"); "" for what cannot be one.

    A homeserver checks none that stands inside an encrypted message or came from another one, and hangs up
    on a question that is 16 KiB long: asked about such a thing it would seem to be down.
    """
    found = text_at(raw, *path)
    try:
        fits = 1 < len(found.encode()) <= _ID_LIMIT_BYTES
    except UnicodeEncodeError:  # half a character
        return ""
    return found if fits and found.startswith(sigil) else ""


def map_at(raw: Raw, *path: str) -> Raw:
    """The object at ``path``, an empty one where there is none."""
    found = _at(raw, *path)
    return found if isinstance(found, dict) else {}


def list_at(raw: Raw, *path: str) -> list[Any]:
    """The list at ``path``, an empty one where there is none."""
    found = _at(raw, *path)
    return found if isinstance(found, list) else []


def texts_at(raw: Raw, *path: str) -> tuple[str, ...]:
    """The strings of the list at ``path``."""
    return tuple(one for one in list_at(raw, *path) if isinstance(one, str))


def events_at(raw: Raw, *path: str) -> list[dict[str, Any]]:
    """The objects of the list at ``path``."""
    return [one for one in list_at(raw, *path) if isinstance(one, dict)]


def server_of(matrix_id: str) -> str:
    """``@ann:example.org:8448`` -> ``example.org:8448``; "" where there is none."""
    return matrix_id.partition(":")[2]


def _at(raw: Raw, *path: str) -> object:
    found: object = raw
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found
