"""What a homeserver tells in a sync, whatever it is; whose invitations are accepted."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.matrix.faults import MatrixFault
from adapters.matrix.intake import Intake
from adapters.matrix.invites import Invitation, allowed, invitation
from adapters.matrix.options import MatrixOptions
from adapters.matrix.pending import KEPT_S, MOST, Pending
from adapters.matrix.rooms import Rooms
from adapters.matrix.session import Session
from bot.desk import Desk
from bot.ports import Chat, Refusal
from tests.fakes.chat import FakeChat

BOT, ANN, ROOM = "@nutgraf:a.test", "@ann:a.test", "!room:a.test"
LINK = "https://herald.example/a"


class Silent:
    """A session whose homeserver shows nothing."""

    user_id, device_id, client = BOT, "DEVICE", SimpleNamespace(olm=None)

    async def call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        raise MatrixFault("not found", errcode="M_NOT_FOUND", status=404, refusal=Refusal.MESSAGE)


class Waiting(Silent):
    """One whose homeserver has a fault of its own."""

    async def call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        raise MatrixFault("bad gateway", status=502)


def intake(session: Silent) -> Intake:
    options = MatrixOptions(store_dir=Path("unused"), allowed=("*:a.test",))
    here = cast(Session, session)
    rooms = Rooms(here, options)
    chat = cast(Chat, FakeChat(platform="matrix"))
    return Intake(here, rooms, Pending(here, rooms, cast(Desk, None), chat, grace_s=1.0), options)


def said(body: str = LINK, **more: Any) -> dict[str, Any]:
    content = {"msgtype": "m.text", "body": body}
    return {"type": "m.room.message", "event_id": "$1", "sender": ANN, "content": content, **more}


def joined(*events: dict[str, Any]) -> dict[str, Any]:
    return {"rooms": {"join": {ROOM: {"timeline": {"events": list(events)}}}}}


async def test_a_first_answer_is_where_reading_begins() -> None:
    taken = await intake(Silent()).read(joined(said()), None, patient=True)
    assert taken.entered == [ROOM]
    assert len(taken.deeds) == 2  # the introduction, and that it was made


async def test_a_new_device_begins_to_read_where_it_signs_in() -> None:
    """What stands in rooms that we know was answered, or left alone; what is sealed there is for another."""
    reading = intake(Silent())
    reading.resume({f"inside:{ROOM}": ""})
    sealed = said(type="m.room.encrypted", event_id="$2")
    taken = await reading.read(joined(said(), sealed), None, patient=True)
    assert (taken.deeds, taken.unread, taken.entered) == ([], [], [])


async def test_what_was_redacted_is_not_waited_for() -> None:
    reading = intake(Silent())
    reading.resume({f"inside:{ROOM}": ""})
    sealed, emptied = (said(type="m.room.encrypted", event_id=name) for name in ("$1", "$2"))
    gone = said(type="m.room.redaction", event_id="$3", redacts="$1")
    taken = await reading.read(joined(sealed, {**emptied, "content": {}}), "s1", patient=True)
    assert [one.name for one in taken.unread] == [f"unread:{ROOM}:$1"]
    reading.committed(taken)
    later = await reading.read(joined(gone), "s2", patient=True)
    assert [one.name for one in later.read] == [f"unread:{ROOM}:$1"]
    at_once = await reading.read(joined(sealed, gone), "s1", patient=True)
    assert at_once.unread == []


async def test_an_event_twice_in_one_answer_is_one() -> None:
    reading = intake(Silent())
    reading.resume({f"inside:{ROOM}": ""})
    taken = await reading.read(joined(said(), said()), "s1", patient=True)
    assert (len(taken.deeds), taken.entered) == (1, [])


@pytest.mark.parametrize("patient", [True, False])
async def test_what_the_homeserver_does_not_say_now_is_waited_for_and_then_left_out(patient: bool) -> None:
    reading = intake(Waiting())
    reading.resume({f"inside:{ROOM}": ""})
    if patient:
        with pytest.raises(MatrixFault):
            await reading.read(joined(said()), "s1", patient=True)
    else:
        taken = await reading.read(joined(said(), said(event_id="$2")), "s1", patient=False)
        assert (taken.deeds, taken.left_out) == ([], 2)


async def test_put_out_of_a_room_it_never_was_in() -> None:
    taken = await intake(Silent()).read({"rooms": {"leave": {ROOM: {}}}}, "s1", patient=True)
    assert taken.outside == []


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.sampled_from([BOT, ANN, LINK]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
_KINDS = ["m.room.message", "m.room.encrypted", "m.reaction", "m.room.member", "m.room.tombstone"]
_EVENT = _JSON | st.fixed_dictionaries(
    {"type": st.sampled_from(_KINDS), "event_id": st.sampled_from(["$1", "$2"]), "sender": st.just(ANN)},
    optional={
        "content": _JSON
        | st.fixed_dictionaries(
            {},
            optional={
                "msgtype": st.just("m.text"),
                "body": _JSON,
                "membership": st.sampled_from(["join", "leave"]),
                "replacement_room": st.just("!new"),
                "algorithm": st.just("m.megolm.v1.aes-sha2"),
                "sender_key": _JSON,
                "session_id": _JSON,
                "m.relates_to": _JSON,
            },
        ),
        "state_key": _JSON | st.just(BOT),
        "unsigned": _JSON,
    },
)
_EVENTS = _JSON | st.fixed_dictionaries({"events": st.lists(_EVENT, max_size=3)})
_TOLD = _JSON | st.fixed_dictionaries(
    {},
    optional={
        "timeline": _EVENTS
        | st.fixed_dictionaries(
            {"limited": _JSON, "prev_batch": _JSON, "events": st.lists(_EVENT, max_size=3)}
        ),
        "state": _EVENTS,
        "invite_state": _EVENTS,
    },
)
_PARTS = _JSON | st.dictionaries(st.sampled_from([ROOM, "!b", "x"]), _TOLD, max_size=2)
_ANSWER = st.fixed_dictionaries(
    {
        "rooms": _JSON
        | st.fixed_dictionaries({}, optional={"join": _PARTS, "invite": _PARTS, "leave": _PARTS})
    },
    optional={"account_data": _EVENTS},
)


@given(_ANSWER, st.booleans())
async def test_any_answer_is_taken(answer: dict[str, Any], inside: bool) -> None:
    reading = intake(Silent())
    reading.resume({f"inside:{ROOM}": ""} if inside else {})
    taken = await reading.read(answer, "s1", patient=True)
    reading.committed(taken)
    assert taken.left_out == 0


def test_a_key_that_does_not_come_is_waited_for_a_week_and_for_so_many_messages() -> None:
    now = 0.0
    session = cast(Session, Silent())
    rooms = Rooms(session, MatrixOptions(store_dir=Path("unused")))
    chat = cast(Chat, FakeChat(platform="matrix"))
    pending = Pending(session, rooms, cast(Desk, None), chat, grace_s=1.0, clock=lambda: now)
    first = pending.seen(ROOM, said(event_id="$0"))
    pending.keep([first], [])
    assert pending.expired() == []
    now = KEPT_S + 1
    assert pending.expired() == [first]
    assert pending.seen(ROOM, said(event_id="$0")) is first
    pending.keep([pending.seen(ROOM, said(event_id=f"${number}")) for number in range(1, MOST + 2)], [first])
    assert [one.name for one in pending.expired()] == [f"unread:{ROOM}:$1"]
    assert len(pending) == MOST + 1


# ---------------------------------------------------------------------------- invitations


@pytest.mark.parametrize(
    ("patterns", "user", "expected"),
    [
        (("@ann:a.test",), ANN, True),
        (("@bob:a.test",), ANN, False),
        (("*:a.test",), ANN, True),
        (("*:test",), ANN, False),
        (("*:b.test", "*:a.test"), ANN, True),
        (("*",), ANN, True),
        ((), ANN, False),
        (("*:a.test",), "", False),
        (("*:",), "@ann", False),
        (("*:a.test:8448",), "@ann:a.test:8448", True),
    ],
)
def test_who_may_invite(patterns: tuple[str, ...], user: str, expected: bool) -> None:
    assert allowed(user, patterns) is expected


def invited(*events: Any) -> dict[str, Any]:
    return {"invite_state": {"events": list(events)}}


_OF_ANN = {"type": "m.room.member", "state_key": BOT, "sender": ANN, "content": {"membership": "invite"}}
_REPLACES = {"type": "m.room.create", "state_key": "", "content": {"predecessor": {"room_id": "!old"}}}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (invited(_OF_ANN), Invitation(ROOM, ANN, "", "a.test")),
        (invited(_REPLACES, _OF_ANN), Invitation(ROOM, ANN, "!old", "a.test")),
        (invited({**_OF_ANN, "state_key": ANN}), None),
        (invited({**_OF_ANN, "sender": 5}), None),
        (invited("x", None), None),
        ({}, None),
    ],
)
def test_invitations(told: dict[str, Any], expected: Invitation | None) -> None:
    assert invitation(ROOM, told, BOT) == expected
    if expected is not None:
        assert Invitation.of_note(ROOM, expected.noted()) == expected
