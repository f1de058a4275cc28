"""Numbers that are no figures: dates, years, times, phone numbers, ordinals, list and section numbers,
model and road numbers, numbers inside names.

``blocked`` marks tokens; a reader of figures never begins on a marked one.
"""

from __future__ import annotations

from functools import cache

from bot.extract.counted import is_plural, is_stop
from bot.extract.figure_tokens import CUR, HYPHENS, NUM, WORD, Token, glued, low_at
from bot.extract.figure_words import word_set
from bot.extract.lexicon import words
from bot.extract.numbers import digits_value, fraction_sign, kind_of
from bot.extract.units import unit_at

_ORDINAL_ENDS = frozenset({"st", "nd", "rd", "th"})
# before a year; "of" and "the" too ("the summer of 2011", "the 2003 invasion")


@cache
def _designators() -> frozenset[str]:
    return words("designators.txt")


def blocked(tokens: list[Token], *, opens_paragraph: bool) -> bytearray:
    """One byte a token: 1 where a number stands that is no figure. Linear in the tokens."""
    marks = bytearray(len(tokens))
    for at, token in enumerate(tokens):
        if token.kind == NUM and not marks[at]:
            end = _trap_end(tokens, at, opens_paragraph=opens_paragraph)
            for step in range(at, end):
                marks[step] = 1
        elif token.kind == WORD and kind_of(token.low) and _is_name_word(tokens, at):
            marks[at] = 1
    return marks


def _trap_end(tokens: list[Token], at: int, *, opens_paragraph: bool) -> int:
    """Index after the trap that begins at number token ``at``; ``at`` itself when it is none."""
    if end := _chain(tokens, at):
        return end
    if _is_clock(tokens, at):
        return at + 1
    if _is_day(tokens, at):
        return _name_end(tokens, at)
    if _is_identifier(tokens, at):
        return at + 1
    if opens_paragraph and at == 0 and low_at(tokens, 1) in {".", ")"} and glued(tokens, 1):
        return 1
    if _is_glued_word(tokens, at) or _is_tail_of_word(tokens, at):
        return at + 1
    if is_year(tokens, at):
        return at + 1
    return _name_end(tokens, at) if _is_designated(tokens, at) else at


def _name_end(tokens: list[Token], at: int) -> int:
    """After "ISO 3888" the "-2" belongs to the name too."""
    more = low_at(tokens, at + 1) in HYPHENS and glued(tokens, at + 1) and glued(tokens, at + 2)
    return at + 3 if more and tokens[at + 2].kind == NUM else at + 1


def is_tally(tokens: list[Token]) -> bool:
    """A line of a printed table: "Shots 27 9", "18+", "Possession 68% 32%"."""
    numbers = sum(token.kind == NUM for token in tokens)
    letters = sum(token.kind == WORD for token in tokens)
    if letters == 0:
        return not any(token.kind == CUR or token.text == "%" for token in tokens)
    loose = any(token.text in ",;.?!“”" for token in tokens)
    return numbers >= 2 and letters <= 3 and len(tokens) <= 8 and not loose


def _chain(tokens: list[Token], at: int) -> int:
    """Numbers joined by ":", "/" or two hyphens or full stops: times, dates, phone numbers, versions."""
    end, joints, sign = at + 1, 0, ""
    while (
        end + 1 < len(tokens)
        and tokens[end].text in ":/.-‐‑–+("
        and tokens[end + 1].kind == NUM
        and glued(tokens, end)
        and glued(tokens, end + 1)
    ):
        sign, joints, end = sign + tokens[end].text, joints + 1, end + 2
    if joints == 0:
        return _phone_end(tokens, at)
    if joints == 1 and sign == "/":
        return 0 if _is_printed_fraction(tokens, at) else end
    if joints == 1 and sign in HYPHENS:
        return end if _is_phone_pair(tokens, at) or _is_season(tokens, at) else 0
    if joints == 1 and sign == "+":
        return 0
    return end


def _is_printed_fraction(tokens: list[Token], at: int) -> bool:
    """ "3/4 of", "1/2 mile": proper, and something is measured with it."""
    top, bottom = tokens[at].text, tokens[at + 2].text
    if not (
        top.isdigit() and bottom.isdigit() and len(top) <= len(bottom) <= 3 and 0 < int(top) < int(bottom)
    ):
        return False
    return low_at(tokens, at + 3) == "of" or unit_at(tokens, at + 3, digits=False) is not None


def _is_phone_pair(tokens: list[Token], at: int) -> bool:
    first, second = tokens[at].text, tokens[at + 2].text
    return (
        len(second) == 4
        and len(first) in {3, 4}
        and first.isdigit()
        and not is_year_text(first)
        and second[0] != "2"
    )


