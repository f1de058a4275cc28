"""What a place may ask, how much, and who may change what it gets. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.display import plain
from bot.errors import BadSetting, NotAllowed, UnknownSetting
from bot.standing import Standing
from bot.types import Request
from bot.urls import host_of

AUTO_DIGEST = "digest"
ON, MENTION, OFF = "on", "mention", "off"

STEER = "steer"
EVERYONE, ADMINS = "everyone", "admins"

MUTE = "mute"

ANSWERS = "answers"  # where an answer stands, for chats that have both
THREAD, REPLY = "thread", "reply"

DEFAULTS: Mapping[str, str] = {AUTO_DIGEST: ON, STEER: EVERYONE, MUTE: "", ANSWERS: THREAD}

_CHOICES: Mapping[str, tuple[str, ...]] = {AUTO_DIGEST: (ON, MENTION, OFF), ANSWERS: (THREAD, REPLY)}

# verbs that change what a place gets; the rest only ask
CHANGES = frozenset({"follow", "unfollow", "pause", "resume", "settings", "forget", "mute", "unmute"})

_PERSON = re.compile(r"@[^\s,|@]+(?:\|[^\s,|]*)?")


@dataclass(frozen=True, slots=True)
class Rules:
    """``pointer_days``: for how long a pasted link is answered by pointing to the channel's first digest.
    ``wait_hours``: for how long a chat may ask to wait before a message is given up."""

    links_per_message: int = 3
    retention_days: int = 90
    delivery_attempts: int = 12
    pointer_days: int = 7
    wait_hours: int = 24

    @property
    def pointed(self) -> timedelta:
        return timedelta(days=self.pointer_days)

    @property
    def longest_wait(self) -> timedelta:
        return timedelta(hours=self.wait_hours)


# -------------------------------------------------------------------------- settings


def setting(settings: Mapping[str, str], key: str) -> str:
    """The stored value, or the default."""
    return settings.get(key) or DEFAULTS[key]


def known_setting(key: str) -> str:
    """The key itself. Raises UnknownSetting."""
    if key in DEFAULTS:
        return key
    near = difflib.get_close_matches(key, DEFAULTS, n=1)
    raise UnknownSetting(key, near[0] if near else f"{AUTO_DIGEST}, {STEER}, {ANSWERS} or {MUTE}")


def checked_setting(key: str, value: str) -> str:
    """The value as stored. Raises UnknownSetting, BadSetting."""
    known_setting(key)
    if key in _CHOICES:
        *most, last = _CHOICES[key]
        if value.lower() in _CHOICES[key]:
            return value.lower()
        raise BadSetting(key, value, f"{', '.join(most)} or {last}")
    if key == STEER:
        return _checked_steer(value)
    raise BadSetting(key, value, "“mute” and “unmute” with a site, to be changed")


def _checked_steer(value: str) -> str:
    if value.lower() in {EVERYONE, ADMINS}:
        return value.lower()
    people = _people(value)
    if people and all(_PERSON.fullmatch(person) for person in people):
        return " ".join(dict.fromkeys(people))
    raise BadSetting(STEER, value, f"{EVERYONE}, {ADMINS}, or people: @name @name")


def _people(value: str) -> list[str]:
    return value.replace(",", " ").split()


# ------------------------------------------------------------------------- who may


def may_steer(request: Request, settings: Mapping[str, str]) -> bool:
    """Whether the request's user may change what the place gets, the place's settings being these.

    People are written ``@id`` or ``@id|name`` and compared by the id; a platform whose ids begin with
    ``@`` (Matrix) writes them as they are.
    """
    if request.standing in {Standing.GUEST, Standing.STRANGER}:
        return False
    who = setting(settings, STEER)
    if request.standing is Standing.ADMIN or who == EVERYONE:
        return True
    ids = {person.partition("|")[0] for person in _people(who)} if who != ADMINS else set()
    return request.user != "" and not ids.isdisjoint({request.user, f"@{request.user}"})


def check_steer(request: Request, settings: Mapping[str, str], verb: str) -> None:
    """Raises NotAllowed, which tells who may."""
    if not may_steer(request, settings):
        raise NotAllowed(f"“{verb}”", who_may(request, settings))


def who_may(request: Request, settings: Mapping[str, str]) -> str:
    """In words, for somebody who may not."""
    who = setting(settings, STEER)
    if who == EVERYONE:
        return "members of this workspace"
    return ADMINS if who == ADMINS else f"{shown_people(who)} and {ADMINS}"


def shown_people(value: str) -> str:
    """The people of a ``steer`` setting by name: ``@U1|ann @U2`` -> ``ann, U2``."""
    names = (person.removeprefix("@").partition("|") for person in _people(value))
    return ", ".join(plain(name or user) for user, _, name in names)


# ----------------------------------------------------------------------------- mute


def muted_hosts(settings: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(setting(settings, MUTE).split())


def muted(url: str, settings: Mapping[str, str]) -> str | None:
    """The muted site that the link leads to: the host itself, or one that it is a subdomain of."""
    host = host_of(url)
    for site in muted_hosts(settings):
        if host == site or host.endswith(f".{site}"):
            return site
    return None
