"""HTML -> Article: the steps in order, each in its own module."""

from __future__ import annotations

from bot.article.blocks import mark_blocks, split_runs
from bot.article.decode import decode
from bot.article.metadata import metadata_of
from bot.article.opinions import readability_marks
from bot.article.prune import drop_dead, furniture_of
from bot.article.story import joined
from bot.article.tree import body_of, parse
from bot.article.trim import trimmed
from bot.errors import EmptyBody
from bot.text import count_words
from bot.types import Article, Coverage, Page


def read_html(page: Page) -> Article:
    root = parse(decode(page.body, page.charset), page.url)
    meta = metadata_of(root, page.url, page.fetched_at)
    body = body_of(root)
    drop_dead(body)
    furniture = furniture_of(body)
    split_runs(body)
    blocks = mark_blocks(body, furniture)
    for node in furniture:
        node.drop_tree()
    kept = readability_marks(root)
    chosen = trimmed([block for block in blocks if block.mark in kept], meta.title)
    text, paragraphs = joined(chosen)
    if not text:
        raise EmptyBody(page.url)
    return Article(
        url=page.url,
        canonical_url=meta.canonical_url,
        title=meta.title,
        text=text,
        paragraphs=paragraphs,
        fetched_at=page.fetched_at,
        site=meta.site,
        byline=meta.byline,
        published=meta.published,
        modified=meta.modified,
        language=meta.language,
        coverage=Coverage(count_words(text)),
    )
