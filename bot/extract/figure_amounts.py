"""Plain amounts: money, percent, measures, durations, ages, counts, ranges and scores.

``amount`` reads the one that begins at a token; ``figure_shapes`` reads what is no plain number.
"""

from __future__ import annotations

from typing import NamedTuple

from bot.extract import figure_shapes as shapes
from bot.extract.counted import NounPhrase, is_stop, noun_phrase, of_phrase, singular, with_complement
from bot.extract.figure_shapes import Draft
from bot.extract.figure_tokens import CUR, HYPHENS, NUM, WORD, Token, currency_signs, glued, low_at
from bot.extract.numbers import Number, kind_of, read
from bot.extract.units import Unit, per_at, unit_at
from bot.types import FigureKind

_CHANGE = frozenset(
    "rose rise rises rising fell fall falls falling climbed climbing dropped dropping jumped gained lost slid slipped "
    "increased decreased grew grown soared plunged plummeted tumbled sank surged declined eased edged advanced by up "
    "down added shed cut raised lowered".split()
)
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
    elif tokens[at].low == "minus":
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
    unit = unit_at(tokens, number.end, digits=number.digits)
    if currency is not None:
        unit = unit if unit is not None and unit.kind is FigureKind.MONEY else None
    elif unit is not None and _is_noun_after_all(tokens, number, unit):
        unit = None
    elif unit is not None:
        unit = _pounds(tokens, step, number, unit)
    return Operand(at, unit.end if unit else number.end, number, sign * number.value, currency, unit)


def _is_noun_after_all(tokens: list[Token], number: Number, unit: Unit) -> bool:
    """Names of units that are ordinary nouns here: "five stone houses", "12 cup finals", "5 second homes"."""
    word = tokens[unit.end - 1]
    if glued(tokens, unit.end - 1) and low_at(tokens, unit.end - 2) not in HYPHENS:
        return False
    following = unit.end < len(tokens) and tokens[unit.end].kind == WORD and not is_stop(tokens[unit.end].low)
    if word.low in {"stone", "bar", "point", "cup", "second", "mole", "pc", "bp", "mark", "pound"}:
        return bool(following) and low_at(tokens, number.end) not in HYPHENS
    return word.low in {"yards", "feet", "quarters"} and number.value == 0


_STERLING_LEADS = frozenset(
    "worth cost costs costing paid pay pays paying fined fine price priced spend spent owed".split()
)


def _pounds(tokens: list[Token], at: int, number: Number, unit: Unit) -> Unit:
    """ "12m pounds" is money; "500 pounds" is weight unless words of payment stand before it."""
    if unit.name != "pound-mass" or low_at(tokens, unit.end - 1) not in {"pound", "pounds"}:
        return unit
    paid = any(low_at(tokens, step) in _STERLING_LEADS for step in range(max(0, at - 4), at))
    if number.scale >= 1e6 or paid:
        return Unit("pound sterling", FigureKind.MONEY, unit.end)
    return unit


def amount(tokens: list[Token], at: int, blocked: bytearray) -> Draft | None:
    """The amount, range or score that begins at token ``at``; None when none does."""
    lead = _range_lead(tokens, at)
    first = operand(tokens, lead)
    if first is None or blocked[first.number.end - 1] or blocked[_number_at(tokens, first)]:
        return None
    ranged = _range(tokens, at, first, blocked)
    if ranged is not None:
        return ranged
    if lead != at:  # "from" or "between" without a second amount: the number comes later
        return None
    if first.currency is None and first.unit is None:
        for shape in (shapes.one_in, shapes.times):
            if (draft := shape(tokens, at, first.number)) is not None:
                return draft
        if (score := _score(tokens, at, first)) is not None:
            return score
    return _single(tokens, first)


def _number_at(tokens: list[Token], first: Operand) -> int:
    step = first.first
    while step < first.number.end - 1 and tokens[step].kind not in {NUM, WORD}:
        step += 1
    return step


def _range_lead(tokens: list[Token], at: int) -> int:
    return at + 1 if tokens[at].low in {"from", "between"} and at + 1 < len(tokens) else at


