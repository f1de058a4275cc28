"""Reading what a homeserver sends: JSON of which nothing is certain. Pure; nothing here raises.

Whoever is in a room writes into it what they like, so every field may be of any type.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Raw = Mapping[str, Any]


def text_at(raw: Raw, *path: str) -> str:
    """The string at ``path``, "" where there is none."""
    found = _at(raw, *path)
    return found if isinstance(found, str) else ""


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
