"""The bot's own cross-signing identity, and its device signed with it.

Clients that leave out devices which their owner has not signed (MSC4153) share no keys with an unsigned
bot: it would be deaf and mute in encrypted rooms. nio 0.26 has no cross-signing. This is the producer's side:
three Ed25519 keys kept in one private file, /keys/device_signing/upload, /keys/signatures/upload (spec,
"Cross-signing"). The first upload needs no password (MSC3967, spec v1.11); replacing an identity does, and
happens by ``reset`` alone.
"""

from __future__ import annotations

import base64
import json
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, Self

from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa

from adapters.matrix.faults import MatrixFault
from adapters.matrix.folder import KEYS, NEXT_KEYS, Folder
from adapters.matrix.session import Session
from adapters.matrix.signin import V3
from bot.errors import BadSetting, StoreUnusable
from bot.ports import Refusal

log = logging.getLogger(__name__)

_ROLES = ("master", "self_signing", "user_signing")


class Signed(StrEnum):
    """How the bot's device stands with its owner."""

    YES = "yes"
    FOREIGN = "foreign"  # the account has an identity whose keys are not ours
    REFUSED = "refused"  # the homeserver did not take ours


class Key:
    """An Ed25519 key of a 32-byte seed."""

    def __init__(self, seed: bytes) -> None:
        self.seed = seed
        self._key = ECC.construct(curve="Ed25519", seed=seed)
        self.public = _b64(self._key.public_key().export_key(format="raw"))

    @property
    def key_id(self) -> str:
        return f"ed25519:{self.public}"

    def sign(self, user_id: str, signed: Mapping[str, Any]) -> dict[str, Any]:
        """``signed`` with our signature alone."""
        made = _b64(eddsa.new(self._key, "rfc8032").sign(canonical(signed)))
        return {**signed, "signatures": {user_id: {self.key_id: made}}}

    def has_signed(self, user_id: str, signed: Mapping[str, Any]) -> bool:
        """Whether ``signed`` bears a valid signature of ours."""
        made = signed.get("signatures", {}).get(user_id, {}).get(self.key_id)
        try:
            eddsa.new(self._key.public_key(), "rfc8032").verify(canonical(signed), _unb64(made))
        except (ValueError, TypeError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Identity:
    """The three keys of one user."""

    user_id: str
    master: Key
    self_signing: Key
    user_signing: Key

    @classmethod
    def new(cls, user_id: str) -> Self:
        return cls(user_id, *(Key(secrets.token_bytes(32)) for _ in _ROLES))

    @classmethod
    def kept(cls, folder: Folder, name: str) -> Self | None:
        """Of a file; None when there is none. Raises StoreUnusable."""
        read = folder.read(name)
        if read is None:
            return None
        try:
            return cls(str(read["user_id"]), *(Key(_unb64(read[role])) for role in _ROLES))
        except (KeyError, ValueError, TypeError) as error:
            raise StoreUnusable(str(folder.path / name), "not what nutgraf wrote") from error

    def keep(self, folder: Folder, name: str) -> None:
        seeds = {role: _b64(getattr(self, role).seed) for role in _ROLES}
        folder.write(name, {"user_id": self.user_id, **seeds})

    def published(self) -> dict[str, Any]:
        """The body of /keys/device_signing/upload."""
        keys = {role: _public(self.user_id, role, getattr(self, role)) for role in _ROLES}
        return {
            "master_key": keys["master"],
            "self_signing_key": self.master.sign(self.user_id, keys["self_signing"]),
            "user_signing_key": self.master.sign(self.user_id, keys["user_signing"]),
        }

    def is_of(self, told: Mapping[str, Any]) -> bool:
        """Whether an answer of /keys/query names our master and self-signing keys."""
        return all(
            getattr(self, role).key_id in _keys(told, f"{role}_keys", self.user_id)
            for role in ("master", "self_signing")
        )


def canonical(signed: Mapping[str, Any]) -> bytes:
    """Canonical JSON (spec, "Signing JSON"), without signatures and unsigned."""
    bare = {name: value for name, value in signed.items() if name not in {"signatures", "unsigned"}}
    return json.dumps(bare, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


class Account(Protocol):
    """Who asks: a Session, or ``nutgraf check`` beside a running one."""

    @property
    def user_id(self) -> str: ...
    @property
    def device_id(self) -> str: ...
    @property
    def folder(self) -> Folder: ...
    async def call(self, method: str, path: str, body: object = None) -> dict[str, Any]: ...


async def ensure(session: Session, password: str = "") -> Signed:
    """The device is signed by an identity that is ours; the same again changes nothing. Foreign keys are
    left as they are. ``password``: for homeservers that want it already for a first identity.

    Raises MatrixFault to be tried again, SetupError.
    """
    told = await _queried(session)
    identity = _ours(session, told)
    try:
        if identity is None:
            if _keys(told, "master_keys", session.user_id):
                log.warning("Matrix: %s has an identity that is not ours: going on unsigned", session.user_id)
                return Signed.FOREIGN
            identity = _kept(session, KEYS) or Identity.new(session.user_id)
            identity.keep(session.folder, KEYS)
            await _publish(session, identity, password)
            told = await _queried(session)
        if not _is_signed(session, identity, told):
            await _sign(session, identity, told)
    except MatrixFault as fault:
        if fault.refusal is None:
            raise
        log.warning("Matrix: the device could not be signed (%s)", fault)
        return Signed.REFUSED
    _settle(session, identity)
    return Signed.YES


async def reset(session: Session, password: str) -> None:
    """Another identity in place of whichever the account has. Members see that it changed.

    Raises BadSetting for a password that is not taken, MatrixFault.
    """
    identity = Identity.new(session.user_id)
    identity.keep(session.folder, NEXT_KEYS)  # ours also if we end before it is settled: see _ours
    try:
        await _publish(session, identity, password)
    except MatrixFault as fault:
        if fault.refusal is not None:
            want = f"the password of {session.user_id} (it says {fault.cause})"
            raise BadSetting("matrix_password", "…", want) from fault
        raise
    await _sign(session, identity, await _queried(session))
    _settle(session, identity)


async def standing(account: Account) -> Signed:
    """How the device stands, changing nothing. Raises MatrixFault, SetupError."""
    told = await _queried(account)
    identity = _ours(account, told)
    if identity is not None and _is_signed(account, identity, told):
        return Signed.YES
    foreign = identity is None and _keys(told, "master_keys", account.user_id)
    return Signed.FOREIGN if foreign else Signed.REFUSED


# ---------------------------------------------------------------------- steps


async def _queried(account: Account) -> dict[str, Any]:
    return await account.call("POST", f"{V3}/keys/query", {"device_keys": {account.user_id: []}})


def _ours(account: Account, told: Mapping[str, Any]) -> Identity | None:
    """The kept identity that the homeserver has; a reset may have ended before its file was settled."""
    kept = (_kept(account, name) for name in (KEYS, NEXT_KEYS))
    return next((one for one in kept if one is not None and one.is_of(told)), None)


def _kept(account: Account, name: str) -> Identity | None:
    identity = Identity.kept(account.folder, name)
    if identity is not None and identity.user_id != account.user_id:
        raise BadSetting(
            "matrix_user", account.user_id, f"{identity.user_id}: {account.folder.path} is that account's"
        )
    return identity


def _settle(account: Account, identity: Identity) -> None:
    """The one identity that counts, in the one file."""
    kept = Identity.kept(account.folder, KEYS)
    if kept is None or kept.master.seed != identity.master.seed:
        identity.keep(account.folder, KEYS)
    account.folder.remove(NEXT_KEYS)


async def _publish(session: Session, identity: Identity, password: str) -> None:
    """Upload the public keys, with the password where the homeserver wants it. Raises MatrixFault."""
    path, body = f"{V3}/keys/device_signing/upload", identity.published()
    try:
        await session.call("POST", path, body)
    except MatrixFault as fault:
        stages = [flow.get("stages") for flow in fault.answer.get("flows", [])]
        if ["m.login.password"] not in stages or not password:
            raise
        body["auth"] = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": session.user_id},
            "password": password,
            "session": fault.answer.get("session"),
        }
        await session.call("POST", path, body)


async def _sign(session: Session, identity: Identity, told: Mapping[str, Any]) -> None:
    """The device by the self-signing key, and the master key by the device, as other clients do. Raises
    MatrixFault."""
    user_id, device_id = session.user_id, session.device_id
    device = _device(session, told)
    if device is None:
        raise MatrixFault("the keys of the device are not there yet")
    master = _public(user_id, "master", identity.master)
    made = session.client.olm.account.sign(canonical(master).decode())
    master["signatures"] = {user_id: {f"ed25519:{device_id}": made}}
    bare = {name: value for name, value in device.items() if name not in {"signatures", "unsigned"}}
    signed = {device_id: identity.self_signing.sign(user_id, bare), identity.master.public: master}
    answer = await session.call("POST", f"{V3}/keys/signatures/upload", {user_id: signed})
    if answer.get("failures"):
        raise MatrixFault(f"signatures refused: {answer['failures']}", refusal=Refusal.MESSAGE)
    log.info("Matrix: device %s is signed by its owner", device_id)


def _is_signed(account: Account, identity: Identity, told: Mapping[str, Any]) -> bool:
    device = _device(account, told)
    return device is not None and identity.self_signing.has_signed(account.user_id, device)


def _device(account: Account, told: Mapping[str, Any]) -> dict[str, Any] | None:
    devices = told.get("device_keys", {}).get(account.user_id, {})
    device: dict[str, Any] | None = devices.get(account.device_id)
    return device


def _public(user_id: str, role: str, key: Key) -> dict[str, Any]:
    return {"user_id": user_id, "usage": [role], "keys": {key.key_id: key.public}}


def _keys(told: Mapping[str, Any], of: str, user_id: str) -> Mapping[str, Any]:
    keys: Mapping[str, Any] = told.get(of, {}).get(user_id, {}).get("keys", {})
    return keys


def _b64(raw: bytes) -> str:
    """Unpadded, as Matrix has it."""
    return base64.b64encode(raw).decode().rstrip("=")


def _unb64(written: str) -> bytes:
    return base64.b64decode(written + "=" * (-len(written) % 4), validate=True)
