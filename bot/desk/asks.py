"""What kind of ask a request is. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from bot.commands import Command, parse
from bot.desk.verbs import check_allowed
from bot.records import FEED_KEY, ROUNDUP_KEY, UNASKED
from bot.types import Request


def understood(request: Request, settings: Mapping[str, str]) -> Command:
    """The command, the settings of its place being these. Raises UnknownCommand, BadCommand, NotAllowed."""
    command = parse(request.text)
    check_allowed(request, command, settings)
    return command


def asks(request: Request) -> bool:
    """Whether there is anything to answer."""
    return request.command or bool(request.links)


def unasked(request: Request) -> bool:
    """No person's message stands behind it."""
    return request.key.startswith(UNASKED)


def awaited(request: Request) -> bool:
    """Somebody is told when it cannot be done; nobody waits for news."""
    return not request.key.startswith((FEED_KEY, ROUNDUP_KEY))


def pasted(request: Request) -> bool:
    """Links that somebody shares with the others, without speaking to the bot."""
    return not (request.command or request.addressed or unasked(request))


def told_alone(request: Request) -> str | None:
    """The user that answers in words are for; None: for everybody in the place."""
    return request.user if request.private or pasted(request) else None
