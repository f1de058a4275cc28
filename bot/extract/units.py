"""Units and currencies: what stands right behind or before a number, by its canonical name.

The tables are ``lexicon/en/units.tsv`` and ``currencies.tsv`` (names and signs: CLDR, English). Names
are canonical singulars: "dollar", "percentage", "percentage point", "mile per hour", "year of age".
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from bot.extract.figure_tokens import HYPHENS, NUM, WORD, Token, currency_rows, glued, low_at
from bot.extract.figure_words import word_set
from bot.extract.lexicon import entries
from bot.types import FigureKind

_LONGEST = 5  # words of a unit's name: "west african cfa francs"
_LENGTHS = ("millimetre", "centimetre", "metre", "kilometre", "inch", "foot", "yard", "mile")


class Unit(NamedTuple):
    name: str
    kind: FigureKind
    end: int  # index after the last token


@cache
def _names() -> dict[str, tuple[str, FigureKind]]:
    """Folded name, words joined by one blank -> canonical name and kind."""
    table: dict[str, tuple[str, FigureKind]] = {}
    for name, kind, forms, _ in _unit_rows():
        for form in forms:
            table[form] = (name, kind)
            if name in _LENGTHS:
                for shape, prefixes in (("square", ("square", "sq")), ("cubic", ("cubic", "cu"))):
                    for prefix in prefixes:
                        table[f"{prefix} {form}"] = (f"{shape} {name}", kind)
    for short, name in (("sq km", "square kilometre"), ("sq m", "square metre"), ("sq ft", "square foot")):
        table[short] = (name, FigureKind.MEASURE)
    for name, code, _, forms in currency_rows():
        for form in (*forms, code.lower()) if code else forms:
            table.setdefault(form, (name, FigureKind.MONEY))
    return table


@cache
def _symbols() -> dict[str, tuple[str, FigureKind]]:
    return {symbol: (name, kind) for name, kind, _, symbols in _unit_rows() for symbol in symbols}


@cache
def _unit_rows() -> tuple[tuple[str, FigureKind, tuple[str, ...], tuple[str, ...]], ...]:
    rows = []
    for line in entries("units.tsv"):
        name, kind, forms, symbols = (*line.split("\t"), "", "")[:4]
        rows.append((name, FigureKind(kind), _cells(forms), _cells(symbols)))
    return tuple(rows)


def _cells(column: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in column.split(",") if cell.strip())


def unit_at(tokens: list[Token], at: int, *, digits: bool) -> Unit | None:
    """The longest unit that begins at token ``at`` (a hyphen before it is passed over).

    ``digits``: the number was printed with digits, so that symbols ("kg", "%", "m") may follow.
    """
    if digits and (symbol := _symbol_at(tokens, at)) is not None:
        return symbol
    first = at + 1 if low_at(tokens, at) in HYPHENS and glued(tokens, at) and glued(tokens, at + 1) else at
    best: Unit | None = None
    path = ""
    step = first
    for _ in range(_LONGEST):
        if step >= len(tokens) or tokens[step].kind != WORD:
            break
        path = f"{path} {tokens[step].low}" if path else tokens[step].low
        if (found := _names().get(path)) is not None:
            best = Unit(found[0], found[1], step + 1)
        step += 1
        if low_at(tokens, step) in HYPHENS and glued(tokens, step) and glued(tokens, step + 1):
            step += 1
    return best


def _symbol_at(tokens: list[Token], at: int) -> Unit | None:
    """A symbol, in its exact case: "%", "°C", "km/h", "kWh"; a lone letter only when glued."""
    for size in (3, 2, 1):
        if at + size > len(tokens) or any(not glued(tokens, at + k) for k in range(1, size)):
            continue
        printed = "".join(token.text for token in tokens[at : at + size])
        if size == 3 and (rate := _rate(tokens, at)) is not None:
            return rate
        found = _symbols().get(printed)
        if found is None or (len(printed) == 1 and printed.isalpha() and not glued(tokens, at)):
            continue
        if printed in {"'", '"'} and not _is_inch_mark(tokens, at):
            continue
        if not glued(tokens, at) and printed in {"in", "'", '"', "st", "pt", "C", "F"}:
            continue
        return Unit(found[0], found[1], at + size)
    return None


_BACK = 300  # tokens in which an opening mark is looked for


def _is_inch_mark(tokens: list[Token], at: int) -> bool:
    """6'2", a 12" record; not the end of "up to 15": no straight mark stands open before it."""
    if tokens[at].text == "'":
        return at + 1 < len(tokens) and tokens[at + 1].kind == NUM and glued(tokens, at + 1)
    before = sum(token.text == '"' for token in tokens[max(0, at - _BACK) : at])
    return before % 2 == 0


_PER_TIME = {"h": "hour", "hr": "hour", "s": "second", "sec": "second", "min": "minute"}


def _rate(tokens: list[Token], at: int) -> Unit | None:
    """ "km/h", "m/s": a symbol, a stroke and a unit of time."""
    if tokens[at + 1].text != "/" or tokens[at + 2].low not in _PER_TIME:
        return None
    found = _symbols().get(tokens[at].text)
    if found is None:
        return None
    return Unit(f"{found[0]} per {_PER_TIME[tokens[at + 2].low]}", found[1], at + 3)


# After "a" or "an" only these make a rate ("$3,500 a month"); after "per" and "/" any word does.
_SINGULAR = {"liter": "litre", "kilometer": "kilometre", "hr": "hour", "yr": "year", "sq": "square foot"}


def per_at(tokens: list[Token], at: int) -> tuple[str, int] | None:
    """The rest of a rate: ("month", index after) for "a month", "per month", "-a-month", "/month"."""
    hyphen = low_at(tokens, at) in HYPHENS and glued(tokens, at) and glued(tokens, at + 1)
    lead = at + 1 if hyphen else at
    word = low_at(tokens, lead)
    if word not in {"per", "a", "an", "/"}:
        return None
    step = lead + 1
    if hyphen and low_at(tokens, step) in HYPHENS:
        step += 1
    if step >= len(tokens) or tokens[step].kind != WORD:
        return None
    if word == "/" and not glued(tokens, lead):
        return None
    over = unit_at(tokens, step, digits=False)
    noun = tokens[step].low
    since = low_at(tokens, step + 1) in {"ago", "earlier", "later", "before", "after", "old"}
    if word not in {"per", "/"} and (noun not in word_set("rate_nouns") or since):
        return None
    if over is not None and word in {"per", "/"}:
        return over.name, over.end
    return _SINGULAR.get(noun, noun), step + 1
