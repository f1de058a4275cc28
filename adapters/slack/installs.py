"""Many workspaces: who installed the app, with tokens encrypted at rest, in nutgraf's own database.

Bolt's SQLAlchemy stores over the store's SQLite file or PostgreSQL database, in tables of their own
(``slack_bots``, ``slack_installations``, ``slack_oauth_states``). Every column that holds a token is sealed
with Fernet (AES-128-CBC and HMAC-SHA256) under ``token_key``; whoever copies the database gets no token.
Several keys separated by commas: the first seals, all of them open, so that a key can be changed.

One workspace is one installation; installations for a whole Enterprise organisation are refused.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.error import BoltError
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.errors import SlackTokenRotationError
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.sqlalchemy import AsyncSQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import AsyncSQLAlchemyOAuthStateStore
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from adapters.slack.options import SlackOptions
from adapters.slack.scopes import SCOPES
from bot.errors import BadSetting, StoreUnusable

log = logging.getLogger(__name__)

INSTALL_PATH, REDIRECT_PATH = "/slack/install", "/slack/oauth_redirect"
_SEALED = ("bot_token", "bot_refresh_token", "user_token", "user_refresh_token", "incoming_webhook_url")
_STATE_S = 600  # Bolt's own default: ten minutes between the button and the return
_ROTATE_MINUTES = 120  # Bolt's own default; a rotated token lives twelve hours
_CACHE_S = 60.0  # a workspace's grant is looked up once a minute, not once an event
_BUSY_S = 10  # the bot itself may be writing to the same SQLite file


@dataclass(frozen=True, slots=True)
class Grant:
    """What one workspace gave."""

    workspace: str
    bot_token: str = field(repr=False)
    bot_user_id: str
    bot_id: str


class _Sealed(sqlalchemy.types.TypeDecorator[str]):
    """A text column whose words are encrypted on the way in and out."""

    impl = sqlalchemy.Text
    cache_ok = True

    def __init__(self, cipher: MultiFernet) -> None:
        super().__init__()
        self._cipher = cipher

    def process_bind_param(self, value: str | None, dialect: object) -> str | None:
        return None if value is None else self._cipher.encrypt(value.encode()).decode()

    def process_result_value(self, value: str | None, dialect: object) -> str | None:
        return None if value is None else self._cipher.decrypt(value.encode()).decode()


class _Store(AsyncSQLAlchemyInstallationStore):
    """Bolt's store with sealed columns, one installation a workspace."""

    def __init__(self, client_id: str, engine: AsyncEngine, cipher: MultiFernet) -> None:
        super().__init__(client_id, engine, logger=log)
        for table in (self.bots, self.installations):
            for name in _SEALED:
                if name in table.c:
                    table.c[name].type = _Sealed(cipher)
        self.saved: Callable[[str], Awaitable[None]] = _nobody

    async def async_save(self, installation: Installation) -> None:
        """Raises BoltError, which Bolt shows as a failed installation."""
        if installation.is_enterprise_install or not installation.team_id or not installation.bot_token:
            raise BoltError("nutgraf is installed into one workspace at a time")
        await super().async_save(installation)
        await self.saved(installation.team_id)

    async def bot_of(self, workspace: str) -> Bot | None:
        """The newest installation of the workspace, whatever organisation it belongs to."""
        c = self.bots.c
        newest = (
            sqlalchemy.select(c.enterprise_id)
            .where(c.client_id == self.client_id, c.team_id == workspace, c.bot_token.is_not(None))
            .order_by(c.installed_at.desc(), c.id.desc())
            .limit(1)
        )
        async with self.engine.connect() as connection:
            row = (await connection.execute(newest)).first()
        return None if row is None else await self.async_find_bot(enterprise_id=row[0], team_id=workspace)

    async def workspaces(self) -> tuple[str, ...]:
        """Where the app is installed, by id."""
        c = self.bots.c
        mine = sqlalchemy.select(c.team_id).where(c.client_id == self.client_id, c.bot_token.is_not(None))
        async with self.engine.connect() as connection:
            rows = await connection.execute(mine.distinct().order_by(c.team_id))
            return tuple(str(row[0]) for row in rows)

    async def delete_workspace(self, workspace: str, before: datetime | None) -> None:
        async with self.engine.begin() as connection:
            for table in (self.bots, self.installations):
                mine = (table.c.client_id == self.client_id) & (table.c.team_id == workspace)
                old = mine if before is None else mine & (table.c.installed_at < before)
                await connection.execute(table.delete().where(old))


