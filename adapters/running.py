"""``nutgraf run``: every chat that the settings name, with the desk and the poller, until told to stop."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine, Mapping
from dataclasses import replace
from getpass import getpass
from importlib import import_module
from typing import Any

from adapters import CHATS
from adapters.matrix import MatrixOptions
from adapters.slack import SlackOptions
from bot.app.house import House, opened
from bot.config import Settings
from bot.errors import BadSetting, SettingMissing

# What a chat's ``serve`` wants beside the desk
Options = Mapping[str, object]


async def run(settings: Settings) -> int:
    """Until cancelled, or until one of them fails. Raises leaves of SetupError."""
    chats = chats_of(settings)
    async with opened(settings) as house:
        sys.stderr.write(f"nutgraf: serving {', '.join(chats)}. Ctrl-C stops it.\n")
        await _together([house.desk.run(), house.poller.run(), *_served(house, chats)])
    return 0


def _served(house: House, chats: Mapping[str, Options]) -> list[Coroutine[Any, Any, None]]:
    return [import_module(CHATS[name]).serve(house.desk, **options) for name, options in chats.items()]


async def _together(work: list[Coroutine[Any, Any, None]]) -> None:
    """Until one ends, which it does by failing; the others are cancelled, and what failed is raised."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            if task.done():
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def chats_of(settings: Settings) -> Mapping[str, Options]:
    """The chats by name, each with its options. Raises SettingMissing, BadSetting."""
    named: dict[str, Options] = {}
    if any(getattr(settings, key) for key in _SLACK):
        named["slack"] = {"options": slack_options(settings)}
    if any(getattr(settings, key) for key in _MATRIX):
        named["matrix"] = {"options": matrix_options(settings)}
    if not named:
        raise SettingMissing(
            "slack_bot_token or matrix_user",
            "no chat is named, so nobody is served; docs/slack.md and docs/matrix.md show how to begin",
        )
    return named


# Any of them says that Slack is to be served
_SLACK = (
    "slack_bot_token", "slack_app_token", "slack_signing_secret", "slack_client_id", "slack_client_secret",
    "slack_token_key",
)  # fmt: skip
_MATRIX = ("matrix_homeserver", "matrix_user", "matrix_password", "matrix_access_token")


def slack_options(settings: Settings) -> SlackOptions:
    """Raises SettingMissing, BadSetting for what cannot work together."""
    (_check_many if settings.slack_client_id else _check_one)(settings)
    file = settings.database_file
    return SlackOptions(
        bot_token=settings.slack_bot_token,
        app_token=settings.slack_app_token,
        signing_secret=settings.slack_signing_secret,
        client_id=settings.slack_client_id,
        client_secret=settings.slack_client_secret,
        token_key=settings.slack_token_key,
        api_url=settings.slack_api_url,
        connections=settings.slack_connections,
        host=settings.slack_host,
        port=settings.slack_port,
        public_url=settings.slack_public_url,
        database=settings.database if file is None else str(file.absolute()),
    )


def _check_one(settings: Settings) -> None:
    """One workspace, by Socket Mode or HTTP."""
    for key in ("slack_client_secret", "slack_token_key"):
        if getattr(settings, key) and not settings.slack_bot_token:
            raise SettingMissing("slack_client_id", f"{key} is of no use without it")
    if not settings.slack_bot_token:
        raise SettingMissing("slack_bot_token", "it says which workspace to serve")
    if not settings.slack_app_token and not settings.slack_signing_secret:
        raise SettingMissing(
            "slack_app_token", "Slack is reached by it (Socket Mode); over HTTP it is slack_signing_secret"
        )


def _check_many(settings: Settings) -> None:
    """Any number of workspaces, by HTTP: the installation page is served there anyway."""
    why = {
        "slack_client_secret": "workspaces install the app with it",
        "slack_token_key": "the tokens of workspaces are not kept unencrypted",
        "slack_public_url": "browsers come back to it after installing",
        "slack_signing_secret": "what Slack sends is checked with it",
    }
    for key, because in why.items():
        if not getattr(settings, key):
            raise SettingMissing(key, because)
    if settings.slack_bot_token:
        raise BadSetting("slack_bot_token", "…", "to be left out beside slack_client_id")
    if settings.slack_app_token:
        raise BadSetting(
            "slack_app_token",
            "…",
            "to be left out beside slack_client_id: many workspaces are served by HTTP",
        )


def matrix_options(settings: Settings) -> MatrixOptions:
    """Raises SettingMissing, BadSetting for what cannot work together.

    A password is not asked for here: after the first start the session does without.
    """
    if not settings.matrix_user and not settings.matrix_access_token:
        raise SettingMissing("matrix_user", "it says who the bot is")
    if not settings.matrix_homeserver and ":" not in settings.matrix_user:
        raise SettingMissing("matrix_homeserver", "matrix_user does not say whose user it is")
    if not settings.matrix_allowed:
        raise SettingMissing("matrix_allowed", "it says who may invite the bot")
    return MatrixOptions(
        store_dir=settings.data_dir.absolute() / "matrix",
        homeserver=settings.matrix_homeserver,
        user=settings.matrix_user,
        password=settings.matrix_password,
        access_token=settings.matrix_access_token,
        pickle_key=settings.matrix_pickle_key,
        device_name=settings.matrix_device_name,
        allowed=settings.matrix_allowed,
        admins=settings.matrix_admins,
        prefix=settings.matrix_prefix,
        grace_s=settings.matrix_grace_s,
    )


async def reset_identity(settings: Settings) -> str:
    """A new cross-signing identity for the bot's Matrix account; what was done, in words. The password is
    asked for where the settings have none. Raises leaves of SetupError."""
    options = matrix_options(settings)
    if not options.password and sys.stdin.isatty():
        typed = await asyncio.to_thread(getpass, f"Password of {options.user or 'the account'}: ")
        options = replace(options, password=typed)
    if not options.password:
        raise SettingMissing("matrix_password", "an identity is replaced only with it")
    user = await import_module(CHATS["matrix"]).reset_identity(options)
    return f"{user} has a new identity, and the bot's device is signed by it. Members may be told so."
