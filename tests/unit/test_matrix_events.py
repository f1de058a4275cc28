"""A room's events -> what happened."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.matrix.events import (
    Echo,
    Edited,
    Happening,
    Joined,
    Left,
    Pressed,
    Replaced,
    Scene,
    Withdrawn,
    edited,
    press,
    understood,
)
from bot.desk.reading import digest_id
from bot.types import Place, Request

BOT, ANN, ROOM = "@nutgraf:a.test", "@ann:a.test", "!room:a.test"
LINK, OTHER, THIRD = "https://herald.example/a", "https://herald.example/b", "https://herald.example/c"
GROUP, DIRECT = Scene(BOT, ROOM), Scene(BOT, ROOM, direct=True)
KEY = f"matrix:{ROOM}:$1"


def event(kind: str, content: Any, **more: Any) -> dict[str, Any]:
    stamp = {"event_id": "$1", "sender": ANN, "origin_server_ts": 1000}
    return {**stamp, "type": kind, "content": content, **more}


def message(body: str = LINK, *, thread: str = "", msgtype: str = "m.text", **content: Any) -> dict[str, Any]:
    relation: dict[str, Any] = {
        "rel_type": "m.thread",
        "event_id": thread,
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": "$last"},
    }
    related = {"m.relates_to": relation} if thread else {}
    return event("m.room.message", {"msgtype": msgtype, "body": body, **related, **content})


def asked(text: str, *links: str, thread: str | None = "$1", **more: Any) -> Request:
    place = Place("matrix", BOT, ROOM, thread)
    return Request(**{"key": KEY, "place": place, "user": ANN, "text": text, "links": links, **more})


@pytest.mark.parametrize(
    ("body", "group", "direct"),
    [
        (LINK, asked(LINK, LINK), asked(LINK, LINK, thread=None, addressed=True)),
        ("hello", None, asked("hello", thread=None, command=True)),
        ("list", None, asked("list", thread=None, command=True)),
        (
            f"follow {LINK}",
            asked(f"follow {LINK}", LINK),
            asked(f"follow {LINK}", thread=None, command=True),
        ),
        ("!nutgraf", asked("", command=True), asked("", thread=None, command=True)),
        ("!nutgraf list", asked("list", command=True), asked("list", thread=None, command=True)),
        (
            f"!nutgraf follow {LINK} +tax",
            asked(f"follow {LINK} +tax", command=True),
            asked(f"follow {LINK} +tax", thread=None, command=True),
        ),
        (
            f"!nutgraf digest {LINK} {OTHER}",
            asked(f"digest {LINK} {OTHER}", LINK, OTHER, addressed=True),
            asked(f"digest {LINK} {OTHER}", LINK, OTHER, thread=None, addressed=True),
        ),
        (
            "nutgraf: folow x",
            asked("folow x", command=True),
            asked("folow x", thread=None, command=True),
        ),
        (
            f"please {BOT} read {LINK}",
            asked(f"please read {LINK}", LINK, addressed=True),
            asked(f"please read {LINK}", LINK, thread=None, addressed=True),
        ),
        (
            f"please {BOT} list",
            asked("list", command=True),
            asked("list", thread=None, command=True),
        ),
        (f"list {BOT}", asked("list", command=True), asked("list", thread=None, command=True)),
        (f"as {BOT} wrote", None, asked("as wrote", thread=None, command=True)),
        (f"> {LINK}", None, asked(f"> {LINK}", thread=None, command=True)),
    ],
)
def test_what_is_said(body: str, group: Request | None, direct: Request | None) -> None:
    assert understood(message(body), GROUP) == group
    assert understood(message(body), DIRECT) == direct


@pytest.mark.parametrize("scene", [GROUP, DIRECT])
def test_what_is_said_in_a_thread_is_answered_there(scene: Scene) -> None:
    found = understood(message(thread="$root"), scene)
    assert isinstance(found, Request)
    assert found.place == Place("matrix", BOT, ROOM, "$root")


def test_a_reply_opens_no_thread_of_its_own() -> None:
    found = understood(message(**{"m.relates_to": {"m.in_reply_to": {"event_id": "$0"}}}), GROUP)
    assert found == asked(LINK, LINK)


@pytest.mark.parametrize(
    "heard",
    [
        message(msgtype="m.notice"),
        {**message(), "sender": BOT},
        {**message(), "sender": ""},
        {**message(), "sender": None},
        {**message(), "event_id": 5},
        {**message(), "type": "m.sticker"},
        {**message(), "content": None},
        {**message(), "content": {}},  # redacted
        message(**{"m.relates_to": {"rel_type": "m.replace", "event_id": "$0"}}),  # without new words
        message(**{"m.relates_to": {"rel_type": "m.replace"}, "m.new_content": {"body": "x"}}),
        {},
    ],
)
def test_what_is_not_answered(heard: dict[str, Any]) -> None:
    assert understood(heard, GROUP) is None
    assert understood(heard, DIRECT) is None


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"org.nutgraf.key": "k#1"}, Echo("k#1", "$1")),
        ({"org.nutgraf.key": ["k"]}, None),
        ({}, None),
        ({"org.nutgraf.key": "k#1", "m.relates_to": {"rel_type": "m.replace", "event_id": "$0"}}, None),
    ],
)
def test_our_own_messages(content: dict[str, Any], expected: Echo | None) -> None:
    said = {**message(**content), "sender": BOT}
    assert understood(said, GROUP) == expected
    assert not isinstance(understood({**said, "sender": ANN}, GROUP), Echo)


# ---------------------------------------------------------------------------- edits


def edit_to(body: str, **more: Any) -> dict[str, Any]:
    relation = {"rel_type": "m.replace", "event_id": "$1"}
    new = {"msgtype": "m.text", "body": body, **more}
    return {**message(f"* {body}", **{"m.new_content": new, "m.relates_to": relation}), "event_id": "$e"}


EDIT_KEY = f"{KEY}:edited:$e"


def again(text: str, *links: str, **more: Any) -> Request:
    return asked(text, *links, key=EDIT_KEY, source=KEY, **more)


@pytest.mark.parametrize(
    ("first", "now", "group", "direct"),
    [
        ("no link", LINK, (LINK,), (LINK,)),
        (LINK, f"{LINK} {OTHER}", (OTHER,), (OTHER,)),
        (LINK, OTHER, (OTHER,), (OTHER,)),
        (LINK, f"see {LINK}#top", None, None),
        (LINK, LINK, None, None),
        ("a", "b", None, None),
        (LINK, "gone", "withdrawn", "withdrawn"),
        (LINK, f"`{LINK}`", "withdrawn", "withdrawn"),
        (f"follow {LINK}", f"follow {OTHER}", (OTHER,), None),  # in a direct conversation a command
        ("!nutgraf list", "!nutgraf status", None, None),
    ],
)
def test_edits(first: str, now: str, group: Any, direct: Any) -> None:
    for scene, expected in ((GROUP, group), (DIRECT, direct)):
        found = understood(edit_to(now), scene)
        assert isinstance(found, Edited)
        thread = None if scene.direct else "$1"
        came = edited(found, scene, message(first), ())
        if expected == "withdrawn":
            assert came == Withdrawn(Place("matrix", BOT, ROOM, thread), KEY)
        elif expected is None:
            assert came is None
        else:
            gone = tuple(link for link in (LINK,) if link in first and link not in now)
            assert came == again(now, *expected, thread=thread, addressed=scene.direct, instead=gone)


def test_an_edit_in_a_thread_stays_there() -> None:
    found = understood(edit_to(OTHER), GROUP)
    assert isinstance(found, Edited)
    came = edited(found, GROUP, message(thread="$root"), ())
    assert isinstance(came, Request)
    assert came.place.thread == "$root"


def test_an_edit_is_held_against_the_edit_before() -> None:
    found = understood(edit_to(f"{OTHER} {THIRD}"), GROUP)
    assert isinstance(found, Edited)
    before = [{"msgtype": "m.text", "body": LINK}, {"msgtype": "m.text", "body": OTHER}]
    assert edited(found, GROUP, message(LINK), before) == again(f"{OTHER} {THIRD}", THIRD)


def test_naming_the_bot_afterwards_has_the_links_read() -> None:
    found = understood(edit_to(f"nutgraf: {LINK}"), GROUP)
    assert isinstance(found, Edited)
    assert edited(found, GROUP, message(LINK), ()) == again(LINK, LINK, addressed=True)


@pytest.mark.parametrize(
    "original",
    [{**message("x"), "sender": "@eve:a.test"}, {**message("x"), "type": "m.room.topic"}, {}, {"content": 1}],
)
def test_nobody_edits_what_another_said(original: dict[str, Any]) -> None:
    found = understood(edit_to(LINK), GROUP)
    assert isinstance(found, Edited)
    assert edited(found, GROUP, original, ()) is None


# ------------------------------------------------------------- redactions and presses


@pytest.mark.parametrize("where", ["top", "content"])
def test_a_redaction_withdraws(where: str) -> None:
    named = {"redacts": "$0"}
    gone = event("m.room.redaction", named if where == "content" else {}, **(named if where == "top" else {}))
    assert understood(gone, GROUP) == Withdrawn(Place("matrix", BOT, ROOM), f"matrix:{ROOM}:$0", "$0")
    assert understood({**gone, "sender": BOT}, GROUP) is None


def reaction(sign: str, **more: Any) -> dict[str, Any]:
    relation = {"rel_type": "m.annotation", "event_id": "$ours", "key": sign, **more}
    return event("m.reaction", {"m.relates_to": relation})


@pytest.mark.parametrize(
    ("sign", "choice"),
    [
        ("➕", "more"),
        ("🔁", "reread"),
        ("🔁\ufe0f", "reread"),
        ("❌", "delete"),
        ("✅", "auto-on"),
        ("🎉", None),
        ("", None),
    ],
)
def test_presses(sign: str, choice: str | None) -> None:
    expected = choice and Pressed("$ours", choice, f"matrix:{ROOM}:press:$1", ANN)
    assert understood(reaction(sign), GROUP) == expected
    assert understood({**reaction(sign), "sender": BOT}, GROUP) is None


@pytest.mark.parametrize("odd", [{"rel_type": "m.thread"}, {"event_id": None}, {"key": 5}])
def test_odd_reactions(odd: dict[str, Any]) -> None:
    assert understood(reaction("➕", **odd), GROUP) is None


def ours(key: object = "k#1", **content: Any) -> dict[str, Any]:
    told = event("m.room.message", {"msgtype": "m.notice", "body": "x", "org.nutgraf.key": key, **content})
    return {**told, "sender": BOT, "event_id": "$ours"}


_THREAD = {"m.relates_to": {"rel_type": "m.thread", "event_id": "$root", "m.in_reply_to": {"event_id": "$l"}}}
_REPLY = {"m.relates_to": {"m.in_reply_to": {"event_id": "$link"}}}


@pytest.mark.parametrize(
    ("scene", "content", "thread"),
    [
        (GROUP, _THREAD, "$root"),
        (GROUP, _REPLY, "$link"),
        (GROUP, {}, "$ours"),
        (DIRECT, _THREAD, "$root"),
        (DIRECT, _REPLY, None),
        (DIRECT, {}, None),
    ],
)
def test_a_press_is_a_command_where_the_digest_stands(
    scene: Scene, content: dict[str, Any], thread: str | None
) -> None:
    pressed = understood(reaction("➕"), scene)
    assert isinstance(pressed, Pressed)
    assert press(pressed, scene, ours(**content)) == Request(
        f"matrix:{ROOM}:press:$1",
        Place("matrix", BOT, ROOM, thread),
        ANN,
        f"more {digest_id('k#1')}",
        command=True,
        private=True,
    )


def test_a_press_below_the_introduction_names_no_digest() -> None:
    pressed = understood(reaction("✅"), GROUP)
    assert isinstance(pressed, Pressed)
    found = press(pressed, GROUP, ours())
    assert found is not None
    assert found.text == "settings digest on"


@pytest.mark.parametrize(
    "target", [{**ours(), "sender": ANN}, {**ours(), "type": "m.sticker"}, ours(key=None), ours(key=7), {}]
)
def test_a_press_below_what_is_not_ours(target: dict[str, Any]) -> None:
    pressed = understood(reaction("➕"), GROUP)
    assert isinstance(pressed, Pressed)
    assert press(pressed, GROUP, target) is None


@pytest.mark.parametrize("odd", ["", "$", "0", "$" + "x" * 255, "$\ud800", "!room:a.test", 7])
def test_what_names_no_event(odd: Any) -> None:
    """Nobody is asked for it: a homeserver hangs up on what is too long."""
    assert understood(reaction("➕", event_id=odd), GROUP) is None
    relation = {"rel_type": "m.replace", "event_id": odd}
    edit = event("m.room.message", {"m.new_content": {"body": LINK}, "m.relates_to": relation})
    assert understood(edit, GROUP) is None
    assert understood(event("m.room.redaction", {"redacts": odd}), GROUP) is None
    relation = {"rel_type": "m.thread", "event_id": odd}
    below = understood(
        event("m.room.message", {"msgtype": "m.text", "body": LINK, "m.relates_to": relation}), GROUP
    )
    assert isinstance(below, Request)
    assert below.place.thread == "$1"


# ------------------------------------------------------------------ members and rooms


def member(user: str, now: str, before: Any = None, **unsigned: Any) -> dict[str, Any]:
    told = {"unsigned": {"prev_content": before, **unsigned}} if before else {}
    return event("m.room.member", {"membership": now}, state_key=user, **told)


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        (member(BOT, "join"), Joined("$1", "", direct=False)),
        (member(BOT, "join", {"membership": "invite"}, prev_sender=ANN), Joined("$1", ANN, direct=False)),
        (
            member(BOT, "join", {"membership": "invite", "is_direct": True}, prev_sender=ANN),
            Joined("$1", ANN, direct=True),
        ),
        (member(BOT, "join", {"membership": "leave"}, prev_sender=ANN), Joined("$1", "", direct=False)),
        (member(BOT, "join", {"membership": "join"}), None),  # a new name
        (member(BOT, "leave"), None),
        (member(BOT, "ban"), None),
        (member(BOT, "invite"), None),
        (member(ANN, "leave"), Left(ANN)),
        (member(ANN, "ban"), Left(ANN)),
        (member(ANN, "join"), None),
        (member("", "leave"), None),
        (event("m.room.member", {"membership": ["leave"]}, state_key=BOT), None),
    ],
)
def test_members(heard: dict[str, Any], expected: Happening | None) -> None:
    assert understood(heard, GROUP) == expected


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        (event("m.room.tombstone", {"replacement_room": "!new"}, state_key=""), Replaced("!new", "a.test")),
        (event("m.room.tombstone", {"replacement_room": ROOM}, state_key=""), None),
        (event("m.room.tombstone", {"replacement_room": "#new"}, state_key=""), None),
        (event("m.room.tombstone", {"replacement_room": "!" + "x" * 255}, state_key=""), None),
        (event("m.room.tombstone", {}, state_key=""), None),
        (event("m.room.tombstone", {"replacement_room": "!new"}), None),  # no state
    ],
)
def test_a_room_that_goes_on_elsewhere(heard: dict[str, Any], expected: Replaced | None) -> None:
    assert understood(heard, GROUP) == expected
