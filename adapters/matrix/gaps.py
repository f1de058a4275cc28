"""What a sync leaves out: of a room where more was said than it tells, the rest is fetched, in order."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from adapters.matrix.events import ENCRYPTED, MEMBER, MESSAGE, REACTION, REDACTION, TOMBSTONE, was_inside
from adapters.matrix.faults import MatrixFault
from adapters.matrix.raw import Raw, events_at, text_at
from adapters.matrix.rooms import room_path
from adapters.matrix.session import Session

log = logging.getLogger(__name__)

PAGE = 100
LONGEST = 5_000  # events of one room; what is older is lost, and the log says so

_FILTER = json.dumps(
    {"types": [MESSAGE, ENCRYPTED, REACTION, REDACTION, MEMBER, TOMBSTONE], "lazy_load_members": False}
)


async def gap(session: Session, room: str, begin: str, since: str | None) -> list[dict[str, Any]]:
    """The events between ``since`` (where the last sync ended) and ``begin`` (where this one starts), oldest
    first; no further back than the bot's own join. Raises MatrixFault when they may be had later."""
    found: list[dict[str, Any]] = []
    token = begin
    while token and len(found) < LONGEST:
        query = {"dir": "b", "from": token, "limit": str(PAGE), "filter": _FILTER}
        if since:
            query["to"] = since
        try:
            page = await session.call("GET", f"{room_path(room)}/messages?{urlencode(query)}")
        except MatrixFault as fault:
            if fault.refusal is None:
                raise
            log.warning("room=%s: what was said before is not shown (%s)", room, fault)
            break
        events = events_at(page, "chunk")
        found += events
        following = text_at(page, "end")
        if any(is_own_join(event, session.user_id) for event in events) or following == token:
            break
        token = following
    else:
        if token:
            log.error("room=%s: more than %d events missed; the oldest are not answered", room, LONGEST)
    return found[::-1]


def since_join(events: Sequence[dict[str, Any]], me: str) -> list[dict[str, Any]]:
    """Those after the bot's last join; all where it joined earlier than them."""
    joins = [number for number, event in enumerate(events) if is_own_join(event, me)]
    return list(events[joins[-1] + 1 :]) if joins else list(events)


def is_own_join(event: Raw, me: str) -> bool:
    joined = text_at(event, "content", "membership") == "join" and event.get("state_key") == me
    return event.get("type") == MEMBER and joined and not was_inside(event)
