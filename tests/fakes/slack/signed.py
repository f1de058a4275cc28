"""Signed HTTP events: what Slack POSTs to an app's request URL.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from urllib.parse import urlencode

import aiohttp

from tests.fakes.slack.delivery import COMMAND, EVENT, Envelope, NotAcknowledged
from tests.fakes.slack.world import Json


class Signed:
    """The carrier of HTTP. ``stale_s`` ages the timestamp, ``forged`` spoils the signature."""

    def __init__(self, url: str, secret: str) -> None:
        self.url = url
        self.secret = secret
        self.stale_s = 0
        self.forged = False
        self.statuses: list[int] = []
        self._session: aiohttp.ClientSession | None = None

    open = True

    async def until_open(self) -> None:
        return None

    def headers(self, body: str, kind: str) -> dict[str, str]:
        stamp = str(int(time.time()) - self.stale_s)
        key = b"not the secret" if self.forged else self.secret.encode()
        digest = hmac.new(key, f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
        form = "application/x-www-form-urlencoded"
        return {
            "Content-Type": "application/json" if kind == EVENT else form,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={digest}",
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        }

    async def post(self, body: str, headers: dict[str, str], wait_s: float) -> tuple[int, str, bool]:
        """``(status, body, may be brought again)``."""
        if self._session is None:
            self._session = aiohttp.ClientSession()
        timeout = aiohttp.ClientTimeout(total=wait_s)
        async with self._session.post(
            self.url, data=body.encode(), headers=headers, timeout=timeout
        ) as answer:
            self.statuses.append(answer.status)
            again = answer.headers.get("X-Slack-No-Retry") != "1"
            return answer.status, await answer.text(), again

    async def carry(self, envelope: Envelope, attempt: int, reason: str, wait_s: float) -> Json:
        body = _body(envelope)
        headers = self.headers(body, envelope.kind)
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason}
        try:
            status, text, again = await self.post(body, headers, wait_s)
        except TimeoutError:
            raise NotAcknowledged("http_timeout") from None
        except aiohttp.ClientError:
            raise NotAcknowledged("connection_failed") from None
        if not 200 <= status < 300:
            raise NotAcknowledged("http_error", again=again)
        try:
            said = json.loads(text) if text else {}
        except ValueError:
            said = {"text": text}
        return said if isinstance(said, dict) else {"text": text}

    async def verify_url(self, wait_s: float = 3.0) -> bool:
        """The handshake when somebody saves the request URL."""
        challenge = hashlib.sha256(str(time.time()).encode()).hexdigest()
        body = json.dumps({"type": "url_verification", "token": "t", "challenge": challenge})
        status, text, _ = await self.post(body, self.headers(body, EVENT), wait_s)
        return status == 200 and challenge in text

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def _body(envelope: Envelope) -> str:
    if envelope.kind == EVENT:
        return json.dumps(envelope.payload)
    if envelope.kind == COMMAND:
        return urlencode(envelope.payload)
    return urlencode({"payload": json.dumps(envelope.payload)})
