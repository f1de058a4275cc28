"""Several new stories of a feed in one message: each with what says most of it. Pure.

A chat takes one message of some size, so it is kept short: no links into the stories, and a quote only
where a short one is key. What was found besides is counted, and named by the digest's id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.digest import Digest, said_words, speaker_words, web_address
from bot.display import TYPED, plain, shortened
from bot.errors import NutgrafError
from bot.messages import notice_text
from bot.render.source import source_line
from bot.types import Block, BlockKind, Message, Quote, Run

QUOTE_MOST = 400  # code points; a longer quote is not cut but left to the digest
# What fits the chat that takes least (Slack: 12,000 characters of JSON), and what a block adds to its words
# there: measured at 107 on ten read and ten listed stories (adapters.slack.shapes.size).
_ROOM, _PER_BLOCK = 11_000, 110
_WARNINGS = frozenset({"partial", "liveblog", "correction"})  # notices without which a story misleads
_TITLE_LIMIT = 140
_FEED_LIMIT = 80

# why a story is told by its title only: at most five words, what to do is of no use beside ten others
REASONS: Mapping[str, str] = {
    "bad-link": "its link is broken",
    "private-address": "inside a private network",
    "port-refused": "on a port not allowed",
    "host-unknown": "its site was not found",
    "unreachable": "its site did not answer",
    "too-slow": "its site was too slow",
    "too-large": "the page is too large",
    "too-many-redirects": "sent on too often",
    "not-found": "the page is not there",
    "blocked": "its site refused me",
    "site-failed": "its site has a fault",
    "bad-body": "broken on the way",
    "not-readable": "not a page of text",
    "not-an-article": "not a story by itself",
    "paywall-only": "for subscribers only",
    "empty-body": "nothing on the page",
    "read-too-slow": "took too long to read",
    "read-crashed": "too much for my reader",
}
BROKE = "something broke here"


@dataclass(frozen=True, slots=True)
class Story:
    """One new story. ``title`` and ``link`` as the feed has them. Read: ``digest`` and ``digest_id``; else
    ``reason`` says why not, "" when there was no time for it."""

    title: str
    link: str
    digest: Digest | None = None
    digest_id: str = ""
    reason: str = ""


def reason_of(error: NutgrafError) -> str:
    return REASONS.get(error.code(), BROKE)


def roundup_message(feed_title: str, stories: Sequence[Story], left: int = 0) -> Message:
    """``stories`` in the order they are shown, read ones first; ``left``: new ones that are not shown."""
    told = "1 new story" if len(stories) == 1 else f"{len(stories)} new stories"
    heading = f"{told} from {shortened(feed_title, _FEED_LIMIT) or 'a feed'}"
    head = [Block(BlockKind.TITLE, (Run(heading, bold=True),))]
    parts = [(_head(one, one.digest), _quote(one.digest)) for one in stories if one.digest is not None]
    tail = _tail([one for one in stories if one.digest is None], left)
    room = _ROOM - _weight(head) - _weight(tail) - sum(_weight(blocks) for blocks, _ in parts)
    body: list[Block] = []
    for blocks, quote in parts:
        body += blocks
        if _weight(quote) <= room:
            room -= _weight(quote)
            body += quote
    every = [*head, *body, *tail]
    return Message(tuple(every), _plain(every))


def _weight(blocks: Sequence[Block]) -> int:
    return sum(
        _PER_BLOCK + sum(len(run.text) + len(run.link or "") for run in block.runs) for block in blocks
    )


def _head(story: Story, digest: Digest) -> list[Block]:
    article = digest.article
    title = shortened(article.title or story.title, _TITLE_LIMIT) or "Untitled"
    link = web_address(article) or story.link
    counts = _counts(digest)
    shown = (
        f"{counts} · “{TYPED}more {story.digest_id}” shows all" if counts else "no quotes, figures or names"
    )
    warned = [one for one in digest.notices if one.code in _WARNINGS]
    return [
        Block(BlockKind.TITLE, (Run(title, bold=True, link=link),)),
        Block(BlockKind.SOURCE, (Run(f"{source_line(digest)} · {shown}"),)),
        *(Block(BlockKind.NOTICE, (Run(notice_text(one)),)) for one in warned),
    ]


def _quote(digest: Digest) -> list[Block]:
    quote = _short_key_quote(digest)
    if quote is None:
        return []
    named = quote.speaker is not None
    return [
        Block(BlockKind.QUOTE, (Run(said_words(digest.article, quote)),)),
        Block(BlockKind.SPEAKER, (Run("— "), Run(speaker_words(quote), bold=named))),
    ]


def _tail(unread: Sequence[Story], left: int) -> list[Block]:
    blocks = []
    if unread:
        blocks.append(Block(BlockKind.HEADING, (Run("By title only", bold=True),)))
        blocks += [_listed(one) for one in unread]
    if left:
        more = "1 more is" if left == 1 else f"{left} more are"
        blocks.append(Block(BlockKind.TEXT, (Run(f"{more} not shown here.", italic=True),)))
    return blocks


def _short_key_quote(digest: Digest) -> Quote | None:
    """The first that can be shown whole."""
    for number in digest.key_quotes:
        quote = digest.findings.quotes[number]
        if len(said_words(digest.article, quote)) <= QUOTE_MOST:
            return quote
    return None


def _counts(digest: Digest) -> str:
    found = digest.findings
    counts = ((len(found.quotes), "quote"), (len(found.figures), "figure"), (len(found.actors), "name"))
    told = [f"{count} {noun}{'s' * (count != 1)}" for count, noun in counts if count]
    return ", ".join(told)


def _listed(story: Story) -> Block:
    title = shortened(story.title, _TITLE_LIMIT) or shortened(story.link, _TITLE_LIMIT)
    reason = (Run(f" ({plain(story.reason)})", italic=True),) if story.reason else ()
    return Block(BlockKind.TEXT, (Run("• "), Run(title, link=story.link), *reason))


def _plain(blocks: Sequence[Block]) -> str:
    """The same words without styles, and the links, which are nowhere else in it."""
    rows: list[str] = []
    for block in blocks:
        if block.kind in {BlockKind.TITLE, BlockKind.HEADING} and rows:
            rows.append("")
        rows.append(_MARGIN.get(block.kind, "") + "".join(run.text for run in block.runs))
        rows += [f"  {plain(run.link)}" for run in block.runs if run.link]
    return "\n".join(rows).replace(TYPED, "")


_MARGIN = {BlockKind.NOTICE: "! ", BlockKind.QUOTE: "> ", BlockKind.SPEAKER: "  "}
