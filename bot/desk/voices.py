"""What a speaker was quoted with in the digests of a workspace.

Two steps, because only the chat knows which places the asker may see: ``candidates`` from the store, then
``shown`` of those that may be seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, time

from bot.commands import Said
from bot.digest import (
    Digest,
    day,
    from_json,
    paragraph_number,
    passage_of,
    said_words,
    speaker_words,
    web_address,
    whole,
)
from bot.display import plain, shortened
from bot.ports import Transaction
from bot.records import DigestRecord
from bot.text import letters, name_words
from bot.types import Block, BlockKind, Message, Place, Quote, Request, Run

MOST = 10  # quotes in one answer
_LOOKED_AT = 60  # digests: the newest; each takes 1 to 6 ms to prove again (own corpus)
_TITLE_LIMIT = 120


async def candidates(tx: Transaction, request: Request, said: Said) -> tuple[DigestRecord, ...]:
    """The workspace's digests that quote somebody of that name, newest first, from every place."""
    since = datetime.combine(said.since, time(), UTC) if said.since else None
    place = request.place
    return await tx.said(place.platform, place.workspace, said.name, since, _LOOKED_AT)


def shown(said: Said, records: Iterable[DigestRecord], sees: Callable[[Place], bool]) -> Message:
    """The quotes, newest story first, each with its speaker, date and links; pure, up to 0.3 s of work.
    ``sees``: whether the asker may see the place of a record."""
    rows: list[Block] = []
    count = 0
    for digest, quote in _spoken(said, records, sees):
        count += 1
        if count <= MOST:
            rows += _told(digest, quote)
    if not count:
        rows = [_line(Run(f"{_nobody(said)} in a digest that you may see here."))]
    if count > MOST:
        narrower = "Say “since” and a day to see the newest only." if said.since is None else ""
        rows.append(_line(Run(f"and {count - MOST} more. {narrower}".strip())))
    return Message(tuple(rows), "\n".join(_plain(row) for row in rows))


def _spoken(
    said: Said, records: Iterable[DigestRecord], sees: Callable[[Place], bool]
) -> Iterator[tuple[Digest, Quote]]:
    """A story that several places read is told once; so is a quote that its page prints twice."""
    wanted = set(name_words(said.name))
    known: set[tuple[str, str]] = set()
    for record in sorted(records, key=lambda record: record.fetched_at, reverse=True):
        if not sees(record.place):
            continue
        digest = from_json(record.document)
        for quote in digest.findings.quotes:
            heard = (record.canonical_url, letters(said_words(digest.article, quote)))
            if _is(wanted, quote) and heard not in known:
                known.add(heard)
                yield digest, quote


def _is(wanted: set[str], quote: Quote) -> bool:
    """Whether all words asked for stand in the speaker's name."""
    return quote.speaker is not None and wanted <= set(name_words(quote.speaker.name.text))


def _told(digest: Digest, quote: Quote) -> tuple[Block, Block]:
    """The words, then who said them where: ``— Maren Holt, mayor · “Title”, 3 March 2026 ¶2``."""
    article, span = digest.article, whole(quote)
    number = paragraph_number(article, span.start)
    title = shortened(article.title, _TITLE_LIMIT) or "Untitled"
    source = [
        Run("— "),
        Run(speaker_words(quote), bold=True),
        Run(" · "),
        Run(f"“{title}”", link=web_address(article)),
        Run(", ".join(["", *_where_and_when(digest)])),
    ]
    if number is not None:
        source += [Run("  "), Run(f"¶{number}", link=passage_of(article, span))]
    return (
        Block(BlockKind.QUOTE, (Run(said_words(article, quote)),)),
        Block(BlockKind.SPEAKER, tuple(source)),
    )


def _where_and_when(digest: Digest) -> Iterator[str]:
    """The day the story states, else the day it was read."""
    article = digest.article
    if article.site:
        yield plain(article.site)
    if article.published is not None and not article.published.inferred:
        yield day(article.published.at)
    else:
        yield f"read {day(article.fetched_at.astimezone(UTC))}"


def _nobody(said: Said) -> str:
    since = f" since {day(datetime.combine(said.since, time(), UTC))}" if said.since else ""
    return f"Nobody called “{shortened(said.name, _TITLE_LIMIT)}” is quoted{since}"


def _line(*runs: Run) -> Block:
    return Block(BlockKind.TEXT, runs)


_MARGIN = {BlockKind.QUOTE: "> ", BlockKind.SPEAKER: "  "}


def _plain(block: Block) -> str:
    return _MARGIN.get(block.kind, "") + "".join(run.text for run in block.runs)
