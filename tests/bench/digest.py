"""``make bench``: what a digest costs, stage by stage, beside the libraries on the same pages.

CPU time of one core, fetch and start-up excluded; every page is digested once before it is timed, so that
lexicons and models are loaded. Pages: the own corpus brought to 800 words a story, and the published page
sets when ``../shared/corpora`` is there. Then the start-up time and the idle bot's memory.

    python -m tests.bench.digest [--pages N] [--rounds N]
"""

from __future__ import annotations

import argparse
import html
import logging
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from bot.article import read
from bot.article.peers import PEERS
from bot.digest import compose
from bot.errors import NutgrafError
from bot.evaluate.body import page_of, samples
from bot.evaluate.gold import Story, load
from bot.extract.actors import find_actors
from bot.extract.figures import find_figures
from bot.extract.nutgraf import choose_nutgraf
from bot.extract.people import cast_of
from bot.extract.sentences import sentences_of
from bot.extract.speakers import attributed
from bot.render import digest_message
from bot.text import count_words
from bot.types import Article, Findings, Page
from tests.bench import process

ROOT = Path(__file__).parent.parent.parent
CORPORA = ROOT / "../shared/corpora"
WORDS = 800
GOAL_MS = 60.0
STAGES = ("read", "sentences", "cast", "quotes", "figures", "actors", "nut graf", "compose", "render")


@dataclass(slots=True)
class Clocks:
    """CPU milliseconds by stage, one entry a page and round; ``words`` of the stories that were read."""

    stages: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in STAGES})
    whole: list[float] = field(default_factory=list)
    words: list[int] = field(default_factory=list)


def timed(page: Page) -> tuple[dict[str, float], int]:
    """Milliseconds of each stage and the words read. Raises leaves of ReadError."""
    spent: dict[str, float] = {}

    def clock(stage: str, work: Callable[[], Any]) -> Any:
        begun = time.process_time()
        made = work()
        spent[stage] = 1000 * (time.process_time() - begun)
        return made

    article: Article = clock("read", lambda: read(page))
    sentences = clock("sentences", lambda: sentences_of(article))
    cast = clock("cast", lambda: cast_of(article, sentences))
    quotes = clock("quotes", lambda: attributed(article, sentences, cast))
    figures = clock("figures", lambda: find_figures(article, sentences, cast, quotes))
    actors = clock("actors", lambda: find_actors(article, cast, quotes))
    nutgraf = clock("nut graf", lambda: choose_nutgraf(article, sentences, cast))
    findings = Findings(quotes, figures, actors, nutgraf, sentences)
    digest = clock("compose", lambda: compose(article, findings))
    clock("render", lambda: digest_message(digest))
    return spent, count_words(article.text)


def measured(pages: Iterable[Page], rounds: int) -> Clocks:
    """Every page ``rounds`` times after one run that is not counted; refused pages are left out."""
    clocks = Clocks()
    for page in pages:
        try:
            timed(page)
            for _ in range(rounds):
                spent, words = timed(page)
                for stage, milliseconds in spent.items():
                    clocks.stages[stage].append(milliseconds)
                clocks.whole.append(sum(spent.values()))
                clocks.words.append(words)
        except NutgrafError:
            continue
    return clocks


def lengthened(stories: Sequence[Story], words: int = WORDS) -> list[Page]:
    """The own HTML stories, each continued with the next ones' paragraphs up to ``words``."""
    told = [story for story in stories if story.expect is None and story.page.media_type == "text/html"]
    pages = []
    for number, story in enumerate(told):
        body = _with_more(story, [*told[number + 1 :], *told[:number]], words)
        if body:
            pages.append(Page(story.page.url, story.page.url, "text/html", body, story.page.fetched_at))
    return pages


def _with_more(story: Story, others: Sequence[Story], words: int) -> bytes | None:
    """None when the place behind the story's last paragraph cannot be told in its source."""
    source = story.page.body
    last = next((line for line in reversed(story.body) if line[:25].isascii() and "&" not in line[:25]), None)
    at = source.find(last[:25].encode()) if last else -1
    end = source.find(b"</p>", at) + len(b"</p>")
    if at < 0 or end < len(b"</p>"):
        return None
    missing = words - count_words("\n".join(story.body))
    more: list[str] = []
    for line in (line for other in others for line in other.body):
        if missing <= 0:
            break
        more.append(f"<p>{html.escape(line, quote=False)}</p>")
        missing -= count_words(line)
    return source[:end] + "".join(more).encode("ascii", "xmlcharrefreplace") + source[end:]


def peer_clock(peer: Callable[[bytes], str], pages: Sequence[Page], rounds: int) -> list[float]:
    """Milliseconds of a library for the body text alone."""
    spent = []
    for page in pages:
        peer(page.body)
        for _ in range(rounds):
            begun = time.process_time()
            peer(page.body)
            spent.append(1000 * (time.process_time() - begun))
    return spent


def report(name: str, pages: Sequence[Page], rounds: int) -> str:
    clocks = measured(pages, rounds)
    if not clocks.whole:
        return f"{name}: no page could be read"
    read_pages = len(clocks.whole) // rounds
    lines = [
        f"{name}: {read_pages} of {len(pages)} pages, median {median(clocks.words):.0f} words",
        f"{'':28}{'p50 ms':>9}{'p95 ms':>9}",
    ]
    lines += [_line(stage, values) for stage, values in clocks.stages.items()]
    lines.append(_line("the whole digest", clocks.whole))
    lines += [
        _line(f"{library} (body only)", peer_clock(peer, pages, rounds)) for library, peer in PEERS.items()
    ]
    return "\n".join(lines)


def _line(name: str, values: Sequence[float]) -> str:
    return f"{name:28}{median(values):9.1f}{percentile(values, 0.95):9.1f}"


def percentile(values: Sequence[float], share: float) -> float:
    """The value at ``share`` of the sorted ones; raises IndexError for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.digest")
    parser.add_argument("--pages", type=int, default=40, help="pages of each published set")
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args(argv)
    logging.disable(logging.CRITICAL)
    own = lengthened(load(ROOT / "tests" / "corpus"))
    _say(report(f"own pages brought to {WORDS} words (goal: p50 under {GOAL_MS:.0f} ms)", own, wanted.rounds))
    for name in ("scrapinghub", "newspaper4k", "fundus_eval"):
        pages = [page_of(sample) for sample in samples(CORPORA / "body" / name, wanted.pages)]
        if pages:
            _say("\n" + report(name, pages, 1))
    _say("\n" + process.report(own[0]))
    return 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
