"""Which words are a command: for chats, which know no verbs. Pure."""

from __future__ import annotations

from bot.commands import Follow, ReadLink, link_verbs, only_looks, parse, verbs
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


def fetches(words: str) -> str | None:
    """The address that the command is going to read, so that its answer takes a while; None: none."""
    try:
        command = parse(words)
    except AskError:
        return None
    return command.url if isinstance(command, ReadLink | Follow) else None