def _range(tokens: list[Token], at: int, first: Operand, blocked: bytearray) -> Draft | None:
    """ "between X and Y", "from X to Y", "X to Y", "X-Y" as one figure; None when it is none."""
    lead = tokens[at].low
    joint, step = _joint(tokens, first.end)
    if joint is None or (joint == "and") != (lead == "between") or step >= len(tokens) or blocked[step]:
        return None
    second = operand(tokens, step, money=first.currency is not None)
    if second is None or blocked[_number_at(tokens, second)]:
        return None
    if joint == "or" and not (
        second.value == first.value + 1 and first.unit is None and first.currency is None
    ):
        return None
    low, high = _shared_scale(first, second), second.value
    if not _same_measure(first, second) or (
        high <= low and not (lead == "from" and first.end == second.first - 1)
    ):
        return None
    if joint == "to" and lead not in {"from", "between"} and _is_change(tokens, at, first):
        return None
    if joint in HYPHENS and (high <= low or _is_score_like(tokens, at, first, second)):
        return None
    draft = _single(tokens, second, currency=first.currency or second.currency, plain=joint)
    if draft is None or (
        draft.kind is FigureKind.COUNT
        and draft.counts is None
        and joint in {"to", "or", *HYPHENS}
        and lead != "from"
        and not first.number.digits
    ):
        return None
    draft.first, draft.value, draft.high = at, low, high
    return draft


def _joint(tokens: list[Token], at: int) -> tuple[str | None, int]:
    """What joins two amounts at token ``at``, and the index of the second."""
    word = low_at(tokens, at)
    if word in {"to", "and", "or"}:
        return word, at + 1
    if word in HYPHENS:
        if low_at(tokens, at + 1) == "to" and low_at(tokens, at + 2) in HYPHENS:
            return "to", at + 3
        if glued(tokens, at) == glued(tokens, at + 1):
            return "-", at + 1
    if word == "—" and glued(tokens, at) and glued(tokens, at + 1):
        return "-", at + 1
    return None, at


def _shared_scale(first: Operand, second: Operand) -> float:
    """ "$3-5 billion": the scale of the second number is the first one's too."""
    if first.number.scale == 1.0 and second.number.scale > 1.0 and first.value <= second.number.mantissa:
        return first.value * second.number.scale
    return first.value


def _same_measure(first: Operand, second: Operand) -> bool:
    if first.currency and second.currency:
        return first.currency == second.currency
    if first.unit is not None:
        return (second.unit is not None and second.unit.name == first.unit.name) or (
            second.unit is None
            and second.currency is None
            and first.unit.kind is FigureKind.PERCENT
            and False
        )
    return not (first.currency and second.unit is not None and second.unit.kind is not FigureKind.MONEY)


def _is_change(tokens: list[Token], at: int, first: Operand) -> bool:
    """ "rose 5 points to 20 points", "increased by $43 to $419": an amount and a new level."""
    own = first.unit is not None or first.currency is not None
    lead = low_at(tokens, at - 1)
    if lead == "about" or lead == "almost":
        lead = low_at(tokens, at - 2)
    return lead in _CHANGE and (own or lead != "by")


_SCORE_LEADS = frozenset(
    "won win wins lost lose beat beats beating defeated defeat vote voted votes voting led lead leads leading trailed "
    "drew draw ended victory score scored scoreline result ruled ruling decision approved rejected passed by margin "
    "tied tie level aggregate game at".split()
)
_SCORE_AFTER = frozenset(
    "win victory defeat loss draw lead vote margin majority ruling decision score on in against over to down up at "
    "thanks after with for aggregate and but when as along winner winners thrashing hammering rout tie series".split()
)


def _is_score_like(tokens: list[Token], at: int, first: Operand, second: Operand) -> bool:
    """Two bare numbers with a hyphen and the words of a game or a vote around them."""
    if first.unit or second.unit or first.currency or second.currency or not first.number.digits:
        return False
    before = {low_at(tokens, step) for step in range(max(0, at - 4), at)}
    after = low_at(tokens, second.end)
    counted = noun_phrase(tokens, second.end)
    if after in {
        "win",
        "victory",
        "defeat",
        "loss",
        "draw",
        "lead",
        "vote",
        "majority",
        "ruling",
        "decision",
    }:
        return True
    return counted is None and (bool(before & _SCORE_LEADS) or after in {"down", "up", "ahead", "behind"})


