"""What a homeserver, a reverse proxy or a network does wrong, one dataclass each; ``proxy`` acts them out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the proxy's own; the homeserver sees nothing."""

    status: int
    body: str
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Slow:
    """Passes, ``wait_s`` late."""

    wait_s: float


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection ends without an answer; ``taken``: after the homeserver has done what was asked.

    aiohttp, and so nio, repeats a PUT or GET by itself, once: only a second cut is seen by who called it.
    """

    taken: bool = True


@dataclass(frozen=True, slots=True)
class Half:
    """Passes, but only the first half of the answer's body; then the connection ends or (``open``) is silent.

    Silence is what a client sees of a server that lost power, and of a firewall that forgot the connection.
    """

    open: bool = True


@dataclass(frozen=True, slots=True)
class Silent:
    """Taken and never answered, nor passed on; the connection stays open."""


@dataclass(frozen=True, slots=True)
class Later:
    """Answered with ``{}`` at once and passed on at ``release()`` only: room keys that come late."""


Fault = Answer | Slow | Cut | Half | Silent | Later


def bad_gateway(status: int = 502) -> Answer:
    """What a reverse proxy says of a homeserver that is down: HTML."""
    return Answer(status, f"<html><head><title>{status} Bad Gateway</title></head></html>\n", "text/html")


def limited(retry_after_ms: int = 200) -> Answer:
    """429 in both ways that servers tell the wait: the field, and the header in whole seconds."""
    told = {"errcode": "M_LIMIT_EXCEEDED", "error": "Too Many Requests", "retry_after_ms": retry_after_ms}
    return Answer(429, json.dumps(told), headers={"Retry-After": str(-(-retry_after_ms // 1000))})


def expired(*, soft: bool = True) -> Answer:
    """401 for the access token; ``soft``: the device is still there, log in again."""
    return refused(401, "M_UNKNOWN_TOKEN", "Access token has expired", soft_logout=soft)


def refused(status: int, errcode: str, error: str = "", **more: Any) -> Answer:
    """A Matrix error."""
    return Answer(status, json.dumps({"errcode": errcode, "error": error or errcode, **more}))


def wrong_json(body: str = '{"next_batch": 7, "rooms": []}') -> Answer:
    """200 with JSON that is not of the shape that was asked for."""
    return Answer(200, body)


def not_json() -> Answer:
    """200 from a captive portal or a proxy's error page."""
    return Answer(200, "<html><body>Sign in to this network</body></html>", "text/html")
