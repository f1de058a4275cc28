"""Who can read what: asked of Slack before a digest of one channel is shown to somebody."""

from __future__ import annotations

import logging
from collections.abc import Callable
from enum import StrEnum

from adapters.slack.clients import Clients
from adapters.slack.faults import SlackFault, told
from adapters.slack.people import People
from bot.ports import ChatDown, ChatRefused
from bot.standing import Standing
from bot.types import Place

log = logging.getLogger(__name__)

KEPT_S = 60.0
_MOST = 10_000  # answers remembered
_PAGE = 999  # members asked for at a time; Slack's own limit is "under 1000"
_PAGES = 100


class _Kind(StrEnum):
    PUBLIC = "public"
    MEMBERS = "members"  # private channels and group messages
    DIRECT = "direct"


class Sight:
    """``now`` is monotonic seconds. Answers are remembered for a minute."""

    def __init__(self, clients: Clients, people: People, now: Callable[[], float]) -> None:
        self._clients = clients
        self._people = people
        self._now = now
        self._known: dict[tuple[str, str, str], tuple[float, bool]] = {}

    async def may_see(self, user: str, place: Place) -> bool:
        """A public channel is open to every full member of the workspace, anything else to its members.
        False where Slack refuses to say. Raises ChatDown."""
        if place.platform != "slack":
            return False
        asked = (place.workspace, place.channel, user)
        known = self._known.get(asked)
        if known is not None and self._now() - known[0] < KEPT_S:
            return known[1]
        try:
            answer = await self._asked(user, place)
        except ChatRefused as error:
            log.warning("channel=%s user=%s may not see it: %s", place.channel, user, error)
            return False
        except SlackFault as error:
            raised = error.fault.raised()
            if isinstance(raised, ChatDown):
                raise raised from error
            log.warning("channel=%s user=%s may not see it: %s", place.channel, user, raised)
            return False
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[asked] = (self._now(), answer)
        return answer

    async def _asked(self, user: str, place: Place) -> bool:
        if place.channel[:1] in {"U", "W"}:
            return place.channel == user
        kind = await self._kind(place)
        if kind is _Kind.PUBLIC:
            person = await self._people.person(place.workspace, user)
            if person.standing in {Standing.MEMBER, Standing.ADMIN}:
                return True
        return await self._inside(user, place)

    async def _kind(self, place: Place) -> _Kind:
        if place.channel[:1] == "D":
            return _Kind.DIRECT
        client = await self._clients.of(place.workspace)
        with told():
            answer = await client.conversations_info(channel=place.channel)
        channel = answer.get("channel") or {}
        private = channel.get("is_private") or channel.get("is_im") or channel.get("is_mpim")
        return _Kind.PUBLIC if channel.get("is_channel") and not private else _Kind.MEMBERS

    async def _inside(self, user: str, place: Place) -> bool:
        client = await self._clients.of(place.workspace)
        cursor = ""
        for _ in range(_PAGES):
            with told():
                page = await client.conversations_members(
                    channel=place.channel, limit=_PAGE, cursor=cursor or None
                )
            if user in (page.get("members") or ()):
                return True
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return False
        raise ChatDown(f"channel {place.channel} has more members than are looked through")
