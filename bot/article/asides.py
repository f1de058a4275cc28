"""What is printed beside the story: captions, correction notes, the deck under the headline."""

from __future__ import annotations

from collections.abc import Sequence

from bot.article.lexicon import pattern
from bot.article.shingles import folded, tokens
from bot.article.story import Block
from bot.types import Aside, AsideKind, ParagraphKind

_CAPTION_WORDS = 60
_NEAR_BLOCKS = 6


def without_notes(blocks: Sequence[Block]) -> tuple[list[Block], list[Aside]]:
    """The body without captions and correction notes that stand in it, and these."""
    kept: list[Block] = []
    asides: list[Aside] = []
    for block in blocks:
        kind = AsideKind.CORRECTION if is_correction(block) else None
        if kind is None and is_caption(block):
            kind = AsideKind.CAPTION
        if kind is None:
            kept.append(block)
        else:
            asides.append(Aside(kind, block.text))
    return kept, asides


def without_deck(blocks: Sequence[Block]) -> tuple[list[Block], list[Aside]]:
    """The body without the deck at its head, and this; what has no class of a deck may be the lead."""
    first = blocks[0] if blocks else None
    if first is None or not first.deck or not 5 <= len(tokens(first.text)) < _CAPTION_WORDS:
        return list(blocks), []
    return list(blocks[1:]), [Aside(AsideKind.STANDFIRST, first.text)]


def is_correction(block: Block) -> bool:
    return pattern("correction_lines", "^").match(block.text) is not None


def is_caption(block: Block) -> bool:
    """By where it stands (alone with a picture), or by words that only captions print."""
    if block.kind is ParagraphKind.HEADING or len(tokens(block.text)) >= _CAPTION_WORDS:
        return False
    return block.captions or pattern("caption_marks").search(block.text) is not None


def around(blocks: Sequence[Block], body: Sequence[Block], title: str, deck: str) -> list[Aside]:
    """Captions, notes and the deck that no opinion took for body, close to it in the page."""
    if not body:
        return []
    low, high = body[0].mark - _NEAR_BLOCKS, body[-1].mark + _NEAR_BLOCKS
    inside = {block.mark for block in body}
    asides: list[Aside] = []
    for block in blocks:
        if block.mark in inside or not low <= block.mark <= high or len(tokens(block.text)) < 3:
            continue
        if is_correction(block):
            asides.append(Aside(AsideKind.CORRECTION, block.text))
        elif block.captions:
            asides.append(Aside(AsideKind.CAPTION, block.text))
        elif block.mark < body[0].mark and _is_deck(block, title, deck):
            asides.append(Aside(AsideKind.STANDFIRST, block.text))
    return asides


def _is_deck(block: Block, title: str, deck: str) -> bool:
    """The line that the page also states as its description."""
    key = folded(block.text)
    return len(key.split()) >= 5 and key == folded(deck) and key != folded(title)
