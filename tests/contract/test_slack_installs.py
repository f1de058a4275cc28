"""Installations of many workspaces, on SQLite and PostgreSQL: sealed, rotated once, removed for good."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy
from aiohttp import web
from cryptography.fernet import Fernet
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.oauth.installation_store import Installation

from adapters.slack.installs import Installs, open_installs
from adapters.slack.options import SlackOptions
from adapters.slack.scopes import SCOPES
from bot.errors import BadSetting, StoreUnusable
from bot.store import open_database

KEY, OTHER_KEY = (base64.urlsafe_b64encode(bytes([n]) * 32).decode() for n in (1, 2))


@dataclass
class TokenOffice:
    """The two methods of Slack that an installation needs."""

    url: str = ""
    refreshed: list[str] = field(default_factory=list)
    refuses: bool = False
    enterprise: bool = False

    async def access(self, request: web.Request) -> web.Response:
        asked = dict(await request.post())
        secret = base64.b64decode(request.headers.get("Authorization", "Basic Og==").split()[1]).decode()
        if "secret" not in (secret.partition(":")[2], asked.get("client_secret")):
            return web.json_response({"ok": False, "error": "bad_client_secret"})
        if asked.get("grant_type") == "refresh_token":
            await asyncio.sleep(0.05)
            self.refreshed.append(str(asked["refresh_token"]))
            if self.refuses:
                return web.json_response({"ok": False, "error": "invalid_refresh_token"})
            fresh = {"access_token": f"xoxe-new-{len(self.refreshed)}", "refresh_token": "xoxe-1-second"}
            return web.json_response({"ok": True, "token_type": "bot", "expires_in": 43200, **fresh})
        if asked.get("code") != "good":
            return web.json_response({"ok": False, "error": "invalid_code"})
        return web.json_response(
            {
                "ok": True, "app_id": "A1", "access_token": "xoxb-by-oauth", "token_type": "bot",
                "scope": ",".join(sorted(SCOPES)), "bot_user_id": "U0BOT",
                "team": None if self.enterprise else {"id": "T7", "name": "Tessmark Post"},
                "enterprise": {"id": "E7", "name": "Posts"} if self.enterprise else None,
                "is_enterprise_install": self.enterprise, "authed_user": {"id": "U1"},
            }
        )  # fmt: skip

    async def who(self, request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "bot_id": "B0BOT", "url": "https://tessmark.slack.example/"})


@pytest.fixture
async def office() -> AsyncIterator[TokenOffice]:
    made = TokenOffice()
    app = web.Application()
    app.router.add_post("/api/oauth.v2.access", made.access)
    app.router.add_route("*", "/api/auth.test", made.who)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    yield made
    await runner.cleanup()


@pytest.fixture
async def options(store_address: str, office: TokenOffice) -> AsyncIterator[SlackOptions]:
    """The bot's own store is open beside it, as in life."""
    database = await open_database(store_address)
    yield SlackOptions(
        client_id="1.2",
        client_secret="secret",
        token_key=KEY,
        api_url=office.url,
        public_url="https://bot.example/",
        database=store_address,
    )
    await database.close()


@pytest.fixture
async def installs(options: SlackOptions) -> AsyncIterator[Installs]:
    opened = await open_installs(options)
    yield opened
    await opened.close()


def installation(team: str = "T1", token: str = "xoxb-one", **more: object) -> Installation:  # noqa: S107 - made up
    return Installation(
        app_id="A1", team_id=team, team_name="The Post", user_id="U1", bot_token=token, bot_id="B1",
        bot_user_id="U0BOT", bot_scopes=sorted(SCOPES), token_type="bot", installed_at=time.time(), **more,
    )  # fmt: skip


async def save(installs: Installs, one: Installation) -> None:
    await installs.flow().settings.installation_store.async_save(one)


