"""Our Slack's faults and pace, its views and OAuth, as slack_sdk meets them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack
from tests.unit.test_fake_slack import HOME, MODAL, QUIET, client_of, refusal


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    running = await FakeSlack(trigger_life_s=0.1).start()
    yield running
    await running.stop()


async def post(slack: FakeSlack, timeout_s: float = 5) -> object:
    client = AsyncWebClient(
        token=slack.bot_token, base_url=slack.api_url, timeout=timeout_s, retry_handlers=[]
    )  # fmt: skip
    return await client.chat_postMessage(channel=slack.channel("desk").id, text="words", **QUIET)


@pytest.mark.parametrize(
    ("kind", "taken"),
    [
        ("ratelimited", False), ("server_error", False), ("html", False), ("dropped", False),
        ("stuck", False), ("lost", True), ("slow", True), ("internal_error", False),
    ],
)  # fmt: skip
async def test_a_fault_comes_once_and_as_ordered(slack: FakeSlack, kind: str, taken: bool) -> None:
    slack.fail("chat.postMessage", 1, kind, after_s=0.3)
    with pytest.raises((SlackApiError, aiohttp.ClientError, TimeoutError)) as failed:
        await post(slack, timeout_s=0.15)
        pytest.fail("the fault never came")
    assert len(slack.bots_posts("desk")) == taken
    if kind == "ratelimited":
        assert isinstance(failed.value, SlackApiError)
        assert failed.value.response.headers["Retry-After"] == "1"
        assert failed.value.response.status_code == 429
    assert slack.faults.left == {}
    await post(slack)
    assert len(slack.bots_posts("desk")) == taken + 1


async def test_one_message_a_second_after_a_burst() -> None:
    slack = await FakeSlack(messages_per_s=10, burst=3).start()
    for _ in range(3):
        await post(slack)
    with pytest.raises(SlackApiError) as refused:
        await post(slack)
    assert refused.value.response.status_code == 429
    await asyncio.sleep(0.11)
    await post(slack)
    assert slack.pace.refused == 1
    await slack.stop()


async def test_methods_have_their_tiers() -> None:
    slack = await FakeSlack(per_minute={"users.info": 3}).start()
    client, ada = client_of(slack), slack.workspace().person("ada").id
    for _ in range(3):
        await client.users_info(user=ada)
    answer = await refusal(client.users_info(user=ada))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "20")
    assert slack.tiers.refused == {"users.info": 1}
    await client.auth_test()
    await slack.stop()


async def test_blocks_may_be_checked_later() -> None:
    slack = await FakeSlack(checks_later=True).start()
    desk = slack.channel("desk").id
    await client_of(slack).chat_postMessage(channel=desk, text="x", blocks=[{"type": "novel"}], **QUIET)
    assert slack.breaches == []
    assert "novel" in slack.check_now()[0]
    await slack.stop()


async def test_a_trigger_is_good_once_and_not_for_long(slack: FakeSlack) -> None:
    client, ada = client_of(slack), slack.workspace().person("ada").id
    trigger = slack.trigger(ada, "T0NEWS")
    opened = await client.views_open(trigger_id=trigger, view=MODAL)
    assert slack.modal_of("ada").id == opened["view"]["id"]
    again = await refusal(client.views_open(trigger_id=trigger, view=MODAL))
    assert again["error"] == "exchanged_trigger_id"
    late = slack.trigger(ada, "T0NEWS")
    await asyncio.sleep(0.12)
    assert (await refusal(client.views_open(trigger_id=late, view=MODAL)))["error"] == "expired_trigger_id"


async def test_views_change_only_from_their_last_state(slack: FakeSlack) -> None:
    client, ada = client_of(slack), slack.workspace().person("ada").id
    view = (await client.views_open(trigger_id=slack.trigger(ada, "T0NEWS"), view=MODAL))["view"]
    await client.views_update(view_id=view["id"], hash=view["hash"], view=MODAL)
    stale = client.views_update(view_id=view["id"], hash=view["hash"], view=MODAL)
    assert (await refusal(stale))["error"] == "hash_conflict"
    await client.views_publish(user_id=ada, view=HOME)
    first = slack.home_tab("ada").id
    await client.views_publish(user_id=ada, view=HOME)
    assert slack.home_tab("ada").id == first


async def access(slack: FakeSlack, **more: str) -> dict[str, object]:
    more = {"client_id": slack.settings.client_id, "client_secret": slack.settings.client_secret, **more}
    return dict((await AsyncWebClient(base_url=slack.api_url).oauth_v2_access(**more)).data)


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"code": "nonsense"}, "invalid_code"),
        ({"code": "x", "client_id": "1.2"}, "invalid_client_id"),
        ({"code": "x", "client_secret": "guess"}, "bad_client_secret"),
        ({"grant_type": "refresh_token", "refresh_token": "xoxe-guess"}, "invalid_refresh_token"),
    ],
)
async def test_oauth_refusals(slack: FakeSlack, more: dict[str, str], error: str) -> None:
    assert (await refusal(access(slack, **more)))["error"] == error


async def test_a_code_is_a_token_once(slack: FakeSlack) -> None:
    slack.add_workspace("T0SECOND", "secondpaper")
    code = slack.code_for("T0SECOND")
    token = str((await access(slack, code=code))["access_token"])
    assert (await client_of(slack, token).auth_test())["team_id"] == "T0SECOND"
    assert (await refusal(access(slack, code=code)))["error"] == "code_already_used"


async def test_tokens_rotate() -> None:
    slack = await FakeSlack(rotates_tokens=True).start()
    first = await access(slack, code=slack.code_for())
    slack.expire_tokens()
    old = client_of(slack, str(first["access_token"]))
    assert (await refusal(old.auth_test()))["error"] == "token_expired"
    fresh = {"grant_type": "refresh_token", "refresh_token": str(first["refresh_token"])}
    second = await access(slack, **fresh)
    assert (await client_of(slack, str(second["access_token"])).auth_test())["ok"]
    assert (await refusal(access(slack, **fresh)))["error"] == "invalid_refresh_token"
    await slack.stop()


async def test_calls_are_remembered_with_their_times(slack: FakeSlack) -> None:
    before = time.monotonic()
    await post(slack)
    (call,) = slack.calls_of("chat.postMessage")
    assert before <= call.started_at <= call.ended_at <= time.monotonic()
    assert (call.outcome, call.team, call.args["text"]) == ("ok", "T0NEWS", "words")
