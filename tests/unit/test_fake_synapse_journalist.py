"""Journalists with end-to-end encryption, on the homeserver of the tests."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa

from tests.fakes.synapse.heard import Event
from tests.fakes.synapse.journalist import Journalist, Journalists
from tests.fakes.synapse.people import People
from tests.fakes.synapse.signatures import signed_devices


def says(text: str) -> Callable[[Event], bool]:
    return lambda event: event["content"].get("body") == text


async def together(journalists: Journalists) -> tuple[Journalist, Journalist, str]:
    ada, ben = await journalists.new("ada"), await journalists.new("ben")
    room = await ada.create("desk", encrypted=True, invite=[ben.user_id])
    await ben.join(room)
    await ben.fetch_keys()
    return ada, ben, room


async def test_what_is_said_is_sealed_and_opened(journalists: Journalists, people: People) -> None:
    ada, ben, room = await together(journalists)
    root = await ada.say(room, "hello")
    heard = await ben.wait_for(room, says("hello"))
    assert heard["event_id"] == root
    assert "hello" not in str(heard["sealed"])
    await ben.say(room, "below", thread=root)
    below = await ada.wait_for(room, says("below"))
    assert below["content"]["m.relates_to"]["event_id"] == root
    assert below["sealed"]["content"]["m.relates_to"]["rel_type"] == "m.thread"
    phone = await journalists.again(ada)
    await ada.say(room, "to both")
    assert (await phone.wait_for(room, says("to both")))["event_id"]
    await ben.react(room, root, "👀")
    assert await ada.wait_for(room, lambda event: event["type"] == "m.reaction")


async def test_keys_that_come_later(journalists: Journalists) -> None:
    ada, ben, room = await together(journalists)
    await ada.say(room, "before")
    await ben.wait_for(room, says("before"))
    ada.withhold_keys()
    sent = await ada.say(room, "secret")
    sealed = await ben.wait_for(room, lambda event: event["event_id"] == sent)
    assert sealed["type"] == "m.room.encrypted"
    await ada.until(lambda: [told for told in ada.key_requests if told["sender"] == ben.user_id])
    await ada.release_keys()
    assert (await ben.wait_for(room, says("secret")))["event_id"] == sent


async def test_who_is_distrusted_hears_nothing(journalists: Journalists) -> None:
    ada, ben, room = await together(journalists)
    await ada.say(room, "before")
    ada.distrust(ben.user_id)
    await ada.say(room, "secret")
    with pytest.raises(AssertionError, match="in vain"):
        await ben.wait_for(room, says("secret"), 1)
    ada.trust(ben.user_id)
    await ada.say(room, "after")
    await ben.wait_for(room, says("after"))


async def test_unsigned_devices_can_be_left_out_both_ways(journalists: Journalists) -> None:
    ada, ben = await journalists.new("ada", only_signed=True), await journalists.new("ben")
    room = await ada.create(encrypted=True, invite=[ben.user_id])
    await ben.join(room)
    ours = await ada.say(room, "ours")
    theirs = await ben.say(room, "theirs")
    assert (await ben.wait_for(room, lambda e: e["event_id"] == ours))["type"] == "m.room.encrypted"
    assert (await ada.wait_for(room, lambda e: e["event_id"] == theirs))["type"] == "m.room.encrypted"
    await ben.wait_for(room, says("theirs"))


USER = "@bot:nutgraf.test"


class Key:
    """An Ed25519 key that signs what a server hands out."""

    def __init__(self, name: str = "") -> None:
        self.key = ECC.generate(curve="Ed25519")
        self.public = unpadded(self.key.public_key().export_key(format="raw"))
        self.name = f"ed25519:{name or self.public}"

    def sign(self, what: dict[str, Any]) -> dict[str, Any]:
        bare = {name: value for name, value in what.items() if name not in {"signatures", "unsigned"}}
        canonical = json.dumps(bare, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
        signature = unpadded(eddsa.new(self.key, "rfc8032").sign(canonical))
        what.setdefault("signatures", {}).setdefault(USER, {})[self.name] = signature
        return what

    def told(self, usage: str) -> dict[str, Any]:
        return {"user_id": USER, "usage": [usage], "keys": {self.name: self.public}}


def unpadded(raw: bytes) -> str:
    return base64.b64encode(raw).decode().rstrip("=")


def answered(**who: Key) -> dict[str, Any]:
    """An answer of /keys/query in which whoever is named signs instead of whoever should."""
    master, signing, device = Key(), Key(), Key("PHONE")
    keys = {"user_id": USER, "device_id": "PHONE", "keys": {device.name: device.public}, "unsigned": {"a": 1}}
    return {
        "master_keys": {USER: master.told("master")},
        "self_signing_keys": {USER: who.get("by_master", master).sign(signing.told("self_signing"))},
        "device_keys": {USER: {"PHONE": who.get("by_signing", signing).sign(device.sign(keys))}},
    }


def test_a_device_is_signed_when_the_whole_chain_holds() -> None:
    assert signed_devices(USER, answered()) == {"PHONE"}
    assert not signed_devices(USER, answered(by_master=Key()))
    assert not signed_devices(USER, answered(by_signing=Key()))
    changed = answered()
    changed["device_keys"][USER]["PHONE"]["keys"]["curve25519:PHONE"] = "another"
    assert not signed_devices(USER, changed)
    assert not signed_devices(USER, {"device_keys": answered()["device_keys"]})
