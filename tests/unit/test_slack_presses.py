"""Slack's interactions -> what is asked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.presses import (
    command_of,
    first_field,
    is_link,
    note_of,
    press_of,
    report_of,
    shortcut_of,
)
from bot.standing import Standing
from bot.types import Place, Request

DIGEST = "0123456789ab"
STORY = "https://herald.example/a"
HERE = Place("slack", "T1", "C1", "1.5")


def pressed(action: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "block_actions", "team": {"id": "T1"}, "user": {"id": "U1", "team_id": "T1"},
        "trigger_id": "7.7", "channel": {"id": "C1"}, "message": {"ts": "1.6", "thread_ts": "1.5"},
        "container": {"type": "message", "channel_id": "C1", "message_ts": "1.6", "thread_ts": "1.5"},
        "response_url": "https://hooks.slack.example/1", "actions": [{"action_ts": "1.9", **action}], **more,
    }  # fmt: skip


def asked(text: str, **more: Any) -> Request:
    facts = {"key": "slack:T1:press:7.7", "place": HERE, "user": "U1", "text": text, **more}
    return Request(**facts, command=True, private=True)


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ({"action_id": "nutgraf:more", "value": DIGEST}, f"more {DIGEST}"),
        ({"action_id": "nutgraf:reread", "value": DIGEST}, f"reread {DIGEST}"),
        ({"action_id": "nutgraf:retry", "value": DIGEST}, f"reread {DIGEST}"),
        ({"action_id": "nutgraf:menu", "selected_option": {"value": f"mute:{DIGEST}"}}, f"mute {DIGEST}"),
        ({"action_id": "nutgraf:menu", "selected_option": {"value": f"wrong:{DIGEST}"}}, f"wrong {DIGEST}"),
        ({"action_id": "nutgraf:judge", "value": f"useless:{DIGEST}"}, f"useless {DIGEST}"),
        ({"action_id": "nutgraf:auto-mention", "value": ""}, "settings digest mention"),
    ],
)
def test_a_press_is_a_command(action: dict[str, Any], words: str) -> None:
    assert press_of(pressed(action)).request == asked(words)


@pytest.mark.parametrize(
    "action",
    [
        {},
        {"action_id": "digest_more", "value": DIGEST},
        {"action_id": "nutgraf:nothing", "value": DIGEST},
        {"action_id": "nutgraf:more", "value": ""},
        {"action_id": "nutgraf:more", "value": "x y"},
        {"action_id": "nutgraf:menu"},
        {"action_id": "nutgraf:judge", "value": "useful"},
    ],
)
def test_what_is_not_ours(action: dict[str, Any]) -> None:
    with pytest.raises((KeyError, ValueError)):
        press_of(pressed(action))


MORE = {"action_id": "nutgraf:more", "value": DIGEST}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, {}),
        ({"trigger_id": ""}, {"key": "slack:T1:press:1.9"}),
        ({"message": {"ts": "1.6"}, "container": {}}, {"place": Place("slack", "T1", "C1")}),
        ({"container": {}}, {}),
        ({"channel": None}, {}),
        ({"view": {"app_installed_team_id": "T7"}},
         {"key": "slack:T7:press:7.7", "place": Place("slack", "T7", "C1", "1.5"),
          "standing": Standing.STRANGER}),
        ({"user": {"id": "U1"}}, {}),
        ({"message": None}, {}),  # a message that one user alone was shown
        ({"channel": None, "message": None, "container": {"type": "view"}},
         {"place": Place("slack", "T1", "U1")}),
        ({"user": {"id": "U1", "team_id": "T2"}}, {"standing": Standing.STRANGER}),
        ({"user": {"id": "U1", "team_id": "T2"}, "enterprise": {"id": "E1"}}, {}),
        ({"team": None, "user": {"id": "U1", "team_id": "T1"}}, {}),
    ],
)  # fmt: skip
def test_who_pressed_and_where(more: dict[str, Any], expected: dict[str, Any]) -> None:
    assert press_of(pressed(MORE, **more)).request == asked(f"more {DIGEST}", **expected)


def test_a_press_of_a_whisper() -> None:
    assert not press_of(pressed(MORE)).on_whisper
    assert press_of(pressed(MORE, container={"is_ephemeral": True})).on_whisper


def test_a_button_with_an_address_is_a_link() -> None:
    assert is_link(pressed({"action_id": "x", "url": STORY}))
    assert not is_link(pressed(MORE))
    assert not is_link({})


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", ""),
        ("  help  follow ", "help follow"),
        (f"<{STORY}>", STORY),
        (f"follow <{STORY}?a=1&amp;b=2> +tax &amp; spend", f"follow {STORY}?a=1&b=2 +tax & spend"),
        ("follow <http://herald.example|herald.example>", "follow herald.example"),
        ("settings steer <@U9|mara>", "settings steer @U9|mara"),
    ],
)
def test_a_slash_command(typed: str, words: str) -> None:
    body = {"team_id": "T1", "channel_id": "C1", "user_id": "U1", "text": typed, "trigger_id": "7.7"}
    assert command_of(body) == Request(
        "slack:T1:command:7.7", Place("slack", "T1", "C1"), "U1", words, command=True, private=True
    )


def test_without_a_trigger_each_is_still_its_own() -> None:
    hooks = {"team_id": "T1", "channel_id": "C1", "user_id": "U1", "response_url": "https://hooks.example/1"}
    assert command_of(hooks).key == "slack:T1:command:https://hooks.example/1"
    assert shortcut_of({**on_message(), "trigger_id": None, "action_ts": "1.9"}).key.endswith(":1.9")
    assert report_of({**submitted(json.dumps(["wrong", DIGEST, "C1", None])), "trigger_id": ""}).key.endswith(
        ":V1"
    )


# ------------------------------------------------------------------------------ windows


def submitted(note: str, words: str | None = "The mayor\n said it") -> dict[str, Any]:
    values = {"nutgraf_words": {"nutgraf:words": {"type": "plain_text_input", "value": words}}}
    view = {"id": "V1", "private_metadata": note, "state": {"values": values}}
    return {
        "type": "view_submission",
        "team": {"id": "T1"},
        "user": {"id": "U1"},
        "trigger_id": "7.7",
        "view": view,
    }


def test_a_report_goes_back_to_where_the_window_was_opened() -> None:
    wrong = {"action_id": "nutgraf:menu", "selected_option": {"value": f"wrong:{DIGEST}"}}
    body = submitted(note_of(press_of(pressed(wrong))))
    assert report_of(body) == asked(f"wrong {DIGEST} The mayor said it")
    assert first_field(body) == "nutgraf_words"


@pytest.mark.parametrize(
    "note", ["", "{}", "[]", "[1,2,3]", '["gone","x","C1",null]', '["more","","C1",null]']
)
def test_a_window_that_is_not_ours(note: str) -> None:
    with pytest.raises((KeyError, ValueError)):
        report_of(submitted(note))


# ----------------------------------------------------------------------------- shortcuts


def on_message(**message: Any) -> dict[str, Any]:
    return {
        "type": "message_action", "callback_id": "nutgraf_digest", "trigger_id": "7.7", "team": {"id": "T1"},
        "user": {"id": "U1", "team_id": "T1"}, "channel": {"id": "C1"}, "message": {"ts": "1.5", **message},
    }  # fmt: skip


def test_a_shortcut_reads_the_message_in_its_thread() -> None:
    assert shortcut_of(on_message(text=f"see <{STORY}>")) == Request(
        "slack:T1:shortcut:7.7", HERE, "U1", f"see {STORY}", (STORY,), addressed=True, private=True
    )


def test_a_shortcut_on_a_message_that_is_not_told() -> None:
    body = {**on_message(), "message": {"text": f"<{STORY}>"}, "message_ts": "1.5"}
    assert shortcut_of(body).place == HERE


@pytest.mark.parametrize(
    ("message", "links"),
    [
        ({"text": "none"}, ()),
        ({"text": f"<{STORY}>", "attachments": [{"title_link": "https://b.example/2"}]}, (STORY,)),
        ({"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": f"<{STORY}|read>"}}]}, (STORY,)),
        ({"blocks": [{"type": "section", "text": {"type": "plain_text", "text": STORY}}]}, ()),
        ({"blocks": [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [
            {"type": "link", "url": STORY, "text": "read"}, {"type": "link", "url": STORY}]}]}]}, (STORY,)),
        ({"blocks": [{"type": "actions", "elements": [{"type": "button", "url": STORY}]}]}, (STORY,)),
        ({"attachments": [{"title_link": STORY, "text": "<https://b.example/2>"}]},
         (STORY, "https://b.example/2")),
        ({"attachments": [{"blocks": [{"type": "section", "accessory": {"url": STORY}}]}]}, (STORY,)),
        ({"attachments": [{"title_link": "mailto:a@b.example"}, {"from_url": 7}, "x"]}, ()),
    ],
)  # fmt: skip
def test_links_of_another_apps_message(message: dict[str, Any], links: tuple[str, ...]) -> None:
    assert shortcut_of(on_message(**message)).links == links


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
NAMES = (
    "team",
    "user",
    "channel",
    "message",
    "container",
    "actions",
    "trigger_id",
    "view",
    "text",
    "enterprise",
)


@given(st.dictionaries(st.sampled_from(NAMES), json_values))
def test_no_body_breaks_it(body: dict[str, Any]) -> None:
    command_of(body)
    shortcut_of(body)
    shortcut_of({**on_message(), "message": body})
    is_link(body)
    first_field(body)
    for read in (press_of, report_of):
        with pytest.raises((KeyError, ValueError)):
            read(body)
    assert press_of({**pressed(MORE), **{name: body[name] for name in body if name != "actions"}})


def test_a_note_is_small_whatever_the_place() -> None:
    assert len(note_of(press_of(pressed(MORE)))) < 200
    assert json.loads(note_of(press_of(pressed(MORE)))) == ["more", DIGEST, "C1", "1.5"]
