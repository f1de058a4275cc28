"""The peer of ``tests.bench.matrix``: a link bot as nio's template writes one. The callback does the work.

It reads with nutgraf's own reader and finders and posts nutgraf's own digest, so that only the way differs.
"""

from __future__ import annotations

import asyncio
import logging
import os

import nio

from adapters.matrix.render import rendered
from bot.app.reading import reading
from bot.config import load
from bot.render import digest_message
from bot.urls import find_links


async def main() -> None:
    logging.basicConfig(level="CRITICAL")  # a failed post is counted by whoever measures
    settings = load(None, os.environ)
    config = nio.AsyncClientConfig(store_sync_tokens=True, encryption_enabled=True)
    store = settings.data_dir / "store"
    store.mkdir(parents=True, exist_ok=True)
    client = nio.AsyncClient(
        settings.matrix_homeserver,
        settings.matrix_user,
        device_id="PEER",
        store_path=str(store),
        config=config,
    )
    async with reading(settings) as read:

        async def invited(room: nio.MatrixRoom, event: nio.InviteMemberEvent) -> None:
            if event.state_key == client.user_id and event.membership == "invite":
                await client.join(room.room_id)

        async def pasted(room: nio.MatrixRoom, event: nio.RoomMessageText) -> None:
            if event.sender == client.user_id:
                return
            for link in find_links(event.body):
                body, html = rendered(digest_message(await read(link)))
                relation = {
                    "rel_type": "m.thread",
                    "event_id": event.event_id,
                    "is_falling_back": True,
                    "m.in_reply_to": {"event_id": event.event_id},
                }
                content = {
                    "msgtype": "m.notice",
                    "body": body,
                    "format": "org.matrix.custom.html",
                    "formatted_body": html,
                    "m.relates_to": relation,
                }
                await client.room_send(
                    room.room_id, "m.room.message", content, ignore_unverified_devices=True
                )

        client.add_event_callback(invited, nio.InviteMemberEvent)
        client.add_event_callback(pasted, nio.RoomMessageText)
        await client.login(settings.matrix_password, device_name="peer")
        await client.sync_forever(timeout=30_000, full_state=True)


if __name__ == "__main__":
    asyncio.run(main())
