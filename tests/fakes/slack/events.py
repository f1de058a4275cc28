"""What happens in a channel, and how Slack tells it to an app that is in there.

Shapes as https://docs.slack.dev/reference/events prints them, and three habits that issue threads tell of:
an app hears its own posts; a parent with replies is not deleted but becomes a tombstone (``message_changed``,
openclaw #22035, matterbridge #600); an app that is put out of a channel hears ``channel_left``, never
``member_left_channel`` (bolt-js #1847, open-managed-agents #24).
"""

from __future__ import annotations

from tests.fakes.slack.state import MESSAGE_EVENT, State
from tests.fakes.slack.words import as_told
from tests.fakes.slack.world import SLACKBOT, Channel, Json, Post, Workspace


def as_json(state: State, post: Post) -> Json:
    """A message as events and press payloads carry it."""
    body: Json = {"type": "message", "user": post.user, "ts": post.ts, "text": post.text, "team": post.team}
    channel = state.home_of(post.channel).channels[post.channel]
    if post.team != channel.team:
        body |= {"user_team": post.team, "source_team": post.team, "team": channel.team}
    if post.subtype:
        body["subtype"] = post.subtype
    if post.tombstone:
        body |= {"subtype": "tombstone", "hidden": True, "is_locked": False}
    if post.bot_id:
        body |= _bot(post)
    elif not post.tombstone:
        body["client_msg_id"] = f"client-{post.ts}"
    if post.blocks:
        body["blocks"] = as_told(post.blocks)
    if post.attachments:
        body["attachments"] = post.attachments
    if post.metadata:
        body["metadata"] = post.metadata
    if post.edited_ts:
        body["edited"] = {"user": post.user, "ts": post.edited_ts}
    return body | _thread(channel, post)


def _bot(post: Post) -> Json:
    """Who of the apps wrote it."""
    profile = {"id": post.bot_id, "app_id": post.app_id, "name": "nutgraf", "team_id": post.team}
    return {"bot_id": post.bot_id, "app_id": post.app_id, "bot_profile": profile}


def _thread(channel: Channel, post: Post) -> Json:
    """Where it stands in a thread: as its parent, or as an answer."""
    replies = channel.replies(post.ts)
    if replies:
        return {
            "thread_ts": post.ts,
            "reply_count": len(replies),
            "reply_users": list(dict.fromkeys(reply.user for reply in replies)),
            "latest_reply": replies[-1].ts,
        }
    if not post.thread_ts:
        return {}
    parent = channel.posts.get(post.thread_ts)
    whose = {} if parent is None or parent is post else {"parent_user_id": parent.user}
    return {"thread_ts": post.thread_ts, **whose}


def hears(workspace: Workspace, channel: Channel) -> bool:
    return workspace.bot_user in channel.members


def _tell(state: State, workspace: Workspace, channel: Channel, event: Json) -> None:
    if not hears(workspace, channel):
        return
    told: Json = event.get("message") or event.get("previous_message") or event
    own = told.get("app_id") == state.settings.app_id
    if own and not state.echoes:
        state.unheard.append("echo")
        return
    ts = event.get("event_ts") or event["ts"]
    event = event | {"channel": channel.id, "event_ts": ts, "channel_type": channel.kind}
    state.emit(workspace, MESSAGE_EVENT[channel.kind], event)


def posted(state: State, workspace: Workspace, channel: Channel, post: Post) -> None:
    """A new message: to the channel's listeners, and as a mention when it names the bot."""
    channel.posts[post.ts] = post
    body = as_json(state, post)
    _tell(state, workspace, channel, body)
    named = f"<@{workspace.bot_user}>" in post.text or f"<@{workspace.bot_user}|" in post.text
    if named and not post.bot_id and hears(workspace, channel) and channel.kind != "im":
        mention = body | {"type": "app_mention", "channel": channel.id, "event_ts": post.ts}
        state.emit(workspace, "app_mention", mention)


def changed(state: State, workspace: Workspace, channel: Channel, before: Json, after: Json) -> None:
    """An edit, an unfurl, or a parent that became a tombstone."""
    ts = state.numbers.ts()
    event = {"type": "message", "subtype": "message_changed", "hidden": True, "ts": ts}
    _tell(state, workspace, channel, event | {"message": after, "previous_message": before})


