"""Plain client-server calls (JSON over HTTP), and which address a homeserver has."""

from __future__ import annotations

import json
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from adapters.matrix.faults import MatrixFault, answered, fault_of
from bot.errors import BadSetting

CALL_TIMEOUT_S = 60.0
_ANSWER_LIMIT_BYTES = 64 * 2**20  # the state of a very large room is some 20 MiB
_CLIENT = "/_matrix/client"
_ADDRESS = "matrix_homeserver"
_WANT = "the address or the name of a Matrix homeserver ({})"


class Wire:
    """One HTTP session; no cookies, no redirects (a token is sent along). ``limit_bytes``: of an answer."""

    def __init__(self, limit_bytes: int = _ANSWER_LIMIT_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())

    async def close(self) -> None:
        await self._session.close()

    async def call(
        self,
        method: str,
        url: str,
        body: object = None,
        *,
        token: str | None = None,
        timeout_s: float = CALL_TIMEOUT_S,
    ) -> dict[str, Any]:
        """The answer's object; ``body`` None sends none. Raises MatrixFault."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        timeout = aiohttp.ClientTimeout(total=timeout_s)
        try:
            async with self._session.request(
                method, url, json=body, headers=headers, allow_redirects=False, timeout=timeout
            ) as response:
                status, sent = response.status, response.headers
                raw = await _whole(response, self._limit_bytes)
        except Exception as error:
            raise fault_of(error) from error
        return _read(status, sent, raw)


async def _whole(response: aiohttp.ClientResponse, limit_bytes: int) -> bytes:
    """The body. Raises MatrixFault for one that is longer."""
    raw = bytearray()
    async for chunk in response.content.iter_any():
        raw += chunk
        if len(raw) > limit_bytes:
            cause = f"the homeserver's answer is longer than {limit_bytes / 2**20:g} MiB"
            raise MatrixFault(cause, status=response.status, perhaps_taken=True)
    return bytes(raw)


def _read(status: int, headers: Mapping[str, str], raw: bytes) -> dict[str, Any]:
    try:
        spoken = json.loads(raw)
    except (ValueError, RecursionError):
        spoken = None
    if status != 200:
        raise answered(status, spoken, headers)
    if not isinstance(spoken, dict):
        raise MatrixFault("what the homeserver answered is not JSON", status=status, perhaps_taken=True)
    return spoken


async def base_url(wire: Wire, homeserver: str, user: str) -> str:
    """Where the homeserver's API is: of an address, or of a server's name by /.well-known (spec,
    "Server discovery"). Raises BadSetting for what is no homeserver, MatrixFault while nobody answers."""
    named = homeserver or user.partition(":")[2]
    if not named:
        raise BadSetting(_ADDRESS, homeserver, _WANT.format("https://matrix.example.org, or example.org"))
    if "://" in named:
        return await _checked(wire, named, named)
    plain = f"{'http' if _loopback(named) else 'https'}://{named}"
    try:
        known = await wire.call("GET", f"{plain}/.well-known/matrix/client")
    except MatrixFault as fault:
        if fault.status == 0 or fault.status >= 500 or fault.retry_after_s:
            raise
        return await _checked(wire, plain, named)  # the server names no other
    told = known.get("m.homeserver")
    told = told.get("base_url") if isinstance(told, dict) else None
    if not isinstance(told, str):
        raise BadSetting(_ADDRESS, named, _WANT.format("its /.well-known/matrix/client names none"))
    return await _checked(wire, told, named)


async def _checked(wire: Wire, address: str, named: str) -> str:
    """``address`` without its last slash, once it speaks Matrix."""
    address = address.rstrip("/")
    if not _safe(address):
        raise BadSetting(_ADDRESS, named, _WANT.format(f"by https, and {address} is not"))
    try:
        spoken = await wire.call("GET", f"{address}{_CLIENT}/versions")
    except MatrixFault as fault:
        if fault.status == 0 or fault.status >= 500 or fault.retry_after_s:
            raise
        raise BadSetting(_ADDRESS, named, _WANT.format(f"{address} is none")) from fault
    if not isinstance(spoken.get("versions"), list):
        raise BadSetting(_ADDRESS, named, _WANT.format(f"{address} is none"))
    return address


def _safe(address: str) -> bool:
    """A web address by https, or by http to this very machine: the token is sent there."""
    try:
        parts = urlsplit(address)
        named = bool(parts.hostname) and parts.port != 0  # port may raise
    except ValueError:
        return False
    return named and (parts.scheme == "https" or (parts.scheme == "http" and _loopback(parts.netloc)))


def _loopback(netloc: str) -> bool:
    try:
        host = urlsplit(f"//{netloc}").hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
