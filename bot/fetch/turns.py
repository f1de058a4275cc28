"""One visit at a time and host, with a gap between visits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_KEPT_HOSTS = 2000  # idle hosts are forgotten above this


@dataclass(slots=True)
class _Host:
    slots: asyncio.Semaphore
    next_at_s: float = 0.0  # the loop's clock
    users: int = 0


@dataclass(slots=True)
class Turns:
    """Queues of the hosts. Whoever waits too long is cancelled by the caller's timeout."""

    gap_s: float
    at_once: int
    _hosts: dict[str, _Host] = field(default_factory=dict)

    @asynccontextmanager
    async def of(self, host: str) -> AsyncIterator[None]:
        """Inside the block the host is ours."""
        state = self._hosts.get(host)
        if state is None:
            self._forget()
            state = self._hosts[host] = _Host(asyncio.Semaphore(self.at_once))
        state.users += 1
        try:
            async with state.slots:
                loop = asyncio.get_running_loop()
                now_s = loop.time()
                start_s = max(now_s, state.next_at_s)
                state.next_at_s = start_s + self.gap_s
                await asyncio.sleep(start_s - now_s)
                try:
                    yield
                finally:
                    # from the end of a visit: a server that needs 5 s for a page is the one to be spared
                    state.next_at_s = max(state.next_at_s, loop.time() + self.gap_s)
        finally:
            state.users -= 1

    def _forget(self) -> None:
        if len(self._hosts) < _KEPT_HOSTS:
            return
        now_s = asyncio.get_running_loop().time()
        for host, state in list(self._hosts.items()):
            if not state.users and state.next_at_s <= now_s:
                del self._hosts[host]