def deleted(state: State, workspace: Workspace, channel: Channel, post: Post) -> None:
    """Takes the message away; a parent whose thread has replies stays as a tombstone."""
    before = as_json(state, post)
    if channel.replies(post.ts) and not post.tombstone:
        post.tombstone, post.user, post.blocks = True, SLACKBOT, []
        post.text, post.thread_ts, post.subtype = "This message was deleted.", post.ts, ""
        post.bot_id = post.app_id = None
        changed(state, workspace, channel, before, as_json(state, post))
        return
    del channel.posts[post.ts]
    _say_deleted(state, workspace, channel, before)
    parent = channel.posts.get(post.thread_ts or "")
    if parent is not None and parent.tombstone and not channel.replies(parent.ts):
        last = as_json(state, parent)
        del channel.posts[parent.ts]
        _say_deleted(state, workspace, channel, last)


def _say_deleted(state: State, workspace: Workspace, channel: Channel, before: Json) -> None:
    ts = state.numbers.ts()
    event = {"type": "message", "subtype": "message_deleted", "hidden": True, "ts": ts}
    _tell(state, workspace, channel, event | {"deleted_ts": before["ts"], "previous_message": before})


def joined(state: State, workspace: Workspace, channel: Channel, user: str, inviter: str) -> None:
    channel.members.append(user)
    ts = state.numbers.ts()
    if not hears(workspace, channel):
        return
    letter = "C" if channel.kind == "channel" else "G"
    event = {
        "type": "member_joined_channel", "user": user, "channel": channel.id, "channel_type": letter,
        "team": workspace.id, "inviter": inviter, "event_ts": ts,
    }  # fmt: skip
    state.emit(workspace, "member_joined_channel", event)
    said = {
        "type": "message", "subtype": f"{channel.kind}_join", "user": user, "inviter": inviter, "ts": ts,
        "text": f"<@{user}> has joined the channel",
    }  # fmt: skip
    _tell(state, workspace, channel, said)


def left(state: State, workspace: Workspace, channel: Channel, user: str, actor: str) -> None:
    """Leaves or is put out. The bot hears of itself by channel_left and a word of Slackbot."""
    channel.members.remove(user)
    ts = state.numbers.ts()
    if user == workspace.bot_user:
        kind = "channel_left" if channel.kind == "channel" else "group_left"
        event = {"type": kind, "channel": channel.id, "actor_id": actor, "event_ts": ts}
        state.emit(workspace, kind, event)
        _slackbot(state, workspace, f"You have been removed from #{channel.name} by <@{actor}>")
        return
    letter = "C" if channel.kind == "channel" else "G"
    event = {
        "type": "member_left_channel", "user": user, "channel": channel.id, "channel_type": letter,
        "team": workspace.id, "event_ts": ts,
    }  # fmt: skip
    if hears(workspace, channel):
        state.emit(workspace, "member_left_channel", event)


def _slackbot(state: State, workspace: Workspace, text: str) -> None:
    """Slackbot's direct message to the bot."""
    channel = workspace.direct(SLACKBOT)
    if channel is None:
        members = [SLACKBOT, workspace.bot_user]
        channel = Channel(state.numbers.id("D"), "", workspace.id, "im", members)
        workspace.channels[channel.id] = channel
    post = Post(channel.id, state.numbers.ts(), SLACKBOT, text, workspace.id)
    posted(state, workspace, channel, post)


def closed(state: State, workspace: Workspace, channel: Channel, what: str, actor: str) -> None:
    """``what``: archive, unarchive or deleted. Of a private channel only members hear."""
    prefix = "channel" if channel.kind == "channel" else "group"
    heard = channel.kind == "channel" or hears(workspace, channel)
    channel.archived = what != "unarchive"
    if what == "deleted":
        del workspace.channels[channel.id]
    event = {"type": f"{prefix}_{what}", "channel": channel.id, "event_ts": state.numbers.ts()}
    if what != "deleted":
        event["user"] = actor
    if heard:
        state.emit(workspace, f"{prefix}_{what}", event)


def uninstalled(state: State, workspace: Workspace, error: str) -> None:
    """The tokens die, then the app hears of it; ``error`` is what they answer from then on."""
    dead = [token for token in state.tokens.values() if token.team == workspace.id and token.kind == "bot"]
    for token in dead:
        token.revoked = token.revoked or error
    tokens = {"oauth": [], "bot": [workspace.bot_user]}
    state.emit(workspace, "tokens_revoked", {"type": "tokens_revoked", "tokens": tokens})
    if error == "account_inactive":
        state.emit(workspace, "app_uninstalled", {"type": "app_uninstalled"})
        workspace.installed = False
