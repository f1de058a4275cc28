"""Slack's envelopes -> what happened, as frozen types. Pure; any JSON object is taken, none raises.

Slack delivers an event again at once, after a minute and after five, and after an outage of its own it
hands over what it could not before: the keys made here are the same each time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from adapters.slack.envelopes import (
    Body,
    authorization_of,
    bot_user_of,
    list_at,
    map_at,
    text_at,
    workspace_of,
)
from adapters.slack.render import key_of_blocks
from adapters.slack.text import Typed, into_slack, new_links, typed
from bot.desk.spoken import is_command
from bot.ports import Refusal
from bot.standing import Standing
from bot.types import Place, Request

PLATFORM = "slack"
# A link that was pasted a day ago is yesterday's news: what Slack replays after an outage is not answered
# then. Redeliveries as such end after six minutes (docs.slack.dev/apis/events-api, "Retries").
STALE_AFTER = timedelta(hours=24)
_SPOKEN = frozenset({"", "thread_broadcast", "file_share", "me_message"})  # subtypes that a person wrote


@dataclass(frozen=True, slots=True)
class Echo:
    """Slack reports a message of our own: it took the delivery ``key``."""

    key: str
    place: Place
    message_id: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The message whose request key is ``source`` was deleted by its author."""

    place: Place
    source: str


@dataclass(frozen=True, slots=True)
class TakenDown:
    """A message of our own was deleted, by whomever."""

    place: Place
    message_id: str


