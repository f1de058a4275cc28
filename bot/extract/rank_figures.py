"""Which few figures are key, and why: each part of the score has a name. Reads the text, finds nothing."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from bot.types import Article, Figure, FigureKind, Paragraph, ParagraphKind, Score

_KEY_MOST = 5
# A figure below this is not worth a line of a digest. Weights were set on own stories and the shape of
# the labelled ones (`nutgraf eval`, figures/key).
_KEY_LEAST = 0.9
_KIND = {
    FigureKind.MONEY: 1.0, FigureKind.COUNT: 0.9, FigureKind.FRACTION: 1.0, FigureKind.PERCENT: 1.0,
    FigureKind.MULTIPLE: 0.8, FigureKind.SCORE: 0.8, FigureKind.VAGUE: 0.5, FigureKind.MEASURE: 0.5,
    FigureKind.DURATION: 0.5, FigureKind.AGE: -0.6,
}  # fmt: skip
_NEWS = re.compile(
    r"\b(?:dead|deaths?|killed|died|injur\w+|wounded|missing|victims?|casualt\w+|fatalit\w+|troops?|soldiers?|votes?|"
    r"jobs?|layoffs|cases|patients|people|passengers|members of|seats|protesters|arrests?|arrested|refugees|"
    r"migrants|hostages)\b",
    re.IGNORECASE,
)
_COUNTABLE = frozenset({FigureKind.MONEY, FigureKind.COUNT, FigureKind.MEASURE})
_STEMS = {2.0: "doubl", 3.0: "tripl", 0.5: "halv"}
# Behind these stands the number that the current one is held against.
_COMPARED = re.compile(
    r"\b(?:to\s[^.;]{2,30}\sfrom|(?:up|down|higher|lower|risen|fallen|rose|fell) from"
    r"|compared (?:with|to)|versus|against|than the)\s+(?:an? )?(?:\w+ ){0,3}$",
    re.IGNORECASE,
)
_LOOK_BACK = 48  # characters before a figure in which a comparison is looked for


def scored(article: Article, figures: tuple[Figure, ...]) -> tuple[Figure, ...]:
    """``figures`` with their scores, in the same order."""
    often = _counts(figures)
    blocks = _Blocks(article)
    return tuple(
        replace(figure, score=_score(article, figure, often[_key(figure)], blocks)) for figure in figures
    )


def key_figures(article: Article, figures: tuple[Figure, ...]) -> tuple[int, ...]:
    """Up to 5 indexes of ``figures`` in rank order: each (value, unit, counted noun) once, best first.

    A superseded figure, an age and a row of a table are never key. ``article`` is the one they were
    found in.
    """
    groups: dict[tuple[object, ...], list[int]] = {}
    tables = [block.span for block in article.paragraphs if block.kind is ParagraphKind.TABLE]
    for at, figure in enumerate(figures):
        tabled = any(span.contains(figure.span) for span in tables)
        if not (figure.superseded or figure.kind is FigureKind.AGE or tabled):
            groups.setdefault(_key(figure), []).append(at)
    ranked = sorted(
        (-max(figures[at].score.total for at in group), group[0], group) for group in groups.values()
    )
    return tuple(_fullest(figures, group) for total, _, group in ranked[:_KEY_MOST] if -total >= _KEY_LEAST)


def _fullest(figures: tuple[Figure, ...], group: list[int]) -> int:
    """Of several printings the one that says most: what is counted, who said it; else the best placed."""

    def says(at: int) -> tuple[bool, bool, float]:
        one = figures[at]
        return one.counts is not None, one.said_by is not None, one.score.total

    return max(group, key=says)


def _key(figure: Figure) -> tuple[object, ...]:
    """Two printings of one figure have the same key."""
    if figure.value is None:
        return None, figure.unit, figure.counts.text.lower() if figure.counts else ""
    return figure.value, figure.high, figure.unit


def _counts(figures: tuple[Figure, ...]) -> dict[tuple[object, ...], int]:
    often: dict[tuple[object, ...], int] = {}
    for figure in figures:
        often[_key(figure)] = often.get(_key(figure), 0) + 1
    return often


class _Blocks:
    """Where the paragraphs are: which one a figure stands in, walked once."""

    def __init__(self, article: Article) -> None:
        self._paragraphs = article.paragraphs
        self._at = 0

    def of(self, start: int) -> tuple[int, Paragraph | None]:
        """Number and paragraph that hold offset ``start``; offsets come in order."""
        while self._at + 1 < len(self._paragraphs) and self._paragraphs[self._at + 1].span.start <= start:
            self._at += 1
        return self._at, self._paragraphs[self._at] if self._paragraphs else None


def _score(article: Article, figure: Figure, often: int, blocks: _Blocks) -> Score:
    number, paragraph = blocks.of(figure.span.start)
    printed = figure.span.of(article.text)
    parts = [
        ("kind", _KIND[figure.kind]),
        ("position", 0.4 * (1 - figure.span.start / max(1, len(article.text)))),
    ]
    if number < 2:
        parts.append(("lead", 0.3))
    if (share := _headline(article.title, figure, printed)) > 0:
        parts.append(("headline", share))
    if figure.counts is not None:
        parts.append(("counted", 0.3))
    newsworthy = bool(_NEWS.search(printed))
    if newsworthy:
        parts.append(("news", 0.3))
    if figure.kind in _COUNTABLE and figure.value and abs(figure.value) > 1:
        parts.append(("magnitude", min(0.6, 0.08 * math.log10(abs(figure.value)))))
    if often > 1:
        parts.append(("repeated", min(0.45, 0.15 * often)))
    if figure.said_by is not None:
        parts.append(("said", 0.1))
    parts.extend(_penalties(article, figure, paragraph, newsworthy=newsworthy))
    return Score(tuple(parts))


def _penalties(
    article: Article, figure: Figure, paragraph: Paragraph | None, *, newsworthy: bool
) -> list[tuple[str, float]]:
    parts = []
    if figure.superseded:
        parts.append(("superseded", -5.0))
    if paragraph is not None and paragraph.kind is ParagraphKind.TABLE:
        parts.append(("table", -1.5))
    before = article.text[max(0, figure.span.start - _LOOK_BACK) : figure.span.start]
    if _COMPARED.search(before):
        parts.append(("comparison", -0.6))
    value = figure.value if figure.value is not None else 10.0
    if figure.kind is FigureKind.COUNT:
        if abs(value) < 10:
            parts.append(("small", (-0.3 if newsworthy else -0.9) if abs(value) < 4 else -0.2))
        if figure.unit == "page":
            parts.append(("pages", -0.6))
        if not figure.unit:
            parts.append(("uncounted", -0.6))
    if figure.kind is FigureKind.DURATION:
        if figure.high is not None and value > 1000:
            parts.append(("calendar", -0.6))
        elif figure.counts is None:
            parts.append(("duration", -0.4))
    return parts


def _headline(title: str, figure: Figure, printed: str) -> float:
    """1 when the number itself is in the headline, a little when what it counts is."""
    number = re.search(r"\d[\d,.]*\d|\d", printed)
    if (
        number is not None
        and number.group() in title
        and re.search(rf"(?<![\d.,]){re.escape(number.group())}(?![\d]|[.,]\d)", title)
    ):
        return 1.0
    if figure.kind is FigureKind.MULTIPLE:
        return 0.6 if _STEMS.get(figure.value or 0.0, "\0") in title.lower() else 0.0
    head = figure.unit.split()[-1].lower() if figure.unit and figure.kind is not FigureKind.DURATION else ""
    counted = figure.kind in {FigureKind.COUNT, FigureKind.VAGUE} and len(head) > 3 and head in title.lower()
    return 0.3 if counted else 0.0
