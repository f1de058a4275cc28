"""What the reading process runs in tests: the page's own words say how it misbehaves."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time

from bot.errors import NotAnArticle
from bot.types import Article, Coverage, Findings, Page, Paragraph, Span


def read(page: Page) -> Article:
    text = page.body.decode()
    first = text.split()[0]
    act = _ACTS.get(text) or _ACTS.get(first)
    if act is not None:
        act(page)
    return Article(
        url=page.url,
        canonical_url=page.url,
        title=first,
        text=text,
        paragraphs=(Paragraph(Span(0, len(text))),),
        fetched_at=page.fetched_at,
        coverage=Coverage(len(text.split())),
    )


def find(article: Article) -> Findings:
    return Findings(sentences=(Span(0, len(article.text.split()[0])),))


def _refuse(page: Page) -> None:
    raise NotAnArticle(page.url, looks_like="a list of links")


def _loop(page: Page) -> None:
    while True:
        pass


def _loop_deaf(page: Page) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _loop(page)


def _bug(page: Page) -> None:
    raise KeyError(page.body.decode())


def _swallow(page: Page) -> None:
    held = []
    while True:
        held.append(bytearray(2**24))


def _recurse(page: Page) -> None:
    _recurse(page)


def _chatter(page: Page) -> None:
    """As if a library had taken the process over and wrote into the pipe itself."""
    for descriptor in range(3, 10):
        try:
            os.write(descriptor, b"\x00\x00\x00\x05hello" * 10)
        except OSError:
            continue


def _print(page: Page) -> None:
    sys.stdout.write("hello from a library\n" * 1000)
    sys.stdout.flush()
    os.write(1, b"hello from C\n")


_ACTS = {
    "refuse": _refuse,
    "loop": _loop,
    "loop deaf": _loop_deaf,
    "sleep": lambda page: time.sleep(30),
    "segfault": lambda page: ctypes.string_at(0),
    "exit": lambda page: os._exit(3),
    "swallow": _swallow,
    "recurse": _recurse,
    "chatter": _chatter,
    "print": _print,
    "bug": _bug,
}
