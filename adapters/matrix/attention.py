"""What shows that the bot is at it: a read receipt, and "is typing" while it reads. Neither is limited."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from urllib.parse import quote

from adapters.matrix.faults import MatrixFault
from adapters.matrix.rooms import room_path
from adapters.matrix.session import Session
from bot.errors import SetupError
from bot.records import UNASKED
from bot.types import Request

log = logging.getLogger(__name__)

_TYPING_MS = 30_000  # a digest takes 0.5 s at the median, 20 s with a slow site
_TIMEOUT_S = 3.0  # nobody's digest waits longer for a sign


class Attention:
    """Never raises."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._reading: Counter[str] = Counter()  # room -> requests that are being read

    async def show(self, request: Request, mark: str) -> None:
        room = request.place.channel
        if not room.startswith("!") or request.key.startswith(UNASKED):
            return
        path = f"{room_path(room)}/typing/{quote(self._session.user_id, safe='')}"
        if mark == "reading":
            self._reading[room] += 1
            await self._try("PUT", path, {"typing": True, "timeout": _TYPING_MS})
            event_id = event_of(request)
            if event_id:
                receipt = f"{room_path(room)}/receipt/m.read/{quote(event_id, safe='')}"
                await self._try("POST", receipt, {})
            return
        self._reading[room] -= 1
        if self._reading[room] <= 0:
            del self._reading[room]
            await self._try("PUT", path, {"typing": False})

    async def _try(self, method: str, path: str, body: object) -> None:
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                await self._session.call(method, path, body)
        except (MatrixFault, SetupError, TimeoutError) as error:
            log.debug("%s %s: %s", method, path, error)


def event_of(request: Request) -> str | None:
    """The event that a request was made of, out of its key."""
    rest = request.key.removeprefix(f"matrix:{request.place.channel}:")
    event_id = rest.rpartition(":edited:")[2] if ":edited:" in rest else rest.removeprefix("press:")
    return event_id if rest != request.key and event_id.startswith("$") else None
