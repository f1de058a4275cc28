"""How a subscription stands, in one line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.desk import following
from bot.display import TYPED
from bot.ports import Refusal
from bot.records import FeedState
from bot.rhythm import Beat, Rhythm
from bot.types import Place, Subscription

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
FEED = Subscription(
    2, Place("fake", "newsroom", "desk"), "https://paper.example/feed", "The Paper", "ada", NOON
)
STATE = FeedState(
    FEED.feed_url, polled_at=NOON - timedelta(minutes=2), next_poll_at=NOON + timedelta(minutes=13)
)


@pytest.mark.parametrize(
    ("subscription", "state", "told"),
    [
        (FEED, STATE, "last look at 11:58 UTC, next at 12:13 UTC"),
        (FEED, replace(STATE, failures=1),
         "last look at 11:58 UTC (it could not be read), next at 12:13 UTC"),
        (FEED, replace(STATE, failures=4, polled_at=NOON - timedelta(days=1)),
         "last look on 3 May 2026, 12:00 UTC (it could not be read, 4 times in a row), next at 12:13 UTC"),
        (FEED, replace(STATE, next_poll_at=NOON - timedelta(minutes=1)),
         "last look at 11:58 UTC, next at 12:00 UTC"),
        (FEED, replace(STATE, next_poll_at=None),
         "last look at 11:58 UTC; the site says that it is gone, so it is not looked at any more"),
        (FEED, replace(STATE, polled_at=None), "not looked at yet"),
        (FEED, None, "not looked at yet"),
        (replace(FEED, paused=True), STATE, f"paused; “{TYPED}resume 2” starts it again"),
        (replace(FEED, stopped="not-inside"), STATE,
         "stopped: I am not in this channel any more; invite me again, and it goes on"),
        (replace(FEED, stopped="something new\x1b[2J"), STATE, "stopped: something new[2J"),
    ],
)  # fmt: skip
def test_looked_at(subscription: Subscription, state: FeedState | None, told: str) -> None:
    assert following.looked_at(subscription, state, NOON) == f"2. The Paper: {told}"


@pytest.mark.parametrize("reason", [one for one in Refusal if one is not Refusal.MESSAGE])
def test_whatever_stops_a_subscription_says_what_to_do(reason: Refusal) -> None:
    told = following.listed([replace(FEED, stopped=reason.value)])
    assert told.startswith("2. The Paper, https://paper.example/feed, now, stopped: ")
    assert ";" in told
    assert reason.value not in told


@pytest.mark.parametrize(
    ("want", "refuse", "told"),
    [
        ((), (), "Every new story."),
        (("pier",), (), "Only stories with “pier”."),
        ((), ("golf", "town hall"), "Every new story but those with “golf” or “town hall”."),
    ],
)
def test_resuming_restates_what_is_posted(want: tuple[str, ...], refuse: tuple[str, ...], told: str) -> None:
    again = replace(FEED, want=want, refuse=refuse, rhythm=Rhythm(Beat.HOURLY))
    assert following.paused(again, NOON) == (
        f"“The Paper” is posted here again: one message on the hour, the next at 13:00 UTC. {told}"
    )


def test_a_feed_without_a_title_goes_by_its_address() -> None:
    bare = replace(FEED, title="", rhythm=Rhythm(Beat.DAILY, 510, "Asia/Kolkata"))
    told = following.followed(bare, None, NOON).split("\n")
    assert told[0] == "Following “https://paper.example/feed” as number 2: https://paper.example/feed"
    assert told[2] == ("When: one message a day, the next on 5 May 2026, 08:30 Asia/Kolkata (03:00 UTC).")
    assert told[3] == "It holds no story today."
