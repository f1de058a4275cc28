"""Folding and trimming keep every offset."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text import count_words, fold, letters, trimmed, words
from bot.types import Span


@given(st.text())
def test_fold_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.text())
def test_fold_twice_is_fold_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [("“Yes,” he said", '"yes," HE SAID.'), ("Zoë’s", "zoe's"), ("al–Amin", "al-amin")],
)
def test_letters_are_equal_for_two_printings(one: str, other: str) -> None:
    assert letters(one) == letters(other)


def test_words() -> None:
    text = "\U0001f600 O’Neil’s well-kept 3 boats"
    assert [span.of(text) for span in words(text)] == ["O’Neil’s", "well-kept", "3", "boats"]
    assert count_words(text) == 4


@given(st.text(min_size=1), st.data())
def test_trimmed_is_inside_and_has_no_blank_rim(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    inner = trimmed(text, Span(start, end))
    if inner is not None:
        assert Span(start, end).contains(inner)
        assert inner.of(text)[0] not in " \t\r\n" and inner.of(text)[-1] not in " \t\r\n"


@pytest.mark.parametrize(("start", "end"), [(0, 0), (3, 2), (-1, 4)])
def test_an_empty_or_reversed_span_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="not a span"):
        Span(start, end)
