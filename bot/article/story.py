"""The last step of every reader: blocks in order become ``Article.text`` and its paragraphs.

One newline between paragraphs, single spaces inside them. Spans cover each line exactly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.errors import NotAnArticle
from bot.text import count_words
from bot.types import Paragraph, ParagraphKind, Span

# The longest journalism is about 30,000 words; what is longer is a book, a log or an attack.
LIMIT_CHARS = 200_000
# A page set as one block: cut at sentence ends, so that no later step meets an endless paragraph. Printed
# paragraphs of the body corpora end under 4,000 characters.
_LONGEST_PARAGRAPH = 5_000
_SENTENCE_END = re.compile(r"[.!?…][\"”’')\]]*\s+(?=\S)")


@dataclass(slots=True)
class Block:
    """One printed block: a line of text without line breaks, and where it stood."""

    text: str
    kind: ParagraphKind = ParagraphKind.BODY
    linked: float = 0.0  # share of its characters inside links, 0..1
    mark: int = -1  # number of its element in the page's tree, -1 outside a tree
    level: int = 0  # of a heading, 1..6
    junk: bool = False  # stands in page furniture, by tag or class name
    captions: bool = False  # stands in a picture's caption
    deck: bool = False  # stands in a box that its class name calls the deck under the headline
    group: int = 0  # number of the quotation (``<blockquote>``, pull-quote box) it stands in, 0 = none
    article: int = 0  # number of the innermost ``<article>`` it stands in, 0 = none


def joined(blocks: Sequence[Block], url: str) -> tuple[str, tuple[Paragraph, ...]]:
    """The body text and its paragraphs; blank blocks are left out.

    Raises NotAnArticle for a text over LIMIT_CHARS.
    """
    if sum(len(block.text) + 1 for block in blocks) > LIMIT_CHARS:
        words = sum(count_words(block.text) for block in blocks)
        raise NotAnArticle(url, f"a text of {words:,} words, longer than any article")
    lines: list[str] = []
    paragraphs: list[Paragraph] = []
    at = 0
    for block in blocks:
        for line in _pieces(block.text):
            paragraphs.append(Paragraph(Span(at, at + len(line)), block.kind))
            lines.append(line)
            at += len(line) + 1
    return "\n".join(lines), tuple(paragraphs)


def _pieces(text: str) -> Iterator[str]:
    """``text`` in bearable pieces: cut behind a sentence, else at a blank, else where it must be."""
    while len(text) > _LONGEST_PARAGRAPH:
        ends = [match.end() for match in _SENTENCE_END.finditer(text, 0, _LONGEST_PARAGRAPH)]
        cut = ends[-1] if ends else text.rfind(" ", 1, _LONGEST_PARAGRAPH) + 1 or _LONGEST_PARAGRAPH
        yield text[:cut].rstrip()
        text = text[cut:].lstrip()
    if text:
        yield text
