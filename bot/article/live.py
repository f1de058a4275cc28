"""Live blogs: many short posts under one headline, each with its time or its own heading."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.article.choose import is_prose
from bot.article.clean import one_line
from bot.article.jsonld import Node, text_in
from bot.article.metadata import Metadata
from bot.article.shingles import folded, tokens
from bot.article.story import Block
from bot.types import ParagraphKind

_CLOCK = re.compile(
    r"^(?:(?:posted|updated|at|last updated)\s+)?"
    r"(?:\w{3,9}\.? \d{1,2},? (?:\d{4},? )?(?:at )?|\d{1,2} \w{3,9}\.?,? )?"
    r"\d{1,2}[:.h]\d\d(?::\d\d)?\s*(?:[ap]\.?m\.?)?\s*(?:[A-Z]{2,5}|\([A-Z]{2,5}\))?"
    r"(?:\s*\d+ \w+ ago)?$",
    re.I,
)
_LEADING_CLOCK = re.compile(r"^\d{1,2}[:.h]\d\d\s*(?:[ap]\.?m\.?)?\s*(?=\S)", re.I)
_MIN_POSTS = 4
_CLOCK_WORDS = 9


def is_live(meta: Metadata, blocks: Sequence[Block]) -> bool:
    """By schema.org type, or by shape: at least four bare times, each before prose."""
    if "LiveBlogPosting" in meta.types:
        return True
    if "live" not in f"{meta.title} {meta.canonical_url}".casefold():
        return False
    return len(_clocks(blocks)) >= _MIN_POSTS


def _clocks(blocks: Sequence[Block]) -> set[int]:
    """Positions of the lines that are a time and nothing else, with prose within three blocks."""
    found: set[int] = set()
    for at, block in enumerate(blocks):
        short = len(tokens(block.text)) <= _CLOCK_WORDS
        if short and _CLOCK.match(block.text) and any(is_prose(one) for one in blocks[at + 1 : at + 4]):
            found.add(at)
    return found


def with_posts(story: Sequence[Block], blocks: Sequence[Block], meta: Metadata) -> list[Block]:
    """The story with the first line of each post marked POST; times that stood beside it put back."""
    clocks = {blocks[at].mark for at in _clocks(blocks)}
    heads = {folded(text_in(post, "headline", "name")) for post in meta.posts} - {""}
    inside = {block.mark for block in story}
    if not inside:
        return []
    low, high = min(inside), max(inside)
    found: list[Block] = []
    for block in blocks:
        opens = block.mark in clocks or folded(_LEADING_CLOCK.sub("", block.text)) in heads
        if block.mark in inside or (opens and low - 2 <= block.mark <= high):
            found.append(replace(block, kind=ParagraphKind.POST) if opens else block)
    return found


def stated_posts(posts: Sequence[Node]) -> list[Block]:
    """The posts as the page's JSON-LD gives them, for a page whose markup holds none."""
    found: list[Block] = []
    for post in posts:
        head = text_in(post, "headline", "name")
        if head:
            found.append(Block(head, ParagraphKind.POST))
        body = str(post.get("articleBody") or "")
        lines = [line for line in map(one_line, re.split(r"\n+|<br\s*/?>|</p>", body)) if line]
        found += [
            Block(_without_tags(line), ParagraphKind.BODY) for line in lines if folded(line) != folded(head)
        ]
    return found


def _without_tags(line: str) -> str:
    return one_line(re.sub(r"<[^<>]{0,500}>", "", line))
