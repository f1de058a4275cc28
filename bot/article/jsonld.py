"""schema.org in a page's JSON-LD scripts: the nodes that describe the story."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from lxml.html import HtmlElement

from bot.article.clean import one_line

Node = dict[str, Any]
_STORY = re.compile(
    r"(?:Article|BlogPosting|Report|Review|LiveBlog|SocialMediaPosting|Opinion\w*)$|NewsArticle"
)
_CONTROL = re.compile(r"[\x00-\x1f]+")
_COMMA = re.compile(r",\s*([}\]])")
_LIMIT_CHARS = 1_000_000
_LIMIT_NODES = 5_000


def nodes_of(root: HtmlElement) -> list[Node]:
    """Every JSON-LD object of the page, outermost first; broken scripts are mended or skipped."""
    found: list[Node] = []
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():
            for node in _walk(_load(script.text or "")):
                found.append(node)
                if len(found) >= _LIMIT_NODES:
                    return found
    return found


def types_of(node: Node) -> tuple[str, ...]:
    kind = node.get("@type")
    kinds = kind if isinstance(kind, list) else [kind]
    return tuple(str(one).rsplit("/", 1)[-1] for one in kinds if one)


def stories(nodes: list[Node]) -> list[Node]:
    """Nodes that describe an article, those with a headline first."""
    found = [node for node in nodes if any(_STORY.search(kind) for kind in types_of(node))]
    return sorted(found, key=lambda node: not text_in(node, "headline"))


def text_in(node: Node, *keys: str) -> str:
    """First printed string under ``keys``, entities resolved; "" when there is none."""
    for key in keys:
        for value in _values(node.get(key)):
            text = value.get("name") or value.get("@value") if isinstance(value, dict) else value
            if isinstance(text, str) and text.strip():
                return one_line(html.unescape(text))
    return ""


def names_in(node: Node, key: str) -> list[str]:
    """Names under ``key``: strings, objects with a name, or lists of either."""
    found: list[str] = []
    for value in _values(node.get(key)):
        name = value.get("name") if isinstance(value, dict) else value
        found += [one_line(html.unescape(one)) for one in _values(name) if isinstance(one, str)]
    return [name for name in found if name]


def _values(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _load(text: str) -> object:
    """Parsed JSON; None for what cannot be mended (comments, raw line breaks, stray commas can)."""
    if len(text) > _LIMIT_CHARS:
        return None
    text = (
        text.strip()
        .removeprefix("<!--")
        .removeprefix("//<![CDATA[")
        .removesuffix("-->")
        .removesuffix("//]]>")
    )
    for mended in (text, _COMMA.sub(r"\1", _CONTROL.sub(" ", text)).strip().rstrip(";")):
        try:
            return json.loads(mended)
        except (ValueError, RecursionError):
            continue
    return None


def _walk(value: object) -> Iterator[Node]:
    """Objects of a JSON value, breadth first, so that the page's own node comes before its parts."""
    level = [value]
    for _ in range(12):
        below: list[object] = []
        for one in level:
            if isinstance(one, dict):
                yield one
                below += [part for part in one.values() if isinstance(part, dict | list)]
            elif isinstance(one, list):
                below += one
        level = below
