"""text/plain -> Article. A clean text comes through uncut; a saved page loses what stands round its story."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from itertools import pairwise
from urllib.parse import urlsplit

from bot.article.asides import without_notes
from bot.article.clean import one_line, without_controls
from bot.article.dateline import dateline_of
from bot.article.decode import decode
from bot.article.offers import without_offers
from bot.article.pull import without_pull_quotes
from bot.article.saved import Saved, story_in
from bot.article.shingles import folded, tokens
from bot.article.story import Block, joined
from bot.errors import EmptyBody, NotAnArticle
from bot.text import count_words
from bot.types import Article, Aside, Coverage, Page, ParagraphKind

LIMIT_CHARS = 400_000  # about 65,000 words: a book, not a story
_TAG = re.compile(r"</?(?:p|br|div|li|ul|h[1-6])\b[^<>]{0,200}>", re.I)
_INLINE = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]{0,500})?/?>", re.I)
_ENDS = re.compile(r"[.!?…:;,\"'”’»)\]\-–—]\s*$")
_BULLET = re.compile(r"^(?:[•▪◦‣·*]|\(?\d{1,2}[.)])\s+\S")
_TITLE_WORDS = 25


def paragraphs_of(text: str) -> list[str]:
    """Paragraphs of a text that may hold line breaks, stray tags or entities, as JSON-LD bodies do."""
    lines = _TAG.sub("\n", text).split("\n") if "\n" in text or _TAG.search(text) else [text]
    return [line for each in lines if (line := one_line(html.unescape(_INLINE.sub("", each))))]


def read_plain(page: Page) -> Article:
    """Raises EmptyBody; NotAnArticle for a text longer than any story or without a sentence."""
    text = without_controls(decode(page.body, page.charset))
    if len(text) > LIMIT_CHARS:
        raise NotAnArticle(page.url, "a document too long to be one story")
    lines = _lines(text)
    if not lines:
        raise EmptyBody(page.url)
    found = story_in(lines, page.fetched_at)
    saved = found or Saved(0, len(lines), _title(lines))
    blocks = _blocks(lines[saved.start : saved.end], saved.title)
    body, pulls = without_pull_quotes(without_offers(blocks) if found else blocks)
    body, notes = without_notes(body)
    return _article(page, saved, body, pulls + notes)


def _lines(text: str) -> list[str]:
    """Paragraphs: lines, or, in a text broken at a fixed width, the lines between blank ones joined."""
    raw = [line.rstrip() for line in re.split(r"\r\n|[\r\n\u2028\u2029\x0b\x0c]", text)]
    if not _is_wrapped(raw):
        return [line for line in map(one_line, raw) if line]
    blocks = re.split(r"\n\s*\n", "\n".join(raw))
    return [line for line in map(one_line, blocks) if line]


def _is_wrapped(raw: Sequence[str]) -> bool:
    """Most lines that another line follows are nearly as long as the longest, and that is short."""
    followed = [len(line) for line, after in pairwise(raw) if line.strip() and after.strip()]
    if len(followed) < 6 or not any(not line.strip() for line in raw):
        return False
    width = max(map(len, raw))
    return 50 <= width <= 100 and sum(size >= 0.75 * width for size in followed) >= 0.8 * len(followed)


def _title(lines: Sequence[str]) -> str:
    """The first line, when it reads like a headline over a story."""
    first = lines[0]
    if len(lines) < 2 or len(tokens(first)) > _TITLE_WORDS or _ENDS.search(first):
        return ""
    return first if len(tokens(first)) >= 2 and len(tokens(lines[1])) > 0 else ""


def _blocks(lines: Sequence[str], title: str) -> list[Block]:
    found: list[Block] = []
    for at, line in enumerate(lines):
        kind = ParagraphKind.BODY
        if _BULLET.match(line):
            kind = ParagraphKind.LISTED
        elif _is_heading(line) or (at == 0 and folded(line) == folded(title)):
            kind = ParagraphKind.HEADING
        found.append(Block(line, kind, mark=at))
    return found


def _is_heading(line: str) -> bool:
    """A short line without an end mark that starts with a capital."""
    return line[:1].isupper() and 1 <= len(tokens(line)) <= 14 and _ENDS.search(line) is None


def _article(page: Page, saved: Saved, body: Sequence[Block], asides: Sequence[Aside]) -> Article:
    text, paragraphs = joined(body, page.url)
    words = count_words(text)
    if not words:
        raise EmptyBody(page.url)
    first = next((block.text for block in body if block.kind is ParagraphKind.BODY), "")
    return Article(
        url=page.url,
        canonical_url=page.url,
        title=saved.title,
        text=text,
        paragraphs=paragraphs,
        fetched_at=page.fetched_at,
        site=(urlsplit(page.url).hostname or "").removeprefix("www.") or None,
        byline=saved.byline,
        dateline=dateline_of(first),
        published=saved.published,
        asides=tuple(asides),
        coverage=Coverage(words),
    )
