"""chat.* and reactions.*: what is taken is stored and told to the app, what Slack refuses is refused."""

from __future__ import annotations

import json
from typing import Any

from tests.fakes.slack import events
from tests.fakes.slack.checks import check_blocks, check_text, off, refuse_manners
from tests.fakes.slack.refusals import Breach, Refused
from tests.fakes.slack.state import State
from tests.fakes.slack.world import Channel, Json, Person, Post, Token, Whisper, Workspace

POST_LIMIT = 40_000  # characters; Slack cuts what is longer, we refuse it
UPDATE_LIMIT = 4_000


def listed(value: Any) -> list[Json]:
    """``blocks`` come as a list in JSON and as text in forms."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise Refused("invalid_blocks_format") from None
    if value is not None and not isinstance(value, list):
        raise Refused("invalid_blocks_format")
    return value or []


def found(workspace: Workspace, args: Json, key: str = "channel") -> Channel:
    """The channel of a call, as far as the bot may know of it."""
    if not args.get(key):
        raise Refused("invalid_arguments", f"missing required field: {key}")
    channel = workspace.channels.get(str(args[key]))
    if channel is None or (channel.kind != "channel" and not workspace.sees(workspace.bot_user, channel)):
        raise Refused("channel_not_found")
    return channel


def open_direct(state: State, workspace: Workspace, user: str) -> Channel:
    """The direct messages of the bot with somebody, opened when there are none."""
    person = workspace.people.get(user)
    if person is None or person.deleted:
        raise Refused("user_not_found")
    if person.bot:
        raise Refused("cannot_dm_bot")
    channel = workspace.direct(user)
    if channel is None:
        members = [user, workspace.bot_user]
        channel = Channel(state.numbers.id("D"), "", workspace.id, "im", members)
        workspace.channels[channel.id] = channel
    return channel


def _writable(state: State, workspace: Workspace, args: Json) -> Channel:
    wanted = str(args.get("channel") or "")
    if wanted.startswith("U"):
        if wanted not in workspace.people:
            raise Refused("channel_not_found")
        return open_direct(state, workspace, wanted)
    channel = found(workspace, args)
    if not workspace.sees(workspace.bot_user, channel):
        raise Refused("not_in_channel")
    if channel.archived:
        raise Refused("is_archived")
    return channel


def _thread(state: State, channel: Channel, args: Json) -> str | None:
    """The thread to answer in: a message that is there and is no answer itself."""
    ts = args.get("thread_ts")
    if ts is None:
        return None
    parent = channel.posts.get(str(ts))
    if parent is None or parent.tombstone:
        if state.settings.lost_threads == "channel":
            return None
        raise Refused("thread_not_found")
    if parent.thread_ts not in {None, parent.ts}:
        raise Breach("thread_not_found", "thread_ts is an answer: its parent's ts belongs here")
    return parent.ts


def words_for(state: State, args: Json, limit: int) -> tuple[str, list[Json]]:
    """Text and blocks of a message, checked; ``limit`` in characters of text."""
    blocks = listed(args.get("blocks"))
    text = args.get("text")
    if not blocks and not text:
        raise Refused("no_text")
    if not text:
        raise Breach("no_text", "blocks without text: notifications and screen readers have nothing to read")
    text = str(text)
    if len(text) > limit:
        raise Refused("msg_too_long")
    check_text(text)
    if state.settings.checks_later:
        state.unchecked.append(blocks)
    else:
        check_blocks(blocks)
    return text, blocks


async def post_message(state: State, token: Token, args: Json) -> Json:
    workspace = state.workspaces[token.team]
    channel = _writable(state, workspace, args)
    refuse_manners(args)
    for flag in ("unfurl_links", "unfurl_media"):
        if flag not in args or not off(args[flag]):
            raise Breach(
                "invalid_arguments", f"{flag} must be false: a digest is not to raise a wall of cards"
            )
    text, blocks = words_for(state, args, POST_LIMIT)
    thread_ts = _thread(state, channel, args)
    wait_s = state.pace.wait_s(channel.id)
    if wait_s:
        raise Refused("ratelimited", retry_after_s=wait_s)
    post = Post(
        channel.id, state.numbers.ts(), workspace.bot_user, text, workspace.id, numbered(state, blocks),
        thread_ts, workspace.bot_id, state.settings.app_id, metadata=args.get("metadata"),
    )  # fmt: skip
    events.posted(state, workspace, channel, post)
    body = events.as_json(state, post)
    return {"channel": channel.id, "ts": post.ts, "message": body}


def numbered(state: State, blocks: list[Json]) -> list[Json]:
    """Every block has an id, Slack's own where the app gave none."""
    return [{"block_id": state.numbers.id("b"), **block} for block in blocks]


