"""Signing in at a real homeserver: once, again, renewed, refused, one process at a time."""

from __future__ import annotations

import asyncio
import logging
import stat
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from adapters.matrix.session import Session
from bot.errors import BadSetting, SessionBusy, SessionLost, SetupError
from bot.messages import sentence
from tests.fakes.site import Site
from tests.fakes.synapse import FaultProxy, People, Synapse
from tests.fakes.synapse.faults import bad_gateway, expired, limited
from tests.flows.matrix_account import Account

JOINED = "/_matrix/client/v3/joined_rooms"


@pytest.fixture
async def account(people: People, quick_path: Path, homeserver: Synapse) -> Account:
    return Account(await people.new("nutgraf"), quick_path / "deep" / "matrix", homeserver.url)


async def test_a_password_is_needed_once(account: Account) -> None:
    first = await Session.open(account.options())
    device, keys = first.device_id, first.client.olm.account.identity_keys
    await first.close()
    again = await Session.open(account.options(password=""))
    assert (again.user_id, again.device_id) == (account.owner.user_id, device)
    assert again.client.olm.account.identity_keys == keys
    assert await again.call("GET", JOINED) == {"joined_rooms": []}
    assert (await again.ask(again.client.joined_rooms)).rooms == []
    await again.close()
    assert await account.devices() == [device]


async def test_all_that_is_kept_is_the_owners_alone(account: Account) -> None:
    await (await Session.open(account.options())).close()
    names = {path.name: stat.S_IMODE(path.stat().st_mode) for path in account.folder.iterdir()}
    assert names == dict.fromkeys(["session.json", "session.lock", "olm.sqlite3"], 0o600)
    assert stat.S_IMODE(account.folder.stat().st_mode) == 0o700
    for path in (account.folder, *account.folder.iterdir()):
        path.chmod(0o777)
    await (await Session.open(account.options())).close()
    assert {stat.S_IMODE(path.stat().st_mode) for path in account.folder.iterdir()} == {0o600}
    assert stat.S_IMODE(account.folder.stat().st_mode) == 0o700


