"""Whatever comes in: an article whose paragraphs are its lines, or a leaf of ReadError, in bounded time."""

# ruff: noqa: E501 - the pages of a test are read as they stand

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.article import read
from bot.article.blocks import mark_blocks, split_runs
from bot.article.story import Block, joined
from bot.article.tree import body_of, parse
from bot.errors import ReadError
from bot.types import Article, Page
from tests.fakes.pages import STORY, TITLE, document, page, paragraphs

MEDIA_TYPES = st.sampled_from(
    ["text/html", "text/plain", "application/xhtml+xml", "", "application/octet-stream"]
)
PIECES = st.sampled_from(
    ["<p>", "</p>", "<div class='related'>", "</div>", "<br>", "<br><br>", "<h1>", "</h1>", "<table><tr><td>", "</td>",
     "<blockquote>", "</blockquote>", "<a href='x'>", "</a>", "<li>", "<script>", "</script>", "<!--", "-->", "&amp;",
     "&#0;", "&#xD800;", "“", "”", "\u202e", "\U0001f600", "\x00", "<figure><img>", "</figure>", "<![CDATA[", "<article>",
     "</article>", '<script type="application/ld+json">{"@type":"NewsArticle","articleBody":', "<title>", "By ", "—",
     *STORY]
)  # fmt: skip
CAP_S = 5.0


def holds(article: Article) -> None:
    """The invariants of every article."""
    lines = article.text.split("\n")
    assert [paragraph.span.of(article.text) for paragraph in article.paragraphs] == lines
    assert all(line == " ".join(line.split()) and line for line in lines)
    assert article.coverage.read_words > 0
    assert all(aside.text.strip() for aside in article.asides)


def read_or_refuse(given_page: Page) -> None:
    try:
        article = read(given_page)
    except ReadError:
        return
    holds(article)


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=2000), MEDIA_TYPES, st.sampled_from([None, "utf-8", "gb18030", "utf-16", "nonsense"])
)
def test_any_bytes(body: bytes, media_type: str, charset: str | None) -> None:
    read_or_refuse(page(body, media_type=media_type, charset=charset))


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=60), MEDIA_TYPES)
def test_tag_soup(pieces: list[str], media_type: str) -> None:
    read_or_refuse(page("".join(pieces).encode("utf-8", "replace"), media_type=media_type))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=200), max_size=20))
def test_any_lines_as_plain_text(lines: list[str]) -> None:
    read_or_refuse(page("\n".join(lines).encode("utf-8", "replace"), media_type="text/plain"))


@settings(max_examples=100, deadline=None)
@given(st.lists(PIECES, max_size=40))
def test_wrapping_loose_text_loses_no_word(pieces: list[str]) -> None:
    html = f"<html><body>{''.join(pieces)}</body></html>"
    body = body_of(parse(html.encode("utf-8", "replace").decode("utf-8"), ""))
    before = "".join(body.itertext()).split()
    split_runs(body)
    assert "".join("".join(body.itertext()).split()) == "".join(before)
    mark_blocks(body)


@given(st.lists(st.text(alphabet="ab “”\U0001f600", max_size=20)))
def test_joining(texts: list[str]) -> None:
    blocks = [Block(" ".join(text.split())) for text in texts]
    text, spans = joined(blocks, "https://page.example")
    assert [one.span.of(text) for one in spans] == [block.text for block in blocks if block.text]


HOSTILE = {
    "nested divs": "<div>" * 10_000 + "deep" + "</div>" * 10_000,
    "nested spans": "<p>" + "<span>" * 10_000 + "deep" + "</span>" * 10_000,
    "nested quotations": "<blockquote>" * 3_000 + f"<p>{STORY[0]}</p>",
    "links": "<a href='/x'>word</a> " * 200_000,
    "one long line": "<p>" + "word, " * 800_000 + "</p>",
    "many paragraphs": f"<p>{STORY[0]}</p>" * 25_000,
    "one attribute": "<p class='" + "related " * 300_000 + "'>x</p>",
    "open tags": "<" * 500_000,
    "unclosed comment": "<!--" * 100_000,
    "unclosed quotes": "“" * 400_000,
    "line breaks": "<p>" + "word<br><br>" * 20_000 + "</p>",
    "table cells": "<table>" + "<tr><td>1</td><td>2</td></tr>" * 12_000 + "</table>",
    "nested tables": "<table><tr><td>" * 2_000 + STORY[0],
    "scripts": '<script type="application/ld+json">' + '{"a":' * 100_000 + "</script>",
    "bold runs": "<p>" + "<b>a</b>" * 18_000 + "</p>",
    "quotations in quotations": "<blockquote>" * 29 + f"<p>{STORY[0]}</p>" * 4_000,
    "links below links": "<div>" * 200 + "<a href='/x'>word</a> " * 5_800,
    "widgets": "".join(
        f"<div class='widget related{n}'>{STORY[n % 6]} {n}<br>{n}</div>" for n in range(4_000)
    ),
    "headings": "".join(f"<h1>Headline number {n} of the page</h1><p>By A B</p>" for n in range(5_000)),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("media_type", ["text/html", "text/plain"])
def test_hostile_input_is_answered_in_time(name: str, media_type: str) -> None:
    begun = time.process_time()
    read_or_refuse(page(f"<!-- --><b>{HOSTILE[name]}", media_type=media_type))
    assert time.process_time() - begun < CAP_S


def test_an_emoji_before_the_first_quote_moves_nothing() -> None:
    story = (f"\U0001f30a {STORY[0]}", *STORY[1:])
    article = read(page(document(f"<article><h1>{TITLE}</h1>{paragraphs(story)}</article>")))
    assert article.paragraphs[1].span.of(article.text) == STORY[1]