async def stored_words(options: SlackOptions) -> str:
    """Everything that lies in the tables, as text."""
    plain = await open_installs(options)
    try:
        found = []
        async with plain._engine.connect() as connection:
            for table in ("slack_bots", "slack_installations"):
                rows = await connection.execute(sqlalchemy.text(f"select * from {table}"))
                found += [str(tuple(row)) for row in rows]
        return "\n".join(found)
    finally:
        await plain.close()


async def test_a_workspace_gets_its_own_token(installs: Installs) -> None:
    await save(installs, installation())
    await save(installs, installation("T2", "xoxb-two", enterprise_id="E1"))
    for team, token in (("T1", "xoxb-one"), ("T2", "xoxb-two")):
        grant = await installs.grant(team)
        assert grant is not None
        assert (grant.bot_token, grant.bot_user_id, grant.bot_id) == (token, "U0BOT", "B1")
        assert token not in repr(grant)
    assert await installs.grant("T9") is None


async def test_a_database_that_fails_later_is_no_missing_installation(installs: Installs) -> None:
    async with installs._engine.begin() as connection:
        await connection.execute(sqlalchemy.text("drop table slack_bots"))
    with pytest.raises(StoreUnusable):
        await installs.grant("T1")


async def test_no_token_lies_in_the_database(installs: Installs, options: SlackOptions) -> None:
    await save(
        installs,
        installation(bot_refresh_token="xoxe-1-first", user_token="xoxp-mine", user_refresh_token="xoxe-1-u"),
    )
    words = await stored_words(options)
    assert "The Post" in words
    assert "xox" not in words


async def test_another_key_is_refused_and_a_changed_one_opens(
    installs: Installs, options: SlackOptions
) -> None:
    await save(installs, installation())
    with pytest.raises(BadSetting) as caught:
        await open_installs(replace(options, token_key=OTHER_KEY))
    assert caught.value.key == "slack_token_key"
    changed = await open_installs(replace(options, token_key=f"{OTHER_KEY}, {KEY}"))
    grant = await changed.grant("T1")
    await changed.close()
    assert grant is not None
    assert grant.bot_token == "xoxb-one"


@pytest.mark.parametrize("key", ["", "short", "ä" * 44, Fernet.generate_key().decode()[:-2]])
async def test_no_good_key_no_start(options: SlackOptions, key: str) -> None:
    with pytest.raises(BadSetting) as caught:
        await open_installs(replace(options, token_key=key))
    assert key not in str(caught.value) or not key


async def test_a_database_that_is_none_is_one_sentence(options: SlackOptions, tmp_path: object) -> None:
    with pytest.raises(StoreUnusable):
        await open_installs(replace(options, database=f"{tmp_path}/no/such/folder/x.db"))


async def test_an_old_token_is_rotated_once_however_many_ask(
    installs: Installs, office: TokenOffice, options: SlackOptions
) -> None:
    await save(
        installs,
        installation(bot_refresh_token="xoxe-1-first", bot_token_expires_at=int(time.time()) + 600),
    )
    grants = await asyncio.gather(*(installs.grant("T1") for _ in range(20)))
    assert {grant and grant.bot_token for grant in grants} == {"xoxe-new-1"}
    assert office.refreshed == ["xoxe-1-first"]
    again = await open_installs(options)
    grant = await again.grant("T1")
    await again.close()
    assert grant is not None
    assert grant.bot_token == "xoxe-new-1"
    assert len(office.refreshed) == 1


@pytest.mark.parametrize(("left_s", "token"), [(600, "xoxb-one"), (-5, None)])
async def test_a_rotation_that_fails_leaves_a_good_token_in_use(
    installs: Installs, office: TokenOffice, left_s: int, token: str | None
) -> None:
    office.refuses = True
    await save(
        installs,
        installation(bot_refresh_token="xoxe-1-first", bot_token_expires_at=int(time.time()) + left_s),
    )
    grant = await installs.grant("T1")
    assert (grant and grant.bot_token) == token


async def test_a_removed_workspace_is_gone_with_its_tokens(installs: Installs, options: SlackOptions) -> None:
    await save(installs, installation())
    await save(installs, installation("T2", "xoxb-two"))
    assert await installs.grant("T1")
    await installs.remove("T1")
    assert await installs.grant("T1") is None
    assert await installs.grant("T2")
    assert "'T1'" not in await stored_words(options)


