"""Quotes and speakers against PolNeAR and GUM news, both measured only on their development parts.

PolNeAR (US political news) marks a quotation only where it stands in double marks; its articles that
print ''…'' hold no gold at all and are left out. GUM news are Wikinews stories.

    python -m bot.evaluate.quotes [--part dev|train] [--cases] [--constructions] [--limit N]
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from bot.evaluate.quote_metric import MIN_WORDS, Found, Gold, Tally, name_core, source_kind, trimmed
from bot.evaluate.row import Row, f1, ratio
from bot.extract.marks import pair
from bot.extract.people import cast_of
from bot.extract.running import links_of
from bot.extract.scene import scene_of
from bot.extract.sentences import sentences_of
from bot.extract.speakers import attributed
from bot.types import Article, Paragraph, Quote, Span

_LINE = re.compile(r"[^\n]*\S[^\n]*")
_SLICES = ("name", "pronoun", "nominal", "split", "partial")


@dataclass(frozen=True, slots=True)
class Measured:
    """One corpus part: its counts, how many parts were verbatim, and CPU time by article."""

    corpus: str
    tally: Tally
    parts: int
    verbatim: int
    cpu_ms: tuple[float, ...]


def evaluate_quotes(corpora: Path, quick: bool = False, part: str = "dev") -> tuple[Row, ...]:
    """Rows for every corpus present below ``corpora``; ``quick`` takes the first 25 articles of each."""
    return tuple(row for one in measured(corpora, part, 25 if quick else None) for row in rows_of(one))


def measured(corpora: Path, part: str, limit: int | None) -> list[Measured]:
    """Runs the finder on the corpora; a corpus that is not there is left out."""
    found: list[Measured] = []
    polnear = corpora / "quotes" / "polnear_dev.jsonl.gz"
    if polnear.exists():
        stories = [one for one in _stories(polnear) if one["compartment"] == part and "''" not in one["text"]]
        found.append(_measure("polnear" if part == "dev" else f"polnear_{part}", stories[:limit]))
    gum = corpora / "quotes" / "gum_news_dev.jsonl"
    if gum.exists():
        found.append(_measure("gum_news", list(_stories(gum))[:limit]))
    return found


def _stories(path: Path) -> Iterator[dict[str, Any]]:
    raw = path.read_bytes()
    body = gzip.decompress(raw) if path.suffix == ".gz" else raw
    for line in body.decode("utf-8").strip("\n").split("\n"):
        yield json.loads(line)


def _measure(corpus: str, stories: Sequence[dict[str, Any]]) -> Measured:
    tally = Tally()
    cpu_ms: list[float] = []
    parts = verbatim = 0
    for story in stories:
        article = article_of(story["text"])
        sentences = sentences_of(article)
        cast = cast_of(article, sentences)
        started = time.process_time()
        quotes = attributed(article, sentences, cast)
        cpu_ms.append(1000 * (time.process_time() - started))
        found = [one for quote in quotes for one in _found(quote)]
        parts += len(found)
        verbatim += sum(0 <= one.span[0] < one.span[1] <= len(article.text) for one in found)
        tally.add(article.text, golds_of(story), found, story["id"])
    return Measured(corpus, tally, parts, verbatim, tuple(cpu_ms))


def article_of(text: str) -> Article:
    """A corpus text as an article: one paragraph a line, no metadata."""
    paragraphs = tuple(Paragraph(Span(*match.span())) for match in _LINE.finditer(text))
    title = text.split("\n", 1)[0]
    return Article("", "", title, text, paragraphs, datetime(2000, 1, 1, tzinfo=UTC), language="en")


def _found(quote: Quote) -> list[Found]:
    speaker = quote.speaker
    mention = (speaker.mention.start, speaker.mention.end) if speaker and speaker.mention else None
    name = speaker.name.text if speaker else None
    return [Found((part.start, part.end), name, mention) for part in quote.parts]


def golds_of(story: dict[str, Any]) -> list[Gold]:
    """Gold quotations of one article of the corpus, spans trimmed."""
    sizes: dict[str, int] = {}
    for one in story["quotes"]:
        if one.get("group"):
            sizes[one["group"]] = sizes.get(one["group"], 0) + 1
    return [_gold(story["text"], one, sizes.get(one.get("group") or "", 1)) for one in story["quotes"]]


def _gold(text: str, one: dict[str, Any], group_size: int) -> Gold:
    source: str | None = one["speaker"]
    name: str | None = one.get("speaker_name")
    if not name and "speaker_name" not in one and source_kind(source) == "name":
        name = source
    begins = one.get("speaker_start")
    words = len(re.findall(r"\w[\w'’\-]*", one["text"]))
    slices = (("split",) if group_size > 1 else ()) + (("partial",) if one.get("type") == "mixed" else ())
    return Gold(
        span=trimmed(text, one["start"], one["end"]),
        source=source,
        mention=(begins, one["speaker_end"]) if begins is not None else None,
        name=name if name and (name_core(name) or name) else None,
        counted=words >= MIN_WORDS and one.get("name_by") != "skip",
        slices=slices,
    )


def rows_of(one: Measured) -> list[Row]:
    """The figures of one corpus; spans under "quotes", who said them under "speakers"."""
    c = one.tally.counts
    gold, found = c["gold"], c["found"]
    shares = (
        ("quotes", "precision", "hit", found),
        ("quotes", "recall", "hit", gold),
        ("speakers", "mention", "mention_right", c["mention_asked"]),
        ("speakers", "name", "name_right", c["name_asked"]),
        ("speakers", "full_name", "full_right", c["name_asked"]),
    )
    rows = [Row(kind, one.corpus, name, ratio(c[hits], n), n) for kind, name, hits, n in shares]
    rows += [
        Row("quotes", one.corpus, "f1", f1(c["hit"], found, gold), gold),
        Row("quotes", one.corpus, "verbatim", ratio(one.verbatim, one.parts), one.parts),
        Row("speakers", one.corpus, "end_to_end_f1", f1(c["right"], found, gold), gold),
        Row("speakers", one.corpus, "wrong_name", ratio(c["wrong_name"], found), found, better="down"),
        Row("speakers", one.corpus, "abstained", ratio(c["abstained"], c["hit"]), c["hit"], better=""),
    ]
    for name in _SLICES:
        part = one.tally.by_slice.get(name)
        if part and part["name_asked"]:
            right = ratio(part["name_right"], part["name_asked"])
            rows.append(Row("speakers", one.corpus, f"name_{name}", right, part["name_asked"]))
    if one.cpu_ms:
        middle = median(one.cpu_ms)
        rows.append(Row("quotes", one.corpus, "cpu_ms_p50", middle, len(one.cpu_ms), better="down"))
    return rows


def constructions(corpora: Path, part: str) -> dict[str, tuple[int, int]]:
    """Construction -> (mentions right, all), over PolNeAR's counted quotations with a source."""
    counts: dict[str, list[int]] = {}
    for story in _stories(corpora / "quotes" / "polnear_dev.jsonl.gz"):
        if story["compartment"] != part:
            continue
        article = article_of(story["text"])
        sentences = sentences_of(article)
        marks = pair(article.text, article.paragraphs)
        links = links_of(scene_of(article, sentences, cast_of(article, sentences), marks))
        place = {
            trimmed(article.text, m.inner.start, m.inner.end): link
            for m, link in zip(marks, links, strict=True)
        }
        for gold in golds_of(story):
            link = place.get(gold.span)
            if link is None or gold.mention is None or not gold.counted:
                continue
            span = link.unit.span
            tally = counts.setdefault(link.how.value, [0, 0])
            tally[0] += span.start < gold.mention[1] and span.end > gold.mention[0]
            tally[1] += 1
    return {how: (right, total) for how, (right, total) in counts.items()}


def main(argv: Sequence[str]) -> int:
    """Prints one line a figure, and with ``--cases`` what is not as labelled."""
    parser = argparse.ArgumentParser(prog="python -m bot.evaluate.quotes")
    parser.add_argument("--corpora", type=Path, default=Path("../shared/corpora"))
    parser.add_argument("--part", default="dev", choices=("dev", "train"))
    parser.add_argument("--limit", type=int)
    parser.add_argument("--cases", action="store_true")
    parser.add_argument("--constructions", action="store_true", help="how often each construction was right")
    wanted = parser.parse_args(argv)
    if wanted.constructions:
        for how, (right, total) in sorted(constructions(wanted.corpora, wanted.part).items()):
            sys.stdout.write(f"{how:12} {ratio(right, total):6.3f}  n={total}\n")
        return 0
    for one in measured(wanted.corpora, wanted.part, wanted.limit):
        lines = [f"{row.key:42} {row.value:8.3f}  n={row.n}" for row in rows_of(one)]
        sys.stdout.write("\n".join([*lines, *(one.tally.cases if wanted.cases else [])]) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
