"""From the chosen blocks, take what is not the story: headline, cues, link rows, doubles, cards."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.article.choose import is_prose
from bot.article.lexicon import pattern
from bot.article.shingles import folded, tokens
from bot.article.story import Block
from bot.types import ParagraphKind

_ENDS = re.compile(r"[.!?:…»”\"')\]。！？;]\s*$")
_QUOTED = re.compile(r"[\"“”«»„]")
_CARD = re.compile(
    r"^\W{0,3}(?:[A-Z]\w+[’']s )?[A-Z][\w.'’\-]+(?: [A-Z][\w.'’\-]*){1,4},?(?: \w+,)? "
    r"(?:is|are|was|covers|writes|has (?:been|written|covered)|joined|reports|works)\b.{0,160}\b"
    r"(?:reporter|writer|editor|columnist|correspondent|journalist|contributor|author|freelancer?|freelancing|"
    r"producer|covers|covering|writes|reports|newsroom|professor|fellow|director)\b"
)
_PRESS = re.compile(
    r"\b(?:reporter|writer|editor|columnist|correspondent|journalist|contributor|freelancer?|covers|covering|"
    r"writes|reports|reported for|newsroom)\b"
)
_RULE = re.compile(r"^[\W_]+$")  # "* * *", "___"
_DOUBLE_WORDS = 12  # shorter lines come back in recipes, tables in words and refrains
_TAIL_LINES = 6
_TAIL_WORDS = 45
_CARD_WORDS = 120
_HEAD_WORDS = 8
_DATED_WORDS = 14
_TIME_WORDS = re.compile(
    r"\d+(?:st|nd|rd|th|[ap]m)?|[ap]\.?m|jan\w*|feb\w*|mar(?:ch)?|apr\w*|may|june?|july?|aug\w*|sept?\w*|oct\w*|nov\w*|dec\w*|"
    r"mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?|"
    r"published|posted|updated|last|first|modified|on|at|the|of|utc|gmt|bst|[ecmp][sd]?t|cest|ist",
    re.I,
)
_RUN_LINKED = 0.3
_RUN_LINES = 4


def trimmed(blocks: Sequence[Block], title: str, byline: Sequence[str] = ()) -> list[Block]:
    """The blocks that stay, in order."""
    cue = pattern("cue_lines", r"^")
    named = folded(title)
    seen: set[str] = set()
    kept: list[Block] = []
    opened = False
    for block in blocks:
        key = folded(block.text)
        count = len(key.split())
        if not count or _RULE.match(block.text) or (named and key == named):
            continue
        if block.level == 1 and (not opened or key in named):  # some set their subheadings as <h1>
            continue
        opened = opened or is_prose(block)
        if _is_link_row(block, count) or (cue.match(block.text) and (block.linked > 0.3 or count < 25)):
            continue
        if count >= _DOUBLE_WORDS and key in seen and _ENDS.search(block.text):
            continue
        seen.add(key)
        kept.append(block)
    return _without_rims(kept, byline)


def _is_link_row(block: Block, count: int) -> bool:
    loose = block.kind not in (ParagraphKind.HEADING, ParagraphKind.BLOCKQUOTE)
    return loose and block.linked > 0.8 and count < 30


def _without_rims(kept: list[Block], byline: Sequence[str]) -> list[Block]:
    """Drop what follows the last line of the story and the labels before its first."""
    kept = _without_tail_lines(_before_tail_head(kept), byline)
    while kept and _is_tail(kept[-1]):
        kept.pop()
    while kept and ((kept[0].level != 2 and _is_label(kept[0], 4)) or _is_time(kept[0])):
        kept.pop(0)
    return kept


def _before_tail_head(kept: list[Block]) -> list[Block]:
    """Cut at a line such as "References" in the second half, and a run of lines that are mostly links."""
    head = pattern("tail_heads", r"^\W*", r"\W*$")
    for at in range((len(kept) + 1) // 2, len(kept)):
        if len(tokens(kept[at].text)) <= _HEAD_WORDS and head.match(kept[at].text):
            kept = kept[:at]
            break
    end = len(kept)
    while end and kept[end - 1].linked > _RUN_LINKED:
        end -= 1
    return kept[:end] if len(kept) - end >= _RUN_LINES else kept


def _is_time(block: Block) -> bool:
    """ "Updated Dec. 23, 2023, 7:58 AM UTC": digits and the words of a printed time, nothing else."""
    words = tokens(block.text)
    if block.kind is ParagraphKind.POST or not any(word.isdigit() for word in words):
        return False
    return 2 < len(words) <= _DATED_WORDS and all(_TIME_WORDS.fullmatch(word) for word in words)


def _without_tail_lines(kept: list[Block], byline: Sequence[str]) -> list[Block]:
    """Credits, offers and the writer's card, wherever they stand among the last few lines."""
    tail = pattern("tail_lines")
    edge = max(len(kept) - _TAIL_LINES, (len(kept) + 1) // 2)
    writers = {folded(name) for name in byline if len(name.split()) > 1}
    return [
        block
        for at, block in enumerate(kept)
        if at < edge or not (_is_tail_line(block, tail) or _is_card(block, writers))
    ]


def _is_tail_line(block: Block, tail: re.Pattern[str]) -> bool:
    short = len(tokens(block.text)) < _TAIL_WORDS
    return short and not _QUOTED.search(block.text) and tail.search(block.text) is not None


def _is_card(block: Block, writers: set[str]) -> bool:
    """ "Ana Brook covers schools for the Courier": about the writer, who is no actor of the story."""
    if len(tokens(block.text)) > _CARD_WORDS or _QUOTED.search(block.text):
        return False
    if _CARD.match(block.text) is None:
        return False
    opening = folded(block.text[:80])
    return _PRESS.search(block.text) is not None or any(opening.startswith(name) for name in writers)


def _is_tail(block: Block) -> bool:
    return block.kind is ParagraphKind.HEADING or block.linked > 0.5 or _is_label(block, 5)


def _is_label(block: Block, words: int) -> bool:
    if block.kind is ParagraphKind.POST:
        return False
    return len(tokens(block.text)) < words and not _ENDS.search(block.text)
