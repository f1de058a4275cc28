"""``nutgraf check``: how Matrix stands, also while the bot runs in another process. It changes nothing: a
token that has ended is not renewed here, for the running bot would lose its own."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from adapters.finding import Finding
from adapters.matrix.crosssign import Signed, standing
from adapters.matrix.faults import MatrixFault
from adapters.matrix.folder import SESSION, Folder
from adapters.matrix.health import WRITTEN_EVERY_S, Health
from adapters.matrix.options import MatrixOptions
from adapters.matrix.signin import Grant, who
from adapters.matrix.wire import Wire

START = "Start “nutgraf run”."
_OLD_SYNC_S = 120.0  # the homeserver answers within 30 s, and twice as long is no rare thing
_OLD_FILE_S = 6 * WRITTEN_EVERY_S
_RESET = "“nutgraf matrix reset-identity” gives the account one of its own; it needs the password."


@dataclass(frozen=True, slots=True)
class Kept:
    """The kept session, for calls that only look (crosssign.Account)."""

    grant: Grant
    folder: Folder
    wire: Wire

    @property
    def user_id(self) -> str:
        return self.grant.user_id

    @property
    def device_id(self) -> str:
        return self.grant.device_id

    async def call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        url, token = self.grant.homeserver + path, self.grant.access_token
        return await self.wire.call(method, url, body, token=token)


async def check(options: MatrixOptions) -> list[Finding]:
    """Raises StoreUnusable for files that cannot be read."""
    folder = Folder(options.store_dir)
    if folder.read(SESSION) is None:
        return [Finding("token", "nobody has signed in yet", START)]
    wire = Wire()
    try:
        found, token_taken = await _token(folder, wire)
        if token_taken:
            found.append(await _signed(_kept(folder, wire)))
    finally:
        await wire.close()
    return [*found, *_fares(folder)]


def _kept(folder: Folder, wire: Wire) -> Kept:
    path = str(folder.path / SESSION)
    return Kept(Grant.of(folder.read(SESSION) or {}, path), folder, wire)


async def _token(folder: Folder, wire: Wire) -> tuple[list[Finding], bool]:
    for last in (False, True):
        kept = _kept(folder, wire)
        try:
            await who(wire, kept.grant.homeserver, kept.grant.access_token)
        except MatrixFault as fault:
            if fault.signed_out and not last:
                continue  # the running bot may have renewed it just now
            return [_not_taken(kept, fault)], False
        told = f"taken: {kept.user_id}, device {kept.device_id}, at {kept.grant.homeserver}"
        return [Finding("token", told)], True
    raise AssertionError("unreachable")


def _not_taken(kept: Kept, fault: MatrixFault) -> Finding:
    if not fault.signed_out:
        remedy = f"See that {kept.grant.homeserver} answers; the bot goes on by itself once it does."
        return Finding("token", f"not known: {fault.cause}", remedy)
    if kept.grant.refresh_token:  # which a bot that runs does before the end
        remedy = "Ask again in a minute; its log may say more." if kept.folder.in_use else START
        return Finding("token", "has ended, and is to be renewed by the bot", remedy)
    remedy = "Give matrix_password in the settings and start nutgraf again: it signs in on the same device."
    return Finding("token", f"not taken any more ({fault.cause})", remedy)


async def _signed(kept: Kept) -> Finding:
    what = "device signed by its owner"
    try:
        how = await standing(kept)
    except MatrixFault as fault:
        return Finding(what, f"not known: {fault.cause}", "Ask again in a while.")
    if how is Signed.YES:
        return Finding(what, "yes")
    if how is Signed.FOREIGN:
        told = "no: the account has an identity that is not nutgraf's; some clients will not write to it"
        return Finding(what, told, _RESET)
    return Finding(
        what, "no: some clients will not write to it in encrypted rooms", f"{START} Else: {_RESET}"
    )


def _fares(folder: Folder) -> list[Finding]:
    health, now = Health.kept(folder), time.time()
    if health is None or not folder.in_use:
        told = _ago("it never was", health.synced_at if health else 0.0, now)
        return [Finding("served", f"not now; last good sync: {told}", START)]
    found = []
    if now - health.written_at > _OLD_FILE_S:
        told = f"it last told of itself {_span(now - health.written_at)} ago"
        found.append(Finding("running bot", told, "Start it again; its log may say why."))
    told = _ago("none yet", health.synced_at, now)
    if health.failures:
        told += f", {health.failures} failed since"
    late = now - (health.synced_at or health.started_at) > _OLD_SYNC_S
    remedy = "See that the homeserver answers; the log says what it said." if late else ""
    found.append(Finding("last good sync", told, remedy))
    return [*found, *_trouble(health)]


def _trouble(health: Health) -> list[Finding]:
    unread = Finding(
        "undecryptable messages",
        str(health.unread),
        "Their keys have not come. Who wrote them may write again, once “device signed” above says yes."
        if health.unread
        else "",
    )
    limited = Finding(
        "rate limited",
        f"{_span(health.limited_s)} in the last hour",
        "Lift the homeserver's limit for the bot's account; docs/matrix.md has the command."
        if health.limited_s >= 1
        else "",
    )
    left_out = Finding(
        "events left out", str(health.left_out), "They broke on a bug of ours; the log has it."
    )
    return [unread, limited, *([left_out] if health.left_out else [])]


def _ago(never: str, at: float, now: float) -> str:
    return f"{_span(now - at)} ago" if at else never


def _span(seconds: float) -> str:
    whole = max(0, round(seconds))
    if whole < 120:
        return f"{whole} second{'' if whole == 1 else 's'}"
    if whole < 7200:
        return f"{whole // 60} minutes"
    return f"{whole // 3600} hours" if whole < 172_800 else f"{whole // 86_400} days"
