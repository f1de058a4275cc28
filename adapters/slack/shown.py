"""What a person is shown at once and alone: answers to commands and presses, windows, the home tab.

Best effort: none of it is a fact that has to survive. What has to is stored by the desk and posted by
``SlackChat``.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters.slack import shapes
from adapters.slack.clients import Clients, quiet_logger
from adapters.slack.faults import SlackFault, told
from adapters.slack.render import rendered
from adapters.slack.shapes import Json
from bot.ports import ChatDown, ChatRefused, Refusal
from bot.types import Block, BlockKind, Message, Place, Run

log = logging.getLogger(__name__)

_SAY_TIMEOUT_S = 15
_INSIDE_S = 3.0  # an answer that comes later than this is not waited for


def line(words: str) -> Message:
    """One line of our own."""
    return Message((Block(BlockKind.TEXT, (Run(words),)),), words)


def whispered(message: Message) -> dict[str, Any]:
    """For an acknowledgement or a response_url: to the one who asked, beside what stands there."""
    return {"response_type": "ephemeral", "replace_original": False, **rendered(message)}


LOADING: Json = {
    "type": "modal",
    "title": shapes.words_of("nutgraf"),
    "close": shapes.words_of("Close"),
    "blocks": [shapes.context(["Looking it up …"])],
}


class Shown:
    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def open(self, workspace: str, trigger: str, view: Json) -> str | None:
        """The window's id; None when Slack does not open it, for a trigger lives three seconds."""
        try:
            client = await self._clients.of(workspace)
            with told():
                answer = await client.views_open(trigger_id=trigger, view=view)
        except (SlackFault, ChatDown, ChatRefused) as error:
            log.warning("workspace=%s no window: %s", workspace, error)
            return None
        return str((answer.get("view") or {}).get("id") or "") or None

    async def update(self, workspace: str, view_id: str, view: Json) -> bool:
        """False when the window is gone, or Slack does not say."""
        try:
            client = await self._clients.of(workspace)
            with told():
                await client.views_update(view_id=view_id, view=view)
        except (SlackFault, ChatDown, ChatRefused) as error:
            log.warning("workspace=%s window not changed: %s", workspace, error)
            return False
        return True

    async def publish(self, workspace: str, user: str, view: Json) -> None:
        """The home tab."""
        try:
            client = await self._clients.of(workspace)
            with told():
                await client.views_publish(user_id=user, view=view)
        except (SlackFault, ChatDown, ChatRefused) as error:
            log.warning("workspace=%s user=%s no home tab: %s", workspace, user, error)

    async def whisper(self, response_url: str, message: Message) -> None:
        """To whoever commanded or pressed, also where the bot is no member."""
        await self._respond(response_url, whispered(message))

    async def take_back(self, response_url: str) -> None:
        """The whisper that was pressed."""
        await self._respond(response_url, {"delete_original": True})

    async def _respond(self, response_url: str, body: dict[str, Any]) -> None:
        if not response_url:
            return
        hook = AsyncWebhookClient(
            response_url,
            timeout=_SAY_TIMEOUT_S,
            session=self._clients.base.session,
            logger=quiet_logger(),
            retry_handlers=[],
        )
        try:
            with told():
                answer = await hook.send_dict(body)
        except SlackFault as error:
            log.warning("an answer was not shown: %s", error)
        else:
            if answer.status_code != 200:
                log.warning("an answer was not shown: status=%d", answer.status_code)

    async def is_inside(self, place: Place) -> bool:
        """Whether the bot can post there; True when Slack does not say: posting will tell."""
        try:
            async with asyncio.timeout(_INSIDE_S):
                client = await self._clients.of(place.workspace)
                with told():
                    answer = await client.conversations_info(channel=place.channel)
        except SlackFault as error:
            return error.fault.refusal is not Refusal.NOT_INSIDE
        except (ChatDown, ChatRefused, TimeoutError):
            return True
        channel = answer.get("channel") or {}
        return bool(channel.get("is_member") or channel.get("is_im"))
