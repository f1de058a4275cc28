"""The terminal as a chat platform: ``bot.ports.Chat`` over a transcript and a screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from adapters.terminal.screen import Screen
from adapters.terminal.transcript import Entry, Transcript
from bot.ports import ChatDown, ChatRefused
from bot.types import Message, Place, Posted, Request

PLATFORM = "terminal"
HERE = Place(PLATFORM, "local", "chat")


class TerminalChat:
    """Posting is writing the transcript's line; the screen follows.

    ``around`` is called with what shows a message, so that a prompt can step aside for it.
    """

    platform = PLATFORM

    def __init__(self, transcript: Transcript, screen: Screen) -> None:
        self._transcript = transcript
        self._screen = screen
        self.around: Callable[[Callable[[], None]], None] = lambda show: show()
        self.left = asyncio.Event()  # nobody reads the screen any more
        self._pending: dict[str, str] = {}
        self._settled = asyncio.Event()
        self._settled.set()

    async def post(self, place: Place, message: Message, key: str, *, only_for: str | None = None) -> Posted:
        """Whoever sits here is the only one there is: ``only_for`` changes nothing.

        Raises ChatRefused for another platform's place or an empty message, ChatDown for a full disk.
        """
        if place.platform != PLATFORM or not key:
            raise ChatRefused(f"not a place of the terminal: {place.platform}")
        if not message.blocks or not message.plain.strip():
            raise ChatRefused("an empty message")
        try:
            entry = self._transcript.post(place, message, key)
        except OSError as error:
            raise ChatDown(error.strerror or "the transcript cannot be written") from error
        if not entry.shown:
            self._show(entry)
        return Posted(place, entry.id)

    async def find(self, place: Place, key: str) -> Posted | None:
        entry = self._transcript.find(place, key)
        return Posted(entry.place, entry.id) if entry else None

    async def edit(self, posted: Posted, message: Message) -> None:
        """The new words are shown below: paper that has left the printer cannot be changed."""
        entry = self._known(posted)
        try:
            self._transcript.edit(entry.id, message)
        except OSError as error:
            raise ChatDown(error.strerror or "the transcript cannot be written") from error
        self._show(entry)

    async def delete(self, posted: Posted) -> None:
        """Deleting what is not there is done."""
        if self._transcript.get(posted.message_id) is None:
            return
        try:
            self._transcript.delete(posted.message_id)
        except OSError as error:
            raise ChatDown(error.strerror or "the transcript cannot be written") from error

    async def acknowledge(self, request: Request, mark: str) -> None:
        """Keeps count of what is still being read, for :meth:`settled` and the moving sign."""
        if mark == "reading":
            self.expect(request.key)
        else:
            self._pending.pop(request.key, None)
        if not self._pending:
            self._settled.set()

    async def may_see(self, user: str, place: Place) -> bool:
        """Of this terminal, whoever sits at it; of other chats, nothing."""
        return place.platform == PLATFORM

    def link(self, posted: Posted) -> str | None:
        """Paper has no addresses."""
        return None

    def expect(self, key: str) -> None:
        """A request was handed over: :meth:`settled` waits for its "done" or "failed"."""
        self._pending[key] = key
        self._settled.clear()

    async def settled(self) -> None:
        """Until every expected request is done or failed."""
        await self._settled.wait()

    def show_missed(self) -> int:
        """Show what was posted and never shown, because the process died; answers how many."""
        missed = self._transcript.unshown()
        for entry in missed:
            self._show(entry)
        return len(missed)

    def _known(self, posted: Posted) -> Entry:
        entry = self._transcript.get(posted.message_id)
        if entry is None or entry.place != posted.place:
            raise ChatRefused("no such message")
        return entry

    def _show(self, entry: Entry) -> None:
        """A screen that is gone (a closed pipe) leaves the message posted and unshown."""
        message = entry.message
        if message is None or self.left.is_set():
            return
        try:
            self.around(lambda: self._screen.show(message))
            self._transcript.mark_shown(entry.id)
        except (OSError, ValueError):
            self.left.set()