async def test_news_of_a_removal_that_comes_late_leaves_what_was_installed_since(installs: Installs) -> None:
    await save(installs, installation(token="xoxb-old"))
    newer = installation(token="xoxb-new")
    newer.installed_at += 60
    await save(installs, newer)
    assert not await installs.remove("T1", time.time() + 30)
    grant = await installs.grant("T1")
    assert grant is not None
    assert grant.bot_token == "xoxb-new"
    assert await installs.remove("T1", time.time() + 90)
    assert await installs.grant("T1") is None


async def test_installing_again_takes_the_new_token_and_says_so(installs: Installs) -> None:
    told: list[str] = []

    async def note(workspace: str) -> None:
        told.append(workspace)

    installs.when_installed(note)
    await save(installs, installation(token="xoxb-old"))
    assert await installs.grant("T1")
    newer = installation(token="xoxb-new")
    newer.installed_at += 5
    await save(installs, newer)
    grant = await installs.grant("T1")
    assert grant is not None
    assert grant.bot_token == "xoxb-new"
    assert told == ["T1", "T1"]


def visit(path: str, query: str = "", cookie: str = "") -> AsyncBoltRequest:
    return AsyncBoltRequest(body="", query=query, headers={"cookie": cookie} if cookie else {})


async def begun(installs: Installs) -> tuple[str, str]:
    """A person opens the install page: the state of the link, and the cookie."""
    flow = installs.flow()
    page = await flow.handle_installation(visit("/slack/install"))
    assert page.status == 200
    link = page.body.split('<a href="')[1].split('"')[0].replace("&amp;", "&")
    asked = parse_qs(urlsplit(link).query)
    assert sorted(asked["scope"][0].split(",")) == sorted(SCOPES)
    assert asked.get("user_scope", [""]) == [""]
    assert asked["redirect_uri"] == ["https://bot.example/slack/oauth_redirect"]
    return asked["state"][0], page.headers["set-cookie"][0].split(";")[0]


async def test_an_installation_from_page_to_token(installs: Installs) -> None:
    state, cookie = await begun(installs)
    back = visit("/slack/oauth_redirect", f"code=good&state={state}", cookie)
    assert (await installs.flow().handle_callback(back)).status == 200
    grant = await installs.grant("T7")
    assert grant is not None
    assert grant.bot_token == "xoxb-by-oauth"
    # the state is good for one return only
    assert (await installs.flow().handle_callback(back)).status == 401


@pytest.mark.parametrize(
    ("query", "with_cookie", "status"),
    [
        ("code=good&state={state}", False, 400),
        ("code=good&state=guessed", True, 400),
        ("code=good", True, 400),
        ("state={state}", True, 401),
        ("code=bad&state={state}", True, 401),
        ("error=access_denied", True, 200),
    ],
)
async def test_a_return_that_is_not_right_installs_nothing(
    installs: Installs, query: str, with_cookie: bool, status: int
) -> None:
    state, cookie = await begun(installs)
    back = visit("/slack/oauth_redirect", query.format(state=state), cookie if with_cookie else "")
    assert (await installs.flow().handle_callback(back)).status == status
    assert await installs.grant("T7") is None


async def test_a_whole_organisation_is_refused(installs: Installs, office: TokenOffice) -> None:
    office.enterprise = True
    state, cookie = await begun(installs)
    back = visit("/slack/oauth_redirect", f"code=good&state={state}", cookie)
    assert (await installs.flow().handle_callback(back)).status == 500


async def test_states_that_nobody_came_back_with_are_dropped(installs: Installs) -> None:
    states = installs._states
    states.expiration_seconds = -1
    for _ in range(5):
        await states.async_issue()
    async with installs._engine.connect() as connection:
        rows = await connection.execute(sqlalchemy.select(states.oauth_states))
        assert len(rows.all()) == 1
