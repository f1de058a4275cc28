"""What becomes of messages later, and of places: edits, deletions, echoes, channels that close."""

from __future__ import annotations

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
    TakenDown,
    Withdrawn,
    understood,
)
from bot.ports import Refusal
from bot.types import Place, Request
from tests.unit.slack_bodies import (
    CLOCK,
    EDITED,
    KEY,
    NOW,
    STORY,
    TS,
    asked,
    deletion,
    edit,
    envelope,
    heard,
    message,
    ours,
)

GONE = Withdrawn(Place("slack", "T1", "C1", TS), KEY)


# ----------------------------------------------------------------- edits and deletions


def test_an_edit_that_adds_a_link() -> None:
    found = heard(edit(f"<{STORY}>", f"<{STORY}> <https://b.example/2>"))
    assert found == asked(f"{STORY} https://b.example/2", "https://b.example/2", **EDITED)


def test_an_edit_reads_only_what_it_adds() -> None:
    second = "https://b.example/2"
    found = heard(edit(f"<@U0BOT> <{STORY}>", f"<@U0BOT> <{STORY}> <{second}>"))
    assert found == asked(f"{STORY} {second}", second, addressed=True, **EDITED)
    assert heard(edit("no", f"follow <{STORY}>")) == asked(f"follow {STORY}", STORY, **EDITED)


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


def test_a_deleted_digest_is_taken_down() -> None:
    gone = deletion(user="U0BOT", bot_id="B0", thread_ts="1.5")
    assert heard(gone) == TakenDown(Place("slack", "T1", "C1", "1.5"), TS)


@pytest.mark.parametrize("more", [{"bot_id": "B1"}, {"subtype": "bot_message"}])
def test_what_another_bot_wrote_may_be_deleted(more: dict[str, Any]) -> None:
    assert heard(deletion(**more)) is None


# ------------------------------------------------------------------------ our own posts


def test_our_own_post_comes_back_as_an_echo() -> None:
    assert heard(ours()) == Echo("k#0", Place("slack", "T1", "C1", "1.5"), TS)
    assert heard({**ours(), "thread_ts": None}) == Echo("k#0", Place("slack", "T1", "C1"), TS)


@pytest.mark.parametrize(
    "event",
    [
        {**ours(), "app_id": "A2"},
        {**ours(), "user": "U9"},
        {**ours(), "blocks": []},
        {**ours(), "channel": ""},
        {**ours(), "ts": ""},
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
        ({"type": "app_uninstalled"}, SignedOut(Place("slack", "T1", ""), int(NOW) - 1)),
        ({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["U0BOT"]}},
         SignedOut(Place("slack", "T1", ""), int(NOW) - 1)),
        ({"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}}, None),
        ({"type": "app_home_opened", "user": "U1", "tab": "home"}, HomeOpened("T1", "U1")),
        ({"type": "app_home_opened", "user": "U1", "tab": "messages"}, None),
        ({"type": "app_home_opened", "tab": "home"}, None),
    ],
)  # fmt: skip
def test_other_events(event: dict[str, Any], expected: Happening | None) -> None:
    assert heard(event) == expected
    assert event["type"] in EVENTS


@pytest.mark.parametrize(
    "event",
    [
        message(),
        deletion(),
        edit("no", f"<{STORY}>"),
        ours(),
        {"type": "channel_archive", "channel": "C1"},
        {"type": "app_uninstalled"},
        {"type": "app_home_opened", "user": "U1", "tab": "home"},
    ],
)
def test_without_a_workspace_nothing_is_meant(event: dict[str, Any]) -> None:
    nowhere = [{"user_id": "U0BOT"}]
    assert heard(event, team_id=None, authorizations=nowhere) is None


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
