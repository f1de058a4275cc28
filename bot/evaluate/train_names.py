"""Retrains the shipped names model: ``make train`` or ``python -m bot.evaluate.train_names [corpora]``.

Fixed seeds, no network. Writes ``bot/extract/models/{small_words.tsv,clusters.tsv}.gz`` and
``names.crfsuite`` and prints which corpora, under which licences, went into the weights. The GMB's
annotations have no stated licence and are not read: its texts (public domain) are counted, and a share
of them is labelled by the first model with the whole chain's document rules; the second model learns from
the hand-made labels and from these (+1.1 F1 on worldwide dev: ``python -m bot.evaluate.train_names``,
then ``nutgraf eval``).
"""

from __future__ import annotations

import itertools
import random
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bot.evaluate.actors import LABELS, article_of
from bot.evaluate.corpora_names import TaggedSentence, documents, restored
from bot.evaluate.train_clusters import clusters, small_words, write_rows
from bot.extract import features as seeing
from bot.extract import gazetteer, tagger
from bot.extract.people import cast_of
from bot.extract.tagger import MODEL, fit
from bot.extract.tokens import PageWords
from bot.types import Span

MODELS = Path(__file__).resolve().parent.parent / "extract" / "models"
CORPORA = Path("../shared/corpora")
SEED = 7
_SURE_LABEL = 0.75  # a taught sentence holds no name below this

Example = tuple[list[list[str]], tuple[str, ...]]


class Source(NamedTuple):
    """A corpus. ``labels`` False: its own are not read, the first model labels ``share`` of its documents."""

    folder: str
    splits: tuple[str, ...]
    licence: str
    labels: bool = True
    share: float = 1.0


SOURCES = (
    Source("gum", ("train",), "CC BY 4.0, texts by genre (CC BY, CC BY-SA, public domain)"),
    Source("uner_ewt", ("train",), "CC BY-SA 4.0"),
    Source("crossner_politics", ("train", "dev"), "repository MIT, texts CC BY-SA 3.0"),
    Source("wnut17", ("train",), "CC BY 4.0"),
    Source("btc", ("train",), "CC BY 4.0"),
    Source("gmb", ("train",), "texts public domain; annotations not read", labels=False, share=0.3),
)
# c1 = c2 = 0.5 as measured before the project began; the rounds are bounded by time, not by convergence
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
    _forget()
    fit(_labelled(corpora), models / MODEL, OPTIONS)
    _forget()
    return fit(itertools.chain(_labelled(corpora), _taught(corpora)), models / MODEL, OPTIONS)


def _forget() -> None:
    """Drop what was loaded from the models that are about to be replaced."""
    for loaded in (gazetteer.small_words, seeing.clusters, seeing.seen, tagger.shipped):
        loaded.cache_clear()


def _labelled(corpora: Path) -> Iterator[Example]:
    for source in SOURCES:
        for document in sentences_of(corpora, source) if source.labels else ():
            yield from _examples(document, [sentence.tags for sentence in document])


def _taught(corpora: Path) -> Iterator[Example]:
    """Sentences of unlabelled documents as the present model and the document rules label them."""
    rng = random.Random(SEED)  # noqa: S311 - a repeatable sample, no secret
    for source in SOURCES:
        for document in sentences_of(corpora, source) if not source.labels else ():
            if rng.random() < source.share:
                yield from _examples(document, _chain_tags(document))


def _chain_tags(document: list[TaggedSentence]) -> list[tuple[str, ...] | None]:
    """Tags by ``cast_of``; None for a sentence with a name of little confidence."""
    made = restored(document)
    cast = cast_of(article_of(made.text), made.sentences)
    out: list[tuple[str, ...] | None] = []
    for sentence, within, places in zip(document, made.sentences, made.places, strict=True):
        tags = ["O"] * len(sentence.words)
        sure = True
        for mention in cast.within(within.start, within.end):
            entity = cast.of(mention)
            sure = sure and entity.confidence >= _SURE_LABEL
            inside = [at for at, place in enumerate(places) if mention.span.overlaps(Span(*place))]
            for number, at in enumerate(inside):
                tags[at] = ("I-" if number else "B-") + LABELS[entity.kind]
        out.append(tuple(tags) if sure else None)
    return out


def _examples(document: list[TaggedSentence], labels: Sequence[tuple[str, ...] | None]) -> Iterator[Example]:
    page = PageWords([sentence.words for sentence in document])
    for sentence, tags in zip(document, labels, strict=True):
        stretches = seeing.islands(sentence.words) if tags is not None else []
        rows = seeing.features(sentence.words, page) if stretches else []
        for start, end in stretches:
            yield rows[start:end], (tags or ())[start:end]


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
        used = "weights" if source.labels else "texts only"
        lines.append(f"  {source.folder:18} {used:12} {source.licence}")
    lines.append("weights: CC BY-SA 4.0 (NOTICE, bot/extract/models/README.md)")
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
