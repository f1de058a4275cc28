"""The Bolt app: which listener takes which envelope. Nothing that Slack sends stays without an answer."""

from __future__ import annotations

import logging
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck

from adapters.slack.chat import SlackChat
from adapters.slack.chores import Chores
from adapters.slack.clients import quiet_logger
from adapters.slack.events import EVENTS, PLATFORM
from adapters.slack.listeners import Listeners
from adapters.slack.options import SlackOptions
from adapters.slack.render import COMMAND
from adapters.slack.views import WRONG
from bot.desk import Desk
from bot.types import Place

if TYPE_CHECKING:
    from adapters.slack.installs import Installs

log = logging.getLogger(__name__)

SHORTCUT = "nutgraf_digest"
_NOT_INSTALLED = "nutgraf is not installed in this workspace any more. Whoever runs it can install it again."
_ANY = re.compile(".*", re.DOTALL)
# What Bolt would read from the environment although nobody set it for nutgraf
_BOLT_READS = (
    "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_VERIFICATION_TOKEN", "SLACK_CLIENT_ID",
    "SLACK_CLIENT_SECRET",
)  # fmt: skip


def make_app(
    options: SlackOptions,
    desk: Desk,
    chat: SlackChat,
    *,
    installs: Installs | None = None,
    chores: Chores | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> AsyncApp:
    """One app for both transports. ``installs``: of many workspaces; ``chores`` are the caller's to close."""
    listeners = Listeners(desk, chat, chores or Chores(), clock)
    many: dict[str, Any] = {"oauth_flow": installs.flow()} if installs else {"authorize": _granted(options)}
    with _unset(_BOLT_READS):
        app = AsyncApp(
            name="adapters.slack.bolt",
            logger=quiet_logger(),
            client=chat.clients.made(None),
            # without a secret no request over HTTP is believed
            signing_secret=options.signing_secret or secrets.token_hex(32),
            process_before_response=True,
            ignoring_self_events_enabled=False,  # our own posts come back as echoes
            user_facing_authorize_error_message=_NOT_INSTALLED,
            **many,
        )
    if installs is not None:
        listeners.removed = installs.remove
        installs.when_installed(lambda workspace: desk.signed_in(Place(PLATFORM, workspace, "")))
    _listen(app, listeners)
    _listen_to_the_rest(app)
    return app


def _granted(options: SlackOptions) -> Callable[..., Any]:
    """One workspace: its token is known, nobody has to be asked before an envelope is taken."""

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=options.bot_token)

    return authorize


def _listen(app: AsyncApp, listeners: Listeners) -> None:
    async def event(body: dict[str, Any]) -> None:
        await listeners.event(body)

    async def command(ack: AsyncAck, body: dict[str, Any]) -> None:
        await listeners.command(ack, body)

    async def shortcut(ack: AsyncAck, body: dict[str, Any]) -> None:
        await listeners.shortcut(ack, body)

    async def report(ack: AsyncAck, body: dict[str, Any]) -> None:
        await listeners.report(ack, body)

    async def action(ack: AsyncAck, body: dict[str, Any]) -> None:
        await listeners.action(ack, body)

    for kind in EVENTS:
        app.event(kind)(event)
    app.command(COMMAND)(command)
    app.command(_ANY)(command)  # whoever installs it may have named it otherwise
    app.message_shortcut(SHORTCUT)(shortcut)
    app.view_submission(WRONG)(report)
    app.block_action(_ANY)(action)


def _listen_to_the_rest(app: AsyncApp) -> None:
    """What no listener takes is not acknowledged: its user sees a failure, and Slack counts it against us."""

    async def unknown(ack: AsyncAck) -> None:
        await ack()

    app.event(_ANY)(unknown)
    app.shortcut(_ANY)(unknown)
    app.action(_ANY)(unknown)
    app.view(_ANY)(unknown)
    app.view_closed(_ANY)(unknown)
    app.options(_ANY)(unknown)

    @app.error
    async def broke(error: Exception, body: dict[str, Any]) -> None:
        """The event comes again; its words are nobody's business here."""
        log.error("a listener broke: type=%s", body.get("type"), exc_info=error)


@contextmanager
def _unset(names: tuple[str, ...]) -> Iterator[None]:
    """The process's environment without ``names``, for a moment."""
    kept = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)
