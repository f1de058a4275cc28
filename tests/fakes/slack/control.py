"""A Slack that is worked from another process: ``POST /control/{verb}`` with a JSON object of arguments.

Verbs are the public methods of FakeSlack and, for reading, its public fields; a value is answered as JSON.
"""

from __future__ import annotations

import asyncio
import dataclasses
import inspect
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tests.fakes.slack.world import Json

PLAIN = (str, int, float, bool, type(None))


def plain(value: Any) -> Any:
    """JSON of whatever the fake holds; what has no words (an event, a socket) is left out."""
    if isinstance(value, PLAIN):
        return value
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value)]
        names += [
            name for name, _ in inspect.getmembers(type(value), lambda member: isinstance(member, property))
        ]
        held = {name: getattr(value, name) for name in names}
        return {name: plain(inner) for name, inner in held.items() if not isinstance(inner, asyncio.Event)}
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    return repr(value)


def found(slack: object, verb: str) -> Any:
    """A public attribute, also one level down (``delivery.lost``, ``sockets.drop``)."""
    target: Any = slack
    for name in verb.split("."):
        if name.startswith("_"):
            raise AttributeError(name)
        target = getattr(target, name)
    return target


async def work(slack: object, verb: str, args: Json) -> web.Response:
    """Does it; a failed assertion or a missing thing comes back as its words with status 400."""
    try:
        target = found(slack, verb)
        if callable(target):
            target = target(**args)
            if inspect.isawaitable(target):
                target = await target
    except (AssertionError, AttributeError, LookupError, TypeError, ValueError) as wrong:
        return web.json_response({"wrong": f"{type(wrong).__name__}: {wrong}"}, status=400)
    return web.json_response({"value": plain(target) if target is not slack else None})
