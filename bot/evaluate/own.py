"""Evaluation on the project's own labelled pages: the whole way from bytes to a digest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.article import read
from bot.article.peers import PEERS
from bot.digest import Digest, compose
from bot.errors import ReadError
from bot.evaluate.gold import Story, load
from bot.evaluate.own_actors import ActorTally
from bot.evaluate.own_body import BodyTally, peer_row
from bot.evaluate.own_figures import FigureTally
from bot.evaluate.own_quotes import QuoteTally
from bot.evaluate.row import Row
from bot.extract.find import find_all
from bot.types import Page

FINDINGS = ("body", "quotes", "figures", "actors")


class Tally(Protocol):
    """Counts stories in, one after the other; ``cases`` says in words what is not as labelled."""

    cases: list[str]

    def add(self, story: Story, digest: Digest) -> None: ...

    def rows(self) -> list[Row]: ...


@dataclass(frozen=True, slots=True)
class OwnResult:
    rows: list[Row]
    cases: list[str]  # one line for everything that is not as labelled


def digest_of(page: Page) -> Digest:
    """Read, find, compose. Raises leaves of ReadError; NotVerbatim would be a bug."""
    article = read(page)
    return compose(article, find_all(article))


def evaluate_own(folder: Path, findings: Sequence[str] = FINDINGS, *, peers: bool = False) -> OwnResult:
    """Rows of ``findings`` over every labelled page of ``folder``; ``peers`` adds libraries' body rows.

    A story that is refused counts as lost with everything in it. Raises ValueError for an empty folder.
    """
    stories = load(folder)
    body, quotes, figures, actors = BodyTally(), QuoteTally(), FigureTally(), ActorTally()
    tallies: dict[str, Tally] = {"body": body, "quotes": quotes, "figures": figures, "actors": actors}
    for story in stories:
        digest, code = _tried(story)
        body.refused(story, code)
        if digest is None or story.expect is not None:
            _lose(story, quotes, figures, actors)
            continue
        for tally in tallies.values():
            tally.add(story, digest)
    chosen = [tallies[name] for name in findings]
    rows = [row for tally in chosen for row in tally.rows()]
    if peers and "body" in findings:
        rows.append(peer_row("nutgraf", lambda source: _text_of(stories, source), stories))
        rows += [peer_row(name, peer, stories) for name, peer in PEERS.items()]
    return OwnResult(rows, sorted(line for tally in chosen for line in tally.cases))


def _tried(story: Story) -> tuple[Digest | None, str | None]:
    try:
        return digest_of(story.page), None
    except ReadError as refused:
        return None, refused.code()


def _lose(story: Story, quotes: QuoteTally, figures: FigureTally, actors: ActorTally) -> None:
    quotes.counts["gold"] += sum(not gold.optional for gold in story.quotes)
    figures.counts["gold"] += sum(not gold.optional for gold in story.figures)
    for gold in story.actors:
        actors.counts[f"gold_{gold.kind}"] += not gold.optional


def _text_of(stories: Sequence[Story], source: bytes) -> str:
    page = next(story.page for story in stories if story.page.body == source)
    try:
        return read(page).text
    except ReadError:
        return ""
