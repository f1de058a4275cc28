"""Whose turn it is to send, once a homeserver has asked to wait. No I/O but sleeping.

Synapse gives an account 10 events, then one in 5 s, unless an administrator lifts it (facts of 2026-11-22,
section 6): the limit is the account's, whatever the room. Until one is met nobody waits; then turns are
given out in the order of asking, as far apart as the homeserver's own answers say. Nobody waits in process
longer than ``longest_s``: his turn is kept for him, and he is told when it comes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from bot.ports import ChatDown

LONGEST_S = 5.5  # Synapse's one event in 5 s, and the way there
_WIDEST_S = 10.0  # between two turns, whatever was asked for
_KEPT_S = 60.0  # a turn that nobody takes up after that is another's
_QUIET_S = 60.0  # after so long without a limit, nobody waits again: 10 events have come back by then
_MOST = 4096


class Turns:
    """``now`` is monotonic seconds."""

    def __init__(self, *, longest_s: float = LONGEST_S, now: Callable[[], float] = time.monotonic) -> None:
        self._longest_s = longest_s
        self._now = now
        self._next = 0.0  # when the turn after all that were given out is
        self._apart_s = 0.0  # 0.0: no limit is known
        self._due: dict[str, float] = {}  # key -> when its turn is; in order of asking
        self._limited_at = 0.0
        self.waited_s = 0.0  # of limits met, in all: for whoever asks how the account fares

    async def turn(self, key: str) -> None:
        """Wait for the turn of ``key``. Raises ChatDown (with the wait) when it is far off."""
        begun = self._now()
        while (wait_s := self._turn_of(key) - self._now()) > 0:
            if self._now() + wait_s - begun > self._longest_s:
                raise ChatDown("the homeserver limits how fast this account may speak", wait_s)
            await asyncio.sleep(wait_s)  # the limit may be met anew meanwhile, and turns given out anew

    def waits(self, key: str) -> bool:
        """Whether the turn of ``key`` is yet to come."""
        return self._turn_of(key) > self._now()

    def taken(self, key: str) -> None:
        self._due.pop(key, None)

    def limited(self, key: str, for_s: float) -> None:
        """The homeserver refused ``key`` for so long: it goes first then, and all others behind it."""
        now = self._now()
        self._limited_at = now
        self.waited_s += for_s
        self._apart_s = min(max(self._apart_s, for_s), _WIDEST_S)
        others = [other for other in self._due if other != key]
        self._due = {}
        self._next = now + for_s
        for one in (key, *others):
            self._give(one)

    def _turn_of(self, key: str) -> float:
        now = self._now()
        if self._apart_s and now > max(self._next, self._limited_at) + _QUIET_S:
            self._apart_s = 0.0
        kept = self._due.get(key)
        if kept is not None and now < kept + _KEPT_S:
            return kept
        self._tidy(now)
        return self._give(key)

    def _give(self, key: str) -> float:
        due = max(self._next, self._now())
        self._next = due + self._apart_s
        self._due.pop(key, None)
        self._due[key] = due
        return due

    def _tidy(self, now: float) -> None:
        if len(self._due) > _MOST:
            self._due = {key: due for key, due in self._due.items() if now < due + _KEPT_S}
