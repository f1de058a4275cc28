"""Message -> ``body`` and ``formatted_body`` of an ``m.notice``. Pure.

The HTML is of the subset that every client shows (p, strong, em, a, blockquote, ul, li, pre, code, br),
made of escaped words only; ``body`` says the same words for clients and notifications without HTML.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from itertools import groupby

from bot.display import inline, safe_link
from bot.types import Block, BlockKind, Message, Run

CAUTION = "Extracted by machine; check before you publish."
# Both together, in UTF-8: an edit carries everything twice, and an event ends at 65,536 bytes.
LIMIT_BYTES = 24_000
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
_SAID = {BlockKind.QUOTE, BlockKind.SPEAKER}


def rendered(message: Message) -> tuple[str, str]:
    """``body`` and ``formatted_body``, together at most LIMIT_BYTES: what has no room is left out from the
    end, whole blocks only, and a line says so."""
    units = _units(message.blocks)
    least, most = 0, len(units)
    while least < most:
        middle = (least + most + 1) // 2
        fits = _bytes(_both(units, middle)) <= LIMIT_BYTES
        least, most = (middle, most) if fits else (least, middle - 1)
    return _both(units, least)


def _units(blocks: Sequence[Block]) -> list[tuple[Block, ...]]:
    """Blocks that hold a word; a quote and its speaker are shown together or not at all."""
    units: list[tuple[Block, ...]] = []
    for block in blocks:
        if block.kind is BlockKind.SPEAKER and units and units[-1][-1].kind is BlockKind.QUOTE:
            units[-1] = (*units[-1], block)
        else:
            units.append((block,))
    return [unit for unit in units if unit[0].kind is BlockKind.TEXT or _words(unit[0]).strip()]


def _both(units: Sequence[tuple[Block, ...]], count: int) -> tuple[str, str]:
    blocks = [block for unit in units[:count] for block in unit]
    while count < len(units) and blocks and blocks[-1].kind is BlockKind.HEADING:
        blocks.pop()
    left = len(units) - count
    if any(block.kind is BlockKind.FOOTER for block in blocks):
        blocks.append(_own(BlockKind.FOOTER, CAUTION))
    if left:
        noun = "line" if left == 1 else "lines"
        blocks.append(_own(BlockKind.TEXT, f"Left out, since one message has no more room: {left} {noun}."))
    return _body(blocks), _html(blocks)


def _own(kind: BlockKind, text: str) -> Block:
    return Block(kind, (Run(text),))


def _bytes(texts: tuple[str, str]) -> int:
    return sum(len(text.encode()) for text in texts)


def _words(block: Block) -> str:
    return "".join(inline(run.text) for run in block.runs)


# ------------------------------------------------------------------------------ body


def _body(blocks: Sequence[Block]) -> str:
    rows: list[str] = []
    before: BlockKind | None = None
    for block in blocks:
        if rows and block.kind in _AIR_BEFORE and block.kind is not before:
            rows.append("")
        elif before in _SAID and block.kind is BlockKind.QUOTE:
            rows.append("")  # or two quotations would be one
        rows.append(_MARGIN.get(block.kind, "") + _words(block))
        before = block.kind
    return "\n".join(rows).strip("\n")


# ------------------------------------------------------------------------------ html


def _html(blocks: Sequence[Block]) -> str:
    return "".join(_group(shape, list(group)) for shape, group in groupby(blocks, _shape))


def _shape(block: Block) -> str:
    if block.kind is BlockKind.TEXT:
        return "pre" if _COLUMNS.search(_words(block)) else "lines"
    if block.kind in _LISTED:
        return f"list of {block.kind}"
    return "said" if block.kind in _SAID else "one"


def _group(shape: str, blocks: Sequence[Block]) -> str:
    if shape == "pre":
        return "<pre><code>" + "\n".join(escape(_words(block)) for block in blocks) + "</code></pre>"
    if shape == "lines":
        return f"<p>{'<br>'.join(map(_inner, blocks))}</p>" if any(map(_words, blocks)) else ""
    if shape.startswith("list"):
        return "<ul>" + "".join(f"<li>{_inner(block)}</li>" for block in blocks) + "</ul>"
    if shape == "said":
        return "".join(_quoted(unit) for unit in _units(blocks))
    return "".join(_line(block) for block in blocks)


def _quoted(unit: Sequence[Block]) -> str:
    return f"<blockquote>{'<br>'.join(map(_inner, unit))}</blockquote>"


def _line(block: Block) -> str:
    inner = _inner(block)
    return f"<p><em>{inner}</em></p>" if block.kind is BlockKind.FOOTER else f"<p>{inner}</p>"


def _inner(block: Block) -> str:
    return "".join(map(_run, block.runs))


def _run(run: Run) -> str:
    words = inline(run.text)
    made = escape(words)
    if not made.strip():
        return made
    link = safe_link(run.link, words)
    if link is not None:
        made = f'<a href="{escape(link)}">{made}</a>'
    if run.italic:
        made = f"<em>{made}</em>"
    return f"<strong>{made}</strong>" if run.bold else made
