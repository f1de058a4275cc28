"""A whole Slack on loopback: ``slack = await FakeSlack().start()``, ``slack.api_url`` for the client."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Self

from aiohttp import web

from tests.fakes.slack import control, hooks
from tests.fakes.slack.checks import check_blocks
from tests.fakes.slack.delivery import Delivery
from tests.fakes.slack.faults import Pace, Tiers
from tests.fakes.slack.presses import Presses
from tests.fakes.slack.refusals import Breach
from tests.fakes.slack.signed import Signed
from tests.fakes.slack.sockets import Sockets
from tests.fakes.slack.state import BOT_SCOPES, EVENTS, Settings
from tests.fakes.slack.web import WebApi
from tests.fakes.slack.world import Token


class FakeSlack(Presses):
    """Made with one workspace (T0NEWS: ada, root, #desk with the bot inside) whose token is ``bot_token``.

    ``events`` and ``scopes`` are what the app's page grants (hold the manifest against them); ``retry_s`` and
    ``ack_wait_s`` as in Delivery; ``messages_per_s`` and ``burst`` switch a channel's pace on, ``per_minute``
    (faults.TIERS) that of the methods; ``settings`` changes fields of
    state.Settings.
    """

    def __init__(
        self,
        *,
        events: Iterable[str] = EVENTS,
        scopes: Iterable[str] = BOT_SCOPES,
        retry_s: tuple[float, ...] = (0, 60, 300),
        ack_wait_s: float = 3.0,
        messages_per_s: float | None = None,
        burst: int = 5,
        per_minute: Mapping[str, int] | None = None,
        **settings: Any,
    ) -> None:
        page = replace(Settings(**settings), events=frozenset(events), scopes=frozenset(scopes))
        super().__init__(
            page, Delivery(retry_s, ack_wait_s), Pace(messages_per_s, burst), Tiers(per_minute or {})
        )
        self.sockets = Sockets(page.app_id)
        self.tokens[page.app_token] = Token(page.app_token, "app")
        self.add_workspace()
        self.bot_token = self.install()
        workspace = self.workspace()
        workspace.channel("desk").members.append(workspace.bot_user)
        self._runner: web.AppRunner | None = None

    def install(self, team: str = "") -> str:
        """A bot token for a workspace, as the install button of the app's page gives it."""
        workspace = self.workspace(team)
        workspace.installed = True
        token = Token(f"xoxb-{workspace.id}-{self.numbers.id('')}", "bot", workspace.id, self.settings.scopes)
        self.tokens[token.value] = token
        return token.value

    @property
    def app_token(self) -> str:
        return self.settings.app_token

    @property
    def signing_secret(self) -> str:
        return self.settings.signing_secret

    @property
    def api_url(self) -> str:
        return f"{self.base}api/"

    async def start(self, port: int = 0) -> Self:
        api = WebApi(self, self._socket_url)
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", api.handle)
        app.router.add_post("/response/{name}", self._response)
        app.router.add_post("/control/{verb}", self._control)
        app.router.add_get("/socket/{ticket}", self.sockets.serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}/"
        return self

    async def _response(self, request: web.Request) -> web.Response:
        return await hooks.serve(self, request)

    async def _control(self, request: web.Request) -> web.Response:
        return await control.work(self, request.match_info["verb"], await request.json())

    def _socket_url(self) -> str:
        if self.delivery.carrier is not self.sockets:
            self.delivery.use(self.sockets)
        return f"{self.base.replace('http', 'ws', 1)}socket/{self.sockets.ticket()}"

    def use_http(self, url: str) -> Signed:
        """Brings everything to a request URL instead of sockets."""
        signed = Signed(url, self.signing_secret)
        self.delivery.use(signed)
        return signed

    async def stop(self) -> None:
        await self.delivery.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def check_now(self) -> list[str]:
        """Checks the blocks that were put off (``checks_later``); answers all breaches so far."""
        for blocks in self.unchecked:
            try:
                check_blocks(blocks)
            except Breach as breach:
                self.breaches.append(f"checked later: {breach.error} {breach.more}")
        self.unchecked.clear()
        return self.breaches

    async def until(self, true: Callable[[], Any], timeout_s: float = 10.0) -> Any:
        """Waits for something to be true and answers it; fails with the calls so far."""
        end = time.monotonic() + timeout_s
        while not (value := true()):
            if time.monotonic() > end:
                calls = [(call.method, call.outcome) for call in self.calls[-12:]]
                raise AssertionError(
                    f"not within {timeout_s} s; last calls {calls}; breaches {self.breaches}"
                )
            await asyncio.sleep(0.005)
        return value

    async def settled(self, timeout_s: float = 10.0) -> None:
        """Waits until everything that was brought is acknowledged or given up."""
        await self.until(lambda: not self.delivery.under_way, timeout_s)

    async def connected(self, sockets: int = 1, timeout_s: float = 10.0) -> None:
        await self.until(lambda: len(self.sockets.ready) >= sockets, timeout_s)
