"""The sync loop: what the homeserver tells becomes requests, and how far it was read is stored with them.

nio's own loop saves its token before anything is done with what came, leaves gaps in timelines, spins on
errors and ends when a callback raises (facts of 2026-11-22, section 3). Here one answer of ``/sync`` is one
transaction of the desk: killed before it is committed, the same is read again; after it, nothing is. nio is
handed the keys, devices and members of each answer, and does the decrypting.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from nio import SyncResponse

from adapters.matrix.events import MEMBER, PLATFORM
from adapters.matrix.faults import MatrixFault
from adapters.matrix.intake import NOTED, Deed, Intake, Taken
from adapters.matrix.invites import Invites, leave_if_alone
from adapters.matrix.options import MatrixOptions
from adapters.matrix.pending import Pending
from adapters.matrix.raw import Raw, events_at, map_at, text_at
from adapters.matrix.rooms import DIRECT, ENCRYPTION, Rooms
from adapters.matrix.session import Session
from adapters.matrix.signin import V3
from bot.desk import Desk
from bot.errors import SetupError, StoreBusy, StoreUnusable
from bot.ports import Chat
from bot.types import Place

log = logging.getLogger(__name__)

_STATE_TIMEOUT_S = 300.0  # the first answer carries the state of all rooms
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 60.0
_TIMELINE = 50
_FILTER = json.dumps(
    {
        "room": {
            "timeline": {"limit": _TIMELINE},
            "state": {"lazy_load_members": False},
            "ephemeral": {"types": []},
            "account_data": {"types": []},
        },
        "presence": {"types": []},
        "account_data": {"types": [DIRECT]},
    },
    separators=(",", ":"),
)


@dataclass(frozen=True, slots=True)
class Pace:
    """``poll_s``: how long the homeserver may hold an answer back when there is nothing to tell;
    ``silence_s``: how much longer a connection may be silent before it counts as dead; ``patience``: tries of
    one answer, about a minute, before what keeps it from being read is left out."""

    poll_s: float = 30.0
    silence_s: float = 20.0
    patience: int = 8


@dataclass(slots=True)
class Health:
    """``synced_at``: of the last good sync, seconds since 1970, 0 for none. ``failures``: in a row since.
    ``unread``: messages that cannot be decrypted. ``left_out``: events that broke on a bug."""

    synced_at: float = 0.0
    failures: int = 0
    unread: int = 0
    left_out: int = 0


class SyncLoop:
    """``run`` until cancelled. Nothing else of the adapter syncs."""

    def __init__(
        self,
        session: Session,
        rooms: Rooms,
        desk: Desk,
        chat: Chat,
        options: MatrixOptions,
        *,
        pace: Pace | None = None,
    ) -> None:
        self.health = Health()
        self._session = session
        self._rooms = rooms
        self._desk = desk
        self._pace = pace or Pace()
        self._tries = 0  # of the answers from where we stand
        self._invites = Invites(session, rooms, desk, options.allowed)
        self._pending = Pending(session, rooms, desk, chat, grace_s=options.grace_s)
        self._intake = Intake(session, rooms, self._pending, options)
        self._note = f"sync:{session.device_id}"

    async def run(self) -> None:
        """Until cancelled. Raises SessionLost and BadSetting when the homeserver has signed the bot out for
        good."""
        beside: list[asyncio.Task[None]] = []
        try:
            since = await self._resumed()
            beside += [asyncio.create_task(self._invites.run()), asyncio.create_task(self._pending.run())]
            await self._listen(since)
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    async def _resumed(self) -> str | None:
        """Where an earlier run stopped reading; None for the first one. Waits for the store."""
        pause = _Pause()
        while True:
            try:
                await self._pending.load()
                notes: dict[str, str] = {}
                for prefix in (self._note, *NOTED):
                    notes.update(await self._desk.notes(PLATFORM, prefix))
            except (StoreBusy, StoreUnusable) as error:
                log.warning("the store cannot be used: %s", error)
                await pause.wait()
            else:
                self._intake.resume(notes)
                return notes.get(self._note)

    # ------------------------------------------------------------------------- loop

    async def _listen(self, since: str | None) -> None:
        pause, whole = _Pause(), True
        while True:
            asked_s: float | None = None
            try:
                answer = await self._ask(since, whole=whole)
                since = await self._read(answer, since)
                whole = False
            except MatrixFault as fault:
                log.warning("sync: %s", fault)
                asked_s = fault.retry_after_s
            except (StoreBusy, StoreUnusable) as error:
                log.warning("sync: the store cannot be used: %s", error)
            except SetupError:
                with suppress(StoreUnusable):
                    await self._desk.signed_out(Place(PLATFORM, self._session.user_id, ""))
                raise
            except Exception:
                log.exception("sync")
            else:
                pause = _Pause()
                self.health.failures, self.health.synced_at = 0, time.time()
                self.health.unread = len(self._pending)
                continue
            self.health.failures += 1
            await pause.wait(asked_s)

    async def _ask(self, since: str | None, *, whole: bool) -> dict[str, Any]:
        """``whole``: with the state of all rooms, which nio forgets when it ends. Raises MatrixFault,
        SessionLost."""
        query = {"filter": _FILTER, "timeout": "0" if whole else str(int(self._pace.poll_s * 1000))}
        if since is not None:
            query["since"] = since
        if whole:
            query["full_state"] = "true"
        timeout_s = _STATE_TIMEOUT_S if whole else self._pace.poll_s + self._pace.silence_s
        return await self._session.call("GET", f"{V3}/sync?{urlencode(query)}", timeout_s=timeout_s)

    async def _read(self, answer: Raw, since: str | None) -> str:
        """Take in one answer; the token of where it ends. Raises MatrixFault, StoreUnusable: then nothing of
        it was stored."""
        token = text_at(answer, "next_batch")
        if not token:
            raise MatrixFault("the homeserver's sync names no end")
        await self._hand_to_nio(answer)
        await self._keys()
        try:
            taken = await self._intake.read(answer, since, patient=self._tries + 1 < self._pace.patience)
        except MatrixFault as fault:
            self._tries += fault.retry_after_s is None  # a wait that is asked for ends
            raise
        self._tries = 0
        if token != since:
            taken.note(self._note, token)
        await self._store(taken)
        try:
            await self._after(taken)
        except Exception:
            log.exception("after a sync")
        return token

    async def _store(self, taken: Taken) -> None:
        """All in one transaction. Where a deed breaks on a bug of ours, each in its own: all of them may be
        done twice, the token's note is the last, and what breaks keeps nobody from being answered."""
        if await self._done(taken.deeds):
            return
        broken = sum([not await self._done([deed]) for deed in taken.deeds])
        if broken == len(taken.deeds):
            raise RuntimeError("nothing of a sync can be stored")
        taken.left_out += broken

    async def _done(self, deeds: Sequence[Deed]) -> bool:
        """False where one breaks; then none was done. Raises StoreBusy, StoreUnusable."""
        try:
            async with self._desk.batch() as batch:
                for deed in deeds:
                    await deed(batch)
        except (StoreBusy, StoreUnusable):
            raise
        except Exception:
            log.exception("%d deeds of a sync", len(deeds))
            return False
        return True

    async def _after(self, taken: Taken) -> None:
        """What need not be stored: it shows again, or does not matter."""
        self._intake.committed(taken)
        self.health.left_out += taken.left_out
        if taken.invited:
            self._invites.changed.set()
        await self._pending.ask(taken.unread)
        for room in taken.lonely:
            try:
                await leave_if_alone(self._session, self._rooms, room)
            except MatrixFault as fault:
                log.warning("room=%s not left: %s", room, fault)

    # -------------------------------------------------------------------------- nio

    async def _hand_to_nio(self, answer: Raw) -> None:
        """Keys, devices, members. What breaks nio costs itself alone: then it gets all piece by piece."""
        whole = _for_nio(answer)
        if not await self._handed(whole):
            for piece in _pieces(whole):
                await self._handed(piece)

    async def _handed(self, part: dict[str, Any]) -> bool:
        client = self._session.client
        client.next_batch = None  # it takes no answer twice, and we may have to
        try:
            told = SyncResponse.from_dict(part)
            if isinstance(told, SyncResponse):
                await client.receive_response(told)
                return True
            log.error("nio does not understand the sync: %s", told)
        except Exception:
            log.exception("nio breaks on the sync")
        return False

    async def _keys(self) -> None:
        """What nio's own loop does between two syncs. What fails is tried again after the next."""
        client = self._session.client
        if not client.olm:
            return
        try:
            if client.should_upload_keys:
                await self._session.ask(client.keys_upload)
            if client.should_query_keys:
                await self._session.ask(client.keys_query)
            if client.should_claim_keys:
                users = client.get_users_for_key_claiming()
                await self._session.ask(lambda: client.keys_claim(users))
            await client.send_to_device_messages()
        except MatrixFault as fault:
            log.warning("keys: %s", fault)
        except SetupError:
            raise
        except Exception:
            log.exception("keys")


