"""Words, digit groups, currency signs and marks of one sentence: what the figure readers read.

One compiled expression, no nested repetition without a bound: linear in the text.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from bot.extract.lexicon import entries
from bot.types import Span

NUM = "num"  # 12  5,200  1,00,000  3.5  .500
CUR = "cur"  # $  US$  €  Rs.
WORD = "word"
MARK = "mark"


class Token(NamedTuple):
    """Code points [start, end) of the article's text; ``low`` is ``text`` in lower case."""

    start: int
    end: int
    text: str
    low: str
    kind: str


# A group of digits is bounded (6 groups = 10**20) so that "1,11,11,..." cannot be walked twice.
_DIGITS = (
    r"\d{1,3}(?:,\d{2,3}(?!\d)){0,6},\d{3}(?!\d)(?:\.\d+)?|"
    r"\d{1,3}(?:[\u00a0\u2009\u202f]\d{3}(?!\d)){1,6}|\d+(?:\.\d+)?"
)
_WORD = r"(?:[^\W\d_]\.){2,}|[^\W\d_]\w*(?:['’][^\W\d_]+)*"
# a cell of these lists stands for nothing when it is empty
_LETTER_SIGN = re.compile(r"^\w")


@cache
def currency_rows() -> tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...]:
    """(canonical name, ISO code, signs, folded names) of each currency of the lexicon."""
    rows = []
    for line in entries("currencies.tsv"):
        name, code, signs, forms = (*line.split("\t"), "", "", "")[:4]
        rows.append((name, code, _cells(signs), _cells(forms)))
    return tuple(rows)


def _cells(column: str) -> tuple[str, ...]:
    return tuple(cell for cell in column.split(",") if cell.strip())


@cache
def currency_signs() -> dict[str, str]:
    """Sign or ISO code as printed before a number -> canonical currency."""
    signs = {sign: name for name, _, printed, _ in currency_rows() for sign in printed}
    return {**{code: name for name, code, _, _ in currency_rows() if code}, **signs}


@cache
def _scanner() -> re.Pattern[str]:
    lettered = [sign for sign in currency_signs() if _LETTER_SIGN.match(sign)]
    plain = [sign for sign in currency_signs() if not _LETTER_SIGN.match(sign)]
    # letters are a currency only before a number ("RM79", "Rs 500"); "R" only when glued to it
    before = "|".join(re.escape(sign) for sign in sorted(lettered, key=len, reverse=True) if sign != "R")
    alone = "|".join(re.escape(sign) for sign in sorted(plain, key=len, reverse=True))
    return re.compile(
        rf"(?P<cur>(?<!\w)(?:{before})(?= ?\.?\d)|(?<!\w)R(?=\d\d|\d\.\d)|{alone})"
        rf"|(?P<num>(?:{_DIGITS})|(?<![\w.])\.\d+)|(?P<word>{_WORD})|(?P<mark>[^\w\s]|_)"
    )


def tokenise(text: str, within: Span) -> list[Token]:
    """Tokens of ``text`` inside ``within``, in order, never overlapping; blanks are left out."""
    found = []
    for match in _scanner().finditer(text, within.start, within.end):
        printed = match.group()
        found.append(Token(match.start(), match.end(), printed, printed.lower(), match.lastgroup or MARK))
    return found


def glued(tokens: list[Token], at: int) -> bool:
    """No blank between token ``at`` and the one before it."""
    return 0 < at < len(tokens) and tokens[at].start == tokens[at - 1].end


def low_at(tokens: list[Token], at: int) -> str:
    """Lower-case text of token ``at``; "" outside the list."""
    return tokens[at].low if 0 <= at < len(tokens) else ""


HYPHENS = frozenset("-‐‑‒–")
