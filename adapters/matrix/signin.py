"""Signing in: by password, by access token, again on the same device, by a refresh token."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from hashlib import sha256
from typing import Any

from adapters.matrix.faults import MatrixFault
from adapters.matrix.options import MatrixOptions
from adapters.matrix.wire import Wire
from bot.errors import BadSetting, SessionLost, SettingMissing, StoreUnusable

V3 = "/_matrix/client/v3"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a homeserver gave us, as it is kept."""

    homeserver: str  # the API's address
    user_id: str
    device_id: str
    access_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_at: float = 0.0  # the access token's end, seconds of the epoch; 0: not known to end
    lasts_s: float = 0.0  # the access token's whole life
    pickle_key: str = field(default="", repr=False)  # seals the keys at rest
    given: str = ""  # digest of the access token in the settings that it began with

    def kept(self) -> dict[str, object]:
        return asdict(self)

    @classmethod
    def of(cls, kept: Mapping[str, Any], path: str) -> Grant:
        """Raises StoreUnusable for a file that is none of ours."""
        known = {one.name: kept[one.name] for one in fields(cls) if one.name in kept}
        try:
            grant = cls(**known)
        except TypeError as error:
            raise StoreUnusable(path, "not what nutgraf wrote") from error
        if not all(isinstance(one, str) and one for one in (grant.user_id, grant.device_id)):
            raise StoreUnusable(path, "not what nutgraf wrote")
        return grant


def fingerprint(token: str) -> str:
    return sha256(token.encode()).hexdigest() if token else ""


async def sign_in(wire: Wire, homeserver: str, options: MatrixOptions, device_id: str = "") -> Grant:
    """A first session, or one more on ``device_id``. Raises SetupError, MatrixFault to be tried again."""
    if options.access_token and not device_id:
        return await of_token(wire, homeserver, options)
    if not options.user:
        raise SettingMissing("matrix_user", "it says who signs in")
    if not options.password:
        raise SettingMissing("matrix_password", "it is needed once, to sign in")
    return await _by_password(wire, homeserver, options, device_id)


async def _by_password(wire: Wire, homeserver: str, options: MatrixOptions, device_id: str) -> Grant:
    body: dict[str, object] = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": options.user},
        "password": options.password,
        "initial_device_display_name": options.device_name,
        "refresh_token": True,
    }
    if device_id:
        body["device_id"] = device_id
    try:
        told = await wire.call("POST", f"{homeserver}{V3}/login", body)
    except MatrixFault as fault:
        raise _unwelcome(fault, options) from fault
    return _granted(Grant(homeserver, told["user_id"], told["device_id"], ""), told)


def _unwelcome(fault: MatrixFault, options: MatrixOptions) -> Exception:
    """Of a login that failed: the setting to mend, or the fault itself when it may pass."""
    if fault.refusal is None:
        return fault
    if fault.errcode in {"M_USER_DEACTIVATED", "M_INVALID_USERNAME", "M_INVALID_PARAM"}:
        return BadSetting("matrix_user", options.user, f"a user of that homeserver (it says {fault.cause})")
    if fault.errcode in {"M_UNKNOWN", "M_UNRECOGNIZED"}:
        want = f"an access token in its place: the homeserver takes no passwords (it says {fault.cause})"
        return BadSetting("matrix_password", "…", want)
    return BadSetting("matrix_password", "…", f"the password of {options.user} (it says {fault.cause})")


async def of_token(wire: Wire, homeserver: str, options: MatrixOptions) -> Grant:
    """Whose the settings' access token is. Raises BadSetting, MatrixFault to be tried again."""
    token = options.access_token
    try:
        told = await who(wire, homeserver, token)
    except MatrixFault as fault:
        if not fault.signed_out and fault.refusal is None:
            raise
        want = f"an access token that the homeserver takes (it says {fault.cause})"
        raise BadSetting("matrix_access_token", "…", want) from fault
    if not told.get("device_id"):
        want = "the token of a device: without one there is no encryption (signing in by password gives one)"
        raise BadSetting("matrix_access_token", "…", want)
    return Grant(homeserver, told["user_id"], told["device_id"], token, given=fingerprint(token))


async def who(wire: Wire, homeserver: str, token: str) -> dict[str, Any]:
    """user_id and, if any, device_id of a token. Raises MatrixFault."""
    return await wire.call("GET", f"{homeserver}{V3}/account/whoami", token=token)


async def renewed(wire: Wire, grant: Grant, options: MatrixOptions) -> Grant:
    """Another access token on the same device. Raises SessionLost when there is no way, BadSetting for a
    password that is not taken, MatrixFault to be tried again."""
    cause = "its access token is not taken any more"
    if grant.refresh_token:
        try:
            told = await wire.call(
                "POST", f"{grant.homeserver}{V3}/refresh", {"refresh_token": grant.refresh_token}
            )
            return _granted(grant, told)
        except MatrixFault as fault:
            if not fault.signed_out and fault.refusal is None:
                raise
            cause = f"its refresh token is not taken any more ({fault.cause})"
    if options.password and options.user:
        again = await sign_in(wire, grant.homeserver, options, grant.device_id)
        if (again.user_id, again.device_id) != (grant.user_id, grant.device_id):
            raise BadSetting("matrix_user", options.user, grant.user_id)
        return replace(again, pickle_key=grant.pickle_key, given=grant.given)
    key = "matrix_access_token" if options.access_token else "matrix_password"
    raise SessionLost(grant.user_id, cause, key)


def _granted(grant: Grant, told: Mapping[str, Any]) -> Grant:
    """``grant`` with the tokens of an answer of /login or /refresh."""
    lasts_ms = told.get("expires_in_ms")
    lasts_s = lasts_ms / 1000 if isinstance(lasts_ms, int | float) else 0.0
    return replace(
        grant,
        access_token=told["access_token"],
        refresh_token=told.get("refresh_token") or grant.refresh_token,
        expires_at=time.time() + lasts_s if lasts_s else 0.0,
        lasts_s=lasts_s,
    )
