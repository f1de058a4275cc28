"""SlackChat over the fake Slack: the chat contract, and what Slack alone has."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from adapters.slack.chat import SlackChat
from adapters.slack.pace import Pace
from bot.display import TYPED
from bot.ports import Chat, ChatDown, ChatRefused, Refusal
from bot.render import text_message
from bot.types import Place, Posted, Request
from tests.contract.chat_contract import ChatContract, Room, message
from tests.contract.slack_rooms import TEAM, Desk, desk
from tests.fakes.slack import text_of


@pytest.fixture
async def here() -> AsyncIterator[Desk]:
    async with desk() as opened:
        yield opened


class TestSlack(ChatContract):
    @pytest.fixture
    async def room(self, here: Desk) -> Room:
        async def restarted() -> Chat:
            again = here.another()
            here.redeliver(again)
            return again

        return Room(here.chat, here.place, here.held, restarted, here.id("ada"))


# ----------------------------------------------------------------------------- posting


async def test_a_digest_goes_into_the_thread_without_cards_and_is_never_broadcast(here: Desk) -> None:
    posted = await here.chat.post(here.place, message("Pier closes."), "k1")
    call = next(call for call in here.slack.calls if call.method == "chat.postMessage")
    assert (call.args["unfurl_links"], call.args["unfurl_media"]) == (False, False)
    assert "reply_broadcast" not in call.args
    assert here.slack.channel("desk").posts[posted.message_id].thread_ts == here.place.thread


async def test_a_users_id_is_a_place(here: Desk) -> None:
    ada = here.id("ada")
    place = Place("slack", TEAM, ada)
    posted = await here.chat.post(place, message("A feed of yours stopped."), "k1")
    assert posted.place == place
    direct = here.slack.direct("ada")
    await here.chat.edit(posted, message("It goes on."))
    assert text_of(here.slack.channel(direct).posts[posted.message_id]) == "It goes on."
    await here.chat.delete(posted)
    assert here.slack.channel(direct).posts == {}
    assert here.said("conversations.open") == ["ok"]


@pytest.mark.parametrize("settings", ["refuse", "channel"])
async def test_an_answer_to_a_message_that_is_gone_does_not_land_in_the_channel(settings: str) -> None:
    async with desk(lost_threads=settings) as here:  # type: ignore[arg-type]
        await here.slack.people_delete("desk", here.place.thread or "")
        with pytest.raises(ChatRefused) as caught:
            await here.chat.post(here.place, message("Pier closes."), "k1")
        assert caught.value.refusal is Refusal.MESSAGE
        assert [post for post in here.slack.channel("desk").posts.values() if post.bot_id] == []


async def test_a_burst_into_one_channel_keeps_slacks_pace() -> None:
    """Twenty times as fast as Slack, on both sides."""
    async with desk(messages_per_s=20) as here:
        chat = SlackChat(here.clients, pace=Pace(every_s=0.05))
        await asyncio.gather(*(chat.post(here.place, message(f"Pier {n}."), f"k{n}") for n in range(30)))
        assert here.said("chat.postMessage") == ["ok"] * 30


async def test_slacks_own_limit_is_heeded_when_it_is_lower_than_ours(here: Desk) -> None:
    here.slack.fail("chat.postMessage", kind="ratelimited", after_s=30)
    with pytest.raises(ChatDown):
        await here.chat.post(here.place, message("Pier closes."), "k1")
    with pytest.raises(ChatDown) as caught:
        await here.chat.post(here.place, message("Pier reopens."), "k2")
    assert caught.value.retry_after_s == pytest.approx(30, abs=1)
    other = here.slack.add_channel("sport", ["ada", "nutgraf"])
    await here.chat.post(Place("slack", TEAM, other), message("Elsewhere it goes on."), "k3")
    assert here.said("chat.postMessage") == ["ratelimited", "ok"]


# ---------------------------------------------------------------------- for one alone


async def test_words_for_one_person_are_ephemeral(here: Desk) -> None:
    ada = here.id("ada")
    await here.chat.post(here.place, message("You follow it already."), "k1", only_for=ada)
    [whisper] = here.slack.whispers
    assert (whisper.user, text_of(whisper)) == (ada, "You follow it already.")
    assert all(post.bot_id is None for post in here.slack.channel("desk").posts.values())


async def test_commands_read_as_one_types_them_where_they_stand(here: Desk) -> None:
    say, ada = text_message(f"Say “{TYPED}list”."), here.id("ada")
    above = replace(here.place, thread=None)
    asked = await here.slack.people_post("ada", "desk", "Which?")
    for number, place in enumerate((above, replace(above, thread=asked), replace(above, channel=ada))):
        await here.chat.post(place, say, f"k{number}")
        await here.chat.post(place, say, f"a{number}", only_for=ada)
    told = [text_of(one) for one in (*here.slack.bots_posts("desk"), *here.slack.whispers)]
    assert told == ["Say “/nutgraf list”.", "Say “@nutgraf list”."] * 2
    direct = here.slack.bots_posts(here.slack.direct("ada"))
    assert [text_of(one) for one in direct] == ["Say “list”."] * 2


@pytest.mark.parametrize(
    ("key", "digest_first", "in_thread"),
    [
        ("slack:T0NEWS:{channel}:{thread}#0", False, False),  # nobody answered: Slack would not show it there
        ("slack:T0NEWS:{channel}:{thread}#0", True, True),
        ("slack:T0NEWS:{channel}:1700000000.000100#0", False, True),  # asked in an answer
        ("slack:T0NEWS:press:77.88#0", False, True),  # a digest stands there
        ("slack:T0NEWS:shortcut:77.88#0", False, False),
    ],
)
async def test_ephemeral_words_stand_in_a_thread_only_where_slack_shows_them(
    here: Desk, key: str, digest_first: bool, in_thread: bool
) -> None:
    key = key.format(channel=here.place.channel, thread=here.place.thread)
    if digest_first:
        await here.chat.post(here.place, message("Pier closes."), "k1")
    await here.chat.post(here.place, message("Not found."), key, only_for=here.id("ada"))
    [whisper] = here.slack.whispers
    assert whisper.thread_ts == (here.place.thread if in_thread else None)


async def test_ephemeral_words_without_an_answer_are_said_again_at_once(here: Desk) -> None:
    """Slack reports nothing of them, so that nothing is gained by waiting."""
    chat = here.another(echo_wait_s=75)
    here.slack.fail("chat.postEphemeral", kind="dropped")
    with pytest.raises(ChatDown):
        await chat.post(here.place, message("Paused."), "k1", only_for=here.id("ada"))
    assert await chat.find(here.place, "k1") is None


async def test_in_direct_messages_everything_is_private(here: Desk) -> None:
    direct = here.slack.direct("ada")
    place = Place("slack", TEAM, direct)
    posted = await here.chat.post(place, message("Paused."), "k1", only_for=here.id("ada"))
    assert text_of(here.slack.channel(direct).posts[posted.message_id]) == "Paused."
    assert here.slack.whispers == []


@pytest.mark.parametrize("inside", [True, False])
async def test_who_cannot_be_told_in_the_channel_is_told_directly(here: Desk, inside: bool) -> None:
    """A slash command works in channels that the bot is not in, and for people who have just left."""
    channel = here.slack.add_channel("sport", ["root", "nutgraf"] if inside else ["ada", "root"])
    place = Place("slack", TEAM, channel)
    await here.chat.post(place, message("Invite me first."), "k1", only_for=here.id("ada"))
    told = here.slack.channel(here.slack.direct("ada")).posts.values()
    assert [text_of(post) for post in told] == ["Invite me first."]


# ----------------------------------------------------------------------- what was taken


async def test_after_a_crash_slack_is_given_time_to_report(here: Desk) -> None:
    posted = await here.chat.post(here.place, message("Pier closes."), "k1")
    again = here.another(echo_wait_s=75)
    with pytest.raises(ChatDown) as caught:
        await again.find(here.place, "k1")
    assert 0 < (caught.value.retry_after_s or 0) <= 75
    here.passed_s[0] += 60
    with pytest.raises(ChatDown):
        await again.find(here.place, "k1")
    here.redeliver(again)
    assert await again.find(here.place, "k1") == posted


async def test_what_slack_never_reports_was_not_taken(here: Desk) -> None:
    again = here.another(echo_wait_s=75)
    with pytest.raises(ChatDown):
        await again.find(here.place, "k1")
    here.passed_s[0] += 76
    assert await again.find(here.place, "k1") is None


async def test_what_slack_refused_is_not_waited_for(here: Desk) -> None:
    chat = here.another(echo_wait_s=75)
    here.slack.fail("chat.postMessage", kind="ratelimited", after_s=30)
    with pytest.raises(ChatDown) as caught:
        await chat.post(here.place, message("Pier closes."), "k1")
    assert caught.value.retry_after_s == 30
    assert await chat.find(here.place, "k1") is None


async def test_what_waits_its_turn_is_not_asked_for(here: Desk) -> None:
    chat = SlackChat(here.clients, echo_wait_s=75, pace=Pace(every_s=10, burst=1, now=here.now), now=here.now)
    await chat.post(here.place, message("Pier closes."), "k1")
    with pytest.raises(ChatDown) as caught:
        await chat.post(here.place, message("Pier reopens."), "k2")
    assert caught.value.retry_after_s == pytest.approx(10)
    assert await chat.find(here.place, "k2") is None
    here.passed_s[0] += 10
    await chat.post(here.place, message("Pier reopens."), "k2")
    assert here.said("chat.postMessage") == ["ok", "ok"]


async def test_who_is_cut_off_while_posting_leaves_it_open(here: Desk) -> None:
    chat = here.another(echo_wait_s=75)
    here.slack.fail("chat.postMessage", kind="slow", after_s=5)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(chat.post(here.place, message("Pier closes."), "k1"), 0.2)
    with pytest.raises(ChatDown):
        await chat.find(here.place, "k1")
    here.redeliver(chat)
    assert await chat.find(here.place, "k1") is not None


async def test_another_workspaces_place_is_not_posted_to(here: Desk) -> None:
    await here.clients.identity()
    with pytest.raises(ChatRefused) as caught:
        await here.chat.post(Place("slack", "T9OTHER", here.place.channel), message("x"), "k1")
    assert caught.value.refusal is Refusal.SIGNED_OUT
    assert here.said("chat.postMessage") == []


@pytest.mark.parametrize("kind", ["lost", "server_error", "html", "internal_error", "dropped"])
async def test_what_slack_left_open_is_asked_for_before_it_is_sent_again(here: Desk, kind: str) -> None:
    chat = here.another(echo_wait_s=75)
    here.slack.fail("chat.postMessage", kind="ratelimited", after_s=1)
    with pytest.raises(ChatDown):
        await chat.post(here.place, message("Pier closes."), "k1")
    here.slack.fail("chat.postMessage", kind=kind)
    here.passed_s[0] += 2
    with pytest.raises(ChatDown) as caught:
        await chat.post(here.place, message("Pier closes."), "k1")
    assert caught.value.retry_after_s is None
    with pytest.raises(ChatDown):
        await chat.find(here.place, "k1")
    here.redeliver(chat)
    taken = [post for post in here.slack.channel("desk").posts.values() if post.bot_id]
    if kind == "lost":
        assert await chat.find(here.place, "k1") == Posted(here.place, taken[0].ts)
    else:
        assert taken == []


async def test_long_keys_are_found_by_their_echo(here: Desk) -> None:
    key = "feed:https://example.org/" + "a" * 400
    posted = await here.chat.post(here.place, message("Pier closes."), key)
    again = here.another()
    here.redeliver(again)
    assert await again.find(here.place, key) == posted
    assert await again.find(here.place, key + "b") is None


# ------------------------------------------------------------------------------ marks


def asked(here: Desk, key: str = "", **more: object) -> Request:
    key = key or f"slack:{TEAM}:{here.place.channel}:{here.place.thread}"
    return Request(key, here.place, "U1", "x", **more)  # type: ignore[arg-type]


def signs(here: Desk) -> set[str]:
    return set(here.slack.channel("desk").posts[here.place.thread or ""].reactions)


async def test_eyes_while_reading_a_warning_when_it_failed(here: Desk) -> None:
    request = asked(here)
    await here.chat.acknowledge(request, "reading")
    assert signs(here) == {"eyes"}
    await here.chat.acknowledge(request, "failed")
    assert signs(here) == {"warning"}
    await here.chat.acknowledge(request, "reading")
    await here.chat.acknowledge(request, "done")
    assert signs(here) == set()


async def test_eyes_stay_until_all_requests_of_a_message_are_through(here: Desk) -> None:
    first = asked(here)
    edited = asked(here, first.key + ":edited:1700000000.000200", source=first.key)
    for request in (first, edited):
        await here.chat.acknowledge(request, "reading")
    await here.chat.acknowledge(first, "failed")
    assert signs(here) == {"eyes", "warning"}
    await here.chat.acknowledge(edited, "done")
    assert signs(here) == {"warning"}


@pytest.mark.parametrize(
    "request_of",
    [
        lambda here: asked(here, private=True),
        lambda here: asked(here, f"slack:{TEAM}:command:123.456"),
        lambda here: asked(here, f"slack:{TEAM}:press:123.456"),
        lambda here: asked(here, "feed:https://example.org/a"),
    ],
)
async def test_what_stands_on_no_message_gets_no_mark(here: Desk, request_of) -> None:  # type: ignore[no-untyped-def]
    for mark in ("reading", "failed", "done"):
        await here.chat.acknowledge(request_of(here), mark)
    assert here.said("reactions.add") == here.said("reactions.remove") == []


@pytest.mark.parametrize(
    "kind", ["ratelimited", "server_error", "html", "lost", "dropped", "missing_scope", "is_archived", "odd"]
)
async def test_a_mark_that_fails_is_left_out(here: Desk, kind: str) -> None:
    here.slack.fail("reactions.add", kind=kind)
    here.slack.fail("reactions.remove", kind=kind)
    await here.chat.acknowledge(asked(here), "reading")
    await here.chat.acknowledge(asked(here), "done")
    await here.chat.acknowledge(asked(here), "failed")


async def test_eyes_that_slack_would_not_take_off_at_once_are_taken_off_later(here: Desk) -> None:
    await here.chat.acknowledge(asked(here), "reading")
    here.slack.fail("reactions.remove", kind="internal_error")
    await here.chat.acknowledge(asked(here), "done")
    await here.slack.until(lambda: not signs(here))


async def test_eyes_that_were_never_put_on_are_not_taken_off(here: Desk) -> None:
    """In a burst Slack asks to wait with marks: then there are none, and the digests come all the same."""
    here.slack.fail("reactions.add", kind="ratelimited", after_s=30)
    for number in range(3):
        request = asked(here, f"slack:{TEAM}:{here.place.channel}:170000000{number}.000100")
        await here.chat.acknowledge(request, "reading")
        await here.chat.acknowledge(request, "done")
    assert here.said("reactions.add") == ["ratelimited"]
    assert here.said("reactions.remove") == []


async def test_marks_after_a_restart_start_from_what_is_there(here: Desk) -> None:
    await here.chat.acknowledge(asked(here), "reading")
    again = here.another()
    await again.acknowledge(asked(here), "reading")
    await again.acknowledge(asked(here), "done")
    assert signs(here) == set()


# ------------------------------------------------------------------------------- links


async def test_the_link_is_the_one_that_slack_would_give(here: Desk) -> None:
    posted = await here.chat.post(here.place, message("Pier closes."), "k1")
    assert here.chat.link(posted) is None  # nobody asked yet where the workspace is
    await here.clients.identity()
    client = await here.clients.of(TEAM)
    answer = await client.chat_getPermalink(channel=here.place.channel, message_ts=posted.message_id)
    assert here.chat.link(posted) == answer["permalink"]
    above = Posted(Place("slack", TEAM, here.place.channel), here.place.thread or "")
    answer = await client.chat_getPermalink(channel=here.place.channel, message_ts=above.message_id)
    assert here.chat.link(above) == str(answer["permalink"]).split("?", maxsplit=1)[0]


def test_a_chat_is_a_chat(here: Desk) -> None:
    chat: Chat = here.chat
    assert isinstance(chat, SlackChat)
