"""Command words -> a command. Pure; one table makes the parser and the help text.

``parse`` takes the words addressed to the bot, without the platform's prefix ("/nutgraf"):
"follow https://example.org/feed +budget -sport". A link alone is a digest. Raises UnknownCommand
with the nearest verb, BadCommand with the verb's usage.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.errors import BadCommand, UnknownCommand
from bot.text import fold


@dataclass(frozen=True, slots=True)
class Help:
    """``verb`` None: all verbs."""

    verb: str | None = None


@dataclass(frozen=True, slots=True)
class ReadLink:
    """Read ``url`` and answer with its digest."""

    url: str


@dataclass(frozen=True, slots=True)
class Follow:
    """``want``, ``refuse``: folded words or phrases, each once, in the order given."""

    url: str
    want: tuple[str, ...] = ()
    refuse: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unfollow:
    """``target``: a number of ``list`` or the feed's address."""

    target: int | str


@dataclass(frozen=True, slots=True)
class ListFeeds:
    pass


@dataclass(frozen=True, slots=True)
class Pause:
    number: int


@dataclass(frozen=True, slots=True)
class Resume:
    number: int


@dataclass(frozen=True, slots=True)
class Status:
    pass


@dataclass(frozen=True, slots=True)
class Receipt:
    """``url`` None: the latest digest of this place."""

    url: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """No key: show all; no value: show one; both: set it."""

    key: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Forget:
    """``target``: a number of ``list`` or the address of a story."""

    target: int | str


Command = (
    Help | ReadLink | Follow | Unfollow | ListFeeds | Pause | Resume | Status | Receipt | Settings | Forget
)


@dataclass(frozen=True, slots=True)
class Verb:
    """One row of the table. ``build`` gets the words after the verb and raises _Wrong."""

    word: str
    usage: str
    summary: str
    build: Callable[[list[str]], Command]
    aliases: tuple[str, ...] = ()


class _Wrong(Exception):
    """The words after a verb do not fit its usage."""


# [+-]"a phrase", or anything without a blank; phones and editors curl quotes and stretch dashes
_WORDS = re.compile(r"[+\-\u2010-\u2015\u2212]?[\"\u201c\u201d]([^\"\u201c\u201d]*)[\"\u201c\u201d]|\S+")
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_HOST = re.compile(r"(?:[\w-]+\.)+[^\W\d_][\w-]+(?::\d+)?(?:[/?#]\S*)?")


def _url(word: str) -> str:
    """An http(s) link; "example.org/feed" is read as https."""
    bare = word.strip("<>")
    if bare.lower().startswith(("http://", "https://")):
        try:
            if urlsplit(bare).hostname:
                return bare
        except ValueError:
            pass
        raise _Wrong
    if _HOST.fullmatch(bare):
        return "https://" + bare
    raise _Wrong


def _only(words: list[str]) -> str:
    if len(words) != 1:
        raise _Wrong
    return words[0]


def _number(words: list[str]) -> int:
    word = _only(words).lstrip("#")
    if not (word.isascii() and word.isdigit() and 0 < len(word) <= 9 and int(word) > 0):
        raise _Wrong
    return int(word)


def _target(words: list[str]) -> int | str:
    try:
        return _number(words)
    except _Wrong:
        return _url(_only(words))


def _nothing(command: Command) -> Callable[[list[str]], Command]:
    def build(words: list[str]) -> Command:
        if words:
            raise _Wrong
        return command

    return build


def _help(words: list[str]) -> Command:
    if not words:
        return Help()
    verb = _BY_WORD.get(_only(words).lower())
    if verb is None:
        raise _Wrong
    return Help(verb.word)


def _follow(words: list[str]) -> Command:
    if not words:
        raise _Wrong
    url, filters = _url(words[0]), words[1:]
    want: dict[str, None] = {}
    refuse: dict[str, None] = {}
    for word in filters:
        phrase = fold(" ".join(word[1:].strip('"\u201c\u201d').split()))
        if not phrase or word[0] not in "+" + _DASHES:
            raise _Wrong
        (want if word[0] == "+" else refuse)[phrase] = None
    if want.keys() & refuse.keys():
        raise _Wrong
    return Follow(url, tuple(want), tuple(refuse))


def _settings(words: list[str]) -> Command:
    if not words:
        return Settings()
    return Settings(words[0].lower(), " ".join(words[1:]) or None)


VERBS: tuple[Verb, ...] = (
    Verb("help", "help [command]", "show this list, or one command", _help),
    Verb("digest", "digest <link>", "read a story: quotes, figures, who is named",
         lambda words: ReadLink(_url(_only(words)))),
    Verb("follow", "follow <feed or site> [+word] [-word]",
         "post a feed's new stories here; +word: only with it, -word: never with it",
         _follow, ("subscribe",)),
    Verb("unfollow", "unfollow <number or link>", "stop following a feed",
         lambda words: Unfollow(_target(words)), ("unsubscribe",)),
    Verb("list", "list", "the feeds followed here, numbered", _nothing(ListFeeds())),
    Verb("pause", "pause <number>", "keep a feed but post nothing from it",
         lambda words: Pause(_number(words))),
    Verb("resume", "resume <number>", "post from a paused feed again",
         lambda words: Resume(_number(words))),
    Verb("status", "status", "what was seen, digested and delivered, and what waits", _nothing(Status())),
    Verb("receipt", "receipt [link]", "every host contacted for a digest",
         lambda words: Receipt(_url(_only(words)) if words else None)),
    Verb("settings", "settings [key] [value]", "show or change how this place is served", _settings),
    Verb("forget", "forget <number or link>", "delete what is stored of a feed or a story",
         lambda words: Forget(_target(words))),
)  # fmt: skip

_BY_WORD = {word: verb for verb in VERBS for word in (verb.word, *verb.aliases)}


def verbs() -> frozenset[str]:
    """Every first word that is a command, aliases included."""
    return frozenset(_BY_WORD)


def parse(text: str) -> Command:
    """The command in ``text``; empty text is Help. Verbs in any case."""
    words = [match.group() for match in _WORDS.finditer(text)]
    if not words:
        return Help()
    verb = _BY_WORD.get(words[0].lower())
    if verb is None:
        return _bare_link(words)
    try:
        return verb.build(words[1:])
    except _Wrong:
        raise BadCommand(verb.word, verb.usage) from None


def _bare_link(words: list[str]) -> Command:
    """A link without a verb is a digest; anything else is an unknown word."""
    try:
        return ReadLink(_url(_only(words)))
    except _Wrong:
        near = difflib.get_close_matches(words[0].lower(), sorted(_BY_WORD), n=1)
        raise UnknownCommand(words[0], near[0] if near else None) from None


def help_text(verb: str | None = None, prefix: str = "") -> str:
    """One line a verb, the usages in one column; ``prefix`` is what a user types before it."""
    rows = [row for row in VERBS if verb is None or row.word == verb]
    width = max(len(prefix + row.usage) for row in rows)
    lines = [f"{prefix + row.usage:<{width}}  {row.summary}{_also(row)}" for row in rows]
    if verb is None:
        lines.insert(0, "Paste a link to a story, and its digest is answered below it. Or:")
    return "\n".join(lines)


def _also(row: Verb) -> str:
    return f" (also: {', '.join(row.aliases)})" if row.aliases else ""
