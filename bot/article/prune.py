"""Take page furniture out of the tree before anybody judges it.

By tag, by what is hidden, and by class names. Never by a class name alone: what holds a fifth of the page's
text, or three long unlinked paragraphs, stays (trafilatura issues #164, #569: real leads in "teaser" nodes).
"""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from bot.article.lexicon import pattern
from bot.article.tree import words_of

_DEAD = ("script", "style", "noscript", "template", "svg", "iframe", "button", "select", "object", "embed",
         "audio", "video", "canvas", "input", "textarea", "map", "link", "meta", "dialog")  # fmt: skip
_SIDE = ("aside", "nav", "footer")
_HIDDEN = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)\s*(?:!important\s*)?(?:;|$)", re.I
)
_WRAPPER = re.compile(
    r"(?:^|\s)(?:post|hentry|entry-?content|article-?body|articlebody|type-post|story-?body)(?:\s|$)", re.I
)
_NEVER_BODY = re.compile(
    r"comment|disqus|respond|relat|recirc|recommend|newsletter|promo|outbrain|taboola|caption|author|"
    r"trending|popular|most|more-?(?:on|from|stories)|next|also|cookie|consent|modal|popup|copyright|disclaimer",
    re.I,
)
_NAMED_BY = ("class", "id", "data-component", "data-testid", "data-module", "data-type", "role", "aria-label")
_GATED = re.compile(r"subscri|paywall|premium|member", re.I)  # hidden from the reader: not ours to read
_WALL = re.compile(r"(?:subscri\w*|reg(?:istration)?|pay|meter)-?wall|paywall-|subscription-", re.I)
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")  # imageEmbedCaption
_SIDE_SHARE = 0.25
_CLASS_SHARE = 0.2
_LONG_CHARS = 120
_STAMP_CHARS = 60


def drop_dead(body: HtmlElement) -> None:
    """Drop what no reader ever sees as text; tails (text after a dropped element) stay."""
    gone: set[HtmlElement] = set()
    for node in list(body.iter(*_DEAD)):
        if node not in gone:
            _drop(node, gone)
    whole = len(words_of(body)) or 1
    for node in list(body.iter("form")):
        if node not in gone and len(words_of(node)) <= 0.3 * whole:
            _drop(node, gone)
    for node in body.xpath(".//*[@hidden or contains(@style, 'none') or contains(@style, 'hidden')]"):
        hidden = node.get("hidden") is not None or _HIDDEN.search(node.get("style", ""))
        if not hidden or node in gone or node is body or len(words_of(node)) >= 0.5 * whole:
            continue
        gated = _GATED.search(names_of(node)) is not None
        if gated or len([part for part in _paragraphs(node) if _linked(part, len(words_of(part))) < 0.3]) < 3:
            _drop(node, gone)  # prose that a script unfolds is story


def _drop(node: HtmlElement, gone: set[HtmlElement]) -> None:
    gone.update(node.iter())
    node.drop_tree()


def furniture_of(body: HtmlElement) -> list[HtmlElement]:
    """Outermost elements that look like page furniture, in order; the tree is left as it is."""
    found: list[HtmlElement] = []
    below: set[HtmlElement] = set()
    whole = len(words_of(body)) or 1
    for node in body.iter(*_SIDE, "figcaption"):
        if node not in below and len(words_of(node)) < _SIDE_SHARE * whole:
            found.append(node)
            below.update(node.iter())
    for node in body.xpath(".//*[@itemprop='datePublished' or @itemprop='dateModified']"):
        if node not in below and len(words_of(node)) < _STAMP_CHARS:
            found.append(node)
            below.update(node.iter())
    whole -= sum(len(words_of(node)) for node in found)
    named: dict[str, list[HtmlElement]] = {}
    words: dict[str, re.Match[str] | None] = {}
    junk = pattern("junk_classes", r"(?<![a-z])", r"(?![a-z])")
    for node in body.iter():
        if node in below or node is body or node.tag in ("article", "main"):
            continue
        name = names_of(node)
        if name not in words:  # pages set the same names again and again
            words[name] = junk.search(name) if name else None
        word = words[name]
        if word is not None and not _holds_story(node, name, whole):
            named.setdefault(word.group().lower(), []).append(node)
            below.update(node.iter())
    for word_, nodes in named.items():
        if not _tells_story(word_, nodes):
            found += nodes
    return found


def _tells_story(word: str, nodes: list[HtmlElement]) -> bool:
    """Whether a class name that means furniture elsewhere marks this page's own paragraphs.

    Sites set "paywall" on each gated paragraph, or "gallery" on each chapter of a list.
    """
    if _NEVER_BODY.search(word):
        return False
    long_ones = [part for node in nodes for part in _paragraphs(node)]
    return len(long_ones) >= 3 and sum(_linked(part, len(words_of(part))) < 0.3 for part in long_ones) >= 3


def _paragraphs(node: HtmlElement) -> list[HtmlElement]:
    """``node`` or the paragraphs in it, where long enough to be prose."""
    parts = list(node.iter("p")) or [node]
    return [part for part in parts if len(words_of(part)) > _LONG_CHARS]


def names_of(node: HtmlElement) -> str:
    """Class, id and the like, in one string with hyphens."""
    if not node.keys():
        return ""
    printed = " ".join(node.get(key, "") for key in _NAMED_BY).strip()
    return _HUMP.sub("-", printed.replace("_", "-"))


def _holds_story(node: HtmlElement, name: str, whole: int) -> bool:
    if "embed" in name and node.find(".//blockquote") is not None:
        return True  # a post on a social network that the story shows
    text = words_of(node)
    long_ones = sum(1 for part in node.iter("p") if len(part.text_content()) > _LONG_CHARS)
    if len(text) > _CLASS_SHARE * whole:  # the wall of a short opening may hold as many words as it
        return long_ones >= 2 or _WALL.search(name) is None
    if long_ones >= 2 and _WRAPPER.search(name):
        return True
    return long_ones >= 3 and not _NEVER_BODY.search(name) and _linked(node, len(text)) < 0.3


def _linked(node: HtmlElement, chars: int) -> float:
    return sum(len(words_of(link)) for link in node.iter("a")) / (chars or 1)
