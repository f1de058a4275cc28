"""One Slack with one app: what it holds, whom it tells, what it remembers of the app's calls."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from tests.fakes.slack.delivery import COMMAND, EVENT, INTERACTION, Delivery, Envelope
from tests.fakes.slack.faults import Fault, Faults, Pace, Tiers
from tests.fakes.slack.refusals import READ_SCOPE, Refused
from tests.fakes.slack.world import (
    Channel,
    Hook,
    Json,
    Numbers,
    Person,
    Post,
    Token,
    Trigger,
    View,
    Whisper,
    Workspace,
)

EVENTS = frozenset(
    [
        "message.channels",
        "message.groups",
        "message.im",
        "message.mpim",
        "app_mention",
        "app_home_opened",
        "member_joined_channel",
        "member_left_channel",
        "channel_left",
        "group_left",
        "channel_archive",
        "channel_unarchive",
        "channel_deleted",
        "group_archive",
        "group_unarchive",
        "group_deleted",
        "app_uninstalled",
        "tokens_revoked",
    ]
)
BOT_SCOPES = frozenset(
    [
        "app_mentions:read",
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "mpim:history",
        "mpim:read",
        "reactions:write",
        "users:read",
    ]
)

# subscription -> the scope without which Slack does not send it
EVENT_SCOPE = {
    "message.channels": "channels:history", "message.groups": "groups:history", "message.im": "im:history",
    "message.mpim": "mpim:history", "app_mention": "app_mentions:read", "channel_archive": "channels:read",
    "channel_unarchive": "channels:read", "channel_deleted": "channels:read", "channel_left": "channels:read",
    "group_archive": "groups:read", "group_unarchive": "groups:read", "group_deleted": "groups:read",
    "group_left": "groups:read",
}  # fmt: skip
MESSAGE_EVENT = {
    "channel": "message.channels", "group": "message.groups", "im": "message.im", "mpim": "message.mpim",
}  # fmt: skip


@dataclass
class Call:
    """One request of the app. ``outcome``: ok, Slack's error, or the fault that was ordered."""

    method: str
    args: Json
    team: str
    started_at: float  # monotonic seconds
    outcome: str = ""
    answer: Json = field(default_factory=dict)
    ended_at: float = 0.0


@dataclass
class Settings:
    """What the app's page at Slack says."""

    app_id: str = "A0NUTGRAF"
    app_token: str = "xapp-1-nutgraf"
    signing_secret: str = "signing-secret-of-nutgraf"
    verification: str = "verification-of-nutgraf"
    client_id: str = "1000.2000"
    client_secret: str = "client-secret-of-nutgraf"
    events: frozenset[str] = EVENTS
    scopes: frozenset[str] = BOT_SCOPES
    command: str = "/nutgraf"
    escapes_commands: bool = True  # "Escape channels, users, and links sent to your app"
    rotates_tokens: bool = False
    trigger_life_s: float = 3.0
    hook_life_s: float = 1800.0
    hook_uses: int = 5
    checks_later: bool = False  # blocks are checked by ``check_now``: a measurement without our own 2 ms each
    # an answer to a message that is gone lands in the channel, and only the missing thread_ts in what
    # chat.postMessage answers tells of it (slack-go #1571); "refuse": thread_not_found
    lost_threads: str = "channel"


