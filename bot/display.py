"""Printed words made safe to show. Layer 0.

A page may carry characters that turn a line round, hide words or drive a terminal. ``plain`` takes
them out of what is shown; the stored text and its offsets stay as they were read.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from urllib.parse import urlsplit

from bot.types import Block, Message

# Joiners that spell: kept between two characters of scripts (or emoji) that need them.
_JOINERS = "\u200c\u200d"
_NEEDS_JOINERS_FROM = "\u0300"
_VARIATION = "\ufe0e\ufe0f"
_BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"  # letters by category, empty on the screen
# A letter of a living language carries at most four marks (Vietnamese 2, Hebrew with accents 4).
_MARKS_LIMIT = 4
# Stands before words that people type to the bot: each chat shows there what it wants typed first. A
# private character, which ``plain`` takes out of printed words: no page can put it there.
TYPED = "\ue000"
_BLANKS = re.compile(r"( +)")
_SHOWN_ADDRESS = re.compile(r"(?:https?://|www\.)([^\s/?#:]+)", re.IGNORECASE)
_UNSAFE_IN_LINK = re.compile(r"[<>|\"'`\\^{}]|[^\x00-\x7f]")
_QUIET = re.compile(r"[ -~\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2015\u2018-\u201f\u2026\u20ac]*")


def plain(text: str) -> str:
    """One line of ``text`` as it may be shown: words untouched, traps gone.

    Line breaks and runs of space become one space; control, bidirectional, zero-width, tag and
    unassigned characters go; so do joiners between letters that need none and more than four
    combining marks on one letter. Idempotent.
    """
    spaced = " ".join(text.split())
    if _QUIET.fullmatch(spaced):
        return spaced
    kept: list[str] = []
    marks = 0
    for here, char in enumerate(spaced):
        kind = unicodedata.category(char)
        if kind in {"Mn", "Me"} and char not in _VARIATION:
            marks += 1
            if marks <= _MARKS_LIMIT and kept:
                kept.append(char)
            continue
        if char in _BLANK_LETTERS:
            continue
        if kind[0] != "C":
            marks = marks if char in _VARIATION else 0
            kept.append(" " if kind[0] == "Z" else char)
        elif char in _JOINERS and kept and _joins(kept[-1], spaced[here + 1 : here + 2]):
            kept.append(char)
    again = " ".join("".join(kept).split())
    return again if again == spaced else plain(again)


def inline(text: str) -> str:
    """``plain`` for a piece of a line: its blanks stay, so that seams and columns do."""
    if _QUIET.fullmatch(text):
        return text
    return "".join(part if part.startswith(" ") else plain(part) for part in _BLANKS.split(text))


def safe_link(link: str | None, words: str = "") -> str | None:
    """``link`` if it leads to a web page and to nothing else, written so that no markup can close it.

    None too when ``words``, which would be shown for it, are the address of another host.
    """
    if not link or not link.isprintable() or " " in link:
        return None
    try:
        parts = urlsplit(link)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host or not host.isascii() or "@" in parts.netloc:
        return None
    named = (_bare(one) for one in _SHOWN_ADDRESS.findall(words))
    if any(one != _bare(host) for one in named):
        return None
    return _UNSAFE_IN_LINK.sub(_percent, parts.scheme + link[len(parts.scheme) :])


def _bare(host: str) -> str:
    return host.lower().removeprefix("www.")


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match.group().encode())


def typed_after(prefix: str, message: Message) -> Message:
    """The message, its commands as one types them in a chat that wants ``prefix`` before each."""

    def shown(block: Block) -> Block:
        runs = (replace(run, text=run.text.replace(TYPED, prefix)) for run in block.runs)
        return replace(block, runs=tuple(runs))

    return replace(message, blocks=tuple(map(shown, message.blocks)))


def shortened(text: str, limit: int) -> str:
    """``plain(text)``, cut at a word to at most ``limit`` code points, " […]" where it was cut.

    Only for words about a story (a title, a role): a quote is never cut.
    """
    shown = plain(text)
    if len(shown) <= limit:
        return shown
    head = shown[: max(1, limit - 4)]
    return head.rsplit(" ", 1)[0].rstrip(" ,;:") + " […]"


def _joins(before: str, after: str) -> bool:
    wanted = after != "" and unicodedata.category(after)[0] in "LMSN"
    return wanted and before > _NEEDS_JOINERS_FROM and after > _NEEDS_JOINERS_FROM
