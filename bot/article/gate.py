"""Pages that hold no story, told by what they hold instead; and stories of which only the opening is printed.

A page that calls itself an article (JSON-LD, og:type) is believed as long as it holds a few sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from bot.article.choose import is_prose
from bot.article.lexicon import hits
from bot.article.metadata import Metadata
from bot.article.story import Block
from bot.article.tree import words_of
from bot.errors import EmptyBody, NotAnArticle, PaywallOnly, ReadError
from bot.text import count_words
from bot.types import ArticleKind, Coverage

_STORY_TYPE = re.compile(r"Article$|BlogPosting$|LiveBlogPosting$|^Report$|Review$")
_UNSEEN = frozenset({"script", "style", "template"})
_FEW_WORDS = 40
_THIN_WORDS = 120
_WHOLE_SHARE = 0.75
_TEASER_WORDS = 250
_SHAPES = (  # word list, least hits, what it looks like
    ("robot_words", 1, "a check for robots"),
    ("error_words", 1, "an error page"),
    ("script_words", 1, "a page that only a browser's scripts fill"),
    ("consent_words", 3, "a consent page"),
    ("login_words", 2, "a login page"),
    ("search_words", 1, "a search page"),
)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a page looks like from outside, taken before it is pruned."""

    text: str  # all its words
    linked: float  # share of them inside links
    links: int
    password: bool
    scripts: int


def shape_of(body: HtmlElement) -> Shape:
    """Taken before anything is dropped; what scripts and styles hold is not counted as text."""
    text = " ".join(" ".join(_seen(body)).split())
    links = list(body.iter("a"))
    linked = sum(len(words_of(link)) for link in links)
    password = any((node.get("type") or "").lower() == "password" for node in body.iter("input"))
    scripts = sum(1 for _ in body.iter("script"))
    return Shape(text, min(1.0, linked / (len(text) or 1)), len(links), password, scripts)


def _seen(body: HtmlElement) -> Iterator[str]:
    """Texts in order; each is followed by a space where an element begins or ends."""
    for node in body.iter():
        if node.text and node.tag not in _UNSEEN:
            yield node.text
        if node.tail and node is not body:
            yield node.tail


def refusal(
    url: str, shape: Shape, meta: Metadata, story: Sequence[Block], blocks: Sequence[Block]
) -> ReadError | None:
    """Why ``story`` is none; None when it is one."""
    words = sum(count_words(block.text) for block in story)
    prose = sum(is_prose(block) for block in story)
    typed = any(_STORY_TYPE.search(kind) for kind in meta.types) or meta.og_type.startswith("article")
    if words >= _FEW_WORDS if typed else words >= _THIN_WORDS and (prose or shape.linked < 0.5):
        if typed:
            return None
        return _index(url, shape, story, blocks) or _consent(url, story)
    if meta.free is False:
        return PaywallOnly(url) if not prose else None
    looks = _looks_like(shape, meta)
    if looks is not None:
        return NotAnArticle(url, looks)
    if prose >= 1 and words >= 20:
        return None
    if words >= _FEW_WORDS and shape.linked < 0.5:
        return None
    return NotAnArticle(url, "a page without sentences") if shape.text else EmptyBody(url)


def _index(url: str, shape: Shape, story: Sequence[Block], blocks: Sequence[Block]) -> NotAnArticle | None:
    """A front page or section: what was taken for a story is teasers, each under its linked headline."""
    low, high = story[0].mark, story[-1].mark
    teasers = sum(
        block.linked > 0.8 and block.level > 1 and low - 2 <= block.mark <= high for block in blocks
    )
    long_ones = sum(is_prose(block) and count_words(block.text) >= 25 for block in story)
    if teasers >= 5 and teasers >= long_ones:
        return NotAnArticle(url, "a list of links")
    if shape.linked > 0.6 and shape.links >= 15 and long_ones == 0:
        return NotAnArticle(url, "a list of links")
    return None


def _consent(url: str, story: Sequence[Block]) -> NotAnArticle | None:
    text = " ".join(block.text for block in story)
    if hits("consent_words", text.lower()) >= 4 and count_words(text) < 600:
        return NotAnArticle(url, "a consent page")
    return None


def _looks_like(shape: Shape, meta: Metadata) -> str | None:
    text = f"{meta.title} {shape.text[:6000]}".lower()
    if shape.password:
        return "a login page"
    if "VideoObject" in meta.types or meta.og_type.startswith("video"):
        return "a video page"
    if meta.types & {"ImageGallery", "MediaGallery"}:
        return "a picture gallery"
    if meta.types & {"SearchResultsPage"}:
        return "a search page"
    for name, least, looks in _SHAPES:
        if hits(name, text) >= least:
            return looks
    if shape.links >= 8 and shape.linked > 0.4:
        return "a list of links"
    if shape.scripts >= 3 and count_words(shape.text) < 30:
        return "a page that only a browser's scripts fill"
    return None


def coverage_of(meta: Metadata, story: Sequence[Block], shape: Shape) -> tuple[ArticleKind, Coverage]:
    """Whether the whole story was printed, as far as the page lets us know."""
    read = sum(count_words(block.text) for block in story)
    stated = meta.word_count or count_words(meta.body) or None
    expected = stated if stated and stated > read else None
    short = expected is not None and read < _WHOLE_SHARE * expected
    prompted = (short or read < _TEASER_WORDS) and hits("paywall_words", shape.text.lower()) > 0
    if meta.free is False and (short or (expected is None and prompted and read < _TEASER_WORDS)):
        return ArticleKind.TEASER, Coverage(read, expected, "paywall")
    if meta.free is None and prompted and (short or read < _TEASER_WORDS // 2):
        return ArticleKind.TEASER, Coverage(read, expected, "paywall")
    if read < _TEASER_WORDS and story and _breaks_off(story[-1].text):
        return ArticleKind.TEASER, Coverage(read, expected if short else None, "teaser")
    return ArticleKind.ARTICLE, Coverage(read)


def _breaks_off(last: str) -> bool:
    """ "The mayor said that the ... [Read more]" """
    return (
        re.search(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\])\s*(?:\W*(?:read|continue|more)\b.{0,30})?$", last, re.I)
        is not None
    )