class _States(AsyncSQLAlchemyOAuthStateStore):
    """Bolt's store, without the states that nobody came back with."""

    async def async_issue(self, *args: object, **kwargs: object) -> str:
        now = datetime.now(UTC).replace(tzinfo=None)  # the column has no zone; Bolt writes UTC
        async with self.engine.begin() as connection:
            await connection.execute(self.oauth_states.delete().where(self.oauth_states.c.expire_at < now))
        return await super().async_issue(*args, **kwargs)


class _Authorize(AsyncAuthorize):
    """Who an event is for, from the database: no call to Slack for each event, one rotation at a time."""

    def __init__(self, installs: Installs) -> None:
        self._installs = installs

    async def __call__(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None, **_: object
    ) -> AuthorizeResult | None:
        grant = await self._installs.grant(team_id) if team_id else None
        if grant is None:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_user_id=grant.bot_user_id,
            bot_id=grant.bot_id,
            bot_token=grant.bot_token,
            user_id=user_id,
        )


class Installs:
    """Opened by :func:`open_installs`."""

    def __init__(self, options: SlackOptions, engine: AsyncEngine, cipher: MultiFernet) -> None:
        self._options = options
        self._engine = engine
        self._client = AsyncWebClient(base_url=options.api_url)
        self._store = _Store(options.client_id, engine, cipher)
        self._states = _States(_STATE_S, engine, logger=log)
        self._rotator = AsyncTokenRotator(
            client_id=options.client_id, client_secret=options.client_secret, client=self._client
        )
        self._grants: dict[str, tuple[float, Grant]] = {}
        self._turns: dict[str, asyncio.Lock] = {}

    def when_installed(self, call: Callable[[str], Awaitable[None]]) -> None:
        """``call(workspace)`` after each installation, also a repeated one."""

        async def saved(workspace: str) -> None:
            self._grants.pop(workspace, None)
            await call(workspace)

        self._store.saved = saved

    def flow(self) -> AsyncOAuthFlow:
        """For ``AsyncApp(oauth_flow=...)``: the install page, the checked state, the way back."""
        settings = AsyncOAuthSettings(
            client_id=self._options.client_id,
            client_secret=self._options.client_secret,
            scopes=sorted(SCOPES),
            user_scopes=[],
            redirect_uri=self._options.public_url.rstrip("/") + REDIRECT_PATH,
            install_path=INSTALL_PATH,
            redirect_uri_path=REDIRECT_PATH,
            installation_store=self._store,
            state_store=self._states,
            state_expiration_seconds=_STATE_S,
            logger=log,
        )
        settings.authorize = _Authorize(self)
        return AsyncOAuthFlow(client=self._client, logger=log, settings=settings)

    async def grant(self, workspace: str) -> Grant | None:
        """The workspace's token, rotated in time; None when the app is not installed there, or Slack takes
        its refresh token no more. Raises StoreUnusable."""
        known = self._grants.get(workspace)
        if known is not None and time.monotonic() - known[0] < _CACHE_S:
            return known[1]
        async with self._turns.setdefault(workspace, asyncio.Lock()):
            known = self._grants.get(workspace)
            if known is not None and time.monotonic() - known[0] < _CACHE_S:
                return known[1]
            try:
                found = await self._looked_up(workspace)
            except SQLAlchemyError as error:
                raise StoreUnusable("of Slack installations", type(error).__name__) from error
            if found is None:
                self._grants.pop(workspace, None)
            else:
                self._grants[workspace] = (time.monotonic(), found)
            return found

    async def _looked_up(self, workspace: str) -> Grant | None:
        bot = await self._store.bot_of(workspace)
        if bot is None:
            return None
        try:
            fresh = await self._rotator.perform_bot_token_rotation(
                bot=bot, minutes_before_expiration=_ROTATE_MINUTES
            )
        except SlackTokenRotationError as error:
            # another process may have been faster; a token that is still good is used as it is
            log.warning("workspace=%s token not rotated: %s", workspace, error.api_error.response["error"])
            bot = await self._store.bot_of(workspace)
            if bot is None or (bot.bot_token_expires_at or time.time() + 1) <= time.time():
                return None
        else:
            if fresh is not None:
                await self._store.async_save_bot(fresh)
                bot = fresh
        return Grant(workspace, str(bot.bot_token), str(bot.bot_user_id), str(bot.bot_id))

    async def workspaces(self) -> tuple[str, ...]:
        """Where the app is installed, by id. Raises StoreUnusable."""
        try:
            return await self._store.workspaces()
        except SQLAlchemyError as error:
            raise StoreUnusable("of Slack installations", type(error).__name__) from error

    async def remove(self, workspace: str, at: float | None = None) -> bool:
        """The app was removed there, or its tokens revoked: nothing of them is kept. ``at``: when, in seconds
        since 1970; what was installed later stays, and the answer is False. Raises StoreUnusable."""
        # Slack tells whole seconds; the column has no zone, and slack_sdk writes UTC
        before = None if at is None else datetime.fromtimestamp(at + 1, UTC).replace(tzinfo=None)
        try:
            await self._store.delete_workspace(workspace, before)
            self._grants.pop(workspace, None)
            return await self._store.bot_of(workspace) is None
        except SQLAlchemyError as error:
            raise StoreUnusable("of Slack installations", type(error).__name__) from error

    async def prepare(self) -> None:
        """Make the tables; open one token, if there is one. Raises SQLAlchemyError, InvalidToken."""
        for metadata in (self._store.metadata, self._states.metadata):
            try:
                await self._make(metadata)
            except SQLAlchemyError:  # several processes at once on an empty PostgreSQL: the loser looks again
                await self._make(metadata)
        async with self._engine.connect() as connection:
            (await connection.execute(sqlalchemy.select(self._store.bots.c.bot_token).limit(1))).all()

    async def _make(self, metadata: sqlalchemy.MetaData) -> None:
        async with self._engine.begin() as connection:
            await connection.run_sync(metadata.create_all)

    async def close(self) -> None:
        await self._engine.dispose()


