"""Words to the bot: the slash command, its name in a message, direct messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.slack.listeners import NO_LINK, NOT_INSIDE
from bot.commands import VERBS
from tests.fakes.slack import text_of
from tests.flows.slack_office import DESK, LINK, Office, office
from tests.flows.test_slack_paste import stranger

FEED = "https://paper.example/feed"


async def say(here: Office, words: str, user: str = "ada", channel: str = DESK) -> str:
    """Types the command; answers everything that the user was shown for it."""
    before = len(here.slack.whispers_to(here.id(user)))
    done = await here.slack.command(user, channel, words)
    assert done["acked"]
    assert done["ack_s"] < 1.0
    await here.quiet()
    told = here.slack.whispers_to(here.id(user))[before:]
    return "\n".join(text_of(whisper) for whisper in told)


async def test_every_verb_is_answered_to_its_user_alone(tmp_path: Path) -> None:
    words = {
        "digest": LINK, "follow": f"{FEED} +pier", "unfollow": "1", "pause": "1", "resume": "1",
        "mute": "dull.example",
        "unmute": "dull.example", "forget": LINK, "wrong": "the mayor is a man", "said": '"The mayor of Uln"',
    }  # fmt: skip
    async with office(tmp_path) as here:
        await here.digest(await here.paste(LINK))
        order = sorted(VERBS, key=lambda verb: verb.word in {"unfollow", "delete", "forget"})
        for verb in order:
            told = await say(here, f"{verb.word} {words.get(verb.word, '')}")
            assert told, f"silence on {verb.word}"
            assert "Something broke" not in told
            assert "cannot be" not in told
        public = [post for post in here.posts() if "Story of the pier" not in post]
        assert public == []


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("", "follow <feed>"),
        ("help", "follow <feed>"),
        ("help follow", "daily 08:30"),
        ("folow https://paper.example/feed", "follow"),
        ("list", "followed here"),
        ("follow", "follow <feed>"),
        ("receipt", ""),
        ("status", "seen"),
        ("settings", "digest"),
        ("said \u201cMara Lindt\u201d", "Mara Lindt"),
        ("xyzzy <!channel> <@U0EVERY>", "help"),
    ],
)
async def test_an_answer_rides_on_the_acknowledgement(tmp_path: Path, words: str, answer: str) -> None:
    async with office(tmp_path) as here:
        done = await here.slack.command("ada", DESK, words)
        assert done["answer"]["response_type"] == "ephemeral"
        [told] = await here.told()
        assert answer.lower() in told.lower()


async def test_over_http_too(tmp_path: Path) -> None:
    async with office(tmp_path, http=True) as here:
        assert "follow <feed>" in await say(here, "")
        assert "Reading paper.example" in await say(here, LINK)
        [digest] = here.slack.bots_posts(DESK)
        assert "Story of the pier" in text_of(digest)


async def test_follow_restates_the_whole_subscription(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        told = await say(here, f"subscribe {FEED} +pier -ferry daily 08:30 Europe/London")
        for word in ("paper.example", "pier", "ferry", "08:30", "Europe/London"):
            assert word in told
        assert "paper.example" in await say(here, "list")
        assert here.posts() == []
        assert "paper.example" in await say(here, "unsubscribe 1")


async def test_in_a_thread_by_name(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        parent = await here.paste("What of it?")
        await here.paste("@nutgraf: list", thread_ts=parent)
        assert "followed here" in text_of(await here.digest(parent))
        await here.paste(f"@nutgraf follow {FEED}", thread_ts=parent)
        await here.answered(parent, count=2)
        assert len(await _listed(here)) == 1


async def _listed(here: Office) -> list[str]:
    return [line for line in (await say(here, "list")).splitlines() if "paper.example" in line]


async def test_a_direct_message_is_a_command(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        direct = here.slack.direct("ada")
        for words, answer in (("help", "follow <feed>"), ("folow x", "follow"), ("hello", "help")):
            before = len(here.posts(direct))
            await here.paste(words, direct)
            await here.slack.until(lambda before=before: len(here.posts(direct)) > before)
            await here.quiet()
            assert answer in here.posts(direct)[-1]


async def test_the_bot_is_not_in_the_channel(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        here.slack.add_channel("elsewhere", ["ada"])
        here.slack.add_channel("leaks", ["ada"], kind="group")
        for channel in ("elsewhere", "leaks"):
            assert NOT_INSIDE in await say(here, LINK, channel=channel)
            assert "follow <feed>" in await say(here, "help", channel=channel)
        assert here.web.asked == []


async def test_guests_and_strangers_change_nothing(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        here.slack.add_person("gus", restricted=True)
        here.slack.channel(DESK).members.append(here.id("gus"))
        for words in (f"follow {FEED}", "settings digest off", "mute paper.example", "forget 1"):
            assert "only members" in await say(here, words, "gus")
        assert await _listed(here) == []
        await stranger(here)
        ts = await here.paste(f"@nutgraf follow {FEED}", "shared", "eve")
        await here.digest(ts, "shared")
        assert "paper.example" not in await say(here, "list", channel="shared")


async def test_steering_for_administrators_alone(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        await say(here, "settings steer admins", "root")
        assert await say(here, f"follow {FEED}", "ada")
        assert await _listed(here) == []
        await say(here, f"follow {FEED}", "root")
        assert len(await _listed(here)) == 1


async def test_steering_for_chosen_people(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        here.slack.add_person("bea")
        here.slack.channel(DESK).members.append(here.id("bea"))
        assert "bea" in await say(here, "settings steer @bea")
        assert "bea" in await say(here, f"follow {FEED}", "ada")
        assert await _listed(here) == []
        await say(here, f"follow {FEED}", "bea")
        assert len(await _listed(here)) == 1


async def test_the_shortcut_reads_a_message_where_it_stands(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        ts = await here.slack.another_bot_posts(DESK, f"New on the wire: {LINK}")
        done = await here.slack.shortcut("ada", DESK, ts)
        assert done["acked"]
        assert "Story of the pier" in text_of(await here.digest(ts))
        empty = await here.paste("no link here")
        await here.slack.shortcut("ada", DESK, empty)
        assert NO_LINK in (await here.told(count=2))[-1]
        here.slack.add_channel("elsewhere", ["ada"])
        away = await here.paste(LINK, "elsewhere")
        await here.slack.shortcut("ada", "elsewhere", away)
        assert NOT_INSIDE in (await here.told(count=3))[-1]
