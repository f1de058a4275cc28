"""Who somebody is in a workspace: asked of users.info, and remembered for a while."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.slack.clients import Clients
from adapters.slack.faults import SlackFault, told
from bot.ports import ChatDown, ChatRefused
from bot.standing import Standing

log = logging.getLogger(__name__)

KEPT_S = 600.0
_MOST = 10_000  # people remembered, over all workspaces


@dataclass(frozen=True, slots=True)
class Person:
    """``name``: as colleagues see it, hostile until escaped; "" when Slack shows none."""

    standing: Standing
    name: str


class People:
    """``now`` is monotonic seconds."""

    def __init__(self, clients: Clients, now: Callable[[], float] = time.monotonic) -> None:
        self._clients = clients
        self._now = now
        self._known: dict[tuple[str, str], tuple[float, Person]] = {}

    async def standing(self, workspace: str, user: str) -> Standing:
        """GUEST when Slack does not say: who is not known to be more may ask, and changes nothing."""
        try:
            return (await self.person(workspace, user)).standing
        except (ChatDown, ChatRefused) as error:
            log.warning("user=%s taken for a guest, since Slack does not say: %s", user, error)
            return Standing.GUEST

    async def name(self, workspace: str, user: str) -> str:
        """ "" when Slack does not say."""
        try:
            return (await self.person(workspace, user)).name
        except (ChatDown, ChatRefused):
            return ""

    async def person(self, workspace: str, user: str) -> Person:
        """Raises ChatDown, ChatRefused."""
        known = self._known.get((workspace, user))
        if known is not None and self._now() - known[0] < KEPT_S:
            return known[1]
        client = await self._clients.of(workspace)
        try:
            with told():
                answer = await client.users_info(user=user)
        except SlackFault as error:
            raise error.fault.raised() from error
        person = person_of(answer.get("user") or {}, workspace)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[workspace, user] = (self._now(), person)
        return person


def person_of(user: Mapping[str, Any], workspace: str) -> Person:
    """Pure: what users.info says of somebody, seen from ``workspace``."""
    profile = user.get("profile") or {}
    names = (profile.get("display_name"), profile.get("real_name"), user.get("real_name"), user.get("name"))
    return Person(_standing(user, workspace), next((str(name) for name in names if name), ""))


def _standing(user: Mapping[str, Any], workspace: str) -> Standing:
    # In an Enterprise organisation a colleague's team_id may be another workspace, and "teams" names ours.
    organisation = user.get("enterprise_user") or {}
    at_home = workspace in {user.get("team_id"), *(organisation.get("teams") or ())}
    if user.get("is_stranger") or not at_home:
        return Standing.STRANGER
    if user.get("deleted") or user.get("is_bot"):
        return Standing.GUEST
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return Standing.GUEST
    if user.get("is_admin") or user.get("is_owner") or user.get("is_primary_owner"):
        return Standing.ADMIN
    return Standing.MEMBER
