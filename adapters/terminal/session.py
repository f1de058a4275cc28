"""One sitting at the terminal: each line becomes a request, its answer comes below it."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from adapters.terminal.chat import HERE, TerminalChat
from adapters.terminal.keyboard import Keyboard
from adapters.terminal.screen import Screen
from bot.standing import Standing
from bot.types import Request
from bot.urls import find_links

PREFIX = "/nutgraf"
_LEAVE = frozenset({"exit", "quit", "bye", ":q"})
WELCOME = "Paste a link or a file path. “help” shows what else I can do; Ctrl-D leaves."

T = TypeVar("T")
Submit = Callable[[Request], Awaitable[bool]]
Grant = Callable[[Path], str]
Waiting = Callable[[], Awaitable[int]]
_LOOK_S = 0.05  # between two looks at what an earlier run left over


class Session:
    """``submit`` hands a request to the desk, False when it will not be answered; ``grant`` makes a link
    of a file that this user names; ``waiting`` is how many of the user's requests have no answer yet."""

    def __init__(
        self,
        chat: TerminalChat,
        screen: Screen,
        keyboard: Keyboard,
        *,
        submit: Submit,
        grant: Grant,
        verbs: frozenset[str],
        waiting: Waiting,
    ) -> None:
        self._chat, self._screen, self._keyboard = chat, screen, keyboard
        self._submit, self._grant, self._verbs, self._waiting = submit, grant, verbs, waiting

    async def run(self) -> None:
        """Until the lines end, the user leaves, or nobody reads the answers; answers come first."""
        self._chat.around = self._keyboard.step_aside
        if self._keyboard.person:
            self._screen.line(WELCOME)
        self._chat.show_missed()
        while not self._chat.left.is_set():
            line = await self._until_left(self._keyboard.line())
            if line is None or line.strip().lower() in _LEAVE:
                break
            if line.strip():
                await self._ask(line.strip())
        if not self._keyboard.person:
            await self._until_left(self._leftovers())

    async def _leftovers(self) -> None:
        """Requests of a run that died are answered by this one, also when nothing more is asked."""
        while await self._waiting():  # noqa: ASYNC110 - the store is the only one who knows
            await asyncio.sleep(_LOOK_S)

    async def _ask(self, line: str) -> None:
        request = request_of(line, self._verbs, self._grant)
        self._chat.expect(request.key)
        if not await self._submit(request):
            await self._chat.acknowledge(request, "done")
            self._screen.line(
                "That link is left alone here. Say “digest” and the link; “settings” tells why."
            )
            return
        # One at a time, piped lines too: an answer stands below its question.
        with self._screen.busy("…" if request.command else "reading …"):
            await self._until_left(self._chat.settled())

    async def _until_left(self, waited: Coroutine[Any, Any, T]) -> T | None:
        """What ``waited`` gives, or None when the screen has gone first."""
        task = asyncio.ensure_future(waited)
        gone = asyncio.ensure_future(self._chat.left.wait())
        try:
            await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else None
        finally:
            task.cancel()
            gone.cancel()


def request_of(line: str, verbs: frozenset[str], grant: Grant) -> Request:
    """A command, a file, links, or words that the desk will not know; each line is a new request. Whoever
    sits at the terminal runs the bot, so no setting locks them out."""
    asked = Request(f"terminal:{uuid.uuid4().hex}", HERE, "you", line, standing=Standing.ADMIN)
    first, _, rest = line.partition(" ")
    if first.lower() == PREFIX:
        first, _, rest = rest.strip().partition(" ")
        asked = replace(asked, text=f"{first} {rest}".strip())
        if first.lower() != "digest":
            return replace(asked, command=True)
    path = path_in(rest if first.lower() == "digest" else asked.text)
    if path is not None:
        return replace(asked, links=(grant(path),), addressed=True)  # nobody names a file in passing
    links = tuple(find_links(asked.text))
    if first.lower() in verbs or not links:
        return replace(asked, command=True)
    return replace(asked, links=links)


def path_in(words: str) -> Path | None:
    """The file that ``words`` name: a path written as one, or the name of a file that is there."""
    bare = words.strip()
    if len(bare) > 1 and bare[0] == bare[-1] and bare[0] in "'\"":
        bare = bare[1:-1]
    if bare.lower().startswith("file://"):
        return Path(unquote(urlsplit(bare).path))
    bare = bare.replace("\\ ", " ")
    if not bare or "\0" in bare or "://" in bare:
        return None
    looks = bare.startswith(("/", "./", "../", "~/"))
    try:
        path = Path(bare).expanduser()
        return path if looks or path.is_file() else None
    except (OSError, RuntimeError):
        return None