def _score(tokens: list[Token], at: int, first: Operand) -> Draft | None:
    """ "3-2", "412 to 218", "52-48": two bare numbers of a game or a vote."""
    joint, step = _joint(tokens, first.end)
    if joint not in {"to", "-"} or not first.number.digits or step >= len(tokens):
        return None
    second = operand(tokens, step)
    if second is None or second.unit or second.currency or not second.number.digits or second.value > 1000:
        return None
    before = {low_at(tokens, back) for back in range(max(0, at - 5), at)}
    votes = before & {"vote", "voted", "votes", "voting", "passed", "approved", "rejected", "by"}
    if joint == "to" and not (votes and noun_phrase(tokens, second.end) is None):
        return None
    if joint == "-" and not (_is_score_like(tokens, at, first, second) or second.value <= first.value):
        return None
    return Draft(at, second.end, FigureKind.SCORE, first.value, "", high=second.value)


def _single(
    tokens: list[Token], found: Operand, *, currency: str | None = None, plain: str = ""
) -> Draft | None:
    """One amount by the strongest sign of what it is: currency, unit, age, compound, noun."""
    sign = found.currency or currency
    if sign is not None:
        return _money(tokens, found, found.unit.name if found.unit else sign)
    if (age := _age(tokens, found)) is not None:
        return age
    if found.unit is not None:
        return _measure(tokens, found, found.unit)
    if (compound := _compound(tokens, found)) is not None:
        return compound
    return _count(tokens, found, ranged=bool(plain))


def _money(tokens: list[Token], found: Operand, currency: str) -> Draft:
    unit, end = _per(tokens, currency, found.end)
    draft = Draft(found.first, end, FigureKind.MONEY, found.value, unit)
    _add_counted(tokens, draft)
    return draft


def _per(tokens: list[Token], unit: str, end: int) -> tuple[str, int]:
    rate = per_at(tokens, end)
    return (f"{unit} per {rate[0]}", rate[1]) if rate else (unit, end)


# ways in which an amount names what it is for: "$5 million in damages", "$1bn worth of shares"
_LINKS = {("in",): 1, ("worth", "of"): 2, ("'s", "worth", "of"): 3, ("-", "worth", "of"): 3}


def _add_counted(tokens: list[Token], draft: Draft) -> None:
    """The noun phrase behind an amount, with or without "of"."""
    step = draft.end
    if low_at(tokens, step) in HYPHENS and glued(tokens, step):
        if low_at(tokens, step + 1) in {"plus", "a", "strong"} or not glued(tokens, step + 1):
            return
        step += 1
    phrase = of_phrase(tokens, step, determiner=True)
    if phrase is None:
        for words, size in _LINKS.items():
            if tuple(low_at(tokens, step + k) for k in range(size)) == words:
                phrase = _lower(tokens, noun_phrase(tokens, step + size))
    if phrase is None:
        phrase = _lower(tokens, noun_phrase(tokens, step)) if not _bracketed(tokens, step) else None
    if phrase is not None:
        phrase = with_complement(tokens, phrase)
        draft.counts, draft.end = (phrase.first, phrase.end), phrase.end


def _lower(tokens: list[Token], phrase: NounPhrase | None) -> NounPhrase | None:
    """A phrase whose head is a common noun, so that "in Paris" and "million Tuesday" are none."""
    if phrase is None or tokens[phrase.end - 1].text[:1].isupper() or kind_of(phrase.head):
        return None
    return phrase


def _bracketed(tokens: list[Token], at: int) -> bool:
    return at >= len(tokens) or tokens[at].kind != WORD