def _is_season(tokens: list[Token], at: int) -> bool:
    """ "2018-19", "2007-2010": years, not a range of things."""
    first, second = tokens[at].text, tokens[at + 2].text
    return is_year_text(first) and second.isdigit() and (len(second) == 2 or is_year_text(second))


def _phone_end(tokens: list[Token], at: int) -> int:
    """ "+44 20 7946 0958", "(555) 123-4567": index after it, 0 when it is none."""
    plus = at > 0 and tokens[at - 1].text == "+" and glued(tokens, at)
    bracket = (
        at > 0
        and tokens[at - 1].text == "("
        and low_at(tokens, at + 1) == ")"
        and len(tokens[at].text) in {3, 4, 5}
    )
    end = at + 1
    if plus and tokens[at].text.isdigit():
        while end < len(tokens) and (tokens[end].kind == NUM or tokens[end].text in "()-"):
            end += 1
        return end if end - at >= 3 else 0
    if bracket and end + 1 < len(tokens) and tokens[end + 1].kind == NUM and len(tokens[end + 1].text) >= 3:
        end += 2
        while end < len(tokens) and (
            tokens[end].kind == NUM or (tokens[end].text in HYPHENS and glued(tokens, end))
        ):
            end += 1
        return end if end - at >= 4 else 0
    return 0


def _is_clock(tokens: list[Token], at: int) -> bool:
    return low_at(tokens, at + 1) in word_set("time_after") and digits_value(tokens[at].text) <= 2400


def _is_day(tokens: list[Token], at: int) -> bool:
    """ "May 5", "5 May", "5 of May": the day of a month."""
    if not tokens[at].text.isdigit() or not 0 < len(tokens[at].text) <= 2 or int(tokens[at].text) > 31:
        return False
    before, step = low_at(tokens, at - 1), at - 1
    if before == "." or (before == "," and low_at(tokens, at + 1) == ","):
        before, step = low_at(tokens, at - 2), at - 2
    if before in word_set("months") and tokens[step].text[:1].isupper():
        return not (step + 1 == at and before == "may" and _goes_on_as_count(tokens, at))
    after = at + 2 if low_at(tokens, at + 1) == "of" else at + 1
    if low_at(tokens, after) in {*HYPHENS, "and", "to"} and low_at(tokens, after + 1).isdigit():
        after += 2  # "5-7 May", "5 and 7 May"
    return low_at(tokens, after) in word_set("months") and tokens[after].text[:1].isupper()


def _is_identifier(tokens: list[Token], at: int) -> bool:
    """Ten bare digits and more, and the emergency numbers: "they called 911"."""
    text = tokens[at].text
    if text in {"911", "999", "112"}:
        beside = {low_at(tokens, at - 1), low_at(tokens, at + 1)}
        return bool(beside & word_set("emergency_words"))
    return len(text) >= 10 and text.isdigit() and not _measured(tokens, at) and low_at(tokens, at - 1) != "$"


def _goes_on_as_count(tokens: list[Token], at: int) -> bool:
    return is_plural(low_at(tokens, at + 1)) and not is_stop(low_at(tokens, at + 1))


def _is_glued_word(tokens: list[Token], at: int) -> bool:
    """Letters glued behind the digits that are no unit: "3rd", "1990s", "9AB8", "5G", "4K"."""
    if not glued(tokens, at + 1) or tokens[at + 1].kind != WORD:
        return False
    tail = tokens[at + 1]
    if fraction_sign(tail.text) is not None:  # "2½"
        return False
    if tail.low in _ORDINAL_ENDS or tail.low == "s":
        return True
    if kind_of(tail.low) in {"letter", "short"}:
        return (
            tail.text == "K"
            and tokens[at].text in {"2", "4", "5", "8", "10"}
            and low_at(tokens, at - 1) != "$"
        )
    return unit_at(tokens, at + 1, digits=True) is None or (
        tail.text in {"C", "F", "V", "J", "L"} and at > 0 and _upper(tokens, at)
    )


def _upper(tokens: list[Token], at: int) -> bool:
    return tokens[at - 1].kind == WORD and tokens[at - 1].text[:1].isupper()


def _is_tail_of_word(tokens: list[Token], at: int) -> bool:
    """ "COVID-19", "under-21", "#3", "@7", "'90s": glued behind a word or a sign of a name."""
    if not glued(tokens, at):
        return False
    before = tokens[at - 1]
    if before.text in {"#", "@", "/", "_", "№"}:
        return True
    if before.text in {"'", "’"} and len(tokens[at].text) == 2:
        return not glued(tokens, at - 1) and low_at(tokens, at + 1) == "s"
    if before.text not in {*HYPHENS, "."} or not glued(tokens, at - 1):
        return before.kind == WORD
    return tokens[at - 2].kind == WORD and tokens[at - 2].low != "to" and not kind_of(tokens[at - 2].low)


