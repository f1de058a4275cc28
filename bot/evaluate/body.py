"""How well pages are read, in the Scrapinghub article benchmark's metric, beside the libraries alone.

Shingles of four ``\\w+`` tokens, case kept, counted as multisets; tp, fp, fn of a page divided by their sum;
precision and recall are means over pages, F1 their harmonic mean; exact = token sequences identical
(github.com/scrapinghub/article-extraction-benchmark, evaluate.py).
"""

from __future__ import annotations

import gzip
import json
import re
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, median
from typing import Any

from bot.article import read
from bot.article.peers import PEERS
from bot.errors import ReadError
from bot.types import Article, AsideKind, Page

SETS = ("scrapinghub", "newspaper4k", "fundus_eval", "mozilla")
_TOKEN = re.compile(r"\w+")
_SHINGLE_TOKENS = 4
_FETCHED_AT = datetime(2026, 1, 1, tzinfo=UTC)  # after every page of the corpora
_NAMES_APART = re.compile(r"\s*(?:;|,|\||\band\b|&)\s*")


@dataclass(frozen=True, slots=True)
class Sample:
    """One page of a corpus with what a person says is on it."""

    id: str
    url: str
    html: bytes
    truth: dict[str, Any]


@dataclass(slots=True)
class BodyRow:
    """One reader on one set. ``title``, ``author``, ``date`` are shares of pages that state one."""

    corpus: str
    reader: str
    pages: int = 0
    precision: float = 0.0
    recall: float = 0.0
    f1: float = 0.0
    exact: float = 0.0
    cpu_ms_p50: float = 0.0
    cpu_ms_p95: float = 0.0
    title: float | None = None
    author: float | None = None
    date: float | None = None
    pull_quotes: int = 0  # repeated quote blocks that were taken out
    doubled: int = 0  # pages on which more quote blocks stand twice than in the story itself
    refused: int = 0  # pages answered with an error
    worst: list[tuple[float, str]] = field(default_factory=list)  # (page F1, id), lowest first


def evaluate_body(corpora: Path, sets: Sequence[str] = SETS, limit: int | None = None) -> list[BodyRow]:
    """A row per set and reader; ``limit`` takes the first pages of each set only.

    ``corpora`` holds ``body/<set>/truth.jsonl`` and ``html/<id>.html.gz``; a missing set gives no row.
    """
    rows: list[BodyRow] = []
    for corpus in sets:
        pages = list(samples(corpora / "body" / corpus, limit))
        if pages:
            rows.append(_ours(corpus, pages))
            rows += [_peer(corpus, name, peer, pages) for name, peer in PEERS.items()]
    return rows


def samples(folder: Path, limit: int | None = None) -> Iterator[Sample]:
    """Pages of one set in the order of its truth file."""
    listing = folder / "truth.jsonl"
    if not listing.is_file():
        return
    lines = listing.read_text(encoding="utf-8").splitlines()
    for line in lines[:limit]:
        truth = json.loads(line)
        body = gzip.decompress((folder / "html" / f"{truth['id']}.html.gz").read_bytes())
        yield Sample(truth["id"], truth.get("url") or "https://page.example/story", body, truth)


def page_of(sample: Sample) -> Page:
    return Page(sample.url, sample.url, "text/html", sample.html, _FETCHED_AT)


def _ours(corpus: str, pages: Sequence[Sample]) -> BodyRow:
    articles: list[Article | None] = []
    clocks: list[float] = []
    for sample in pages:
        begun = time.process_time()
        try:
            articles.append(read(page_of(sample)))
        except ReadError:
            articles.append(None)
        clocks.append(time.process_time() - begun)
    row = _scored(BodyRow(corpus, "nutgraf"), pages, [a.text if a else "" for a in articles], clocks)
    read_ones = [article for article in articles if article is not None]
    row.refused = len(articles) - len(read_ones)
    row.pull_quotes = sum(one.kind is AsideKind.PULL_QUOTE for a in read_ones for one in a.asides)
    row.title, row.author, row.date = _metadata(pages, articles)
    return row


