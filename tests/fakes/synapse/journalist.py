"""A person with end-to-end encryption: matrix-nio as the client, with a store of its own.

ada = await journalists.new("ada")                       # fixture of tests/conftest.py
room = await ada.create(encrypted=True, invite=[bot])
link = await ada.say(room, "https://paper.example/story")     # encrypted, as edits and threads are
reply = await ada.wait_for(room, lambda event: event["sender"] == bot)       # opened
phone = await journalists.again(ada)                     # her second device
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import nio

from tests.fakes.synapse.faults import Later
from tests.fakes.synapse.heard import Event
from tests.fakes.synapse.people import People, Person, Refused
from tests.fakes.synapse.proxy import FaultProxy
from tests.fakes.synapse.signatures import signed_devices

# the timeline comes by Person.sync, without gaps; this one brings keys, members and what is encrypted
_KEYS_ONLY = {"room": {"timeline": {"limit": 1}, "ephemeral": {"types": []}}, "presence": {"types": []}}

logging.getLogger("nio").setLevel(logging.CRITICAL)  # what it cannot open is what tests are about


class Journalists:
    """Makes them and closes them."""

    def __init__(self, people: People, folder: Path) -> None:
        self._people = people
        self._folder = folder
        self._made: list[Journalist] = []

    async def new(self, name: str = "ada", *, only_signed: bool = False) -> Journalist:
        """``only_signed``: no keys for, and nothing opened from, devices that their owner has not signed."""
        return await self._login(await self._people.new(name), only_signed)

    async def again(self, journalist: Journalist) -> Journalist:
        """The same account on a further device, with keys of its own."""
        return await self._login(await self._people.again(journalist), journalist.only_signed)

    async def _login(self, person: Person, only_signed: bool) -> Journalist:
        made = Journalist(person, only_signed)
        await made.login(Path(tempfile.mkdtemp(prefix="journalist-", dir=self._folder)))
        self._made.append(made)
        return made

    async def close(self) -> None:
        for journalist in self._made:
            await journalist.close()


class Journalist(Person):
    """``shown`` and ``wait_for`` give events in clear; one that cannot be opened stays as it is."""

    def __init__(self, person: Person, only_signed: bool) -> None:
        account = {"user_id": person.user_id, "device_id": person.device_id, "access_token": person.token}
        super().__init__(person.url, person.session, account, person.password)
        self.only_signed = only_signed
        self.key_requests: list[Event] = []
        self._opened: dict[str, Event] = {}
        self._signed: set[tuple[str, str]] = set()

    async def login(self, folder: Path) -> None:
        """A device with keys, beside the plain one that reads timelines."""
        self._proxy = await FaultProxy(self.url).start()
        self.nio = nio.AsyncClient(
            self._proxy.url,
            self.user_id,
            store_path=str(folder),
            config=nio.AsyncClientConfig(
                store_sync_tokens=False, pickle_key="a journalist's", max_timeouts=2, request_timeout=30
            ),
        )
        answer = await self.nio.login(self.password, device_name="Newsroom")
        assert isinstance(answer, nio.LoginResponse), answer
        await self.fetch_keys()

    @property
    def keys_device_id(self) -> str:
        """The device that has keys; ``device_id`` has none."""
        return str(self.nio.device_id)

    async def close(self) -> None:
        await self.nio.close()
        if self.nio.store is not None:
            self.nio.store.database.close()
        await self._proxy.stop()

    # ------------------------------------------------------------------ speaking

    async def send(self, room: str, kind: str, content: Mapping[str, Any], txn: str = "") -> str:
        """Encrypted where the room is; reactions are in clear everywhere, as in all clients."""
        await self.fetch_keys()
        if self.only_signed:
            await self._shut_out_unsigned(room)
        answer = await self.nio.room_send(
            room, kind, dict(content), tx_id=txn or None, ignore_unverified_devices=True
        )
        if isinstance(answer, nio.RoomSendError):
            raise Refused(0, {"errcode": answer.status_code, "error": answer.message})
        return str(answer.event_id)

    async def send_hidden(self, room: str, kind: str, content: Mapping[str, Any]) -> str:
        """Encrypted with what it relates to, of which the homeserver then sees nothing. For a room whose
        key is out."""
        sealed_kind, sealed = self.nio.encrypt(room, kind, dict(content))
        shown = {name: value for name, value in sealed.items() if name != "m.relates_to"}
        return await Person.send(self, room, str(sealed_kind), shown)

    def distrust(self, user_id: str) -> None:
        """Sends no more keys to the devices that somebody has now."""
        for device in self.nio.device_store.active_user_devices(user_id):
            self.nio.blacklist_device(device)
        self._forget_sessions()

    def trust(self, user_id: str) -> None:
        """Has compared the keys of somebody's devices and found them right."""
        for device in self.nio.device_store.active_user_devices(user_id):
            self.nio.verify_device(device)
        self._forget_sessions()

    def withhold_keys(self) -> None:
        """From now on everything is said with new keys, and these do not arrive until ``release_keys``."""
        self._proxy.always("PUT /sendToDevice/m.room.encrypted", Later())
        self._forget_sessions()

    async def release_keys(self) -> None:
        self._proxy.heal()
        await self._proxy.release()

    def _forget_sessions(self) -> None:
        assert self.nio.olm is not None
        for room in list(self.nio.olm.outbound_group_sessions):
            self.nio.invalidate_outbound_session(room)

    async def _shut_out_unsigned(self, room: str) -> None:
        users = await self.members(room) - {self.user_id}
        await self._look_up_signed(users)
        for user in users:
            for device in self.nio.device_store.active_user_devices(user):
                if (user, device.id) in self._signed:
                    self.nio.unblacklist_device(device)
                else:
                    self.nio.blacklist_device(device)

    async def _look_up_signed(self, users: Iterable[str]) -> None:
        answer = await self.call("POST", "/keys/query", {"device_keys": {user: [] for user in users}})
        self._signed |= {(user, device) for user in users for device in signed_devices(user, answer)}

    # ------------------------------------------------------------------ hearing

    async def fetch_keys(self) -> None:
        """What has come to the device with keys, and what is to be done about it.

        ``key_requests`` are those of others for keys of hers; nothing is done about these.
        """
        first = not self.nio.next_batch
        answer = await self.nio.sync(timeout=0, sync_filter=_KEYS_ONLY, full_state=first)
        assert isinstance(answer, nio.SyncResponse), answer
        self.key_requests += [
            event.source for event in answer.to_device_events if isinstance(event, nio.RoomKeyRequest)
        ]
        if self.nio.should_upload_keys:
            await self.nio.keys_upload()
        if self.nio.should_query_keys:
            await self.nio.keys_query()
        if self.nio.should_claim_keys:
            await self.nio.keys_claim(self.nio.get_users_for_key_claiming())
        await self.nio.send_to_device_messages()

    async def sync(self, wait_ms: int = 0) -> None:
        """Keys do not wake the wait for a timeline, so it is short."""
        await super().sync(min(wait_ms, 300))
        await self.fetch_keys()
        if self.only_signed:
            await self._look_up_signed({e["sender"] for told in self.heard.events.values() for e in told})

    def shown(self, room: str, event: Event) -> Event:
        if event["type"] != "m.room.encrypted" or "ciphertext" not in event["content"]:
            return event
        if event["event_id"] not in self._opened:
            opened = self._open(room, event)
            if opened is None:
                return event
            self._opened[event["event_id"]] = opened
        return self._opened[event["event_id"]]

    def _open(self, room: str, event: Event) -> Event | None:
        sealed = nio.Event.parse_encrypted_event(event)
        if not isinstance(sealed, nio.MegolmEvent):
            return None
        sealed.room_id = room
        try:
            opened = self.nio.decrypt_event(sealed)
        except nio.EncryptionError:
            return None
        if self.only_signed and not self._is_signed(sealed):
            return None
        return {**event, "type": opened.source["type"], "content": opened.source["content"], "sealed": event}

    def _is_signed(self, sealed: nio.MegolmEvent) -> bool:
        devices = self.nio.device_store.active_user_devices(sealed.sender)
        senders = {device.id for device in devices if device.curve25519 == sealed.sender_key}
        return any((sealed.sender, device_id) in self._signed for device_id in senders)
