"""A chat in the terminal: the embedded default, no account needed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from adapters.terminal.chat import HERE, TerminalChat
from adapters.terminal.keyboard import Keyboard, kept_terminal
from adapters.terminal.screen import Screen
from adapters.terminal.session import Session
from adapters.terminal.transcript import Transcript
from bot.desk import Desk
from bot.errors import StoreUnusable

__all__ = ["HERE", "Screen", "serve"]


async def serve(
    desk: Desk, *, grant: Callable[[Path], str], verbs: frozenset[str], folder: Path, retention_days: int
) -> None:
    """One sitting on standard input and output; returns when the user leaves or the input ends.

    ``folder`` holds the transcript. Raises StoreUnusable when it cannot be written.
    """
    here = folder / "terminal.jsonl"
    try:
        transcript = Transcript(here, retention_days)
    except OSError as error:
        raise StoreUnusable(str(here), error.strerror or type(error).__name__) from error
    person = sys.stdin.isatty() and sys.stdout.isatty()
    screen = Screen(sys.stdout)
    chat = TerminalChat(transcript, screen)
    desk.serve(chat)

    async def waiting() -> int:
        return (await desk.status(HERE)).asked

    sitting = Session(
        chat, screen, Keyboard(person=person), submit=desk.take, grant=grant, verbs=verbs, waiting=waiting
    )
    try:
        with kept_terminal(person=person):
            await sitting.run()
    finally:
        with suppress(OSError):  # a full disk: the next start tidies up
            transcript.tidy()
