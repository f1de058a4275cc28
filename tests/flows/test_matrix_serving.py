"""A whole sitting at a real homeserver: signed at the start and again when it must be; how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.matrix.crosssign import Identity, Signed, standing
from adapters.matrix.folder import Folder
from adapters.matrix.health import Health
from adapters.matrix.serving import Serving
from adapters.matrix.session import Session
from bot.errors import SessionLost
from tests.fakes.synapse import People, Synapse
from tests.flows.matrix_account import Account
from tests.flows.slack_office import Paper, desk_over

EVERY_S = 0.05


@pytest.fixture
async def account(people: People, quick_path: Path, homeserver: Synapse) -> Account:
    return Account(await people.new("nutgraf"), quick_path / "matrix", homeserver.url)


@asynccontextmanager
async def served(account: Account, **options: Any) -> AsyncIterator[asyncio.Task[None]]:
    async with (
        desk_over(account.folder.parent, Paper()) as (desk, _),
        Serving(desk, account.options(**options), every_s=EVERY_S) as serving,
    ):
        task = asyncio.create_task(serving.run())
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def until(done: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await done():  # noqa: ASYNC110 - it happens at the homeserver
            await asyncio.sleep(EVERY_S)


async def health_of(account: Account) -> Health:
    """Once it has synced."""

    async def synced() -> bool:
        kept = Health.kept(Folder(account.folder))
        return kept is not None and kept.synced_at > 0

    await until(synced)
    kept = Health.kept(Folder(account.folder))
    assert kept is not None
    return kept


async def signed_devices(account: Account) -> dict[str, bool]:
    """Of the bot's devices with keys: whether the owner's identity has signed them."""
    told = await account.published()
    me = account.owner.user_id
    [key] = told["self_signing_keys"][me]["keys"]
    return {name: key in one["signatures"][me] for name, one in told["device_keys"][me].items()}


async def test_a_device_that_its_owner_signs_out_comes_back_signed(
    account: Account, homeserver: Synapse
) -> None:
    async with served(account):
        await health_of(account)
        [device] = await account.devices()
        assert await signed_devices(account) == {device: True}
        token = account.kept()["access_token"]
        homeserver.log_out(account.owner.user_id, device)

        async def back() -> bool:
            renewed = account.kept()["access_token"] != token
            return renewed and await signed_devices(account) == {device: True}

        await until(back)


async def test_signed_out_for_good_it_ends_with_a_sentence(account: Account, homeserver: Synapse) -> None:
    async with served(account):
        await health_of(account)
    async with served(account, password="") as running:
        [device] = await account.devices()
        homeserver.log_out(account.owner.user_id, device)
        with pytest.raises(SessionLost):
            await asyncio.wait_for(running, 20)
    async with served(account):  # the password brings the same device back
        await health_of(account)
    session = await Session.open(account.options(password=""))
    assert session.device_id == device
    assert await standing(session) is Signed.YES
    await session.close()


async def test_a_foreign_identity_keeps_nobody_from_serving(account: Account) -> None:
    theirs = Identity.new(account.owner.user_id)
    await account.owner.call("POST", "/keys/device_signing/upload", theirs.published())
    async with served(account):
        assert (await health_of(account)).failures == 0
    assert theirs.is_of(await account.published())
