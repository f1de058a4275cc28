"""Ranges, scores and the one way into plain amounts: ``amount``."""

from __future__ import annotations

from bot.extract import figure_shapes as shapes
from bot.extract.counted import noun_phrase
from bot.extract.figure_amounts import single
from bot.extract.figure_operands import Operand, operand
from bot.extract.figure_shapes import Draft
from bot.extract.figure_tokens import HYPHENS, MARK, NUM, WORD, Token, glued, low_at
from bot.extract.figure_words import word_set
from bot.types import FigureKind


def amount(tokens: list[Token], at: int, blocked: bytearray) -> Draft | None:
    """The amount, range or score that begins at token ``at``; None when none does."""
    lead = at + 1 if tokens[at].low in {"from", "between"} and at + 1 < len(tokens) else at
    first = operand(tokens, lead)
    if first is None or _is_blocked(tokens, first, blocked):
        return None
    second, joint = _second(tokens, first, blocked)
    if second is not None:
        ranged = _range(tokens, at, (first, second), joint)
        if ranged is not None:
            return ranged
    if lead != at:  # "from" or "between" without a second amount: the number comes later
        return None
    if first.currency is None and (first.unit is None or first.unit.name == "time"):
        shaped = shapes.one_in(tokens, at, first.number) or shapes.times(tokens, at, first.number)
        if shaped is not None:
            return shaped
        if second is not None and joint == "to" and _is_poll(first, second):
            return Draft(
                at, first.end, FigureKind.PERCENT, first.value, second.unit.name if second.unit else ""
            )
        if second is not None and _is_score(tokens, at, (first, second), joint):
            return Draft(at, second.end, FigureKind.SCORE, first.value, "", high=second.value)
    return single(tokens, first)


def _is_blocked(tokens: list[Token], found: Operand, blocked: bytearray) -> bool:
    step = found.first
    while step < found.number.end - 1 and tokens[step].kind not in {NUM, WORD}:
        step += 1
    return bool(blocked[step] or blocked[found.number.end - 1])


def _second(tokens: list[Token], first: Operand, blocked: bytearray) -> tuple[Operand | None, str]:
    """The amount that is joined to ``first``, and what joins them."""
    joint, step = _joint(tokens, first.end)
    if joint is None or step >= len(tokens) or blocked[step]:
        return None, ""
    second = operand(tokens, step, money=first.currency is not None)
    if second is None or _is_blocked(tokens, second, blocked):
        return None, ""
    return second, joint


def _range(tokens: list[Token], at: int, pair: tuple[Operand, Operand], joint: str) -> Draft | None:
    """ "between X and Y", "from X to Y", "X to Y", "X-Y", "two or three" as one figure; else None."""
    first, second = pair
    ages = low_at(tokens, at - 1) == "of" and low_at(tokens, at - 2) == "ages"
    lead = "between" if ages and joint == "and" else tokens[at].low
    if lead in {"from", "between"} and first.unit is not None and _is_bare(tokens, second):
        draft = single(tokens, first, ranged=True)  # "from 11 minutes to 19"
        if draft is not None and not is_correction(tokens, first.first):
            draft.first, draft.end, draft.high = at, second.end, second.value
            return draft
    if (joint == "and") != (lead == "between") or not _same_measure(first, second):
        return None
    low, high = _shared_scale(first, second), second.value
    adjacent = high == low + 1 and first.unit is None and first.currency is None
    if (joint == "or" and not adjacent) or (high <= low and lead != "from"):
        return None
    level = lead not in {"from", "between"} and _is_change(tokens, at, first)
    if joint == "to" and (level or is_correction(tokens, first.first)):
        return None
    if joint == "-" and _is_score_like(tokens, at, first, second):
        return None
    draft = single(tokens, second, currency=first.currency or second.currency, ranged=True)
    if draft is None:
        return None
    if draft.kind is FigureKind.COUNT and draft.counts is None:
        if not first.number.digits and lead not in {"from", "between"}:
            return None  # "one to one"
        if ages or low_at(tokens, at - 1) in word_set("age_leads"):
            draft.kind, draft.unit = FigureKind.AGE, "year of age"
    draft.first, draft.value, draft.high = at, low, high
    return draft


