"""A feed in a rhythm, on Slack: from the slash command to the one message in the channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.poller import Poller
from bot.types import Entry, Feed, Page
from tests.fakes.desk import FakeClock
from tests.fakes.slack import text_of
from tests.flows.slack_office import DESK, office
from tests.flows.test_slack_commands import say

FEED = "https://paper.example/feed"
OLD = (f"{FEED}/1", f"{FEED}/2")  # what the office's web holds of it when it is followed
NEW = tuple(f"https://paper.example/story-{number}" for number in range(14))


@dataclass
class Later:
    """The feed as it is printed later, newest first."""

    links: tuple[str, ...]

    async def parse(self, page: Page) -> Feed:
        entries = (Entry(link, link, f"About {link.rsplit('/', 1)[1]}") for link in self.links)
        return Feed(page.url, "The Paper", tuple(entries))


async def test_one_message_in_the_channel_at_the_hour(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        clock = FakeClock(datetime.now(UTC).replace(minute=10) + timedelta(days=1))
        poller = Poller(here.store, here.web, Later((*NEW, *OLD)), clock)
        assert "When: one message" in await say(here, f"follow {FEED} hourly")
        await poller.poll_due()
        await here.quiet()
        assert here.posts() == []
        clock.now += timedelta(hours=1)
        await poller.poll_due()
        await here.quiet()
        (post,) = here.slack.bots_posts(DESK)
        assert post.thread_ts is None
        told = text_of(post)
        assert told.startswith("14 new stories from ")
        assert "About story-13" in told
        assert "Story of the story-0" in told
        assert "“We heard of the story-9 " in told
        assert "Left out" not in told
        await poller.poll_due()
        await here.quiet()
        assert len(here.slack.bots_posts(DESK)) == 1
        found = told.partition("“more ")[2].partition("”")[0]
        assert "Story of the story-" in await say(here, f"more {found}")
