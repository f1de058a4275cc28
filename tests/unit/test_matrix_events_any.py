"""Any event of a room is taken, whatever is in it."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapters.matrix.events import Edited, Pressed, Scene, edited, press, understood
from bot.types import Request
from tests.unit.test_matrix_events import ANN, BOT, DIRECT, GROUP, LINK, ROOM

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.sampled_from([BOT, ANN, LINK, "$1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
_RELATION = _JSON | st.fixed_dictionaries(
    {},
    optional={
        "rel_type": _JSON | st.sampled_from(["m.replace", "m.thread", "m.annotation"]),
        "event_id": _JSON,
        "key": _JSON | st.sampled_from("➕🔁❌"),
        "m.in_reply_to": _JSON,
        "is_falling_back": _JSON,
    },
)
_CONTENT = st.fixed_dictionaries(
    {},
    optional={
        "msgtype": _JSON | st.just("m.text"),
        "body": _JSON | st.text(),
        "m.relates_to": _RELATION,
        "m.new_content": _JSON | st.fixed_dictionaries({"msgtype": st.just("m.text"), "body": st.text()}),
        "org.nutgraf.key": _JSON,
        "membership": _JSON | st.sampled_from(["join", "leave"]),
        "replacement_room": _JSON,
        "redacts": _JSON,
        "m.mentions": _JSON,
    },
)
_KINDS = ["m.room.message", "m.reaction", "m.room.redaction", "m.room.member", "m.room.tombstone"]
_EVENT = st.fixed_dictionaries(
    {"type": st.sampled_from(_KINDS) | _JSON, "content": _CONTENT | _JSON},
    optional={
        "event_id": _JSON | st.just("$1"),
        "sender": _JSON | st.sampled_from([BOT, ANN]),
        "state_key": _JSON,
        "unsigned": _JSON | st.fixed_dictionaries({"prev_content": _JSON, "prev_sender": _JSON}),
        "origin_server_ts": _JSON,
    },
)


@given(_EVENT, _EVENT, st.sampled_from([GROUP, DIRECT]))
def test_any_event_is_taken(heard: dict[str, Any], other: dict[str, Any], scene: Scene) -> None:
    found = understood(heard, scene)
    if isinstance(found, Edited):
        found = edited(found, scene, other, [{}])
    elif isinstance(found, Pressed):
        found = press(found, scene, other)
    if isinstance(found, Request):
        assert found.user not in {"", BOT}
        assert found.command or found.links
        assert found.key.startswith(f"matrix:{ROOM}:")
