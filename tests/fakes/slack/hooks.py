"""response_url and the words that ride on an acknowledgement: the ways to answer without the Web API."""

from __future__ import annotations

import time

from aiohttp import web

from tests.fakes.slack import events
from tests.fakes.slack.chat import POST_LIMIT, numbered, rewrite, words_for
from tests.fakes.slack.checks import off, refuse_manners
from tests.fakes.slack.refusals import Breach, Refused
from tests.fakes.slack.state import Call, State
from tests.fakes.slack.world import Hook, Json, Post, Whisper


def say(state: State, hook: Hook, body: Json, via: str) -> None:
    """Shows an answer to a command, press or shortcut: to the person alone unless ``in_channel``."""
    workspace = state.workspaces[hook.team]
    channel = workspace.channels[hook.channel]
    if not off(body.get("delete_original")):
        _take_back(state, hook)
        return
    refuse_manners(body)
    text, blocks = words_for(state, body, POST_LIMIT)
    if not off(body.get("replace_original")) and (hook.post_ts or hook.whisper):
        _replace(state, hook, text, blocks)
        return
    thread_ts = body.get("thread_ts") or hook.thread_ts
    if body.get("response_type", "ephemeral") == "ephemeral":
        ts = state.numbers.ts()
        shown = numbered(state, blocks)
        state.whispers.append(Whisper(channel.id, hook.user, text, ts, via, shown, thread_ts))
        return
    post = Post(
        channel.id, state.numbers.ts(), workspace.bot_user, text, workspace.id, numbered(state, blocks),
        thread_ts, workspace.bot_id, state.settings.app_id,
    )  # fmt: skip
    events.posted(state, workspace, channel, post)


def _take_back(state: State, hook: Hook) -> None:
    if hook.whisper is not None:
        hook.whisper.gone = True
        return
    workspace = state.workspaces[hook.team]
    channel = workspace.channels[hook.channel]
    if hook.post_ts in channel.posts:
        events.deleted(state, workspace, channel, channel.posts[hook.post_ts])


def _replace(state: State, hook: Hook, text: str, blocks: list[Json]) -> None:
    if hook.whisper is not None:
        hook.whisper.text, hook.whisper.blocks = text, numbered(state, blocks)
        return
    workspace = state.workspaces[hook.team]
    channel = workspace.channels[hook.channel]
    if hook.post_ts is not None and hook.post_ts in channel.posts:
        rewrite(state, workspace, channel, channel.posts[hook.post_ts], text, blocks)


async def serve(state: State, request: web.Request) -> web.Response:
    """``/response/{name}``: five uses within half an hour; recorded as a call of ``response_url``."""
    call = Call("response_url", {}, "", time.monotonic())
    state.calls.append(call)
    fault = state.faults.take("response_url")
    try:
        call.args = await request.json()
        if fault is not None:
            call.outcome = fault.kind
            return web.Response(status=500, text="internal error")
        hook = _usable(state, request.match_info["name"])
        call.team = hook.team
        say(state, hook, call.args, "response_url")
        call.outcome = "ok"
        return web.Response(text="ok")
    except Refused as refused:
        call.outcome = refused.error
        if isinstance(refused, Breach):
            state.breaches.append(f"response_url: {refused.error} {refused.more}")
        status = 404 if refused.error in {"used_url", "expired_url"} else 400
        return web.json_response({"ok": False, "error": refused.error, **refused.more}, status=status)
    finally:
        call.ended_at = time.monotonic()


def _usable(state: State, name: str) -> Hook:
    hook = state.hooks.get(name)
    if hook is None:
        raise Refused("invalid_url")
    if time.monotonic() - hook.made_at > state.settings.hook_life_s:
        raise Refused("expired_url")
    if hook.uses >= state.settings.hook_uses:
        raise Refused("used_url")
    hook.uses += 1
    return hook
