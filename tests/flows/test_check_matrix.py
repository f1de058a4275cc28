"""``nutgraf check`` of Matrix, against a real homeserver: what stands, what does not, and what to do."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.finding import Finding
from adapters.matrix.check import check
from adapters.matrix.crosssign import Identity, ensure
from adapters.matrix.folder import Folder
from adapters.matrix.health import Health
from adapters.matrix.session import Session
from bot.errors import StoreUnusable
from tests.fakes.synapse import FaultProxy, People, Synapse
from tests.fakes.synapse.faults import bad_gateway, expired
from tests.flows.matrix_account import Account
from tests.flows.test_cli import nutgraf
from tests.flows.test_run import IDLE_LIMIT_MIB, ended, resident_mib, running

SIGNED = "device signed by its owner"


@pytest.fixture
async def account(people: People, quick_path: Path, homeserver: Synapse) -> Account:
    return Account(await people.new("nutgraf"), quick_path / "matrix", homeserver.url)


@pytest.fixture
async def session(account: Account) -> AsyncIterator[Session]:
    """Open: so the folder is in use, as by a running bot."""
    opened = await Session.open(account.options())
    yield opened
    await opened.close()


async def found(account: Account) -> dict[str, Finding]:
    return {one.what: one for one in await check(account.options(password=""))}


def badly(found: dict[str, Finding]) -> list[str]:
    return [what for what, one in found.items() if not one.well]


async def test_nobody_has_signed_in(account: Account) -> None:
    [told] = (await found(account)).values()
    assert "nutgraf run" in told.remedy
    assert not account.folder.exists()


async def test_all_is_well(account: Account, session: Session) -> None:
    await ensure(session)
    Health(synced_at=time.time() - 7, started_at=time.time() - 60).keep(session.folder)
    told = await found(account)
    assert badly(told) == []
    assert session.device_id in told["token"].told
    assert told[SIGNED].told == "yes"
    assert told["last good sync"].told == "7 seconds ago"
    assert (told["undecryptable messages"].told, told["rate limited"].told[:9]) == ("0", "0 seconds")


async def test_a_device_that_is_not_signed(account: Account, session: Session) -> None:
    assert "no" in (await found(account))[SIGNED].told
    await account.owner.call("POST", "/keys/device_signing/upload", Identity.new(session.user_id).published())
    told = (await found(account))[SIGNED]
    assert "not nutgraf's" in told.told
    assert "reset-identity" in told.remedy


@pytest.mark.parametrize(
    ("health", "what"),
    [
        ({"unread": 3}, ["undecryptable messages"]),
        ({"limited_s": 130.0}, ["rate limited"]),
        ({"left_out": 1}, ["events left out"]),
        ({"synced_at": -600.0, "failures": 9}, ["last good sync"]),
        ({"synced_at": None, "started_at": -600.0}, ["last good sync"]),
        ({"written_at": -600.0}, ["running bot"]),
        ({"synced_at": None, "started_at": -5.0}, []),
    ],
)
async def test_each_trouble_has_its_remedy(
    health: dict[str, float | None], what: list[str], account: Account, session: Session
) -> None:
    """Times are told as seconds from now; None is never."""
    await ensure(session)
    now = time.time()
    values: dict[str, float] = dict.fromkeys(("synced_at", "started_at", "written_at"), now)
    for name, value in health.items():
        at = name.endswith("_at")
        values[name] = 0.0 if value is None else now + value if at else value
    (account.folder / "health.json").write_text(json.dumps(values))
    told = await found(account)
    assert badly(told) == what
    assert all(told[one].remedy.endswith(".") for one in what)


async def test_a_bot_that_does_not_run(account: Account, session: Session) -> None:
    Health(synced_at=time.time() - 600).keep(session.folder)
    await ensure(session)
    await session.close()
    told = await found(account)
    assert badly(told) == ["served"]
    assert "10 minutes ago" in told["served"].told


async def test_a_token_that_is_not_taken(account: Account, session: Session) -> None:
    renewed = account.kept()
    account.spoil(access_token="syt_dead")
    told = (await found(account))["token"]
    assert "has ended" in told.told
    account.spoil(access_token="syt_dead", refresh_token="")
    told = (await found(account))["token"]
    assert "matrix_password" in told.remedy
    assert SIGNED not in await found(account)
    account.spoil(**renewed)


async def test_a_token_renewed_meanwhile_is_read_again(account: Account, fault_proxy: FaultProxy) -> None:
    session = await Session.open(account.options(homeserver=fault_proxy.url))
    await ensure(session)
    fault_proxy.script("GET /whoami", expired())
    assert (await found(account))["token"].well
    assert fault_proxy.left == []
    await session.close()


async def test_a_homeserver_that_does_not_answer(account: Account, fault_proxy: FaultProxy) -> None:
    session = await Session.open(account.options(homeserver=fault_proxy.url))
    fault_proxy.script("POST /keys/query", bad_gateway())
    assert "not known" in (await found(account))[SIGNED].told
    await fault_proxy.shut()
    told = (await found(account))["token"]
    assert "cannot be reached" in told.told
    assert fault_proxy.url in told.remedy
    await session.close()


async def test_a_spoilt_file_is_one_sentence(account: Account, session: Session) -> None:
    (account.folder / "health.json").write_text('{"synced_at": "soon"}')
    with pytest.raises(StoreUnusable):
        await check(account.options())


def test_looking_leaves_no_trace(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "nothing")
    assert folder.in_use is False
    assert not folder.path.exists()


# ---------------------------------------------------------------------- the program


async def test_beside_the_running_bot_and_after_it(account: Account, tmp_path: Path) -> None:
    settings = {
        "NUTGRAF_MATRIX_HOMESERVER": account.homeserver,
        "NUTGRAF_MATRIX_USER": account.owner.user_id,
        "NUTGRAF_MATRIX_ALLOWED": "*:nutgraf.test",
    }
    password = {"NUTGRAF_MATRIX_PASSWORD": account.owner.password}
    folder = tmp_path / "data" / "nutgraf" / "matrix"
    async with running(tmp_path, **settings, **password) as process:
        await synced(folder)
        beside = await nutgraf("check", home=tmp_path, **settings)
        assert (beside.code, beside.err) == (0, ""), beside.out
        assert "->" not in beside.out
        if sys.platform == "linux":
            assert resident_mib(process.pid) < IDLE_LIMIT_MIB
        busy = await nutgraf("matrix", "reset-identity", home=tmp_path, **settings, **password)
        assert busy.code == 2
        assert "Another nutgraf is signed in with" in busy.err
        process.send_signal(signal.SIGTERM)
        code, err = await ended(process)
    assert (code, err.splitlines()) == (0, ["nutgraf: serving matrix. Ctrl-C stops it."])
    reset = await nutgraf("matrix", "reset-identity", home=tmp_path, **settings, **password)
    assert (reset.code, reset.err) == (0, "")
    assert account.owner.user_id in reset.out
    after = await nutgraf("check", home=tmp_path, **settings)
    assert (after.code, after.out.count("->")) == (1, 1)
    assert f"{SIGNED}: yes" in after.out
    shown = "".join((beside.out, after.out, reset.out, err, busy.err))
    assert account.owner.password not in shown
    assert all(oct(path.stat().st_mode)[-2:] == "00" for path in (folder, *folder.iterdir()))


async def synced(folder: Path) -> None:
    async with asyncio.timeout(20):
        while True:
            health = Health.kept(Folder(folder))
            if health is not None and health.synced_at:
                return
            await asyncio.sleep(0.05)
