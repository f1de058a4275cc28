"""Presses, modals, shortcuts and response_url of our Slack, with Bolt at the other end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from tests.fakes.slack import FakeSlack, text_of
from tests.unit.test_fake_slack import QUIET, client_of


def words(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


DELETE = {"text": words("Delete"), "value": "delete:abc"}
CITE = {"text": words("Cite"), "value": "cite:abc"}
MENU = {"type": "overflow", "action_id": "nutgraf:menu", "options": [DELETE, CITE]}
JUDGE = {
    "type": "feedback_buttons", "action_id": "nutgraf:judge",
    "positive_button": {"text": words("Useful"), "value": "useful:abc"},
    "negative_button": {"text": words("Not useful"), "value": "useless:abc"},
}  # fmt: skip
MORE = {"type": "button", "action_id": "nutgraf:more", "text": words("Show 3 more"), "value": "abc"}
BLOCKS = [
    {"type": "actions", "block_id": "doing", "elements": [MORE, MENU]},
    {"type": "context_actions", "block_id": "judging", "elements": [JUDGE]},
]
FIELD = {
    "type": "input", "block_id": "wrong", "label": words("What is wrong?"),
    "element": {"type": "plain_text_input", "action_id": "words", "max_length": 20},
}  # fmt: skip
FORM = {
    "type": "modal", "callback_id": "nutgraf_wrong", "private_metadata": "abc", "title": words("Wrong quote"),
    "submit": words("Send"), "blocks": [FIELD],
}  # fmt: skip


class Desk:
    """An app that remembers what was done, and opens a form when asked for more."""

    def __init__(self, slack: FakeSlack) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.answer: dict[str, Any] = {}  # what the next submission is answered
        app = AsyncApp(client=client_of(slack))
        for action in ("nutgraf:menu", "nutgraf:judge", "forged"):
            app.action(action)(self.note)
        app.action("nutgraf:more")(self.open)
        app.view("nutgraf_wrong")(self.submitted)
        app.shortcut("nutgraf_digest")(self.note)
        self.handler = AsyncSocketModeHandler(app, slack.app_token)

    async def note(self, ack: Any, body: dict[str, Any]) -> None:
        self.bodies.append(body)
        await ack()

    async def open(self, ack: Any, body: dict[str, Any], client: Any) -> None:
        await self.note(ack, body)
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)

    async def submitted(self, ack: Any, body: dict[str, Any]) -> None:
        self.bodies.append(body)
        await ack(**self.answer)


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    running = await FakeSlack(ack_wait_s=0.3).start()
    yield running
    await running.stop()


@pytest.fixture
async def desk(slack: FakeSlack) -> AsyncIterator[Desk]:
    desk = Desk(slack)
    await desk.handler.connect_async()
    await slack.connected()
    yield desk
    await desk.handler.close_async()


@pytest.fixture
async def ts(slack: FakeSlack) -> str:
    """A digest with its controls in #desk."""
    desk = slack.channel("desk").id
    posted = await client_of(slack).chat_postMessage(channel=desk, text="digest", blocks=BLOCKS, **QUIET)
    return str(posted["ts"])


@pytest.mark.parametrize(
    ("action_id", "choose", "said"),
    [
        ("nutgraf:menu", "delete", {"type": "overflow", "option": "delete:abc"}),
        ("nutgraf:menu", "Cite", {"type": "overflow", "option": "cite:abc"}),
        ("nutgraf:judge", "useless", {"type": "feedback_buttons", "value": "useless:abc"}),
        ("nutgraf:more", "", {"type": "button", "value": "abc"}),
    ],
)
async def test_a_press_carries_what_stands_there(
    slack: FakeSlack, desk: Desk, ts: str, action_id: str, choose: str, said: dict[str, str]
) -> None:
    assert (await slack.press("desk", ts, action_id, "ada", choose))["acked"]
    (body,) = desk.bodies
    (action,) = body["actions"]
    assert (action["type"], action["action_id"]) == (said["type"], action_id)
    assert action.get("value") == said.get("value")
    assert action.get("selected_option", {}).get("value") == said.get("option")
    assert body["message"]["ts"] == body["container"]["message_ts"] == ts
    assert body["channel"] == {"id": slack.channel("desk").id, "name": "desk"}


@pytest.mark.parametrize(
    ("action_id", "choose"), [("nutgraf:gone", ""), ("nutgraf:menu", "eat"), ("nutgraf:judge", "")]
)
async def test_what_is_not_there_cannot_be_pressed(
    slack: FakeSlack, ts: str, action_id: str, choose: str
) -> None:
    with pytest.raises(LookupError):
        await slack.press("desk", ts, action_id, "ada", choose)


async def test_who_does_not_see_the_channel_presses_nothing(slack: FakeSlack, ts: str) -> None:
    slack.channel("desk").kind = "group"
    slack.add_person("eve")
    with pytest.raises(AssertionError, match="does not see"):
        await slack.press("desk", ts, "nutgraf:more", "eve")


async def test_a_form_is_filled_in_and_sent(slack: FakeSlack, desk: Desk, ts: str) -> None:
    await slack.press("desk", ts, "nutgraf:more", "ada")
    await slack.until(lambda: slack.calls_of("views.open") and slack.calls_of("views.open")[0].outcome)
    assert text_of(slack.modal_of("ada")) == "Wrong quote\nWhat is wrong?\nSend"
    with pytest.raises(AssertionError, match="is needed"):
        await slack.submit("ada")
    with pytest.raises(AssertionError, match="no field"):
        await slack.submit("ada", {"words": "x", "colour": "red"})
    with pytest.raises(AssertionError, match="characters"):
        await slack.submit("ada", {"words": "x" * 21})
    desk.answer = {"response_action": "errors", "errors": {"wrong": "say more"}}
    await slack.submit("ada", {"words": "he never"})
    desk.answer = {}
    await slack.submit("ada", {"wrong": "he never said it"})
    sent = desk.bodies[-1]["view"]
    assert sent["state"]["values"]["wrong"]["words"]["value"] == "he never said it"
    assert (sent["private_metadata"], sent["callback_id"]) == ("abc", "nutgraf_wrong")
    with pytest.raises(AssertionError, match="no modal"):
        slack.modal_of("ada")
    assert not slack.breaches


