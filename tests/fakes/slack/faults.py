"""Faults that a test orders for the next calls of a method, and Slack's own pace."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

KINDS = ("ratelimited", "server_error", "html", "dropped", "lost", "slow", "stuck")


@dataclass(frozen=True)
class Fault:
    """``kind``:

    * ratelimited: 429 with Retry-After ``after_s``
    * server_error: 503 without a JSON body
    * html: 200 with a page instead of JSON
    * dropped: the connection ends before anything is taken
    * lost: it is taken, then the connection ends without an answer
    * slow: it is taken, the answer comes after ``after_s``
    * stuck: nothing is taken, no answer for ``after_s``, then the connection ends
    * any other word: that error, ``ok: false``
    """

    kind: str
    after_s: float = 1.0


class Faults:
    def __init__(self) -> None:
        self._next: dict[str, deque[Fault]] = defaultdict(deque)

    def order(self, method: str, times: int, fault: Fault) -> None:
        self._next[method].extend([fault] * times)

    def take(self, method: str) -> Fault | None:
        waiting = self._next.get(method)
        return waiting.popleft() if waiting else None

    @property
    def left(self) -> dict[str, int]:
        """What was ordered and never met: a test asserts that it is empty."""
        return {method: len(faults) for method, faults in self._next.items() if faults}


def cut(request: web.Request) -> web.Response:
    """Ends the connection; the answer is never seen."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def suffer(fault: Fault, request: web.Request, take: Callable[[], Awaitable[object]]) -> web.Response:
    """The answer under a fault that stands before or after the taking."""
    match fault.kind:
        case "ratelimited":
            return limited(fault.after_s)
        case "server_error":
            return web.Response(status=503, text="upstream connect error")
        case "html":
            return web.Response(text="<html><body>Back soon</body></html>", content_type="text/html")
        case "stuck":
            await asyncio.sleep(fault.after_s)
        case "lost":
            await take()
    return cut(request)


def limited(after_s: float) -> web.Response:
    headers = {"Retry-After": str(max(1, round(after_s)))}
    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)


# calls a minute, workspace and app, as the method pages rate them: tiers 2, 3 and 4 are 20, 50 and 100
TIERS = {
    "reactions.remove": 20,
    "reactions.add": 50, "chat.update": 50, "chat.delete": 50, "conversations.info": 50,
    "conversations.open": 50,
    "chat.postEphemeral": 100, "users.info": 100, "conversations.members": 100, "views.open": 100,
    "views.update": 100, "views.publish": 100,
}  # fmt: skip


class Tiers:
    """How often a minute a method may be called for a workspace; a minute's worth may come at once."""

    def __init__(self, per_minute: Mapping[str, int]) -> None:
        self._paces = {method: Pace(limit / 60, limit) for method, limit in per_minute.items()}

    def wait_s(self, method: str, team: str) -> float:
        pace = self._paces.get(method)
        return 0.0 if pace is None else pace.wait_s(team)

    @property
    def refused(self) -> dict[str, int]:
        """method -> calls that came too fast."""
        return {method: pace.refused for method, pace in self._paces.items() if pace.refused}


class Pace:
    """One message a second and channel, with a burst; off while ``per_s`` is None."""

    def __init__(self, per_s: float | None = None, burst: int = 5) -> None:
        self.per_s = per_s
        self.burst = burst
        self._left: dict[str, tuple[float, float]] = {}
        self.refused = 0

    def wait_s(self, channel: str) -> float:
        """0.0 when the message may pass (and is counted), else the seconds to wait."""
        if self.per_s is None:
            return 0.0
        now = time.monotonic()
        left, seen = self._left.get(channel, (float(self.burst), now))
        left = min(float(self.burst), left + (now - seen) * self.per_s)
        if left < 1.0:
            self._left[channel] = (left, now)
            self.refused += 1
            return (1.0 - left) / self.per_s
        self._left[channel] = (left - 1.0, now)
        return 0.0
