"""The peer of ``tests.bench.slack``: a link bot as Bolt's guide writes one. The listener does the work.

It reads with nutgraf's own reader and finders and posts nutgraf's own digest, so that only the way differs.
"""

from __future__ import annotations

import asyncio
import logging
import os
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.render import rendered
from bot.app.reading import reading
from bot.config import load
from bot.render import digest_message
from bot.urls import find_links


async def main() -> None:
    logging.basicConfig(level="CRITICAL")  # a failed post is counted by whoever measures
    settings = load(None, os.environ)
    client = AsyncWebClient(token=settings.slack_bot_token, base_url=settings.slack_api_url)
    app = AsyncApp(client=client, request_verification_enabled=False)
    async with reading(settings) as read:

        @app.event("message")
        async def pasted(event: dict[str, Any]) -> None:
            for link in find_links(event.get("text", "").replace(">", " ").replace("<", " ")):
                digest = await read(link)
                await client.chat_postMessage(
                    channel=event["channel"],
                    thread_ts=event["ts"],
                    unfurl_links=False,
                    unfurl_media=False,
                    **rendered(digest_message(digest)),
                )

        await AsyncSocketModeHandler(app, settings.slack_app_token).start_async()


if __name__ == "__main__":
    asyncio.run(main())
