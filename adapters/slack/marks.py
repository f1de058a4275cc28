"""Signs on a user's message: eyes while its links are read, a warning where one was not. Best effort."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import OrderedDict
from dataclasses import dataclass, field
from enum import Enum

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
# Eyes that could not be taken off: reactions.remove is a method of tier 2, "20+ per minute"
# (docs.slack.dev/reference/methods/reactions.remove), so a burst of links is behind for a while.
_OFF_EVERY_S, _OFF_TRIES = 3.0, 100


class _Sign(Enum):
    AS_WANTED = "as wanted"
    REFUSED = "refused"  # and will be
    LATER = "later"  # not done
    OPEN = "open"  # perhaps done


_SETTLED = frozenset({_Sign.AS_WANTED, _Sign.REFUSED})


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
    eyes: bool = False
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
        self._slowly = Pace(every_s=_OFF_EVERY_S)
        self._states: OrderedDict[Spot, _State] = OrderedDict()
        self._behind: set[asyncio.Task[None]] = set()

    async def show(self, request: Request, mark: str) -> None:
        """``mark``: "reading", "done" or "failed". Eyes stay until all requests on it are through."""
        spot = spot_of(request)
        if spot is None:
            return
        state = self._state(spot)
        if mark == "reading":
            state.reading.add(request.key)
            state.failed.discard(request.key)
            if not state.eyes:
                state.eyes = True  # also while the call is under way, for the message's other requests
                sign = await self._react("reactions_add", spot, EYES)
                state.eyes = sign in {_Sign.AS_WANTED, _Sign.OPEN}
            return
        state.reading.discard(request.key)
        if mark == "failed":
            state.failed.add(request.key)
        await self._settle(spot, state)

    async def close(self) -> None:
        for task in self._behind:
            task.cancel()
        await asyncio.gather(*self._behind, return_exceptions=True)

    async def _settle(self, spot: Spot, state: _State) -> None:
        """The warning first, so that a message which failed is never without a sign."""
        if state.failed and not state.warned:
            state.warned = await self._react("reactions_add", spot, WARNING) is _Sign.AS_WANTED
        elif state.warned and not state.failed and not state.reading:
            state.warned = await self._react("reactions_remove", spot, WARNING) is not _Sign.AS_WANTED
        if state.eyes and not state.reading:
            state.eyes = False
            if await self._react("reactions_remove", spot, EYES) not in _SETTLED:
                task = asyncio.create_task(self._take_off(spot, state))
                self._behind.add(task)
                task.add_done_callback(self._behind.discard)

    async def _take_off(self, spot: Spot, state: _State) -> None:
        """Eyes that stay would be a lie; the digest itself does not wait for this."""
        scope = f"{spot.team} reactions_remove"
        for _ in range(_OFF_TRIES):
            await asyncio.sleep(self._pace.left_s(scope))
            await self._turn(scope, f"{spot.channel} {spot.ts}")
            if state.reading or await self._react("reactions_remove", spot, EYES) in _SETTLED:
                return

    async def _turn(self, scope: str, key: str) -> None:
        while True:
            try:
                await self._slowly.turn(scope, key)
            except ChatDown as error:
                await asyncio.sleep(error.retry_after_s or _OFF_EVERY_S)
            else:
                return

    async def _react(self, method: str, spot: Spot, name: str) -> _Sign:
        scope = f"{spot.team} {method}"
        if self._pace.left_s(scope) > 0:
            return _Sign.LATER
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
            return _Sign.LATER if isinstance(error, ChatDown) else _Sign.REFUSED
        except Exception:  # a mark is never worth a digest
            log.exception("channel=%s the mark broke", spot.channel)
            return _Sign.REFUSED
        return _Sign.AS_WANTED

    def _failed(self, fault: Fault, scope: str, spot: Spot) -> _Sign:
        if fault.code in _DONE:
            return _Sign.AS_WANTED
        if fault.retry_after_s is not None:
            self._pace.pause(scope, fault.retry_after_s)
        log.info("channel=%s no mark: %s", spot.channel, fault.cause)
        if fault.refusal is not None:
            return _Sign.REFUSED
        return _Sign.OPEN if fault.perhaps_taken else _Sign.LATER

    def _state(self, spot: Spot) -> _State:
        state = self._states.setdefault(spot, _State())
        self._states.move_to_end(spot)
        if len(self._states) > _REMEMBERED:
            idle = next((one for one, known in self._states.items() if not known.reading), None)
            if idle is not None:
                del self._states[idle]
        return state
