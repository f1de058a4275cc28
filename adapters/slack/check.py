"""``nutgraf check``: how Slack stands. It changes nothing."""

from __future__ import annotations

from typing import Any

from adapters.finding import Finding
from adapters.slack.clients import Clients
from adapters.slack.faults import SlackFault, told
from adapters.slack.options import SlackOptions
from adapters.slack.scopes import SCOPES

_SETTINGS = "docs/slack.md says where the settings are found."


async def check(options: SlackOptions) -> list[Finding]:
    """Of one workspace: both tokens, and the scopes. Many workspaces have their tokens in the store: there
    the app's own settings are what can be looked at."""
    if options.many_workspaces:
        return [Finding("workspaces", "installed at /slack/install, each with a token of its own")]
    clients = Clients(options)
    try:
        found = await _bot_token(clients)
        if options.app_token:
            found.append(await _app_token(clients, options.app_token))
        return found
    finally:
        await clients.close()


async def _bot_token(clients: Clients) -> list[Finding]:
    try:
        with told():
            answer = await clients.base.auth_test()
    except SlackFault as error:
        return [_refused("bot token", error, "slack_bot_token")]
    who = f"taken: {answer['user']} in {answer['team']}"
    granted = _scopes(answer)
    if granted is None:
        return [Finding("bot token", who)]
    missing = sorted(SCOPES.keys() - granted)
    if not missing:
        return [Finding("bot token", who), Finding("scopes", "all granted")]
    remedy = "Add them to the app (OAuth & Permissions, or deploy/slack-manifest.yaml) and install it again."
    return [Finding("bot token", who), Finding("scopes", f"missing: {', '.join(missing)}", remedy)]


async def _app_token(clients: Clients, token: str) -> Finding:
    try:
        with told():
            await clients.base.apps_connections_open(app_token=token)
    except SlackFault as error:
        return _refused("app token", error, "slack_app_token")
    return Finding("app token", "taken: Socket Mode can be opened")


def _refused(what: str, error: SlackFault, setting: str) -> Finding:
    fault = error.fault
    if fault.refusal is None:
        return Finding(what, f"not known: {fault.cause}", "Ask again in a while.")
    return Finding(what, f"not taken: {fault.cause}", f"Look at {setting}. {_SETTINGS}")


def _scopes(answer: Any) -> frozenset[str] | None:  # noqa: ANN401 - slack_sdk's response
    """Of the header that Slack sends with every answer; None when a proxy has taken it off."""
    headers = {str(name).lower(): value for name, value in answer.headers.items()}
    listed = headers.get("x-oauth-scopes")
    if listed is None:
        return None
    return frozenset(scope.strip() for scope in str(listed).split(",") if scope.strip())
