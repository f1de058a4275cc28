"""Figures that are no plain number: fractions, multiples, vague counts, scores, "one in five".

Each reader gets the tokens of a sentence and an index and answers a draft or None.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.extract.counted import NounPhrase, is_stop, noun_phrase, of_phrase, with_complement
from bot.extract.figure_tokens import HYPHENS, NUM, WORD, Token, glued, low_at
from bot.extract.figure_words import word_set
from bot.extract.numbers import Number, fraction_sign, kind_of, read, value_of
from bot.extract.units import unit_at
from bot.types import FigureKind


@dataclass(slots=True)
class Draft:
    """A figure in token indexes: [first, end) printed, [taken, ...) where reading goes on."""

    first: int
    end: int
    kind: FigureKind
    value: float | None
    unit: str
    high: float | None = None
    counts: tuple[int, int] | None = None  # tokens of the counted noun phrase
    approximate: tuple[int, int] | None = None
    earlier: bool = False  # superseded by the text itself
    calendar: bool = False  # a stretch of calendar years
    small: bool = False  # a bare number word below four: trivial unless it is newsworthy


def fraction(tokens: list[Token], at: int) -> Draft | None:
    """ "half the members", "two-thirds of voters", "a third", "3/4 of", "half an hour"."""
    found = _share(tokens, at)
    if found is None:
        return None
    value, end = found
    if (low_at(tokens, end) == "of" and low_at(tokens, end + 1) in {"a", "an"}) or low_at(
        tokens, at
    ) == "half":
        scaled = _part_of_scale(tokens, at, end, value)
        if scaled is not None:
            return scaled
    counted = of_phrase(tokens, end, determiner=True) or _directly(tokens, end)
    if counted is None and not _stands_alone(tokens, at, end):
        return None
    if counted is not None and tokens[counted.end - 1].low.endswith(("'s", "’s")):
        number = read(tokens, counted.end)  # "two-thirds of the union's 31,000 members": two figures
        owned = noun_phrase(tokens, number.end) if number is not None else None
        if owned is not None:
            return Draft(at, end, FigureKind.FRACTION, value, "fraction", counts=_pair(owned))
    if counted is not None:
        counted = with_complement(tokens, counted)
    last = counted.end if counted else _of_pronoun(tokens, end)
    return Draft(at, last, FigureKind.FRACTION, value, "fraction", counts=_pair(counted))


def _share(tokens: list[Token], at: int) -> tuple[float, int] | None:
    """Value of a printed part of a whole and the index after it."""
    token = tokens[at]
    if token.kind == NUM:
        if (
            low_at(tokens, at + 1) == "/"
            and at + 2 < len(tokens)
            and tokens[at + 2].kind == NUM
            and glued(tokens, at + 1)
        ):
            bottom = tokens[at + 2].text
            if token.text.isdigit() and bottom.isdigit() and 0 < int(token.text[:4]) < int(bottom[:4]):
                return int(token.text) / int(bottom), at + 3
        return None
    if token.kind != WORD:
        return None
    if (sign := fraction_sign(token.text)) is not None and low_at(tokens, at + 1) == "of":
        return sign, at + 1
    if token.low == "half":
        return 0.5, at + 1
    times = 1.0 if token.low in {"a", "an"} else value_of(token.low) if kind_of(token.low) == "unit" else 0.0
    step = at + 1
    if low_at(tokens, step) in HYPHENS and glued(tokens, step):
        step += 1
    part = low_at(tokens, step)
    if not 0 < times < 10 or kind_of(part) != "part" or (times > 1) != part.endswith(("s", "halves")):
        return None
    return times * value_of(part), step + 1


def _part_of_scale(tokens: list[Token], at: int, end: int, value: float) -> Draft | None:
    """ "a quarter of a million people", "half an hour", "half a mile"."""
    step = end + 1 if low_at(tokens, end) == "of" else end
    if low_at(tokens, step) not in {"a", "an"}:
        return None
    if kind_of(low_at(tokens, step + 1)) == "scale":
        number = read(tokens, step)
        if number is None:
            return None
        counted = noun_phrase(tokens, number.end)
        unit = unit_at(tokens, number.end, digits=False)
        if unit is not None:
            return Draft(at, unit.end, unit.kind, value * number.value, unit.name)
        last = counted.end if counted else number.end
        return Draft(
            at,
            last,
            FigureKind.COUNT,
            value * number.value,
            counted.head if counted else "",
            counts=_pair(counted),
        )
    unit = unit_at(tokens, step + 1, digits=False)
    if unit is None or unit.kind not in {FigureKind.DURATION, FigureKind.MEASURE}:
        return None
    return Draft(at, unit.end, unit.kind, value, unit.name)


def _directly(tokens: list[Token], at: int) -> NounPhrase | None:
    """ "half the members", "half its staff": a determiner and a noun right behind."""
    if low_at(tokens, at) not in {
        "the",
        "its",
        "their",
        "his",
        "her",
        "our",
        "my",
        "your",
        "all",
        "these",
        "those",
    }:
        return None
    step = at + 1
    if low_at(tokens, at) == "all" and low_at(tokens, step) in {"the", "its", "their"}:
        step += 1
    return noun_phrase(tokens, step)


def _stands_alone(tokens: list[Token], at: int, end: int) -> bool:
    """ "nearly half said", "fell by a third": bounded or measured, and no ordinal ("a third man")."""
    if low_at(tokens, at - 1) in word_set("not_a_share") or low_at(tokens, end) in HYPHENS:
        return False
    if low_at(tokens, end) == "of" and low_at(tokens, end + 1) in {
        "them",
        "those",
        "us",
        "which",
        "whom",
        "it",
        "that",
    }:
        return True
    return low_at(tokens, at - 1) in word_set("bounding") and noun_phrase(tokens, end) is None


def _of_pronoun(tokens: list[Token], end: int) -> int:
    return end + 2 if low_at(tokens, end) == "of" else end


def one_in(tokens: list[Token], at: int, number: Number) -> Draft | None:
    """ "one in five adults", "four out of ten", "1 in 3": a share of 1."""
    step = number.end
    out_of = low_at(tokens, step) == "out" and low_at(tokens, step + 1) == "of"
    if not out_of and low_at(tokens, step) != "in":
        return None
    step += 2 if out_of else 1
    if low_at(tokens, step) == "every":
        step += 1
    whole = read(tokens, step)
    if whole is None or not 0 < number.value < whole.value or number.value != int(number.value):
        return None
    if not out_of and (
        number.value > 9 or unit_at(tokens, whole.end, digits=False) is not None or whole.value > 1e9
    ):
        return None
    if (
        not out_of
        and whole.digits
        and len(tokens[step].text) == 4
        and tokens[step].text.isdigit()
        and whole.value > 1900
    ):
        return None
    counted = noun_phrase(tokens, whole.end) or of_phrase(tokens, whole.end, determiner=True)
    last = counted.end if counted else whole.end
    return Draft(at, last, FigureKind.FRACTION, number.value / whole.value, "fraction", counts=_pair(counted))


_FACTOR_VERBS = {
    "doubled": 2.0, "doubling": 2.0, "tripled": 3.0, "tripling": 3.0, "trebled": 3.0, "quadrupled": 4.0,
    "quadrupling": 4.0, "quintupled": 5.0, "halved": 0.5, "halving": 0.5, "twofold": 2.0, "threefold": 3.0,
    "fourfold": 4.0, "fivefold": 5.0, "sixfold": 6.0, "sevenfold": 7.0, "eightfold": 8.0, "tenfold": 10.0,
    "hundredfold": 100.0,
}  # fmt: skip
_FACTOR_LEADS = {"twice": 2.0, "double": 2.0, "triple": 3.0, "treble": 3.0, "quadruple": 4.0, "thrice": 3.0}


def multiple(tokens: list[Token], at: int) -> Draft | None:
    """ "doubled", "twice as many", "double the budget", "threefold"; "scored twice" is none."""
    low = tokens[at].low
    if low in _FACTOR_VERBS:
        if low_at(tokens, at + 1) in {"down", "over", "up"}:
            return None  # "doubled down"
        if tokens[at].text != low and at > 0 and low_at(tokens, at - 1) not in {".", "“"}:
            return None
        return Draft(at, at + 1, FigureKind.MULTIPLE, _FACTOR_VERBS[low], "time")
    if low in _FACTOR_LEADS:
        verb = low != "twice" and low_at(tokens, at - 1) in word_set("verb_leads")
        following = tokens[at + 2] if low_at(tokens, at + 1) == "as" and at + 2 < len(tokens) else None
        if following is not None and (is_stop(following.low) or following.text != following.low):
            return None  # "scored twice as United ..."
        if low_at(tokens, at + 1) in word_set("after_lead") or verb:
            return Draft(at, at + 1, FigureKind.MULTIPLE, _FACTOR_LEADS[low], "time")
    return None


def times(tokens: list[Token], at: int, number: Number) -> Draft | None:
    """ "three times as many", "10 times the rate", "a 12-fold rise"; "three times a week" is a count."""
    step = number.end
    if low_at(tokens, step) in HYPHENS and glued(tokens, step):
        step += 1
    if low_at(tokens, step) == "fold":
        return Draft(at, step + 1, FigureKind.MULTIPLE, number.value, "time")
    if low_at(tokens, step) != "times":
        return None
    after = low_at(tokens, step + 1)
    if after in word_set("after_lead") or after in {
        "more",
        "higher",
        "larger",
        "bigger",
        "faster",
        "greater",
        "less",
        "lower",
        "earnings",
    }:
        return Draft(at, step + 1, FigureKind.MULTIPLE, number.value, "time")
    return None


_FEW = frozenset({"few", "several", "couple", "many"})


def vague(tokens: list[Token], at: int) -> Draft | None:
    """ "thousands of U.S. troops", "tens of millions", "a few hundred people": no value."""
    end = _vague_end(tokens, at)
    if end is None:
        return None
    unit = unit_at(tokens, end + 1 if low_at(tokens, end) == "of" else end, digits=False)
    counted = of_phrase(tokens, end, determiner=True) or (
        noun_phrase(tokens, end) if low_at(tokens, end) != "of" else None
    )
    if counted is None and low_at(tokens, at) in {"tens", "scores"}:
        return None
    if unit is not None:
        return Draft(at, unit.end, FigureKind.VAGUE, None, unit.name)
    if counted is None or not counted.plural:
        if tokens[at].low == "scores" or (low_at(tokens, end) != "of" and counted is not None):
            return None
        return Draft(
            at,
            counted.end if counted else end,
            FigureKind.VAGUE,
            None,
            counted.head if counted else "",
            counts=_pair(counted),
        )
    counted = with_complement(tokens, counted)
    return Draft(at, counted.end, FigureKind.VAGUE, None, counted.head, counts=_pair(counted))


def _vague_end(tokens: list[Token], at: int) -> int | None:
    low = tokens[at].low
    if low in _FEW or (low == "a" and low_at(tokens, at + 1) in _FEW):
        step = at + 1 if low in _FEW else at + 2
        if low_at(tokens, step) == "of":
            step += 1
        kind = kind_of(low_at(tokens, step))
        return step + 1 if kind in {"hundred", "scale", "dozen"} and low_at(tokens, step) != "score" else None
    if kind_of(low) != "vague":
        return None
    end = at + 1
    for _ in range(2):  # "tens of thousands", "hundreds of thousands of"
        if low_at(tokens, end) == "of" and kind_of(low_at(tokens, end + 1)) == "vague":
            end += 2
    if low in {"tens", "scores"} and low_at(tokens, end) != "of":
        return None
    return end


def _pair(phrase: NounPhrase | None) -> tuple[int, int] | None:
    return (phrase.first, phrase.end) if phrase is not None else None
