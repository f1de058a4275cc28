"""What the app asks of Slack, each with its reason. ``deploy/slack-manifest.yaml`` holds exactly this, and a
test holds the two together with the calls and listeners in this folder.

No ``*:history`` scope is used to read history: Slack grants the ``message.*`` events by them. No user scopes.
"""

from __future__ import annotations

from collections.abc import Mapping

SCOPES: Mapping[str, str] = {
    "app_mentions:read": "hear “@nutgraf …”",
    "channels:history": "hear messages of the public channels it was invited to",
    "channels:read": "who is in a public channel, before a digest of it is shown to somebody",
    "chat:write": "post digests where it was invited",
    "commands": "/nutgraf and the message shortcut",
    "groups:history": "hear messages of the private channels it was invited to",
    "groups:read": "who is in a private channel, before a digest of it is shown to somebody",
    "im:history": "hear direct messages to it",
    "im:read": "whose direct message a digest stands in",
    "im:write": "tell one person that a subscription of theirs has stopped",
    "mpim:history": "hear group messages it was invited to",
    "mpim:read": "who is in a group message, before a digest of it is shown to somebody",
    "reactions:write": "eyes on a message while its link is read",
    "users:read": "guests and strangers change no settings; admins always may",
}

EVENTS: Mapping[str, str] = {
    "app_home_opened": "the Home tab",
    "app_mention": "“@nutgraf …”",
    "app_uninstalled": "the workspace's subscriptions stop",
    "channel_archive": "the channel's subscriptions stop",
    "channel_deleted": "the channel's subscriptions stop",
    "channel_left": "the bot was put out of a channel",
    "channel_unarchive": "the channel's subscriptions start again",
    "group_archive": "as channel_archive, private",
    "group_deleted": "as channel_deleted, private",
    "group_left": "as channel_left, private",
    "group_unarchive": "as channel_unarchive, private",
    "member_joined_channel": "the bot was invited: one introduction",
    "message.channels": "links pasted in public channels, their edits and deletions",
    "message.groups": "the same in private channels",
    "message.im": "direct messages",
    "message.mpim": "group messages",
    "tokens_revoked": "the workspace's subscriptions stop",
}

# Web API method -> scopes of which it needs any (docs.slack.dev/reference/methods)
METHODS: Mapping[str, tuple[str, ...]] = {
    "apps_connections_open": (),  # by the app-level token: connections:write
    "auth_test": (),
    "chat_delete": ("chat:write",),
    "chat_postEphemeral": ("chat:write",),
    "chat_postMessage": ("chat:write",),
    "chat_update": ("chat:write",),
    "conversations_info": ("channels:read", "groups:read", "im:read", "mpim:read"),
    "conversations_members": ("channels:read", "groups:read", "im:read", "mpim:read"),
    "conversations_open": ("im:write",),
    "reactions_add": ("reactions:write",),
    "reactions_remove": ("reactions:write",),
    "users_info": ("users:read",),
    "views_open": (),
    "views_publish": (),
    "views_update": (),
}
