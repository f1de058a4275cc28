"""Slack's events -> what happened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.events import (
    EVENTS,
    Closed,
    Echo,
    Happening,
    HomeOpened,
    Joined,
    Reopened,
    SignedOut,
    Withdrawn,
    understood,
)
from bot.ports import Refusal
from bot.standing import Standing
from bot.types import Place, Request

NOW = 1_790_000_000.0
TS = "1789999999.000100"
KEY = f"slack:T1:C1:{TS}"
STORY = "https://herald.example/a"
CLOCK = datetime.fromtimestamp(NOW, UTC)


def envelope(event: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "event_callback",
        "team_id": "T1",
        "api_app_id": "A1",
        "event_id": "Ev1",
        "event_time": int(NOW) - 1,
        "authorizations": [{"team_id": "T1", "user_id": "U0BOT", "is_bot": True, "enterprise_id": None}],
        "event": event,
        **more,
    }


def message(text: str = f"<{STORY}>", **more: Any) -> dict[str, Any]:
    return {"type": "message", "channel": "C1", "user": "U1", "ts": TS, "text": text, "team": "T1", **more}


def heard(event: Mapping[str, Any], **more: Any) -> Happening | None:
    return understood(envelope(event, **more), CLOCK)


def asked(text: str, *links: str, thread: str | None = TS, **more: Any) -> Request:
    place = Place("slack", "T1", more.pop("channel", "C1"), thread)
    return Request(**{"key": KEY, "place": place, "user": "U1", "text": text, "links": links, **more})


PLAIN = asked(STORY, STORY)


@pytest.mark.parametrize(
    "event",
    [
        message(),
        message(channel_type="group"),
        message(subtype="file_share", files=[{"id": "F1"}]),
        message(subtype="me_message"),
        message(attachments=[{"from_url": "https://other.example/", "text": "<https://other.example/>"}]),
        message(blocks=[{"type": "rich_text", "elements": []}]),
    ],
)
def test_a_pasted_link(event: dict[str, Any]) -> None:
    assert heard(event) == PLAIN


@pytest.mark.parametrize("subtype", ["", "thread_broadcast"])
def test_in_a_thread_the_thread_is_the_place(subtype: str) -> None:
    event = message(thread_ts="1789990000.000001", **({"subtype": subtype} if subtype else {}))
    assert heard(event) == asked(STORY, STORY, thread="1789990000.000001")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<@U0BOT> help", asked("help", command=True)),
        ("<@U0BOT>", asked("", command=True)),
        ("<@U0BOT> folow x", asked("folow x", command=True)),
        (f"<@U0BOT> <{STORY}>", asked(STORY, STORY, addressed=True)),
        (f"<{STORY}> <@U0BOT>", asked(STORY, STORY, addressed=True)),
        (f"could <@U0BOT> read <{STORY}>?", asked(f"could read {STORY}?", STORY, addressed=True)),
        (f"<@U0BOT> follow <{STORY}> +a", asked(f"follow {STORY} +a", command=True)),
        ("<@U0BOT> LIST", asked("LIST", command=True)),
        ("please <@U0BOT> list", asked("list", command=True)),
        ("list <@U0BOT>", asked("list", command=True)),
        (f"follow <{STORY}> <@U0BOT>", asked(f"follow {STORY}", command=True)),
        (
            f"<@U0BOT> digest <{STORY}> <https://b.example/2>",
            asked(f"digest {STORY} https://b.example/2", STORY, "https://b.example/2", addressed=True),
        ),
        (f"<@U0BOT> more on this: <{STORY}>", asked(f"more on this: {STORY}", STORY, addressed=True)),
        ("as <@U0BOT> wrote", None),
        ("list <@U0BOT> please", None),
        ("thanks <@U0BOT>", None),
    ],
)
@pytest.mark.parametrize("kind", ["message", "app_mention"])
def test_named_by_a_message_or_a_mention_it_is_one_request(
    kind: str, text: str, expected: Request | None
) -> None:
    assert heard({**message(text), "type": kind}) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"<{STORY}>", {"text": STORY, "links": (STORY,), "addressed": True}),
        (f"follow <{STORY}>", {"text": f"follow {STORY}", "command": True}),
        (
            f"More on this: <{STORY}>",
            {"text": f"More on this: {STORY}", "links": (STORY,), "addressed": True},
        ),
        ("hello there", {"text": "hello there", "command": True}),
        ("<@U0BOT> help", {"text": "help", "command": True}),
        ("hello <@U0BOT>", {"text": "hello", "command": True}),
    ],
)
def test_a_direct_message_is_said_to_the_bot(text: str, expected: dict[str, Any]) -> None:
    place = Place("slack", "T1", "D1")
    assert heard(message(text, channel="D1", channel_type="im")) == Request(
        **{"key": f"slack:T1:D1:{TS}", "place": place, "user": "U1", **expected}
    )


def test_a_thread_in_a_direct_message() -> None:
    found = heard(message(channel="D1", thread_ts="1.5"))
    assert isinstance(found, Request)
    assert found.place == Place("slack", "T1", "D1", "1.5")


def test_a_message_in_a_direct_message_with_replies_is_still_answered_below() -> None:
    found = heard(message(channel="D1", thread_ts=TS))
    assert isinstance(found, Request)
    assert found.place == Place("slack", "T1", "D1")


def test_a_picture_in_a_direct_message_is_no_question() -> None:
    assert heard(message("", channel="D1", subtype="file_share", files=[{"id": "F1"}])) is None
    with_words = heard(message("help", channel="D1", subtype="file_share", files=[{"id": "F1"}]))
    assert isinstance(with_words, Request)


@pytest.mark.parametrize(
    "event",
    [
        message("good morning"),
        message(""),
        message("<https://herald.slack.com/archives/C1/p1>"),
        message(bot_id="B9"),
        message(subtype="bot_message", bot_id="B9"),
        message(bot_profile={"id": "B9"}),
        message(user="USLACKBOT"),
        message(user="U0BOT"),
        message(subtype="channel_topic"),
        message(subtype="channel_join"),
        message(subtype="message_replied"),
        message(hidden=True),
        message(user=None),
        message(ts=""),
        message(channel=""),
        {"type": "message"},
        {"type": "reaction_added", "user": "U1"},
        {},
    ],
)
def test_what_is_left_alone(event: dict[str, Any]) -> None:
    assert heard(event) is None


@pytest.mark.parametrize(
    ("stamps", "answered"),
    [
        ({"event_time": int(NOW) - 23 * 3600}, True),
        ({"event_time": int(NOW) - 25 * 3600}, False),
        ({"event_time": "soon"}, True),  # then by the message's own time
        ({"event_time": None}, True),
    ],
)
def test_what_is_a_day_old_is_not_answered(stamps: dict[str, Any], answered: bool) -> None:
    assert (heard(message(), **stamps) is not None) is answered


def test_without_an_envelopes_time_the_messages_own_counts() -> None:
    event = message(ts=f"{NOW - 90_000:.6f}")
    assert understood({**envelope(event), "event_time": None}, CLOCK) is None


@pytest.mark.parametrize(
    ("event", "more", "standing"),
    [
        ({}, {}, Standing.MEMBER),
        ({"team": "T2"}, {}, Standing.STRANGER),
        ({"user_team": "T2", "team": "T1"}, {}, Standing.STRANGER),
        ({"user_team": "T2"}, {"is_ext_shared_channel": True}, Standing.STRANGER),
        ({"user_team": "T2"}, {"is_ext_shared_channel": False}, Standing.MEMBER),
        ({"user_team": "T1"}, {"is_ext_shared_channel": True, "team_id": "T2"}, Standing.MEMBER),
    ],
)
def test_strangers(event: dict[str, Any], more: dict[str, Any], standing: Standing) -> None:
    found = heard(message(**event), **more)
    assert isinstance(found, Request)
    assert (found.standing, found.place.workspace) == (standing, "T1")


# ----------------------------------------------------------------- edits and deletions


def edit(before: str, now: str, *, edited: bool = True, **more: Any) -> dict[str, Any]:
    inner = {"type": "message", "user": "U1", "ts": TS, "text": now, **more}
    if edited:
        inner["edited"] = {"user": "U1", "ts": "1789999999.000000"}
    old = {"type": "message", "user": "U1", "ts": TS, "text": before}
    return {
        "type": "message", "subtype": "message_changed", "hidden": True, "channel": "C1",
        "ts": "1789999999.900000", "message": inner, "previous_message": old,
    }  # fmt: skip


EDITED = {"key": f"{KEY}:edited:1789999999.000000", "source": KEY}


def test_an_edit_that_adds_a_link() -> None:
    found = heard(edit(f"<{STORY}>", f"<{STORY}> <https://b.example/2>"))
    assert found == asked(f"{STORY} https://b.example/2", "https://b.example/2", **EDITED)


def test_an_edit_in_a_direct_message_is_said_to_the_bot() -> None:
    found = heard({**edit("no", f"<{STORY}>"), "channel": "D1"})
    assert isinstance(found, Request)
    assert (found.addressed, found.source) == (True, f"slack:T1:D1:{TS}")
    assert heard({**edit("no", f"follow <{STORY}>"), "channel": "D1"}) is None


def test_a_late_edit_is_not_answered() -> None:
    assert heard(edit("no", f"<{STORY}>"), event_time=int(NOW) - 90_000) is None


def test_an_edit_that_adds_the_bots_name_has_the_links_read() -> None:
    found = heard(edit(f"<{STORY}>", f"<@U0BOT> <{STORY}>"))
    assert found == asked(STORY, STORY, addressed=True, **EDITED)


@pytest.mark.parametrize(
    "event",
    [
        edit(f"<{STORY}>", f"<{STORY}>", edited=False, attachments=[{"from_url": STORY}]),
        edit("no", f"<{STORY}>", edited=False),
        edit(f"<{STORY}>", f"see <{STORY}>"),
        edit(f"<{STORY}>", f"<{STORY}?utm_source=x>"),
        edit(f"<{STORY}>", "gone"),
        edit("<@U0BOT> folow x", "<@U0BOT> follow x"),
        edit("no", f"<@U0BOT> follow <{STORY}>"),
        edit("no", f"<{STORY}>", bot_id="B9"),
        {**edit("no", f"<{STORY}>"), "channel": ""},
        edit("no", f"<{STORY}>", user="U0BOT"),
        edit("no", "<https://herald.slack.com/archives/C1/p1>"),
        {"type": "message", "subtype": "message_changed", "channel": "C1"},
    ],
)
def test_edits_that_say_nothing_new(event: dict[str, Any]) -> None:
    assert heard(event) is None


GONE = Withdrawn(Place("slack", "T1", "C1", TS), KEY)


def deletion(**more: Any) -> dict[str, Any]:
    old = {"type": "message", "user": "U1", "ts": TS, "text": f"<{STORY}>", **more}
    return {
        "type": "message", "subtype": "message_deleted", "hidden": True, "channel": "C1",
        "ts": "1789999999.900000", "deleted_ts": TS, "previous_message": old,
    }  # fmt: skip


def test_a_deleted_message_is_withdrawn() -> None:
    assert heard(deletion()) == GONE
    assert heard(deletion(thread_ts="1.5")) == Withdrawn(Place("slack", "T1", "C1", "1.5"), KEY)


def test_a_deleted_message_with_replies_becomes_a_tombstone() -> None:
    event = edit(
        f"<{STORY}>", "This message was deleted.", edited=False, subtype="tombstone", user="USLACKBOT"
    )
    assert heard(event) == GONE


def test_a_deletion_of_nothing_in_particular() -> None:
    for name in ("channel", "deleted_ts"):
        assert heard({**deletion(), name: ""}) is None
    assert heard({**deletion(), "previous_message": None}) is None


@pytest.mark.parametrize("more", [{"user": "U0BOT"}, {"bot_id": "B1"}, {"subtype": "bot_message"}])
def test_a_deleted_digest_is_nothing(more: dict[str, Any]) -> None:
    assert heard(deletion(**more)) is None


# ------------------------------------------------------------------------ our own posts


def ours(**more: Any) -> dict[str, Any]:
    blocks = [{"type": "rich_text", "block_id": "nutgraf k#0"}]
    return message("", user="U0BOT", bot_id="B1", app_id="A1", blocks=blocks, thread_ts="1.5", **more)


def test_our_own_post_comes_back_as_an_echo() -> None:
    assert heard(ours()) == Echo("k#0", Place("slack", "T1", "C1", "1.5"), TS)


@pytest.mark.parametrize(
    "event",
    [
        {**ours(), "app_id": "A2"},
        {**ours(), "user": "U9"},
        {**ours(), "blocks": []},
        {**ours(), "blocks": ["x", 1]},
        {**ours(), "blocks": [{"block_id": "b"}]},
    ],
)
def test_others_cannot_speak_for_us(event: dict[str, Any]) -> None:
    assert heard(event) is None


# ------------------------------------------------------------------------- other events

CHANNEL = Place("slack", "T1", "C1")


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"type": "member_joined_channel", "user": "U0BOT", "channel": "C1", "inviter": "U1"},
         Joined(CHANNEL, "U1", "slack:T1:joined:Ev1")),
        ({"type": "member_joined_channel", "user": "U0BOT", "channel": "C1"},
         Joined(CHANNEL, "", "slack:T1:joined:Ev1")),
        ({"type": "member_joined_channel", "user": "U1", "channel": "C1"}, None),
        ({"type": "channel_left", "channel": "C1", "actor_id": "U1"},
         Closed(CHANNEL, Refusal.NOT_INSIDE)),
        ({"type": "group_left", "channel": "C1"}, Closed(CHANNEL, Refusal.NOT_INSIDE)),
        ({"type": "channel_archive", "channel": "C1", "user": "U1"}, Closed(CHANNEL)),
        ({"type": "group_archive", "channel": "C1"}, Closed(CHANNEL)),
        ({"type": "channel_deleted", "channel": "C1"}, Closed(CHANNEL)),
        ({"type": "group_deleted", "channel": "C1"}, Closed(CHANNEL)),
        ({"type": "channel_deleted"}, None),
        ({"type": "channel_unarchive", "channel": "C1", "user": "U1"}, Reopened(CHANNEL)),
        ({"type": "group_unarchive", "channel": "C1"}, Reopened(CHANNEL)),
        ({"type": "app_uninstalled"}, SignedOut(Place("slack", "T1", ""))),
        ({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["U0BOT"]}},
         SignedOut(Place("slack", "T1", ""))),
        ({"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}}, None),
        ({"type": "app_home_opened", "user": "U1", "tab": "home"}, HomeOpened("T1", "U1")),
        ({"type": "app_home_opened", "user": "U1", "tab": "messages"}, None),
    ],
)  # fmt: skip
def test_other_events(event: dict[str, Any], expected: Happening | None) -> None:
    assert heard(event) == expected
    assert event["type"] in EVENTS


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
NAMES = (
    "type", "subtype", "channel", "user", "ts", "text", "team", "bot_id", "blocks", "message", "tokens",
    "previous_message", "deleted_ts", "thread_ts", "hidden", "files", "edited", "event_time", "tab",
)  # fmt: skip


@given(
    st.sampled_from(EVENTS),
    st.dictionaries(st.sampled_from(NAMES), json_values, max_size=8),
    st.dictionaries(st.sampled_from(("team_id", "authorizations", "event_time")), json_values),
)
def test_no_envelope_breaks_it(kind: str, event: dict[str, Any], body: dict[str, Any]) -> None:
    understood({"event": {**event, "type": kind}, **body}, CLOCK)
    understood(envelope({**message(), **event}, **body), CLOCK)
