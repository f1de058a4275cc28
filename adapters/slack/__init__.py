"""Slack. What is heavy is imported by ``serve``: other chats do not pay for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.slack.options import SlackOptions

if TYPE_CHECKING:
    from bot.desk import Desk

__all__ = ["SlackOptions", "serve"]


async def serve(desk: Desk, *, options: SlackOptions) -> None:
    """Serve every workspace of the options until cancelled.

    Raises BadSetting when Slack does not take a token, or the address cannot be listened on.
    """
    from adapters.slack.serving import Serving  # noqa: PLC0415 - see the module's docstring

    async with Serving(desk, options) as serving:
        await serving.run()