@dataclass(frozen=True, slots=True)
class Joined:
    """The bot was let into the channel by ``user`` ("" when Slack does not say)."""

    place: Place
    user: str
    key: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The channel was archived or deleted; NOT_INSIDE: the bot was put out of it."""

    place: Place
    why: Refusal = Refusal.CLOSED


@dataclass(frozen=True, slots=True)
class Reopened:
    place: Place


@dataclass(frozen=True, slots=True)
class SignedOut:
    """The workspace took the app or its token away; ``place.channel`` is empty. ``at``: when, in seconds
    since 1970, None when Slack does not say: it may tell of it after the app was installed anew."""

    place: Place
    at: float | None = None


@dataclass(frozen=True, slots=True)
class HomeOpened:
    workspace: str
    user: str


Happening = Request | Echo | Withdrawn | TakenDown | Joined | Closed | Reopened | SignedOut | HomeOpened


def understood(body: Body, now: datetime) -> Happening | None:
    """What an Events API envelope (``type: event_callback``) means to the desk; None: nothing."""
    event = map_at(body, "event")
    kind = text_at(event, "type")
    if kind == "message":
        return _message(body, event, now)
    if kind == "app_mention":
        return _spoken(body, event, now)
    maker = _OTHERS.get(kind)
    return maker(body, event) if maker is not None and workspace_of(body) else None


def message_key(workspace: str, channel: str, ts: str) -> str:
    """The request key of a message: the same for ``message`` and ``app_mention``."""
    return f"{PLATFORM}:{workspace}:{channel}:{ts}"


def place_of(workspace: str, channel: str, ts: str, thread: str) -> Place:
    """Where a message is answered: in its thread, which it may open; in a DM below it."""
    if channel.startswith("D"):
        return Place(PLATFORM, workspace, channel, thread if thread != ts and thread else None)
    return Place(PLATFORM, workspace, channel, thread or ts)


# -------------------------------------------------------------------------- messages


def _message(body: Body, event: Body, now: datetime) -> Happening | None:
    subtype = text_at(event, "subtype")
    if subtype == "message_changed":
        return _changed(body, event, now)
    if subtype == "message_deleted":
        return _deleted(body, event, text_at(event, "deleted_ts"))
    if _is_ours(body, event):
        return _echo(body, event)
    return _spoken(body, event, now)


def _spoken(body: Body, event: Body, now: datetime) -> Request | None:
    """A message or a mention: both make the same request."""
    channel, ts = text_at(event, "channel"), text_at(event, "ts")
    if not (channel and ts and workspace_of(body)) or not _by_person(body, event) or event.get("hidden"):
        return None
    if _is_stale(body, event, now):
        return None
    said = typed(text_at(event, "text"), bot_user_of(body))
    key = message_key(workspace_of(body), channel, ts)
    if channel.startswith("D") and not said.named:
        return _in_dm(body, event, said, key)
    if not said.named:
        links = tuple(link for link in said.links if not into_slack(link))
        return _request(body, event, key, said.text, links) if links else None
    return _addressed(body, event, said, key)


def _addressed(body: Body, event: Body, said: Typed, key: str) -> Request | None:
    """Words to the bot. A verb behind its name makes a command, or before it if nothing stands behind;
    links are to be read; other words are a command only behind a name that leads: "as @nutgraf wrote" is
    talk about it."""
    if not said.after and is_command(said.text, with_link=bool(said.links)):
        return _request(body, event, key, said.text, command=True)
    if is_command(said.after, with_link=bool(said.links)):
        return _request(body, event, key, said.after, command=True)
    if said.links:
        return _request(body, event, key, said.text, said.links, addressed=True)
    if said.leads or text_at(event, "channel").startswith("D"):
        return _request(body, event, key, said.after if said.leads else said.text, command=True)
    return None


def _in_dm(body: Body, event: Body, said: Typed, key: str) -> Request | None:
    """Everything in a direct message is said to the bot."""
    if said.links and not is_command(said.text, with_link=True):
        return _request(body, event, key, said.text, said.links, addressed=True)
    if not said.text:
        return None  # a picture, a message handed on: nothing was said
    return _request(body, event, key, said.text, command=True)


def _changed(body: Body, event: Body, now: datetime) -> Happening | None:
    """An edit. Slack shows a preview, adds a reply or a reaction by a "change" too: then the text is the
    same. A deleted message that has replies, and ours is one, becomes a tombstone."""
    after, before = map_at(event, "message"), map_at(event, "previous_message")
    channel, ts = text_at(event, "channel"), text_at(after, "ts")
    if not (channel and ts and workspace_of(body)):
        return None
    if text_at(after, "subtype") == "tombstone":
        return _deleted(body, event, ts)
    edited = text_at(after, "edited", "ts")
    if not edited or not _by_person(body, after) or _is_stale(body, event, now):
        return None
    old, new = (
        typed(text_at(before, "text"), bot_user_of(body)),
        typed(text_at(after, "text"), bot_user_of(body)),
    )
    links = new.links if new.named and not old.named else new_links(old.links, new.links)
    addressed = new.named or channel.startswith("D")
    if not addressed:
        links = tuple(link for link in links if not into_slack(link))
    if not links or (addressed and is_command(new.after or new.text, with_link=True)):
        return None
    source = message_key(workspace_of(body), channel, ts)
    spoken = {**after, "channel": channel}
    key = f"{source}:edited:{edited}"
    return replace(_request(body, spoken, key, new.text, links, addressed=addressed), source=source)


def _deleted(body: Body, event: Body, ts: str) -> Withdrawn | TakenDown | None:
    before = map_at(event, "previous_message")
    channel = text_at(event, "channel")
    if not (channel and ts and workspace_of(body)):
        return None
    place = place_of(workspace_of(body), channel, ts, text_at(before, "thread_ts"))
    if _is_ours(body, before):
        return TakenDown(place, ts)
    if not _by_person(body, before):
        return None
    return Withdrawn(place, message_key(workspace_of(body), channel, ts))


def _echo(body: Body, event: Body) -> Echo | None:
    key, channel, ts = key_of_blocks(event.get("blocks")), text_at(event, "channel"), text_at(event, "ts")
    if not (key and channel and ts and workspace_of(body)):
        return None
    place = Place(PLATFORM, workspace_of(body), channel, text_at(event, "thread_ts") or None)
    return Echo(key, place, ts)


def _request(
    body: Body,
    event: Body,
    key: str,
    text: str,
    links: tuple[str, ...] = (),
    *,
    command: bool = False,
    addressed: bool = False,
) -> Request:
    workspace = workspace_of(body)
    place = place_of(workspace, text_at(event, "channel"), text_at(event, "ts"), text_at(event, "thread_ts"))
    return Request(
        key=key,
        place=place,
        user=text_at(event, "user"),
        text=text,
        links=links,
        command=command,
        addressed=addressed,
        standing=Standing.STRANGER if _from_elsewhere(body, event) else Standing.MEMBER,
    )


# ---------------------------------------------------------------------- other events


def _joined(body: Body, event: Body) -> Joined | None:
    place = _channel_place(body, event)
    if place is None or not _is_bot(body, event):
        return None
    key = f"{PLATFORM}:{place.workspace}:joined:{text_at(body, 'event_id') or text_at(event, 'event_ts')}"
    return Joined(place, text_at(event, "inviter"), key)


def _closed(body: Body, event: Body) -> Closed | None:
    place = _channel_place(body, event)
    return Closed(place) if place is not None else None


def _put_out(body: Body, event: Body) -> Closed | None:
    """``channel_left`` and ``group_left`` are sent to the one who left."""
    place = _channel_place(body, event)
    return Closed(place, Refusal.NOT_INSIDE) if place is not None else None


def _reopened(body: Body, event: Body) -> Reopened | None:
    place = _channel_place(body, event)
    return Reopened(place) if place is not None else None


def _signed_out(body: Body, event: Body) -> SignedOut | None:
    if text_at(event, "type") == "tokens_revoked" and not list_at(event, "tokens", "bot"):
        return None  # somebody's own token; the bot's stands
    return SignedOut(Place(PLATFORM, workspace_of(body), ""), _seconds(body.get("event_time")))


def _home(body: Body, event: Body) -> HomeOpened | None:
    user = text_at(event, "user")
    return HomeOpened(workspace_of(body), user) if user and text_at(event, "tab") == "home" else None


_OTHERS: Mapping[str, Callable[[Body, Body], Happening | None]] = {
    "member_joined_channel": _joined,
    "channel_left": _put_out,
    "group_left": _put_out,
    "channel_archive": _closed,
    "group_archive": _closed,
    "channel_deleted": _closed,
    "group_deleted": _closed,
    "channel_unarchive": _reopened,
    "group_unarchive": _reopened,
    "app_uninstalled": _signed_out,
    "tokens_revoked": _signed_out,
    "app_home_opened": _home,
}
EVENTS = ("message", "app_mention", *_OTHERS)  # every event type that is understood


# ------------------------------------------------------------------- who, where, when


def _by_person(body: Body, event: Body) -> bool:
    user = text_at(event, "user")
    return (
        bool(user)
        and user not in {"USLACKBOT", bot_user_of(body)}
        and not event.get("bot_id")
        and not event.get("bot_profile")
        and text_at(event, "subtype") in _SPOKEN
    )


def _is_ours(body: Body, event: Body) -> bool:
    """Another app may copy our blocks, never our user nor our app's id."""
    mine = text_at(body, "api_app_id")
    return _is_bot(body, event) and text_at(event, "app_id") in {"", mine}


