"""From the chosen blocks, take what is not the story: headline, cues, link rows, doubles, tails."""

from __future__ import annotations

import re

from bot.article.lexicon import pattern
from bot.article.shingles import tokens
from bot.article.story import Block
from bot.types import ParagraphKind

_ENDS = re.compile(r"[.!?:…»”\"')\]。！？;]\s*$")


def trimmed(blocks: list[Block], title: str) -> list[Block]:
    """The blocks that stay, in order."""
    cue = pattern("cue_lines", r"^")
    named = _folded(title)
    seen: set[str] = set()
    kept: list[Block] = []
    for block in blocks:
        key = _folded(block.text)
        count = len(key.split())
        if not count or block.level == 1 or (named and key == named):
            continue
        if _is_link_row(block, count) or (cue.match(block.text) and (block.linked > 0.3 or count < 25)):
            continue
        if count >= 6 and key in seen:
            continue
        seen.add(key)
        kept.append(block)
    return _without_rims(kept)


def _folded(text: str) -> str:
    return " ".join(tokens(text.casefold()))


def _is_link_row(block: Block, count: int) -> bool:
    loose = block.kind is not ParagraphKind.HEADING and block.kind is not ParagraphKind.BLOCKQUOTE
    return loose and block.linked > 0.8 and count < 30


def _without_rims(kept: list[Block]) -> list[Block]:
    """Drop headings, links and labels at the end; labels at the start."""
    while kept and _is_tail(kept[-1]):
        kept.pop()
    while kept and kept[0].level != 2 and _is_label(kept[0], 4):
        kept.pop(0)
    return kept


def _is_tail(block: Block) -> bool:
    return block.kind is ParagraphKind.HEADING or block.linked > 0.5 or _is_label(block, 5)


def _is_label(block: Block, words: int) -> bool:
    return len(tokens(block.text)) < words and not _ENDS.search(block.text)
