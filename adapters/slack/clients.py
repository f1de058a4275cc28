"""The clients by which Slack is called: one session, one token a workspace, no retries of their own.

slack_sdk's retry handlers are left out on purpose: a post that may have been taken must not be sent again
before Slack was asked (``SlackChat.find``), and a wait belongs to the desk, not into a job.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.faults import SlackFault, told
from adapters.slack.options import SlackOptions
from bot.ports import ChatRefused, Refusal

log = logging.getLogger(__name__)

CALL_TIMEOUT_S = 15.0  # for one call, the connection included

# The token of a workspace; None: the app is not installed there.
TokenOf = Callable[[str], Awaitable[str | None]]


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a token speaks for, as auth.test says. ``url``: of the workspace, ending in a slash."""

    workspace: str
    name: str
    url: str
    bot_user: str
    bot_id: str


class Clients:
    """Clients by workspace. With ``token_of`` there are many workspaces, without it the one of the
    options' bot token."""

    def __init__(self, options: SlackOptions, token_of: TokenOf | None = None) -> None:
        self._options = options
        self._token_of = token_of
        self._logger = quiet_logger()
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=CALL_TIMEOUT_S),
            cookie_jar=aiohttp.DummyCookieJar(),  # workspaces share the session, and nothing else
        )
        self._clients: dict[str, AsyncWebClient] = {}  # by token
        self._identities: dict[str, Identity] = {}
        self.base = self.made(options.bot_token or None)

    def made(self, token: str | None) -> AsyncWebClient:
        """A client of the shared session."""
        return AsyncWebClient(
            token=token,
            base_url=self._options.api_url,
            timeout=int(CALL_TIMEOUT_S),
            session=self._session,
            logger=self._logger,
            retry_handlers=[],
        )

    async def of(self, workspace: str) -> AsyncWebClient:
        """Raises ChatRefused (signed out) when there is no token for the workspace."""
        if self._token_of is None:
            if self._identities and workspace not in self._identities:
                raise ChatRefused("the bot token is of another workspace", Refusal.SIGNED_OUT)
            return self.base
        token = await self._token_of(workspace)
        if token is None:
            raise ChatRefused("the app is not installed in this workspace", Refusal.SIGNED_OUT)
        if token not in self._clients:
            if len(self._clients) > 1000:  # rotated tokens
                self._clients.clear()
            self._clients[token] = self.made(token)
            await self._introduced(workspace, self._clients[token])
        return self._clients[token]

    async def identity(self) -> Identity:
        """Of the one workspace, asked anew. Raises SlackFault."""
        return await self._asked(self.base)

    async def _introduced(self, workspace: str, client: AsyncWebClient) -> None:
        """Ask once where a workspace is: links need it, and nothing else waits for it."""
        if workspace in self._identities:
            return
        try:
            await self._asked(client)
        except SlackFault as error:
            log.info("workspace=%s not introduced: %s", workspace, error)

    async def _asked(self, client: AsyncWebClient) -> Identity:
        with told():
            answer = await client.auth_test()
        identity = Identity(
            workspace=str(answer["team_id"]),
            name=str(answer["team"]),
            url=str(answer["url"] or "").rstrip("/") + "/",
            bot_user=str(answer["user_id"]),
            bot_id=str(answer["bot_id"] or ""),
        )
        self._identities[identity.workspace] = identity
        return identity

    def known(self, workspace: str) -> Identity | None:
        """What is known without a call."""
        return self._identities.get(workspace)

    async def close(self) -> None:
        await self._session.close()


def quiet_logger() -> logging.Logger:
    """slack_sdk's and slack_bolt's logger for us. Their debug lines hold whole events and messages, so
    they are never written; that Slack cannot be reached is one line each time, not its traceback."""
    logger = logging.getLogger("adapters.slack.sdk")
    logger.setLevel(max(logging.INFO, logging.getLogger().level))
    if _shortened not in logger.filters:
        logger.addFilter(_shortened)
    return logger


def _shortened(record: logging.LogRecord) -> bool:
    if str(record.msg).startswith("Failed to connect"):
        record.exc_info = None
    return True
