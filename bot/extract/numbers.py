"""Values of printed numbers: "5,200", "1.2 billion", "two hundred and five", "half a million", "2½".

``read`` looks at a bounded number of tokens, so a text of nothing but number words stays linear.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import NamedTuple

from bot.extract.figure_tokens import HYPHENS, NUM, WORD, Token, glued, low_at
from bot.extract.figure_words import word_set
from bot.extract.lexicon import entries

_MOST_WORDS = 12  # "nine hundred and ninety-nine million nine hundred thousand" has 9


class Number(NamedTuple):
    """``value`` = ``mantissa`` * ``scale``. ``end`` is the index after the last token.

    ``digits``: printed with digits; ``parts``: a fraction word or sign took part ("half a million").
    """

    value: float
    end: int
    mantissa: float
    scale: float
    digits: bool


@cache
def _table() -> dict[str, tuple[float, str]]:
    table = {}
    for line in entries("number_words.tsv"):
        word, value, kind = line.split("\t")
        table[word] = (float(value), kind)
    return table


def kind_of(word: str) -> str:
    """Class of a lower-case number word (unit, ten, hundred, scale, vague, part ...); "" for others."""
    entry = _table().get(word)
    return entry[1] if entry else ""


def value_of(word: str) -> float:
    """Value of a number word of the lexicon; raises KeyError for other words."""
    return _table()[word][0]


def all_words() -> tuple[str, ...]:
    return tuple(_table())


def fraction_sign(text: str) -> float | None:
    """0.5 for "½"; None for anything but one vulgar fraction."""
    if len(text) != 1 or text.isascii():
        return None
    return unicodedata.numeric(text, 0.0) or None if "VULGAR" in unicodedata.name(text, "") else None


def digits_value(text: str) -> float:
    """Value of a digit token: thousands separators dropped. Huge strings give ``inf``, never an error."""
    plain = "".join(char for char in text if char.isdigit() or char == ".")
    return float(plain)


def read(tokens: list[Token], at: int, *, money: bool = False) -> Number | None:
    """The number that begins at token ``at``; None when none does. ``money``: a sign stands before it."""
    if at >= len(tokens):
        return None
    token = tokens[at]
    if token.kind == NUM:
        return _digits(tokens, at, money=money)
    if token.kind != WORD:
        return None
    part = fraction_sign(token.text)
    if part is not None:
        return _scaled(tokens, at + 1, part, digits=True, money=money)
    return _words(tokens, at)


def _digits(tokens: list[Token], at: int, *, money: bool) -> Number | None:
    mantissa = digits_value(tokens[at].text)
    if mantissa == float("inf"):
        return None
    end = at + 1
    part = fraction_sign(tokens[end].text) if end < len(tokens) else None
    if part is not None:
        mantissa, end = mantissa + part, end + 1
    elif _and_a_half(tokens, end):
        mantissa, end = mantissa + 0.5, end + 3
    return _scaled(tokens, end, mantissa, digits=True, money=money)


def _and_a_half(tokens: list[Token], at: int) -> bool:
    return low_at(tokens, at) == "and" and low_at(tokens, at + 1) == "a" and low_at(tokens, at + 2) == "half"


def _scaled(tokens: list[Token], at: int, mantissa: float, *, digits: bool, money: bool) -> Number:
    """Multiply by up to two scale words or one short scale right behind the number."""
    scale, end = 1.0, at
    for _ in range(2):
        step = end + 1 if low_at(tokens, end) in HYPHENS and glued(tokens, end) else end
        kind = kind_of(low_at(tokens, step))
        if kind not in {"hundred", "scale", "dozen"} or (kind == "dozen" and scale > 1):
            break
        scale, end = scale * value_of(tokens[step].low), step + 1
    if scale == 1.0 and end < len(tokens) and _short_scale(tokens, end, money=money):
        scale, end = value_of(tokens[end].low), end + 1
    return Number(mantissa * scale, end, mantissa, scale, digits)


def _short_scale(tokens: list[Token], at: int, *, money: bool) -> bool:
    """ "bn" always; a letter when it is glued to the digits, or after a currency sign."""
    token = tokens[at]
    kind = kind_of(token.low)
    if kind == "short":
        return True
    if kind != "letter":
        return False
    if money:
        return token.text != "T" or glued(tokens, at)
    if not glued(tokens, at) or token.low in {"t", "cr"}:
        return False
    if token.low == "m":
        return _million_here(tokens, at)
    if token.low == "b":
        return token.text == "b" or low_at(tokens, at + 1).endswith("s")
    return True


# "a 100m race", "the wall is 3m high": metres


def _million_here(tokens: list[Token], at: int) -> bool:
    """ "12m pounds", "3m people": a plain noun follows the glued "m"."""
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    return (
        following is not None
        and following.kind == WORD
        and following.low not in word_set("metre_after")
        and not glued(tokens, at + 1)
        and following.low.endswith(
            ("s", "people", "women", "men", "children", "yen", "yuan", "baht", "ringgit", "rupiah")
        )
    )


def _words(tokens: list[Token], at: int) -> Number | None:
    lead = tokens[at].low
    if lead == "half" and low_at(tokens, at + 1) in {"a", "an"}:
        kind = kind_of(low_at(tokens, at + 2))
        if kind in {"scale", "dozen"}:
            return Number(
                0.5 * value_of(tokens[at + 2].low), at + 3, 0.5, value_of(tokens[at + 2].low), False
            )
        return None
    if lead in {"a", "an"}:
        if kind_of(low_at(tokens, at + 1)) not in {"hundred", "scale", "dozen"}:
            return None
        at += 1
    elif kind_of(lead) not in {"unit", "ten"}:
        return None
    return _cardinal(tokens, at)


def _cardinal(tokens: list[Token], at: int) -> Number | None:
    """Ones and tens below each scale, larger scales first: "two million three hundred and five"."""
    total, below, scale_before, end, last_scale = 0.0, 0.0, float("inf"), at, 1.0
    empty = True
    for _ in range(_MOST_WORDS):
        step = _next_word(tokens, end, first=end == at)
        word = low_at(tokens, step)
        kind = kind_of(word)
        if kind in {"unit", "ten"} and _fits(below, empty, value_of(word), kind):
            joined = step != end and low_at(tokens, end) == "and"
            if (joined and not _closes(tokens, step)) or _begins_another(tokens, step, scale_before):
                break
            below, empty = below + value_of(word), False
        elif kind == "hundred" and below < 100 and (empty or below > 0):
            below, empty = max(below, 1.0) * 100, False
        elif kind == "dozen" and below < 100 and total == 0:
            return Number(max(below, 1.0) * 12, step + 1, max(below, 1.0), 12.0, False)
        elif kind == "scale" and value_of(word) < scale_before and (not empty or end == at):
            scale_before = last_scale = value_of(word)
            total, below, empty = total + max(below, 1.0) * scale_before, 0.0, True
        else:
            break
        end = step + 1
    if end == at:
        return None
    value = total + below
    if below and _and_a_half(tokens, end):
        value, end = value + 0.5, end + 3
    scale = last_scale if total else 1.0
    return Number(value, end, value / scale, scale, False)


def _next_word(tokens: list[Token], end: int, *, first: bool) -> int:
    """Index of the next number word, over a hyphen or an "and"."""
    if first:
        return end
    word = low_at(tokens, end)
    hyphen = word in HYPHENS and glued(tokens, end) and glued(tokens, end + 1)
    follows_scale = kind_of(low_at(tokens, end - 1)) in {"hundred", "scale"}
    return end + 1 if hyphen or (word == "and" and follows_scale) else end


def _fits(below: float, empty: bool, value: float, kind: str) -> bool:
    """ "twenty" + "one", "hundred" + "five"; never "five six"."""
    rest = below % 100
    if empty or (below >= 100 and rest == 0):
        return True
    return kind == "unit" and 0 < value < 10 and rest >= 20 and rest % 10 == 0


def _begins_another(tokens: list[Token], at: int, scale_before: float) -> bool:
    """After "five million": the "seven" of "seven million" is a number of its own."""
    after = low_at(tokens, at + 1)
    return kind_of(after) == "scale" and value_of(after) >= scale_before


def _closes(tokens: list[Token], at: int) -> bool:
    """After "hundred and": "five" or "twenty-five", not the "two" of "one hundred and two hundred"."""
    end = at + 1
    if low_at(tokens, end) in HYPHENS and glued(tokens, end):
        end += 2
    elif kind_of(low_at(tokens, at)) == "ten" and kind_of(low_at(tokens, end)) == "unit":
        end += 1
    return kind_of(low_at(tokens, end)) not in {"hundred", "dozen"}