async def test_nothing_secret_is_shown(account: Account, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    session = await Session.open(account.options())
    await session.call("GET", JOINED)
    await session.close()
    kept = account.kept()
    secrets = [
        account.owner.password,
        *(kept[name] for name in ("access_token", "refresh_token", "pickle_key")),
    ]
    assert all(len(secret) > 8 for secret in secrets)
    assert [secret for secret in secrets if secret in caplog.text] == []


async def test_an_access_token_says_who_and_on_which_device(account: Account) -> None:
    options = account.options(user="", password="", access_token=account.owner.token)
    session = await Session.open(options)
    assert (session.user_id, session.device_id) == (account.owner.user_id, account.owner.device_id)
    published = (await account.published())["device_keys"][session.user_id]
    assert list(published) == [account.owner.device_id]
    await session.close()
    await (await Session.open(options)).close()


async def test_a_token_of_no_device_is_refused(account: Account, homeserver: Synapse) -> None:
    path = f"/_synapse/admin/v1/users/{account.owner.user_id}/login"
    token = homeserver.call("POST", path, {}, homeserver.admin_token())["access_token"]
    told = await refused(account, user="", password="", access_token=token)
    assert "matrix_access_token" in told
    assert "the token of a device" in told
    assert token not in told


# ---------------------------------------------------------------------- renewing


@pytest.mark.parametrize("way", ["refresh token", "password"])
async def test_a_dead_token_is_renewed_on_the_same_device(way: str, account: Account) -> None:
    session = await Session.open(account.options())
    device, keys = session.device_id, session.client.olm.account.identity_keys
    await session.close()
    if way == "refresh token":
        account.spoil(access_token="syt_dead")
        again = await Session.open(account.options(password=""))
    else:
        account.spoil(access_token="syt_dead", refresh_token="syr_dead")
        again = await Session.open(account.options())
    assert (again.device_id, again.client.olm.account.identity_keys) == (device, keys)
    assert await again.call("GET", JOINED) == {"joined_rooms": []}
    await again.close()
    assert account.kept()["access_token"] != "syt_dead"
    await (await Session.open(account.options(password=""))).close()
    assert await account.devices() == [device]


async def test_a_dead_token_without_a_way_back_is_one_sentence(account: Account) -> None:
    await (await Session.open(account.options())).close()
    account.spoil(access_token="syt_dead", refresh_token="syr_dead")
    with pytest.raises(SessionLost) as caught:
        await Session.open(account.options(password=""))
    told = sentence(caught.value)
    assert account.owner.user_id in told
    assert "matrix_password" in told


async def test_many_tasks_renew_once(
    account: Account, fault_proxy: FaultProxy, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "adapters.matrix")
    session = await Session.open(account.options(homeserver=fault_proxy.url))
    await session.call("POST", "/_matrix/client/v3/logout")  # the device and its keys are gone
    calls = [session.call("GET", JOINED) for _ in range(4)]
    asked = [session.ask(session.client.joined_rooms) for _ in range(4)]
    done = await asyncio.gather(*calls, *asked)
    assert len(done) == 8
    assert caplog.text.count("renewed") == 1
    assert fault_proxy.count("POST /login") == 2
    published = (await account.published())["device_keys"][session.user_id]
    own = session.client.olm.account.identity_keys["ed25519"]
    assert published[session.device_id]["keys"][f"ed25519:{session.device_id}"] == own
    await session.close()


async def test_a_soft_logout_leaves_nio_signed_in(account: Account, fault_proxy: FaultProxy) -> None:
    session = await Session.open(account.options(homeserver=fault_proxy.url))
    fault_proxy.script("GET /joined_rooms", expired(soft=True))
    assert (await session.ask(session.client.joined_rooms)).rooms == []
    assert session.client.access_token == account.kept()["access_token"]
    await session.close()


async def test_what_was_sent_before_a_token_ended_is_known_after_it(
    account: Account, homeserver: Synapse
) -> None:
    """The homeserver's own end of a token; transaction ids are the device's, and so survive it."""
    session = await Session.open(account.options())
    device, v3 = session.device_id, "/_matrix/client/v3"
    room = (await session.call("POST", f"{v3}/createRoom", {}))["room_id"]
    path, words = f"{v3}/rooms/{room}/send/m.room.message/t1", {"msgtype": "m.notice", "body": "once"}
    first = await session.call("PUT", path, words)
    await homeserver.expire_tokens(session.user_id)
    assert await session.call("PUT", path, words) == first
    account.spoil(access_token="syt_dead", refresh_token="")  # and by password, after a restart
    await session.close()
    again = await Session.open(account.options())
    assert await again.call("PUT", path, words) == first
    assert again.device_id == device
    await again.close()


async def test_a_token_that_ends_soon_is_renewed_before(account: Account) -> None:
    await (await Session.open(account.options())).close()
    before = account.kept()
    assert before["lasts_s"] > 0  # Synapse: 300 s with a refresh token
    account.spoil(expires_at=before["expires_at"] - 0.9 * before["lasts_s"])
    session = await Session.open(account.options(password=""))
    async with asyncio.timeout(5):
        while account.kept()["access_token"] == before["access_token"]:  # noqa: ASYNC110 - it is a file
            await asyncio.sleep(0.02)
    assert await session.call("GET", JOINED) == {"joined_rooms": []}
    await session.close()


# ---------------------------------------------------------------------- refused


async def refused(account: Account, **change: object) -> str:
    with pytest.raises(SetupError) as caught:
        await Session.open(account.options(**change))
    return sentence(caught.value)


async def test_a_wrong_password_or_user_is_named(account: Account) -> None:
    told = await refused(account, password="wrong-one")
    assert "matrix_password" in told
    assert account.owner.user_id in told
    assert "wrong-one" not in told
    assert "matrix_password" in await refused(account, user="@nobody:nutgraf.test")
    assert "matrix_access_token" in await refused(account, access_token="syt_wrong")
    assert "matrix_password is missing" in await refused(account, password="")
    assert list(account.folder.glob("*.json")) == []


async def test_the_folder_is_one_accounts(account: Account, people: People) -> None:
    await (await Session.open(account.options())).close()
    other = await people.new("other")
    told = await refused(account, user=other.user_id)
    assert "matrix_user" in told
    assert account.owner.user_id in told
    assert "matrix_access_token" in await refused(account, access_token=other.token)


async def test_what_is_no_homeserver_is_named(account: Account, site: Site) -> None:
    assert "matrix_homeserver" in await refused(account, homeserver=f"http://{site.netloc}/")
    assert "matrix_homeserver" in await refused(account, homeserver=site.netloc)


async def test_a_homeserver_by_its_name(account: Account, homeserver: Synapse) -> None:
    session = await Session.open(account.options(homeserver=f"127.0.0.1:{homeserver.port}"))
    assert session.homeserver == homeserver.url
    await session.close()


async def test_a_name_that_says_nothing_now_is_where_it_was(
    account: Account, fault_proxy: FaultProxy
) -> None:
    named = fault_proxy.url.removeprefix("http://")
    await (await Session.open(account.options(homeserver=named))).close()
    assert account.kept()["homeserver"] == account.homeserver  # as its /.well-known says
    await fault_proxy.shut()
    session = await Session.open(account.options(homeserver=named, password=""))
    assert session.homeserver == account.homeserver
    await session.close()


# ---------------------------------------------------------------------- patience


async def test_a_homeserver_that_is_down_is_waited_for(account: Account, fault_proxy: FaultProxy) -> None:
    fault_proxy.script("GET /versions", bad_gateway())
    fault_proxy.script("POST /login", limited(50))
    await fault_proxy.shut()
    opening = asyncio.create_task(Session.open(account.options(homeserver=fault_proxy.url)))
    await asyncio.sleep(0.3)
    assert not opening.done()
    await fault_proxy.open()
    session = await opening
    assert fault_proxy.left == []
    await session.close()


OPEN = """
import asyncio, sys
from pathlib import Path
from adapters.matrix import MatrixOptions
from adapters.matrix.session import Session

async def main():
    session = await Session.open(MatrixOptions(store_dir=Path(sys.argv[1]), homeserver=sys.argv[2]))
    print(session.device_id, flush=True)
    sys.stdin.readline()

asyncio.run(main())
"""


async def test_a_second_process_is_told(account: Account, caplog: pytest.LogCaptureFixture) -> None:
    await (await Session.open(account.options())).close()
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OPEN, str(account.folder), account.homeserver, stdin=PIPE, stdout=PIPE
    )
    assert other.stdout is not None
    device = (await other.stdout.readline()).decode().strip()
    assert [device] == await account.devices()
    with pytest.raises(SessionBusy) as caught:
        await Session.open(account.options())
    assert str(account.folder) in sentence(caught.value)
    waiting = asyncio.create_task(Session.open(account.options(lock_wait_s=20)))
    await asyncio.sleep(0.1)
    other.kill()  # the lock goes with its process, however that ends
    await other.wait()
    session = await waiting
    assert session.device_id == device
    assert "another nutgraf uses" in caplog.text
    await session.close()


