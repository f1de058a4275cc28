"""What is answered at once, from the store alone: commands that only look, and the overview."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.commands import Said, only_looks
from bot.desk.asks import understood
from bot.desk.overview import Overview, PastDigest
from bot.desk.rules import Rules
from bot.desk.sight import Sight
from bot.desk.verbs import Verbs
from bot.errors import NutgrafError, StoreBusy, StoreUnusable
from bot.messages import sentence
from bot.ports import Chat, ChatDown, Store, Transaction
from bot.records import DeliveryState, DigestRecord
from bot.render import text_message
from bot.types import Message, Posted, Request

_SHOWN = 10  # digests of an overview
_LOOKED_AT = 100  # the newest of the workspace, among which the user's are looked for


@dataclass(frozen=True, slots=True)
class Glance:
    """Wired by ``Desk``."""

    store: Store
    verbs: Verbs
    sight: Sight
    chats: Mapping[str, Chat]
    rules: Rules

    async def ask(self, request: Request) -> Message | None:
        """See ``Desk.ask``."""
        if not request.command:
            return None
        try:
            return await self._looked(request)
        except ChatDown:
            return None  # the job waits for the chat
        except (StoreBusy, StoreUnusable):
            raise
        except NutgrafError as error:
            return text_message(sentence(error))

    async def _looked(self, request: Request) -> Message | None:
        async with self.store.begin() as tx:
            command = understood(request, await tx.settings(request.place))
        if not only_looks(command):
            return None
        if isinstance(command, Said):
            return await self.sight.quoted(request, command)
        await self.sight.check(request, command)
        async with self.store.begin() as tx:
            return (await self.verbs.do(tx, request, command)).answer

    async def overview(self, platform: str, workspace: str, user: str) -> Overview:
        """See ``Desk.overview``."""
        async with self.store.begin() as tx:
            subscriptions = await tx.subscriptions_of(platform, workspace)
            digests = await tx.digests_of(platform, workspace, _LOOKED_AT)
        places = {replace(one.place, thread=None) for one in subscriptions}
        places |= {replace(one.place, thread=None) for one in digests}
        sees = await self.sight.of(user, places)
        async with self.store.begin() as tx:
            settings = {place.channel: dict(await tx.settings(place)) for place in places if sees(place)}
            past = [await self._past(tx, one) for one in [one for one in digests if sees(one.place)][:_SHOWN]]
        return Overview(
            subscriptions=tuple(one for one in subscriptions if sees(one.place)),
            digests=tuple(past),
            settings=settings,
            retention_days=self.rules.retention_days,
        )

    async def _past(self, tx: Transaction, record: DigestRecord) -> PastDigest:
        delivery, chat = await tx.digest_delivery(record.id), self.chats.get(record.place.platform)
        link = None
        if chat and delivery and delivery.state is DeliveryState.POSTED and delivery.message_id:
            link = chat.link(Posted(delivery.place, delivery.message_id))
        return PastDigest(record.id, record.title, record.url, record.place, record.created_at, link)
