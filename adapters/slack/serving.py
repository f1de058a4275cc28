"""One sitting with Slack: clients, chat, listeners and a transport, opened in order and closed in reverse."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Self

from adapters.slack.app import make_app
from adapters.slack.chat import PLATFORM, SlackChat
from adapters.slack.chores import Chores
from adapters.slack.clients import Clients, Identity, TokenOf, quiet_logger
from adapters.slack.faults import SlackFault, told
from adapters.slack.options import SlackOptions
from adapters.slack.transports import HEALTH_PATH, Answer, serve_http, serve_socket
from bot.desk import Desk
from bot.errors import BadSetting, StoreUnusable
from bot.ports import ChatDown
from bot.types import Place

if TYPE_CHECKING:
    from adapters.slack.installs import Installs

log = logging.getLogger(__name__)

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 60.0


class Serving:
    """``async with Serving(desk, options) as serving: await serving.run()``."""

    def __init__(self, desk: Desk, options: SlackOptions) -> None:
        self._desk = desk
        self._options = options
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            for name in ("slack_sdk", "slack_bolt"):
                logging.getLogger(name).setLevel(quiet_logger().level)
            installs = await self._installs(stack)
            clients = Clients(self._options, _tokens(installs) if installs else None)
            stack.push_async_callback(clients.close)
            if installs is None:
                identity = await _known(clients)
                await self._desk.signed_in(Place(PLATFORM, identity.workspace, ""))
            chat = SlackChat(clients, echo_wait_s=self._options.echo_wait_s)
            stack.push_async_callback(chat.close)
            chores = Chores()
            stack.push_async_callback(chores.close)
            self._app = make_app(self._options, self._desk, chat, installs=installs, chores=chores)
            self._desk.serve(chat)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def run(self) -> None:
        """Until cancelled. Raises BadSetting."""
        if self._options.app_token:
            await serve_socket(self._app, self._options)
        else:
            await serve_http(self._app, self._options, {HEALTH_PATH: self._health})

    async def _installs(self, stack: AsyncExitStack) -> Installs | None:
        if not self._options.many_workspaces:
            return None
        from adapters.slack.installs import open_installs  # noqa: PLC0415 - 25 MB that one workspace does not need

        installs = await open_installs(self._options)
        stack.push_async_callback(installs.close)
        return installs

    async def _health(self) -> Answer:
        try:
            await self._desk.status()
        except StoreUnusable:
            return 503, "the store cannot be used"
        return 200, "ok"


def _tokens(installs: Installs) -> TokenOf:
    async def token_of(workspace: str) -> str | None:
        try:
            with told():
                grant = await installs.grant(workspace)
        except StoreUnusable as error:
            raise ChatDown("the store of installations does not answer") from error
        except SlackFault as error:  # while a token is rotated
            raise error.fault.raised() from error
        return grant.bot_token if grant else None

    return token_of


async def _known(clients: Clients) -> Identity:
    """Ask whom the bot token speaks for, until Slack answers. Raises BadSetting when it is not taken."""
    pause_s = _FIRST_PAUSE_S
    while True:
        try:
            identity = await clients.identity()
        except SlackFault as error:
            raised = error.fault.raised()
            if not isinstance(raised, ChatDown):
                want = f"a bot token (xoxb-…) that Slack takes (it says {error.fault.code or raised})"
                raise BadSetting("slack_bot_token", "…", want) from None
            wait_s = raised.retry_after_s or pause_s
            log.warning("Slack: %s; again in %.0f s", raised, wait_s)
            await asyncio.sleep(wait_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
        else:
            log.info("Slack: workspace=%s bot=%s", identity.workspace, identity.bot_user)
            return identity
