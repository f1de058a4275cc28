"""Who can read what: asked of the homeserver before a digest of one room is shown to somebody."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from urllib.parse import quote

from adapters.matrix.events import MEMBER
from adapters.matrix.faults import MatrixFault
from adapters.matrix.raw import text_at
from adapters.matrix.rooms import room_path
from adapters.matrix.session import Session
from bot.errors import SetupError
from bot.ports import ChatDown
from bot.types import Place

log = logging.getLogger(__name__)

KEPT_S = 30.0
_MOST = 10_000  # answers remembered


class Sight:
    """``now`` is monotonic seconds. Answers are remembered for half a minute."""

    def __init__(self, session: Session, now: Callable[[], float] = time.monotonic) -> None:
        self._session = session
        self._now = now
        self._known: dict[tuple[str, str], tuple[float, bool]] = {}

    async def may_see(self, user: str, place: Place) -> bool:
        """Members of the room, as long as the bot is one: a room shows those who left how it was. False
        where the homeserver refuses to say. Raises ChatDown."""
        if place.platform != "matrix" or not user:
            return False
        if place.channel.startswith("@"):
            return place.channel == user
        return await self._inside(place.channel, self._session.user_id) and await self._inside(
            place.channel, user
        )

    async def _inside(self, room: str, user: str) -> bool:
        known = self._known.get((room, user))
        if known is not None and self._now() - known[0] < KEPT_S:
            return known[1]
        path = f"{room_path(room)}/state/{MEMBER}/{quote(user, safe='')}"
        try:
            answer = text_at(await self._session.call("GET", path), "membership") == "join"
        except MatrixFault as fault:
            if fault.refusal is None:
                raise ChatDown(fault.cause, fault.retry_after_s) from fault
            if fault.errcode != "M_NOT_FOUND":
                log.warning("room=%s user=%s may not see it: %s", room, user, fault)
            answer = False
        except SetupError as error:
            raise ChatDown(f"the homeserver takes our sign-in no more ({error})") from error
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[room, user] = (self._now(), answer)
        return answer
