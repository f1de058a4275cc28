"""The feeds that a web page names. Pure."""

from __future__ import annotations

import html
import re
from urllib.parse import urljoin

from bot.errors import BadLink
from bot.urls import canonical

_HEAD_BYTES = 2 * 2**20  # large sites put megabytes of script before their links
_LINK = re.compile(r"<(?:link|base)\b[^<>]{1,4000}>", re.IGNORECASE)
# Begins at a word's first letter and never gives one back: 4,000 letters in a row cost 8 million steps else
_ATTRIBUTE = re.compile(r"(?<![a-zA-Z-])([a-zA-Z-]++)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"}
)
_FORMAT_WORDS = re.compile(
    r"\b(?:rss|atom|rdf|json|xml|feed|2\.0|1\.0|0\.3)\b|[()\[\]\-\u2013\u00bb|:]", re.IGNORECASE
)
_COMMENTS = re.compile(r"\bcomments?\b|/comments/", re.IGNORECASE)
MOST = 10  # named to a person; a portal may list hundreds


def looks_like_html(body: bytes, media_type: str) -> bool:
    """By its first element; the header alone is wrong on many feeds sent as text/html."""
    start = body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return True
    told = media_type in {"text/html", "application/xhtml+xml"}
    return (told or b"<html" in start) and not re.search(rb"<(?:rss|feed|rdf:rdf)[\s>]", start)


def feeds_named(body: bytes, url: str) -> tuple[str, ...]:
    """Addresses of ``<link rel="alternate">`` feeds, in the page's order, at most ten.

    Comment feeds are left out when there are others, and of one feed in two formats the first stays.
    """
    page = body[:_HEAD_BYTES].decode("utf-8", "replace")
    base = ""
    found: dict[str, str] = {}  # address -> title
    for tag in _LINK.findall(page):
        attributes = _attributes(tag)
        if tag[:5].lower() == "<base":
            if not base and attributes.get("href"):  # HTML: the first one with an address counts
                base = _address(url, attributes["href"]) or ""
        elif _names_feed(attributes):
            address = _address(base or url, attributes.get("href", ""))
            if address is not None:
                found.setdefault(address, attributes.get("title", ""))
    stories = {at: title for at, title in found.items() if not _COMMENTS.search(f"{title} {at}")}
    by_title: dict[str, str] = {}
    for address, title in (stories or found).items():
        name = " ".join(_FORMAT_WORDS.sub(" ", title).lower().split())
        by_title.setdefault(name or address, address)
    return tuple(by_title.values())[:MOST]


def _names_feed(attributes: dict[str, str]) -> bool:
    media_type = attributes.get("type", "").partition(";")[0].strip().lower()
    return "alternate" in attributes.get("rel", "").lower().split() and media_type in _TYPES


def _attributes(tag: str) -> dict[str, str]:
    rows = _ATTRIBUTE.findall(tag)
    return {name.lower(): html.unescape(one or two or three) for name, one, two, three in rows}


def _address(base: str, href: str) -> str | None:
    try:
        return canonical(urljoin(base, href.strip()))
    except (ValueError, BadLink):
        return None