def _measure(tokens: list[Token], found: Operand, unit: Unit) -> Draft | None:
    end, value, name = unit.end, found.value, unit.name
    if name in {"foot", "pound-mass"} and (more := _smaller(tokens, end, name)) is not None:
        value, end = value + more[0], more[1]
    name, end = _per(tokens, name, end)
    if low_at(tokens, end) == "below" and low_at(tokens, end + 1) in {"zero", "freezing"} and value > 0:
        value, end = -value, end + 2
    draft = Draft(found.first, end, unit.kind, value, name)
    if name == "second" and not found.number.digits and low_at(tokens, found.number.end) == "second":
        return None  # "one second ..." is rarely time, "three second homes" never
    _add_counted(tokens, draft)
    return draft


def _smaller(tokens: list[Token], at: int, name: str) -> tuple[float, int] | None:
    """ "5 feet 11 inches", "6ft 2in", "6-foot-2": the rest in feet, and the index after it."""
    step = at + 1 if low_at(tokens, at) in HYPHENS and glued(tokens, at) else at
    if step >= len(tokens) or tokens[step].kind not in {NUM, WORD}:
        return None
    number = read(tokens, step)
    if number is None or number.value >= 16:
        return None
    unit = unit_at(tokens, number.end, digits=number.digits)
    if unit is not None and (name, unit.name) in {("foot", "inch"), ("pound-mass", "ounce")}:
        return number.value / (12 if name == "foot" else 16), unit.end
    if name == "foot" and unit is None and step > at and number.value < 12:
        return number.value / 12, number.end
    return None


_AGE_LEADS = frozenset("aged age ages turned turns turning".split())


def _age(tokens: list[Token], found: Operand) -> Draft | None:
    """ "45-year-old", "aged 45", "45 years old", "who is 45"; None when it is no age of 0-125."""
    if not 0 <= found.value <= 125 and (found.unit is None or found.unit.name != "year"):
        return None
    at = found.first
    if found.unit is not None:
        if found.unit.name not in {"year", "month", "week", "day"}:
            return None
        step = found.end + 1 if low_at(tokens, found.end) in HYPHENS else found.end
        of_age = low_at(tokens, step) == "of" and low_at(tokens, step + 1) == "age"
        if low_at(tokens, step) not in {"old", "olds"} and not of_age:
            return None
        end = step + 2 if of_age else step + 1
        phrase = noun_phrase(tokens, end)
        counts = (phrase.first, phrase.end) if phrase else None
        return Draft(at, end, FigureKind.AGE, found.value, f"{found.unit.name} of age", counts=counts)
    lead = low_at(tokens, at - 1)
    bare = not _goes_on(tokens, found.end)
    if lead in _AGE_LEADS and (bare or lead == "aged"):
        return Draft(at, found.end, FigureKind.AGE, found.value, "year of age")
    if lead == "of" and low_at(tokens, at - 2) == "age":
        return Draft(at, found.end, FigureKind.AGE, found.value, "year of age")
    if lead in {"is", "was"} and low_at(tokens, at - 2) == "who" and _closed(tokens, found.end):
        return Draft(at, found.end, FigureKind.AGE, found.value, "year of age")
    if (
        found.number.digits
        and 0 < found.value <= 110
        and found.value == int(found.value)
        and _in_apposition(tokens, at, found.end)
    ):
        return Draft(at, found.end, FigureKind.AGE, found.value, "year of age")
    return None


def _in_apposition(tokens: list[Token], at: int, end: int) -> bool:
    """ "Mara Lindt, 45, said": a name, a comma, the number, a comma or a full stop."""
    if low_at(tokens, at - 1) != "," or at < 2 or tokens[at - 2].kind != WORD:
        return False
    before = tokens[at - 2].text
    if (
        not before[:1].isupper()
        or not _closed(tokens, end)
        or len(tokens[at].text) > 2 + (tokens[at].text[:1] == "1")
    ):
        return False
    closing = low_at(tokens, end)
    return closing in {",", ";", "–", "—"} or (
        closing in {".", ""} and at >= 3 and tokens[at - 3].text[:1].isupper()
    )


def _closed(tokens: list[Token], at: int) -> bool:
    return at >= len(tokens) or tokens[at].text in ',.;)–—:!?”"'


def _goes_on(tokens: list[Token], at: int) -> bool:
    return at < len(tokens) and tokens[at].kind == WORD and not is_stop(tokens[at].low)