class _Pause:
    """Longer each time, and never the same for two bots."""

    def __init__(self) -> None:
        self._next_s = _FIRST_PAUSE_S

    async def wait(self, asked_s: float | None = None) -> None:
        """``asked_s``: what the homeserver asks for."""
        await asyncio.sleep(asked_s or self._next_s * random.uniform(0.7, 1.3))  # noqa: S311 - no secret
        self._next_s = min(self._next_s * 2, _LONGEST_PAUSE_S)


def _for_nio(answer: Raw) -> dict[str, Any]:
    """Of the answer, what encryption needs: no message gets there."""
    rooms = {room: _members(told) for room, told in map_at(answer, "rooms", "join").items()}
    return {
        "next_batch": text_at(answer, "next_batch"),
        "device_lists": map_at(answer, "device_lists"),
        "device_one_time_keys_count": map_at(answer, "device_one_time_keys_count"),
        **_piece(events_at(answer, "to_device", "events"), rooms),
    }


def _piece(to_device: list[dict[str, Any]], rooms: Mapping[str, Any]) -> dict[str, Any]:
    return {"to_device": {"events": to_device}, "rooms": {"join": dict(rooms), "invite": {}, "leave": {}}}


def _pieces(whole: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Devices first, then each message to our device, then each room."""
    yield {**whole, **_piece([], {})}
    for event in whole["to_device"]["events"]:
        yield {"next_batch": whole["next_batch"], **_piece([event], {})}
    for room, told in whole["rooms"]["join"].items():
        yield {"next_batch": whole["next_batch"], **_piece([], {room: told})}


def _members(told: Raw) -> Mapping[str, Any]:
    def those(*path: str) -> list[dict[str, Any]]:
        return [one for one in events_at(told, *path) if one.get("type") in {MEMBER, ENCRYPTION}]

    return {
        "state": {"events": those("state", "events")},
        "timeline": {"events": [one for one in those("timeline", "events") if "state_key" in one]},
    }
