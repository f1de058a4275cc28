"""Messages for Matrix: escaped, of the small subset of HTML, within an event."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings

from adapters.matrix.render import CAUTION, LIMIT_BYTES, rendered
from adapters.slack.render import CAUTION as SAID_IN_SLACK
from bot.render import text_message
from bot.types import Block, BlockKind, Message, Run
from tests.unit.kits import Html, messages, tokens

TAGS = {"p", "strong", "em", "a", "blockquote", "ul", "li", "pre", "code", "br"}


def block(kind: BlockKind, *texts: str | Run) -> Block:
    return Block(kind, tuple(Run(text) if isinstance(text, str) else text for text in texts))


def digest() -> Message:
    return Message(
        (
            block(
                BlockKind.TITLE, Run("Council <passes> budget", bold=True, link="https://a.example/1?x=1&y=2")
            ),
            block(BlockKind.SOURCE, "Example Herald · 4 May 2026"),
            block(BlockKind.NOTICE, "This is not the whole story."),
            block(BlockKind.HEADING, Run("Quotes", bold=True)),
            block(BlockKind.QUOTE, "“First.”"),
            block(BlockKind.SPEAKER, "— ", Run("Mara Lindt", bold=True), "  ", Run("¶3")),
            block(BlockKind.QUOTE, "“Second.”"),
            block(BlockKind.SPEAKER, "— Ann Lee"),
            block(BlockKind.HEADING, Run("Figures", bold=True)),
            block(BlockKind.FIGURE, Run("4 pools", bold=True), " — of ", Run("4 pools", italic=True)),
            block(BlockKind.FIGURE, "£2"),
            block(BlockKind.ACTOR, "Mara Lindt"),
            block(BlockKind.FOOTER, "2 quotes, all verbatim"),
        ),
        "",
    )


def test_a_digest_as_plain_words() -> None:
    body, _ = rendered(digest())
    assert body.split("\n") == [
        "Council <passes> budget",
        "Example Herald · 4 May 2026",
        "! This is not the whole story.",
        "",
        "Quotes",
        "> “First.”",
        "> — Mara Lindt  ¶3",
        "",
        "> “Second.”",
        "> — Ann Lee",
        "",
        "Figures",
        "- 4 pools — of 4 pools",
        "- £2",
        "- Mara Lindt",
        "",
        "2 quotes, all verbatim",
        CAUTION,
    ]


def test_a_digest_as_html() -> None:
    _, html = rendered(digest())
    assert html == (
        '<p><strong><a href="https://a.example/1?x=1&amp;y=2">Council &lt;passes&gt; budget</a></strong><br>'
        "Example Herald · 4 May 2026</p><p>This is not the whole story.</p><p><strong>Quotes</strong></p>"
        "<blockquote>“First.”<br>— <strong>Mara Lindt</strong>  ¶3</blockquote>"
        "<blockquote>“Second.”<br>— Ann Lee</blockquote><p><strong>Figures</strong></p>"
        "<ul><li><strong>4 pools</strong> — of <em>4 pools</em></li><li>£2</li></ul>"
        "<ul><li>Mara Lindt</li></ul>"
        f"<p><em>2 quotes, all verbatim<br>{CAUTION}</em></p>"
    )


def test_lines_stand_under_each_other_and_columns_keep_their_blanks() -> None:
    body, html = rendered(text_message("Or:\nlist   the feeds\nhelp   this list"))
    assert body == "Or:\nlist   the feeds\nhelp   this list"
    assert html == "<p>Or:</p><pre><code>list   the feeds\nhelp   this list</code></pre>"
    assert rendered(text_message("one\ntwo"))[1] == "<p>one<br>two</p>"


def test_the_caution_is_the_same_in_every_chat() -> None:
    assert CAUTION == SAID_IN_SLACK


@settings(max_examples=100, deadline=None)
@given(messages)
def test_any_message_is_safe_and_fits_an_event(message: Message) -> None:
    body, html = rendered(message)
    assert len(body.encode()) + len(html.encode()) <= LIMIT_BYTES
    read = Html(html)
    assert read.open == [] and not read.crossed
    for tag, attributes in read.tags:
        assert tag in TAGS
        assert set(attributes) == ({"href"} if tag == "a" else set())
        if tag == "a":
            assert re.fullmatch(r"https?://[!-~]+", attributes["href"] or "")
    assert tokens(read.text) == tokens(body)


@pytest.mark.parametrize("quotes", [60, 400])
def test_what_has_no_room_is_left_out_whole(quotes: int) -> None:
    said = [block(BlockKind.QUOTE, f"“{number} " + "words " * 60 + "”") for number in range(quotes)]
    pairs = [one for quote in said for one in (quote, block(BlockKind.SPEAKER, "— Mara Lindt"))]
    body, html = rendered(replace(digest(), blocks=tuple(pairs)))
    shown = html.count("<blockquote>")
    assert 10 < shown < quotes
    assert body.endswith(f"Left out, since one message has no more room: {quotes - shown} lines.")
    assert html.count("Mara Lindt") == shown
