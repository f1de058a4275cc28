"""What our Slack tells an app, and what it does not: read off its envelopes, no app needed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from tests.fakes.slack import FakeSlack
from tests.fakes.slack.delivery import Envelope
from tests.fakes.slack.state import EVENT_SCOPE
from tests.unit.test_fake_slack import QUIET, client_of


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    running = await FakeSlack().start()
    yield running
    await running.stop()


def told(slack: FakeSlack) -> list[dict[str, Any]]:
    return [envelope.payload["event"] for envelope in slack.delivery.envelopes]


def types(slack: FakeSlack) -> list[str]:
    return [f"{event['type']}/{event.get('subtype', '')}".rstrip("/") for event in told(slack)]


@pytest.mark.parametrize(
    ("typed", "wire"),
    [
        ("see https://a.example/x?y=1&z=2", "see <https://a.example/x?y=1&amp;z=2>"),
        ("https://a.example/x. And <b> & c", "<https://a.example/x>. And &lt;b&gt; &amp; c"),
        ("a.example/x, b", "<http://a.example/x|a.example/x>, b"),
        ("[the story](https://a.example/x)", "<https://a.example/x|the story>"),
        ("@nobody a@b.example", "@nobody <mailto:a@b.example|a@b.example>"),
        ("(https://a.example/x)", "(<https://a.example/x>)"),
    ],
)
async def test_links_come_wrapped(slack: FakeSlack, typed: str, wire: str) -> None:
    await slack.people_post("ada", "desk", typed)
    assert told(slack)[0]["text"] == wire


async def test_a_message_names_its_channel_and_thread(slack: FakeSlack) -> None:
    first = await slack.people_post("ada", "desk", "one")
    await slack.people_post("root", "desk", "two", thread_ts=first)
    await slack.people_post("ada", slack.direct("ada"), "three")
    one, two, three = told(slack)
    assert one["channel_type"] == "channel" and "thread_ts" not in one and one["ts"] == first
    assert two["thread_ts"] == first and two["parent_user_id"] == one["user"]
    assert three["channel_type"] == "im"
    assert one["ts"] < two["ts"] < three["ts"]
    assert len({envelope.payload["event_id"] for envelope in slack.delivery.envelopes}) == 3


async def test_a_mention_comes_twice_but_not_in_direct_messages(slack: FakeSlack) -> None:
    ts = await slack.people_post("ada", "desk", "@nutgraf help")
    assert types(slack) == ["message", "app_mention"]
    assert [event["ts"] for event in told(slack)] == [ts, ts]
    await slack.people_post("ada", slack.direct("ada"), "@nutgraf help")
    assert types(slack)[2:] == ["message"]


async def test_where_the_bot_is_not_nothing_is_heard(slack: FakeSlack) -> None:
    slack.add_channel("lobby", ["ada"])
    await slack.people_post("ada", "lobby", "@nutgraf https://a.example/x")
    assert told(slack) == []


async def test_the_app_hears_itself(slack: FakeSlack) -> None:
    client, desk = client_of(slack), slack.channel("desk").id
    block = {"type": "divider", "block_id": "nutgraf key"}
    posted = await client.chat_postMessage(channel=desk, text="mine", blocks=[block], **QUIET)
    await client.chat_update(channel=desk, ts=posted["ts"], text="mine, mended")
    await client.chat_delete(channel=desk, ts=posted["ts"])
    assert types(slack) == ["message", "message/message_changed", "message/message_deleted"]
    echo, change, end = told(slack)
    workspace = slack.workspace()
    assert (echo["bot_id"], echo["user"], echo["ts"]) == (workspace.bot_id, workspace.bot_user, posted["ts"])
    assert echo["app_id"] == slack.settings.app_id and echo["blocks"][0]["block_id"] == "nutgraf key"
    assert change["message"]["text"] == "mine, mended" and change["previous_message"]["text"] == "mine"
    assert end["deleted_ts"] == posted["ts"] and end["previous_message"]["bot_id"] == workspace.bot_id


async def test_slack_fills_in_what_was_left_out_and_may_keep_silent(slack: FakeSlack) -> None:
    client, desk = client_of(slack), slack.channel("desk").id
    block = {"type": "section", "text": {"type": "plain_text", "text": "words"}}
    await client.chat_postMessage(channel=desk, text="mine", blocks=[block], **QUIET)
    assert told(slack)[0]["blocks"][0]["text"] == {"type": "plain_text", "text": "words", "emoji": True}
    slack.echoes = False
    await client.chat_postMessage(channel=desk, text="mine", **QUIET)
    await slack.people_post("ada", "desk", "theirs")
    assert [event["text"] for event in told(slack)] == ["mine", "theirs"]
    assert slack.unheard == ["echo"]


async def test_an_edit_and_an_unfurl(slack: FakeSlack) -> None:
    ts = await slack.people_post("ada", "desk", "one")
    await slack.unfurl("desk", ts)
    await slack.people_edit("desk", ts, "one https://a.example/x")
    unfurl, edit = told(slack)[1:]
    assert "edited" not in unfurl["message"] and unfurl["message"]["attachments"]
    assert unfurl["message"]["text"] == unfurl["previous_message"]["text"]
    assert edit["message"]["edited"]["user"] == edit["message"]["user"]
    assert edit["message"]["ts"] == ts != edit["message"]["edited"]["ts"]
    assert "<https://a.example/x>" in edit["message"]["text"]


async def test_a_parent_with_answers_becomes_a_tombstone_and_goes_with_the_last(slack: FakeSlack) -> None:
    client, desk = client_of(slack), slack.channel("desk").id
    ts = await slack.people_post("ada", "desk", "a link")
    answer = await client.chat_postMessage(channel=desk, text="digest", thread_ts=ts, **QUIET)
    await slack.people_delete("desk", ts)
    assert types(slack)[2:] == ["message/message_changed"]
    stone = told(slack)[2]["message"]
    assert (stone["subtype"], stone["ts"], stone["user"]) == ("tombstone", ts, "USLACKBOT")
    assert told(slack)[2]["previous_message"]["text"] == "a link"
    await client.chat_delete(channel=desk, ts=answer["ts"])
    assert types(slack)[3:] == ["message/message_deleted"] * 2
    assert told(slack)[4]["previous_message"]["subtype"] == "tombstone"
    assert slack.channel("desk").posts == {}


async def test_a_message_without_answers_is_simply_gone(slack: FakeSlack) -> None:
    ts = await slack.people_post("ada", "desk", "a link")
    await slack.people_delete("desk", ts)
    assert types(slack)[1:] == ["message/message_deleted"]
    assert told(slack)[1]["deleted_ts"] == ts


async def test_an_answer_to_what_is_gone_lands_in_the_channel(slack: FakeSlack) -> None:
    ts = await slack.people_post("ada", "desk", "a link")
    await slack.people_delete("desk", ts)
    desk = slack.channel("desk").id
    answer = await client_of(slack).chat_postMessage(channel=desk, text="digest", thread_ts=ts, **QUIET)
    assert [post.thread_ts for post in slack.bots_posts("desk")] == [None]
    assert "thread_ts" not in answer["message"]


async def test_people_come_and_go(slack: FakeSlack) -> None:
    slack.add_channel("lobby", ["ada"])
    await slack.invite_bot("lobby")
    joined, said = told(slack)
    assert (joined["type"], joined["user"]) == ("member_joined_channel", slack.workspace().bot_user)
    assert joined["inviter"] == slack.workspace().person("ada").id
    assert said["subtype"] == "channel_join"
    await slack.invite("root", "lobby")
    await slack.remove("root", "lobby")
    assert types(slack)[2:] == ["member_joined_channel", "message/channel_join", "member_left_channel"]


@pytest.mark.parametrize(("kind", "event"), [("channel", "channel_left"), ("group", "group_left")])
async def test_the_bot_is_put_out(slack: FakeSlack, kind: str, event: str) -> None:
    slack.add_channel("lobby", ["ada", "nutgraf"], kind)
    await slack.remove_bot("lobby")
    left, word = told(slack)
    assert (left["type"], left["channel"]) == (event, slack.channel("lobby").id)
    assert (word["user"], word["channel_type"]) == ("USLACKBOT", "im")


Deed = Callable[[FakeSlack], Awaitable[None]]
CLOSING: list[tuple[str, str, Deed]] = [
    ("channel", "channel_archive", lambda s: s.archive("room")),
    ("channel", "channel_unarchive", lambda s: s.unarchive("room")),
    ("channel", "channel_deleted", lambda s: s.delete_channel("room")),
    ("group", "group_archive", lambda s: s.archive("room")),
    ("group", "group_unarchive", lambda s: s.unarchive("room")),
    ("group", "group_deleted", lambda s: s.delete_channel("room")),
]


@pytest.mark.parametrize(("kind", "event", "deed"), CLOSING, ids=[event for _, event, _ in CLOSING])
async def test_a_channel_closes_and_opens(slack: FakeSlack, kind: str, event: str, deed: Deed) -> None:
    channel = slack.add_channel("room", ["ada", "nutgraf"], kind)
    await deed(slack)
    assert [(said["type"], said["channel"]) for said in told(slack)] == [(event, channel)]


async def test_the_app_itself(slack: FakeSlack) -> None:
    await slack.open_home("ada")
    await slack.open_home("ada", tab="messages")
    assert [event["tab"] for event in told(slack)] == ["home", "messages"]
    await slack.revoke()
    assert types(slack)[2:] == ["tokens_revoked"]
    slack.install()
    await slack.uninstall()
    assert types(slack)[3:] == ["tokens_revoked", "app_uninstalled"]
    await slack.people_post("ada", "desk", "is anybody there?")
    assert len(told(slack)) == 5


@pytest.mark.parametrize(
    ("without", "heard"),
    [("message.channels", ["app_mention"]), ("app_mention", ["message"]), ("message.im", [])],
)
async def test_only_what_the_app_asked_for_and_may_see(
    slack: FakeSlack, without: str, heard: list[str]
) -> None:
    scopes = slack.settings.scopes - {EVENT_SCOPE[without]}
    for settings in ({"events": slack.settings.events - {without}}, {"scopes": scopes}):
        other = FakeSlack(**settings)
        where = other.direct("ada") if without == "message.im" else "desk"
        await other.people_post("ada", where, "@nutgraf help")
        assert types(other) == heard
        assert without in other.unheard
        await other.stop()


async def test_strangers_and_other_bots_show(slack: FakeSlack) -> None:
    slack.add_stranger("zoe", "desk")
    await slack.people_post("zoe", "desk", "hello")
    await slack.another_bot_posts("desk", "https://a.example/x")
    stranger, bot = told(slack)
    assert (stranger["user_team"], stranger["team"]) == ("T0OTHER", "T0NEWS")
    assert slack.delivery.envelopes[0].payload["is_ext_shared_channel"] is True
    assert bot["bot_id"] == "B0OTHER" and bot["app_id"] == "A0OTHER"


async def test_two_workspaces_are_told_apart(slack: FakeSlack) -> None:
    slack.add_workspace("T0SECOND", "secondpaper")
    slack.install("T0SECOND")
    await slack.invite("nutgraf", "desk", team="T0SECOND")
    await slack.people_post("ada", "desk", "hi", team="T0SECOND")
    last: Envelope = slack.delivery.envelopes[-1]
    assert last.payload["team_id"] == "T0SECOND" != slack.workspace().id
    assert last.payload["authorizations"][0]["user_id"] == slack.workspaces["T0SECOND"].bot_user
