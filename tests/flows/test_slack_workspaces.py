"""Many workspaces: installed by a person's browser, each served with its own token, one of them leaving."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
from cryptography.fernet import Fernet

from adapters.slack.options import SlackOptions
from adapters.slack.scopes import EVENTS, SCOPES
from adapters.slack.serving import Serving
from bot.desk import Desk
from bot.store import SqlStore
from bot.types import Place
from tests.fakes.slack import FakeSlack, text_of
from tests.flows.slack_office import LINK, Paper, desk_over, free_port, listening, page_of, stopped

HERE, THERE = "T0NEWS", "T0OTHER"


@dataclass
class Houses:
    slack: FakeSlack
    store: SqlStore
    base: str

    async def install(self, team: str) -> None:
        """As the button on the install page does it."""
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
            async with browser.get(f"{self.base}/slack/install") as page:
                [link] = re.findall(r'href="(https://slack.com/oauth[^"]+)"', await page.text())
                cookie = page.headers["Set-Cookie"].split(";")[0]
            [state] = parse_qs(urlsplit(html.unescape(link)).query)["state"]
            back = {"code": self.slack.code_for(team), "state": state}
            headers = {"Cookie": cookie}  # it is for https alone, which loopback has not
            async with browser.get(f"{self.base}/slack/oauth_redirect", params=back, headers=headers) as page:
                assert page.status == 200, await page.text()

    async def digest(self, channel: str, link: str) -> str:
        ts = await self.slack.people_post("ada" if channel == "desk" else "eve", channel, link)
        await self.slack.until(lambda: self.slack.bots_posts(channel, ts))
        return text_of(self.slack.digest_of(channel, ts))

    async def stops(self, team: str, channel: str) -> list[str | None]:
        async with self.store.begin() as tx:
            place = Place("slack", team, self.slack.channel(channel).id)
            return [one.stopped for one in await tx.subscriptions(place)]


@asynccontextmanager
async def houses(folder: Path) -> AsyncIterator[Houses]:
    async with AsyncExitStack() as stack:
        slack = await FakeSlack(events=EVENTS, scopes=SCOPES).start()
        stack.push_async_callback(slack.stop)
        slack.add_workspace(THERE, "others")
        slack.add_person("eve", THERE)
        slack.add_channel("foreign", ["eve", "nutgraf"], team=THERE)
        port = free_port()
        options = SlackOptions(
            signing_secret=slack.signing_secret, client_id=slack.settings.client_id,
            client_secret=slack.settings.client_secret, token_key=Fernet.generate_key().decode(),
            api_url=slack.api_url, port=port, public_url=f"http://127.0.0.1:{port}",
            database=str(folder / "office.db"),
        )  # fmt: skip
        desk, store = await stack.enter_async_context(desk_over(folder, Paper(known=page_of)))
        serving = await stack.enter_async_context(Serving(desk, options))
        tasks = [asyncio.create_task(serving.run()), asyncio.create_task(desk.run())]
        stack.push_async_callback(stopped, tasks)
        await listening(options)
        slack.use_http(f"http://127.0.0.1:{port}/slack/events")
        yield Houses(slack, store, f"http://127.0.0.1:{port}")
        assert slack.breaches == []


async def test_two_workspaces_and_one_leaves(tmp_path: Path) -> None:
    async with houses(tmp_path) as here:
        await here.install(HERE)
        await here.install(THERE)
        assert "Story of the pier" in await here.digest("desk", LINK)
        assert "Story of the ferry" in await here.digest("foreign", "https://paper.example/ferry")
        teams = {call.team for call in here.slack.calls_of("chat.postMessage")}
        assert teams == {HERE, THERE}
        for user, channel in (("ada", "desk"), ("eve", "foreign")):
            done = await here.slack.command(user, channel, "follow https://paper.example/feed")
            assert done["acked"]
        await here.slack.until(lambda: len(here.slack.calls_of("chat.postEphemeral")) == 2)

        await here.slack.uninstall(THERE)
        await here.slack.settled()
        assert await here.stops(THERE, "foreign") == ["signed-out"]
        assert await here.stops(HERE, "desk") == [None]
        assert "Story of the road" in await here.digest("desk", "https://paper.example/road")

        await here.install(THERE)
        assert await here.stops(THERE, "foreign") == [None]
        assert "Story of the weir" in await here.digest("foreign", "https://paper.example/weir")


async def test_nobody_is_served_who_did_not_install(tmp_path: Path) -> None:
    async with houses(tmp_path) as here:
        await here.install(HERE)
        done = await here.slack.command("eve", "foreign", "help")
        assert done["acked"]
        who = here.slack.workspace(THERE).person("eve").id
        [told] = await here.slack.until(lambda: here.slack.whispers_to(who))
        assert "not installed in this workspace" in text_of(told)


async def test_one_workspace_whose_token_is_replaced(tmp_path: Path) -> None:
    slack = await FakeSlack(events=EVENTS, scopes=SCOPES).start()
    try:
        async with desk_over(tmp_path, Paper(known=page_of)) as (desk, store):
            here = Houses(slack, store, "")
            async with serving_one(desk, slack, slack.bot_token):
                await slack.command("ada", "desk", "follow https://paper.example/feed")
                await slack.until(lambda: slack.calls_of("chat.postEphemeral"))
                await slack.revoke()
                await slack.settled()
                assert await here.stops(HERE, "desk") == ["signed-out"]
            async with serving_one(desk, slack, slack.install()):
                assert await here.stops(HERE, "desk") == [None]
                await here.digest("desk", LINK)
    finally:
        await slack.stop()


@asynccontextmanager
async def serving_one(desk: Desk, slack: FakeSlack, token: str) -> AsyncIterator[None]:
    options = SlackOptions(bot_token=token, app_token=slack.app_token, api_url=slack.api_url)
    async with Serving(desk, options) as serving:
        tasks = [asyncio.create_task(serving.run()), asyncio.create_task(desk.run())]
        try:
            await slack.connected()
            yield
        finally:
            await stopped(tasks)
