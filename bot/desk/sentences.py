"""The desk's own sentences about places and messages: what happened, and what to do. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.choices import AUTO_CHOICES
from bot.desk.rules import MENTION, OFF, ON
from bot.display import TYPED, plain, shortened
from bot.ports import Refusal
from bot.render import text_message
from bot.types import Block, BlockKind, Message, Run, Subscription

_TITLE_LIMIT = 120
_NAMED = 10  # feeds named in one line; a message is not a list

# why nothing is posted any more, and what to do about it
_STOPPED = {
    Refusal.NOT_INSIDE: ("I am not in {channel}", "Invite me there again, and they go on."),
    Refusal.CLOSED: (
        "{channel} is archived or deleted",
        "They go on when it is opened again.",
    ),
    Refusal.NO_RIGHT: (
        "I lack a permission to post in {channel}",
        "Ask an admin to install me again with all my permissions, and they go on.",
    ),
    Refusal.SIGNED_OUT: (
        "I was signed out of this workspace",
        "Ask an admin to install me again, and they go on.",
    ),
}

# the same for whoever asked for something there
_REFUSED = {
    Refusal.NOT_INSIDE: (_STOPPED[Refusal.NOT_INSIDE][0], "Invite me there and ask again."),
    Refusal.CLOSED: (_STOPPED[Refusal.CLOSED][0], "Ask again where messages can be written."),
    Refusal.NO_RIGHT: (
        _STOPPED[Refusal.NO_RIGHT][0],
        "Ask an admin to install me again with all my permissions.",
    ),
    Refusal.SIGNED_OUT: (_STOPPED[Refusal.SIGNED_OUT][0], "Ask an admin to install me again."),
}


_READS = {
    ON: "I read the stories behind links that are pasted here, and answer each below it",
    MENTION: "Name me beside a link, and I read the story behind it and answer below it",
    OFF: f"Say “{TYPED}digest” and a link, and I read the story behind it and answer below it",
}


def introduction(reads: str, again: Sequence[Subscription]) -> Message:
    """Said once on joining. ``reads``: the place's setting for pasted links; ``again``: subscriptions that
    had stopped and run again."""
    rows = [
        f"{_READS[reads]} with a digest: quotes word for word and who said them, figures, who is named.",
        f"Should I read pasted links here? Choose below, or say “{TYPED}settings digest on”, “mention” or"
        " “off”.",
        f"“{TYPED}help” lists what else I can do.",
    ]
    if again:
        rows.append(running_again(again))
    return _message(rows, AUTO_CHOICES)


def reopened(again: Sequence[Subscription]) -> Message:
    return _message([f"This channel is open again. {running_again(again)}"])


def moved(again: Sequence[Subscription]) -> Message:
    return _message([f"This room goes on where the old one ended. {running_again(again)}"])


def running_again(again: Sequence[Subscription]) -> str:
    return f"New stories are posted here again from: {_titles(again)}."


def stopped(subscriptions: Sequence[Subscription], reason: Refusal) -> Message:
    """For somebody who followed these in one channel, told elsewhere: the feeds tell which."""
    happened, to_do = _STOPPED[reason]
    what = _begun(happened.format(channel="a channel where you follow feeds"))
    return _message([f"{what}, so no new stories are posted there: {_titles(subscriptions)}. {to_do}"])


def not_posted(reason: Refusal) -> Message:
    """For somebody whose answer the chat refused to take where it was asked for, told elsewhere."""
    happened, to_do = _REFUSED[reason]
    what = _begun(happened.format(channel="the channel where you asked"))
    return _message([f"{what}, so I could not answer you there. {to_do}"])


def _begun(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def pointer(title: str, at: datetime, link: str | None, *, posted: bool) -> Message:
    """Instead of a second digest of a story. ``posted`` False: the first is on its way just now."""
    named = f"“{shortened(title, _TITLE_LIMIT) or 'Untitled'}”"
    if not posted:
        told = f"{named} is being read here just now: its digest comes with the first link to it."
    else:
        told = f"{named} was digested here on {at:%Y-%m-%d at %H:%M} UTC."
    runs = (Run(f"{told} "), Run("Open that digest", link=link), Run(".")) if link else (Run(told),)
    again = f"Say “{TYPED}digest” and the link to have it read again."
    blocks = (Block(BlockKind.TEXT, runs), Block(BlockKind.TEXT, (Run(again),)))
    return Message(blocks, "\n".join((f"{told} {link}" if link else told, again)).replace(TYPED, ""))


def unreadable() -> Message:
    """For a message in an encrypted room whose key has not come."""
    return _message(
        [
            "I cannot read this message: its key has not reached me. Send it once more; if I still cannot"
            " read it, your app may not trust my device yet."
        ]
    )


def muted(site: str) -> str:
    named = plain(site)
    return f"That link leads to {named}, and that site is muted here. “{TYPED}unmute {named}” ends that."


def _titles(subscriptions: Sequence[Subscription]) -> str:
    named = [f"“{shortened(one.title or one.feed_url, _TITLE_LIMIT)}”" for one in subscriptions[:_NAMED]]
    more = len(subscriptions) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def _message(rows: Sequence[str], choices: tuple[str, ...] = ()) -> Message:
    return replace(text_message("\n".join(rows)), choices=choices)
