"""The libraries on their own, for ``bot.evaluate.body`` to stand us beside: page bytes -> body text."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from lxml import etree
from lxml.html import HtmlElement, fromstring
from readability import Document
from readability.readability import Unparseable

from bot.article.blocks import mark_blocks, split_runs
from bot.article.decode import decode

Peer = Callable[[bytes], str]


def _readability(body: bytes) -> str:
    logging.getLogger("readability.readability").setLevel(logging.CRITICAL)
    try:
        summary = Document(decode(body)).summary(html_partial=True)
        tree: HtmlElement = fromstring(f"<div>{summary}</div>")
    except (Unparseable, etree.LxmlError, ValueError):
        return ""
    split_runs(tree)
    return "\n".join(block.text for block in mark_blocks(tree))


def _trafilatura(body: bytes, *, precision: bool) -> str:
    from trafilatura import extract  # noqa: PLC0415 - slow to import, only this measurement needs it

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    return extract(decode(body), favor_precision=precision, include_comments=False) or ""


PEERS: dict[str, Peer] = {
    "readability-lxml": _readability,
    "trafilatura": partial(_trafilatura, precision=False),
    "trafilatura-precision": partial(_trafilatura, precision=True),
}