_NO_COMPOUND = frozenset(
    "and to or plus one up off odd something somethings way minute nil all fold time".split()
)


def _compound(tokens: list[Token], found: Operand) -> Draft | None:
    """ "15-member bloc": a hyphen, a noun, and the noun phrase it stands before."""
    step = found.end
    if low_at(tokens, step) not in HYPHENS or not glued(tokens, step) or not glued(tokens, step + 1):
        return None
    word = tokens[step + 1]
    if word.kind != WORD or word.low in _NO_COMPOUND or kind_of(word.low) or word.text[:1].isupper():
        return None
    phrase = noun_phrase(tokens, step + 1)
    end = phrase.end if phrase else step + 2
    return Draft(found.first, end, FigureKind.COUNT, found.value, singular(word.low), counts=(step + 1, end))


_ONE_NOT = frozenset("day thing more another time way hand side off person's".split())
_ONE_LEADS = frozenset(
    "no any every this that the each which some only another first last next new good big other such what these those "
    "a an number day his her its their my our your not just".split()
)


def _count(tokens: list[Token], found: Operand, *, ranged: bool) -> Draft | None:
    """A number and the noun it counts; bare digits and "four were hurt" without one."""
    number, at = found.number, found.first
    lead = low_at(tokens, at - 1)
    step = found.end
    if low_at(tokens, step) in {"more", "further", "additional", "extra"}:
        step += 1
    phrase = noun_phrase(tokens, step) or _of_them(tokens, step)
    is_one = number.value == 1 and not number.digits
    if is_one and (
        phrase is None or phrase.plural or lead in _ONE_LEADS or tokens[phrase.first].low in _ONE_NOT
    ):
        return None
    if phrase is not None and not phrase.plural and not is_one:
        phrase = _modifier(tokens, phrase, number)
    small = number.value < 4 and not number.digits
    if phrase is None:
        return _uncounted(tokens, found, small=small, ranged=ranged)
    full = with_complement(tokens, phrase)
    unit = tokens[phrase.first].low if not phrase.plural and not is_one else phrase.head
    counts = (full.first, full.end)
    return Draft(at, full.end, FigureKind.COUNT, found.value, unit, counts=counts, small=small)


def _of_them(tokens: list[Token], at: int) -> NounPhrase | None:
    """ "11 of the 14 columns", "four of the last five budgets": the plural behind the "of"."""
    if low_at(tokens, at) != "of":
        return None
    for step in range(at + 1, min(at + 7, len(tokens))):
        if tokens[step].kind == NUM or kind_of(tokens[step].low) in {"unit", "ten"}:
            number = read(tokens, step)
            return noun_phrase(tokens, number.end) if number else None
        if tokens[step].kind != WORD:
            return None
    return of_phrase(tokens, at, determiner=True)


def _modifier(tokens: list[Token], phrase: NounPhrase, number: Number) -> NounPhrase | None:
    """A singular behind a larger number: "the 12 page document" counts pages; anything else is no noun."""
    first = tokens[phrase.first]
    if not number.digits or first.text != first.low or first.low.endswith(("ly", "ed", "ing")):
        return None
    return phrase


_LIVE = frozenset(
    "were was are is have had has died remain remained remains did do will would could could can".split()
)


def _uncounted(tokens: list[Token], found: Operand, *, small: bool, ranged: bool) -> Draft | None:
    """Numbers without a noun: digits, "four were hurt", "six of them"."""
    number, at = found.number, found.first
    after = low_at(tokens, found.end)
    if low_at(tokens, found.end) == "of" and low_at(tokens, found.end + 1) in {
        "them",
        "those",
        "whom",
        "which",
        "us",
    }:
        return (
            None
            if number.value == 1
            else Draft(at, found.end + 2, FigureKind.COUNT, found.value, "", small=small)
        )
    if number.digits:
        return Draft(at, found.end, FigureKind.COUNT, found.value, "", small=number.value < 10)
    if ranged or number.value >= 10 or (number.value > 1 and after in _LIVE):
        return Draft(at, found.end, FigureKind.COUNT, found.value, "", small=small)
    return None
