"""The Web API's door: who asks, may they, what happens, what is remembered."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import time
from collections.abc import Awaitable, Callable

from aiohttp import web

from tests.fakes.slack import chat, directory, oauth, views
from tests.fakes.slack.faults import KINDS, Fault, limited, suffer
from tests.fakes.slack.refusals import HISTORY, OPEN_METHODS, SCOPES, TAKES, Breach, Refused
from tests.fakes.slack.state import Call, State
from tests.fakes.slack.world import Json, Token

Method = Callable[[State, Token, Json], Awaitable[Json]]
METHODS: dict[str, Method] = {
    "api.test": directory.api_test,
    "auth.test": directory.auth_test,
    "auth.revoke": directory.auth_revoke,
    "chat.postMessage": chat.post_message,
    "chat.postEphemeral": chat.post_ephemeral,
    "chat.update": chat.update,
    "chat.delete": chat.delete,
    "chat.getPermalink": chat.permalink,
    "reactions.add": chat.react,
    "reactions.remove": chat.unreact,
    "users.info": directory.users_info,
    "conversations.info": directory.conversations_info,
    "conversations.members": directory.conversations_members,
    "conversations.open": directory.conversations_open,
    "views.open": views.views_open,
    "views.update": views.views_update,
    "views.publish": views.views_publish,
}


async def arguments(request: web.Request) -> Json:
    """Query, then body: JSON or form."""
    args: Json = dict(request.query)
    if request.method != "POST" or not request.can_read_body:
        return args
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except ValueError:
            raise Refused("invalid_json") from None
        if not isinstance(body, dict):
            raise Refused("json_not_object")
        return args | body
    return args | dict(await request.post())


def bearer(request: web.Request, args: Json) -> str:
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return value.strip()
    return str(args.pop("token", "") or "")


class WebApi:
    """``/api/{method}``. ``socket_url`` gives the address of a new websocket."""

    def __init__(self, state: State, socket_url: Callable[[], str]) -> None:
        self.state = state
        self.socket_url = socket_url

    async def handle(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        call = Call(method, {}, "", time.monotonic())
        self.state.calls.append(call)
        try:
            return await self._answered(request, call)
        finally:
            call.ended_at = time.monotonic()

    async def _answered(self, request: web.Request, call: Call) -> web.Response:
        try:
            call.args = await arguments(request)
        except Refused as refused:
            return self._refusal(call, refused)
        fault = self.state.faults.take(call.method)
        if fault is None:
            return await self._taken(request, call)
        if fault.kind not in KINDS:
            return self._refusal(call, Refused(fault.kind))
        if fault.kind == "slow":
            answer = await self._taken(request, call)
            await asyncio.sleep(fault.after_s)
            return answer
        return await self._suffering(request, call, fault)

    async def _suffering(self, request: web.Request, call: Call, fault: Fault) -> web.Response:
        answer = await suffer(fault, request, lambda: self._taken(request, call))
        call.outcome = f"{fault.kind} {call.outcome}".strip()
        return answer

    async def _taken(self, request: web.Request, call: Call) -> web.Response:
        try:
            answer = {"ok": True, **await self._act(request, call)}
        except Refused as refused:
            return self._refusal(call, refused)
        call.outcome, call.answer = "ok", answer
        token = self.state.tokens.get(bearer(request, call.args))
        headers = {"x-oauth-scopes": ",".join(sorted(token.scopes))} if token else None
        return web.json_response(answer, headers=headers)

    def _refusal(self, call: Call, refused: Refused) -> web.Response:
        call.outcome = refused.error
        if isinstance(refused, Breach):
            self.state.breaches.append(f"{call.method}: {refused.error} {refused.more}")
        if refused.error == "ratelimited":
            return limited(float(refused.more.get("retry_after_s", 1)))
        call.answer = {"ok": False, "error": refused.error, **refused.more}
        return web.json_response(call.answer)

    async def _act(self, request: web.Request, call: Call) -> Json:
        if call.method in HISTORY:
            raise Breach("missing_scope", "history is never read", needed="channels:history", provided="")
        if call.method not in METHODS and call.method not in OPEN_METHODS:
            raise Breach("unknown_method", req_method=call.method)
        if call.method == "oauth.v2.access":
            return await oauth.access(self.state, call.args | _basic(request))
        value = bearer(request, call.args)
        if call.method == "apps.connections.open":
            return self._connection(value)
        token = self._token(call.method, value)
        call.team = token.team
        known = TAKES.get(call.method, frozenset(call.args)) | {"team_id"}  # Bolt adds team_id to every call
        strange = set(call.args) - known
        if strange:
            raise Breach("invalid_arguments", f"{call.method} takes no {', '.join(sorted(strange))}")
        if wait_s := self.state.tiers.wait_s(call.method, token.team):
            raise Refused("ratelimited", retry_after_s=wait_s)
        return await METHODS[call.method](self.state, token, call.args)

    def _connection(self, value: str) -> Json:
        token = self._known(value)
        if token.kind != "app":
            raise Refused("not_allowed_token_type")
        return {"url": self.socket_url()}

    def _known(self, value: str) -> Token:
        if not value:
            raise Refused("not_authed")
        token = self.state.tokens.get(value)
        if token is None:
            raise Refused("invalid_auth")
        if token.revoked:
            raise Refused(token.revoked)
        if token.expires_at is not None and time.monotonic() > token.expires_at:
            raise Refused("token_expired")
        return token

    def _token(self, method: str, value: str) -> Token:
        token = self._known(value)
        if token.kind != "bot":
            raise Refused("not_allowed_token_type")
        needed = SCOPES[method]
        if needed and not set(needed) & token.scopes:
            provided = ",".join(sorted(token.scopes))
            raise Refused("missing_scope", needed=",".join(needed), provided=provided)
        return token


def _basic(request: web.Request) -> Json:
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "basic":
        return {}
    try:
        client_id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (ValueError, binascii.Error):
        return {}
    return {"client_id": client_id, "client_secret": secret}


def parsed(text: str) -> Json:
    """A JSON object, or the bare words of an answer."""
    try:
        body = json.loads(text)
    except ValueError:
        body = None
    if isinstance(body, dict):
        return body
    return {"text": text} if text else {}
