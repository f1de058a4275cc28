"""Plain amounts by what they are: money, percent, measures, durations, ages, compounds, counts."""

from __future__ import annotations

from bot.extract.counted import NounPhrase, is_stop, noun_phrase, of_phrase, singular, with_complement
from bot.extract.figure_operands import Operand
from bot.extract.figure_shapes import Draft
from bot.extract.figure_tokens import HYPHENS, NUM, WORD, Token, glued, low_at
from bot.extract.figure_words import word_set
from bot.extract.numbers import kind_of, read
from bot.extract.units import Unit, per_at, unit_at
from bot.types import FigureKind


def single(
    tokens: list[Token], found: Operand, *, currency: str | None = None, ranged: bool = False
) -> Draft | None:
    """One amount by the strongest sign of what it is: currency, unit, age, compound, noun."""
    draft = _by_kind(tokens, found, found.currency or currency, ranged=ranged)
    plus = found.number.end
    if draft is not None and low_at(tokens, plus) == "+" and glued(tokens, plus):
        draft.approximate, draft.end = (plus, plus + 1), max(draft.end, plus + 1)  # "300+ guests"
    return draft


def _by_kind(tokens: list[Token], found: Operand, sign: str | None, *, ranged: bool) -> Draft | None:
    if sign is not None:
        return _money(tokens, found, found.unit.name if found.unit else sign)
    if (age := _age(tokens, found)) is not None:
        return age
    if found.unit is not None:
        return None if _is_idle(tokens, found) else _measure(tokens, found, found.unit)
    if low_at(tokens, found.first - 1) == "magnitude":
        quake = _measure(tokens, found, Unit("magnitude", FigureKind.MEASURE, found.end))
        quake.first -= 1
        return quake
    if (compound := _compound(tokens, found)) is not None:
        return compound
    return _count(tokens, found, ranged=ranged)


def _is_idle(tokens: list[Token], found: Operand) -> bool:
    """Words that look like a length of time: "One day they will ...", "two second homes"."""
    noun = low_at(tokens, found.number.end)
    if found.number.digits:
        return False
    told = low_at(tokens, found.first - 1) in word_set("one_day_leads")
    after = low_at(tokens, found.end) in {"after", "before", "later", "earlier", "of", "ago", "a"}
    return noun == "second" or (found.value == 1 and noun in {"day", "night"} and not (told or after))


def _money(tokens: list[Token], found: Operand, currency: str) -> Draft:
    unit, end = _per(tokens, currency, found.end)
    draft = Draft(found.first, end, FigureKind.MONEY, found.value, unit)
    _add_counted(tokens, draft)
    if draft.counts is None:
        draft.counts = _before_of(tokens, found.first)  # "a fine of $500"
    return draft


def _per(tokens: list[Token], unit: str, end: int) -> tuple[str, int]:
    rate = per_at(tokens, end)
    return (f"{unit} per {rate[0]}", rate[1]) if rate else (unit, end)


# ways in which an amount names what it is for: "$5 million in damages", "$1bn worth of shares"
_LINKS = (("in",), ("for",), ("worth", "of"), ("-", "worth", "of"))


def _add_counted(tokens: list[Token], draft: Draft) -> None:
    """The noun phrase behind an amount, with or without "of"."""
    step = draft.end
    hyphen = low_at(tokens, step) in HYPHENS and glued(tokens, step)
    if hyphen:
        if low_at(tokens, step + 1) in {"plus", "a", "strong"} or not glued(tokens, step + 1):
            return
        step += 1
    phrase = of_phrase(tokens, step, determiner=True)
    if phrase is None and draft.kind is FigureKind.MONEY:
        phrase = _linked(tokens, step)
    if low_at(tokens, step) in word_set("directions"):
        return  # "60 km north of Belmar"
    verb = draft.kind is FigureKind.PERCENT and low_at(tokens, step) in word_set("opinion_verbs")
    if phrase is None and not verb and (hyphen or not _is_plural_unit(tokens, draft)):
        phrase = _lower(tokens, noun_phrase(tokens, step))
    if phrase is not None:
        phrase = with_complement(tokens, phrase)
        draft.counts, draft.end = (phrase.first, phrase.end), phrase.end


def _linked(tokens: list[Token], at: int) -> NounPhrase | None:
    """ "in damages", "worth of shares"."""
    for words in _LINKS:
        if tuple(low_at(tokens, at + k) for k in range(len(words))) == words:
            phrase = _lower(tokens, noun_phrase(tokens, at + len(words)))
            if words == ("for",) and phrase is not None:  # "for repairs", not "for years"
                timed = unit_at(tokens, phrase.end - 1, digits=False)
                return phrase if phrase.plural and timed is None else None
            return phrase
    return None


