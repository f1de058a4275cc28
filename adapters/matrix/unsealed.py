"""Decrypting: an ``m.room.encrypted`` event as it was before its sender's device sealed it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from nio import AsyncClient, Event, MegolmEvent
from nio.exceptions import EncryptionError

from adapters.matrix.events import MESSAGE, REACTION
from adapters.matrix.raw import Raw, map_at, text_at

log = logging.getLogger(__name__)

_SEALED = frozenset({MESSAGE, REACTION})  # what may come out: state and redactions are never sealed


def megolm_of(event: Raw, room: str) -> MegolmEvent | None:
    """nio's form of the event; None for what is not sealed as rooms seal."""
    found = Event.parse_encrypted_event(dict(event))
    if not isinstance(found, MegolmEvent) or not (found.sender_key and found.session_id):
        return None
    found.room_id = room
    return found


def has_key(client: AsyncClient, room: str, event: Raw) -> bool:
    """Whether it is worth a try."""
    sender_key, session = text_at(event, "content", "sender_key"), text_at(event, "content", "session_id")
    store = client.olm.inbound_group_store if client.olm and sender_key and session else None
    return store is not None and store.get(room, sender_key, session) is not None


def unsealed(client: AsyncClient, room: str, event: Raw) -> Mapping[str, Any] | None:
    """The event with its own type and content; None while it cannot be read. {} for what no honest client
    sends: sealed for another room, or as something that is never sealed."""
    megolm = megolm_of(event, room) if has_key(client, room, event) else None
    if megolm is None:
        return None
    try:
        found = client.decrypt_event(megolm).source
    except EncryptionError as error:
        log.info("event=%s cannot be decrypted: %s", megolm.event_id, error)
        return None
    if not isinstance(found, dict) or found.get("room_id") not in {None, room}:
        return {}
    if found.get("type") not in _SEALED:
        return {}
    content = dict(map_at(found, "content"))
    relation = map_at(event, "content", "m.relates_to")  # is not sealed: homeservers act on it
    if relation:
        content["m.relates_to"] = relation
    outside = {name: event[name] for name in ("event_id", "sender", "origin_server_ts") if name in event}
    return {"type": text_at(found, "type"), "content": content, **outside}
