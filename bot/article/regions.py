"""Which elements stand inside a quotation, a caption, a list, a link, an article: told once for a whole tree.

Asking every block for its ancestors cost a fifth of the reading time; one walk below each region does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lxml.html import HtmlElement

from bot.article.tree import words_of
from bot.types import ParagraphKind

_PULL = re.compile(r"pull-?quote|quote-?box|blockquote", re.I)
_CAPTION = re.compile(r"(?:^|[^a-zA-Z]|(?<=[a-z])(?=C))(?:[a-z]{2,8}-?)?[cC]aption")
_DECK = re.compile(
    r"(?<![a-z])(?:deck|dek|stand-?first|sub-?title|sub-?head(?:line|ing)?|strap-?line)(?![a-z])", re.I
)
_REGIONS = frozenset({"body", "article", "main"})
_KINDS = {
    "blockquote": ParagraphKind.BLOCKQUOTE,
    **dict.fromkeys(("li", "dt", "dd"), ParagraphKind.LISTED),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), ParagraphKind.HEADING),
    **dict.fromkeys(("article", "section", "main"), ParagraphKind.BODY),
}
_SLANTED = frozenset({"em", "i", "small"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


@dataclass(frozen=True, slots=True)
class Regions:
    """Elements of one tree, by what they stand in."""

    kinds: dict[HtmlElement, ParagraphKind]  # by the nearest element that says what it is
    quotations: dict[HtmlElement, int]  # number of the outermost quotation
    articles: dict[HtmlElement, int]  # number of the innermost ``<article>``
    decks: frozenset[HtmlElement]
    captions: frozenset[HtmlElement]
    linked: frozenset[HtmlElement]  # below an ``<a>``
    junk: frozenset[HtmlElement]


def regions_of(body: HtmlElement, furniture: Iterable[HtmlElement]) -> Regions:
    kinds: dict[HtmlElement, ParagraphKind] = {}
    for node in body.iter(*_KINDS):
        kinds.update(dict.fromkeys(node.iter(), _KINDS[str(node.tag)]))
    articles: dict[HtmlElement, int] = {}
    for number, node in enumerate(body.iter("article"), start=1):
        articles.update(dict.fromkeys(node.iter(), number))
    return Regions(
        kinds=kinds,
        quotations=_quotations(body),
        articles=articles,
        decks=frozenset(
            below
            for node in body.xpath(".//*[@class]")
            if _DECK.search(_named(node))
            for below in node.iter()
        ),
        captions=frozenset(_captions(body)),
        linked=frozenset(below for node in body.iter("a") if len(node) for below in node.iter()),
        junk=frozenset(below for node in furniture for below in node.iter()),
    )


def _quotations(body: HtmlElement) -> dict[HtmlElement, int]:
    found: dict[HtmlElement, int] = {}
    boxes = body.xpath(".//blockquote | .//*[contains(@class, 'uote') or contains(@id, 'uote')]")
    for number, node in enumerate(boxes, start=1):
        if node not in found and (node.tag == "blockquote" or _PULL.search(_named(node))):
            found.update(dict.fromkeys(node.iter(), number))
    return found


def _captions(body: HtmlElement) -> set[HtmlElement]:
    """In a ``<figcaption>``, in a box called a caption, or beside a picture in its ``<figure>``.

    Also in slanted type right below a paragraph that is a picture.
    """
    found: set[HtmlElement] = set()
    for node in body.xpath(".//figcaption | .//*[contains(@class, 'aption') or contains(@id, 'aption')]"):
        if node.tag == "figcaption" or _CAPTION.search(_named(node)):
            found.update(node.iter())
    for node in body.iter("figure"):
        if node.find(".//blockquote") is None and node.find(".//table") is None:
            found.update(below for below in node.iter() if below.tag not in _HEADINGS)
    for node in body.xpath(".//p[.//img]"):
        below = node.getnext()
        if below is not None and below.tag == "p" and not words_of(node) and _is_slanted(below):
            found.update(below.iter())
    return found


def _is_slanted(node: HtmlElement) -> bool:
    """All its words stand in ``<em>``, ``<i>`` or ``<small>``, and nothing else is in it."""
    inner = [child for child in node if isinstance(child.tag, str)]
    loose = f"{node.text or ''}{''.join(child.tail or '' for child in inner)}"
    return bool(words_of(node)) and not loose.strip() and all(child.tag in _SLANTED for child in inner)


def _named(node: HtmlElement) -> str:
    return "" if node.tag in _REGIONS else f"{node.get('class', '')} {node.get('id', '')}"
