"""Which words are a command: for chats, which know no verbs. Pure."""

from __future__ import annotations

from bot.commands import VERBS, Follow, ReadLink, link_verbs, only_looks, parse, verbs
from bot.errors import AskError

_READS = frozenset(word for verb in VERBS if verb.makes is ReadLink for word in (verb.word, *verb.aliases))


def is_command(words: str, *, with_link: bool) -> bool:
    """Whether the first word makes a command of them. "More on this:" before a link does not, nor does
    "digest": there the links are all that matters."""
    first = words.split(maxsplit=1)[0].lower() if words.split() else ""
    return first in (link_verbs() - _READS if with_link else verbs())


def changes(words: str) -> bool:
    """Whether it matters who asks. Reading a story is anybody's; what is not understood is nobody's."""
    try:
        command = parse(words)
    except AskError:
        return False
    return not (only_looks(command) or isinstance(command, ReadLink))


def fetches(words: str) -> str | None:
    """The address that the command is going to read, so that its answer takes a while; None: none."""
    try:
        command = parse(words)
    except AskError:
        return None
    return command.url if isinstance(command, ReadLink | Follow) else None
