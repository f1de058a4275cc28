"""Lines from a person or a pipe, without ever blocking the event loop.

A thread reads; it is a daemon, because a read that waits for a key cannot be taken back. A pipe is read
with ``os.read`` and not through ``sys.stdin``, whose lock a waiting thread would hold at the exit.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

PROMPT = "\u203a "
_LINE_LIMIT = 16_384  # bytes; what is longer is no link and no command


class Keyboard:
    """``line`` gives the next line, None at the end. ``person``: prompts, with history and editing."""

    def __init__(self, *, person: bool, descriptor: int | None = None) -> None:
        self.person = person
        self._descriptor = sys.stdin.fileno() if descriptor is None else descriptor
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._wanted = threading.Semaphore(0)
        self._thread: threading.Thread | None = None
        self._prompting = False

    async def line(self) -> str | None:
        if self._thread is None:
            _typed_so_far()  # importing readline gives input() its editing and history
            loop = asyncio.get_running_loop()
            source = self._typed() if self.person else self._piped()
            self._thread = threading.Thread(target=self._feed, args=(loop, source), daemon=True)
            self._thread.start()
        self._prompting = True
        self._wanted.release()
        try:
            return await self._lines.get()
        finally:
            self._prompting = False

    def step_aside(self, show: Callable[[], None]) -> None:
        """Run ``show`` above the prompt, and put the prompt with what was typed so far below it."""
        if not (self.person and self._prompting):
            show()
            return
        sys.stdout.write("\r\x1b[K")
        sys.stdout.flush()
        show()
        sys.stdout.write(PROMPT + _typed_so_far())
        sys.stdout.flush()

    def _feed(self, loop: asyncio.AbstractEventLoop, source: Iterator[str]) -> None:
        with suppress(RuntimeError):  # the loop has gone while we waited
            for line in source:
                loop.call_soon_threadsafe(self._lines.put_nowait, line)
                self._wanted.acquire()
            while True:
                loop.call_soon_threadsafe(self._lines.put_nowait, None)
                self._wanted.acquire()

    def _typed(self) -> Iterator[str]:
        self._wanted.acquire()
        while True:
            try:
                yield input(PROMPT)
            except (EOFError, OSError, ValueError):
                return

    def _piped(self) -> Iterator[str]:
        self._wanted.acquire()
        rest = b""
        while True:
            try:
                piece = os.read(self._descriptor, 65_536)
            except OSError:
                piece = b""
            lines = (rest + piece).split(b"\n")
            rest = lines.pop()[: _LINE_LIMIT + 1]
            yield from map(_decoded, lines)
            if not piece:
                break
        if rest:
            yield _decoded(rest)


def _decoded(raw: bytes) -> str:
    return raw[:_LINE_LIMIT].decode("utf-8", "replace").strip()


def _typed_so_far() -> str:
    try:
        import readline  # noqa: PLC0415 - not on every system
    except ImportError:
        return ""
    return readline.get_line_buffer()


@contextmanager
def kept_terminal(*, person: bool) -> Iterator[None]:
    """Gives the terminal back as it was: the reading thread may die in the middle of a line."""
    if not person:
        yield
        return
    try:
        import termios  # noqa: PLC0415 - not on every system
    except ImportError:
        yield
        return
    before = termios.tcgetattr(sys.stdin.fileno())
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, before)
