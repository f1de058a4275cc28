"""Who signed a device: cross-signing as a client checks it that leaves out unsigned devices (MSC4153)."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa


def signed_devices(user_id: str, answer: Mapping[str, Any]) -> set[str]:
    """The devices in an answer of /keys/query that their owner's identity vouches for.

    That is: the device signed itself, the self-signing key signed it, and the master key signed that one.
    """
    master = _only_key(answer, "master_keys", user_id)
    signing = _only_key(answer, "self_signing_keys", user_id)
    if not master or not signing:
        return set()
    if not _signed(answer["self_signing_keys"][user_id], user_id, master):
        return set()
    return {
        device_id
        for device_id, device in answer.get("device_keys", {}).get(user_id, {}).items()
        if _signed(device, user_id, signing)
        and _signed(device, user_id, (f"ed25519:{device_id}", device["keys"][f"ed25519:{device_id}"]))
    }


def _only_key(answer: Mapping[str, Any], kind: str, user_id: str) -> tuple[str, str] | None:
    keys: Iterator[tuple[str, str]] = iter(answer.get(kind, {}).get(user_id, {}).get("keys", {}).items())
    return next(keys, None)


def _signed(what: Mapping[str, Any], user_id: str, key: tuple[str, str]) -> bool:
    """``key`` is (key id, public key in unpadded base64)."""
    signature = what.get("signatures", {}).get(user_id, {}).get(key[0])
    if signature is None:
        return False
    unsigned = {name: value for name, value in what.items() if name not in {"signatures", "unsigned"}}
    canonical = json.dumps(unsigned, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    public = eddsa.import_public_key(_bytes(key[1]))
    assert isinstance(public, ECC.EccKey)
    try:
        eddsa.new(public, "rfc8032").verify(canonical, _bytes(signature))
    except ValueError:
        return False
    return True


def _bytes(unpadded: str) -> bytes:
    return base64.b64decode(unpadded + "=" * (-len(unpadded) % 4))