def _is_bare(tokens: list[Token], found: Operand) -> bool:
    """Neither currency nor unit nor a counted noun: the unit was said before."""
    return found.unit is None and found.currency is None and noun_phrase(tokens, found.end) is None


def is_correction(tokens: list[Token], at: int) -> bool:
    """ "revised from 41", "raised its forecast from 3%": the amount at ``at`` holds no longer."""
    if low_at(tokens, at - 1) != "from":
        return False
    window = []
    for step in range(at - 2, max(-1, at - 12), -1):
        if tokens[step].kind == MARK and tokens[step].text in ",;:.—":
            break
        window.append(tokens[step].low)
    words = frozenset(window)
    if words & word_set("correcting"):
        return True
    return bool(words & word_set("moving")) and bool(words & word_set("estimates"))


def _joint(tokens: list[Token], at: int) -> tuple[str | None, int]:
    """What joins two amounts at token ``at``, and the index of the second."""
    word = low_at(tokens, at)
    if word in {"to", "and", "or"}:
        return word, at + 1
    if word in HYPHENS:
        # "0-to-60", "18- to 24-year-olds"
        if low_at(tokens, at + 1) in {"to", "and", "or"} and glued(tokens, at):
            return low_at(tokens, at + 1), at + (3 if low_at(tokens, at + 2) in HYPHENS else 2)
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
        return second.unit is not None and second.unit.name == first.unit.name
    return not (first.currency and second.unit is not None and second.unit.kind is not FigureKind.MONEY)


def _is_change(tokens: list[Token], at: int, first: Operand) -> bool:
    """ "rose 5 points to 20 points", "increased by $43 to $419": an amount and a new level."""
    own = first.unit is not None or first.currency is not None
    lead = low_at(tokens, at - 1)
    if lead in {"about", "almost", "nearly"}:
        lead = low_at(tokens, at - 2)
    if lead == "by" and first.unit is not None and first.unit.kind is FigureKind.PERCENT:
        return False  # "by 6% to 8%"
    return lead in word_set("change") and (own or lead != "by")


def _is_poll(first: Operand, second: Operand) -> bool:
    """ "52 to 38 percent": two figures, the first one's unit is printed behind the second."""
    percent = second.unit is not None and second.unit.kind is FigureKind.PERCENT
    return percent and second.value < first.value <= 100


def _is_score_like(tokens: list[Token], at: int, first: Operand, second: Operand) -> bool:
    """Two bare numbers with a hyphen and the words of a game or a vote around them."""
    if first.unit or second.unit or first.currency or second.currency or not first.number.digits:
        return False
    after = low_at(tokens, second.end)
    if after in word_set("score_heads"):
        return True
    before = {low_at(tokens, step) for step in range(max(0, at - 4), at)}
    told = bool(before & word_set("score_leads")) or after in {"down", "up", "ahead", "behind"}
    return told and noun_phrase(tokens, second.end) is None


def _is_score(tokens: list[Token], at: int, pair: tuple[Operand, Operand], joint: str) -> bool:
    """ "3-2", "412 to 218", "52-48": two bare numbers of a game or a vote."""
    first, second = pair
    if second.unit or second.currency or not (first.number.digits and second.number.digits):
        return False
    if second.value > 1000:
        return False
    before = {low_at(tokens, back) for back in range(max(0, at - 5), at)}
    if joint == "to":
        return bool(before & word_set("vote_leads")) and noun_phrase(tokens, second.end) is None
    return joint == "-" and (_is_score_like(tokens, at, first, second) or second.value <= first.value)
