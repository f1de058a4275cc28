"""The Home tab: what is followed, the last digests, settings, help, what is kept. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby

from adapters.slack import shapes
from adapters.slack.layout import Room, fitted
from adapters.slack.render import COMMAND
from adapters.slack.shapes import Json
from bot.desk.overview import Overview, PastDigest
from bot.desk.rules import STEER, shown_people
from bot.display import plain, shortened, typed_after
from bot.ports import Refusal
from bot.types import Message, Subscription

HOME = "nutgraf_home"
# A workspace may follow hundreds of feeds; the tab shows what one person looks through, and says how many
# there are. Slack takes 100 blocks and 250,000 characters: the tab has about 20 blocks.
FEEDS_SHOWN = 60
DIGESTS_SHOWN = 10
CHANNELS_SHOWN = 30
_TITLE_LIMIT = 100
_CHANNEL = re.compile(r"[CG][A-Z0-9]{1,40}")
HELP = Room("tab", blocks=40, json=60_000, line=600, quote=0)
_STOPPED: Mapping[str, str] = {
    Refusal.NOT_INSIDE: "I am not in the channel; invite me and it goes on",
    Refusal.CLOSED: "the channel is archived",
    Refusal.NO_RIGHT: "I lack a permission there; ask whoever runs me",
    Refusal.SIGNED_OUT: "I was signed out of the workspace",
}


def home_view(overview: Overview, told: Message | None) -> Json:
    """The tab for one user. ``told``: help as the desk says it, None for none."""
    blocks = [
        *_part("Feeds followed", _feeds(overview.subscriptions)),
        *_part("Last digests", _digests(overview.digests)),
        *_part("Settings", _settings(overview.settings)),
        *_part("What is kept", [shapes.line(shapes.leaf(_kept(overview.retention_days)))]),
        {"type": "divider"},
        *_part("Help", []),
        *_help(told),
    ]
    return {"type": "home", "callback_id": HOME, "blocks": blocks}


def _part(heading: str, elements: Sequence[Json]) -> list[Json]:
    made: list[Json] = [{"type": "header", "text": shapes.words_of(heading)}]
    return [*made, shapes.rich(elements)] if elements else made


def _sentence(text: str) -> list[Json]:
    return [shapes.line(shapes.leaf(text))]


# ----------------------------------------------------------------------------- feeds


def _feeds(subscriptions: Sequence[Subscription]) -> list[Json]:
    if not subscriptions:
        return _sentence(
            "Nothing is followed in your channels yet. In a channel, type /nutgraf follow and the address of"
            " a feed or a site."
        )
    ordered = sorted(subscriptions, key=lambda one: (one.place.channel, one.id))
    elements: list[Json] = []
    for channel, group in groupby(ordered[:FEEDS_SHOWN], key=lambda one: one.place.channel):
        rows = [[*shapes.gap(), *_feed(one)] for one in group]
        before = shapes.gap() if elements else []
        elements.append(shapes.line([*before, *channel_of(channel), *(leaf for row in rows for leaf in row)]))
    if len(ordered) > FEEDS_SHOWN:
        told = f"{FEEDS_SHOWN} of {len(ordered)} are shown; /nutgraf list in a channel names all of its own."
        elements += _sentence(told)
    return elements


def _feed(subscription: Subscription) -> list[Json]:
    """Number, title, how often, what of it, and whether it stands still."""
    title = shortened(subscription.title or subscription.feed_url, _TITLE_LIMIT) or "a feed without a title"
    wanted = [f"+{plain(word)}" for word in subscription.want]
    refused = [f"-{plain(word)}" for word in subscription.refuse]
    told = [str(subscription.rhythm), *([" ".join(wanted + refused)] if wanted or refused else [])]
    if subscription.stopped:
        told.append(f"stopped: {_STOPPED.get(subscription.stopped, plain(subscription.stopped))}")
    elif subscription.paused:
        told.append("paused")
    return [
        *shapes.leaf(f"{subscription.id}. "),
        *shapes.leaf(title, link=subscription.feed_url),
        *shapes.leaf(f" · {shortened(' · '.join(told), 300)}"),
    ]


# --------------------------------------------------------------------------- digests


def _digests(digests: Sequence[PastDigest]) -> list[Json]:
    if not digests:
        return _sentence(
            "No digest yet. Paste a link to a story into a channel I am in, or send it to me in Messages."
        )
    return [shapes.bullets([_digest(one) for one in digests[:DIGESTS_SHOWN]])]


def _digest(digest: PastDigest) -> list[Json]:
    title = shortened(digest.title or digest.url, _TITLE_LIMIT) or "a story without a title"
    return [
        *shapes.leaf(title, link=digest.link or digest.url),
        *shapes.leaf(" · "),
        *channel_of(digest.place.channel),
        *shapes.leaf(f" · {digest.created_at:%-d %B %Y}"),
    ]


# -------------------------------------------------------------------------- settings


def _settings(settings: Mapping[str, Mapping[str, str]]) -> list[Json]:
    """Channels whose settings differ from what a new channel starts with."""
    said = {channel: values for channel, values in sorted(settings.items()) if values}
    if not said:
        return _sentence(
            "Every channel is as it starts: pasted links are read. In a channel, /nutgraf settings says more."
        )
    rows = [
        [*channel_of(channel), *shapes.leaf(f" · {_values(values)}")]
        for channel, values in list(said.items())[:CHANNELS_SHOWN]
    ]
    more = len(said) - CHANNELS_SHOWN
    return [shapes.bullets(rows), *(_sentence(f"And {more} more channels.") if more > 0 else [])]


def _values(values: Mapping[str, str]) -> str:
    told = [
        f"{key}: {shown_people(value) if key == STEER else value}"
        for key, value in sorted(values.items())
        if value
    ]
    return shortened(" · ".join(told), 300)


def _kept(days: int) -> str:
    return (
        f"Stories and digests are kept for {days} days on the machine that runs this bot, then deleted."
        " Nothing of them is sent anywhere but to the channel that asked. /nutgraf forget deletes earlier."
    )


def _help(told: Message | None) -> list[Json]:
    return [] if told is None else fitted(typed_after(f"{COMMAND} ", told).blocks, [], HELP)


# --------------------------------------------------------------------------- channels


def channel_of(channel: str) -> list[Json]:
    """The channel as Slack shows it; the one element of ours that names something of Slack's, so only ids of
    Slack's own shape become one."""
    if _CHANNEL.fullmatch(channel):
        return [{"type": "channel", "channel_id": channel}]
    if channel.startswith("D"):
        return shapes.leaf("Messages with me")
    return shapes.leaf(shortened(channel, 60) or "a channel")
