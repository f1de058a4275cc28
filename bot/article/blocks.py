"""A page's tree as leaf blocks in order, each tied to one marked element.

``split_runs`` first gives every stretch of loose text its own ``<p>``, so that a block is an element and a
library's verdict on the element (it kept the mark, or not) is a verdict on the block.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from lxml.html import Element, HtmlElement

from bot.article.clean import one_line
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
_BOLD = frozenset({"b", "strong"})
_ENDS = re.compile(r"[.!?:;…\"'”’»)\]。！？]\s*$")
_PULL = re.compile(r"pull-?quote|pullquote|quote-?box|blockquote", re.I)
_CAPTION = re.compile(r"(?:^|[^a-zA-Z]|(?<=[a-z])(?=C))(?:[a-z]{2,8}-?)?[cC]aption")
_REGIONS = frozenset({"body", "article", "main"})
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
    pieces: list[HtmlElement] = []
    run = _start_run(node.text)
    node.text = None
    for child in list(node):
        tail, child.tail = child.tail, None
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
    junk = {below for node in furniture for below in node.iter()}
    groups = _quotations(body)
    articles = _articles(body)
    found: list[Block] = []
    for node in body.iter(*BLOCK_TAGS):
        if node.tag == "tr" and _is_row(node, containers):
            lines, kind = [one_line(" ".join(node.itertext()))], ParagraphKind.TABLE
        elif node in containers or (node.tag in _CELLS and _in_row(node, containers)):
            continue
        else:
            lines, kind = _lines(node), _kind(node)
        lines = [line for line in lines if line]
        if lines:
            mark = len(found)
            node.set(MARK, str(mark))
            group = groups.get(node, 0)
            if group and kind is ParagraphKind.BODY:
                kind = ParagraphKind.BLOCKQUOTE
            captions = _is_caption(node)
            found += [
                replace(
                    block, junk=node in junk, captions=captions, group=group, article=articles.get(node, 0)
                )
                for block in _blocks_at(node, lines, kind, mark)
            ]
    return found


def _blocks_at(node: HtmlElement, lines: list[str], kind: ParagraphKind, mark: int) -> list[Block]:
    tag = str(node.tag)
    linked, bold, level = linked_share(node), _all_bold(node), _HEADINGS.get(tag, 0)
    return [Block(line, kind, linked, mark, tag, level, bold) for line in lines]


def _quotations(body: HtmlElement) -> dict[HtmlElement, int]:
    """Number of the quotation that each element stands in; the outermost counts."""
    found: dict[HtmlElement, int] = {}
    for node in body.iter():
        if node not in found and (node.tag == "blockquote" or _PULL.search(_named(node))):
            number = len(found) + 1
            found.update(dict.fromkeys(node.iter(), number))
    return found


def _named(node: HtmlElement) -> str:
    return "" if node.tag in _REGIONS else f"{node.get('class', '')} {node.get('id', '')}"


def _articles(body: HtmlElement) -> dict[HtmlElement, int]:
    """Number of the innermost ``<article>`` that each element stands in."""
    found: dict[HtmlElement, int] = {}
    for number, node in enumerate(body.iter("article"), start=1):
        found.update(dict.fromkeys(node.iter(), number))
    return found


def _is_caption(node: HtmlElement) -> bool:
    """In a ``<figcaption>``, in a box called a caption, or the only text beside a picture."""
    for step, above in enumerate((node, *node.iterancestors())):
        if above.tag == "figcaption" or _CAPTION.search(_named(above)):
            return True
        if above.tag in ("article", "main", "body", "td") or step > 4:
            return False
        if above.tag == "figure":
            return node.tag not in _HEADINGS and above.find(".//blockquote") is None
    return False


def _is_row(node: HtmlElement, containers: set[HtmlElement]) -> bool:
    """A table row of plain cells, at least two of them."""
    cells = [child for child in node if child.tag in _CELLS]
    return len(cells) >= 2 and not any(cell in containers for cell in cells)


def _in_row(node: HtmlElement, containers: set[HtmlElement]) -> bool:
    row = node.getparent()
    return row is not None and row.tag == "tr" and _is_row(row, containers)


def _kind(node: HtmlElement) -> ParagraphKind:
    """Read from the nearest element that says what it is."""
    for above in (node, *node.iterancestors()):
        tag = above.tag
        if tag in _HEADINGS:
            return ParagraphKind.HEADING
        if tag in ("li", "dt", "dd"):
            return ParagraphKind.LISTED
        if tag == "blockquote":
            return ParagraphKind.BLOCKQUOTE
        if tag in ("article", "body", "section", "main"):
            break
    return ParagraphKind.BODY


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
    whole = len("".join(node.itertext()).strip())
    if not whole:
        return 0.0
    if node.tag == "a" or any(above.tag == "a" for above in node.iterancestors()):
        return 1.0
    linked = sum(len("".join(link.itertext()).strip()) for link in node.iter("a"))
    return min(1.0, linked / whole)


def _all_bold(node: HtmlElement) -> bool:
    if node.tag in _HEADINGS or len(node) == 0:
        return False
    whole = len("".join(node.itertext()).strip())
    bold = sum(len("".join(part.itertext()).strip()) for part in node.iter(*_BOLD))
    return whole > 0 and bold >= whole
