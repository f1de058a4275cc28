"""Our Slack's Web API: what Slack refuses is refused by its name, what Slack takes is taken."""

from __future__ import annotations

import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack, text_of

QUIET = {"unfurl_links": False, "unfurl_media": False}
BLOCK = {"type": "section", "text": {"type": "plain_text", "text": "Nine words"}}
MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "Quotes"}, "blocks": [BLOCK]}
HOME = {"type": "home", "blocks": [BLOCK]}
CALL = {
    "type": "rich_text",
    "elements": [{"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U1"}]}],
}


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    """#desk with the bot, #lobby without, #closed archived, #secret and #cabinet private."""
    running = FakeSlack(lost_threads="refuse")
    running.add_channel("lobby", ["ada"])
    running.add_channel("closed", ["ada", "nutgraf"])
    running.add_channel("secret", ["ada"], "group")
    running.add_channel("cabinet", ["ada", "nutgraf"], "group")
    running.add_person("gone", deleted=True)
    running.channel("closed").archived = True
    await running.start()
    yield running
    await running.stop()


def client_of(slack: FakeSlack, token: str | None = None) -> AsyncWebClient:
    return AsyncWebClient(token=slack.bot_token if token is None else token, base_url=slack.api_url)


async def refusal(call: Awaitable[Any]) -> Any:
    """The answer of a call that must be refused."""
    with pytest.raises(SlackApiError) as refused, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # slack_sdk warns of blocks without text; here Slack itself says no
        await call
    return refused.value.response


class Bench:
    """Ids and messages that the table below speaks of."""

    def __init__(self, slack: FakeSlack, mine: str, theirs: str, answer: str) -> None:
        self.slack, self.mine, self.theirs, self.answer = slack, mine, theirs, answer
        self.desk, self.lobby, self.closed, self.secret, self.cabinet = (
            slack.channel(name).id for name in ("desk", "lobby", "closed", "secret", "cabinet")
        )
        self.ada, self.root, self.bot, self.gone = (
            slack.workspace().person(name).id for name in ("ada", "root", "nutgraf", "gone")
        )


@pytest.fixture
async def bench(slack: FakeSlack) -> Bench:
    desk = slack.channel("desk").id
    theirs = await slack.people_post("ada", "desk", "hello")
    answer = await slack.people_post("root", "desk", "hello yourself", thread_ts=theirs)
    mine = await client_of(slack).chat_postMessage(channel=desk, text="mine", **QUIET)
    return Bench(slack, mine["ts"], theirs, answer)


Refusing = Callable[[AsyncWebClient, Bench], Awaitable[Any]]

