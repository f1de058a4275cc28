"""What somebody typed, out of a Matrix message."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.matrix.said import Said, into_matrix, new_links, said

BOT = "@nutgraf:a.test"
LINK = "https://herald.example/a"
MINE = {"m.mentions": {"user_ids": [BOT]}}
PILL = f'<a href="https://matrix.to/#/{BOT}">Nut Graf</a>'


def heard(body: object, **more: Any) -> Said | None:
    return said({"msgtype": "m.text", "body": body, **more}, BOT, ("Nut Graf",), "!nutgraf")


def plain(text: str, *links: str) -> Said:
    return Said(text, links)


def leading(text: str, *links: str) -> Said:
    return Said(text, links, named=True, leads=True, after=text)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (LINK, plain(LINK, LINK)),
        (f"  look\n  at {LINK}. ", plain(f"look\nat {LINK}.", LINK)),
        (f"[the story]({LINK})", plain(f"[the story]({LINK})", LINK)),
        (f"{LINK} and {LINK}", plain(f"{LINK} and {LINK}", LINK)),
        (f"> {LINK}\nno", plain(f"> {LINK}\nno")),
        (f"`{LINK}`", plain(f"`{LINK}`")),
        (f"```\n{LINK}\n```", plain(f"```\n{LINK}\n```")),
        (f"don`t {LINK} don`t", plain(f"don`t {LINK} don`t", LINK)),
        ("https://matrix.to/#/!room:a.test/$event", plain("https://matrix.to/#/!room:a.test/$event")),
        ("https://app.element.io/#/room/#x:a.test", plain("https://app.element.io/#/room/#x:a.test")),
        ("matrix:u/ann:a.test", plain("matrix:u/ann:a.test")),
        # named by words alone: only if it leads
        ("nutgraf: help", leading("help")),
        ("Nut Graf: help", leading("help")),
        ("nut graf, help", leading("help")),
        ("@nutgraf: help", leading("help")),
        ("@nutgraf help", leading("help")),
        (f"@nutgraf\n{LINK}", leading(LINK, LINK)),
        ("@nutgraf", leading("")),
        ("as @nutgraf wrote", plain("as @nutgraf wrote")),
        ("@nutgraf:b.test help", plain("@nutgraf:b.test help")),
        (f"{BOT} help", leading("help")),
        (f"{BOT}: help", leading("help")),
        (f"{BOT}:help", leading("help")),
        (f"ask {BOT} for help", Said("ask for help", named=True, after="for help")),
        ("nutgraf: " + LINK, leading(LINK, LINK)),
        ("nutgraf", plain("nutgraf")),
        ("nutgraf help", plain("nutgraf help")),
        ("ask nutgraf: help", plain("ask nutgraf: help")),
        ("nutgraf:8080/x", plain("nutgraf:8080/x")),
        (f"{BOT}x help", plain(f"{BOT}x help")),
        # the prefix
        ("!nutgraf", Said("", named=True, leads=True, prefixed=True)),
        ("!NutGraf  list ", Said("list", named=True, leads=True, after="list", prefixed=True)),
        (
            f"!nutgraf {LINK}",
            Said(LINK, (LINK,), named=True, leads=True, after=LINK, prefixed=True),
        ),
        ("!nutgrafs list", plain("!nutgrafs list")),
        ("say !nutgraf list", plain("say !nutgraf list")),
    ],
)
def test_words(body: str, expected: Said) -> None:
    assert heard(body) == expected


@pytest.mark.parametrize(
    ("body", "more", "expected"),
    [
        ("Nut Graf help", MINE, leading("help")),
        ("nutgraf help", MINE, leading("help")),
        ("could nutgraf help", MINE, Said("could help", named=True, after="help")),
        ("help", MINE, Said("help", named=True)),
        # what a client calls the bot in this room
        (
            "Robot help",
            {**MINE, "formatted_body": f'<a href="https://matrix.to/#/{BOT}">Robot</a> help'},
            leading("help"),
        ),
        # old clients say no mentions: the pill is one
        ("Nut Graf: help", {"formatted_body": f"{PILL}: help"}, leading("help")),
        ("oh Nut Graf", {"formatted_body": f"oh {PILL}"}, Said("oh", named=True)),
        # ... where mentions are said, a pill is none
        ("oh Nut Graf", {"formatted_body": f"oh {PILL}", "m.mentions": {}}, plain("oh Nut Graf")),
        (f"[Nut Graf](https://matrix.to/#/{BOT}) list", {}, leading("list")),
        (f"[@bot](https://matrix.to/#/%40nutgraf:a.test): {LINK}", MINE, leading(LINK, LINK)),
        # a reply mentions whoever is replied to
        ("thanks", {**MINE, "m.relates_to": {"m.in_reply_to": {"event_id": "$1"}}}, plain("thanks")),
        (
            "nutgraf: more",
            {**MINE, "m.relates_to": {"m.in_reply_to": {"event_id": "$1"}}},
            leading("more"),
        ),
        (
            f"> <{BOT}> read {LINK}\n> and more\n\nno",
            {**MINE, "m.relates_to": {"m.in_reply_to": {"event_id": "$1"}}},
            plain("no"),
        ),
        # people are written as the setting takes them
        (
            "!nutgraf settings steer Ann Lee",
            {"formatted_body": '<a href="https://matrix.to/#/@ann:a.test">Ann Lee</a>'},
            Said(
                "settings steer @ann:a.test|Ann_Lee",
                named=True,
                leads=True,
                after="settings steer @ann:a.test|Ann_Lee",
                prefixed=True,
            ),
        ),
    ],
)
def test_mentions(body: str, more: dict[str, Any], expected: Said) -> None:
    assert heard(body, **more) == expected


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"msgtype": "m.emote", "body": f"shares {LINK}"}, f"shares {LINK}"),
        ({"msgtype": "m.emote", "body": "!nutgraf list"}, "!nutgraf list"),
        ({"msgtype": "m.image", "body": "see a", "filename": "a.png"}, "see a"),
        ({"msgtype": "m.image", "body": "a.png", "filename": "a.png"}, None),
        ({"msgtype": "m.image", "body": "https://x.example/a.png"}, None),
        ({"msgtype": "m.notice", "body": LINK}, None),
        ({"msgtype": "m.text", "body": ""}, None),
        ({"msgtype": "m.text"}, None),
        ({"msgtype": "m.text", "body": ["x"]}, None),
        ({"msgtype": ["m.text"], "body": "x"}, None),
        ({"body": "x"}, None),
        ({}, None),
    ],
)
def test_kinds(content: dict[str, Any], words: str | None) -> None:
    found = said(content, BOT, (), "!nutgraf")
    assert (found and found.text) == words
    assert found is None or not found.prefixed


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://matrix.to/#/@ann:a.test", True),
        ("https://MATRIX.to/x", True),
        ("https://app.element.io/#/room/!a:b", True),
        ("https://chat.a.test/#/user/@a:b", True),
        ("https://herald.example/#/story", False),
        ("https://herald.example/room/#/room/x", False),
        ("https://[bad", False),
    ],
)
def test_links_into_matrix(link: str, expected: bool) -> None:
    if link != "https://[bad":
        assert into_matrix(link) is expected


def test_new_links_are_of_other_pages() -> None:
    assert new_links((LINK,), (f"{LINK}#x", "https://b.example/", "HTTPS://HERALD.example/a")) == (
        "https://b.example/",
    )


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
_BODIES = st.text() | st.lists(
    st.sampled_from(
        [
            "!nutgraf",
            BOT,
            "nutgraf",
            ":",
            " ",
            "\n",
            "> <",
            ">",
            LINK,
            "`",
            "```",
            PILL,
            "[a](",
            ")",
            "https://",
        ]
    ),
    max_size=12,
).map("".join)
_CONTENT = st.fixed_dictionaries(
    {"msgtype": st.sampled_from(["m.text", "m.emote", "m.image"]), "body": _BODIES},
    optional={
        "formatted_body": _BODIES | _JSON,
        "filename": _JSON,
        "m.mentions": _JSON | st.just({"user_ids": [BOT]}),
        "m.relates_to": _JSON | st.just({"m.in_reply_to": {"event_id": "$1"}}),
    },
)


@given(_CONTENT)
def test_any_content_is_taken(content: dict[str, Any]) -> None:
    found = said(content, BOT, ("Nut Graf",), "!nutgraf")
    if found is not None:
        assert all(link.lower().startswith(("http://", "https://")) for link in found.links)
        assert found.named or not (found.leads or found.after or found.prefixed)


@pytest.mark.parametrize(
    "hostile",
    [
        "[" * 60_000,
        "`" * 60_000,
        "> <" * 20_000,
        "[a](https://matrix.to/#/@" * 2_000,
        '<a href="https://matrix.to/#/@' * 2_000,
        "nutgraf" * 9_000,
        "@" * 60_000,
    ],
)
def test_long_hostile_words_take_no_time(hostile: str) -> None:
    start = time.process_time()
    heard(hostile, formatted_body=hostile, **MINE)
    assert time.process_time() - start < 1.0
