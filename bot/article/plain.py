"""text/plain -> Article. A clean text comes through uncut; a saved page loses what stands round its story."""

from __future__ import annotations

import re

from bot.article.clean import one_line, without_controls
from bot.article.dateline import dateline_of
from bot.article.decode import decode
from bot.article.story import Block, joined
from bot.errors import EmptyBody
from bot.text import count_words
from bot.types import Article, Coverage, Page

_TAG = re.compile(r"</?(?:p|br|div|li|ul|h[1-6])\b[^<>]{0,200}>", re.I)


def paragraphs_of(text: str) -> list[str]:
    """Paragraphs of a text that may hold line breaks or stray tags, as JSON-LD bodies do."""
    lines = _TAG.sub("\n", text).split("\n") if "\n" in text or _TAG.search(text) else [text]
    return [line for line in map(one_line, lines) if line]


def read_plain(page: Page) -> Article:
    """Raises EmptyBody."""
    text = without_controls(decode(page.body, page.charset))
    blocks = [Block(line) for line in map(one_line, text.splitlines()) if line]
    body, paragraphs = joined(blocks)
    if not body:
        raise EmptyBody(page.url)
    return Article(
        url=page.url,
        canonical_url=page.url,
        title="",
        text=body,
        paragraphs=paragraphs,
        fetched_at=page.fetched_at,
        dateline=dateline_of(blocks[0].text),
        coverage=Coverage(count_words(body)),
    )
