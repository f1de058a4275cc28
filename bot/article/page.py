"""HTML -> Article: the steps in order, each in its own module."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import replace

from lxml.html import HtmlElement

from bot.article.asides import around, without_deck, without_notes
from bot.article.blocks import mark_blocks, split_runs
from bot.article.byline import byline_above
from bot.article.choose import chosen, filled, settled
from bot.article.dateline import dateline_of
from bot.article.decode import decode
from bot.article.gate import coverage_of, refusal, shape_of
from bot.article.inferred import inferred_stamp
from bot.article.live import is_live, stated_posts, with_posts
from bot.article.metadata import Metadata, metadata_of
from bot.article.offers import without_offers
from bot.article.opinions import marks_in, readability_marks, trafilatura_text
from bot.article.plain import paragraphs_of
from bot.article.prune import drop_dead, furniture_of
from bot.article.pull import repeated, without_pull_quotes
from bot.article.scroll import own_story, without_sources, without_teased_tail
from bot.article.shingles import contained, tokens
from bot.article.story import Block, joined
from bot.article.tree import body_of, parse
from bot.article.trim import trimmed
from bot.errors import EmptyBody, NotAnArticle
from bot.types import Article, ArticleKind, Aside, Coverage, Page, ParagraphKind

LIMIT_TEXT_CHARS = 600_000  # all text of the largest page of the body corpora has 494,000
_STATED_WORDS = 80
_MARKUP = re.compile(r"<!--|&(?:amp;)*lt;|\[/?\w+ \w+=")  # an editor's notation, escaped once or twice


def read_html(page: Page) -> Article:
    """Raises EmptyBody, NotAnArticle, PaywallOnly."""
    root = parse(decode(page.body, page.charset), page.url)
    whole = deepcopy(root)  # for the second opinion: a copy costs 1 ms, another parse 5
    known = list(root.iter())  # lxml builds an element anew at each visit unless somebody holds it
    meta = metadata_of(root, page.url, page.fetched_at)
    body = body_of(root)
    shape = shape_of(body)
    if len(shape.text) > LIMIT_TEXT_CHARS:
        raise NotAnArticle(page.url, "a page too large to be one story")
    drop_dead(body)
    furniture = furniture_of(body)
    split_runs(body)
    blocks = own_story(mark_blocks(body, furniture), meta.title)
    for node in furniture:
        node.drop_tree()
    picked = _picked(root, whole, blocks, meta)
    known.clear()
    live = is_live(meta, blocks)
    if live:
        picked = with_posts(picked, blocks, meta)
    story, asides = _without_asides(picked, blocks, meta)
    story = _or_stated(story, meta, live=live)
    refused = refusal(page.url, shape, meta, story, blocks)
    if refused is not None:
        raise refused
    kind, coverage = coverage_of(meta, story, shape)
    if live:
        kind = ArticleKind.LIVEBLOG
    if not meta.byline:
        meta = replace(meta, byline=byline_above(blocks, story, meta.site))
    if meta.published is None:
        meta = replace(meta, published=inferred_stamp(blocks, story, page.url, page.fetched_at))
    return _article(page, meta, story, asides, kind, coverage)


def _picked(root: HtmlElement, whole: HtmlElement, blocks: list[Block], meta: Metadata) -> list[Block]:
    """Blocks of the story by the first opinion, and by the second where it could change the answer."""
    first = readability_marks(root) - {block.mark for block in blocks if block.junk}  # emptied elements
    if settled(blocks, first):
        return filled(blocks, [block for block in blocks if block.mark in first])
    second = marks_in(trafilatura_text(whole), blocks)
    return filled(blocks, chosen(blocks, first, second, meta.body, meta.title))


def _without_asides(
    picked: list[Block], blocks: list[Block], meta: Metadata
) -> tuple[list[Block], list[Aside]]:
    body, pulls = without_pull_quotes(without_teased_tail(without_sources(picked, blocks), blocks))
    body, notes = without_notes(without_offers(body))
    story, decks = without_deck(trimmed(body, meta.title, meta.byline))
    taken = {block.mark for block in picked}
    low, high = (story[0].mark, story[-1].mark) if story else (0, -1)
    left = [block for block in blocks if block.mark not in taken and low <= block.mark <= high]
    pulls += repeated(left, story)
    return story, [*pulls, *notes, *decks, *around(blocks, picked, meta.title, meta.deck)]


def _or_stated(story: list[Block], meta: Metadata, *, live: bool) -> list[Block]:
    """The page's own ``articleBody`` where its markup holds no more than an opening of it."""
    if live and meta.posts and sum(block.kind is ParagraphKind.POST for block in story) < 2:
        stated = stated_posts(meta.posts)  # some pages state their posts' headlines only
        return stated if _size(stated) > _size(story) else story
    lines = [] if _MARKUP.search(meta.body) else paragraphs_of(meta.body)
    size = sum(len(tokens(line)) for line in lines)
    read = "\n".join(block.text for block in story)
    if meta.free is False or size < _STATED_WORDS or len(tokens(read)) > 0.6 * size:
        return story
    if read and contained(read, meta.body) < 0.5 and len(tokens(read)) > 0.2 * size:
        return story
    return trimmed(without_offers([Block(line) for line in lines]), meta.title, meta.byline)


def _size(blocks: list[Block]) -> int:
    return sum(len(tokens(block.text)) for block in blocks)


def _article(
    page: Page, meta: Metadata, story: list[Block], asides: list[Aside], kind: ArticleKind, coverage: Coverage
) -> Article:
    text, paragraphs = joined(story, page.url)
    if not coverage.read_words:
        raise EmptyBody(page.url)
    first = next((block.text for block in story if block.kind is ParagraphKind.BODY), "")
    return Article(
        url=page.url,
        canonical_url=meta.canonical_url,
        title=meta.title,
        text=text,
        paragraphs=paragraphs,
        fetched_at=page.fetched_at,
        site=meta.site,
        byline=meta.byline,
        dateline=dateline_of(first),
        published=meta.published,
        modified=meta.modified,
        language=meta.language,
        kind=kind,
        asides=tuple(dict.fromkeys(asides)),
        coverage=coverage,
    )
