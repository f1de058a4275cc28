"""``nutgraf check``: how Slack stands. It changes nothing."""

from __future__ import annotations

from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from adapters.finding import Finding
from adapters.slack.clients import Clients
from adapters.slack.faults import SlackFault, told
from adapters.slack.options import SlackOptions
from adapters.slack.scopes import SCOPES

_SETTINGS = "docs/slack.md says where it is found."
_ADD = "Add them to the app (OAuth & Permissions, or deploy/slack-manifest.yaml) and install it again."
_ALL_GRANTED = Finding("scopes", "all granted")


async def check(options: SlackOptions) -> list[Finding]:
    """The bot token of each workspace, its scopes, and the app token. Raises leaves of SetupError."""
    clients = Clients(options)
    try:
        if options.many_workspaces:
            return await _workspaces(options, clients)
        found = await _bot_token(clients.base, "bot token", f"Look at slack_bot_token. {_SETTINGS}")
        if options.app_token:
            found.append(await _app_token(clients, options.app_token))
        return found
    finally:
        await clients.close()


async def _workspaces(options: SlackOptions, clients: Clients) -> list[Finding]:
    from adapters.slack.installs import INSTALL_PATH, open_installs  # noqa: PLC0415 - 25 MB that one workspace does not need

    installs = await open_installs(options)
    try:
        page = f"{options.public_url.rstrip('/')}{INSTALL_PATH}"
        workspaces = await installs.workspaces()
        if not workspaces:
            return [Finding("workspaces", "none has installed the app", f"Open {page} in a browser.")]
        found = []
        for workspace in workspaces:
            grant = await installs.grant(workspace)
            client = clients.made(grant.bot_token if grant else None)
            remedy = f"Install the app anew at {page}."
            found += await _bot_token(client, f"workspace {workspace}", remedy)
        return found
    finally:
        await installs.close()


async def _bot_token(client: AsyncWebClient, what: str, remedy: str) -> list[Finding]:
    try:
        with told():
            answer = await client.auth_test()
    except SlackFault as error:
        return [_refused(what, error, remedy)]
    found = [Finding(what, f"token taken: {answer['user']} in {answer['team']}")]
    granted = _scopes(answer)
    if granted is None:
        return found
    missing = sorted(SCOPES.keys() - granted)
    return [*found, Finding("scopes", f"missing: {', '.join(missing)}", _ADD) if missing else _ALL_GRANTED]


async def _app_token(clients: Clients, token: str) -> Finding:
    try:
        with told():
            await clients.base.apps_connections_open(app_token=token)
    except SlackFault as error:
        return _refused("app token", error, f"Look at slack_app_token. {_SETTINGS}")
    return Finding("app token", "taken: Socket Mode can be opened")


def _refused(what: str, error: SlackFault, remedy: str) -> Finding:
    fault = error.fault
    if fault.refusal is None:
        return Finding(what, f"not known: {fault.cause}", "Ask again in a while.")
    return Finding(what, f"not taken: {fault.cause}", remedy)


def _scopes(answer: Any) -> frozenset[str] | None:  # noqa: ANN401 - slack_sdk's response
    """Of the header that Slack sends with every answer; None when a proxy has taken it off."""
    headers = {str(name).lower(): value for name, value in answer.headers.items()}
    listed = headers.get("x-oauth-scopes")
    if listed is None:
        return None
    return frozenset(scope.strip() for scope in str(listed).split(",") if scope.strip())
