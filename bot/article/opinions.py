"""What the two libraries hold to be the story, as numbers of marked blocks. Their only door.

readability-lxml judges our pruned, marked tree; trafilatura the tree as parsed. Both work on copies.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from copy import deepcopy

from lxml import etree
from lxml.html import HtmlElement
from readability import Document
from readability.readability import Unparseable

from bot.article.blocks import MARK
from bot.article.shingles import SIZE, shingles, tokens
from bot.article.story import Block


class _Marked(Document):  # type: ignore[misc]  # the library has no types
    """Hands out its tree instead of printing it through patterns that are slow on long tags."""

    def _parse(self, tree: HtmlElement) -> HtmlElement:
        """A copy for each attempt; scripts, comments and hidden parts are gone from ours already."""
        self.encoding = "utf-8"
        return deepcopy(tree)

    def get_clean_html(self) -> str:
        self.kept = self.html
        return str(etree.tostring(self.html, encoding="unicode", method="html"))


def readability_marks(root: HtmlElement) -> set[int]:
    """Marks of the blocks that readability-lxml keeps; empty when it fails."""
    logging.getLogger("readability.readability").setLevel(logging.CRITICAL)
    document = _Marked(root)
    try:
        document.summary(html_partial=True)
    except (Unparseable, ValueError, AttributeError, etree.LxmlError):
        return set()
    return {int(node.get(MARK)) for node in document.kept.iter() if node.get(MARK) is not None}


def trafilatura_text(root: HtmlElement) -> str:
    """trafilatura's text of the tree as parsed, in its precise mode; "" when it finds none.

    Without its own fallbacks, which are readability and jusText: over 342 development pages they change F1 by
    0.0002 on one of three sets and take a tenth of the time.
    """
    from trafilatura import bare_extraction  # noqa: PLC0415 - slow to import, half of the pages need it

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    try:
        found = bare_extraction(root, favor_precision=True, include_comments=False, fast=True)
    except (ValueError, AttributeError, TypeError, etree.LxmlError):
        return ""
    return str(getattr(found, "text", None) or "")


def marks_in(text: str, blocks: Sequence[Block]) -> set[int]:
    """Marks of the blocks whose words stand in ``text``: four fifths of their 4-word shingles.

    A block of fewer than four words must be a line of its own, however it is bulleted.
    """
    there = set(shingles(tokens(text)))
    lines = {tuple(tokens(line)) for line in text.split("\n")}
    kept: set[int] = set()
    for block in blocks:
        own = shingles(tokens(block.text))
        if len(own) == 1 and len(own[0]) < SIZE:
            held = own[0] in lines
        else:
            held = bool(own) and sum(one in there for one in own) >= 0.8 * len(own)
        if held:
            kept.add(block.mark)
    return kept