# (error, call, whether nutgraf itself must never do it)
REFUSED: list[tuple[str, Refusing, bool]] = [
    ("channel_not_found", lambda c, b: c.chat_postMessage(channel="C1", text="x", **QUIET), False),
    ("channel_not_found", lambda c, b: c.chat_postMessage(channel=b.secret, text="x", **QUIET), False),
    ("channel_not_found", lambda c, b: c.chat_postMessage(channel="#desk", text="x", **QUIET), False),
    ("channel_not_found", lambda c, b: c.chat_postMessage(channel="U1", text="x", **QUIET), False),
    ("user_not_found", lambda c, b: c.chat_postMessage(channel=b.gone, text="x", **QUIET), False),
    ("not_in_channel", lambda c, b: c.chat_postMessage(channel=b.lobby, text="x", **QUIET), False),
    ("is_archived", lambda c, b: c.chat_postMessage(channel=b.closed, text="x", **QUIET), False),
    ("no_text", lambda c, b: c.chat_postMessage(channel=b.desk, **QUIET), False),
    ("no_text", lambda c, b: c.chat_postMessage(channel=b.desk, blocks=[BLOCK], **QUIET), True),
    ("msg_too_long", lambda c, b: c.chat_postMessage(channel=b.desk, text="x" * 40_001, **QUIET), False),
    ("invalid_arguments", lambda c, b: c.chat_postMessage(channel=b.desk, text="x"), True),
    (
        "invalid_arguments",
        lambda c, b: c.chat_postMessage(channel=b.desk, text="x", unfurl_links=False, unfurl_media=True),
        True,
    ),
    ("invalid_arguments", lambda c, b: c.chat_postMessage(channel=b.desk, text="<!channel>", **QUIET), True),
    ("invalid_arguments", lambda c, b: c.chat_postMessage(channel=b.desk, text="<@U1> ha", **QUIET), True),
    (
        "invalid_arguments",
        lambda c, b: c.chat_postMessage(channel=b.desk, text="x", link_names=True, **QUIET),
        True,
    ),
    (
        "invalid_arguments",
        lambda c, b: c.chat_postMessage(channel=b.desk, text="x", parse="full", **QUIET),
        True,
    ),
    (
        "invalid_arguments",
        lambda c, b: c.chat_postMessage(
            channel=b.desk, text="x", thread_ts=b.theirs, reply_broadcast=True, **QUIET
        ),
        True,
    ),
    (
        "invalid_arguments",
        lambda c, b: c.chat_postMessage(channel=b.desk, text="x", username="Somebody", **QUIET),
        True,
    ),
    (
        "invalid_blocks",
        lambda c, b: c.chat_postMessage(channel=b.desk, text="x", blocks=[BLOCK] * 51, **QUIET),
        True,
    ),
    (
        "invalid_blocks",
        lambda c, b: c.chat_postMessage(channel=b.desk, text="x", blocks=[{"type": "novel"}], **QUIET),
        True,
    ),
    (
        "invalid_blocks",
        lambda c, b: c.chat_postMessage(channel=b.desk, text="x", blocks=[CALL], **QUIET),
        True,
    ),
    (
        "invalid_blocks_format",
        lambda c, b: c.chat_postMessage(channel=b.desk, text="x", blocks="[{", **QUIET),
        False,
    ),
    (
        "thread_not_found",
        lambda c, b: c.chat_postMessage(channel=b.desk, text="x", thread_ts="1.000001", **QUIET),
        False,
    ),
    (
        "thread_not_found",
        lambda c, b: c.chat_postMessage(channel=b.desk, text="x", thread_ts=b.answer, **QUIET),
        True,
    ),
    ("message_not_found", lambda c, b: c.chat_update(channel=b.desk, ts="1.000001", text="x"), False),
    ("cant_update_message", lambda c, b: c.chat_update(channel=b.desk, ts=b.theirs, text="x"), False),
    ("msg_too_long", lambda c, b: c.chat_update(channel=b.desk, ts=b.mine, text="x" * 4_001), False),
    ("channel_not_found", lambda c, b: c.chat_update(channel=b.secret, ts=b.mine, text="x"), False),
    ("message_not_found", lambda c, b: c.chat_delete(channel=b.desk, ts="1.000001"), False),
    ("cant_delete_message", lambda c, b: c.chat_delete(channel=b.desk, ts=b.theirs), False),
    ("user_not_found", lambda c, b: c.chat_postEphemeral(channel=b.desk, user="U1", text="x"), False),
    (
        "user_not_in_channel",
        lambda c, b: c.chat_postEphemeral(channel=b.cabinet, user=b.root, text="x"),
        False,
    ),
    ("not_in_channel", lambda c, b: c.chat_postEphemeral(channel=b.lobby, user=b.ada, text="x"), False),
    ("message_not_found", lambda c, b: c.chat_getPermalink(channel=b.desk, message_ts="1.000001"), False),
    ("channel_not_found", lambda c, b: c.chat_getPermalink(channel=b.secret, message_ts=b.mine), False),
    ("invalid_name", lambda c, b: c.reactions_add(channel=b.desk, name=":eyes:", timestamp=b.mine), False),
    ("message_not_found", lambda c, b: c.reactions_add(channel=b.desk, name="eyes", timestamp="1.1"), False),
    ("no_reaction", lambda c, b: c.reactions_remove(channel=b.desk, name="eyes", timestamp=b.mine), False),
    ("not_in_channel", lambda c, b: c.reactions_add(channel=b.lobby, name="eyes", timestamp=b.mine), False),
    ("user_not_found", lambda c, b: c.users_info(user="U1"), False),
    ("channel_not_found", lambda c, b: c.conversations_info(channel=b.secret), False),
    ("channel_not_found", lambda c, b: c.conversations_members(channel=b.secret), False),
    ("invalid_cursor", lambda c, b: c.conversations_members(channel=b.desk, cursor="?"), False),
    ("invalid_limit", lambda c, b: c.conversations_members(channel=b.desk, limit=5000), False),
    ("user_not_found", lambda c, b: c.conversations_open(users="U1"), False),
    ("cannot_dm_bot", lambda c, b: c.conversations_open(users=b.bot), False),
    ("users_list_not_supplied", lambda c, b: c.conversations_open(users=""), False),
    ("invalid_trigger_id", lambda c, b: c.views_open(trigger_id="1.1", view=MODAL), False),
    (
        "invalid_arguments",
        lambda c, b: c.views_open(trigger_id=b.slack.trigger(b.ada, "T0NEWS"), view=HOME),
        False,
    ),
    ("not_found", lambda c, b: c.views_update(view_id="V1", view=MODAL), False),
    ("user_not_found", lambda c, b: c.views_publish(user_id="U1", view=HOME), False),
    (
        "invalid_arguments",
        lambda c, b: c.views_publish(user_id=b.ada, view=HOME | {"blocks": [BLOCK] * 101}),
        True,
    ),
    ("missing_scope", lambda c, b: c.conversations_history(channel=b.desk), True),
    ("missing_scope", lambda c, b: c.conversations_replies(channel=b.desk, ts=b.mine), True),
    ("unknown_method", lambda c, b: c.chat_meMessage(channel=b.desk, text="x"), True),
    ("not_allowed_token_type", lambda c, b: c.apps_connections_open(app_token=b.slack.bot_token), False),
]  # fmt: skip


