"""One printed amount: sign, currency, number and unit, before anybody asks what it counts."""

from __future__ import annotations

from typing import NamedTuple

from bot.extract.counted import is_stop
from bot.extract.figure_tokens import CUR, HYPHENS, NUM, WORD, Token, currency_signs, glued, low_at
from bot.extract.figure_words import word_set
from bot.extract.numbers import Number, read
from bot.extract.units import Unit, unit_at
from bot.types import FigureKind

_MINUS = frozenset("-−–")


class Operand(NamedTuple):
    """One printed amount: sign, currency, number, unit. [first, end) in tokens."""

    first: int
    end: int
    number: Number
    value: float
    currency: str | None
    unit: Unit | None


def operand(tokens: list[Token], at: int, *, money: bool = False) -> Operand | None:
    """A number with the currency before it and the unit behind it; None when none begins here.

    ``money``: a currency sign stands before the range this number closes ("£3-5m").
    """
    step, sign = at, 1.0
    if tokens[at].text in _MINUS and not glued(tokens, at) and glued(tokens, at + 1):
        step, sign = at + 1, -1.0
    elif tokens[at].text == "+" and not glued(tokens, at) and glued(tokens, at + 1):
        step = at + 1
    elif tokens[at].low == "minus" and low_at(tokens, at - 1) != "or":
        step, sign = at + 1, -1.0
    currency = None
    if step < len(tokens) and tokens[step].kind == CUR:
        currency, step = currency_signs()[tokens[step].text], step + 1
        if step < len(tokens) and tokens[step].text in _MINUS and glued(tokens, step):
            step, sign = step + 1, -1.0
        if step >= len(tokens) or tokens[step].kind != NUM:
            return None
    number = read(tokens, step, money=money or currency is not None)
    if number is None:
        return None
    end = number.end
    if number.digits and low_at(tokens, end) == "+" and glued(tokens, end) and not glued(tokens, end + 1):
        end += 1  # "300+ guests"
    unit = unit_at(tokens, end, digits=number.digits)
    if currency is not None:
        unit = unit if unit is not None and unit.kind is FigureKind.MONEY else None
    elif unit is not None and _is_noun_after_all(tokens, number, unit):
        unit = None
    elif unit is not None:
        unit = _pounds(tokens, step, number, unit)
    return Operand(at, unit.end if unit else end, number, sign * number.value, currency, unit)


def _is_noun_after_all(tokens: list[Token], number: Number, unit: Unit) -> bool:
    """Names of units that are ordinary nouns here: "five stone houses", "12 cup finals", "5 second homes"."""
    word = tokens[unit.end - 1]
    if glued(tokens, unit.end - 1) and low_at(tokens, unit.end - 2) not in HYPHENS:
        return False
    following = unit.end < len(tokens) and tokens[unit.end].kind == WORD and not is_stop(tokens[unit.end].low)
    if word.low in {"stone", "bar", "cup", "second", "mole", "pc", "bp", "mark", "pound"}:
        return bool(following) and low_at(tokens, number.end) not in HYPHENS
    return word.low in {"yards", "feet", "quarters"} and number.value == 0


def _pounds(tokens: list[Token], at: int, number: Number, unit: Unit) -> Unit:
    """ "12m pounds" is money; "500 pounds" is weight unless words of payment stand before it."""
    if unit.name != "pound-mass" or low_at(tokens, unit.end - 1) not in {"pound", "pounds"}:
        return unit
    paid = any(low_at(tokens, step) in word_set("sterling_leads") for step in range(max(0, at - 4), at))
    if number.scale >= 1e6 or paid:
        return Unit("pound sterling", FigureKind.MONEY, unit.end)
    return unit
