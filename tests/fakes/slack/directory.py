"""auth.*, users.*, conversations.*: who is who and where."""

from __future__ import annotations

import base64
import binascii

from tests.fakes.slack import events
from tests.fakes.slack.chat import found, open_direct
from tests.fakes.slack.checks import off
from tests.fakes.slack.refusals import Refused
from tests.fakes.slack.state import State
from tests.fakes.slack.world import Channel, Json, Token


async def api_test(state: State, token: Token, args: Json) -> Json:
    if args.get("error"):
        raise Refused(str(args["error"]), args=args)
    return {"args": args}


async def auth_test(state: State, token: Token, args: Json) -> Json:
    workspace = state.workspaces[token.team]
    return {
        "url": f"https://{workspace.domain}.slack.com/", "team": workspace.domain, "user": "nutgraf",
        "team_id": workspace.id, "user_id": workspace.bot_user, "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }  # fmt: skip


async def auth_revoke(state: State, token: Token, args: Json) -> Json:
    if not off(args.get("test")):
        return {"revoked": False}
    events.uninstalled(state, state.workspaces[token.team], "token_revoked")
    return {"revoked": True}


async def users_info(state: State, token: Token, args: Json) -> Json:
    workspace = state.workspaces[token.team]
    user = str(args.get("user") or "")
    person = workspace.people.get(user) or state.person_anywhere(user)
    shared = any(user in channel.members for channel in workspace.channels.values())
    if person is None or (person.team != workspace.id and not shared):
        raise Refused("user_not_found")
    body: Json = {
        "id": person.id, "team_id": person.team, "name": person.name, "real_name": person.name.title(),
        "deleted": person.deleted, "is_bot": person.bot, "is_app_user": False, "tz": person.zone,
        "profile": {"display_name": person.name, "real_name": person.name.title(), "team": person.team},
    }  # fmt: skip
    if person.team != workspace.id:
        body["is_stranger"] = True
    else:
        body |= {
            "is_admin": person.admin or person.owner, "is_owner": person.owner, "is_primary_owner": False,
            "is_restricted": person.restricted or person.ultra_restricted,
            "is_ultra_restricted": person.ultra_restricted,
        }  # fmt: skip
    return {"user": body}


def channel_json(state: State, token: Token, channel: Channel) -> Json:
    workspace = state.workspaces[token.team]
    body: Json = {
        "id": channel.id, "is_channel": channel.kind == "channel", "is_group": channel.kind == "group",
        "is_im": channel.kind == "im", "is_mpim": channel.kind == "mpim", "is_archived": channel.archived,
        "is_private": channel.kind != "channel", "context_team_id": workspace.id,
    }  # fmt: skip
    if channel.kind == "im":
        others = [user for user in channel.members if user != workspace.bot_user]
        return body | {"user": others[0], "is_open": True}
    member = workspace.bot_user in channel.members
    return body | {"name": channel.name, "is_member": member, "is_ext_shared": state.has_strangers(channel)}


async def conversations_info(state: State, token: Token, args: Json) -> Json:
    channel = found(state.workspaces[token.team], args)
    state.may_read(token, channel)
    body = channel_json(state, token, channel)
    if not off(args.get("include_num_members")):
        body["num_members"] = len(channel.members)
    return {"channel": body}


async def conversations_members(state: State, token: Token, args: Json) -> Json:
    """Pages of ``limit`` (100 when none is asked for); the cursor is opaque."""
    channel = found(state.workspaces[token.team], args)
    state.may_read(token, channel)
    try:
        limit = int(args.get("limit") or 100)
        cursor = base64.b64decode(str(args.get("cursor") or ""), validate=True).decode()
        start = int(cursor.removeprefix("user:") or 0)
    except (ValueError, binascii.Error):
        raise Refused("invalid_cursor") from None
    if not 1 <= limit <= 1000:
        raise Refused("invalid_limit")
    page = channel.members[start : start + limit]
    more = start + limit < len(channel.members)
    following = base64.b64encode(f"user:{start + limit}".encode()).decode() if more else ""
    return {"members": page, "response_metadata": {"next_cursor": following}}


async def conversations_open(state: State, token: Token, args: Json) -> Json:
    workspace = state.workspaces[token.team]
    if args.get("channel"):
        return {"channel": {"id": found(workspace, args).id}}
    users = args.get("users") or ""
    wanted = users if isinstance(users, list) else [user for user in str(users).split(",") if user]
    if not wanted:
        raise Refused("users_list_not_supplied")
    if len(wanted) > 1:
        raise Refused("invalid_arguments", "nutgraf opens direct messages with one person only")
    if "im:write" not in token.scopes:
        raise Refused("missing_scope", needed="im:write", provided=",".join(sorted(token.scopes)))
    before = workspace.direct(str(wanted[0]))
    channel = open_direct(state, workspace, str(wanted[0]))
    return {"no_op": before is not None, "already_open": before is not None, "channel": {"id": channel.id}}