@pytest.mark.parametrize(
    ("answer", "breach"),
    [
        ({"response_action": "errors", "errors": {"nowhere": "x"}}, "not there"),
        ({"response_action": "update", "view": {"type": "modal", "blocks": []}}, "update"),
        ({"response_action": "update"}, "update"),
        ({"response_action": "vanish"}, "vanish"),
    ],
)
async def test_wrong_answers_to_a_form_are_kept(
    slack: FakeSlack, desk: Desk, ts: str, answer: dict[str, Any], breach: str
) -> None:
    await client_of(slack).views_open(
        trigger_id=slack.trigger(slack.workspace().person("ada").id, "T0NEWS"), view=FORM
    )
    desk.answer = answer
    await slack.submit("ada", {"words": "x"})
    assert breach in slack.breaches[0]


async def test_a_home_tab_is_pressed_too(slack: FakeSlack, desk: Desk) -> None:
    ada = slack.workspace().person("ada").id
    rows = [{"type": "actions", "elements": [JUDGE | {"type": "button", "text": words(name), "value": name}]}
            for name in ("one", "two")]  # fmt: skip
    for row in rows:
        for key in ("positive_button", "negative_button"):
            row["elements"][0].pop(key)  # type: ignore[index]
    await client_of(slack).views_publish(user_id=ada, view={"type": "home", "blocks": rows})
    with pytest.raises(LookupError):
        await slack.press_view("ada", "nutgraf:judge")
    await slack.press_view("ada", "nutgraf:judge", "two")
    (body,) = desk.bodies
    assert body["actions"][0]["value"] == "two" and body["view"]["id"] == slack.home_tab("ada").id


async def test_a_shortcut_on_a_message_where_the_bot_is_not(slack: FakeSlack, desk: Desk) -> None:
    slack.add_channel("lobby", ["ada"])
    ts = await slack.people_post("ada", "lobby", "https://a.example/x")
    assert (await slack.shortcut("ada", "lobby", ts))["acked"]
    assert desk.bodies[0]["message"]["text"] == "<https://a.example/x>"
    assert desk.bodies[0]["callback_id"] == "nutgraf_digest"


async def test_nobody_listens(slack: FakeSlack, desk: Desk, ts: str) -> None:
    action = {"action_id": "unknown", "value": "abc"}
    assert (await slack.press_forged("desk", action, "ada"))["acked"] is False
    assert slack.user_errors == ["block_actions failed because the app did not respond"]


async def test_commands_do_not_work_in_threads(slack: FakeSlack, desk: Desk, ts: str) -> None:
    assert (await slack.command("ada", "desk", "help", thread_ts=ts))["acked"] is False
    assert not [e for e in slack.delivery.envelopes if e.kind == "slash_commands"]


async def answer(url: str, **body: Any) -> int:
    async with ClientSession() as session, session.post(url, json=body) as said:
        return said.status


async def test_a_response_url_answers_five_times(slack: FakeSlack, desk: Desk, ts: str) -> None:
    await slack.press("desk", ts, "nutgraf:judge", "ada", "useful")
    url = desk.bodies[0]["response_url"]
    statuses = [await answer(url, text=f"thanks {number}") for number in range(6)]
    assert statuses == [200] * 5 + [404]
    ada = slack.workspace().person("ada").id
    assert [whisper.via for whisper in slack.whispers_to(ada)] == ["response_url"] * 5
    assert [call.outcome for call in slack.calls_of("response_url")] == ["ok"] * 5 + ["used_url"]


async def test_a_response_url_changes_what_was_pressed(slack: FakeSlack, desk: Desk, ts: str) -> None:
    await slack.press("desk", ts, "nutgraf:judge", "ada", "useful")
    url = desk.bodies[0]["response_url"]
    await answer(url, text="new words", replace_original=True)
    assert slack.channel("desk").posts[ts].text == "new words"
    await answer(url, text="for all", response_type="in_channel")
    assert [post.text for post in slack.bots_posts("desk")] == ["new words", "for all"]
    await answer(url, delete_original=True)
    assert ts not in slack.channel("desk").posts
    assert await answer(url, text="<!here>") == 400
    assert len(slack.breaches) == 1


async def test_a_whisper_is_pressed_and_taken_back(slack: FakeSlack, desk: Desk) -> None:
    client, ada = client_of(slack), slack.workspace().person("ada").id
    where = slack.channel("desk").id
    await client.chat_postEphemeral(channel=where, user=ada, text="again?", blocks=BLOCKS)
    await slack.press_whisper("ada", "nutgraf:menu", "cite")
    (body,) = desk.bodies
    assert body["container"]["is_ephemeral"] is True and "message" not in body
    await answer(body["response_url"], delete_original=True)
    with pytest.raises(LookupError):
        await slack.press_whisper("ada", "nutgraf:menu", "cite")


async def test_a_response_url_does_not_live_for_ever() -> None:
    slack = await FakeSlack(hook_life_s=-1).start()
    desk = Desk(slack)
    await desk.handler.connect_async()
    await slack.connected()
    await slack.press_forged("desk", {"action_id": "forged"}, "ada")
    assert await answer(desk.bodies[0]["response_url"], text="late") == 404
    await desk.handler.close_async()
    await slack.stop()