async def post_ephemeral(state: State, token: Token, args: Json) -> Json:
    workspace = state.workspaces[token.team]
    channel = _writable(state, workspace, args)
    refuse_manners(args)
    user = str(args.get("user") or "")
    if user not in workspace.people and not isinstance(state.person_anywhere(user), Person):
        raise Refused("user_not_found")
    if user not in channel.members:
        raise Refused("user_not_in_channel")
    text, blocks = words_for(state, args, POST_LIMIT)
    thread_ts = _thread(state, channel, args)
    ts = state.numbers.ts()
    blocks = numbered(state, blocks)
    state.whispers.append(Whisper(channel.id, user, text, ts, "chat.postEphemeral", blocks, thread_ts))
    return {"message_ts": ts}


def _post(channel: Channel, ts: Any) -> Post:
    post = channel.posts.get(str(ts))
    if post is None:
        raise Refused("message_not_found")
    return post


async def update(state: State, token: Token, args: Json) -> Json:
    workspace = state.workspaces[token.team]
    channel = found(workspace, args)
    post = _post(channel, args.get("ts"))
    if post.bot_id != workspace.bot_id or post.tombstone:
        raise Refused("cant_update_message")
    if channel.archived:
        raise Refused("is_archived")
    if not workspace.sees(workspace.bot_user, channel):
        raise Refused("not_in_channel")
    refuse_manners(args)
    text, blocks = words_for(state, args, UPDATE_LIMIT)
    if args.get("blocks") is None:
        blocks = post.blocks  # they stay unless [] takes them away (python-slack-sdk #523, slack-go #1214)
    rewrite(state, workspace, channel, post, text, blocks)
    return {"channel": channel.id, "ts": post.ts, "text": text, "message": events.as_json(state, post)}


def rewrite(
    state: State, workspace: Workspace, channel: Channel, post: Post, text: str, blocks: list[Json]
) -> None:
    """An edit by whoever wrote the message."""
    before = events.as_json(state, post)
    post.versions.append((post.text, post.blocks))
    post.text, post.blocks = text, numbered(state, blocks)
    post.edited_ts = state.numbers.ts()
    events.changed(state, workspace, channel, before, events.as_json(state, post))


async def delete(state: State, token: Token, args: Json) -> Json:
    workspace = state.workspaces[token.team]
    channel = found(workspace, args)
    post = _post(channel, args.get("ts"))
    if post.bot_id != workspace.bot_id:
        raise Refused("cant_delete_message")
    ts = post.ts
    events.deleted(state, workspace, channel, post)
    return {"channel": channel.id, "ts": ts}


async def permalink(state: State, token: Token, args: Json) -> Json:
    workspace = state.workspaces[token.team]
    channel = found(workspace, args)
    post = _post(channel, args.get("message_ts"))
    link = f"https://{workspace.domain}.slack.com/archives/{channel.id}/p{post.ts.replace('.', '')}"
    if post.thread_ts and post.thread_ts != post.ts:
        link += f"?thread_ts={post.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def _reaction(state: State, token: Token, args: Json) -> tuple[Post, str, str]:
    workspace = state.workspaces[token.team]
    name = str(args.get("name") or "")
    if not name or name.startswith(":"):
        raise Refused("invalid_name")
    if not args.get("timestamp"):
        raise Refused("no_item_specified")
    channel = found(workspace, args)
    if not workspace.sees(workspace.bot_user, channel):
        raise Refused("not_in_channel")
    if channel.archived:
        raise Refused("is_archived")
    return _post(channel, args["timestamp"]), name, workspace.bot_user


async def react(state: State, token: Token, args: Json) -> Json:
    post, name, bot = _reaction(state, token, args)
    who = post.reactions.setdefault(name, [])
    if bot in who:
        raise Refused("already_reacted")
    who.append(bot)
    return {}


async def unreact(state: State, token: Token, args: Json) -> Json:
    post, name, bot = _reaction(state, token, args)
    who = post.reactions.get(name, [])
    if bot not in who:
        raise Refused("no_reaction")
    who.remove(bot)
    if not who:
        del post.reactions[name]
    return {}
