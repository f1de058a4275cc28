"""Retrains the shipped names model: ``make train`` or ``python -m bot.evaluate.train_names [corpora]``.

Fixed seeds, no network. Writes ``bot/extract/models/{small_words.tsv,clusters.tsv}.gz`` and
``names.crfsuite`` and prints which corpora, under which licences, went into the weights. The GMB's
annotations have no stated licence: only its texts (public domain) are used, and only for counting.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bot.evaluate.corpora_names import TaggedSentence, documents
from bot.evaluate.train_clusters import clusters, small_words, write_rows
from bot.extract import features as seeing
from bot.extract import gazetteer
from bot.extract.tagger import MODEL, fit
from bot.extract.tokens import PageWords

MODELS = Path(__file__).resolve().parent.parent / "extract" / "models"
CORPORA = Path("../shared/corpora")
SEED = 7


class Source(NamedTuple):
    """A corpus in the weights (``labels``) or in the counts alone."""

    folder: str
    splits: tuple[str, ...]
    licence: str
    labels: bool = True


SOURCES = (
    Source("gum", ("train",), "CC BY 4.0, texts by genre (CC BY, CC BY-SA, public domain)"),
    Source("uner_ewt", ("train",), "CC BY-SA 4.0"),
    Source("crossner_politics", ("train", "dev"), "repository MIT, texts CC BY-SA 3.0"),
    Source("wnut17", ("train",), "CC BY 4.0"),
    Source("btc", ("train",), "CC BY 4.0"),
    Source("gmb", ("train",), "texts public domain; annotations not used", labels=False),
)
# c1 = c2 = 0.5: facts/actors-figures.md; 70 rounds are within 0.2 F1 of 120 on gum and worldwide dev
OPTIONS: dict[str, float | int | bool] = {
    "c1": 0.5, "c2": 0.5, "max_iterations": 70, "feature.minfreq": 2, "feature.possible_transitions": True,
    "period": 6, "delta": 1e-4,
}  # fmt: skip


def sentences_of(corpora: Path, source: Source) -> Iterator[list[TaggedSentence]]:
    """Documents of one source, in the order of its files."""
    for split in source.splits:
        yield from documents(corpora / "actors" / source.folder / f"{split}.conll.gz")


def train(corpora: Path, models: Path = MODELS) -> float:
    """Counts, clusters, weights; returns the last loss. Raises OSError without the corpora."""
    texts = [
        sentence.words
        for source in SOURCES
        for document in sentences_of(corpora, source)
        for sentence in document
    ]
    counted = small_words(texts)
    write_rows(models / "small_words.tsv.gz", ((word, str(often)) for word, often in sorted(counted.items())))
    codes = clusters(texts, SEED)
    write_rows(models / "clusters.tsv.gz", sorted((code, word) for word, code in codes.items()))
    for fresh in (gazetteer.small_words, seeing.clusters, seeing._seen):
        fresh.cache_clear()
    return fit(_sequences(corpora), models / MODEL, OPTIONS)


def _sequences(corpora: Path) -> Iterator[tuple[list[list[str]], tuple[str, ...]]]:
    for source in SOURCES:
        if not source.labels:
            continue
        for document in sentences_of(corpora, source):
            page = PageWords([sentence.words for sentence in document])
            for sentence in document:
                stretches = seeing.islands(sentence.words)
                rows = seeing.features(sentence.words, page) if stretches else []
                for start, end in stretches:
                    yield rows[start:end], sentence.tags[start:end]


def main(arguments: list[str]) -> int:
    """0 when a model was written, 2 when the corpora are not there."""
    corpora = Path(arguments[0]) if arguments else CORPORA
    began = time.monotonic()
    try:
        loss = train(corpora)
    except OSError as error:
        sys.stderr.write(f"no training corpora: {error}\n")
        return 2
    size = sum((MODELS / name).stat().st_size for name in (MODEL, "clusters.tsv.gz", "small_words.tsv.gz"))
    lines = [f"{MODEL}: loss {loss:.0f}, {size / 1e6:.1f} MB with lists, {time.monotonic() - began:.0f} s"]
    for source in SOURCES:
        used = "weights" if source.labels else "counts only"
        lines.append(f"  {source.folder:18} {used:12} {source.licence}")
    lines.append("weights: CC BY-SA 4.0 (NOTICE, bot/extract/models/README.md)")
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
