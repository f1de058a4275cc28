"""Messages on a screen: styled for a terminal, plain words for anything else. The door to rich.

Every word is put on the screen as literal text, never as markup; words of a page were made safe by
whoever made the message, and are stripped of control characters once more here.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import AbstractContextManager, nullcontext
from typing import IO

from rich.console import Console, Group
from rich.style import Style
from rich.text import Text

from bot.display import typed_after
from bot.types import Block, BlockKind, Message, Run

_WIDTH = 92  # columns: longer lines are hard to read
_STYLES = {
    BlockKind.TITLE: "bold",
    BlockKind.SOURCE: "dim",
    BlockKind.NUTGRAF: "",
    BlockKind.NOTICE: "yellow",
    BlockKind.HEADING: "bold cyan",
    BlockKind.QUOTE: "",
    BlockKind.SPEAKER: "dim",
    BlockKind.FOOTER: "dim",
}
_FRONT = {
    BlockKind.NOTICE: "! ",
    BlockKind.QUOTE: "┃ ",
    BlockKind.SPEAKER: "┃ ",
    BlockKind.FIGURE: "• ",
    BlockKind.ACTOR: "• ",
}
_COLUMNS = re.compile(r"\S.*?\S {2,}(?=\S)")
_LEFT = 44  # a first column wider than this is none
_AIR_BEFORE = frozenset({BlockKind.TITLE, BlockKind.NUTGRAF, BlockKind.HEADING, BlockKind.FOOTER})


class Screen:
    """Where answers go. ``rich`` only where there is a person to see it."""

    def __init__(self, out: IO[str], *, width: int | None = None, styled: bool | None = None) -> None:
        self.styled = out.isatty() if styled is None else styled
        self._out = out
        self._console = Console(
            file=out,
            force_terminal=self.styled,
            markup=False,
            highlight=False,
            emoji=False,
            soft_wrap=False,
            width=width,
        )
        if width is None and self._console.width > _WIDTH:
            self._console = Console(
                file=out, force_terminal=self.styled, markup=False, highlight=False, emoji=False, width=_WIDTH
            )

    def show(self, message: Message) -> None:
        """Print ``message`` and flush. Raises OSError when nobody is there to read it."""
        if not self.styled:
            self._out.write(_safe(message.plain) + "\n\n")
            self._out.flush()
            return
        rows: list[Text] = []
        before: BlockKind | None = None
        for block in typed_after("", message).blocks:
            if block.kind in _AIR_BEFORE or (block.kind is BlockKind.QUOTE and before is BlockKind.SPEAKER):
                rows.append(Text())
            rows += self._rows(block)
            before = block.kind
        if "more" in message.choices:
            hint = f"Say “more” for the other {message.more}, “cite” to quote it, “reread” for what changed."
            rows.append(Text(hint, style="dim italic"))
        # in one piece: a moving sign below it is redrawn once
        self._console.print(Group(*rows, Text()))
        self._out.flush()

    def line(self, text: str) -> None:
        """One quiet line of our own."""
        if self.styled:
            self._console.print(Text(_safe(text), style="dim"))
        else:
            self._out.write(_safe(text) + "\n")
        self._out.flush()

    def busy(self, text: str) -> AbstractContextManager[object]:
        """A moving sign while something is read; nothing where nobody would see it move."""
        if not self.styled:
            return nullcontext()
        return self._console.status(Text(_safe(text), style="dim"), spinner="dots")

    def _rows(self, block: Block) -> list[Text]:
        style = _STYLES.get(block.kind, "")
        text = Text(style=style)
        for run in block.runs:
            text.append(_safe(run.text), style=_style(run))
        front = _FRONT.get(block.kind)
        if front is None:
            return self._hanging(text)
        lines = text.wrap(self._console, self._console.width - len(front))
        marks = [front] + [front if front == "┃ " else " " * len(front)] * len(lines)
        look = "cyan" if front == "┃ " else style
        return [Text(mark, style=look).append_text(line) for mark, line in zip(marks, lines, strict=False)]

    def _hanging(self, text: Text) -> list[Text]:
        """A line in two columns ("list    the feeds ...") keeps its second column when it is too long."""
        columns = _COLUMNS.match(text.plain)
        if columns is None or columns.end() > _LEFT or len(text) <= self._console.width:
            return [text]
        left, right = text.divide([columns.end()])
        indent = len(left)
        lines = right.wrap(self._console, self._console.width - indent)
        for line in lines:
            line.rstrip()
        fronts = [left] + [Text(" " * indent) for _ in lines[1:]]
        return [front.append_text(line) for front, line in zip(fronts, lines, strict=True)]


def _style(run: Run) -> Style:
    """A link is given to the terminal as OSC 8; a link with a control character is none."""
    link = run.link if run.link and run.link.isprintable() else None
    return Style(bold=run.bold or None, italic=run.italic or None, link=link)


def _safe(text: str) -> str:
    """Line breaks stay; nothing else that drives a terminal does."""
    return "".join(char for char in text if char == "\n" or unicodedata.category(char) not in {"Cc", "Cs"})
