"""Slack's messages and mentions -> what happened."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.slack.events import understood
from bot.standing import Standing
from bot.types import Place, Request
from tests.unit.slack_bodies import CLOCK, NOW, PLAIN, STORY, TS, asked, envelope, heard, message


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
