"""Neutral blocks laid out as Slack shows them best, and cut honestly where Slack takes no more. Pure.

A heading and what stands under it are one ``rich_text`` block; outlet, notes and footer are small grey
lines; a quote and its speaker share one bar. Lines of two columns become a list, since Slack has no
columns on a phone; only tables of three and more keep their blanks, in letters of one width.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

from adapters.slack import shapes
from adapters.slack.shapes import Json
from bot.display import inline
from bot.types import Block, BlockKind, Run

_TWO_COLUMNS = re.compile(r"(\S+(?: \S+)*) {2,}(\S.*)")
_FURTHER = re.compile(r"\S {2,}\S")
_CUT = " […]"
_NOTE = "⚠ "
_COUNTED = {BlockKind.QUOTE: "quote", BlockKind.FIGURE: "figure", BlockKind.ACTOR: "name"}
_BLOCKS_FOR_AIR = 30  # of the 50 that a message may have
_UNCOUNTED = {BlockKind.HEADING, BlockKind.SPEAKER}
# which links go first where there is no room: those of figures to their sentences, then those of quotes
_LINKED = (
    frozenset(BlockKind),
    frozenset({BlockKind.TITLE, BlockKind.SPEAKER}),
    frozenset({BlockKind.TITLE}),
)
_GREY = frozenset({BlockKind.SOURCE, BlockKind.NOTICE, BlockKind.FOOTER})
_SAID = frozenset({BlockKind.QUOTE, BlockKind.SPEAKER})
Unit = tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Room:
    """What a place takes: blocks, characters of JSON in all, of a line before it is cut, of a quote before it
    is left out."""

    name: str
    blocks: int
    json: int
    line: int
    quote: int


# Slack: 50 blocks; JSON_LIMIT stays under what chat.postMessage was seen to refuse as msg_blocks_too_long
# (slackapi/bolt-js #2509: 13,297 characters of text alone; #2867: 11,341 of text in rich_text). A digest
# of the own corpus has 4,500 to 8,500 (tests/golden/*.slack.json).
MESSAGE = Room("message", blocks=50, json=12_000, line=2_000, quote=4_000)
VIEW = Room(
    "window", blocks=100, json=200_000, line=2_000, quote=20_000
)  # Slack: 100 blocks, 250,000 characters


def fitted(blocks: Sequence[Block], tail: Sequence[Json], room: Room) -> list[Json]:
    """``blocks`` laid out with ``tail`` below, at most ``room`` in all.

    Too much: first the links of single passages go, then findings from the end, and a line says what is
    left out. A quote is shown whole or not at all; any other line may end in "[…]".
    """
    rows, lost = _units(blocks, room)
    for linked in _LINKED:
        made = [*_laid(_flat(rows), linked), *_note(lost, room), *tail]
        if _fits(made, room):
            return made
    least, most = 0, len(rows) - 1
    while least < most:
        middle = (least + most + 1) // 2
        fits = _fits(_part(rows, middle, lost, tail, room), room)
        least, most = (middle, most) if fits else (least, middle - 1)
    return _part(rows, least, lost, tail, room)


def _part(
    rows: Sequence[Unit], count: int, lost: Sequence[Block], tail: Sequence[Json], room: Room
) -> list[Json]:
    """The first ``count`` units, without a heading that nothing follows, and a word on the others."""
    kept = list(rows[:count])
    while kept and kept[-1][0].kind is BlockKind.HEADING:
        kept.pop()
    return [*_laid(_flat(kept), _LINKED[-1]), *_note([*lost, *_flat(rows[count:])], room), *tail]


def _fits(made: Sequence[Json], room: Room) -> bool:
    return len(made) <= room.blocks and shapes.size(made) <= room.json


def _units(blocks: Sequence[Block], room: Room) -> tuple[list[Unit], list[Block]]:
    """What is shown together or not at all, lines cut to ``room``; and the quotes that are too long."""
    rows: list[Unit] = []
    lost: list[Block] = []
    for block in map(_safe, blocks):
        if block.kind is BlockKind.QUOTE:
            rows.append((block,))
        elif block.kind is BlockKind.SPEAKER and rows and rows[-1][-1].kind is BlockKind.QUOTE:
            rows[-1] = (*rows[-1], _cut(block, room.line))
        else:
            rows.append((_cut(block, room.line),))
    kept: list[Unit] = []
    for row in rows:
        if row[0].kind is BlockKind.QUOTE and _length(row[0]) > room.quote:
            lost += row
        elif row[0].kind is BlockKind.TEXT or _has_words(
            row[0]
        ):  # a quote of nothing takes its speaker along
            kept.append(row)
    return kept, lost


def _safe(block: Block) -> Block:
    """The block with words that are safe to show: done once, however often it is laid out."""
    return replace(block, runs=tuple(replace(run, text=inline(run.text)) for run in block.runs))


def _flat(rows: Sequence[Unit]) -> list[Block]:
    return [block for row in rows for block in row]


def _has_words(block: Block) -> bool:
    return any(run.text.strip() for run in block.runs)


def _length(block: Block) -> int:
    return sum(shapes.units(run.text) for run in block.runs)


def _cut(block: Block, limit: int) -> Block:
    """A line that is too long, cut at a word and marked."""
    if _length(block) <= limit:
        return block
    runs: list[Run] = []
    left = limit // 2  # a code point is at most two units
    for run in block.runs:
        if len(run.text) > left:
            head = run.text[:left]
            head = head.rsplit(" ", 1)[0] if " " in head.strip() else head
            runs.append(replace(run, text=head.rstrip() + _CUT))
            break
        runs.append(run)
        left -= len(run.text)
    return replace(block, runs=tuple(runs))


def _note(lost: Sequence[Block], room: Room) -> list[Json]:
    """What is left out, in words; [] for nothing."""
    counts: Counter[str] = Counter()
    for block in lost:
        if block.kind not in _UNCOUNTED and _has_words(block):
            counts[_COUNTED.get(block.kind, "line")] += block.findings
    if not counts:
        return []
    told = ", ".join(f"{count} {noun}{'s' * (count != 1)}" for noun, count in counts.items())
    return [shapes.context([f"Left out, since Slack takes no more in one {room.name}: {told}."])]


# ---------------------------------------------------------------------------- layout


def _laid(blocks: Sequence[Block], linked: Container[BlockKind]) -> list[Json]:
    """Block Kit of blocks whose words are safe to show; links stay in those of the kinds ``linked``."""
    page = _Page(linked)
    for block in blocks:
        page.add(block)
    return page.finished()


class _Page:
    """Blocks as they grow: ``_open`` are the elements of the rich_text block being written."""

    def __init__(self, linked: Container[BlockKind]) -> None:
        self._linked = linked
        self._done: list[Json] = []
        self._open: list[Json] = []
        self._last: BlockKind | None = None

    def add(self, block: Block) -> None:
        kind = block.kind
        aside = kind is BlockKind.TEXT and self._last in _SAID and all(run.italic for run in block.runs)
        if kind in _GREY or aside:  # a remark on the quotes above is no louder than they are
            self._grey(block)
        elif kind is BlockKind.TEXT:
            self._text(block)
        else:
            self._rich(block)
        self._last = kind

    def finished(self) -> list[Json]:
        self._close()
        return self._done

    def _close(self) -> None:
        if self._open:
            self._done.append(shapes.rich(self._open))
            self._open = []

    def _leaves(self, block: Block, *, italic: bool = False) -> list[Json]:
        return shapes.leaves(block.runs, links=block.kind in self._linked, italic=italic)

    def _grey(self, block: Block) -> None:
        """A small grey line; notes that follow each other share a block."""
        words = "".join(run.text for run in block.runs).strip()
        if not words:
            return
        if block.kind is BlockKind.NOTICE:
            words = _NOTE + words
            if self._joins_notes(words):
                return
        self._close()
        if shapes.units(words) <= shapes.PLAIN_LIMIT:
            self._done.append(shapes.context([words]))
        else:
            self._done.append(shapes.rich([shapes.line(shapes.leaf(words))]))

    def _joins_notes(self, words: str) -> bool:
        """Put under the note before it, where there is one and both have room."""
        before = self._done[-1] if self._done and not self._open else None
        if self._last is not BlockKind.NOTICE or before is None or before["type"] != "context":
            return False
        joined = f"{before['elements'][0]['text']}\n{words}"
        if not joined.startswith(_NOTE) or shapes.units(joined) > shapes.PLAIN_LIMIT:
            return False
        self._done[-1] = shapes.context([joined])
        return True

    def _rich(self, block: Block) -> None:
        kind = block.kind
        inner = self._leaves(block, italic=kind is BlockKind.SPEAKER)
        if not inner:
            return
        if kind in {BlockKind.TITLE, BlockKind.NUTGRAF, BlockKind.HEADING}:
            self._close()
            self._open.append(shapes.line(inner))
        elif kind is BlockKind.QUOTE:
            self._part_quotes()
            self._open.append(shapes.quoted(inner))
        elif kind is BlockKind.SPEAKER and self._last is BlockKind.QUOTE:
            self._extend(inner)
        elif kind in {BlockKind.FIGURE, BlockKind.ACTOR}:
            self._bullet(inner, kind)
        else:
            self._open.append(shapes.line(inner))

    def _part_quotes(self) -> None:
        """Air before the next quote: the edge of a block, which is less than an empty line, while there are
        blocks to spend."""
        if not self._open or self._open[-1]["type"] != "rich_text_quote":
            return
        if len(self._done) < _BLOCKS_FOR_AIR:
            self._close()
        else:
            self._open.append(shapes.line(shapes.gap()))

    def _extend(self, inner: Sequence[Json]) -> None:
        """One more line in the element written last."""
        last = self._open[-1]
        last["elements"] = shapes.merged([*last["elements"], *shapes.gap(), *inner])

    def _bullet(self, inner: Sequence[Json], kind: BlockKind) -> None:
        if self._last is kind and self._open and self._open[-1]["type"] == "rich_text_list":
            self._open[-1]["elements"].append(shapes.line(inner))
        else:
            self._open.append(shapes.bullets([inner]))

    def _text(self, block: Block) -> None:
        """Lines under each other; an empty one makes room, two columns a list, more a table."""
        words = "".join(run.text for run in block.runs)
        columns = _TWO_COLUMNS.fullmatch(words) if len(block.runs) == 1 else None
        if not words.strip():
            self._close()
        elif columns is None:
            self._follow("rich_text_section", self._leaves(block))
        elif _FURTHER.search(columns.group(2)):
            self._follow("rich_text_preformatted", shapes.leaf(words))
        else:
            left, right = columns.groups()
            self._bullet([*shapes.leaf(left, code=True), *shapes.leaf(f"  {right}")], BlockKind.TEXT)

    def _follow(self, shape: str, inner: list[Json]) -> None:
        """One more line of an element of this shape, or the first of a new one."""
        if self._last is BlockKind.TEXT and self._open and self._open[-1]["type"] == shape:
            self._extend(inner)
        else:
            self._open.append({"type": shape, "elements": shapes.merged(inner)})
