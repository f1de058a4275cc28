"""Values of number words and digits, units, and noun phrases, each reader by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.extract.counted import is_plural, noun_phrase, singular
from bot.extract.figure_tokens import Token, tokenise
from bot.extract.numbers import read
from bot.extract.units import per_at, unit_at
from bot.types import Span


def tokens_of(text: str) -> list[Token]:
    return tokenise(text, Span(0, len(text))) if text else []


VALUES = [
    ("zero", 0), ("seven", 7), ("nineteen", 19), ("ninety", 90), ("twenty-one", 21), ("twenty one", 21),
    ("two hundred", 200), ("two hundred five", 205), ("two hundred and five", 205), ("a hundred", 100),
    ("a thousand and one", 1001), ("three thousand four hundred", 3400), ("a dozen", 12), ("two dozen", 24),
    ("half a dozen", 6), ("half a million", 500_000), ("two million three hundred thousand", 2_300_000),
    ("nine hundred and ninety-nine thousand", 999_000), ("two and a half", 2.5), ("5,200", 5200),
    ("1,00,000", 100_000), ("1.5", 1.5), (".5", 0.5), ("1.2 million", 1.2e6), ("3bn", 3e9), ("3 bn", 3e9),
    ("5k", 5000), ("4 lakh", 400_000), ("2 lakh crore", 2e12), ("2½", 2.5), ("¾", 0.75), ("5 hundred", 500),
    ("2 and a half", 2.5), ("12m people", 12e6), ("3m high", 3), ("1\u00a0250", 1250), ("007", 7),
]  # fmt: skip


@pytest.mark.parametrize(("printed", "value"), VALUES)
def test_values(printed: str, value: float) -> None:
    number = read(tokens_of(printed), 0)
    assert number is not None
    assert number.value == pytest.approx(value)


PREFIXES = [
    ("five six", 5, 1), ("one hundred one hundred", 101, 3), ("one hundred and two hundred", 100, 2),
    ("twenty ten", 20, 1), ("five million seven million", 5e6, 2), ("thirty-five hundred", 3500, 4),
]  # fmt: skip


@pytest.mark.parametrize(("printed", "value", "end"), PREFIXES)
def test_where_a_number_ends(printed: str, value: float, end: int) -> None:
    number = read(tokens_of(printed), 0)
    assert number is not None
    assert (number.value, number.end) == (value, end)


@pytest.mark.parametrize("printed", ["people", "a", "a man", "half", "million", "$", "", "9" * 400])
def test_no_number(printed: str) -> None:
    assert read(tokens_of(printed), 0) is None


@given(st.integers(0, 10**15))
def test_grouped_digits_read_back(value: int) -> None:
    number = read(tokens_of(f"{value:,}"), 0)
    assert number is not None
    assert number.value == value


@given(st.text(max_size=200))
def test_tokens_are_slices_in_order(text: str) -> None:
    floor = 0
    for token in tokenise(text, Span(0, len(text))) if text else ():
        assert floor <= token.start < token.end <= len(text)
        assert text[token.start : token.end] == token.text
        assert not text[floor : token.start].strip()
        floor = token.end
    assert not text[floor:].strip()


UNITS = [
    ("5 kilometres", "kilometre"), ("5km", "kilometre"), ("5 KM", None),
    ("5 percentage points", "percentage point"),
    ("5 percent", "percentage"), ("5%", "percentage"), ("5 square kilometers", "square kilometre"),
    ("5-mile", "mile"), ("5 miles an hour", "mile per hour"),
    ("5 West African CFA francs", "west african cfa franc"),
    ("5 Swiss francs", "swiss franc"), ("5 francs", "franc"), ("5C", "celsius"), ("5 C", None),
    ("5 in the", None),
    ("5 people", None),
]  # fmt: skip


@pytest.mark.parametrize(("printed", "unit"), UNITS)
def test_units(printed: str, unit: str | None) -> None:
    found = unit_at(tokens_of(printed), 1, digits=True)
    assert (found.name if found else None) == unit


@pytest.mark.parametrize(
    ("printed", "rest"),
    [
        ("a month", "month"), ("per gallon", "gallon"), ("per 100", None), ("/night", None),
        ("a year ago", None),
        ("-a-month", None), ("an hour", "hour"), ("a dog", None), ("per capita", "capita"),
    ],
)  # fmt: skip
def test_rates(printed: str, rest: str | None) -> None:
    found = per_at(tokens_of(printed), 0)
    assert (found[0] if found else None) == rest


@pytest.mark.parametrize(
    ("printed", "one"),
    [
        ("troops", "troop"), ("people", "person"), ("women", "woman"), ("properties", "property"),
        ("churches", "church"), ("boxes", "box"), ("buses", "bus"), ("crises", "crisis"), ("houses", "house"),
        ("species", "species"), ("aircraft", "aircraft"), ("glasses", "glass"), ("gas", "gas"),
        ("Americans", "American"), ("lives", "life"), ("country’s", "country"),
    ],
)  # fmt: skip
def test_singular(printed: str, one: str) -> None:
    assert singular(printed) == one


@pytest.mark.parametrize("word", ["analysis", "bus", "politics", "famous", "press", "town’s"])
def test_no_plural(word: str) -> None:
    assert not is_plural(word)


PHRASES = [
    ("U.S. troops to remain", "U.S. troops", "troop"),
    ("public housing properties, each", "public housing properties", "property"),
    ("first-team players left", "first-team players", "player"),
    ("workers’ rights groups met", "workers’ rights groups", "group"),
    ("U.S. and British soldiers came", "U.S. and British soldiers", "soldier"),
    ("men and women", "men", "man"),
    ("dead cattle were", "dead cattle", "cattle"),
    ("newly built homes for", "newly built homes", "home"),
    ("sales jobs", "sales jobs", "job"),
    ("people killed in", "people", "person"),
]


@pytest.mark.parametrize(("printed", "phrase", "head"), PHRASES)
def test_noun_phrases(printed: str, phrase: str, head: str) -> None:
    tokens = tokens_of(printed)
    found = noun_phrase(tokens, 0)
    assert found is not None
    assert printed[tokens[found.first].start : tokens[found.end - 1].end] == phrase
    assert found.head == head


@pytest.mark.parametrize("printed", ["were killed", "of the men", ", and", "in Paris", "", "died"])
def test_no_noun_phrase(printed: str) -> None:
    assert noun_phrase(tokens_of(printed), 0) is None
