"""Word classes and the small-word list, counted in the openly licensed training texts.

Words are placed by the company they keep: positive pointwise mutual information with their
neighbours, then spherical k-means in two levels (32 x 16 classes). Pure Python, fixed seed.
"""

from __future__ import annotations

import gzip
import math
import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

COARSE, FINE = 32, 16
_CONTEXTS = 800  # most frequent neighbours that count as a dimension, at each of four places
_LEAST_COUNT = 5
_ROUNDS = 8
_KEPT_DIMENSIONS = 60  # strongest dimensions of a word
_DIGIT = re.compile(r"\d")

Vector = dict[int, float]


def small_words(sentences: Iterable[Sequence[str]]) -> dict[str, int]:
    """Word -> 1, 2, 3: printed small 2-5, 6-39, 40 and more times."""
    often = Counter(word for words in sentences for word in words if word[:1].islower())
    return {word: 1 if n < 6 else 2 if n < 40 else 3 for word, n in often.items() if n >= 2}


def clusters(sentences: Sequence[Sequence[str]], seed: int) -> dict[str, str]:
    """Word -> code of four hex digits; the first two name the coarse class."""
    vectors = _vectors(sentences)
    rng = random.Random(seed)  # noqa: S311 - a repeatable start, no secret
    coarse = _kmeans(vectors, COARSE, rng)
    codes: dict[str, str] = {}
    for number in range(COARSE):
        inside = {word: vectors[word] for word, at in coarse.items() if at == number}
        for word, at in _kmeans(inside, min(FINE, max(1, len(inside) // 6)), rng).items():
            codes[word] = f"{number:02x}{at:02x}"
    return codes


def _vectors(sentences: Sequence[Sequence[str]]) -> dict[str, Vector]:
    normal = [[_DIGIT.sub("0", word) for word in words] for words in sentences]
    often = Counter(word for words in normal for word in words)
    kept = {word for word, n in often.items() if n >= _LEAST_COUNT}
    near = Counter(word.lower() for words in normal for word in words)
    dimension = {word: at for at, (word, _) in enumerate(near.most_common(_CONTEXTS))}
    counts: dict[str, Counter[int]] = {word: Counter() for word in kept}
    totals: Counter[int] = Counter()
    for words in normal:
        lowered = [dimension.get(word.lower(), -1) for word in words]
        for at, word in enumerate(words):
            if word not in kept:
                continue
            for place, offset in enumerate((-2, -1, 1, 2)):
                other = at + offset
                known = lowered[other] if 0 <= other < len(words) else _CONTEXTS
                if known >= 0:
                    column = place * (_CONTEXTS + 1) + known
                    counts[word][column] += 1
                    totals[column] += 1
    whole = sum(n**0.75 for n in totals.values())
    return {word: _ppmi(row, totals, whole) for word, row in sorted(counts.items()) if row}


def _ppmi(row: Counter[int], totals: Counter[int], whole: float) -> Vector:
    size = sum(row.values())
    values = {
        column: math.log(n * whole / (size * totals[column] ** 0.75))
        for column, n in row.items()
        if n * whole > size * totals[column] ** 0.75
    }
    strongest = sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))[:_KEPT_DIMENSIONS]
    length = math.sqrt(sum(value * value for _, value in strongest)) or 1.0
    return {column: value / length for column, value in strongest}


def _kmeans(vectors: dict[str, Vector], count: int, rng: random.Random) -> dict[str, int]:
    """Word -> class; spherical k-means from randomly chosen words."""
    names = list(vectors)
    if count <= 1 or len(names) <= count:
        return dict.fromkeys(names, 0)
    centres = [_dense(vectors[name]) for name in rng.sample(names, count)]
    chosen: dict[str, int] = {}
    for _ in range(_ROUNDS):
        moved = 0
        for name in names:
            pairs = list(vectors[name].items())
            best = max(range(count), key=lambda at: sum(v * centres[at][c] for c, v in pairs))
            moved += chosen.get(name) != best
            chosen[name] = best
        centres = [
            _centre([vectors[n] for n in names if chosen[n] == at], centres[at]) for at in range(count)
        ]
        if moved < len(names) // 100:
            break
    return chosen


def _dense(vector: Vector) -> list[float]:
    out = [0.0] * (4 * (_CONTEXTS + 1))
    for column, value in vector.items():
        out[column] = value
    return out


def _centre(members: Sequence[Vector], before: list[float]) -> list[float]:
    if not members:
        return before
    out = [0.0] * len(before)
    for vector in members:
        for column, value in vector.items():
            out[column] += value
    length = math.sqrt(sum(value * value for value in out)) or 1.0
    return [value / length for value in out]


def write_rows(path: Path, rows: Iterable[tuple[str, str]]) -> None:
    """Tab-separated rows, gzip without a time stamp: the same rows give the same bytes."""
    body = "".join(f"{left}\t{right}\n" for left, right in rows)
    path.write_bytes(gzip.compress(body.encode("utf-8"), mtime=0))