def _is_plural_unit(tokens: list[Token], draft: Draft) -> bool:
    """ "three years pregnant", "ten miles north": a plural unit is no modifier of what follows."""
    printed = low_at(tokens, draft.end - 1)
    plural = (printed.endswith("s") and len(printed) > 3) or " per " in draft.unit
    return draft.kind not in {FigureKind.MONEY, FigureKind.PERCENT} and plural


def _lower(tokens: list[Token], phrase: NounPhrase | None) -> NounPhrase | None:
    """A phrase whose head is a common noun, so that "in Paris" and "million Tuesday" are none."""
    if phrase is None or tokens[phrase.end - 1].text[:1].isupper() or kind_of(phrase.head):
        return None
    return phrase


def _measure(tokens: list[Token], found: Operand, unit: Unit) -> Draft:
    end, value, name = unit.end, found.value, unit.name
    if name in {"foot", "pound-mass"} and (more := _smaller(tokens, end, name)) is not None:
        value, end = value + more[0], more[1]
    name, end = _per(tokens, name, end)
    if low_at(tokens, end) == "below" and low_at(tokens, end + 1) in {"zero", "freezing"} and value > 0:
        value, end = -value, end + 2
    draft = Draft(found.first, end, unit.kind, value, name)
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


def _age(tokens: list[Token], found: Operand) -> Draft | None:
    """ "45-year-old", "aged 45", "45 years old", "who is 45", "Mara Lindt, 45,"; None when it is no age."""
    if found.unit is not None:
        return _age_in_units(tokens, found, found.unit)
    at, number = found.first, found.number
    if not 0 <= found.value <= 125 or number.scale != 1.0:
        return None
    lead, before = low_at(tokens, at - 1), low_at(tokens, at - 2)
    named = (
        (lead in word_set("age_leads") and (lead == "aged" or not _goes_on(tokens, found.end)))
        or (lead == "of" and before == "age")
        or (lead in {"is", "was"} and before in {"who", "he", "she"} and _closed(tokens, found.end))
        or (lead in {"he’s", "she’s", "he's", "she's"} and _closed(tokens, found.end))
        or (lead == "both" and before == "," and number.digits and _closed(tokens, found.end))
    )
    if named:
        return Draft(at, found.end, FigureKind.AGE, found.value, "year of age")
    if number.digits and found.value >= 1 and (name := _in_apposition(tokens, at, found.end)) is not None:
        return Draft(at, found.end, FigureKind.AGE, found.value, "year of age", counts=name)
    return None


def _age_in_units(tokens: list[Token], found: Operand, unit: Unit) -> Draft | None:
    """ "45-year-old mayor", "six months old", "12 years of age"."""
    if unit.name not in {"year", "month", "week", "day"}:
        return None
    step = found.end + 1 if low_at(tokens, found.end) in HYPHENS else found.end
    of_age = low_at(tokens, step) == "of" and low_at(tokens, step + 1) == "age"
    if low_at(tokens, step) not in {"old", "olds"} and not of_age:
        return None
    end = step + 2 if of_age else step + 1
    phrase = noun_phrase(tokens, end)
    counts = (phrase.first, phrase.end) if phrase else None
    return Draft(found.first, end, FigureKind.AGE, found.value, f"{unit.name} of age", counts=counts)


def _in_apposition(tokens: list[Token], at: int, end: int) -> tuple[int, int] | None:
    """ "Mara Lindt, 45, said": the tokens of the name; a name, a comma, the number, a comma or the end."""
    text = tokens[at].text
    if low_at(tokens, at - 1) != "," or at < 2 or not text.isdigit() or len(text) > 2 + (text[:1] == "1"):
        return None
    first = at - 1
    while first > 0 and at - first < 7 and _in_name(tokens, first - 1):
        first -= 1
    closing = low_at(tokens, end)
    full = closing in {",", ";", "–", "—"} or (closing in {".", ""} and at - 1 - first >= 2)
    return (first, at - 1) if first < at - 1 and full else None


def _in_name(tokens: list[Token], at: int) -> bool:
    token = tokens[at]
    return (token.kind == WORD and token.text[:1].isupper()) or (token.text in HYPHENS and glued(tokens, at))


def _closed(tokens: list[Token], at: int) -> bool:
    return at >= len(tokens) or tokens[at].text in ',.;)–—:!?”"'


def _goes_on(tokens: list[Token], at: int) -> bool:
    return at < len(tokens) and tokens[at].kind == WORD and not is_stop(tokens[at].low)


