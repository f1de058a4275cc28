"""Slack is slow, refuses, breaks off, takes its token back: nothing lost, nothing twice, one clear line."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from bot.types import Place
from tests.flows.slack_office import DESK, LINK, TEAM, Office, office
from tests.flows.test_slack_commands import FEED, say


async def test_acknowledged_at_once_while_fifty_slow_articles_wait(tmp_path: Path) -> None:
    async with office(tmp_path, delay_s=4.0) as here:
        stamps = [await here.paste(f"https://paper.example/{n}") for n in range(50)]
        done = await here.slack.command("ada", DESK, "status")
        assert done["ack_s"] < 1.0
        await here.slack.settled()
        events = [e for e in here.slack.delivery.envelopes if e.payload.get("event", {}).get("ts") in stamps]
        assert len(events) == 50
        assert max(envelope.ack_s or 99 for envelope in events) < 1.0
        assert (await here.desk.status()).seen == 50
        assert here.posts() == []


async def test_posts_that_fail_are_made_later_and_once(tmp_path: Path) -> None:
    """Among them one that was taken although its answer got lost: it is not made again."""
    kinds = ("ratelimited", "server_error", "html", "dropped", "lost")
    async with office(tmp_path) as here:
        for kind in kinds:
            here.slack.fail("chat.postMessage", kind=kind)
        stamps = [await here.paste(f"https://paper.example/{n}") for n in range(len(kinds))]
        for ts in stamps:
            await here.digest(ts)
        assert len(here.slack.calls_of("chat.postMessage")) == 2 * len(kinds) - 1


async def test_marks_that_fail_cost_no_digest(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        here.slack.fail("reactions.add", kind="ratelimited", after_s=1.0)
        await here.digest(await here.paste(LINK))


@pytest.mark.parametrize("how", ["disconnect", "drop"])
async def test_a_connection_that_ends_is_made_anew(tmp_path: Path, how: str) -> None:
    async with office(tmp_path, delay_s=0.2, connections=2) as here:
        before = await here.paste(LINK)
        await (here.slack.sockets.disconnect() if how == "disconnect" else here.slack.sockets.drop())
        during = await here.paste("https://paper.example/ferry")
        await here.slack.connected(timeout_s=30)
        after = await here.paste("https://paper.example/road")
        for ts in (before, during, after):
            await here.digest(ts)


async def test_what_cannot_be_stored_is_not_acknowledged(tmp_path: Path) -> None:
    """The store is locked away for a while: Slack keeps the event and brings it again."""
    async with office(tmp_path, ack_wait_s=0.3, retry_s=(0, 0.2, 0.5)) as here:
        async with here.store.begin():
            ts = await here.paste(LINK)
            await asyncio.sleep(0.6)
            [event] = here.slack.delivery.under_way
            assert event.acked_at is None
        await here.digest(ts)


async def test_a_command_while_the_store_is_slow_is_answered_later(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        async with here.store.begin():
            done = await here.slack.command("ada", DESK, "list")
            assert done["acked"]
            assert done["ack_s"] < 1.0
            assert not done["answer"]
        assert "followed here" in (await here.told())[0]


# ---------------------------------------------------------------------- places that close


async def test_an_archived_channel_stops_and_starts_again(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        await say(here, f"follow {FEED}")
        await here.slack.archive(DESK)
        assert "archived" in await told_directly(here)
        assert await stopped(here) == ["closed"]
        await here.slack.unarchive(DESK)
        await here.quiet()
        assert await stopped(here) == []


async def test_put_out_of_a_channel_and_invited_again(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        await say(here, f"follow {FEED}")
        await here.slack.remove_bot(DESK)
        assert "invite" in (await told_directly(here)).lower()
        assert await stopped(here) == ["not-inside"]
        await here.slack.invite_bot(DESK)
        await here.slack.until(here.posts)
        assert await stopped(here) == []


async def test_a_missing_scope_is_told_to_who_can_mend_it(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        await say(here, f"follow {FEED}")
        here.slack.fail("chat.postMessage", kind="missing_scope")
        await here.paste(LINK)
        assert "lack a permission" in await told_directly(here)
        assert await stopped(here) == ["no-right"]


@pytest.mark.parametrize("how", ["revoke", "uninstall"])
async def test_a_token_taken_back_stops_the_workspace(tmp_path: Path, how: str) -> None:
    async with office(tmp_path) as here:
        await say(here, f"follow {FEED}")
        await getattr(here.slack, how)()
        await here.quiet()
        assert await stopped(here) == ["signed-out"]


async def test_a_token_that_is_good_again_is_not_lost_to_late_news(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        await say(here, f"follow {FEED}")
        event = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["U0BOT"]}}
        here.slack.emit(here.slack.workspace(), "tokens_revoked", event)
        await here.quiet()
        assert await stopped(here) == []


async def stopped(here: Office) -> list[str]:
    async with here.store.begin() as tx:
        subscriptions = await tx.subscriptions(Place("slack", TEAM, here.slack.channel(DESK).id))
    return [one.stopped for one in subscriptions if one.stopped]


async def told_directly(here: Office, user: str = "ada") -> str:
    channel = here.slack.direct(user)
    await here.slack.until(lambda: here.slack.bots_posts(channel))
    await here.quiet()
    return "\n".join(here.posts(channel))


# --------------------------------------------------------------------------- who speaks


async def test_only_what_slack_signed_is_believed(tmp_path: Path) -> None:
    async with office(tmp_path, http=True, retry_s=()) as here:
        carrier = here.slack.use_http(f"http://127.0.0.1:{here.options.port}/slack/events")
        assert await carrier.verify_url()
        carrier.forged = True
        await here.paste(LINK)
        carrier.forged, carrier.stale_s = False, 600
        await here.paste(LINK)
        await here.slack.until(lambda: len(carrier.statuses) == 3)
        assert carrier.statuses[1:] == [401, 401]
        assert (await here.desk.status()).seen == 0


async def test_the_log_holds_no_words_and_no_tokens(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with office(tmp_path) as here:
        ts = await here.paste(f"secretive words {LINK}")
        await here.digest(ts)
        await say(here, "said secretive")
        await here.slack.press(DESK, here.slack.bots_posts(DESK)[0].ts, "nutgraf:more", "ada")
        await here.quiet()
    ours = [
        r.getMessage() for r in caplog.records if r.name.startswith(("adapters", "slack", "bot", "nutgraf"))
    ]
    everything = "\n".join(ours)
    for secret in ("secretive", here.slack.bot_token, here.slack.app_token, "the mayor of Uln"):
        assert secret not in everything
