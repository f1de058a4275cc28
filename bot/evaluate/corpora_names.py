"""Readers of the name corpora (CoNLL-like columns) for training and measuring."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bot.types import Span

SHOWN = ("PER", "ORG", "LOC")
_STRAIGHT = str.maketrans({
    "\u2019": "'", "\u2018": "'", "\u00b4": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-",
    "\u2011": "-", "\u00a0": " ",
})  # fmt: skip


class TaggedSentence(NamedTuple):
    words: tuple[str, ...]
    tags: tuple[str, ...]  # IOB2 over PER, ORG, LOC; everything else is O


def documents(path: Path) -> Iterator[list[TaggedSentence]]:
    """Documents of one ``*.conll.gz``; raises OSError when the file is not there."""
    document: list[TaggedSentence] = []
    rows: list[tuple[str, str]] = []

    def close() -> None:
        if rows:
            document.append(TaggedSentence(tuple(word for word, _ in rows), tuple(tag for _, tag in rows)))
            rows.clear()

    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            cells = line.rstrip("\n").split("\t")
            if cells[0] == "-DOCSTART-":
                close()
                if document:
                    yield document
                document = []
            elif not cells[0]:
                close()
            else:
                rows.append((_word(cells[0]), cells[1] if cells[1][2:] in SHOWN else "O"))
    close()
    if document:
        yield document


def _word(printed: str) -> str:
    return '"' if printed in {"``", "''"} else printed.translate(_STRAIGHT)


def chunks(tags: tuple[str, ...] | list[str]) -> set[tuple[int, int, str]]:
    """(first, end, kind) of every name."""
    out: set[tuple[int, int, str]] = set()
    start, kind = -1, ""
    for at, tag in enumerate([*tags, "O"]):
        if start >= 0 and (tag == "O" or tag[0] == "B" or tag[2:] != kind):
            out.add((start, at, kind))
            start = -1
        if tag != "O" and start < 0:
            start, kind = at, tag[2:]
    return out


# --------------------------------------------------------------- corpus tokens back to a text

_CLINGS = frozenset(
    {".", ",", ";", ":", "!", "?", ")", "]", "%", "'s", "n't", "'re", "'ve", "'ll", "'d", "'m"}
)
_OPENS = frozenset({"(", "[", "$"})


class Restored(NamedTuple):
    """``text`` has one sentence a line; ``places`` are [start, end) of each token of each sentence."""

    text: str
    sentences: tuple[Span, ...]
    places: tuple[tuple[tuple[int, int], ...], ...]


def restored(document: list[TaggedSentence]) -> Restored:
    """The text of a document as a newsroom would print it: marks cling, straight quotes pair."""
    pieces: list[str] = []
    size = 0
    sentences, places = [], []
    for sentence in document:
        begin, before, open_mark = size, "", False
        spans = []
        for at, word in enumerate(sentence.words):
            closing = word == '"' and open_mark
            clings = word in _CLINGS or before in _OPENS or closing or (before == '"' and open_mark)
            if at and not clings:
                pieces.append(" ")
                size += 1
            if word == '"':
                open_mark = not open_mark
            pieces.append(word)
            spans.append((size, size + len(word)))
            size += len(word)
            before = word
        pieces.append("\n")
        sentences.append(Span(begin, size))
        places.append(tuple(spans))
        size += 1
    return Restored("".join(pieces).rstrip("\n"), tuple(sentences), tuple(places))
