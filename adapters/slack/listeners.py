"""What is done when Slack calls. What must survive is stored by the desk before Slack is told that it came.

Bolt tells Slack when a listener returns (``process_before_response``): an event whose listener died or could
not store is delivered again by Slack. Commands and presses come once and want an answer within three
seconds: what takes longer than ``ACK_WITHIN_S`` goes on behind the acknowledgement.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from datetime import datetime
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from adapters.slack.chat import SlackChat
from adapters.slack.chores import Chores
from adapters.slack.envelopes import Body, text_at, workspace_of
from adapters.slack.events import (
    PLATFORM,
    Closed,
    Echo,
    Happening,
    HomeOpened,
    Joined,
    Reopened,
    SignedOut,
    TakenDown,
    Withdrawn,
    understood,
)
from adapters.slack.faults import SlackFault
from adapters.slack.home import home_view
from adapters.slack.presses import (
    Press,
    command_of,
    first_field,
    is_link,
    note_of,
    press_of,
    report_of,
    shortcut_of,
)
from adapters.slack.shown import LOADING, Shown, line, whispered
from adapters.slack.views import detail_view, reported, wrong_view
from bot.desk import Desk
from bot.desk.spoken import changes, fetches
from bot.errors import StoreUnusable
from bot.standing import Standing
from bot.types import Message, Place, Request
from bot.urls import host_of

log = logging.getLogger(__name__)

ACK_WITHIN_S = 0.8  # Slack gives three seconds; a person looks up after one
_TITLES = {"more": "Everything found", "cite": "Citations"}

NOT_INSIDE = (
    "I am not in this channel, so I cannot post here. Invite me first (/invite @nutgraf), or write to me"
    " directly."
)
NO_LINK = "There is no link in this message."
OLD = "This button is from an older message and does nothing any more. Paste the link again."
NO_STORE = "I cannot reach my store just now, so nothing was done. Try again in a minute."
NO_WORDS = "Say in a few words what is wrong."
LATER = "This takes longer than a window waits. The answer comes as a message to you."


class Listeners:
    """One method for each kind of envelope. ``clock`` is aware."""

    def __init__(self, desk: Desk, chat: SlackChat, chores: Chores, clock: Callable[[], datetime]) -> None:
        self._desk = desk
        self._chat = chat
        self._chores = chores
        self._clock = clock
        self._shown = Shown(chat.clients)
        # of a workspace that signed out, and when: whether it is out still
        self.removed: Callable[[str, float | None], Awaitable[bool]] = self._token_gone

    # -------------------------------------------------------------------------- events

    async def event(self, body: dict[str, Any]) -> None:
        """Anything of the Events API. Raises StoreUnusable: then Slack delivers it again."""
        happening = understood(body, self._clock())
        if isinstance(happening, Request):
            await self._desk.take(await self._with_standing(happening))
        elif isinstance(happening, HomeOpened):
            self._chores.start(self._home(happening))
        elif happening is not None:
            await self._happened(happening)

    async def _happened(self, happening: Happening) -> None:
        match happening:
            case Echo(key, place, message_id):
                self._chat.heard(key, place, message_id)
                await self._desk.heard(key, message_id)
            case Withdrawn(place, source):
                await self._desk.withdrawn(place, source, source)
            case TakenDown(place, message_id):
                await self._desk.taken_down(place, message_id)
            case Joined(place, user, key):
                await self._desk.joined(place, user, key)
            case Closed(place, why):
                await self._desk.closed(place, why)
            case Reopened(place):
                await self._desk.reopened(place)
            case SignedOut(place, at):
                if await self.removed(place.workspace, at):
                    log.error(
                        "workspace=%s took the app or its token away: install it again", place.workspace
                    )
                    await self._desk.signed_out(place)

    async def _token_gone(self, workspace: str, at: float | None) -> bool:
        """Whether Slack takes the one token no more; True when Slack does not say in time."""
        try:
            async with asyncio.timeout(ACK_WITHIN_S):
                await self._chat.clients.identity()
        except (SlackFault, TimeoutError):
            return True
        return False

    async def _home(self, opened: HomeOpened) -> None:
        overview = await self._desk.overview(PLATFORM, opened.workspace, opened.user)
        place = Place(PLATFORM, opened.workspace, opened.user)
        told = await self._desk.ask(Request("", place, opened.user, "help", command=True, private=True))
        view = home_view(overview, told)
        await self._shown.publish(opened.workspace, opened.user, view)

    async def _with_standing(self, request: Request) -> Request:
        """Who somebody is matters only where something is changed."""
        if request.standing is not Standing.MEMBER or not request.command or not changes(request.text):
            return request
        standing = await self._chat.people.standing(request.place.workspace, request.user)
        return replace(request, standing=standing)

    # ------------------------------------------------------------------------ commands

    async def command(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """``/nutgraf ...``: the answer rides on the acknowledgement, if it is there in time."""
        asked = await self._chores.within(ACK_WITHIN_S, self._told(self._commanded(command_of(body))))
        if not asked.done():
            await ack()
            self._chores.start(self._whisper_later(asked, body))
            return
        answer = asked.result()
        await (ack(whispered(answer)) if answer else ack())

    async def _commanded(self, request: Request) -> Message | None:
        request = await self._with_standing(request)
        answer = await self._desk.ask(request)
        if answer is not None:
            return answer
        if not await self._shown.is_inside(request.place):
            return line(NOT_INSIDE)
        await self._desk.take(request)
        url = fetches(request.text)
        return _reading(url) if url else None

    async def shortcut(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """ "Digest this link": below the message, for everybody there."""
        asked = await self._chores.within(ACK_WITHIN_S, self._told(self._shortcut(shortcut_of(body))))
        await ack()
        self._chores.start(self._whisper_later(asked, body))

    async def _shortcut(self, request: Request) -> Message | None:
        if not request.links:
            return line(NO_LINK)
        if not await self._shown.is_inside(request.place):
            return line(NOT_INSIDE)
        await self._desk.take(request)
        return _reading(request.links[0])

    # ------------------------------------------------------------------------- presses

    async def action(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Every press. One that is not known, of a message of long ago, is acknowledged and told."""
        try:
            press = press_of(body)
        except (KeyError, ValueError):
            await ack()
            if not is_link(body):
                self._chores.start(self._shown.whisper(text_at(body, "response_url"), line(OLD)))
            return
        if press.choice.looks:
            self._chores.start(self._look(press, body))
        elif press.choice.asks_words:
            self._chores.start(self._ask_words(press, body))
        else:
            asked = await self._chores.within(ACK_WITHIN_S, self._told(self._done(press.request)))
            self._chores.start(self._whisper_later(asked, body))
            if press.on_whisper:
                self._chores.start(self._shown.take_back(text_at(body, "response_url")))
        await ack()

    async def _done(self, request: Request) -> Message | None:
        """The desk answers by itself, in its own time."""
        await self._desk.take(await self._with_standing(request))
        return None

    async def _look(self, press: Press, body: Body) -> None:
        """In a window, which must be open before the trigger is three seconds old."""
        workspace, trigger = workspace_of(body), text_at(body, "trigger_id")
        asked = await self._chores.within(ACK_WITHIN_S, self._told(self._looked_up(press.request)))
        if asked.done():
            view = _detail(press, asked.result())
            shown = await self._shown.open(workspace, trigger, view) is not None
        else:
            opened = await self._shown.open(workspace, trigger, LOADING)
            view = _detail(press, await asked)
            shown = opened is not None and await self._shown.update(workspace, opened, view)
        if not shown:
            answer = await asked
            await self._shown.whisper(text_at(body, "response_url"), answer or line(LATER))

    async def _looked_up(self, request: Request) -> Message:
        answer = await self._desk.ask(request)
        if answer is None:  # the desk has to ask Slack first, and Slack does not answer
            await self._desk.take(request)
            return line(LATER)
        return answer

    async def _ask_words(self, press: Press, body: Body) -> None:
        view = wrong_view(press.digest_id or "", note_of(press))
        if await self._shown.open(workspace_of(body), text_at(body, "trigger_id"), view) is None:
            await self._shown.whisper(
                text_at(body, "response_url"), line("The window did not open. Try it once more.")
            )

    async def report(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """What was written into a window. It stays open with a sentence if it cannot be stored."""
        try:
            request = report_of(body)
        except (KeyError, ValueError):
            await ack()
            return
        if not reported(body["view"]):
            await ack(response_action="errors", errors={first_field(body): NO_WORDS})
            return
        asked = await self._chores.within(ACK_WITHIN_S, self._told(self._done(request)))
        fault = asked.result() if asked.done() else None
        if fault is not None:
            await ack(response_action="errors", errors={first_field(body): fault.plain})
        else:
            await ack()

    # --------------------------------------------------------------------- underneath

    async def _told(self, work: Coroutine[Any, Any, Message | None]) -> Message | None:
        """Faults as a sentence: a person waits for it."""
        try:
            answer = await work
        except StoreUnusable as error:
            log.error("the store cannot be used: %s", error)  # noqa: TRY400 - no bug of ours
            return line(NO_STORE)
        except Exception:
            ref = secrets.token_hex(2).upper()
            log.exception("ref=%s", ref)
            return line(f"Something broke here (ref {ref}).")
        return answer

    async def _whisper_later(self, asked: asyncio.Task[Message | None], body: Body) -> None:
        answer = await asked
        if answer is not None:
            await self._shown.whisper(text_at(body, "response_url"), answer)


def _reading(url: str) -> Message:
    return line(f"Reading {host_of(url)} …")


def _detail(press: Press, answer: Message | None) -> dict[str, Any]:
    return detail_view(_TITLES.get(press.choice.id, "nutgraf"), answer or line(LATER))