def _peer(corpus: str, name: str, peer: Callable[[bytes], str], pages: Sequence[Sample]) -> BodyRow:
    texts: list[str] = []
    clocks: list[float] = []
    for sample in pages:
        begun = time.process_time()
        texts.append(peer(sample.html))
        clocks.append(time.process_time() - begun)
    return _scored(BodyRow(corpus, name), pages, texts, clocks)


def _scored(row: BodyRow, pages: Sequence[Sample], texts: Sequence[str], clocks: Sequence[float]) -> BodyRow:
    parts = [page_score(sample.truth["body"], text) for sample, text in zip(pages, texts, strict=True)]
    row.pages = len(pages)
    row.precision = mean(_share(tp, fp, fn, fp) for tp, fp, fn in parts)
    row.recall = mean(_share(tp, fp, fn, fn) for tp, fp, fn in parts)
    row.f1 = _harmonic(row.precision, row.recall)
    row.exact = mean(
        _TOKEN.findall(sample.truth["body"]) == _TOKEN.findall(text)
        for sample, text in zip(pages, texts, strict=True)
    )
    ordered = sorted(clocks)
    row.cpu_ms_p50 = 1000 * median(ordered)
    row.cpu_ms_p95 = 1000 * ordered[int(0.95 * (len(ordered) - 1))]
    row.doubled = sum(
        doubled_quotes(text) > doubled_quotes(sample.truth["body"])
        for sample, text in zip(pages, texts, strict=True)
    )
    row.worst = sorted(
        (_harmonic(_share(*part, part[1]), _share(*part, part[2])), sample.id)
        for part, sample in zip(parts, pages, strict=True)
    )
    return row


def page_score(truth: str, text: str) -> tuple[float, float, float]:
    """tp, fp, fn of one page's shingles, divided by their sum."""
    wanted, found = _shingles(truth), _shingles(text)
    hit = sum((wanted & found).values())
    extra = sum((found - wanted).values())
    lost = sum((wanted - found).values())
    whole = hit + extra + lost
    return hit / whole, extra / whole, lost / whole


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = _TOKEN.findall(text)
    size = _SHINGLE_TOKENS
    return Counter(tuple(words[at : at + size]) for at in range(max(1, len(words) - size + 1)))


def _share(tp: float, fp: float, fn: float, wrong: float) -> float:
    """Precision (``wrong`` = fp) or recall (``wrong`` = fn) of a page, as the benchmark defines them."""
    if fp == fn == 0:
        return 1.0
    return tp / (tp + wrong) if tp + wrong else 0.0


def _harmonic(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def doubled_quotes(text: str) -> int:
    """Lines that open with a quote mark and whose first eight words stand in another line as well.

    Some stories print a statement twice, or quote the post that they embed: 3 of the 302 development pages of
    the news sets, so a page is held against its truth.
    """
    lines = [_TOKEN.findall(line) for line in text.split("\n")]
    joined = [" ".join(words) for words in lines]
    count = 0
    for at, line in enumerate(text.split("\n")):
        head = " ".join(lines[at][:8])
        if line[:1] in '“"«„‘' and len(lines[at]) >= 8:
            count += any(head in other for number, other in enumerate(joined) if number != at)
    return count


def _metadata(
    pages: Sequence[Sample], articles: Sequence[Article | None]
) -> tuple[float | None, float | None, float | None]:
    titles, authors, dates = [], [], []
    for sample, article in zip(pages, articles, strict=True):
        truth = sample.truth
        if truth.get("title"):
            titles.append(article is not None and _folded(truth["title"]) == _folded(article.title))
        if truth.get("author"):
            authors.append(article is not None and _names(truth["author"]) == _names(article.byline))
        if truth.get("date"):
            day = article.published.at.date().isoformat() if article and article.published else ""
            dates.append(str(truth["date"])[:10] == day)
    return _rate(titles), _rate(authors), _rate(dates)


def _rate(hits: list[bool]) -> float | None:
    return mean(hits) if hits else None


def _folded(text: str) -> str:
    return " ".join(_TOKEN.findall(unicodedata.normalize("NFKC", text).casefold()))


def _names(printed: Iterable[str]) -> set[str]:
    return {folded for line in printed for name in _NAMES_APART.split(line) if (folded := _folded(name))}
