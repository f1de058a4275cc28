"""A newsroom on a real homeserver: the real adapter, desk, store and engine; the web is made up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from adapters.matrix import MatrixOptions, serve
from bot.desk import Desk
from bot.store import SqlStore
from bot.types import Place
from tests.fakes.synapse import People, Person
from tests.fakes.synapse.heard import Event
from tests.flows.slack_office import LINK, Paper, desk_over, page_of, stopped

__all__ = ["LINK", "Newsroom", "account", "body", "gone", "is_edit", "newsroom", "root_of", "working"]

_SETTLED_S = 20.0


@dataclass(frozen=True, slots=True)
class Newsroom:
    """``bot``: the bot's account, as its owner sees it from another device."""

    people: People
    bot: Person
    desk: Desk
    store: SqlStore
    web: Paper
    options: MatrixOptions

    def place(self, room: str) -> Place:
        return Place("matrix", self.bot.user_id, room)

    async def room(self, person: Person, **how: Any) -> str:
        """A room of this person's with the bot inside, which has introduced itself."""
        room = await person.create(invite=[self.bot.user_id, *how.pop("invite", ())], **how)
        await person.wait_for(room, self.speaks)
        return room

    async def desk_room(self, person: Person, **how: Any) -> str:
        """The same, and pasted links are read there."""
        room = await self.room(person, **how)
        await self.asked(person, room, "!nutgraf settings digest on")
        return room

    def speaks(self, event: Event) -> bool:
        """A message of the bot's, no edit."""
        return (
            event["sender"] == self.bot.user_id and event["type"] == "m.room.message" and not is_edit(event)
        )

    def answers(self, person: Person, room: str, event_id: str) -> list[Event]:
        """What of the bot's stands in the thread of an event or is a reply to it, as the person has heard."""
        shown = (person.shown(room, event) for event in person.heard.events[room])
        return [event for event in shown if self.speaks(event) and root_of(event) == event_id]

    async def answered(self, person: Person, room: str, event_id: str, count: int = 1) -> list[Event]:
        """The answers, once there are as many; a moment later there are no more."""
        await person.until(lambda: len(self.answers(person, room, event_id)) >= count)
        await self.settled(person)
        found = self.answers(person, room, event_id)
        assert len(found) == count, [body(event) for event in found]
        return found

    async def digest(self, person: Person, room: str, event_id: str) -> Event:
        return (await self.answered(person, room, event_id))[0]

    async def asked(self, person: Person, room: str, words: str, **how: Any) -> str:
        """Says it; the one answer's words. ``how`` as in ``people.words``."""
        said = await person.say(room, words, **how)
        root = how.get("thread") or said
        await person.until(lambda: self._below(person, room, root, said))
        return body(self._below(person, room, root, said)[0])

    def _below(self, person: Person, room: str, root: str, said: str) -> list[Event]:
        """Answers that came after what was said; in a direct conversation they stand in no thread."""
        order = [event["event_id"] for event in person.heard.events[room]]
        later = set(order[order.index(said) + 1 :]) if said in order else set()
        shown = (person.shown(room, event) for event in person.heard.events[room])
        new = [event for event in shown if event["event_id"] in later and self.speaks(event)]
        return [event for event in new if root_of(event) in {root, ""}]

    async def settled(self, person: Person) -> None:
        """The bot has read all that the person's homeserver has told, and nothing is under way."""
        await person.sync()
        told = _position(person.heard.since)
        end = time.monotonic() + _SETTLED_S
        while time.monotonic() < end:
            read = max((_position(note) for note in await self._tokens()), default=0)
            if read >= told and (await self.desk.status()).waiting == 0:
                break
            await asyncio.sleep(0.02)
        await person.sync()

    async def _tokens(self) -> list[str]:
        return list((await self.desk.notes("matrix", "sync:")).values())

    def shows(self, person: Person, room: str, event: Event) -> str:
        """The words of a message as they are now: of its last edit, if there is one."""
        shown = [person.shown(room, one) for one in person.heard.events[room]]
        edits = [one for one in shown if is_edit(one) and _target(one) == event["event_id"]]
        return str(edits[-1]["content"]["m.new_content"]["body"]) if edits else body(event)


@asynccontextmanager
async def newsroom(people: People, folder: Path, **how: Any) -> AsyncIterator[Newsroom]:
    """``how``: ``delay_s`` of every page; all else is of MatrixOptions."""
    paper = Paper(known=page_of, delay_s=how.pop("delay_s", 0.0))
    bot = await people.new("nutgraf")
    options = account(bot, folder, **how)
    async with working(people, bot, folder, options, paper) as opened:
        yield opened


def account(bot: Person, folder: Path, **change: Any) -> MatrixOptions:
    """By password; everybody of the homeserver may invite."""
    options = MatrixOptions(
        store_dir=folder / "matrix",
        homeserver=bot.url,
        user=bot.user_id,
        password=bot.password,
        allowed=(f"*:{bot.user_id.partition(':')[2]}",),
        grace_s=1.0,
        lock_wait_s=5.0,
    )
    return replace(options, **change)


@asynccontextmanager
async def working(
    people: People, bot: Person, folder: Path, options: MatrixOptions, web: Paper
) -> AsyncIterator[Newsroom]:
    """The bot itself, which may be stopped and started again over the same folder and homeserver."""
    async with AsyncExitStack() as stack:
        desk, store = await stack.enter_async_context(desk_over(folder, web))
        serving = asyncio.create_task(serve(desk, options=options))
        stack.push_async_callback(stopped, [serving, asyncio.create_task(desk.run())])
        yield Newsroom(people, bot, desk, store, web, options)
        if serving.done():
            serving.result()


def body(event: Event) -> str:
    return str(event["content"].get("body", ""))


def root_of(event: Event) -> str:
    """The event in whose thread a message stands, or that it replies to; "" for neither."""
    relation = event["content"].get("m.relates_to", {})
    if relation.get("rel_type") == "m.thread":
        return str(relation["event_id"])
    return str(relation.get("m.in_reply_to", {}).get("event_id", ""))


def is_edit(event: Event) -> bool:
    return bool(event["content"].get("m.relates_to", {}).get("rel_type") == "m.replace")


def gone(person: Person, room: str, *wanted: Event) -> bool:
    """Whether each was redacted; room versions differ in where that is told."""
    events = person.heard.events[room]
    told = [str(event) for event in events if event["type"] == "m.room.redaction"]
    return all(any(event["event_id"] in one for one in told) for event in wanted)


def _target(edit: Event) -> str:
    return str(edit["content"]["m.relates_to"]["event_id"])


def _position(token: str) -> int:
    """Where a sync token of Synapse's stands in the stream of room events: s123_4_…"""
    number = token[1:].partition("_")[0].partition("~")[0]
    return int(number) if number.isdecimal() else 0