NAMES = [f"{at}-{error}" for at, (error, _, _) in enumerate(REFUSED)]


@pytest.mark.parametrize(("error", "call", "breach"), REFUSED, ids=NAMES)
async def test_what_slack_refuses_is_refused(
    slack: FakeSlack, bench: Bench, error: str, call: Refusing, breach: bool
) -> None:
    before = {ts: (post.text, dict(post.reactions)) for ts, post in slack.channel("desk").posts.items()}
    answer = await refusal(call(client_of(slack), bench))
    assert answer["error"] == error
    assert bool(slack.breaches) is breach
    assert slack.calls[-1].outcome == error
    after = {ts: (post.text, dict(post.reactions)) for ts, post in slack.channel("desk").posts.items()}
    assert after == before, "a refused call changed something"
    assert not slack.whispers


@pytest.mark.parametrize(
    ("token", "error"),
    [("", "not_authed"), ("xoxb-of-nobody", "invalid_auth"), ("xapp-1-nutgraf", "not_allowed_token_type")],
)
async def test_tokens(slack: FakeSlack, token: str, error: str) -> None:
    assert (await refusal(client_of(slack, token).auth_test()))["error"] == error


async def test_a_token_dies_with_its_reason(slack: FakeSlack) -> None:
    client = client_of(slack)
    await slack.revoke()
    assert (await refusal(client.auth_test()))["error"] == "token_revoked"
    client = client_of(slack, slack.install())
    await slack.uninstall()
    assert (await refusal(client.auth_test()))["error"] == "account_inactive"


