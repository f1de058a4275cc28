"""Pull quotes: words of the body set once more in large type. Kept as asides for their credit line.

Recognised by what they repeat, never by looks alone: four fifths of the quoted words' 4-word shingles stand
elsewhere in the body (a pull quote is often stitched from two pieces of one paragraph), and what follows the
closing mark is a credit, not a sentence that attributes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from bot.article.choose import is_prose
from bot.article.shingles import folded, shingles, tokens
from bot.article.story import Block
from bot.types import Aside, AsideKind, ParagraphKind

_OPENS = "“\"«„‘'‹"
_QUOTED = re.compile(r"^[“\"«„‘'‹](?P<words>.+)[”\"»“’'›](?P<rest>[^”\"»]*)$")
_INSIDE = re.compile(r"[“\"«„][^“”\"«»„]*[”\"»“]|(?<!\w)[‘'].+?[’'](?!\w)")
_SPEECH = re.compile(
    r"\b(?:said|says|saying|told|tells|asked|asks|added|adds|wrote|writes|explained|noted|insisted|argued|"
    r"recalled|tweeted|according to|testified|stated|declared|concluded|sagte|dijo|a dit)\b"
)
_CREDIT = re.compile(r"^\s*[—–\-―~]{1,3}\s*\S")
_SHARE = 0.8
_MIN_WORDS = 5
_MIN_BARE_WORDS = 8
_CREDIT_WORDS = 25
_MOST_UNMARKED = 4


def without_pull_quotes(blocks: Sequence[Block]) -> tuple[list[Block], list[Aside]]:
    """The body without its pull quotes, and these as asides in order of print."""
    grams = _grams(blocks)
    unmarked = _unmarked(blocks)
    kept: list[Block] = []
    asides: list[Aside] = []
    at = 0
    while at < len(blocks):
        size = _group_size(blocks, at)
        group = blocks[at : at + size]
        if at in unmarked or _repeats(group, grams):
            asides.append(Aside(AsideKind.PULL_QUOTE, " ".join(block.text for block in group)))
        else:
            kept += group
        at += size
    return kept, asides


def _grams(blocks: Sequence[Block]) -> Counter[tuple[str, ...]]:
    """In how many blocks each run of four words stands."""
    return Counter(gram for block in blocks for gram in set(shingles(tokens(block.text.casefold()))))


def _unmarked(blocks: Sequence[Block]) -> set[int]:
    """Positions of lines without marks that repeat a whole sentence of a longer paragraph.

    Where there are many, the page repeats itself by its nature (recipes, tables in words) and none is taken.
    """
    lines = [f" {folded(block.text)} " for block in blocks]
    counts = Counter(lines)
    whole = "\n".join(line for at, line in enumerate(lines) if is_prose(blocks[at]))
    found = {
        at
        for at, block in enumerate(blocks)
        if block.kind is ParagraphKind.BODY
        and is_prose(block)
        and block.text[:1] not in _OPENS
        and not _SPEECH.search(block.text)
        and counts[lines[at]] == 1
        and whole.count(lines[at]) >= 2
    }
    return found if len(found) <= _MOST_UNMARKED else set()


def repeated(blocks: Sequence[Block], body: Sequence[Block]) -> list[Aside]:
    """Pull quotes among ``blocks`` that were never taken for body, for their credit lines."""
    grams = _grams(body)
    asides: list[Aside] = []
    at = 0
    while at < len(blocks):
        size = _group_size(blocks, at)
        group = blocks[at : at + size]
        own = _grams(group)
        set_off = group[0].kind is ParagraphKind.BLOCKQUOTE or group[0].text[:1] in _OPENS
        if set_off and _repeats(group, grams + own):
            asides.append(Aside(AsideKind.PULL_QUOTE, " ".join(block.text for block in group)))
        at += size
    return asides


def _group_size(blocks: Sequence[Block], at: int) -> int:
    """How many blocks from ``at`` on belong to one quotation: its lines and its credit line."""
    first = blocks[at]
    size = 1
    while at + size < len(blocks) and first.group and blocks[at + size].group == first.group:
        size += 1
    following = blocks[at + size] if at + size < len(blocks) else None
    quoted = first.text[:1] in _OPENS or first.kind is ParagraphKind.BLOCKQUOTE
    if following is not None and quoted and size == 1 and _is_credit(following):
        size += 1
    return size


def _is_credit(block: Block) -> bool:
    return bool(_CREDIT.match(block.text)) and len(tokens(block.text)) <= _CREDIT_WORDS


def _repeats(group: Sequence[Block], grams: Counter[tuple[str, ...]]) -> bool:
    first = group[0]
    if first.kind in (ParagraphKind.LISTED, ParagraphKind.TABLE):
        return False
    set_off = first.kind is ParagraphKind.BLOCKQUOTE
    found = _QUOTED.match(first.text)
    if first.kind is ParagraphKind.HEADING and not found:
        return False
    words = tokens((found["words"] if found else first.text).casefold())
    rest = found["rest"] if found else ""
    if len(words) < (_MIN_WORDS if set_off else _MIN_BARE_WORDS):
        return False
    # `"A," Roe said. "B."` is a paragraph of the story, though a pull quote stitches A and B together
    if _SPEECH.search(_INSIDE.sub(" ", first.text)) or len(tokens(rest)) > _CREDIT_WORDS:
        return False
    if not set_off and not found:
        return False  # see ``_unmarked``
    own = _grams(group)
    wanted = shingles(words)
    elsewhere = sum(grams[gram] > own[gram] for gram in wanted)
    return elsewhere >= _SHARE * len(wanted)
