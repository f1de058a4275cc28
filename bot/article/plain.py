"""text/plain -> Article. A clean text comes through uncut; a saved page loses what stands round its story."""

from __future__ import annotations

from bot.article.clean import one_line, without_controls
from bot.article.dateline import dateline_of
from bot.article.decode import decode
from bot.article.story import Block, joined
from bot.errors import EmptyBody
from bot.text import count_words
from bot.types import Article, Coverage, Page


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
