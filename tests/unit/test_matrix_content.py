"""Contents of Matrix events: for any message small, safe, and pinging nobody."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.matrix.content import (
    Answering,
    content_of,
    edit_of,
    mark_of,
    relation_to,
    root_of,
    user_link,
)
from adapters.matrix.events import KEY_FIELD
from adapters.matrix.presses import SIGNS, legend, pressed, sign_of
from adapters.matrix.render import size_bytes
from adapters.matrix.txn import Kind, txn_id
from bot.choices import AUTO_CHOICES, DIGEST_CHOICES, TABLE
from bot.types import Block, BlockKind, Message, Run
from tests.unit.kits import Html, messages
from tests.unit.matrix_html import breaches

ROOM, EVENT = "!" + "r" * 43, "$" + "e" * 43
LONGEST_USER = "@" + "u" * 240 + ":server.example"
LONGEST_KEY = f"matrix:!{'r' * 254}:{EVENT}:edited:{EVENT}#0123456789"
# What a homeserver puts round a content (room version 11): ids, hashes, a signature, ten events before it and
# four that allow it
ENVELOPE = {
    "type": "m.room.message",
    "room_id": ROOM,
    "sender": LONGEST_USER,
    "origin_server_ts": 1_700_000_000_000,
    "auth_events": [EVENT] * 4,
    "prev_events": [EVENT] * 10,
    "depth": 10**9,
    "hashes": {"sha256": "h" * 43},
    "signatures": {"server.example": {"ed25519:a_abcd": "s" * 86}},
    "unsigned": {"age_ts": 1_700_000_000_000},
}


def text(words: str, **run: Any) -> Message:
    return Message((Block(BlockKind.TEXT, (Run(words, **run),)),), words)


def contents(message: Message, **more: Any) -> dict[str, Any]:
    return content_of(message, "k", room_id=ROOM, **more)


def event_bytes(content: dict[str, Any]) -> int:
    return size_bytes({**ENVELOPE, "content": content})


def sealed_bytes(content: dict[str, Any]) -> int:
    """Encrypted: nio writes the clear text in ASCII, and base64 makes four bytes of three."""
    clear = json.dumps({"type": "m.room.message", "content": content, "room_id": ROOM})
    sealed = {
        "algorithm": "m.megolm.v1.aes-sha2",
        "sender_key": "k" * 43,
        "ciphertext": "c" * ((len(clear) + 120) * 4 // 3),
        "session_id": "s" * 43,
        "device_id": "d" * 10,
        "m.relates_to": content.get("m.relates_to", {}),
    }
    return event_bytes(sealed)


# ------------------------------------------------------------------------- any message


@settings(max_examples=80)
@given(messages, st.sampled_from([None, LONGEST_USER]))
def test_any_event_is_small_safe_and_pings_nobody(message: Message, to: str | None) -> None:
    relation = relation_to(EVENT, Answering.THREAD)
    content = content_of(message, LONGEST_KEY, room_id=ROOM, relation=relation, to=to)
    assert event_bytes(content) < 12_000
    assert sealed_bytes(content) < 65_536
    assert content["m.mentions"] == ({"user_ids": [to]} if to else {})
    assert content["msgtype"] == "m.notice"
    assert content["body"].strip()
    assert breaches(content["formatted_body"]) == []
    assert json.loads(json.dumps(content)) == content
    assert not re.search("[\u200b\u202a-\u202e\u2066-\u2069\ufeff\x00-\x09\x0b-\x1f]", content["body"])
    pills = [one for tag, one in Html(content["formatted_body"]).tags if "matrix.to" in str(one.get("href"))]
    assert len(pills) == (1 if to else 0)


@settings(max_examples=60)
@given(messages)
def test_any_edit_is_small_and_safe(message: Message) -> None:
    content = edit_of(EVENT, message, room_id=ROOM)
    assert event_bytes(content) < 13_000
    assert sealed_bytes(content) < 65_536
    assert len(content["body"]) <= 122
    assert content["m.mentions"] == content["m.new_content"]["m.mentions"] == {}
    assert breaches(content["m.new_content"]["formatted_body"]) == []
    assert content["m.relates_to"] == {"rel_type": "m.replace", "event_id": EVENT}


def test_the_budget_is_used() -> None:
    """A message with no end fills most of what an event may hold, in every script."""
    for words in ("word " * 20, "слово " * 20, "言葉" * 40, "😀" * 40, '"\\ ' * 40):
        blocks = tuple(Block(BlockKind.QUOTE, (Run(f"{number} {words}"),)) for number in range(400))
        content = contents(Message(blocks, ""))
        assert 10_000 < event_bytes(content) < 12_000
        assert "Left out, since one message has no more room" in content["body"]
        assert sealed_bytes(edit_of(EVENT, Message(blocks, ""), room_id=ROOM)) < 65_536


# ------------------------------------------------------------------------------- pills


@pytest.mark.parametrize(
    "link",
    [
        "https://matrix.to/#/@ada:example.org",
        "https://matrix.to/#/%40ada:example.org",
        "HTTPS://MATRIX.TO/#/#desk:example.org",
        "https://www.matrix.to/#/@ada:example.org",
        f"https://matrix.to/#/!other:example.org/{EVENT}",
        f"https://matrix.to/#/{ROOM}",
        "https://app.element.io/#/user/@ada:example.org",
        "https://vector.im/beta/#/room/#desk:example.org",
    ],
)
def test_a_link_into_matrix_is_words(link: str) -> None:
    html = contents(text("the mayor", link=link))["formatted_body"]
    assert html == "<p>the mayor</p>"


@pytest.mark.parametrize(
    "link", [f"https://matrix.to/#/{ROOM}/{EVENT}?via=a.example", "https://a.example/#/@x"]
)
def test_a_link_to_a_message_of_the_room_and_any_other_stays(link: str) -> None:
    assert f'<a href="{link}">' in contents(text("Open that digest", link=link))["formatted_body"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Write to @ada:example.org today", "@ada:example.org"),
        ("Join #desk:example.org!", "#desk:example.org"),
        ("See https://matrix.to/#/@ada:example.org now", "https://matrix.to/#/@ada:example.org"),
        ("See matrix.to/#/@ada:example.org", "matrix.to/#/@ada:example.org"),
        ("Open matrix:u/ada:example.org", "matrix:u/ada:example.org"),
        ("https://app.element.io/#/user/@ada:a.example", "https://app.element.io/#/user/@ada:a.example"),
    ],
)
def test_words_that_clients_would_make_a_pill_of_stand_in_code(words: str, code: str) -> None:
    content = contents(text(words))
    assert f"<code>{code}</code>" in content["formatted_body"]
    assert content["body"] == words  # no word is changed


@pytest.mark.parametrize(
    "words",
    ["a@b.example", "at 10:30 #1", "Ratio 3:2.", "@room", "@ada said: go", "#tag: yes", "!x", "5 + 3:1"],
)
def test_other_words_stay_as_they_are(words: str) -> None:
    assert contents(text(words))["formatted_body"] == f"<p>{words}</p>"


def test_the_one_who_is_meant_is_named_once() -> None:
    content = contents(text("No <b>."), to='@a"<b>:example.org')
    assert Html(content["formatted_body"]).text == 'a"<b>: No <b>.\n'
    assert content["formatted_body"].count("<a ") == 1
    assert user_link("@a/b?c:example.org") == "https://matrix.to/#/@a%2Fb%3Fc:example.org"


# --------------------------------------------------------------------------- relations


@pytest.mark.parametrize("answering", Answering)
def test_the_root_is_read_back(answering: Answering) -> None:
    content = contents(text("x"), relation=relation_to(EVENT, answering))
    assert root_of(content) == EVENT
    assert root_of(contents(text("x"), relation=relation_to(None, answering))) is None


@pytest.mark.parametrize("relation", [None, 7, "x", [], {}, {"m.in_reply_to": 7}, {"rel_type": "m.thread"}])
def test_any_relation_is_read(relation: Any) -> None:
    assert root_of({"m.relates_to": relation}) is None


# ---------------------------------------------------------------------- keys and signs


def test_a_key_is_written_as_it_is_unless_nobody_could_have_made_it() -> None:
    assert mark_of(LONGEST_KEY) == LONGEST_KEY
    assert contents(text("x"))[KEY_FIELD] == "k"
    assert mark_of("k" * 500) != mark_of("k" * 501)
    assert len(mark_of("ü" * 5000)) < 70


def test_transaction_ids_differ_by_kind_and_by_parts() -> None:
    parts = [("a", "b"), ("ab",), ("a", "b", ""), ("a\0b",), ("1:a", "b"), ("ü",), ("\ud800",)]
    made = [txn_id(kind, *some) for kind in Kind for some in parts]
    assert len(set(made)) == len(made)
    assert all(re.fullmatch(r"[0-9A-Za-z]{1,60}", one) for one in made)
    assert txn_id(Kind.POST, "a") == txn_id(Kind.POST, "a")


@pytest.mark.parametrize(
    ("sign", "choice"),
    [
        ("➕", "more"), ("🔁", "reread"), ("❌", "delete"), ("🗑️", "delete"), ("✅", "auto-on"),
        ("❌\ufe0f", "delete"), ("👍", None), ("", None), ("more", None),
    ],
)  # fmt: skip
def test_what_a_reaction_stands_for(sign: str, choice: str | None) -> None:
    assert pressed(sign) == choice


def test_every_sign_is_of_a_choice_and_found_again() -> None:
    for sign, choice in SIGNS.items():
        assert choice in TABLE
        assert pressed(sign_of(choice) or "") == pressed(sign) == choice


def digest(**change: Any) -> Message:
    made = Message((), "", digest_id="0123456789ab", choices=DIGEST_CHOICES, more=13)
    return replace(made, **change)


@pytest.mark.parametrize(
    ("message", "line"),
    [
        (digest(), "React: ➕ 13 more · 🔁 re-read · ❌ delete"),
        (digest(more=0), "React: 🔁 re-read · ❌ delete"),
        (digest(choices=("retry",)), "React: 🔁 try again"),
        (digest(digest_id=None), ""),
        (digest(digest_id="<b>"), ""),
        (digest(choices=()), ""),
        (digest(choices=("nonsense", "cite")), ""),
        (
            Message((), "", choices=AUTO_CHOICES),
            "React: ✅ on · 💬 only when I am mentioned · 🔕 off",
        ),
    ],
)
def test_the_line_that_tells_what_can_be_pressed(message: Message, line: str) -> None:
    assert legend(message) == line
    if line:
        assert contents(message)["body"].endswith(line)
