"""views.*: modals opened by a trigger within 3 s, home tabs published."""

from __future__ import annotations

import json
import time
from typing import Any

from tests.fakes.slack.checks import check_view
from tests.fakes.slack.refusals import Refused
from tests.fakes.slack.state import State
from tests.fakes.slack.world import Json, Token, Trigger, View, size_of

VIEW_BYTES = 250_000


def _body(args: Json, kind: str) -> Json:
    view: Any = args.get("view")
    if isinstance(view, str):
        try:
            view = json.loads(view)
        except ValueError:
            raise Refused("invalid_arguments", "view is no JSON") from None
    if not isinstance(view, dict):
        raise Refused("invalid_arguments", "missing required field: view")
    if size_of(view) > VIEW_BYTES:
        raise Refused("view_too_large")
    if view.get("type") != kind:
        raise Refused("invalid_arguments", f"a view of type {kind} is needed")
    check_view(view)
    return view


def _spend(state: State, args: Json) -> Trigger:
    """The trigger of the call: fresh, and good for one view."""
    trigger_id = args.get("trigger_id")
    if not trigger_id:
        raise Refused("invalid_arguments", "missing required field: trigger_id")
    trigger = state.triggers.get(str(trigger_id))
    if trigger is None:
        raise Refused("invalid_trigger_id")
    if trigger.used:
        raise Refused("exchanged_trigger_id")
    if time.monotonic() - trigger.made_at > state.settings.trigger_life_s:
        raise Refused("expired_trigger_id")
    return trigger


def as_json(state: State, view: View) -> Json:
    """A view as answers and payloads carry it."""
    workspace = state.workspaces[view.team]
    return {
        **view.body, "id": view.id, "team_id": view.team, "hash": view.hash, "app_id": state.settings.app_id,
        "app_installed_team_id": view.team, "bot_id": workspace.bot_id, "root_view_id": view.root or view.id,
        "previous_view_id": None, "private_metadata": view.body.get("private_metadata", ""),
        "callback_id": view.body.get("callback_id", ""), "state": {"values": {}},
    }  # fmt: skip


def _numbered(state: State, body: Json) -> Json:
    return body | {
        "blocks": [{"block_id": state.numbers.id("b"), **block} for block in body.get("blocks", [])]
    }


def show(state: State, user: str, team: str, body: Json, root: str = "") -> View:
    """A modal in front of somebody."""
    numbers = state.numbers
    view = View(numbers.id("V"), user, team, _numbered(state, body), numbers.ts(), "modal", root)
    state.views[view.id] = view
    return view


async def views_open(state: State, token: Token, args: Json) -> Json:
    trigger = _spend(state, args)
    body = _body(args, "modal")
    trigger.used = True
    return {"view": as_json(state, show(state, trigger.user, token.team, body))}


async def views_update(state: State, token: Token, args: Json) -> Json:
    view = state.views.get(str(args.get("view_id") or ""))
    if view is None or view.team != token.team:
        raise Refused("not_found")
    if view.closed:
        raise Refused("not_found")
    if args.get("hash") and args["hash"] != view.hash:
        raise Refused("hash_conflict")
    body = _body(args, "modal")
    view.body, view.hash = _numbered(state, body), state.numbers.ts()
    return {"view": as_json(state, view)}


async def views_publish(state: State, token: Token, args: Json) -> Json:
    workspace = state.workspaces[token.team]
    user = str(args.get("user_id") or "")
    if user not in workspace.people:
        raise Refused("user_not_found")
    body = _body(args, "home")
    view = home_of(state, user)
    if view is None:
        view = View(state.numbers.id("V"), user, token.team, {}, "", "home")
        state.views[view.id] = view
    if args.get("hash") and args["hash"] != view.hash:
        raise Refused("hash_conflict")
    view.body, view.hash = _numbered(state, body), state.numbers.ts()
    return {"view": as_json(state, view)}


def home_of(state: State, user: str) -> View | None:
    return next((view for view in state.views.values() if view.kind == "home" and view.user == user), None)