# ---------------------------------------------------------------------- keys


async def test_keys_sealed_with_a_passphrase_of_ours(account: Account) -> None:
    await (await Session.open(account.options(pickle_key="one"))).close()
    assert account.kept()["pickle_key"] == ""
    await (await Session.open(account.options(pickle_key="one"))).close()
    assert "matrix_pickle_key" in await refused(account, pickle_key="two")
    assert "matrix_pickle_key is missing" in await refused(account)


@pytest.mark.parametrize("by", ["password", "token"])
async def test_lost_keys_are_not_replaced_in_silence(by: str, account: Account) -> None:
    options = account.options(access_token=account.owner.token if by == "token" else "")
    await (await Session.open(options)).close()
    (account.folder / "olm.sqlite3").unlink()
    with pytest.raises(SessionLost) as caught:
        await Session.open(options)
    assert str(account.folder) in sentence(caught.value)


@pytest.mark.parametrize("spoilt", ["", "[]", "{}", '{"user_id": 1}', "\x00"])
async def test_a_spoilt_session_file_is_one_sentence(spoilt: str, account: Account) -> None:
    account.folder.mkdir(parents=True)
    (account.folder / "session.json").write_text(spoilt)
    assert "session.json" in await refused(account)


async def test_an_address_that_leads_elsewhere(account: Account) -> None:
    with pytest.raises(BadSetting):
        await Session.open(account.options(homeserver="http://example.invalid"))
