"""How fast Slack is spoken to: turns for posts into a channel, pauses where it asked for one.

"1 per second" and channel, with "short bursts >1 allowed" (docs.slack.dev/apis/web-api/rate-limits; the
length of a burst is not said, so it is kept short). Who has waited longest goes first. Nobody waits in
process longer than ``longest_s``: his turn is kept for him, and he is told when it comes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from bot.ports import ChatDown

EVERY_S = 1.0
BURST = 4
LONGEST_S = 5.0
_KEPT_S = 60.0  # a turn that nobody takes up after that is another's
_SCOPES = 4096  # channels remembered; an idle one is as good as new after BURST seconds


class Pace:
    """``turn`` before a post, ``pause`` after a refusal. ``now`` is monotonic seconds."""

    def __init__(
        self,
        *,
        every_s: float = EVERY_S,
        burst: int = BURST,
        longest_s: float = LONGEST_S,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._every_s = every_s
        self._longest_s = longest_s
        self._ahead_s = every_s * (burst - 1)
        self._now = now
        self._next: dict[str, float] = {}  # scope -> when the next post is due, were there no burst
        self._turns: dict[tuple[str, str], float] = {}  # scope and key -> when its turn is
        self._paused: dict[str, float] = {}  # scope -> until when

    async def turn(self, scope: str, key: str) -> None:
        """Wait for the turn of ``key`` in ``scope``. Raises ChatDown (with the wait) when it is far off."""
        while (wait_s := self._due(scope, key) - self._now()) > 0:
            if wait_s > self._longest_s:
                raise ChatDown("posts into this channel wait their turn", wait_s)
            await asyncio.sleep(wait_s)  # a pause may begin meanwhile, and give out the turns anew
        self._turns.pop((scope, key), None)

    async def free(self, scope: str) -> None:
        """Wait for the end of a pause. Raises ChatDown when it is far off."""
        while (wait_s := self._paused.get(scope, 0.0) - self._now()) > 0:
            if wait_s > self._longest_s:
                raise ChatDown("Slack asked for a pause", wait_s)
            await asyncio.sleep(wait_s)
        self._paused.pop(scope, None)

    def pause(self, scope: str, for_s: float) -> None:
        """Nothing more into ``scope`` until then; turns that were kept are given out anew behind it."""
        until = self._now() + for_s
        self._paused[scope] = max(until, self._paused.get(scope, 0.0))
        self._next[scope] = self._paused[scope]
        for turn in [turn for turn in self._turns if turn[0] == scope]:
            del self._turns[turn]

    def left_s(self, scope: str) -> float:
        """Of its pause; 0.0 when there is none."""
        return max(0.0, self._paused.get(scope, 0.0) - self._now())

    def _due(self, scope: str, key: str) -> float:
        """When the turn is: the one that was kept, or a new one behind all others."""
        now = self._now()
        kept = self._turns.get((scope, key))
        if kept is not None and now < kept + _KEPT_S:
            return kept
        following = max(self._next.get(scope, 0.0), now - self._ahead_s)
        self._next[scope] = following + self._every_s
        due = max(following, now)
        self._turns[scope, key] = due
        self._tidy(now)
        return due

    def _tidy(self, now: float) -> None:
        if len(self._next) > _SCOPES:
            self._next = {scope: due for scope, due in self._next.items() if due > now - self._ahead_s}
        if len(self._turns) > _SCOPES:
            self._turns = {turn: due for turn, due in self._turns.items() if now < due + _KEPT_S}
