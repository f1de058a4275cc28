"""Infinite scroll: the next story stands below ours in the same page. Keep the one under the page's title."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.article.lexicon import pattern
from bot.article.shingles import folded, tokens
from bot.article.stamps import stamp_of
from bot.article.story import Block

_BY = re.compile(r"^(?:by|von|par|por)\s+\S", re.I)
_HEAD_BLOCKS = 5
_HEAD_WORDS = 14
_TEASERS = 3
_LINKED = 0.8
_SOURCES_SHARE = 0.4
_TEASER_WORDS = 45
_ANY_TIME = datetime(9000, 1, 1, tzinfo=UTC)


def own_story(blocks: Sequence[Block], title: str) -> list[Block]:
    """``blocks`` without those of another story that has its own headline."""
    heads = [at for at, block in enumerate(blocks) if block.level == 1 and len(tokens(block.text)) >= 3]
    named = folded(title)
    ours = next((at for at in heads if named and _same(folded(blocks[at].text), named)), None)
    if ours is None:
        return list(blocks)
    others = [at for at in heads if not _same(folded(blocks[at].text), named)]
    mine = blocks[ours].article
    foreign = {blocks[at].article for at in others} - {mine, 0}
    end = next((at for at in others if at > ours and _opens_story(blocks, at)), len(blocks))
    return [block for block in blocks[:end] if not block.article or block.article not in foreign]


def without_teased_tail(kept: Sequence[Block], blocks: Sequence[Block]) -> list[Block]:
    """``kept`` without the teasers of other stories at its end: short texts, each with a linked headline.

    The headlines stand in ``blocks``, the whole page. One that was kept and is a heading is the story's own.
    """
    place = {block.mark: at for at, block in enumerate(blocks)}
    solid = [at for at, block in enumerate(kept) if block.level or block.linked <= _LINKED]
    end = len(solid)
    while end > 1:
        low, high = place[kept[solid[end - 2]].mark], place[kept[solid[end - 1]].mark]
        if not _is_teaser(kept[solid[end - 1]], blocks[low + 1 : high]):
            break
        end -= 1
    if end <= 1 or len(solid) - end < _TEASERS:  # nothing but teasers is an index, for the gate to tell
        return list(kept)
    return list(kept[: solid[end - 1] + 1])


def without_sources(kept: Sequence[Block], blocks: Sequence[Block]) -> list[Block]:
    """``kept`` up to the heading of its list of sources, which itself was not kept."""
    taken = {block.mark for block in kept}
    whole = sum(len(block.text) for block in kept)
    for head in blocks:
        if head.level and head.mark not in taken and pattern("source_heads", "^", r"\W*$").match(head.text):
            before = [block for block in kept if block.mark < head.mark]
            if sum(len(block.text) for block in before) >= _SOURCES_SHARE * whole:
                return before
    return list(kept)


def _is_teaser(block: Block, above: Sequence[Block]) -> bool:
    headed = any(_is_linked_head(one) for one in above)
    return headed and len(tokens(block.text)) <= _TEASER_WORDS


def _is_linked_head(block: Block) -> bool:
    """Some sites print the headline twice, once for screen readers and without the link."""
    return block.linked > (0.4 if block.level > 1 else _LINKED) and len(tokens(block.text)) >= 3


def _same(left: str, right: str) -> bool:
    return left in right or right in left


def _opens_story(blocks: Sequence[Block], at: int) -> bool:
    """A headline with a byline or a date right below it."""
    following = blocks[at + 1 : at + 1 + _HEAD_BLOCKS]
    short = [block.text for block in following if len(tokens(block.text)) <= _HEAD_WORDS]
    return any(_BY.match(text) or stamp_of(text, _ANY_TIME) for text in short)