def _is_bot(body: Body, event: Body) -> bool:
    return bool(bot_user_of(body)) and text_at(event, "user") == bot_user_of(body)


def _from_elsewhere(body: Body, event: Body) -> bool:
    """A person of another organisation (Slack Connect). ``team`` differs too between the workspaces of one
    organisation; Slack says then that the channel is not shared with another."""
    if body.get("is_ext_shared_channel") is False:
        return False
    teams = (text_at(event, name) for name in ("user_team", "source_team", "team"))
    team = next((team for team in teams if team), "")
    home = {workspace_of(body), text_at(authorization_of(body), "enterprise_id")}
    return bool(team) and team not in home


def _is_stale(body: Body, event: Body, now: datetime) -> bool:
    """By the envelope's time, else the event's; what has no time is new."""
    for stamp in (body.get("event_time"), text_at(event, "event_ts"), text_at(event, "ts")):
        at = _seconds(stamp)
        if at is not None:
            return now.timestamp() - at > STALE_AFTER.total_seconds()
    return False


def _seconds(stamp: object) -> float | None:
    try:
        seconds = float(stamp) if isinstance(stamp, int | float | str) else 0.0
    except (ValueError, OverflowError):
        return None
    return seconds if 0 < seconds < 1e11 else None


def _channel_place(body: Body, event: Body) -> Place | None:
    channel = text_at(event, "channel") or text_at(event, "channel", "id")
    return Place(PLATFORM, workspace_of(body), channel) if channel else None
