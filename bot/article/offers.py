"""What the site sells beside the story: a subscription where the rest of a locked story would stand, a bet.

Its prices are no figures of the story. A line of ``offer_lines`` goes wherever it stands; what could as well
be a sentence of the story (a price a week, "full access") goes only in a row with such a line.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.article.choose import is_prose
from bot.article.lexicon import hits
from bot.article.shingles import tokens
from bot.article.story import Block
from bot.types import ParagraphKind

_OPENS = "“\"«„‘'‹"
_QUOTES = '“”"«»„'
_OFFER_WORDS = 60
_BULLET_WORDS = 12


def without_offers(blocks: Sequence[Block]) -> list[Block]:
    """The blocks that sell nothing, in order."""
    lines = ["" if _is_told(block) else block.text.lower() for block in blocks]
    gone = {at for at, line in enumerate(lines) if line and hits("offer_lines", line)}
    for start in sorted(gone):
        for step in (-1, 1):
            at = start + step
            while 0 <= at < len(blocks) and at not in gone and _belongs(blocks[at], lines[at], step):
                gone.add(at)
                at += step
    return [block for at, block in enumerate(blocks) if at not in gone]


def _is_told(block: Block) -> bool:
    """Whether a line is too long for an offer, or quotes."""
    text = block.text
    return len(tokens(text)) > _OFFER_WORDS or text[:1] in _OPENS or any(mark in text for mark in _QUOTES)


def _belongs(block: Block, line: str, step: int) -> bool:
    """Whether a line beside an offer is part of it: it may sell and is no prose, or is a bullet below it."""
    if line and hits("offer_parts", line):
        return not is_prose(block)
    listed = block.kind is ParagraphKind.LISTED and len(tokens(block.text)) <= _BULLET_WORDS
    return step > 0 and listed
