"""What can be pressed below a message: one table, shown by each chat in its own way. Pure.

A choice is a command of ``bot.commands`` that nobody has to type. What a chat sends back is the choice's
id and, for a digest's choices, the digest's id: nothing else is believed. ``typed`` makes the words that
the desk parses, so that a pressed button and a typed command are one use case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """``label`` is what is shown ({count} stands for ``Message.more``); ``words`` the command.

    ``of_digest``: the digest's id is added to the words. ``asks_words``: the chat asks for some words
    (a window, the next line), which are added too. ``looks``: nothing is changed, so that a chat may show
    the answer at once (``Desk.ask``). ``quiet``: shown in a menu rather than as a button of its own.
    """

    id: str
    label: str
    words: str
    of_digest: bool = False
    asks_words: bool = False
    looks: bool = False
    quiet: bool = False


TABLE: Mapping[str, Choice] = {
    choice.id: choice
    for choice in (
        Choice("more", "Show {count} more", "more", of_digest=True, looks=True),
        Choice("reread", "Re-read", "reread", of_digest=True),
        Choice("cite", "Copy citations", "cite", of_digest=True, looks=True, quiet=True),
        Choice("wrong", "Report a wrong quote", "wrong", of_digest=True, asks_words=True, quiet=True),
        Choice("mute", "Mute this site here", "mute", of_digest=True, quiet=True),
        Choice("delete", "Delete this digest", "delete", of_digest=True, quiet=True),
        Choice("useful", "Useful", "useful", of_digest=True),
        Choice("useless", "Not useful", "useless", of_digest=True),
        Choice("auto-on", "On", "settings digest on"),
        Choice("auto-mention", "Only when mentioned", "settings digest mention"),
        Choice("auto-off", "Off", "settings digest off"),
        Choice("retry", "Try again", "reread", of_digest=True),  # of a digest that never came to be
    )
}
DIGEST_CHOICES = ("more", "reread", "cite", "wrong", "mute", "delete", "useful", "useless")
AUTO_CHOICES = ("auto-on", "auto-mention", "auto-off")


def typed(choice_id: str, digest_id: str | None = None, words: str = "") -> str:
    """The command that a pressed choice stands for. Raises KeyError for an unknown id, ValueError for a
    digest's choice without a digest."""
    choice = TABLE[choice_id]
    if choice.of_digest and not digest_id:
        raise ValueError(f"{choice_id} needs a digest")
    parts = [choice.words, digest_id if choice.of_digest and digest_id else "", words.strip()]
    return " ".join(part for part in parts if part)
