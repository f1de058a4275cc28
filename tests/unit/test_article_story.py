"""Blocks become text: endless blocks are cut, books are refused, no letter is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.article.story import LIMIT_CHARS, Block, joined
from bot.errors import NotAnArticle
from bot.types import ParagraphKind

URL = "https://x.example/story"
SENTENCE = "“We counted them twice,” said Ida Brask. "


def test_an_endless_block_is_cut_behind_sentences() -> None:
    text, paragraphs = joined([Block((SENTENCE * 1000).strip(), ParagraphKind.LISTED)], URL)
    assert max(row.span.end - row.span.start for row in paragraphs) <= 5_000
    assert all(
        row.span.of(text).startswith("“We") and row.span.of(text).endswith("Brask.") for row in paragraphs
    )
    assert {row.kind for row in paragraphs} == {ParagraphKind.LISTED}
    assert text.replace("\n", " ") == (SENTENCE * 1000).strip()


def test_words_without_end_are_cut_at_blanks_and_one_word_anywhere() -> None:
    text, _ = joined([Block("word " * 3000 + "end")], URL)
    assert set(text.split()) == {"word", "end"}
    text, _ = joined([Block("a" * 12_000)], URL)
    assert [len(line) for line in text.split("\n")] == [5000, 5000, 2000]


def test_a_book_is_no_article() -> None:
    with pytest.raises(NotAnArticle, match=r"words, longer than any article"):
        joined([Block("word " * 100)] * (LIMIT_CHARS // 500 + 1), URL)


@given(st.lists(st.text(alphabet="ab .!?”\"'", max_size=9000).map(str.strip), max_size=4))
def test_no_letter_is_lost_and_paragraphs_cover_the_text(texts: list[str]) -> None:
    text, paragraphs = joined([Block(one) for one in texts], URL)
    assert "".join(text.split()) == "".join("".join(texts).split())
    assert "\n".join(row.span.of(text) for row in paragraphs) == text
    assert all(row.span.of(text) == row.span.of(text).strip() for row in paragraphs)
