"""Words in a row: how two texts are compared."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"\w+")


def tokens(text: str) -> list[str]:
    """Runs of word characters, case kept."""
    return _TOKEN.findall(text)


def shingles(words: list[str], size: int = 4) -> list[tuple[str, ...]]:
    """Every run of ``size`` words; a shorter text is one shingle."""
    if len(words) < size:
        return [tuple(words)] if words else []
    return [tuple(words[at : at + size]) for at in range(len(words) - size + 1)]
