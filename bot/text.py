"""Offset-safe views of text. Layer 0. Nothing here changes a length or moves an offset."""

from __future__ import annotations

import re
import unicodedata

from bot.types import Span

# Marks that newsrooms print for quotations (Unicode chapter 6.2, table 6-3).
DOUBLE_MARKS = '"\u201c\u201d\u201e\u201f\u00ab\u00bb'
SINGLE_MARKS = "'\u2018\u2019\u201a\u2039\u203a"

_WORD = re.compile(r"\w[\w'\u2019\-]*")
_FOLDED_MARKS = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u2039": "'", "\u203a": "'",
        "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u201f": '"', "\u00ab": '"', "\u00bb": '"',
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u00a0": " ",
        "\u2009": " ", "\u202f": " ",
    }
)  # fmt: skip


def fold(text: str) -> str:
    """Lower case, straight marks, plain dashes and spaces, accents off; same length as ``text``.

    A character whose folded form has another length is kept as it is.
    """
    if text.isascii():
        return text.lower()
    plain = text.translate(_FOLDED_MARKS)
    if plain.isascii():
        return plain.lower()
    return "".join(map(_fold_one, plain))


def _fold_one(char: str) -> str:
    if char.isascii():
        return char.lower()
    base = unicodedata.normalize("NFD", char)[0].lower()
    return base if len(base) == 1 else char


def letters(text: str) -> str:
    """Folded letters and digits only: equal for two printings of the same words."""
    return "".join(char for char in fold(text) if char.isalnum())


def name_words(name: str) -> list[str]:
    """The folded words of a name, in order. Marks inside a word (O'Neill, U.S.) do not part it, a hyphen
    does; a letter and its accent are one, however they are written."""
    joined = fold(unicodedata.normalize("NFC", name)).replace("'", "").replace(".", "")
    return "".join(char if char.isalnum() else " " for char in joined).split()


def words(text: str) -> list[Span]:
    """Spans of the words: letters or digits, with inner apostrophes and hyphens."""
    return [Span(*match.span()) for match in _WORD.finditer(text)]


def count_words(text: str) -> int:
    return sum(1 for _ in _WORD.finditer(text))


def trimmed(text: str, span: Span, drop: str = " \t\r\n\u00a0") -> Span | None:
    """``span`` without characters of ``drop`` at its rims; None when nothing is left."""
    start, end = span.start, span.end
    while start < end and text[start] in drop:
        start += 1
    while end > start and text[end - 1] in drop:
        end -= 1
    return Span(start, end) if start < end else None