def _compound(tokens: list[Token], found: Operand) -> Draft | None:
    """ "15-member bloc": a hyphen, a noun, and the noun phrase it stands before."""
    step = found.end
    if low_at(tokens, step) not in HYPHENS or not glued(tokens, step) or not glued(tokens, step + 1):
        return None
    word = tokens[step + 1]
    if (
        word.kind != WORD
        or word.low in word_set("no_compound")
        or kind_of(word.low)
        or word.text[:1].isupper()
    ):
        return None
    strong = word.low == "strong"  # "a 12,000-strong workforce"
    phrase = noun_phrase(tokens, step + 1 + strong)
    if phrase is None and strong:
        return None
    first, end = (phrase.first, phrase.end) if phrase is not None else (step + 1, step + 2)
    unit = phrase.head if phrase is not None and strong else singular(word.low)
    kind = FigureKind.MEASURE if unit == "magnitude" else FigureKind.COUNT
    return Draft(found.first, end, kind, found.value, unit, counts=(first, end))


def _count(tokens: list[Token], found: Operand, *, ranged: bool) -> Draft | None:
    """A number and the noun it counts; bare digits and "four were hurt" without one."""
    number, at = found.number, found.first
    step = found.end + (low_at(tokens, found.end) in word_set("more_words"))
    phrase = noun_phrase(tokens, step) or _of_them(tokens, step)
    if number.value == 1 and not number.digits:
        return _one(tokens, found, phrase)
    if phrase is not None and not phrase.plural:
        if number.digits and tokens[phrase.first].text[:1].isupper():
            return None  # "787 Dreamliner", "11 Pro Max": a name
        phrase = _modifier(tokens, phrase, found)
    small = number.value < 4 and not number.digits
    if phrase is None:
        return _uncounted(tokens, found, small=small, ranged=ranged)
    full = with_complement(tokens, phrase)
    counts = (full.first, full.end)
    kind, unit = FigureKind.COUNT, phrase.head if phrase.plural else tokens[phrase.first].low
    last = tokens[phrase.end - 1]
    measured = (
        unit_at(tokens, phrase.end - 1, digits=False) if phrase.plural and last.text == last.low else None
    )
    if measured is not None and measured.kind is not FigureKind.MONEY:  # "517 rushing yards"
        kind, unit = measured.kind, measured.name
    unit, end = _per(tokens, unit, full.end)
    return Draft(at, end, kind, found.value, unit, counts=counts, small=small)


def _one(tokens: list[Token], found: Operand, phrase: NounPhrase | None) -> Draft | None:
    """ "one man", "one proposal"; never the pronoun ("no one", "one of them", "one another")."""
    if phrase is None or phrase.plural or low_at(tokens, found.end) == "of":
        return None
    alone = phrase.end == phrase.first + 1 and tokens[phrase.first].text[:1].isupper()
    if alone or phrase.head.endswith(("ing", "ly")):
        return None  # "one Democratic", "one listing the facts"
    if low_at(tokens, found.first - 1) in word_set("one_leads") or tokens[phrase.first].low in word_set(
        "one_not"
    ):
        return None
    counts = (phrase.first, phrase.end)
    return Draft(
        found.first, phrase.end, FigureKind.COUNT, found.value, phrase.head, counts=counts, small=True
    )


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


def _modifier(tokens: list[Token], phrase: NounPhrase, found: Operand) -> NounPhrase | None:
    """A singular behind a larger number: "the 12 page document", "a three course meal"; else no noun."""
    first = tokens[phrase.first]
    modifies = found.number.digits or low_at(tokens, found.first - 1) in {"a", "an"}
    if not modifies or first.text != first.low or first.low.endswith(("ly", "ed", "ing")):
        return None
    return phrase


def _uncounted(tokens: list[Token], found: Operand, *, small: bool, ranged: bool) -> Draft | None:
    """Numbers without a noun: digits, "four were hurt", "six of them"."""
    number, at = found.number, found.first
    after = low_at(tokens, found.end)
    if after == "of" and low_at(tokens, found.end + 1) in {"them", "those", "whom", "which", "us"}:
        return Draft(at, found.end + 2, FigureKind.COUNT, found.value, "", small=small)
    if number.digits:
        counts = _before_of(tokens, at)
        return Draft(at, found.end, FigureKind.COUNT, found.value, "", counts=counts, small=number.value < 10)
    if low_at(tokens, at - 1) in {"you", "we", "us", "they"}:
        return None  # "you two"
    if ranged or number.value >= 10 or after in word_set("live"):
        return Draft(at, found.end, FigureKind.COUNT, found.value, "", small=small)
    return None


def _before_of(tokens: list[Token], at: int) -> tuple[int, int] | None:
    """ "a population of 3.2 million", "a crowd of about 500": the noun before the "of"."""
    step = at - 1
    while step > 0 and low_at(tokens, step) in word_set("bounding"):
        step -= 1
    if low_at(tokens, step) != "of" or step == 0 or tokens[step - 1].kind != WORD:
        return None
    noun = tokens[step - 1]
    plain = noun.text == noun.low and not is_stop(noun.low) and not kind_of(noun.low) and len(noun.low) > 3
    return (step - 1, step) if plain and noun.low not in {"total", "average", "record"} else None