def is_year_text(text: str) -> bool:
    return len(text) == 4 and text.isdigit() and "1500" <= text <= "2099"


def is_year(tokens: list[Token], at: int) -> bool:
    """A bare four-digit number that is a year where it stands: no currency, unit or counted plural."""
    text = tokens[at].text
    if len(text) != 4 or not text.isdigit() or (at > 0 and tokens[at - 1].kind == "cur"):
        return False
    lead = low_at(tokens, at - 1)
    after = low_at(tokens, at + 1)
    if lead in {"ad", "a.d.", "bc", "circa"} or after in {"ad", "bc", "bce", "ce", "a.d.", "b.c."}:
        return True
    if not is_year_text(text):
        return "1000" <= text < "1500" and lead in word_set("old_year_leads") and not _counts_on(tokens, at)
    if lead in {"average", "of"} and text.endswith("00") and text < "1600":
        return False
    if (
        lead in word_set("year_leads")
        or lead in word_set("months")
        or low_at(tokens, at - 2) in word_set("months")
    ):
        return not (after in word_set("year_units") or _has_unit(tokens, at + 1)) or lead in {"in", "since"}
    if not text.endswith("0") and "1900" <= text <= "2035" and after not in word_set("year_units"):
        return not _has_unit(tokens, at + 1)
    owner = low_at(tokens, at - 1).endswith(("'s", "’s")) or (at > 1 and _upper(tokens, at))
    return not _counts_on(tokens, at) or (owner and "1900" <= text <= "2035")


def _has_unit(tokens: list[Token], at: int) -> bool:
    unit = unit_at(tokens, at, digits=True)
    return unit is not None or low_at(tokens, at) in {"million", "billion", "percent"}


def _counts_on(tokens: list[Token], at: int) -> bool:
    after = at + 1
    if after >= len(tokens):
        return False
    word = tokens[after]
    plain = word.kind == WORD and word.low == word.text and is_plural(word.low) and not is_stop(word.low)
    return plain or word.low in word_set("year_units") or _has_unit(tokens, after)


def _is_designated(tokens: list[Token], at: int) -> bool:
    """ "Section 427", "page 12", "iPhone 14 Pro", "S&P 500": the number names something."""
    step = at - 1
    stopped = low_at(tokens, step) == "." and glued(tokens, step)
    if stopped:
        step -= 1
    if step < 0 or tokens[step].kind != WORD or _is_compound(tokens, at) or _measured(tokens, at):
        return False
    lead = tokens[step]
    if lead.low in _designators():
        # "no 12 people", "the group 20 strong": these name a number only with a capital or a full stop
        return stopped or lead.text != lead.low or lead.low not in word_set("shy_designators")
    if len(lead.text) == 1 and lead.text.isupper() and lead.text not in "AI":
        return True
    if lead.text == lead.low or is_stop(lead.low) or kind_of(lead.low) or _starts(tokens, step):
        return False
    return lead.low not in word_set("months") and not _counts_on(tokens, at)


def _is_compound(tokens: list[Token], at: int) -> bool:
    """ "Iraq's 15-member bloc": a hyphen and a plain word follow."""
    return low_at(tokens, at + 1) in HYPHENS and glued(tokens, at + 1) and _goes_on_low(tokens, at + 2)


def _measured(tokens: list[Token], at: int) -> bool:
    return _has_unit(tokens, at + 1) or bool(kind_of(low_at(tokens, at + 1)))


def _starts(tokens: list[Token], at: int) -> bool:
    """The word opens the sentence or stands behind an opening mark: its capital says nothing."""
    return at == 0 or tokens[at - 1].text in "“\"‘'—–:("


def _goes_on_low(tokens: list[Token], at: int) -> bool:
    """A plain word follows that could be counted."""
    if at >= len(tokens) or tokens[at].kind != WORD:
        return False
    word = tokens[at]
    return word.text == word.low and not is_stop(word.low)


def _is_name_word(tokens: list[Token], at: int) -> bool:
    """A capital number word inside a sentence ("the Kick Six", "Big Three", "Group of Seven")."""
    token, before = tokens[at], tokens[at - 1]
    if glued(tokens, at) and before.text in HYPHENS and glued(tokens, at - 1):
        joined = tokens[at - 2]  # "production-four-door"; "twenty-one" and "5-to-ten" are numbers
        return joined.kind == WORD and joined.low != "to" and not kind_of(joined.low)
    if token.text == token.low or token.text.isupper() or _starts(tokens, at):
        return False
    return before.kind == WORD or (before.text in HYPHENS and glued(tokens, at))
