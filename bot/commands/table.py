"""The table: one row a verb, which makes the parser and the help text.

``parse`` takes the words addressed to the bot, without the platform's prefix ("/nutgraf"):
"follow https://example.org/feed +budget -sport daily 08:30". A link alone is a digest.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from bot.commands.kinds import (
    Cite,
    Command,
    Delete,
    Follow,
    Forget,
    Help,
    Judge,
    ListFeeds,
    More,
    Mute,
    Pause,
    ReadLink,
    Receipt,
    Reread,
    Resume,
    Said,
    Settings,
    Status,
    Unfollow,
    Unmute,
    Wrong,
)
from bot.errors import BadCommand, UnknownCommand
from bot.rhythm import Beat, Rhythm, parsed
from bot.text import fold
from bot.urls import host_of


@dataclass(frozen=True, slots=True)
class Verb:
    """One row of the table. ``makes``: the command's type. ``build`` gets the words after the verb and
    raises _Wrong. ``looks``: it changes nothing (``settings`` may: see ``only_looks``). ``links``: a link
    may stand behind it."""

    word: str
    usage: str
    summary: str
    makes: type[object]
    build: Callable[[list[str]], Command]
    aliases: tuple[str, ...] = ()
    looks: bool = False
    links: bool = False


class _Wrong(Exception):
    """The words after a verb do not fit its usage, or what else is wrong with them."""


# [+-]"a phrase", or anything without a blank; phones and editors curl quotes and stretch dashes
_WORDS = re.compile(r"[+\-\u2010-\u2015\u2212]?[\"\u201c\u201d]([^\"\u201c\u201d]*)[\"\u201c\u201d]|\S+")
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_MARKS = '"\u201c\u201d'
_DIGEST_ID = re.compile(r"[0-9a-f]{12}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
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
    url = _url(words[0])
    want: dict[str, None] = {}
    refuse: dict[str, None] = {}
    when: list[str] = []
    for word in words[1:]:
        if word[0] not in "+" + _DASHES:
            when.append(word)
            continue
        phrase = fold(" ".join(word[1:].strip(_MARKS).split()))
        if not phrase:
            raise _Wrong
        (want if word[0] == "+" else refuse)[phrase] = None
    if want.keys() & refuse.keys():
        raise _Wrong
    return Follow(url, tuple(want), tuple(refuse), _rhythm(when))


def _rhythm(words: list[str]) -> Rhythm | None:
    """None for no words. Names what is wrong with words that look like a rhythm."""
    if not words:
        return None
    if words[0].lower() not in set(Beat):
        raise _Wrong
    try:
        return parsed(" ".join(words))
    except ValueError as error:
        raise _Wrong(str(error)) from None


def _settings(words: list[str]) -> Command:
    if not words:
        return Settings()
    return Settings(words[0].lower(), " ".join(words[1:]) or None)


def _digest_id(word: str) -> str:
    if not _DIGEST_ID.fullmatch(word.lower()):
        raise _Wrong
    return word.lower()


def _maybe_id(words: list[str]) -> str | None:
    return _digest_id(_only(words)) if words else None


def _wrong(words: list[str]) -> Command:
    """The first word is an id if it has the shape of one."""
    has_id = bool(words) and _DIGEST_ID.fullmatch(words[0].lower()) is not None
    told = " ".join(words[has_id:])
    if not told:
        raise _Wrong
    return Wrong(words[0].lower() if has_id else None, told)


def _host(word: str) -> str:
    """Of a site or of any of its pages."""
    host = host_of(_url(word)).removeprefix("www.")
    if not host:
        raise _Wrong
    return host


def _mute(words: list[str]) -> Command:
    word = _only(words)
    return Mute(word.lower() if _DIGEST_ID.fullmatch(word.lower()) else _host(word))


def _said(words: list[str]) -> Command:
    """``"Maren Holt" since 2026-03-01``; the marks may be left out."""
    since = None
    if len(words) > 2 and words[-2].lower() == "since":
        since, words = _day(words[-1]), words[:-2]
    name = " ".join(" ".join(word.strip(_MARKS) for word in words).split())
    if not any(char.isalnum() for char in name) or name.lower().split()[-1] == "since":
        raise _Wrong
    return Said(name, since)


def _day(word: str) -> date:
    try:
        if _DAY.fullmatch(word):
            return date.fromisoformat(word)
    except ValueError:
        pass
    raise _Wrong(f"“{word}” is no day such as 2026-03-01")


_STORY_VERBS: tuple[Verb, ...] = (
    Verb("digest", "digest <link>", "read a story: quotes, figures, who is named", ReadLink,
         lambda words: ReadLink(_url(_only(words))), links=True),
    Verb("more", "more [id]", "everything found in the story, not the key findings only", More,
         lambda words: More(_maybe_id(words)), looks=True),
    Verb("cite", "cite [id]", "its quotes with their source, ready to copy", Cite,
         lambda words: Cite(_maybe_id(words)), looks=True),
    Verb("reread", "reread [id]", "read the story again and tell what changed", Reread,
         lambda words: Reread(_maybe_id(words)), ("re-read",)),
    Verb("said", 'said "Name" [since 2026-03-01]', "what a speaker was quoted with here", Said,
         _said, looks=True),
    Verb("wrong", "wrong [id] <words>", "report a wrong quote or figure; the report stays on this host",
         Wrong, _wrong, links=True),
    Verb("useful", "useful [id]", "say that a digest was useful", Judge,
         lambda words: Judge(_maybe_id(words), useful=True)),
    Verb("useless", "useless [id]", "say that it was not", Judge,
         lambda words: Judge(_maybe_id(words), useful=False)),
    Verb("receipt", "receipt [link]", "every host contacted for a digest", Receipt,
         lambda words: Receipt(_url(_only(words)) if words else None), looks=True, links=True),
    Verb("delete", "delete [id]", "take a digest away, from here and from the store", Delete,
         lambda words: Delete(_maybe_id(words))),
)  # fmt: skip

_PLACE_VERBS: tuple[Verb, ...] = (
    Verb("follow", "follow <feed> [+word] [-word] [when]",
         "post the new stories of a feed or site here; +word: only with it, -word: never with it;"
         " when: now, hourly, or daily 08:30 Europe/London",
         Follow, _follow, ("subscribe",), links=True),
    Verb("unfollow", "unfollow <number or link>", "stop following a feed", Unfollow,
         lambda words: Unfollow(_target(words)), ("unsubscribe",), links=True),
    Verb("list", "list", "the feeds followed here, numbered", ListFeeds, _nothing(ListFeeds()), looks=True),
    Verb("pause", "pause <number>", "keep a feed but post nothing from it", Pause,
         lambda words: Pause(_number(words))),
    Verb("resume", "resume <number>", "post from a paused feed again", Resume,
         lambda words: Resume(_number(words))),
    Verb("mute", "mute <site or id>", "leave a site's links alone here", Mute, _mute, links=True),
    Verb("unmute", "unmute <site>", "read a muted site's links again", Unmute,
         lambda words: Unmute(_host(_only(words))), links=True),
    Verb("settings", "settings [key] [value]", "show or change how this place is served", Settings,
         _settings),
    Verb("status", "status", "what was seen, digested and delivered, and what waits", Status,
         _nothing(Status()), looks=True),
    Verb("forget", "forget <number or link>", "delete what is stored of a feed or a story", Forget,
         lambda words: Forget(_target(words)), links=True),
    Verb("help", "help [command]", "show this list, or one command", Help, _help, looks=True),
)  # fmt: skip

VERBS = (*_STORY_VERBS, *_PLACE_VERBS)

_BY_WORD = {word: verb for verb in VERBS for word in (verb.word, *verb.aliases)}
_BY_TYPE = {verb.makes: verb for verb in reversed(VERBS)}


def verbs() -> frozenset[str]:
    """Every first word that is a command, aliases included."""
    return frozenset(_BY_WORD)


def link_verbs() -> frozenset[str]:
    """Those of ``verbs`` that a link may stand behind: words that begin with another verb and hold a
    link ("More on this: https://...") are a pasted link."""
    return frozenset(word for word, verb in _BY_WORD.items() if verb.links)


def verb_of(command: Command) -> str:
    """The word in the table, the first one where several make such a command."""
    return _BY_TYPE[type(command)].word


def only_looks(command: Command) -> bool:
    """Doing it changes nothing and needs nothing but the store."""
    if isinstance(command, Settings):
        return command.value is None
    return _BY_TYPE[type(command)].looks


def parse(text: str) -> Command:
    """The command in ``text``; empty text is Help. Verbs in any case. Raises UnknownCommand with the
    nearest verb, BadCommand with the verb's usage and, where it is told, what is wrong."""
    words = [match.group() for match in _WORDS.finditer(text)]
    if not words:
        return Help()
    verb = _BY_WORD.get(words[0].lower())
    if verb is None:
        return _bare_link(words)
    try:
        return verb.build(words[1:])
    except _Wrong as wrong:
        raise BadCommand(verb.word, verb.usage, str(wrong) or None) from None


