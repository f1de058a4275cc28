"""Measures of names and actors on the development corpora.

Token level: exact spans of people, organisations and places, as the corpora's makers count, but found
by the whole chain (``cast_of``) in text put together from the tokens; a leading "the" is no part of a
name. Document level: the list a reader sees. A gold actor is all gold printings of one merged person
or organisation; it is found when an actor of the right kind bears one of them.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bot.evaluate.corpora_names import SHOWN, Restored, TaggedSentence, chunks, documents, restored
from bot.evaluate.row import Row, f1, ratio
from bot.extract.actors import find_actors
from bot.extract.cast import Cast, EntityKind
from bot.extract.names import Found, grouped, key_of
from bot.extract.people import cast_of
from bot.types import ActorKind, Article, Paragraph, Span

LABELS = {EntityKind.PERSON: "PER", EntityKind.ORG: "ORG", EntityKind.PLACE: "LOC"}
KINDS = {"PER": EntityKind.PERSON, "ORG": EntityKind.ORG, "LOC": EntityKind.PLACE}

# folder, share of its documents that is measured (fixed seed)
TOKEN_CORPORA = (("worldwide", 0.5), ("gum", 1.0), ("uner_ewt", 1.0))
LIST_CORPORA = (("gum", 1.0), ("worldwide", 0.5))
_SEED = 3


def evaluate_actors(corpora: Path) -> list[Row]:
    """Rows of every corpus under ``corpora``/actors that is there; an empty list when none is."""
    rows: list[Row] = []
    for name, fraction in TOKEN_CORPORA:
        path = corpora / "actors" / name / "dev.conll.gz"
        if path.is_file():
            rows.extend(_token_rows(name, path, fraction))
    for name, fraction in LIST_CORPORA:
        path = corpora / "actors" / name / "dev.conll.gz"
        if path.is_file():
            rows.extend(_list_rows(name, path, fraction))
    return rows


def _sample(path: Path, fraction: float) -> Iterator[list[TaggedSentence]]:
    rng = random.Random(_SEED)  # noqa: S311 - a repeatable sample, no secret
    for document in documents(path):
        if rng.random() < fraction:
            yield document


def article_of(text: str, title: str = "") -> Article:
    """A bare article: every line a paragraph."""
    paragraphs: list[Paragraph] = []
    start = 0
    for line in text.split("\n"):
        if line.strip():
            paragraphs.append(Paragraph(Span(start, start + len(line))))
        start += len(line) + 1
    return Article(
        url="corpus:",
        canonical_url="corpus:",
        title=title,
        text=text,
        paragraphs=tuple(paragraphs),
        fetched_at=datetime(2000, 1, 1, tzinfo=UTC),
        language="en",
    )


def _gold_spans(document: list[TaggedSentence], made: Restored) -> set[tuple[int, int, str]]:
    return {
        _bare(made.text, places[first][0], places[last - 1][1], kind)
        for sentence, places in zip(document, made.places, strict=True)
        for first, last, kind in chunks(sentence.tags)
    }


def _bare(text: str, start: int, end: int, kind: str) -> tuple[int, int, str]:
    """Without a leading "the"."""
    skip = 4 if text[start : start + 4].lower() == "the " and end - start > 4 else 0
    return start + skip, end, kind


def _cast_spans(text: str, cast: Cast) -> set[tuple[int, int, str]]:
    return {
        _bare(text, mention.span.start, mention.span.end, LABELS[cast.of(mention).kind])
        for mention in cast.mentions
    }


def _token_rows(name: str, path: Path, fraction: float) -> list[Row]:
    hits: Counter[str] = Counter()
    predicted: Counter[str] = Counter()
    gold: Counter[str] = Counter()
    for document in _sample(path, fraction):
        made = restored(document)
        ours = _cast_spans(made.text, cast_of(article_of(made.text), made.sentences))
        theirs = _gold_spans(document, made)
        hits.update(kind for _, _, kind in ours & theirs)
        predicted.update(kind for _, _, kind in ours)
        gold.update(kind for _, _, kind in theirs)
    rows = [
        Row(
            "actors",
            name,
            f"names_{kind.lower()}_f1",
            f1(hits[kind], predicted[kind], gold[kind]),
            gold[kind],
        )
        for kind in SHOWN
    ]
    whole = f1(hits.total(), predicted.total(), gold.total())
    return [Row("actors", name, "names_f1", whole, gold.total()), *rows]


def _list_rows(name: str, path: Path, fraction: float) -> list[Row]:
    shown = right = gold = found = split = 0
    for document in _sample(path, fraction):
        made = restored(document)
        article = article_of(made.text)
        actors = find_actors(article, cast_of(article, made.sentences), ())
        groups = _gold_groups(made.text, _gold_spans(document, made))
        matched = []
        for actor in actors:
            kind = EntityKind.PERSON if actor.kind is ActorKind.PERSON else EntityKind.ORG
            names = {key_of(form) for form in (actor.name.text, *actor.aliases)}
            match = next((at for at, (k, keys) in enumerate(groups) if k is kind and keys & names), None)
            if match is not None:
                matched.append(match)
        shown += len(actors)
        right += len(matched)
        split += len(matched) - len(set(matched))
        gold += len(groups)
        found += len(set(matched))
    precision, recall = ratio(right, shown), ratio(found, gold)
    both = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return [
        Row("actors", name, "list_precision", precision, shown),
        Row("actors", name, "list_recall", recall, gold),
        Row("actors", name, "list_f1", both, gold),
        Row("actors", name, "list_split", ratio(split, right), right, better="down"),
    ]


def _gold_groups(
    text: str, spans: set[tuple[int, int, str]]
) -> list[tuple[EntityKind, set[tuple[str, ...]]]]:
    """Gold people and organisations, merged by the same rules as ours: the list, not merging, is measured."""
    found = [Found(Span(start, end), KINDS[kind], 1.0) for start, end, kind in sorted(spans) if kind != "LOC"]
    return [
        (group.kind, {key_of(one.span.of(text)) for one in group.found}) for group in grouped(text, found)
    ]
