"""oauth.v2.access: a code for a token, and a refresh token for the next one."""

from __future__ import annotations

import time

from tests.fakes.slack.refusals import Refused
from tests.fakes.slack.state import State
from tests.fakes.slack.world import Json, Token, Workspace

LIFE_S = 43_200  # a rotating token lives twelve hours


def _mint(state: State, workspace: Workspace) -> Token:
    rotates = state.settings.rotates_tokens
    value = f"xoxe.xoxb-{state.numbers.id('')}" if rotates else f"xoxb-{state.numbers.id('')}"
    token = Token(value, "bot", workspace.id, state.settings.scopes)
    if rotates:
        token.refresh = f"xoxe-{state.numbers.id('')}"
        token.expires_at = time.monotonic() + LIFE_S
    state.tokens[value] = token
    return token


async def access(state: State, args: Json) -> Json:
    """``args`` hold client_id and client_secret, also when they came by basic authentication."""
    if args.get("client_id") != state.settings.client_id:
        raise Refused("invalid_client_id")
    if args.get("client_secret") != state.settings.client_secret:
        raise Refused("bad_client_secret")
    if args.get("grant_type") == "refresh_token":
        return _answer(state, _refreshed(state, str(args.get("refresh_token") or "")))
    code = str(args.get("code") or "")
    if code not in state.codes:
        raise Refused("invalid_code")
    team, state.codes[code] = state.codes[code], ""
    if not team:
        raise Refused("code_already_used")
    workspace = state.workspaces[team]
    workspace.installed = True
    return _answer(state, _mint(state, workspace))


def _refreshed(state: State, refresh: str) -> Token:
    old = next((token for token in state.tokens.values() if refresh and token.refresh == refresh), None)
    if old is None or old.revoked:
        raise Refused("invalid_refresh_token")
    old.refresh = ""
    return _mint(state, state.workspaces[old.team])


def _answer(state: State, token: Token) -> Json:
    workspace = state.workspaces[token.team]
    body: Json = {
        "access_token": token.value, "token_type": "bot", "scope": ",".join(sorted(token.scopes)),
        "bot_user_id": workspace.bot_user, "app_id": state.settings.app_id, "enterprise": None,
        "team": {"id": workspace.id, "name": workspace.domain}, "is_enterprise_install": False,
        "authed_user": {"id": next(iter(workspace.people))},
    }  # fmt: skip
    if token.refresh and token.expires_at is not None:
        body |= {"refresh_token": token.refresh, "expires_in": LIFE_S}
    return body
