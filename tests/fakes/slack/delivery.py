"""How Slack brings things to an app: envelopes, acknowledgements, redelivery.

An event without an acknowledgement within ``ack_wait_s`` is brought again at once, then after ``retry_s[1]``
and ``retry_s[2]`` seconds (Slack: 60 and 300), with its attempt and reason; after that it is lost. A command,
press, view or shortcut is brought once: without an acknowledgement the person sees an error.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from dataclasses import dataclass, field
from typing import Protocol

from tests.fakes.slack.world import Json

EVENT, COMMAND, INTERACTION = "events_api", "slash_commands", "interactive"


@dataclass
class Envelope:
    """One thing that the app is told. Times are monotonic seconds."""

    kind: str
    payload: Json
    team: str
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    made_at: float = field(default_factory=time.monotonic)
    sent_at: list[float] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)  # why it was brought again
    acked_at: float | None = None
    answer: Json = field(default_factory=dict)  # what the acknowledgement carried
    late: int = 0  # acknowledgements that came after Slack had stopped waiting
    lost: bool = False
    settled: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def event_type(self) -> str:
        return str(self.payload.get("event", self.payload).get("type", self.kind))

    @property
    def ack_s(self) -> float | None:
        """Seconds from its first sending to the acknowledgement."""
        return None if self.acked_at is None or not self.sent_at else self.acked_at - self.sent_at[0]


class NotAcknowledged(Exception):
    """``reason`` as Slack writes it into the retry."""

    def __init__(self, reason: str, *, again: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again


class Carrier(Protocol):
    """A way to the app."""

    @property
    def open(self) -> bool: ...

    async def until_open(self) -> None: ...

    async def carry(self, envelope: Envelope, attempt: int, reason: str, wait_s: float) -> Json:
        """The payload of the acknowledgement; raises NotAcknowledged."""
        ...

    async def close(self) -> None: ...


class Nowhere:
    """No app is there yet."""

    open = False

    def __init__(self) -> None:
        self.replaced = asyncio.Event()

    async def until_open(self) -> None:
        await self.replaced.wait()

    async def carry(self, envelope: Envelope, attempt: int, reason: str, wait_s: float) -> Json:
        raise NotAcknowledged("connection_failed")

    async def close(self) -> None:
        return None


class Delivery:
    """Everything on its way, and everything that was."""

    def __init__(self, retry_s: tuple[float, ...] = (0, 60, 300), ack_wait_s: float = 3.0) -> None:
        self.retry_s = retry_s
        self.ack_wait_s = ack_wait_s
        self.carrier: Carrier = Nowhere()
        self.envelopes: list[Envelope] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def use(self, carrier: Carrier) -> None:
        before, self.carrier = self.carrier, carrier
        if isinstance(before, Nowhere):
            before.replaced.set()

    def bring(self, envelope: Envelope) -> Envelope:
        """Starts the journey and returns at once; ``envelope.settled`` tells its end."""
        self.envelopes.append(envelope)
        journey = self._bring_event(envelope) if envelope.kind == EVENT else self._bring_once(envelope)
        task = asyncio.create_task(journey)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return envelope

    def again(self, envelope: Envelope, late_s: int = 0) -> Envelope:
        """The same event once more, although it was acknowledged: Slack promises "at least once". ``late_s``
        lets it be that old, as after an outage of Slack's own."""
        payload = dict(envelope.payload)
        payload["event_time"] -= late_s
        return self.bring(Envelope(envelope.kind, payload, envelope.team, reasons=["http_timeout"]))

    async def _bring_event(self, envelope: Envelope) -> None:
        attempt = len(envelope.reasons)
        while True:
            if not self.carrier.open:
                await self.carrier.until_open()
                if not envelope.reasons:
                    envelope.reasons.append("connection_failed")
                attempt = max(attempt, 1)
                continue
            failed = await self._try(envelope, attempt)
            if failed is None:
                return
            if attempt >= len(self.retry_s) or not failed.again:
                envelope.lost = True
                envelope.settled.set()
                return
            await asyncio.sleep(self.retry_s[attempt])
            attempt += 1
            envelope.reasons.append(failed.reason)

    async def _bring_once(self, envelope: Envelope) -> None:
        if await self._try(envelope, 0) is not None:
            envelope.lost = True
            envelope.settled.set()

    async def _try(self, envelope: Envelope, attempt: int) -> NotAcknowledged | None:
        envelope.sent_at.append(time.monotonic())
        reason = envelope.reasons[-1] if envelope.reasons else ""
        try:
            envelope.answer = await self.carrier.carry(envelope, attempt, reason, self.ack_wait_s)
        except NotAcknowledged as failed:
            return failed
        envelope.acked_at = time.monotonic()
        envelope.settled.set()
        return None

    @property
    def under_way(self) -> list[Envelope]:
        return [envelope for envelope in self.envelopes if not envelope.settled.is_set()]

    @property
    def lost(self) -> list[Envelope]:
        return [envelope for envelope in self.envelopes if envelope.lost]

    async def close(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.carrier.close()
