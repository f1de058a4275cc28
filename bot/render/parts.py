"""A long answer as several messages, cut between two findings. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.render.message import plain_of
from bot.types import Block, BlockKind, Message

# Matrix shows words twice (plain and as HTML) and takes 12 kB of us, Slack 12,000 characters of JSON:
# measured on the own corpus, no part of "more" leaves anything out in either (tests/unit/test_parts.py).
PART_BYTES = 7_000
_MOST = 20  # parts; what is left over is in the last one, and its chat says what it had no room for
_RUN_BYTES = 40  # of style and markup around a run


def in_parts(message: Message) -> tuple[Message, ...]:
    """The message, or its blocks in several of about ``PART_BYTES``. A digest, and whatever has choices below
    it, stays one message: it is edited, found and pressed as one."""
    if message.digest_id is not None or message.choices:
        return (message,)
    parts: list[list[Block]] = [[]]
    size = 0
    for together in _units(message.blocks):
        weight = sum(map(_weight, together))
        if parts[-1] and size + weight > PART_BYTES and len(parts) < _MOST:
            parts.append([])
            size = 0
        parts[-1] += together
        size += weight
    if len(parts) == 1:
        return (message,)
    return tuple(Message(tuple(blocks), plain_of(blocks)) for blocks in parts)


def _units(blocks: Sequence[Block]) -> list[list[Block]]:
    """Blocks that must not be parted: a heading and what it heads, a quote and its speaker, the last finding
    and the footer."""
    units: list[list[Block]] = []
    for block in blocks:
        bound = block.kind in {BlockKind.SPEAKER, BlockKind.FOOTER}
        if units and (bound or units[-1][-1].kind is BlockKind.HEADING):
            units[-1].append(block)
        else:
            units.append([block])
    return units


def _weight(block: Block) -> int:
    words = sum(len(run.text.encode("utf-8", "replace")) for run in block.runs)
    return 2 * words + sum(len(run.link or "") + _RUN_BYTES for run in block.runs)
