"""Who may see what: asked of the chat, never inside a transaction."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from bot.commands import Cite, Command, Delete, Judge, More, Mute, Reread, Said, Wrong
from bot.desk import voices
from bot.errors import NoSuchDigest
from bot.ports import Chat, ChatDown, Store
from bot.types import Message, Place, Request

log = logging.getLogger(__name__)

_AT_ONCE = 8  # questions to the chat


@dataclass(frozen=True, slots=True)
class Sight:
    """Wired by ``Desk``."""

    store: Store
    chats: Mapping[str, Chat]

    async def check(self, request: Request, command: Command) -> None:
        """Raises NoSuchDigest unless the user can read where the digest stands that the command names;
        ChatDown. A digest that does not exist is the verb's business."""
        named = digest_named(command)
        if named is None:
            return
        async with self.store.begin() as tx:
            record, told = await tx.digest(named), await tx.digest_delivery(named)
        here = request.place
        for place in [one.place for one in (record, told) if one is not None][:1]:
            same = (place.platform, place.workspace) == (here.platform, here.workspace)
            if not same or not await self._may_see(request.user, place):
                raise NoSuchDigest(named)

    async def quoted(self, request: Request, said: Said) -> Message:
        """What somebody was quoted with, as far as the user may know."""
        async with self.store.begin() as tx:
            records = await voices.candidates(tx, request, said)
        sees = await self.of(request.user, (record.place for record in records))
        return await asyncio.to_thread(voices.shown, said, records, sees)

    async def of(self, user: str, places: Iterable[Place]) -> Callable[[Place], bool]:
        """Whether the user can read each of these; a place that the chat does not tell of is left out."""
        turn = asyncio.Semaphore(_AT_ONCE)

        async def may_see(channel: Place) -> bool:
            async with turn:
                try:
                    return await self._may_see(user, channel)
                except ChatDown as error:
                    log.warning("channel=%s of %s left out: %s", channel.channel, channel.platform, error)
                    return False

        channels = list({_channel(place) for place in places})
        answers = await asyncio.gather(*map(may_see, channels))
        seen = {channel for channel, yes in zip(channels, answers, strict=True) if yes}
        return lambda place: _channel(place) in seen

    async def _may_see(self, user: str, place: Place) -> bool:
        chat = self.chats.get(place.platform)
        if chat is None:
            raise ChatDown(f"no chat {place.platform} is connected")
        return await chat.may_see(user, place)


def digest_named(command: Command) -> str | None:
    """The id of the digest that the command names."""
    match command:
        case More(named) | Cite(named) | Reread(named) | Delete(named) | Wrong(named, _) | Judge(named, _):
            return named
        case Mute(target) if "." not in target:
            return target
        case _:
            return None


def _channel(place: Place) -> Place:
    return replace(place, thread=None)
