"""Message -> ``body`` and ``formatted_body`` of an ``m.notice``. Pure.

The HTML is of the subset that every client shows (p, strong, em, a, blockquote, ul, li, pre, code, br),
made of escaped words only; ``body`` says the same words for clients and notifications without HTML.

Clients make a pill of what looks like the address of a user or room. Words that do stand in ``code``, where
none is made; a link that does is dropped, but for a message of the room that is written to.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from urllib.parse import unquote, urlsplit

from bot.display import inline, safe_link, shortened
from bot.types import Block, BlockKind, Message, Run

CAUTION = "Extracted by machine; check before you publish."
# Both together, as JSON in UTF-8. An event is to stay under 12,000 bytes; what goes with them comes to 2,110
# at the most (tests/unit/test_matrix_content.py). The golden digests take 2,500 to 8,100.
LIMIT_BYTES = 9_800
_FOOTERS_BYTES = 2_000
_FOOTERS_SHORT = 200  # code points
_NOTHING = "There is nothing to show."
# Hosts whose addresses clients read as Matrix's own (matrix.to, and Element's own pages)
_PILLED = re.compile(r"(?:[^/]*\.)?(?:matrix\.to|element\.io|riot\.im|vector\.im)", re.IGNORECASE)
# Bounded, and begun only where a word begins: the words are hostile, and may be very long
_ADDRESSED = re.compile(
    r"""(?<![\w.-])(?:https?://)?(?:[\w-]{1,63}\.){0,3}(?:matrix\.to|element\.io|riot\.im|vector\.im)/\S*
    | (?<![\w.-])matrix:(?:u|r|roomid)/\S*
    | (?<![\w/@\#!+])[@\#!+][^\s:@\#]{0,250}:[\w-]{1,63}(?:\.[\w-]{1,63}){1,9}(?::\d{1,5})?""",
    re.VERBOSE | re.IGNORECASE,
)
_COLUMNS = re.compile(r"\S {2,}\S")
_MARGIN = {
    BlockKind.NOTICE: "! ",
    BlockKind.QUOTE: "> ",
    BlockKind.SPEAKER: "> ",
    BlockKind.FIGURE: "- ",
    BlockKind.ACTOR: "- ",
}
_AIR_BEFORE = {BlockKind.HEADING, BlockKind.FOOTER, BlockKind.NUTGRAF}
_LISTED = {BlockKind.FIGURE, BlockKind.ACTOR}
_HEAD = {BlockKind.TITLE, BlockKind.SOURCE}
_SAID = {BlockKind.QUOTE, BlockKind.SPEAKER}


@dataclass(frozen=True, slots=True)
class _Line:
    """A block as words and as HTML without what stands around it."""

    kind: BlockKind
    words: str
    inner: str


_Unit = tuple[_Line, ...]  # shown together or not at all


def rendered(
    message: Message, *, room_id: str = "", tail: str = "", limit_bytes: int = LIMIT_BYTES
) -> tuple[str, str]:
    """``body`` and ``formatted_body``, together at most ``limit_bytes``: what has no room is left out from
    the end, whole blocks only, and a line says so. Footers and ``tail`` (short) come last and stay."""
    lines = [_line(block, room_id) for block in message.blocks]
    below = [*_footers(lines), *([_own(BlockKind.FOOTER, tail)] if tail else [])]
    units = _units(line for line in lines if line.kind is not BlockKind.FOOTER)
    if not below and not any(line.words.strip() for unit in units for line in unit):
        units = [(_own(BlockKind.TEXT, _NOTHING),)]
    least, most = 0, len(units)
    while least < most:
        middle = (least + most + 1) // 2
        fits = size_bytes(_both(units, middle, below)) <= limit_bytes
        least, most = (middle, most) if fits else (least, middle - 1)
    return _both(units, least, below)


def size_bytes(content: object) -> int:
    """As a homeserver counts it: JSON without blanks, in UTF-8."""
    return len(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())


def _units(lines: Iterable[_Line]) -> list[_Unit]:
    """Lines that hold a word; a quote and its speaker are one."""
    units: list[_Unit] = []
    for line in lines:
        if line.kind is BlockKind.SPEAKER and units and units[-1][-1].kind is BlockKind.QUOTE:
            units[-1] = (*units[-1], line)
        else:
            units.append((line,))
    return [unit for unit in units if unit[0].kind is BlockKind.TEXT or unit[0].words.strip()]


def _both(units: Sequence[_Unit], count: int, below: Sequence[_Line]) -> tuple[str, str]:
    lines = [line for unit in units[:count] for line in unit]
    while count < len(units) and lines and lines[-1].kind is BlockKind.HEADING:
        lines.pop()
    left = len(units) - count
    if left:
        noun = "line" if left == 1 else "lines"
        lines.append(_own(BlockKind.TEXT, f"Left out, since one message has no more room: {left} {noun}."))
    lines += below
    return _body(lines), _html(lines)


def _footers(lines: Sequence[_Line]) -> list[_Line]:
    """The small lines that hold a word, and that a machine took what is above them; [] for none."""
    footers = [line for line in lines if line.kind is BlockKind.FOOTER and line.words.strip()]
    if not footers:
        return []
    if size_bytes([_body(footers), _html(footers)]) > _FOOTERS_BYTES:
        told = " · ".join(line.words for line in footers)
        footers = [_own(BlockKind.FOOTER, shortened(told, _FOOTERS_SHORT))]
    return [*footers, _own(BlockKind.FOOTER, CAUTION)]


# ------------------------------------------------------------------------------ body


def _body(lines: Sequence[_Line]) -> str:
    rows: list[str] = []
    before: BlockKind | None = None
    for line in lines:
        if rows and line.kind in _AIR_BEFORE and line.kind is not before:
            rows.append("")
        elif before in _SAID and line.kind is BlockKind.QUOTE:
            rows.append("")  # or two quotations would be one
        rows.append(_MARGIN.get(line.kind, "") + line.words)
        before = line.kind
    return "\n".join(rows).strip("\n")


# ------------------------------------------------------------------------------ html


def _html(lines: Sequence[_Line]) -> str:
    return "".join(_group(shape, list(group)) for shape, group in groupby(lines, _shape))


def _shape(line: _Line) -> str:
    if line.kind is BlockKind.TEXT:
        return "pre" if _COLUMNS.search(line.words) else "lines"
    if line.kind in _LISTED:
        return f"list of {line.kind}"
    if line.kind in _HEAD:
        return "head"
    if line.kind is BlockKind.FOOTER:
        return "footers"
    return "said" if line.kind in _SAID else "one"


def _group(shape: str, lines: Sequence[_Line]) -> str:
    if shape == "pre":
        return "<pre><code>" + "\n".join(escape(line.words) for line in lines) + "</code></pre>"
    if shape == "lines":
        return f"<p>{_stacked(lines)}</p>" if any(line.words for line in lines) else ""
    if shape.startswith("list"):
        return "<ul>" + "".join(f"<li>{line.inner}</li>" for line in lines) + "</ul>"
    if shape == "said":
        return "".join(f"<blockquote>{_stacked(unit)}</blockquote>" for unit in _units(lines))
    if shape == "head":
        return "".join(f"<p>{_stacked(story)}</p>" for story in _heads(lines))
    if shape == "footers":
        return f"<p><em>{_stacked(lines)}</em></p>"
    return "".join(f"<p>{line.inner}</p>" for line in lines)


def _heads(lines: Sequence[_Line]) -> list[list[_Line]]:
    """Each title with what stands right under it."""
    heads: list[list[_Line]] = []
    for line in lines:
        if line.kind is BlockKind.TITLE or not heads:
            heads.append([])
        heads[-1].append(line)
    return heads


def _stacked(lines: Sequence[_Line]) -> str:
    return "<br>".join(line.inner for line in lines)


# ----------------------------------------------------------------------------- lines


def _own(kind: BlockKind, text: str) -> _Line:
    return _line(Block(kind, (Run(text),)), "")


def _line(block: Block, room_id: str) -> _Line:
    words = "".join(inline(run.text) for run in block.runs)
    return _Line(block.kind, words, "".join(_run(run, room_id) for run in block.runs))


def _run(run: Run, room_id: str) -> str:
    words = inline(run.text)
    if not words.strip():
        return escape(words)
    link = safe_link(run.link, words)
    if link is not None and not _pilled(link, room_id):
        made = f'<a href="{escape(link)}">{escape(words)}</a>'
    else:
        made = "".join(_pieces(words))
    if run.italic:
        made = f"<em>{made}</em>"
    return f"<strong>{made}</strong>" if run.bold else made


def _pilled(link: str, room_id: str) -> bool:
    """Whether a client would show somebody or something of Matrix in the place of the link's words."""
    parts = urlsplit(link)
    if not _PILLED.fullmatch(parts.hostname or ""):
        return False
    opens_here = room_id != "" and unquote(parts.fragment).startswith(f"/{room_id}/$")
    return not (parts.hostname == "matrix.to" and opens_here)


def _pieces(words: str) -> Iterator[str]:
    """Escaped, addresses of Matrix in ``code``."""
    before = 0
    for found in _ADDRESSED.finditer(words):
        yield escape(words[before : found.start()])
        yield f"<code>{escape(found.group())}</code>"
        before = found.end()
    yield escape(words[before:])
