"""Figures of two stories: which say the same, and which count the same thing with another result."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable

from bot.compare.pairing import Pair, paired
from bot.digest import Digest, sentence_of
from bot.text import fold, letters, words
from bot.types import Figure, Span

# Shares of common words in the sentences of two figures from which they count the same thing: with the
# thing counted (or the value) printed alike, and without. By choice, on made-up pairs
# (tests/unit/test_compare.py).
_ALIKE, _UNLIKE = 0.35, 0.6

_JOINED_BEFORE, _JOINED_AFTER = re.compile(r"\w$|\d[.,]$"), re.compile(r"\w|[.,]\d")

Says = tuple[object, ...]  # kind, value, unit and the thing counted


def other_figures(
    before: Digest, after: Digest, told_before: Collection[int], told_after: Collection[int]
) -> tuple[tuple[Pair, ...], tuple[int, ...], tuple[int, ...]]:
    """Pairs of one thing counted with another result (or of another thing with the same), then what is
    printed in ``before`` only and in ``after`` only; each once, however often it is printed.

    What the text itself sets aside for a later figure does not count, nor do figures inside the quotes
    ``told_before`` and ``told_after``: their words are told as a whole.
    """
    was, now = _says(before, told_before), _says(after, told_after)
    # what stands inside a quote may be said outside it too
    known_before, known_after = set(_says(before, ()).values()), set(_says(after, ()).values())
    gone = [number for number, says in was.items() if says not in known_after]
    come = [number for number, says in now.items() if says not in known_before]
    pairs = paired(gone, come, _likeness(before, after))
    paired_before, paired_after = {was[one] for one, _ in pairs}, {now[two] for _, two in pairs}
    distinct = {(was[one], now[two]): (one, two) for one, two in reversed(pairs)}
    return (
        tuple(sorted(pair for pair in distinct.values() if _differs(before, after, pair))),
        _printed_nowhere(before, _once(was, gone, paired_before), after),
        _printed_nowhere(after, _once(now, come, paired_after), before),
    )


def _says(digest: Digest, told: Collection[int]) -> dict[int, Says]:
    parts = sorted(part for number in told for part in digest.findings.quotes[number].parts)
    starts = [part.start for part in parts]

    def inside(span: Span) -> bool:
        at = bisect_right(starts, span.start) - 1
        return at >= 0 and parts[at].contains(span)

    return {
        number: (figure.kind, *_value(digest, figure), figure.unit, _counted(figure))
        for number, figure in enumerate(digest.findings.figures)
        if not figure.superseded and not inside(figure.span)
    }


def _value(digest: Digest, figure: Figure) -> tuple[object, object]:
    """A vague one ("thousands") is known by its words."""
    if figure.value is None:
        return letters(figure.span.of(digest.article.text)), None
    return figure.value, figure.high


def _counted(figure: Figure) -> str:
    return letters(figure.counts.text) if figure.counts else ""


def _likeness(before: Digest, after: Digest) -> Callable[[int, int], float]:
    """0 for two figures that have nothing to do with each other."""
    was = [_around(before, figure) for figure in before.findings.figures]
    now = [_around(after, figure) for figure in after.findings.figures]

    def likeness(one: int, two: int) -> float:
        left, right = before.findings.figures[one], after.findings.figures[two]
        same_value = _value(before, left) == _value(after, right)
        if left.kind is not right.kind or (left.unit != right.unit and not same_value):
            return 0.0  # the unit of a plain number is the thing counted
        alike = 2.0 * same_value + (_counted(left) == _counted(right) != "")
        both = len(was[one]) + len(now[two])
        share = 2 * len(was[one] & now[two]) / both if both else 0.0
        return alike + share if share >= (_ALIKE if alike else _UNLIKE) else 0.0

    return likeness


def _around(digest: Digest, figure: Figure) -> frozenset[str]:
    """The words of a figure's sentence, its own left out."""
    text, sentence = digest.article.text, sentence_of(digest, figure.span)
    rest = f"{text[sentence.start : figure.span.start]} {text[figure.span.end : sentence.end]}"
    return frozenset(fold(span.of(rest)) for span in words(rest))


def _differs(before: Digest, after: Digest, pair: Pair) -> bool:
    """Another value, or another thing counted: "12 injured" and "12 dead", but not "12 people" and "12"."""
    left, right = before.findings.figures[pair[0]], after.findings.figures[pair[1]]
    if _value(before, left) != _value(after, right):
        return True
    was, now = _counted(left), _counted(right)
    return was not in now and now not in was


def _once(says: dict[int, Says], numbers: Iterable[int], told: Collection[Says]) -> list[int]:
    """Those that say something else than ``told``, and each thing once."""
    found: dict[Says, int] = {}
    for number in numbers:
        if says[number] not in told:
            found.setdefault(says[number], number)
    return list(found.values())


def _printed_nowhere(here: Digest, numbers: Iterable[int], there: Digest) -> tuple[int, ...]:
    """Without those that the other story prints, whatever our finders made of them there."""
    line = _line(there.article.text)

    return tuple(
        number
        for number in numbers
        if not _stands(_line(here.findings.figures[number].span.of(here.article.text)), line)
    )


def _stands(words: str, line: str) -> bool:
    """As whole words, and not as the 5 of "5,200"."""
    at = line.find(words)
    while at >= 0:
        before, after = line[max(at - 2, 0) : at], line[at + len(words) : at + len(words) + 2]
        inside = _JOINED_BEFORE.search(before) or _JOINED_AFTER.match(after)
        if not inside:
            return True
        at = line.find(words, at + 1)
    return False


def _line(text: str) -> str:
    return " ".join(fold(text).split())
