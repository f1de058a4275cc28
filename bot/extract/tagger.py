"""Names by a linear-chain CRF. The only module that imports pycrfsuite (python-crfsuite).

Trained by ``bot.evaluate.train_names`` on openly licensed corpora (bot/extract/models/README.md).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import pycrfsuite

from bot.extract.cast import EntityKind
from bot.extract.features import features, islands
from bot.extract.spotting import Spot
from bot.extract.tokens import PageWords

KINDS = {"PER": EntityKind.PERSON, "ORG": EntityKind.ORG, "LOC": EntityKind.PLACE}
MODEL = "names.crfsuite"

# libcrfsuite keeps the tagged sequence inside the tagger: one at a time
_LOCK = threading.Lock()


@cache
def shipped() -> pycrfsuite.Tagger:
    """The shipped model, opened on first use; raises FileNotFoundError when it is not shipped."""
    source = files("bot.extract.models").joinpath(MODEL)
    if not source.is_file():
        raise FileNotFoundError(MODEL)
    tagger = pycrfsuite.Tagger()
    with as_file(source) as path:
        tagger.open(str(path))
    return tagger


def is_shipped() -> bool:
    return files("bot.extract.models").joinpath(MODEL).is_file()


def tagged(words: Sequence[str], page: PageWords) -> list[Spot]:
    """Names in one sentence in order; ``sure`` is the least marginal of the name's tokens."""
    tagger = shipped()
    return spots_by(tagger, words, page)


def spots_by(tagger: pycrfsuite.Tagger, words: Sequence[str], page: PageWords) -> list[Spot]:
    """The same with a given tagger."""
    out: list[Spot] = []
    rows: list[list[str]] | None = None
    for start, end in islands(words):
        rows = features(words, page) if rows is None else rows
        with _LOCK:
            tags = tagger.tag(rows[start:end])
            for first, last, kind in _chunks(tags):
                sure = min(tagger.marginal(tags[at], at) for at in range(first, last))
                out.append(Spot(start + first, start + last, KINDS[kind], sure))
    return out


def _chunks(tags: Sequence[str]) -> list[tuple[int, int, str]]:
    """[first, last) and kind of each tagged name; an odd I- tag begins one."""
    out: list[tuple[int, int, str]] = []
    for at, tag in enumerate(tags):
        if tag == "O":
            continue
        kind = tag[2:]
        if tag[0] == "I" and out and out[-1][1] == at and out[-1][2] == kind:
            out[-1] = (out[-1][0], at + 1, kind)
        else:
            out.append((at, at + 1, kind))
    return out


def fit(
    sequences: Iterable[tuple[Sequence[Sequence[str]], Sequence[str]]],
    out: Path,
    options: dict[str, float | int | bool],
) -> float:
    """Train on (features, tags) and write the model to ``out``; returns the last loss."""
    trainer = pycrfsuite.Trainer(verbose=False)
    for rows, tags in sequences:
        trainer.append(rows, tags)
    trainer.select("lbfgs")
    trainer.set_params(options)
    trainer.train(str(out))
    return float(trainer.logparser.last_iteration["loss"]) if trainer.logparser.last_iteration else 0.0


def opened(path: Path) -> pycrfsuite.Tagger:
    """A tagger over a model file; raises FileNotFoundError."""
    if not path.is_file():
        raise FileNotFoundError(path)
    tagger = pycrfsuite.Tagger()
    tagger.open(str(path))
    return tagger
