"""A page's tree as leaf blocks in order, each tied to one marked element.

``split_runs`` first gives every stretch of loose text its own ``<p>``, so that a block is an element and a
library's verdict on the element (it kept the mark, or not) is a verdict on the block.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from dataclasses import replace

from lxml.html import Element, HtmlElement

from bot.article.clean import one_line, without_controls
from bot.article.regions import Regions, regions_of
from bot.article.story import Block
from bot.types import ParagraphKind

MARK = "data-nutgraf"
BLOCK_TAGS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hgroup", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table",
    "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_ENDS = re.compile(r"[.!?:;…\"'”’»)\]。！？]\s*$")
_BREAK = "\x00"  # the parser lets no zero character through
_STRICT = frozenset({"ul", "ol", "dl", "table", "tbody", "thead", "tfoot", "tr"})  # take no <p>
_CELLS = frozenset({"td", "th"})


def containers_of(body: HtmlElement) -> set[HtmlElement]:
    """Elements that have a block element somewhere below them."""
    found: set[HtmlElement] = set()
    for node in body.iter(*BLOCK_TAGS):
        above = node.getparent()
        while above is not None and above not in found:
            found.add(above)
            if above is body:
                break
            above = above.getparent()
    return found


def split_runs(body: HtmlElement) -> None:
    """Wrap loose text beside block elements, and paragraphs parted by two ``<br>``, in ``<p>``."""
    containers = containers_of(body)
    for node in list(body.iter()):
        if not isinstance(node.tag, str):
            continue
        holder = node in containers and node.tag not in _STRICT
        if holder or (node.tag in BLOCK_TAGS and node.tag != "pre" and _has_double_break(node)):
            _wrap(node, containers)


def _has_double_break(node: HtmlElement) -> bool:
    """Two line breaks in a row among the children of ``node``."""
    return any(
        child.tag == "br" and not (child.tail or "").strip() and _next_is_break(child)
        for child in node.iterchildren("br")
    )


def _next_is_break(node: HtmlElement) -> bool:
    following = node.getnext()
    return following is not None and following.tag == "br"


def _wrap(node: HtmlElement, containers: set[HtmlElement]) -> None:
    """Give each run of inline content among ``node``'s children its own ``<p>``."""
    if not _has_loose(node, containers):
        return
    pieces: list[HtmlElement] = []
    run = _start_run(_settable(node.text))
    node.text = None
    for child in list(node):
        tail, child.tail = _settable(child.tail), None
        block = child.tag in BLOCK_TAGS or child in containers
        double = child.tag == "br" and not (tail or "").strip() and _next_is_break(child)
        node.remove(child)
        if block or double or not isinstance(child.tag, str):
            _close_run(pieces, run)
            if block:
                pieces.append(child)
            run = _start_run(tail)
        else:
            child.tail = tail
            run.append(child)
    _close_run(pieces, run)
    node.extend(pieces)


def _has_loose(node: HtmlElement, containers: set[HtmlElement]) -> bool:
    """Whether ``node`` holds anything beside block elements: most boxes of a page do not."""
    if (node.text or "").strip():
        return True
    return any(
        (child.tail or "").strip() or not (child.tag in BLOCK_TAGS or child in containers) for child in node
    )


def _settable(text: str | None) -> str | None:
    """lxml hands out control characters that stood as entities (``&#27;``) but takes none back."""
    return without_controls(text) if text else text


def _start_run(text: str | None) -> HtmlElement:
    run = Element("p")
    run.text = text
    return run


def _close_run(pieces: list[HtmlElement], run: HtmlElement) -> None:
    if len(run) or (run.text or "").strip():
        pieces.append(run)


def mark_blocks(body: HtmlElement, furniture: Iterable[HtmlElement] = ()) -> list[Block]:
    """Leaf blocks in order; each element that holds one carries its number in ``MARK``.

    Blocks inside ``furniture`` are flagged as such.
    """
    containers = containers_of(body)
    regions = regions_of(body, furniture)
    found: list[Block] = []
    for node in body.iter(*BLOCK_TAGS):
        row = node.tag == "tr" and _is_row(node, containers)
        if not row and (node in containers or (node.tag in _CELLS and _in_row(node, containers))):
            continue
        printed = [one_line(" ".join(node.itertext()))] if row else _lines(node)
        lines = [line for line in printed if line]
        if lines:
            node.set(MARK, str(len(found)))
            found += _blocks_at(node, lines, len(found), regions)
    return found


def _blocks_at(node: HtmlElement, lines: list[str], mark: int, regions: Regions) -> list[Block]:
    tag = str(node.tag)
    group = regions.quotations.get(node, 0)
    kind = ParagraphKind.TABLE if tag == "tr" else regions.kinds.get(node, ParagraphKind.BODY)
    if group and kind is ParagraphKind.BODY:
        kind = ParagraphKind.BLOCKQUOTE
    first = Block(
        lines[0],
        kind,
        linked=1.0 if node in regions.linked else linked_share(node),
        mark=mark,
        level=_HEADINGS.get(tag, 0),
        junk=node in regions.junk or _holds_only(node, regions.junk),
        captions=node in regions.captions,
        deck=node in regions.decks,
        group=group,
        article=regions.articles.get(node, 0),
    )
    return [first, *(replace(first, text=line) for line in lines[1:])]


def _holds_only(node: HtmlElement, kinds: Set[HtmlElement]) -> bool:
    """Whether all text of ``node`` stands in children that are among ``kinds``."""
    if len(node) == 0 or (node.text or "").strip():
        return False
    return all(
        (child in kinds or not "".join(child.itertext()).strip()) and not (child.tail or "").strip()
        for child in node
    )


def _is_row(node: HtmlElement, containers: set[HtmlElement]) -> bool:
    """A table row of plain cells, at least two of them."""
    cells = [child for child in node if child.tag in _CELLS]
    return len(cells) >= 2 and not any(cell in containers for cell in cells)


def _in_row(node: HtmlElement, containers: set[HtmlElement]) -> bool:
    row = node.getparent()
    return row is not None and row.tag == "tr" and _is_row(row, containers)


def _lines(node: HtmlElement) -> list[str]:
    """The block's text; a ``<br>`` after a whole sentence, or in ``<pre>`` a blank line, parts it."""
    if node.tag == "pre":
        return [one_line(part) for part in re.split(r"\n\s*\n", node.text_content())]
    if node.find(".//br") is None:
        return [one_line(node.text_content())]
    lines: list[str] = []
    for piece in "".join(_with_breaks(node)).split(_BREAK):
        line = one_line(piece)
        if not line:
            continue
        if lines and not _ENDS.search(lines[-1]):
            lines[-1] += " " + line
        else:
            lines.append(line)
    return lines


def _with_breaks(node: HtmlElement) -> Iterator[str]:
    yield node.text or ""
    for child in node:
        if child.tag == "br":
            yield _BREAK
        elif isinstance(child.tag, str):
            yield from _with_breaks(child)
        yield child.tail or ""


def linked_share(node: HtmlElement) -> float:
    """Share of the characters below ``node`` that stand in links."""
    links = list(node.iter("a"))
    whole = len("".join(node.itertext()).strip()) if links else 0
    if not whole:
        return 0.0
    linked = sum(len("".join(link.itertext()).strip()) for link in links)
    return min(1.0, linked / whole)
