"""MatrixChat at a real Synapse: the chat contract, in clear and encrypted, in old and new rooms."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.ports import Chat, ChatRefused
from bot.types import Place, Posted
from tests.contract.chat_contract import KeyedChatContract, Room, message
from tests.contract.matrix_rooms import Correspondent, correspondent
from tests.fakes.synapse import People, Synapse

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(homeserver: Synapse) -> AsyncIterator[Correspondent]:
    async with People(homeserver) as people, correspondent(people) as made:
        yield made


class Contract(KeyedChatContract):
    version = "12"
    encrypted = False

    @pytest_asyncio.fixture(loop_scope="module")
    async def room(self, here: Correspondent) -> Room:
        place = await here.place(version=self.version, encrypted=self.encrypted)

        async def restarted() -> Chat:
            return await here.restarted()

        return Room(here.chat, place, here.held, restarted, here.ada.user_id)


class TestPlain(Contract):
    pass


class TestEncrypted(Contract):
    version = "11"
    encrypted = True


@pytest.mark.parametrize(("version", "encrypted"), [("11", False), ("12", True), ("10", True)])
async def test_rooms_of_other_versions(here: Correspondent, version: str, encrypted: bool) -> None:
    place = await here.place(version=version, encrypted=encrypted)
    posted = await here.chat.post(place, message("Pier closes."), "k1")
    await here.chat.edit(posted, message("Pier stays open."))
    assert await here.held(posted) == "Pier stays open."
    assert {event["type"] for event in await here.own(place.channel)} == {
        "m.room.encrypted" if encrypted else "m.room.message"
    }
    await here.chat.delete(posted)
    assert await here.held(posted) is None


async def test_a_message_of_somebody_else_is_not_edited(here: Correspondent) -> None:
    place = await here.place()
    theirs = await here.ada.say(place.channel, "What of the pier?")
    with pytest.raises(ChatRefused):
        await here.chat.edit(Posted(place, theirs), message("Pier closes."))


async def test_a_link_opens_the_message(here: Correspondent) -> None:
    place = await here.place()
    posted = await here.chat.post(place, message("Pier closes."), "k1")
    link = here.chat.link(posted) or ""
    assert link.startswith(f"https://matrix.to/#/{place.channel}/{posted.message_id}?via=nutgraf.test")
    assert here.chat.link(Posted(Place("matrix", here.id, here.ada.user_id), "$x")) is None
