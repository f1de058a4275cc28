"""From a fetched page to the story in it: ``read(page) -> Article``.

Pure: no network, no clock, no state; the same page gives the same article. The only room that imports
lxml, readability, trafilatura and charset_normalizer, and only when a page needs them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.errors import EmptyBody, NotReadable
from bot.types import Article, Page

__all__ = ["READERS", "read"]

Reader = Callable[[Page], Article]


def _html(page: Page) -> Article:
    from bot.article.page import read_html  # noqa: PLC0415 - lxml is loaded by the process that reads

    return read_html(page)


def _plain(page: Page) -> Article:
    from bot.article.plain import read_plain  # noqa: PLC0415 - the same

    return read_plain(page)


READERS: dict[str, Reader] = {
    "text/html": _html,
    "application/xhtml+xml": _html,
    "text/plain": _plain,
}
_SAYS_NOTHING = frozenset({"", "application/octet-stream", "binary/octet-stream", "unknown/unknown", "*/*"})
_BINARY = (
    b"%PDF-",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"RIFF",
    b"\x00\x00\x00",
)
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_TAG = re.compile(rb"<(?:!doctype\s+html|html|head|body|article|div|p|h1|meta|title)\b", re.I)


def read(page: Page) -> Article:
    """The story on ``page``.

    Raises leaves of ReadError: NotReadable (a media type without a reader), EmptyBody (no text at all),
    NotAnArticle (an index, a consent page ...), PaywallOnly (a locked page without a word of the story).
    """
    if not page.body.strip(b" \t\r\n\x00"):
        raise EmptyBody(page.url)
    media_type = page.media_type.split(";")[0].strip().lower()
    if media_type in _SAYS_NOTHING or (media_type == "text/plain" and _starts_as_html(page.body)):
        media_type = _sniffed(page.body)
    reader = READERS.get(media_type)
    if reader is None:
        raise NotReadable(page.url, page.media_type)
    return reader(page)


def _starts_as_html(body: bytes) -> bool:
    head = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<!doctype html", b"<html"))


def _sniffed(body: bytes) -> str:
    """A media type told from the first bytes, as far as we read it; "" for a binary body."""
    head = body[:2048]
    if head.startswith(_WIDE_MARKS):
        head = head.replace(b"\x00", b"")[2:]
    elif head.startswith(_BINARY) or head.count(0) > len(head) // 8:
        return ""
    return "text/html" if _TAG.search(head) else "text/plain"
