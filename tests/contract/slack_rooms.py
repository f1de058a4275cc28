"""A chat over the fake Slack, for tests of the adapter's outgoing side."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from adapters.slack.chat import SlackChat
from adapters.slack.clients import Clients
from adapters.slack.options import SlackOptions
from adapters.slack.pace import Pace
from adapters.slack.render import key_of_blocks
from adapters.slack.scopes import SCOPES
from bot.types import Place, Posted
from tests.fakes.slack import FakeSlack, text_of

TEAM = "T0NEWS"


@dataclass
class Desk:
    """#desk of the fake's workspace, with the bot in it; ``passed_s`` is added to the chat's clock."""

    slack: FakeSlack
    chat: SlackChat
    place: Place
    clients: Clients
    passed_s: list[float] = field(default_factory=lambda: [0.0])

    async def held(self, posted: Posted) -> str | None:
        post = self.slack.channel(posted.place.channel).posts.get(posted.message_id)
        return None if post is None or post.tombstone else text_of(post)

    def said(self, method: str) -> list[str]:
        """How the calls of a method ended."""
        return [call.outcome for call in self.slack.calls if call.method == method]

    def id(self, name: str) -> str:
        return self.slack.workspace().person(name).id

    def another(self, echo_wait_s: float = 0.0) -> SlackChat:
        """The chat of a new process."""
        return SlackChat(self.clients, echo_wait_s=echo_wait_s, pace=quick(self.now), now=self.now)

    def now(self) -> float:
        return 1000.0 + self.passed_s[0]

    def redeliver(self, chat: SlackChat) -> None:
        """Every echo of the channel once more, as the listeners hand them over."""
        for post in self.slack.channel(self.place.channel).posts.values():
            mark = key_of_blocks(post.blocks) if post.bot_id else None
            if mark is not None:
                where = Place("slack", TEAM, post.channel, post.thread_ts)
                chat.heard(mark, where, post.ts)


def quick(now: Callable[[], float]) -> Pace:
    """So fast that no test waits for it."""
    return Pace(every_s=0.0001, burst=1000, now=now)


@asynccontextmanager
async def desk(**settings: float) -> AsyncIterator[Desk]:
    """``settings`` go to the fake."""
    slack = await FakeSlack(scopes=SCOPES, **settings).start()
    clients = Clients(SlackOptions(bot_token=slack.bot_token, api_url=slack.api_url))
    try:
        channel = slack.channel("desk").id
        thread = await slack.people_post("ada", "desk", "What of the pier?")
        here = Desk(slack, None, Place("slack", TEAM, channel, thread), clients)  # type: ignore[arg-type]
        here.chat = here.another()
        yield here
        assert slack.breaches == []
        await here.chat.close()
    finally:
        await clients.close()
        await slack.stop()