@pytest.mark.parametrize(
    ("without", "call"),
    [
        ("chat:write", lambda c, b: c.chat_postMessage(channel=b.desk, text="x", **QUIET)),
        ("reactions:write", lambda c, b: c.reactions_add(channel=b.desk, name="eyes", timestamp=b.theirs)),
        ("users:read", lambda c, b: c.users_info(user=b.ada)),
        ("channels:read", lambda c, b: c.conversations_info(channel=b.desk)),
        ("groups:read", lambda c, b: c.conversations_members(channel=b.cabinet)),
        ("im:write", lambda c, b: c.conversations_open(users=b.ada)),
    ],
    ids=str,
)
async def test_every_scope_is_needed(slack: FakeSlack, bench: Bench, without: str, call: Refusing) -> None:
    slack.take_scope(without)
    answer = await refusal(call(client_of(slack), bench))
    assert answer["error"] == "missing_scope"
    assert without in answer["needed"].split(",")
    assert without not in answer["provided"].split(",")


async def test_what_slack_takes_is_taken(slack: FakeSlack, bench: Bench) -> None:
    client = client_of(slack)
    posted = await client.chat_postMessage(
        channel=bench.desk, text="&lt;!channel&gt; ha", blocks=[BLOCK], thread_ts=bench.theirs, **QUIET
    )
    assert text_of(slack.digest_of("desk", bench.theirs)) == "Nine words"
    await client.chat_update(channel=bench.desk, ts=posted["ts"], text="other words")
    assert text_of(slack.digest_of("desk", bench.theirs)) == "Nine words", "blocks stay unless taken away"
    await client.chat_update(channel=bench.desk, ts=posted["ts"], text="other words", blocks=[])
    assert text_of(slack.digest_of("desk", bench.theirs)) == "other words"
    link = await client.chat_getPermalink(channel=bench.desk, message_ts=posted["ts"])
    assert (
        link["permalink"].startswith("https://newsdesk.slack.com/archives/")
        and "thread_ts=" in link["permalink"]
    )
    await client.reactions_add(channel=bench.desk, name="eyes", timestamp=bench.theirs)
    twice = client.reactions_add(channel=bench.desk, name="eyes", timestamp=bench.theirs)
    assert (await refusal(twice))["error"] == "already_reacted"
    await client.reactions_remove(channel=bench.desk, name="eyes", timestamp=bench.theirs)
    await client.chat_postEphemeral(
        channel=bench.desk, user=bench.ada, text="for you", thread_ts=bench.theirs
    )
    assert [whisper.text for whisper in slack.whispers_to(bench.ada, "desk")] == ["for you"]
    await client.chat_delete(channel=bench.desk, ts=posted["ts"])
    assert slack.bots_posts("desk", bench.theirs) == []
    assert not slack.breaches


async def test_words_to_a_person_open_their_direct_messages(slack: FakeSlack, bench: Bench) -> None:
    client = client_of(slack)
    posted = await client.chat_postMessage(channel=bench.ada, text="your feed stopped", **QUIET)
    opened = await client.conversations_open(users=bench.ada)
    assert posted["channel"] == opened["channel"]["id"] == slack.direct("ada")
    assert opened["already_open"] is True


async def test_people_and_strangers(slack: FakeSlack, bench: Bench) -> None:
    client = client_of(slack)
    guest = slack.add_person("guest", ultra_restricted=True)
    stranger = slack.add_stranger("zoe", "desk")
    assert (await client.users_info(user=bench.root))["user"]["is_admin"] is True
    assert (await client.users_info(user=guest))["user"]["is_restricted"] is True
    seen = (await client.users_info(user=stranger))["user"]
    assert seen["is_stranger"] is True and seen["team_id"] == "T0OTHER" and "is_admin" not in seen
    assert (await client.conversations_info(channel=bench.desk))["channel"]["is_ext_shared"] is True


async def test_members_come_in_pages(slack: FakeSlack) -> None:
    people = [slack.add_person(f"p{number}") for number in range(7)]
    channel = slack.add_channel("crowd", [*people, "nutgraf"])
    pages, cursor = [], ""
    while cursor or not pages:
        answer = await client_of(slack).conversations_members(channel=channel, limit=3, cursor=cursor)
        pages.append(answer["members"])
        cursor = answer["response_metadata"]["next_cursor"]
    assert [len(page) for page in pages] == [3, 3, 2]
    assert [who for page in pages for who in page] == slack.channel("crowd").members
