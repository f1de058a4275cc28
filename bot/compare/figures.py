"""Figures of two stories: which say the same, and which count the same thing with another result."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable

from bot.compare.pairing import Pair, paired
from bot.digest import Digest, sentence_of
from bot.text import fold, letters, words
from bot.types import Figure

# Shares of common words in the sentences of two figures from which they count the same thing: with the
# thing counted (or the value) printed alike, and without. By choice, on made-up pairs
# (tests/unit/test_compare.py).
_ALIKE, _UNLIKE = 0.35, 0.6

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
        _once(
            was, (one for one in gone if was[one] not in paired_before and not _printed(before, one, after))
        ),
        _once(
            now, (two for two in come if now[two] not in paired_after and not _printed(after, two, before))
        ),
    )


def _says(digest: Digest, told: Collection[int]) -> dict[int, Says]:
    parts = [part for number in told for part in digest.findings.quotes[number].parts]
    return {
        number: (figure.kind, *_value(digest, figure), figure.unit, _counted(figure))
        for number, figure in enumerate(digest.findings.figures)
        if not figure.superseded and not any(part.contains(figure.span) for part in parts)
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
    was = {number: _around(before, number) for number in range(len(before.findings.figures))}
    now = {number: _around(after, number) for number in range(len(after.findings.figures))}

    def likeness(one: int, two: int) -> float:
        left, right = before.findings.figures[one], after.findings.figures[two]
        same_value = _value(before, left) == _value(after, right)
        if left.kind is not right.kind or (left.unit != right.unit and not same_value):
            return 0.0  # the unit of a plain number is the thing counted
        alike = 2.0 * same_value + (_counted(left) == _counted(right) != "")
        total = was[one].total() + now[two].total()
        share = 2 * (was[one] & now[two]).total() / total if total else 0.0
        return alike + share if share >= (_ALIKE if alike else _UNLIKE) else 0.0

    return likeness


def _around(digest: Digest, number: int) -> Counter[str]:
    """The words of a figure's sentence, its own left out."""
    figure, text = digest.findings.figures[number], digest.article.text
    sentence = sentence_of(digest, figure.span)
    rest = f"{text[sentence.start : figure.span.start]} {text[figure.span.end : sentence.end]}"
    return Counter(fold(span.of(rest)) for span in words(rest))


def _differs(before: Digest, after: Digest, pair: Pair) -> bool:
    """Another value, or another thing counted: "12 injured" and "12 dead", but not "12 people" and "12"."""
    left, right = before.findings.figures[pair[0]], after.findings.figures[pair[1]]
    if _value(before, left) != _value(after, right):
        return True
    was, now = _counted(left), _counted(right)
    return was not in now and now not in was


def _printed(here: Digest, number: int, there: Digest) -> bool:
    """Whether the other story prints the figure, whatever our finders made of it there."""
    text = re.escape(_line(here.findings.figures[number].span.of(here.article.text)))
    whole = rf"(?<!\w)(?<!\d[.,]){text}(?!\w)(?![.,]\d)"  # not the 5 of "5,200"
    return re.search(whole, _line(there.article.text)) is not None


def _line(text: str) -> str:
    return " ".join(fold(text).split())


def _once(says: dict[int, Says], numbers: Iterable[int]) -> tuple[int, ...]:
    found: dict[Says, int] = {}
    for number in numbers:
        found.setdefault(says[number], number)
    return tuple(found.values())
