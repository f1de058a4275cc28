"""Transaction ids: what makes a repeated post the same event. Pure.

Synapse remembers one by room, user and device for 24 hours, and asks neither for the event's type nor
for its words: an id that served one kind must never serve another (facts of 2026-11-22, section 4).
"""

from __future__ import annotations

import hashlib
from enum import StrEnum

_PREFIX = "ng"
_LENGTH = 40  # hexadecimal digits: 160 bits


class Kind(StrEnum):
    """What is sent under the id."""

    POST = "post"
    EDIT = "edit"
    REDACTION = "redaction"


def txn_id(kind: Kind, *parts: str) -> str:
    """The same for the same kind and parts, in this process and the next; letters and digits only."""
    told = "\0".join((kind.value, *(f"{len(part)}:{part}" for part in parts)))
    made = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
    return _PREFIX + made[:_LENGTH]
