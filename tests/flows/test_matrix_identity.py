"""The bot's cross-signing identity at a real homeserver: made once, never in place of another's."""

from __future__ import annotations

import json
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.matrix.crosssign import Identity, Key, Signed, ensure, reset, standing
from adapters.matrix.faults import MatrixFault
from adapters.matrix.session import Session
from bot.errors import SetupError
from bot.messages import sentence
from tests.fakes.synapse import FaultProxy, People, Synapse
from tests.fakes.synapse.faults import bad_gateway, refused
from tests.flows.matrix_account import Account

KEYS, NEXT = "cross_signing.json", "cross_signing.next.json"


@pytest.fixture
async def account(people: People, quick_path: Path, homeserver: Synapse) -> Account:
    return Account(await people.new("nutgraf"), quick_path / "matrix", homeserver.url)


@pytest.fixture
async def session(account: Account) -> AsyncIterator[Session]:
    opened = await Session.open(account.options())
    yield opened
    await opened.close()


async def test_the_device_is_signed_by_its_owner(account: Account, session: Session) -> None:
    assert await standing(session) is Signed.REFUSED
    assert await ensure(session) is Signed.YES  # without the password
    assert await standing(session) is Signed.YES
    here = account.folder / KEYS
    assert stat.S_IMODE(here.stat().st_mode) == 0o600
    told = await account.published()
    me, device = session.user_id, session.device_id
    master, own = told["master_keys"][me], told["self_signing_keys"][me]
    assert list(own["signatures"][me]) == list(master["keys"])
    assert set(told["device_keys"][me][device]["signatures"][me]) == {f"ed25519:{device}", *own["keys"]}
    assert f"ed25519:{device}" in master["signatures"][me]


async def test_again_changes_nothing(account: Account, session: Session, fault_proxy: FaultProxy) -> None:
    await ensure(session)
    before, kept = await account.published(), (account.folder / KEYS).read_bytes()
    await session.close()
    again = await Session.open(account.options(password="", homeserver=fault_proxy.url))
    assert await ensure(again) is Signed.YES
    await again.close()
    assert await account.published() == before
    assert (account.folder / KEYS).read_bytes() == kept
    assert fault_proxy.count("POST /keys/device_signing") == 0
    assert fault_proxy.count("POST /keys/signatures") == 0


async def test_a_foreign_identity_stays(account: Account, session: Session) -> None:
    theirs = Identity.new(session.user_id)
    await account.owner.call("POST", "/keys/device_signing/upload", theirs.published())
    assert await ensure(session) is Signed.FOREIGN
    assert await standing(session) is Signed.FOREIGN
    assert theirs.is_of(await account.published())
    assert not (account.folder / KEYS).exists()


async def test_only_a_reset_with_the_password_replaces_it(account: Account, session: Session) -> None:
    theirs = Identity.new(session.user_id)
    await account.owner.call("POST", "/keys/device_signing/upload", theirs.published())
    with pytest.raises(SetupError) as caught:
        await reset(session, "wrong-one")
    assert "matrix_password" in sentence(caught.value)
    assert "wrong-one" not in sentence(caught.value)
    assert await standing(session) is Signed.FOREIGN
    with pytest.raises(SetupError):
        await reset(session, "")
    await reset(session, account.owner.password)
    assert await standing(session) is Signed.YES
    assert not theirs.is_of(await account.published())
    assert await ensure(session) is Signed.YES
    assert not (account.folder / NEXT).exists()


async def test_a_reset_that_ended_halfway_is_ours(account: Account, session: Session) -> None:
    await ensure(session)
    new = Identity.new(session.user_id)
    new.keep(session.folder, NEXT)  # the process ends after the homeserver took it
    words = {"type": "m.login.password", "password": account.owner.password}
    words["identifier"] = {"type": "m.id.user", "user": session.user_id}  # type: ignore[assignment]
    with pytest.raises(MatrixFault) as caught:
        await session.call("POST", "/_matrix/client/v3/keys/device_signing/upload", new.published())
    auth = {**words, "session": caught.value.answer["session"]}
    body = {**new.published(), "auth": auth}
    await session.call("POST", "/_matrix/client/v3/keys/device_signing/upload", body)
    assert await ensure(session) is Signed.YES
    assert Identity.kept(session.folder, KEYS).master.seed == new.master.seed
    assert not (account.folder / NEXT).exists()


async def test_kept_seeds_are_used_when_the_upload_was_cut_off(
    account: Account, session: Session, fault_proxy: FaultProxy
) -> None:
    await session.close()
    cut = await Session.open(account.options(homeserver=fault_proxy.url))
    fault_proxy.script("POST /keys/device_signing/upload", bad_gateway())
    with pytest.raises(MatrixFault):
        await ensure(cut)
    kept = (account.folder / KEYS).read_bytes()
    assert await ensure(cut) is Signed.YES
    assert (account.folder / KEYS).read_bytes() == kept
    fault_proxy.script("POST /keys/query", refused(403, "M_FORBIDDEN", "no"))
    with pytest.raises(MatrixFault):
        await standing(cut)
    await cut.close()


async def test_a_homeserver_that_takes_no_identity_is_no_end(
    account: Account, session: Session, fault_proxy: FaultProxy
) -> None:
    await session.close()
    here = await Session.open(account.options(homeserver=fault_proxy.url))
    fault_proxy.script("POST /keys/device_signing/upload", refused(404, "M_UNRECOGNIZED"))
    assert await ensure(here) is Signed.REFUSED
    assert await ensure(here) is Signed.YES  # at the next start
    await here.close()


async def test_a_device_that_was_signed_out_is_signed_anew(account: Account, session: Session) -> None:
    await ensure(session)
    device = session.device_id
    await session.call("POST", "/_matrix/client/v3/logout")
    before = session.keys_shared
    await session.ensure_token()
    assert session.device_id == device
    assert session.keys_shared == before + 1
    assert await ensure(session) is Signed.YES
    assert await standing(session) is Signed.YES


@pytest.mark.parametrize("spoilt", ["{}", '{"user_id": "@a:b", "master": "x"}', "["])
async def test_a_spoilt_file_is_one_sentence(spoilt: str, session: Session) -> None:
    (session.folder.path / KEYS).write_text(spoilt)
    with pytest.raises(SetupError) as caught:
        await ensure(session)
    assert KEYS in sentence(caught.value)


async def test_keys_of_another_account_are_not_used(session: Session) -> None:
    Identity.new("@other:nutgraf.test").keep(session.folder, KEYS)
    with pytest.raises(SetupError) as caught:
        await ensure(session)
    assert "@other:nutgraf.test" in sentence(caught.value)


def test_a_signature_is_of_what_was_signed() -> None:
    key, other = Key(bytes(32)), Key(bytes([1] * 32))
    signed = key.sign("@a:b", {"keys": {"x": "ä"}, "unsigned": {"name": "y"}})
    assert key.has_signed("@a:b", {**signed, "unsigned": {}})
    assert not key.has_signed("@a:b", {**signed, "keys": {"x": "a"}})
    assert not other.has_signed("@a:b", signed)
    assert not key.has_signed("@a:b", json.loads('{"signatures": {"@a:b": {}}}'))
    # the public key of the all-zero seed, by RFC 8032's reference code
    assert key.public == "O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik"
