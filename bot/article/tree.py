"""One parse of the page, guarded. The only tree that the other modules see.

libxml2 stops at a depth of its own (256 elements), so nesting cannot exhaust our stack; size and number
of tags are capped before it is called, because cost grows with both: 200,000 links took trafilatura over
40 s, readability 7 s.
"""

from __future__ import annotations

import re

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from bot.article.clean import without_controls
from bot.errors import EmptyBody, NotAnArticle

# The largest pages among the 407 of the body corpora have 2.3 million characters, 9,877 elements, 3,861 links
# and 263 elements below the 30th level.
LIMIT_CHARS = 3_000_000
LIMIT_TAGS = 15_000
LIMIT_LINKS = 6_000
LIMIT_DEEP = 2_000  # readability measures the text below each of them again and again
_DEEP = "count(//*[count(ancestor::*) > 30])"
_HEAVY = re.compile(
    r"<style\b.*?</style\s*>|<svg\b.*?</svg\s*>|<!--.*?-->|"
    r"<script\b(?![^>]{0,200}(?:ld\+json|__NEXT_DATA__))[^>]*>.*?</script\s*>",
    re.S | re.I,
)
_INLINE_IMAGE = re.compile(r"data:[a-z]+/[a-z0-9.+\-]+;base64,[A-Za-z0-9+/=]{200,}")
_LONG_TAG = re.compile(r"<([A-Za-z][A-Za-z0-9]*)\s[^<>]{20000,}")
_LIMIT_ATTRIBUTES = 5_000  # libxml2 compares each with all before it: 50,000 in one tag took 2.3 s
_XML_HEAD = re.compile(r"^\s*<\?xml[^>]*\?>")


def parse(text: str, url: str) -> HtmlElement:
    """The page's root. Raises EmptyBody; NotAnArticle for a page over our caps."""
    if len(text) > LIMIT_CHARS:
        text = _INLINE_IMAGE.sub("", _HEAVY.sub(" ", text))
    text = _LONG_TAG.sub(_bearable, _XML_HEAD.sub("", without_controls(text)))
    if not text.strip():
        raise EmptyBody(url)
    opened = text.count("<")
    if len(text) > LIMIT_CHARS or opened > 8 * LIMIT_TAGS:  # closing tags, scripts
        raise NotAnArticle(url, _too_big(text, opened))
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, AssertionError) as cause:
        raise EmptyBody(url) from cause
    tags, links, deep = (root.xpath(path) for path in ("count(//*)", "count(//a)", _DEEP))
    if tags > LIMIT_TAGS or links > LIMIT_LINKS or deep > LIMIT_DEEP:
        raise NotAnArticle(url, _too_big(text, opened))
    return root


def _bearable(tag: re.Match[str]) -> str:
    """A tag without its attributes, when they are too many to be a page's own."""
    return tag.group() if len(tag.group().split()) < _LIMIT_ATTRIBUTES else f"<{tag.group(1)}"


def _too_big(text: str, opened: int) -> str:
    links = len(re.findall(r"<a\s", text))
    return "a list of links" if links * 5 > opened else "a page too large to be one story"


def words_of(node: HtmlElement) -> str:
    """All text below ``node``, white space folded."""
    return " ".join(node.text_content().split())


def body_of(root: HtmlElement) -> HtmlElement:
    found = root.find(".//body")
    return root if found is None else found
