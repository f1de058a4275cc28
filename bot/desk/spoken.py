"""Which words are a command: for chats, which know no verbs. Pure."""

from __future__ import annotations

from bot.commands import link_verbs, only_looks, parse, verbs
from bot.errors import AskError


def is_command(words: str, *, with_link: bool) -> bool:
    """Whether the first word makes a command of them. "More on this:" before a link does not."""
    first = words.split(maxsplit=1)[0].lower() if words.split() else ""
    return first in (link_verbs() if with_link else verbs())


def changes(words: str) -> bool:
    """Whether the command changes something, so that it matters who asks. What is not understood
    changes nothing."""
    try:
        return not only_looks(parse(words))
    except AskError:
        return False
