"""What the bot itself said in a room, read back: whether a delivery was taken, and what stands there."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

from adapters.matrix.content import mark_of
from adapters.matrix.events import ENCRYPTED, KEY_FIELD, MESSAGE
from adapters.matrix.faults import MatrixFault
from adapters.matrix.raw import Raw, events_at, map_at, text_at
from adapters.matrix.rooms import room_path
from adapters.matrix.session import Session
from adapters.matrix.unsealed import unsealed

_PAGE = 100
_PAGES = 3  # of our own words: what is not recorded was sent shortly before we stopped


async def own_event(
    session: Session, room: str, key: str, txn: str, *, page_events: int = _PAGE
) -> dict[str, Any] | None:
    """The bot's message with that delivery key or transaction id, its content decrypted where it can be;
    None when it stands there no more, or never did. Raises MatrixFault when nobody says."""
    mark, token = mark_of(key), ""
    for _ in range(_PAGES):
        page = await _page(session, room, token, page_events)
        for event in events_at(page, "chunk"):
            if text_at(event, "sender") != session.user_id or _gone(event):
                continue
            clear = _clear(session, room, event)
            if (
                text_at(event, "unsigned", "transaction_id") == txn
                or text_at(clear, "content", KEY_FIELD) == mark
            ):
                return {**event, "content": map_at(clear, "content")}
        token = text_at(page, "end")
        if not token:
            break
    return None


async def standing_event(session: Session, room: str, event_id: str) -> bool:
    """Whether a message of the bot stands there. Raises MatrixFault when nobody says."""
    path = f"{room_path(room)}/event/{quote(event_id, safe='')}"
    try:
        event = await session.call("GET", path)
    except MatrixFault as fault:
        if fault.errcode == "M_NOT_FOUND":
            return False
        raise
    return text_at(event, "sender") == session.user_id and not _gone(event)


async def heads_thread(session: Session, room: str, event_id: str) -> bool:
    """Whether somebody has answered the event in a thread. Raises MatrixFault when nobody says."""
    path = f"{room_path(room)}/event/{quote(event_id, safe='')}"
    event = await session.call("GET", path)
    return bool(map_at(event, "unsigned", "m.relations", "m.thread"))


async def _page(session: Session, room: str, token: str, events: int) -> dict[str, Any]:
    wanted = json.dumps({"senders": [session.user_id], "types": [MESSAGE, ENCRYPTED]})
    query = {"dir": "b", "limit": str(events), "filter": wanted, **({"from": token} if token else {})}
    return await session.call("GET", f"{room_path(room)}/messages?{urlencode(query)}")


def _gone(event: Raw) -> bool:
    return not map_at(event, "content") or bool(map_at(event, "unsigned", "redacted_because"))


def _clear(session: Session, room: str, event: Raw) -> Raw:
    if text_at(event, "type") != ENCRYPTED:
        return event
    return unsealed(session.client, room, event) or event
