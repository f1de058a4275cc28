"""The small word sets of the figure readers (``lexicon/en/figure_sets.tsv``), loaded on first use."""

from __future__ import annotations

from functools import cache

from bot.extract.lexicon import entries


@cache
def word_set(name: str) -> frozenset[str]:
    """The lower-case words of one set; raises KeyError for an unknown set."""
    return _sets()[name]


@cache
def _sets() -> dict[str, frozenset[str]]:
    return {
        name: frozenset(words.split())
        for name, words in (line.split("\t") for line in entries("figure_sets.tsv"))
    }
