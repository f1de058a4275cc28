"""A link is pasted: one digest below it, however Slack brings the message."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.slack import text_of
from tests.flows.slack_office import DESK, LINK, Office, office


@pytest.mark.parametrize("http", [False, True], ids=["sockets", "http"])
async def test_a_pasted_link_gets_one_digest_in_its_thread(tmp_path: Path, http: bool) -> None:
    async with office(tmp_path, http=http) as here:
        ts = await here.paste(f"Look at {LINK}?a=1&utm_source=x please")
        post = await here.digest(ts)
        assert "Story of the pier" in text_of(post)
        assert here.slack.channel(DESK).posts[ts].reactions == {}
        said = [(call.args["name"], call.outcome) for call in here.slack.calls_of("reactions.add")]
        assert said == [("eyes", "ok")]
        [call] = here.slack.calls_of("chat.postMessage")
        assert call.args["unfurl_links"] in {False, "0", "false"}
        assert not call.args.get("reply_broadcast")


async def test_brought_three_times_it_is_one_digest(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        ts = await here.paste(LINK)
        await here.digest(ts)
        [envelope] = [e for e in here.slack.delivery.envelopes if e.payload["event"].get("ts") == ts]
        here.slack.delivery.again(envelope)
        here.slack.delivery.again(envelope)
        await here.digest(ts)


async def test_a_message_and_its_mention_are_one_digest(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        ts = await here.paste(f"@nutgraf {LINK}")
        await here.digest(ts)
        kinds = sorted(
            e.event_type for e in here.slack.delivery.envelopes if e.payload["event"].get("ts") == ts
        )
        assert kinds == ["app_mention", "message"]


async def test_three_links_of_five_are_read(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        ts = await here.paste(" ".join(f"https://paper.example/{n}" for n in range(5)))
        await here.answered(ts, count=3)
        assert len(here.web.asked) == 3


async def test_the_same_story_again_is_pointed_at(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        first = await here.digest(await here.paste(LINK))
        again = await here.paste(f"{LINK}?utm_source=chat")
        [pointer] = await here.told()
        await here.quiet()
        assert here.slack.bots_posts(DESK, again) == []
        assert "Story of the pier" in pointer
        whisper = here.slack.whispers_to(here.id("ada"))[-1]
        assert f"p{first.ts.replace('.', '')}" in str(whisper.blocks)


async def test_a_digest_that_an_administrator_took_down_is_not_pointed_at(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        first = await here.digest(await here.paste(LINK))
        await here.slack.people_delete(DESK, first.ts)
        await here.quiet()
        await here.digest(await here.paste(LINK))
        assert here.slack.whispers_to(here.id("ada")) == []


async def test_asked_by_name_it_is_read_again(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        await here.digest(await here.paste(LINK))
        await here.digest(await here.paste(f"@nutgraf {LINK}"))


async def test_a_preview_is_no_edit(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        ts = await here.paste(LINK)
        await here.slack.unfurl(DESK, ts)
        await here.digest(ts)


async def test_an_edit_that_adds_a_link(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        ts = await here.paste(LINK)
        await here.digest(ts)
        await here.slack.people_edit(DESK, ts, f"{LINK} and https://paper.example/ferry")
        _, second = await here.answered(ts, count=2)
        assert "Story of the ferry" in text_of(second)
        await here.slack.people_edit(DESK, ts, "https://paper.example/ferry only")
        await here.answered(ts, count=2)


async def test_a_deleted_message_takes_its_digest_along(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        ts = await here.paste(LINK)
        await here.digest(ts)
        await here.slack.people_delete(DESK, ts)
        await here.slack.until(lambda: not here.slack.bots_posts(DESK))
        await here.quiet()
        assert ts not in here.slack.channel(DESK).posts


async def test_deleted_while_it_is_read_nothing_is_posted(tmp_path: Path) -> None:
    async with office(tmp_path, delay_s=0.4) as here:
        ts = await here.paste(LINK)
        await here.slack.until(lambda: here.slack.calls_of("reactions.add"))
        await here.slack.people_delete(DESK, ts)
        await here.quiet()
        assert here.slack.bots_posts(DESK) == []


async def test_places(tmp_path: Path) -> None:
    """A private channel, a group message, a reply in a thread, a direct message."""
    async with office(tmp_path) as here:
        here.slack.add_channel("leaks", ["ada", "nutgraf"], kind="group")
        here.slack.add_channel("trio", ["ada", "root", "nutgraf"], kind="mpim")
        here.slack.direct("ada")
        for channel in ("leaks", "trio"):
            await here.digest(await here.paste(LINK, channel), channel)
        parent = await here.paste("What of the ferry?")
        await here.paste("https://paper.example/ferry", thread_ts=parent)
        await here.digest(parent)
        direct = here.slack.direct("ada")
        await here.paste(LINK, direct)
        await here.slack.until(lambda: here.slack.bots_posts(direct))
        [post] = here.slack.bots_posts(direct)
        assert post.thread_ts is None


async def test_what_is_left_alone(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        await here.slack.another_bot_posts(DESK, LINK)
        await here.paste("no link here")
        await here.paste("as @nutgraf wrote")
        await here.paste("https://newsdesk.slack.com/archives/C1/p1700000000000100")
        await here.paste(f"```\n{LINK}\n```")
        await here.quiet()
        assert here.posts() == []
        assert here.web.asked == []


async def test_a_stranger_may_ask(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        await stranger(here)
        await here.digest(await here.paste(LINK, "shared", "eve"), "shared")


async def stranger(here: Office) -> None:
    here.slack.add_workspace("T0OTHER", "others")
    here.slack.add_person("eve", "T0OTHER")
    here.slack.add_channel("shared", ["ada", "eve", "nutgraf"], team="T0NEWS")


async def test_only_when_named(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        await here.slack.command("ada", DESK, "settings digest mention")
        await here.told()
        await here.paste(LINK)
        await here.quiet()
        assert here.posts() == []
        await here.digest(await here.paste(f"what of {LINK} @nutgraf?"))


async def test_a_failure_is_for_who_pasted_it_and_can_be_tried_again(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        ts = await here.paste("https://gone.example/pier")
        [told] = await here.told()
        await here.quiet()
        assert "gone.example" in told
        assert here.posts() == []
        assert here.slack.channel(DESK).posts[ts].reactions == {"warning": [here.slack.workspace().bot_user]}
        here.web.pages = {"https://gone.example/pier": "Story of the pier\nIt is back."}
        pressed = await here.slack.press_whisper("ada", "nutgraf:retry")
        assert pressed["acked"]
        assert "Story of the pier" in text_of(await here.digest(ts))
        assert here.slack.whispers_to(here.id("ada"))[0].gone
