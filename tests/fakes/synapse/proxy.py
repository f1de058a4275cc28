"""A fault proxy before a homeserver: passes everything on, but for what a test has scripted.

async with FaultProxy(homeserver.url) as proxy:        # or the fixture ``fault_proxy``
    ...                                                # the bot's homeserver is proxy.url
    proxy.script("PUT /send/m.room.message/", limited(300), Cut(taken=True))
    proxy.script("GET /sync", bad_gateway(), times=5)
    ...
    assert not proxy.left and proxy.count("GET /sync") < 20
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from tests.fakes.synapse.faults import Answer, Cut, Fault, Half, Later, Silent, Slow

# of one connection only (RFC 9110, 7.6.1), or written anew by aiohttp
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host", "date", "server"}


@dataclass(slots=True)
class _Rule:
    method: str
    path: str
    faults: deque[Fault]

    def wants(self, method: str, path: str) -> bool:
        return bool(self.faults) and self.method in {"*", method} and self.path in path


@dataclass(frozen=True, slots=True)
class Passed:
    """One request that came: when (monotonic seconds), what, and the fault that it met, if any."""

    at_s: float
    method: str
    path: str
    fault: Fault | None


class FaultProxy:
    """``url`` is what the client under test is given instead of the homeserver's."""

    def __init__(self, homeserver_url: str) -> None:
        self._upstream = homeserver_url
        self._rules: list[_Rule] = []
        self._held: list[tuple[str, str, bytes, CIMultiDict[str]]] = []
        self._end = asyncio.Event()
        self.requests: list[Passed] = []
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    # ------------------------------------------------------------------ what shall go wrong

    def script(self, what: str, *faults: Fault, times: int = 1) -> None:
        """``what`` is ``METHOD part-of-a-path``, ``*`` for any method; each such request meets one, in order.

        ``times`` repeats them all. The first rule with faults left that fits a request takes it.
        """
        method, _, path = what.partition(" ")
        self._rules.append(_Rule(method, path, deque(faults * times)))

    def always(self, what: str, fault: Fault) -> None:
        """Until ``heal``."""
        method, _, path = what.partition(" ")
        self._rules.append(_Rule(method, path, _Endless([fault])))

    def heal(self) -> None:
        """From now on everything passes; what was kept silent stays silent."""
        self._rules.clear()

    @property
    def left(self) -> list[Fault]:
        """Scripted, and not met by any request yet."""
        return [
            fault for rule in self._rules if not isinstance(rule.faults, _Endless) for fault in rule.faults
        ]

    def count(self, what: str) -> int:
        """How many requests came, faults or not."""
        method, _, path = what.partition(" ")
        return sum(1 for one in self.requests if method in {"*", one.method} and path in one.path)

    async def release(self) -> None:
        """Passes on what ``Later`` has kept, in the order in which it came."""
        held, self._held = self._held, []
        for method, path, body, headers in held:
            where = _whole(self._upstream, path)
            async with self._session.request(method, where, data=body, headers=headers) as answer:
                answer.raise_for_status()

    # ------------------------------------------------------------------ life

    async def start(self) -> Self:
        self._session = aiohttp.ClientSession(
            auto_decompress=False, timeout=aiohttp.ClientTimeout(total=None)
        )
        await self.open()
        return self

    async def stop(self) -> None:
        await self.shut()
        await self._session.close()

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def open(self) -> None:
        """Listens, on the port it had before."""
        self._end = asyncio.Event()
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(
            app, access_log=None, shutdown_timeout=0.2, handler_cancellation=True, keepalive_timeout=600
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True).start()
        self._port = self._runner.addresses[0][1]

    async def shut(self) -> None:
        """Ends all connections and refuses new ones: a homeserver that is down, without its 3 s to boot."""
        self._end.set()
        await self._runner.cleanup()

    # ------------------------------------------------------------------ one request

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        path = request.raw_path
        fault = self._fault(request.method, path)
        self.requests.append(Passed(time.monotonic(), request.method, path, fault))
        match fault:
            case None:
                return await self._pass(request)
            case Answer(status, body, kind, headers):
                await request.read()
                return web.Response(status=status, text=body, content_type=kind, headers=headers)
            case Slow(wait_s):
                await asyncio.sleep(wait_s)
                return await self._pass(request)
            case Later():
                held = (request.method, path, await request.read(), _kept(request.headers))
                self._held.append(held)
                return web.json_response({})
            case Silent():
                await self._end.wait()
            case Cut(taken=True):
                await self._pass(request)
            case Half(open=stays):
                return await self._half(request, stays=stays)
        return _cut(request)

    def _fault(self, method: str, path: str) -> Fault | None:
        for rule in self._rules:
            if rule.wants(method, path.partition("?")[0]):
                return rule.faults.popleft()
        return None

    async def _pass(self, request: web.Request) -> web.Response:
        where = _whole(self._upstream, request.raw_path)
        body = await request.read()
        try:
            async with self._session.request(
                request.method, where, data=body, headers=_kept(request.headers), allow_redirects=False
            ) as answer:
                return web.Response(
                    status=answer.status, body=await answer.read(), headers=_kept(answer.headers)
                )
        except aiohttp.ClientError:  # the homeserver itself is down: what a reverse proxy then says
            return web.Response(status=502, text="<html>502 Bad Gateway</html>", content_type="text/html")

    async def _half(self, request: web.Request, *, stays: bool) -> web.StreamResponse:
        whole = await self._pass(request)
        body = whole.body if isinstance(whole.body, bytes) else b""
        begun = web.StreamResponse(status=whole.status, headers=_kept(whole.headers))
        begun.content_length = len(body)
        await begun.prepare(request)
        await begun.write(body[: len(body) // 2])
        if stays:
            await self._end.wait()
        _cut(request)
        return begun


class _Endless(deque[Fault]):
    def popleft(self) -> Fault:
        return self[0]


def _whole(upstream: str, path: str) -> URL:
    return URL(f"{upstream}{path}", encoded=True)


def _kept(headers: Mapping[str, str]) -> CIMultiDict[str]:
    return CIMultiDict((name, value) for name, value in headers.items() if name.lower() not in _HOP)


def _cut(request: web.Request) -> web.Response:
    """Ends the connection; the answer is for aiohttp's sake and goes nowhere."""
    if request.transport is not None:  # else it is gone already
        request.transport.abort()
    return web.Response()
