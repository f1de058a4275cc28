"""Which finding of one story is which of the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

# Where more findings than that could be each other, the story was written anew: none is. 0.3 s at most
# (150 statements and 150 figures, all of them altered).
_MOST = 20_000

Pair = tuple[int, int]  # a finding of ``before``, the same of ``after``


def paired(left: Sequence[int], right: Sequence[int], likeness: Callable[[int, int], float]) -> list[Pair]:
    """The likest two first, each once; of equals the earliest. The same pairs both ways round: two pairs
    that ``(min, max)`` does not tell apart never claim the same finding."""
    if len(left) * len(right) > _MOST:
        return []
    ranked = sorted(
        (-score, min(one, two), max(one, two), one, two)
        for one in left
        for two in right
        if (score := likeness(one, two)) > 0
    )
    taken_left: set[int] = set()
    taken_right: set[int] = set()
    pairs: list[Pair] = []
    for *_, one, two in ranked:
        if one not in taken_left and two not in taken_right:
            taken_left.add(one)
            taken_right.add(two)
            pairs.append((one, two))
    return sorted(pairs)


def without(numbers: Iterable[int], taken: set[int]) -> list[int]:
    return [number for number in numbers if number not in taken]
