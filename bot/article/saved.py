"""The story inside a saved page's text: lines without tags, the furniture still round it.

A text is taken for a saved page only on evidence (labels repeated three times, "3 hours ago", share and menu
lines); any other text is left uncut. Inside a saved page the story is the run of lines with the greatest
sum, where sentences count for it and labels, headlines and times against it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.article.byline import names_from
from bot.article.lexicon import pattern
from bot.article.shingles import folded, tokens
from bot.article.stamps import stamp_of
from bot.types import Stamp

_SENTENCE = re.compile(r"[.!?…:;][\"'”’»)\]]*\s*$|[\"”’»]\s*$")
_BROKEN_OFF = re.compile(r"(?:\.\.\.|…)\s*$")
_BY = re.compile(r"^by\b:?\s+\S", re.I)
_DATED = re.compile(
    r"^(?:(?:last )?(?:published|updated|posted|modified)\b.{0,30}|\w{3,9}day,?\s.{0,40})", re.I
)
_AGO = re.compile(r"^\W*\d+ \w+ ago\W*$", re.I)
_LABEL_WORDS = 12
_REPEATS = 3


@dataclass(frozen=True, slots=True)
class Saved:
    """Lines [start, end) are the story; what the lines above it say about it."""

    start: int
    end: int
    title: str = ""
    byline: tuple[str, ...] = ()
    published: Stamp | None = None


def story_in(lines: Sequence[str], latest: datetime) -> Saved | None:
    """Where the story stands in ``lines`` (no blank ones); None when nothing says they are a saved page."""
    labels = _labels(lines)
    furniture = [at for at, line in enumerate(lines) if _is_furniture(line, labels)]
    ago = sum(_AGO.match(lines[at]) is not None for at in furniture)
    at_rim = sum(at < 10 or at >= len(lines) - 10 for at in furniture)
    if not labels and ago < _REPEATS and at_rim < _REPEATS:
        return None
    start, end = _best_run([_weight(line, labels) for line in lines])
    if end <= start:
        return None
    title, byline, published = _head(lines[:start], labels, latest)
    return Saved(start, end, title, byline, published)


def _labels(lines: Sequence[str]) -> frozenset[str]:
    """Short lines that come back: "DON'T MISS" above each teaser. Turns of a conversation end in a colon."""
    counts = Counter(folded(line) for line in lines if len(tokens(line)) <= 4 and not line.endswith(":"))
    return frozenset(
        key
        for key, count in counts.items()
        if count >= _REPEATS and pattern("page_lines", "^", "$").match(key)
    )


def _is_furniture(line: str, labels: frozenset[str]) -> bool:
    if len(tokens(line)) > _LABEL_WORDS:
        return False
    return folded(line) in labels or pattern("page_lines", r"^\W*", r"\W*$").match(line) is not None


def _weight(line: str, labels: frozenset[str]) -> float:
    count = len(tokens(line))
    if _is_furniture(line, labels):
        return -20.0
    if count >= 8 and _SENTENCE.search(line) and not (_BROKEN_OFF.search(line) and count < 40):
        return 4.0 + min(count, 40) / 4
    if _SENTENCE.search(line):
        return 1.0
    return 4.0 if count >= 30 else -4.0


def _best_run(weights: Sequence[float]) -> tuple[int, int]:
    """Start and end of the run with the greatest sum; (0, 0) when no weight is above zero."""
    best, best_run = 0.0, (0, 0)
    total, start = 0.0, 0
    for at, weight in enumerate(weights):
        if total <= 0:
            total, start = 0.0, at
        total += weight
        if total > best:
            best, best_run = total, (start, at + 1)
    return best_run


def _head(
    lines: Sequence[str], labels: frozenset[str], latest: datetime
) -> tuple[str, tuple[str, ...], Stamp | None]:
    """Title, byline and time from the lines above the story, read upwards."""
    title = ""
    byline: tuple[str, ...] = ()
    published: Stamp | None = None
    for line in reversed(lines[-15:]):
        stamp = stamp_of(line, latest) if len(tokens(line)) <= _LABEL_WORDS else None
        if stamp is not None:
            published = published or stamp
        elif _BY.match(line):
            byline = byline or names_from([line])
        elif (
            not title
            and len(tokens(line)) >= 3
            and not _is_furniture(line, labels)
            and not _DATED.match(line)
        ):
            title = line
    return title, byline, published
