"""The last step of every reader: blocks in order become ``Article.text`` and its paragraphs.

One newline between paragraphs, single spaces inside them. Spans cover each line exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.types import Paragraph, ParagraphKind, Span


@dataclass(slots=True)
class Block:
    """One printed block: a line of text without line breaks, and where it stood."""

    text: str
    kind: ParagraphKind = ParagraphKind.BODY
    linked: float = 0.0  # share of its characters inside links, 0..1
    mark: int = -1  # number of its element in the page's tree, -1 outside a tree
    tag: str = "p"  # nearest block element
    level: int = 0  # of a heading, 1..6
    bold: bool = False  # all of it set in bold: a heading by looks
    junk: bool = False  # stands in page furniture, by tag or class name
    captions: bool = False  # stands in a picture's caption
    group: int = 0  # number of the quotation (``<blockquote>``, pull-quote box) it stands in, 0 = none
    article: int = 0  # number of the innermost ``<article>`` it stands in, 0 = none


def joined(blocks: Sequence[Block]) -> tuple[str, tuple[Paragraph, ...]]:
    """The body text and its paragraphs; blank blocks are left out."""
    lines: list[str] = []
    paragraphs: list[Paragraph] = []
    at = 0
    for block in blocks:
        if not block.text:
            continue
        paragraphs.append(Paragraph(Span(at, at + len(block.text)), block.kind))
        lines.append(block.text)
        at += len(block.text) + 1
    return "\n".join(lines), tuple(paragraphs)
