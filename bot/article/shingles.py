"""Words in a row: how two texts are compared."""

from __future__ import annotations

import re
from collections import Counter

_TOKEN = re.compile(r"\w+")
SIZE = 4


def tokens(text: str) -> list[str]:
    """Runs of word characters, case kept."""
    return _TOKEN.findall(text)


def shingles(words: list[str], size: int = SIZE) -> list[tuple[str, ...]]:
    """Every run of ``size`` words; a shorter text is one shingle."""
    if len(words) < size:
        return [tuple(words)] if words else []
    return [tuple(words[at : at + size]) for at in range(len(words) - size + 1)]


def agreement(left: str, right: str) -> float:
    """F1 of the two texts' shingles, 0..1."""
    ours, theirs = Counter(shingles(tokens(left))), Counter(shingles(tokens(right)))
    both = sum((ours & theirs).values())
    return 2 * both / (ours.total() + theirs.total()) if ours and theirs else 0.0


def contained(inner: str, outer: str) -> float:
    """Share of ``inner``'s shingles that stand in ``outer``, 0..1."""
    ours, theirs = Counter(shingles(tokens(inner))), Counter(shingles(tokens(outer)))
    return sum((ours & theirs).values()) / ours.total() if ours else 0.0


def folded(text: str) -> str:
    """Its words in lower case with single spaces: equal for two printings of the same words."""
    return " ".join(tokens(text.casefold()))