class State:
    def __init__(self, settings: Settings, delivery: Delivery, pace: Pace, tiers: Tiers) -> None:
        self.settings = settings
        self.delivery = delivery
        self.pace = pace
        self.tiers = tiers
        self.faults = Faults()
        self.numbers = Numbers()
        self.workspaces: dict[str, Workspace] = {}
        self.tokens: dict[str, Token] = {}
        self.triggers: dict[str, Trigger] = {}
        self.hooks: dict[str, Hook] = {}
        self.views: dict[str, View] = {}
        self.codes: dict[str, str] = {}  # OAuth code -> team; "" once used
        self.whispers: list[Whisper] = []
        self.calls: list[Call] = []
        self.breaches: list[str] = []  # what nutgraf must never send; a test asserts that it is empty
        self.unchecked: list[list[Json]] = []
        self.user_errors: list[str] = []  # what people saw because the app did not answer in time
        self.unheard: list[str] = []  # events that the app is not subscribed to or may not see
        self.base = ""
        self.echoes = True  # False: Slack never reports the app's own posts to it

    # -- finding

    def workspace(self, team: str = "") -> Workspace:
        """The one asked for, or the only one."""
        if team:
            return self.workspaces[team]
        return next(iter(self.workspaces.values()))

    def channel(self, which: str, team: str = "") -> Channel:
        return self.home_of(which, team).channel(which)

    def home_of(self, which: str, team: str = "") -> Workspace:
        """The workspace of a channel, given by id or name."""
        if team:
            return self.workspaces[team]
        for workspace in self.workspaces.values():
            if any(which in {channel.id, channel.name} for channel in workspace.channels.values()):
                return workspace
        raise KeyError(f"no channel {which}")

    def token_of(self, team: str) -> Token | None:
        """The newest bot token of the workspace that still works."""
        valid = [
            token
            for token in self.tokens.values()
            if token.kind == "bot" and token.team == team and not token.revoked
        ]
        return valid[-1] if valid else None

    # -- the app is told

    def emit(self, workspace: Workspace, subscription: str, event: Json) -> Envelope | None:
        """Brings the event when the app is installed, subscribed and has the scope."""
        token = self.token_of(workspace.id)
        scope = EVENT_SCOPE.get(subscription)
        signed_out = token is None and subscription not in {"app_uninstalled", "tokens_revoked"}
        lacking = scope is not None and token is not None and scope not in token.scopes
        if subscription not in self.settings.events or signed_out or lacking or not workspace.installed:
            self.unheard.append(subscription)
            return None
        payload = {
            "token": self.settings.verification,
            "team_id": workspace.id,
            "context_team_id": workspace.id,
            "api_app_id": self.settings.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": self.numbers.id("Ev"),
            "event_time": int(time.time()),
            "authorizations": [self._authorization(workspace)],
            "is_ext_shared_channel": self._shared(workspace, event),
            "event_context": self.numbers.id("4-"),
        }
        return self.delivery.bring(Envelope(EVENT, payload, workspace.id))

    def _shared(self, workspace: Workspace, event: Json) -> bool:
        """Whether strangers are in the channel of the event."""
        channel = workspace.channels.get(str(event.get("channel")))
        return channel is not None and self.has_strangers(channel)

    def has_strangers(self, channel: Channel) -> bool:
        people = [self.person_anywhere(user) for user in channel.members]
        return any(person is not None and person.team != channel.team for person in people)

    def _authorization(self, workspace: Workspace) -> Json:
        return {
            "enterprise_id": None,
            "team_id": workspace.id,
            "user_id": workspace.bot_user,
            "is_bot": True,
            "is_enterprise_install": False,
        }

    def interact(self, kind: str, workspace: Workspace, payload: Json) -> Envelope:
        """Brings a command or an interaction."""
        assert kind in {COMMAND, INTERACTION}
        return self.delivery.bring(Envelope(kind, payload, workspace.id))

    # -- what a person's deed gives to the app

    def trigger(self, user: str, team: str) -> str:
        trigger_id = f"{self.numbers.id('')}.{time.time_ns()}.{user.lower()}"
        self.triggers[trigger_id] = Trigger(user, team, time.monotonic())
        return trigger_id

    def hook(self, hook: Hook) -> str:
        """The address of a new response_url."""
        name = self.numbers.id("H")
        self.hooks[name] = hook
        return f"{self.base}response/{name}"

    def may_read(self, token: Token, channel: Channel) -> None:
        """Raises unless the token may look at the channel."""
        workspace = self.workspaces[token.team]
        if channel.kind != "channel" and not workspace.sees(workspace.bot_user, channel):
            raise Refused("channel_not_found")
        needed = READ_SCOPE[channel.kind]
        if needed not in token.scopes:
            raise Refused("missing_scope", needed=needed, provided=",".join(sorted(token.scopes)))

    def person_anywhere(self, user: str) -> Person | None:
        for workspace in self.workspaces.values():
            if user in workspace.people:
                return workspace.people[user]
        return None

    # -- what a test reads

    def calls_of(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    def bots_posts(self, channel: str, thread_ts: str | None = None) -> list[Post]:
        """What the bot has in a channel, or in one thread of it, oldest first."""
        posts = self.channel(channel).posts.values()
        return [
            post
            for post in posts
            if post.app_id == self.settings.app_id and (thread_ts is None or post.thread_ts == thread_ts)
        ]

    def digest_of(self, channel: str, ts: str) -> Post:
        """The bot's one answer in the thread of a message; fails on none and on several."""
        posts = self.bots_posts(channel, ts)
        assert len(posts) == 1, f"{len(posts)} answers to {ts} in {channel}"
        return posts[0]

    def whispers_to(self, user: str, channel: str = "") -> list[Whisper]:
        return [
            whisper
            for whisper in self.whispers
            if whisper.user == user and (not channel or whisper.channel == self.channel(channel).id)
        ]

    def fail(self, method: str, times: int = 1, kind: str = "server_error", after_s: float = 1.0) -> None:
        """Orders a fault for the next calls of the method (faults.Fault)."""
        self.faults.order(method, times, Fault(kind, after_s))
