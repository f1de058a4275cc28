"""Tokens of a sentence with their offsets, and what a page knows about its own words.

Splits as the training corpora do (possessive ``'s`` apart, "U.S." and "al-Khazali" whole); written
words change only in their marks, never in length, so that offsets stay those of ``Article.text``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from bot.types import Span

# What is looked at, at most: a 5 MB page costs no more than a long read. 15,000 tokens are about
# 13,000 words, twice the longest live blog of the development corpora.
LIMIT_TOKENS = 15_000
LIMIT_SENTENCE_CHARS = 6_000

_TOKEN = re.compile(
    r"(?:[A-Z]\.){2,}(?:[-\u2011][A-Za-z]+)*"  # U.S., U.S.-led
    r"|(?:Mr|Mrs|Ms|Mx|Dr|Gen|Sen|Sens|Rep|Reps|Gov|Lt|Col|Capt|Sgt|Maj|Adm|Cpl|Brig|St|Jr|Sr|Inc|Corp|Co"
    r"|Ltd|Prof|Rev|Hon|Del|No|vs|REP|SEN|GOV|DR|MR|MRS|MS|GEN|Calif|Fla|Mass|Conn|Wis|Mich|Minn|Tenn|Jan|Feb|Aug|Sept|Oct|Nov|Dec)\."
    r"|[A-Z]\.(?=\s?[A-Z])"  # an initial
    r"|[^\W\d_](?:[^\W\d_]|[\u200b-\u200d\u2060\ufeff\u00ad])*(?:['\u2019](?!s\b|S\b)[^\W\d_]+)*"
    r"(?:[-\u2011&][^\W_]+(?:['\u2019](?!s\b)[^\W\d_]+)*)*"
    r"|[$\u20ac\u00a3]?\d[\d,.]*\d(?:[-\u2011][A-Za-z]+)*|\d+(?:[-\u2011][A-Za-z]+)*(?:%|st|nd|rd|th)?"
    r"|['\u2019][sS]\b|--|\.\.\.|\S"
)
_STRAIGHT = str.maketrans({
    "\u2019": "'", "\u2018": "'", "\u00b4": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-",
    "\u2011": "-", "\u00a0": " ",
})  # fmt: skip
# an Arabic or Irish prefix that is written small before the capital: "al-Khazali", "d'Estaing"
# "Iranian-backed", "U.S.-led": an adjective, however it begins
_ADJECTIVE = re.compile(
    r"-[a-z]+(?:ed|led|run|born|style|era|based|owned|made|wide|year|old|like|held|bound|speaking)$"
)
_SMALL_PREFIX = re.compile(r"(?:al|el|as|ad|ar|an|ash|at|az|ul|ed|es|bin|ibn|abu|d|l|t|o)[-'][A-Z]")


class Token(NamedTuple):
    """``text`` has straight marks and the length of [start, end) of the body."""

    text: str
    start: int
    end: int


def tokenise(text: str, within: Span) -> list[Token]:
    """Tokens of one sentence; only its first ``LIMIT_SENTENCE_CHARS`` are looked at."""
    end = min(within.end, within.start + LIMIT_SENTENCE_CHARS)
    straight = text[within.start : end].translate(_STRAIGHT)
    first = within.start
    return [Token(m[0], first + m.start(), first + m.end()) for m in _TOKEN.finditer(straight)]


def tokenised(text: str, sentences: Iterable[Span]) -> list[list[Token]]:
    """Tokens of each sentence until ``LIMIT_TOKENS`` are spent; later sentences get none."""
    spent = 0
    out: list[list[Token]] = []
    for sentence in sentences:
        if spent >= LIMIT_TOKENS:
            break
        tokens = tokenise(text, sentence)
        spent += len(tokens)
        out.append(tokens)
    return out


@cache
def is_prefixed(word: str) -> bool:
    return _SMALL_PREFIX.match(word) is not None


def is_name_like(word: str) -> bool:
    """Begins as a name does: a capital, or a small prefix before one."""
    if word[:1].isupper():
        return not word[-1:].islower() or "-" not in word or _ADJECTIVE.search(word) is None
    return word[:1].islower() and ("-" in word or "'" in word) and is_prefixed(word)


def is_shouting(words: Sequence[str]) -> bool:
    """A headline or a line in capitals: capital letters tell nothing there."""
    lettered = [word for word in words if word[:1].isalpha()]
    if len(lettered) < 3:
        return False
    capital = sum(1 for word in lettered if word[:1].isupper())
    return capital > 0.7 * len(lettered)


class PageWords:
    """Which words of the page stand small, and which stand with a capital inside a sentence."""

    def __init__(self, sentences: Iterable[Sequence[str]]) -> None:
        self.small: set[str] = set()
        self.capital: set[str] = set()
        for words in sentences:
            shouting = is_shouting(words)
            for place, word in enumerate(words):
                if word[:1].islower():
                    self.small.add(word)
                elif place and word[:1].isupper() and not shouting:
                    self.capital.add(word.lower())
