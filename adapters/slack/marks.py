"""Signs on a user's message: eyes while its links are read, a warning where one was not. Best effort."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import OrderedDict
from dataclasses import dataclass, field

from adapters.slack.clients import Clients
from adapters.slack.faults import Fault, SlackFault, told
from adapters.slack.pace import Pace
from bot.ports import ChatDown, ChatRefused
from bot.types import Request

log = logging.getLogger(__name__)

EYES, WARNING = "eyes", "warning"
_MESSAGE = re.compile(r"slack:(?P<team>\w+):(?P<channel>[CGD]\w+):(?P<ts>\d+\.\d+)")
_DONE = frozenset({"already_reacted", "no_reaction", "message_not_found"})
_REMEMBERED = 2048  # messages
_AGAIN = 3  # times that eyes which could not be taken off are tried again
_AGAIN_S = 5.0


@dataclass(frozen=True, slots=True)
class Spot:
    """A message of somebody's."""

    team: str
    channel: str
    ts: str


@dataclass(slots=True)
class _State:
    """What is known of one message. Several requests may stand on it: its links, and later edits of it."""

    reading: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    warned: bool = False


def spot_of(request: Request) -> Spot | None:
    """The message that the request stands on; None for slash commands, presses and what is private."""
    found = None if request.private else _MESSAGE.fullmatch(request.source or request.key)
    return Spot(**found.groupdict()) if found else None


class Marks:
    """``show`` never raises."""

    def __init__(self, clients: Clients, pace: Pace) -> None:
        self._clients = clients
        self._pace = pace
        self._states: OrderedDict[Spot, _State] = OrderedDict()
        self._again: set[asyncio.Task[None]] = set()

    async def show(self, request: Request, mark: str) -> None:
        """``mark``: "reading", "done" or "failed". Eyes stay until all requests on it are through."""
        spot = spot_of(request)
        if spot is None:
            return
        state = self._state(spot)
        if mark == "reading":
            first = not state.reading
            state.reading.add(request.key)
            state.failed.discard(request.key)
            if first:
                await self._react("reactions_add", spot, EYES)
            return
        state.reading.discard(request.key)
        if mark == "failed":
            state.failed.add(request.key)
        await self._settle(spot, state)

    async def close(self) -> None:
        for task in self._again:
            task.cancel()
        await asyncio.gather(*self._again, return_exceptions=True)

    async def _settle(self, spot: Spot, state: _State) -> None:
        """The warning first, so that a message which failed is never without a sign."""
        if state.failed and not state.warned:
            state.warned = await self._react("reactions_add", spot, WARNING)
        elif state.warned and not state.failed and not state.reading:
            state.warned = not await self._react("reactions_remove", spot, WARNING)
        if not state.reading and not await self._react("reactions_remove", spot, EYES):
            task = asyncio.create_task(self._take_off(spot, state))
            self._again.add(task)
            task.add_done_callback(self._again.discard)

    async def _take_off(self, spot: Spot, state: _State) -> None:
        """Eyes that stay would be a lie; the digest itself does not wait for this."""
        for _ in range(_AGAIN):
            await asyncio.sleep(_AGAIN_S)
            if state.reading or await self._react("reactions_remove", spot, EYES):
                return

    async def _react(self, method: str, spot: Spot, name: str) -> bool:
        """Whether the sign is as wanted, or never will be."""
        scope = f"{spot.team} {method}"
        if self._pace.paused(scope):
            return False
        try:
            client = await self._clients.of(spot.team)
            with told():
                if method == "reactions_add":
                    await client.reactions_add(channel=spot.channel, timestamp=spot.ts, name=name)
                else:
                    await client.reactions_remove(channel=spot.channel, timestamp=spot.ts, name=name)
        except SlackFault as error:
            return self._failed(error.fault, scope, spot)
        except (ChatDown, ChatRefused) as error:
            log.info("channel=%s no mark: %s", spot.channel, error)
        except Exception:  # a mark is never worth a digest
            log.exception("channel=%s the mark broke", spot.channel)
        return True

    def _failed(self, fault: Fault, scope: str, spot: Spot) -> bool:
        if fault.code in _DONE:
            return True
        if fault.retry_after_s is not None:
            self._pace.pause(scope, fault.retry_after_s)
        log.info("channel=%s no mark: %s", spot.channel, fault.cause)
        return fault.refusal is not None

    def _state(self, spot: Spot) -> _State:
        state = self._states.setdefault(spot, _State())
        self._states.move_to_end(spot)
        while len(self._states) > _REMEMBERED:
            self._states.popitem(last=False)
        return state