def _bare_link(words: list[str]) -> Command:
    """A link without a verb is a digest; anything else is an unknown word."""
    try:
        url = _url(words[0])
    except _Wrong:
        near = difflib.get_close_matches(words[0].lower(), sorted(_BY_WORD), n=1)
        raise UnknownCommand(words[0], near[0] if near else None) from None
    if len(words) > 1:
        read = _BY_TYPE[ReadLink]
        raise BadCommand(read.word, read.usage, "one link at a time, and no words behind it")
    return ReadLink(url)


def help_text(verb: str | None = None, prefix: str = "") -> str:
    """One line a verb, the usages in one column; ``prefix`` is what a user types before it."""
    if verb is not None:
        return "\n".join(_rows([row for row in VERBS if row.word == verb], prefix))
    rows = _rows(VERBS, prefix)
    return "\n".join(
        (
            "Paste a link to a story: its digest is answered below it. Of stories, say:",
            *rows[: len(_STORY_VERBS)],
            "Of feeds, and how this place is served:",
            *rows[len(_STORY_VERBS) :],
            "[id] names a digest; without it, the latest one here is meant.",
        )
    )


def _rows(verbs: Sequence[Verb], prefix: str) -> list[str]:
    width = max(len(prefix + row.usage) for row in verbs)
    return [f"{prefix + row.usage:<{width}}  {row.summary}{_also(row)}" for row in verbs]


def _also(row: Verb) -> str:
    return f" (also: {', '.join(row.aliases)})" if row.aliases else ""
