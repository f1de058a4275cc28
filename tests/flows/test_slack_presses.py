"""Buttons, windows, the home tab, the invitation."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.slack.listeners import NO_WORDS, OLD
from tests.fakes.slack import text_of
from tests.fakes.slack.words import words_of
from tests.fakes.slack.world import Post
from tests.flows.slack_office import DESK, LINK, Office, office
from tests.flows.test_slack_commands import FEED, say


async def press(here: Office, post: Post, action: str, choose: str = "", user: str = "ada") -> None:
    done = await here.slack.press(here.slack.channel(post.channel).id, post.ts, action, user, choose)
    assert done["acked"]
    assert done["ack_s"] < 1.0


async def menu(here: Office, post: Post, entry: str, user: str = "ada") -> None:
    await press(here, post, "nutgraf:menu", entry, user)


async def window(here: Office, word: str, user: str = "ada") -> str:
    """The words of the user's window, once they hold ``word``."""

    def words() -> str:
        try:
            return words_of(here.slack.modal_of(user).body)
        except AssertionError:
            return ""

    await here.slack.until(lambda: word in words())
    return words()


async def test_show_more_opens_everything_in_a_window(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        post = await here.digest(await here.paste(LINK))
        await press(here, post, "nutgraf:more")
        assert "“We heard of the pier 9 times.”" in await window(here, "9 times")


async def test_copy_citations(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        post = await here.digest(await here.paste(LINK))
        await menu(here, post, "cite")
        assert f"{LINK}#:~:text=" in await window(here, "#:~:text=")


async def test_a_slow_answer_gets_a_window_at_once(tmp_path: Path) -> None:
    """Slack is asked who may see the channel, and takes its time."""
    async with office(tmp_path) as here:
        post = await here.digest(await here.paste(LINK))
        here.slack.fail("conversations.info", kind="slow", after_s=1.5)
        await press(here, post, "nutgraf:more")
        await window(here, "Looking it up")
        await window(here, "9 times")


async def test_a_window_that_does_not_open_becomes_a_whisper(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        post = await here.digest(await here.paste(LINK))
        here.slack.fail("views.open", kind="expired_trigger_id")
        await press(here, post, "nutgraf:more")
        assert "9 times" in (await here.told())[0]


async def test_read_again_edits_in_place_and_says_what_changed(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        ts = await here.paste(LINK)
        post = await here.digest(ts)
        here.web.pages = {
            LINK: 'Pier closed\nThe mayor of Uln said: "We shut the whole pier for good." Nobody else spoke.'
        }
        await press(here, post, "nutgraf:reread")
        await here.slack.until(lambda: "shut the whole pier" in text_of(post))
        digest, changes = await here.answered(ts, count=2)
        assert digest.ts == post.ts
        assert "Quote gone" in text_of(changes)


@pytest.mark.parametrize("verdict", ["useful", "useless"])
async def test_a_verdict_is_thanked_for(tmp_path: Path, verdict: str) -> None:
    async with office(tmp_path) as here:
        post = await here.digest(await here.paste(LINK))
        await press(here, post, "nutgraf:judge", verdict)
        assert "stays on this host" in (await here.told())[0]


async def test_a_wrong_quote_is_reported_in_a_window(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        post = await here.digest(await here.paste(LINK))
        await menu(here, post, "wrong")
        await window(here, "What is wrong?")
        blank = await here.slack.submit("ada", {"nutgraf:words": " \n "})
        assert blank["answer"]["errors"] == {"nutgraf_words": NO_WORDS}
        done = await here.slack.submit("ada", {"nutgraf:words": "The mayor\nsaid it <!channel>"})
        assert done["acked"]
        assert "Noted" in (await here.told())[0]
        assert here.slack.whispers_to(here.id("ada"))[0].channel == post.channel


async def test_muted_from_the_menu(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        post = await here.digest(await here.paste(LINK))
        await menu(here, post, "mute")
        assert "paper.example" in (await here.told())[0]
        await here.paste("https://paper.example/ferry")
        await here.quiet()
        assert len(here.web.asked) == 1


async def test_deleted_from_the_menu_by_who_asked(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        here.slack.add_person("bea")
        here.slack.channel(DESK).members.append(here.id("bea"))
        post = await here.digest(await here.paste(LINK))
        await menu(here, post, "delete", "bea")
        assert "delete" in (await here.told("bea"))[0]
        assert len(here.posts()) == 1
        await menu(here, post, "delete", "ada")
        await here.slack.until(lambda: not here.posts())


async def test_an_administrator_deletes_too(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        post = await here.digest(await here.paste(LINK))
        await menu(here, post, "delete", "root")
        await here.slack.until(lambda: not here.posts())


async def test_who_may_not_see_the_channel_is_told_nothing(tmp_path: Path) -> None:
    """Somebody who was put out of a private channel has the message still on the screen."""
    async with office(tmp_path) as here:
        here.slack.add_channel("leaks", ["ada", "root", "nutgraf"], kind="group")
        post = await here.digest(await here.paste(LINK, "leaks", "root"), "leaks")
        digest_id = str(post.blocks).split("'value': '")[1].split("'")[0]
        await here.slack.remove("ada", "leaks", by="root")
        action = {"action_id": "nutgraf:more", "value": digest_id}
        assert (await here.slack.press_forged(DESK, action, "ada"))["acked"]
        shown = await window(here, "no digest")
        assert "pier" not in shown


async def test_an_old_button_says_so(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        old = [
            {"action_id": "digest_more", "value": "1"},
            {"action_id": "nutgraf:gone", "value": "1"},
            {"action_id": "nutgraf:more", "value": ""},
        ]
        for count, action in enumerate(old, 1):
            done = await here.slack.press_forged(DESK, action, "ada")
            assert done["acked"]
            assert (await here.told(count=count))[-1] == OLD


async def test_the_home_tab(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        await here.slack.open_home("ada", tab="messages")
        post = await here.digest(await here.paste(LINK))
        await say(here, f"follow {FEED}")
        here.slack.add_channel("leaks", ["root", "nutgraf"], kind="group")
        await here.digest(await here.paste("https://paper.example/secret", "leaks", "root"), "leaks")
        await here.slack.open_home("ada")
        await here.slack.until(lambda: here.slack.calls_of("views.publish"))
        await here.quiet()
        shown = words_of(here.slack.home_tab("ada").body)
        for word in ("The feed of paper.example", "Story of the pier", "90 days", "follow <feed>"):
            assert word in shown
        assert "secret" not in shown
        assert f"p{post.ts.replace('.', '')}" in str(here.slack.home_tab("ada").body)


async def test_invited_it_introduces_itself_once_and_offers_the_choice(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        here.slack.add_channel("new", ["ada"])
        await here.slack.invite_bot("new")
        await here.slack.until(lambda: here.slack.bots_posts("new"))
        [joined] = [e for e in here.slack.delivery.envelopes if e.event_type == "member_joined_channel"]
        here.slack.delivery.again(joined)
        await here.quiet()
        [post] = here.slack.bots_posts("new")
        await press(here, post, "nutgraf:auto-mention")
        assert "digest mention" in (await here.told())[0]
        await here.paste(LINK, "new")
        await here.quiet()
        assert len(here.slack.bots_posts("new")) == 1
        await press(here, post, "nutgraf:auto-on")
        await here.told(count=2)
        await here.digest(await here.paste(LINK, "new"), "new")


async def test_a_guest_does_not_choose(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        here.slack.add_person("gus", ultra_restricted=True)
        here.slack.add_channel("new", ["ada", "gus"])
        await here.slack.invite_bot("new")
        await here.slack.until(lambda: here.slack.bots_posts("new"))
        await press(here, here.slack.bots_posts("new")[0], "nutgraf:auto-off", user="gus")
        assert "only members" in (await here.told("gus"))[0]
        await here.digest(await here.paste(LINK, "new"), "new")


async def test_everything_that_slack_can_send_is_acknowledged(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        workspace = here.slack.workspace()
        user = {"id": here.id("ada"), "team_id": workspace.id}
        team = {"id": workspace.id}
        view = {
            "id": "V1",
            "type": "modal",
            "callback_id": "long_gone",
            "state": {"values": {}},
            "private_metadata": "",
        }
        strange = [
            {"type": "view_submission", "view": view},
            {"type": "view_submission", "view": {**view, "callback_id": "nutgraf_wrong"}},
            {"type": "view_closed", "view": view},
            {"type": "shortcut", "callback_id": "long_gone", "action_ts": "1.1"},
            {"type": "message_action", "callback_id": "long_gone", "action_ts": "1.1", "message": {}},
            {"type": "block_suggestion", "action_id": "x", "block_id": "b", "value": "w"},
            {"type": "block_actions", "actions": [{"type": "button", "action_id": "x", "url": LINK}]},
            {"type": "interactive_message", "callback_id": "x", "actions": [{"type": "button", "name": "x"}]},
        ]
        for payload in strange:
            body = {"user": user, "team": team, "trigger_id": "1.2", **payload}
            envelope = here.slack.interact("interactive", workspace, body)
            await envelope.settled.wait()
            assert not envelope.lost, payload["type"]
        for kind in ("reaction_added", "team_join", "function_executed"):
            envelope = here.slack.emit(workspace, "app_home_opened", {"type": kind, "user": user["id"]})
            assert envelope is not None
            await envelope.settled.wait()
            assert not envelope.lost, kind
