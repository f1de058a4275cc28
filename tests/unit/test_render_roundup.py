"""The message of several new stories: within what chats take, verbatim, in words for every failure."""

from __future__ import annotations

import json

import pytest

from adapters.slack.render import rendered
from bot.digest import Digest, compose
from bot.errors import FetchError, NutgrafError, ReadError, leaves
from bot.render.roundup import BROKE, QUOTE_MOST, REASONS, Story, reason_of, roundup_message
from bot.types import (
    Article,
    BlockKind,
    Coverage,
    Findings,
    Message,
    Paragraph,
    Phrase,
    Quote,
    QuoteKind,
    Span,
    Speaker,
    SpeakerKind,
    Stamp,
)
from tests.fakes.desk import NOON
from tests.fakes.slack.blocks import check_message

SAID = (
    "We heard of the plan for the ferry in the morning and we will not let it stand, whatever the council"
    " and its mayor may say about the money that was promised to this town last year"
)


def digest(number: int, *said: str, expected_words: int | None = None) -> Digest:
    words = [f'Maren Holt, the deputy mayor of Tessmark, told the council: "{one}." ' for one in said]
    text = "".join(words) + "The council meets again on Monday."
    quotes = []
    for one in said:
        start = text.index(one)
        name = text.index("Maren Holt")
        speaker = Speaker(_phrase(text, name, "Maren Holt"), SpeakerKind.PERSON)
        quotes.append(Quote((Span(start, start + len(one)),), QuoteKind.DIRECT, speaker))
    link = f"https://www.bayherald.example/news/2026/05/04/council-votes-on-the-harbour-plan-{number}"
    article = Article(
        url=link,
        canonical_url=link,
        title="Council votes on the harbour plan after a long night, and the ferry stays until spring",
        text=text,
        paragraphs=(Paragraph(Span(0, len(text))),),
        fetched_at=NOON,
        site="The Bay Herald",
        byline=("Joaquim Abreu",),
        published=Stamp(NOON),
        language="en",
        coverage=Coverage(200, expected_words, "paywall" if expected_words else None),
    )
    return compose(article, Findings(quotes=tuple(quotes)), ("www.bayherald.example",))


def _phrase(text: str, start: int, name: str) -> Phrase:
    return Phrase(name, Span(start, start + len(name)))


def read(number: int, *said: str) -> Story:
    return Story("About it", "https://x.example/", digest(number, *said), f"{number:012}")


def unread(number: int) -> Story:
    link = f"https://www.bayherald.example/news/2026/05/04/what-the-harbour-master-said-in-court-{number}"
    return Story("What the harbour master said in court about the night of the storm", link, reason="gone")


def kinds(message: Message, kind: BlockKind) -> int:
    return sum(block.kind is kind for block in message.blocks)


def test_a_full_message_fits_the_chat_that_takes_least() -> None:
    message = roundup_message(
        "The Bay Herald", [read(n, SAID) for n in range(10)] + [unread(n) for n in range(5)], 7
    )
    blocks = rendered(message, "k")["blocks"]
    assert check_message(blocks) == []
    sent = json.dumps(blocks)
    assert "Left out" not in sent
    for number in range(5):
        assert f"in-court-{number}" in sent
    for number in range(10):
        assert f"plan-{number}" in sent
    assert kinds(message, BlockKind.QUOTE) >= 9
    assert message.plain.startswith("15 new stories from The Bay Herald\n\nCouncil votes")
    assert message.plain.endswith("7 more are not shown here.")


def test_a_story_without_findings_says_so() -> None:
    message = roundup_message("The Bay Herald", [read(1)])
    assert "1 min read · no quotes, figures or names\n" in message.plain + "\n"
    assert "more" not in message.plain


def test_where_there_is_no_room_quotes_go_first_never_cut() -> None:
    said = "We will not have it. " * 18
    message = roundup_message("The Bay Herald", [read(n, said.strip(" .")) for n in range(10)])
    assert 0 < kinds(message, BlockKind.QUOTE) < 10
    assert kinds(message, BlockKind.TITLE) == 11
    quotes = [block.runs[0].text for block in message.blocks if block.kind is BlockKind.QUOTE]
    assert set(quotes) == {f"“{said.strip(' .')}.”"} or set(quotes) == {f"“{said.strip(' .')}”"}


def test_a_quote_that_is_too_long_makes_room_for_a_shorter_one() -> None:
    long = "We will see about it " * (QUOTE_MOST // 20)
    message = roundup_message("The Bay Herald", [read(1, long.strip(), SAID)])
    (quote,) = [block.runs[0].text for block in message.blocks if block.kind is BlockKind.QUOTE]
    assert quote.startswith("“We heard of the plan")
    assert kinds(roundup_message("The Bay Herald", [read(1, long.strip())]), BlockKind.QUOTE) == 0


def test_what_is_not_the_whole_story_says_so() -> None:
    partial = Story("x", "https://x.example/", digest(1, SAID, expected_words=900), "0" * 12)
    message = roundup_message("The Bay Herald", [partial])
    assert "! Read 200 of about 900 words: paywall. This is not the whole story." in message.plain


@pytest.mark.parametrize("leaf", [*leaves(FetchError), *leaves(ReadError)], ids=lambda leaf: leaf.__name__)
def test_every_failure_has_a_reason_of_five_words(leaf: type[NutgrafError]) -> None:
    assert 0 < len(REASONS[leaf.code()].split()) <= 5


def test_any_other_failure_is_ours() -> None:
    class Odd(NutgrafError):
        pass

    assert reason_of(Odd()) == BROKE
    assert len(REASONS) == len(leaves(FetchError)) + len(leaves(ReadError))
