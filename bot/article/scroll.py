"""Infinite scroll: the next story stands below ours in the same page. Keep the one under the page's title."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.article.shingles import folded, tokens
from bot.article.stamps import stamp_of
from bot.article.story import Block

_BY = re.compile(r"^(?:by|von|par|por)\s+\S", re.I)
_HEAD_BLOCKS = 5
_HEAD_WORDS = 14
_TEASERS = 3
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

    The headlines themselves were never kept; they stand in ``blocks``, the whole page.
    """
    place = {block.mark: at for at, block in enumerate(blocks)}
    end = len(kept)
    while end > 1 and _is_teaser(
        kept[end - 1], blocks[place[kept[end - 2].mark] + 1 : place[kept[end - 1].mark]]
    ):
        end -= 1
    return list(kept[:end]) if len(kept) - end >= _TEASERS else list(kept)


def _is_teaser(block: Block, above: Sequence[Block]) -> bool:
    headed = any(one.linked > 0.8 and len(tokens(one.text)) >= 3 for one in above)
    return headed and len(tokens(block.text)) <= _TEASER_WORDS


def _same(left: str, right: str) -> bool:
    return left in right or right in left


def _opens_story(blocks: Sequence[Block], at: int) -> bool:
    """A headline with a byline or a date right below it."""
    following = blocks[at + 1 : at + 1 + _HEAD_BLOCKS]
    short = [block.text for block in following if len(tokens(block.text)) <= _HEAD_WORDS]
    return any(_BY.match(text) or stamp_of(text, _ANY_TIME) for text in short)
