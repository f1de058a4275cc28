"""What a failed call to a homeserver means: later, or never, and for whose mending. One table, pure.

The codes are those of the client-server API (spec.matrix.org, "Standard error response" and each
endpoint that nutgraf calls) and of Synapse 1.163.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import aiohttp
from nio import ErrorResponse, LocalProtocolError

from bot.ports import ChatDown, ChatRefused, Refusal

LONGEST_WAIT_S = 3600.0  # of what a rate limit may ask for
_PLAIN_WAIT_S = 5.0  # a 429 that names no wait: Synapse's default is one event in 5 s

UNKNOWN_TOKEN = "M_UNKNOWN_TOKEN"  # noqa: S105 - a code
_TOKENS = frozenset({UNKNOWN_TOKEN, "M_MISSING_TOKEN"})

# Never, as far as this place, right or account goes. M_FORBIDDEN: see _forbidden
REFUSED: Mapping[str, Refusal] = {
    "M_GUEST_ACCESS_FORBIDDEN": Refusal.NO_RIGHT,
    "M_CONSENT_NOT_GIVEN": Refusal.NO_RIGHT,
    "M_USER_SUSPENDED": Refusal.NO_RIGHT,
    "ORG_MATRIX_EXPIRED_ACCOUNT": Refusal.SIGNED_OUT,
    "M_USER_DEACTIVATED": Refusal.SIGNED_OUT,
    "M_USER_LOCKED": Refusal.SIGNED_OUT,
    "M_UNSUPPORTED_ROOM_VERSION": Refusal.NOT_INSIDE,
    "M_INCOMPATIBLE_ROOM_VERSION": Refusal.NOT_INSIDE,
}
# Not now, whatever the status
LATER = frozenset({"M_RESOURCE_LIMIT_EXCEEDED", "M_NOT_YET_UPLOADED"})


class MatrixFault(Exception):
    """A call that failed. ``errcode``: the homeserver's word, "" if it said none. ``status``: 0 when nothing
    answered. ``perhaps_taken``: it may have been done although nobody said so. ``answer``: what was said,
    where it tells the next step."""

    def __init__(
        self,
        cause: str,
        *,
        errcode: str = "",
        status: int = 0,
        retry_after_s: float | None = None,
        refusal: Refusal | None = None,
        perhaps_taken: bool = False,
        answer: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(cause)
        self.cause = cause
        self.errcode = errcode
        self.status = status
        self.retry_after_s = retry_after_s
        self.refusal = refusal
        self.perhaps_taken = perhaps_taken
        self.answer = answer or {}

    @property
    def signed_out(self) -> bool:
        """The access token is not taken (any more): ``Session.ensure_token`` may mend it."""
        return self.errcode in _TOKENS

    def raised(self) -> ChatDown | ChatRefused:
        """The exception that the desk understands."""
        if self.refusal is None:
            return ChatDown(self.cause, self.retry_after_s)
        return ChatRefused(self.cause, self.refusal)


def checked(response: Any) -> Any:  # noqa: ANN401 - nio is without types
    """A response of nio as it is; raises MatrixFault when it is an error."""
    if not isinstance(response, ErrorResponse):
        return response
    status = int(getattr(response.transport_response, "status", 0) or 0)
    headers = getattr(response.transport_response, "headers", None) or {}
    body: dict[str, Any] = {}
    if response.status_code:
        body = {"errcode": str(response.status_code), "error": response.message}
    if response.retry_after_ms is not None:
        body["retry_after_ms"] = response.retry_after_ms
    raise answered(status, body, headers)


def answered(status: int, body: object, headers: Mapping[str, str]) -> MatrixFault:
    """Of an answer that is no success; ``body`` is its JSON, or None when there is none."""
    spoken = body if isinstance(body, dict) else {}
    code = spoken.get("errcode")
    errcode = code if isinstance(code, str) else ""
    words = str(spoken.get("error") or "")[:200]
    if status == 429 or errcode == "M_LIMIT_EXCEEDED":
        wait_s = _wait_s(spoken, headers)
        return MatrixFault(
            "the homeserver asks to wait", errcode=errcode, status=status, retry_after_s=wait_s
        )
    if status >= 500 or errcode in LATER:
        cause = f"the homeserver has a fault of its own ({errcode or status})"
        return MatrixFault(cause, errcode=errcode, status=status, perhaps_taken=status >= 500)
    cause = f"{errcode}: {words}" if words else errcode
    if errcode in _TOKENS:
        return MatrixFault(cause, errcode=errcode, status=status)
    if status == 401 and isinstance(spoken.get("flows"), list):  # also when a stage of them failed
        cause = cause or "the homeserver wants the account's password for it"
        return MatrixFault(cause, errcode=errcode, status=status, refusal=Refusal.NO_RIGHT, answer=spoken)
    if not errcode and status != 413:  # a proxy that has lost its homeserver, a captive portal
        return MatrixFault(f"what answered is no homeserver (status {status})", status=status)
    refusal = _forbidden(words) if errcode == "M_FORBIDDEN" else REFUSED.get(errcode, Refusal.MESSAGE)
    return MatrixFault(cause or f"status {status}", errcode=errcode, status=status, refusal=refusal)


def _forbidden(words: str) -> Refusal:
    """The code is the same; Synapse's words differ ("User @… not in room", "You aren't a member of …")."""
    outside = ("not in room", "not a member", "aren't a member", "not joined", "not invited", "banned")
    return Refusal.NOT_INSIDE if any(word in words.lower() for word in outside) else Refusal.NO_RIGHT


def _wait_s(body: Mapping[str, Any], headers: Mapping[str, str]) -> float:
    """Of ``retry_after_ms`` (old) or a Retry-After header (since v1.10)."""
    header = next((value for name, value in headers.items() if name.lower() == "retry-after"), None)
    for value, unit_s in ((header, 1.0), (body.get("retry_after_ms"), 0.001)):
        try:
            wait_s = float(str(value)) * unit_s
        except ValueError:
            continue
        if wait_s > 0:  # NaN is not
            return min(wait_s, LONGEST_WAIT_S)
    return _PLAIN_WAIT_S


def fault_of(error: Exception) -> MatrixFault:
    """Of what nio and aiohttp raise. A bug of ours raises itself again: it is no fault of the server's."""
    if isinstance(error, MatrixFault):
        return error
    if isinstance(error, LocalProtocolError) and "logged in" in str(error):  # nio drops a soft logout's token
        return MatrixFault("signed out", errcode=UNKNOWN_TOKEN, status=401)
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return MatrixFault("the homeserver cannot be reached")
    if isinstance(error, TimeoutError | asyncio.TimeoutError):
        return MatrixFault("the homeserver did not answer in time", perhaps_taken=True)
    if isinstance(error, aiohttp.ClientError | OSError):
        cause = f"the connection to the homeserver broke ({type(error).__name__})"
        return MatrixFault(cause, perhaps_taken=True)
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError):
        return MatrixFault("what the homeserver answered is not JSON", perhaps_taken=True)
    raise error
