"""When a shown name is the right one: shared by quotes and actors of the own corpus."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from bot.text import fold

_TOKEN = re.compile(r"[^\W_]+")
_POSSESSIVE = re.compile(r"'s\b")
# Printed before a name and no part of it.
_TITLES = frozenset(
    {
        "the", "a", "mr", "mrs", "ms", "miss", "dr", "sir", "dame", "lord", "lady", "sen", "rep", "gov",
        "capt", "col", "colonel", "gen", "prof", "president", "mayor", "chairwoman", "chairman", "senator",
        "governor", "judge", "councillor", "cllr", "councilman", "minister",
        "det", "insp", "supt", "sgt", "prince", "princess",
    }
)  # fmt: skip


class Verdict(StrEnum):
    RIGHT = "right"  # the whole name
    PART = "part"  # the same one, by surname or short form
    WRONG = "wrong"  # somebody else
    ABSENT = "absent"


def tokens(name: str) -> tuple[str, ...]:
    """Folded words of a name without titles; "" names give ()."""
    visible = "".join(char for char in name if unicodedata.category(char) != "Cf")
    words = _TOKEN.findall(_POSSESSIVE.sub("", fold(visible)))
    return tuple(word for word in words if word not in _TITLES) or tuple(words)


def judge(shown: str | None, gold: str) -> Verdict:
    """``shown`` against the fullest printed name."""
    if not shown:
        return Verdict.ABSENT
    have, want = set(tokens(shown)), set(tokens(gold))
    if want <= have:
        return Verdict.RIGHT if len(have - want) <= 1 else Verdict.WRONG
    return Verdict.PART if have and have <= want else Verdict.WRONG


def says_one_of(words: str | None, wanted: tuple[str, ...]) -> bool:
    """Whether one of ``wanted`` occurs in ``words``, both folded."""
    return bool(words) and any(fold(one) in fold(words or "") for one in wanted)