async def open_installs(options: SlackOptions) -> Installs:
    """Open the tables, making them if they are not there.

    Raises BadSetting for a missing or wrong ``token_key``, StoreUnusable when the database cannot be used.
    """
    cipher = _cipher(options.token_key)
    engine = create_async_engine(_address(options.database), **_arguments(options.database))
    installs = Installs(options, engine, cipher)
    try:
        await installs.prepare()
    except SQLAlchemyError as error:
        await installs.close()
        raise StoreUnusable("of Slack installations", type(error).__name__) from error
    except InvalidToken:
        await installs.close()
        raise BadSetting("slack_token_key", "…", "the key that the stored tokens were sealed with") from None
    return installs


def _cipher(keys: str) -> MultiFernet:
    want = (
        "a key made by: python -c 'import base64,os;print(base64.urlsafe_b64encode(os.urandom(32)).decode())'"
    )
    try:
        return MultiFernet([Fernet(key.strip()) for key in keys.split(",")])
    except ValueError:
        raise BadSetting("slack_token_key", "…", want) from None


def _address(database: str) -> str:
    for scheme in ("postgresql://", "postgres://"):
        if database.startswith(scheme):
            return "postgresql+psycopg://" + database.removeprefix(scheme)
    return f"sqlite+aiosqlite:///{database}"


def _arguments(database: str) -> dict[str, Any]:
    if database.startswith(("postgresql://", "postgres://")):
        return {"pool_pre_ping": True, "pool_size": 2, "max_overflow": 2}
    return {"connect_args": {"timeout": _BUSY_S}}


async def _nobody(workspace: str) -> None:
    """Before anybody listens."""
