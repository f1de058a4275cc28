"""Which blocks are the story, from two opinions that disagree a little or a lot.

A little: blocks that both hold stay; a block that only one holds stays where that library was right on the
development pages. Words kept rightly : wrongly there (body corpora, 342 pages, 2026-11): trafilatura alone
inside the story 1,068 : 0, before it 940 : 72, after it 52 : 5,784; readability alone after it 786 : 976.
A lot: one of the two took the wrong part of the page; the page's own ``articleBody``, containment and the
shape of the text decide which.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.article.shingles import agreement, contained, tokens
from bot.article.story import Block
from bot.types import ParagraphKind

_SENTENCE = re.compile(r"[.!?:…”\"’)。！？]\s*$")
_PROSE_WORDS = 12
_AGREE = 0.75
_STATED_WORDS = 150


def settled(blocks: Sequence[Block], first: set[int]) -> bool:
    """Whether a second opinion could not add anything: the first holds all prose outside furniture."""
    prose = [block for block in blocks if not block.junk and is_prose(block)]
    held = sum(len(block.text) for block in prose if block.mark in first)
    loose = sum(
        len(block.text)
        for block in blocks
        if block.mark not in first and not block.junk and block.linked < 0.5 and not block.level
    )
    return bool(prose) and held >= 0.98 * sum(len(block.text) for block in prose) and loose < 0.1 * held


def is_prose(block: Block) -> bool:
    return (
        len(tokens(block.text)) >= _PROSE_WORDS and block.linked < 0.5 and bool(_SENTENCE.search(block.text))
    )


def chosen(
    blocks: Sequence[Block], first: set[int], second: set[int], stated: str, title: str
) -> list[Block]:
    """The story's blocks. ``first`` and ``second`` are marks; ``stated`` is the page's own articleBody."""
    ours = [block for block in blocks if block.mark in first]
    theirs = [block for block in blocks if block.mark in second and not block.junk]
    if not theirs:
        return ours
    if not ours:
        return theirs
    left, right = _text(ours), _text(theirs)
    if agreement(left, right) >= _AGREE:
        return _merged(blocks, first, second)
    return ours if _first_wins(left, right, stated, title) else theirs


def filled(blocks: Sequence[Block], kept: Sequence[Block]) -> list[Block]:
    """``kept`` with the tables and quotations that stand between its blocks.

    readability drops small tables by their shape and embedded posts by their class.
    """
    if not kept:
        return []
    inside = {block.mark for block in kept}
    low, high = min(inside), max(inside)
    return [
        block for block in blocks if block.mark in inside or (low < block.mark < high and _set_off(block))
    ]


def _set_off(block: Block) -> bool:
    kinds = (ParagraphKind.TABLE, ParagraphKind.BLOCKQUOTE)
    return block.kind in kinds and not block.junk and block.linked < 0.5


def _text(blocks: Sequence[Block]) -> str:
    return "\n".join(block.text for block in blocks)


def _merged(blocks: Sequence[Block], first: set[int], second: set[int]) -> list[Block]:
    agreed = [
        at
        for at, block in enumerate(blocks)
        if block.mark in first and block.mark in second and len(tokens(block.text)) >= 8
    ]
    low, high = (agreed[0], agreed[-1]) if agreed else (0, len(blocks) - 1)
    return [
        block
        for at, block in enumerate(blocks)
        if not block.junk
        and _stays(block, block.mark in first, block.mark in second, (at > low) - (at < low) + (at > high))
    ]


def _stays(block: Block, first: bool, second: bool, place: int) -> bool:
    """``place``: -1 before the agreed story, 0 or 1 inside it, 2 after it."""
    if first and second:
        return True
    if second:
        return place in (0, 1) or (place < 0 and (is_prose(block) or block.kind is ParagraphKind.LISTED))
    if first and place in (0, 1):
        return block.linked < 0.5
    return first and place < 0 and is_prose(block)


def _first_wins(left: str, right: str, stated: str, title: str) -> bool:
    """Whether the first opinion (``left``) is the story when the two are far apart."""
    if len(tokens(stated)) > _STATED_WORDS:
        return agreement(left, stated) >= agreement(right, stated)
    inside_left, inside_right = contained(left, right), contained(right, left)
    size_left, size_right = len(tokens(left)), len(tokens(right))
    if inside_left > 0.85 and size_left < 0.6 * size_right:
        return False
    if inside_right > 0.85 and size_right < 0.6 * size_left:
        return True
    return _worth(left, title) >= _worth(right, title)


def _worth(text: str, title: str) -> float:
    """How much a text looks like the story under ``title``: its words, length, sentences."""
    words = [word.casefold() for word in tokens(text)]
    named = {word.casefold() for word in tokens(title) if len(word) > 3}
    covered = len(named & set(words)) / len(named) if named else 0.0
    sentences = sum(len(tokens(line)) >= 8 and bool(_SENTENCE.search(line)) for line in text.split("\n"))
    return 1.2 * covered + min(1.0, len(words) / 250) + 0.5 * min(1.0, sentences / 8)
