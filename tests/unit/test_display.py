"""What is shown cannot turn a line, hide a word or drive a terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.display import plain, shortened


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("“Nothing to see,” she said…", "“Nothing to see,” she said…"),
        ("two\n\nparagraphs\tof\u00a0it", "two paragraphs of it"),
        ("\x1b[31mred\x1b[0m \x07bell\x00", "[31mred[0m bell"),
        ("\x9b31mred", "31mred"),
        ("pay \u202e001$ eht", "pay 001$ eht"),
        ("a\u200bb\ufeffc\u00add\u2060e\u2066f\u061cg", "abcdefg"),
        ("a\u200db", "ab"),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f468\u200d\U0001f469\u200d\U0001f467"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("e" + "\u0301" * 40, "e" + "\u0301" * 4),
        ("tag\U000e0041\U000e0042s", "tags"),
        ("blank\u3164letter", "blankletter"),
        ("line\u2028break", "line break"),
        ("", ""),
    ],
)
def test_plain(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(st.text(st.characters(codec=None), max_size=200))
def test_plain_is_idempotent_and_without_traps(text: str) -> None:
    shown = plain(text)
    assert plain(shown) == shown
    assert not any(unicodedata.category(char) in {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"} for char in shown)
    assert not any(
        char in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff" for char in shown
    )


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=200))
def test_plain_keeps_every_ordinary_character(text: str) -> None:
    blank = "\u115f\u1160\u3164\uffa0"
    wanted = "".join(char for char in text if not char.isspace() and char not in blank)
    assert plain(text).replace(" ", "") == wanted


def test_shortened_cuts_at_a_word_and_says_so() -> None:
    assert shortened("one two three four five", 14) == "one two […]"
    assert shortened("short", 14) == "short"
