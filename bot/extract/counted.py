"""What a number counts: the noun phrase behind it, found without a tagger.

A phrase runs over adjectives and nouns to its first plural; it stops at function words, finite verbs
and marks. ``head`` is its noun in canonical singular ("troops" -> "troop").
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from bot.extract.figure_tokens import HYPHENS, MARK, NUM, WORD, Token, glued, low_at
from bot.extract.figure_words import word_set
from bot.extract.lexicon import entries, words
from bot.extract.numbers import kind_of

_MOST_WORDS = 7


class NounPhrase(NamedTuple):
    """Tokens [first, end); ``head`` canonical singular of the counted noun; ``plural``: printed as one."""

    first: int
    end: int
    head: str
    plural: bool


@cache
def _irregular() -> dict[str, str]:
    return dict(line.split("\t", 1) for line in entries("figure_plurals.tsv"))


@cache
def _nouns() -> frozenset[str]:
    return frozenset(word for word in words("figure_nouns.txt") if not word.startswith("+"))


@cache
def _compound_plurals() -> frozenset[str]:
    return frozenset(word[1:] for word in words("figure_nouns.txt") if word.startswith("+"))


def is_stop(word: str) -> bool:
    return word in words("figure_stop.txt")


@cache
def _verbs() -> frozenset[str]:
    plain = words("figure_verbs.txt")
    third = {
        f"{verb[:-1]}ies" if verb.endswith("y") and verb[-2] not in "aeo" else f"{verb}s" for verb in plain
    }
    return plain | third | {f"{verb}es" for verb in plain if verb.endswith(("s", "ch", "sh", "x"))}


def bare(word: str) -> str:
    """``word`` without a possessive ending."""
    return word[:-2] if word.endswith(("'s", "’s")) else word


def singular(word: str) -> str:
    """Canonical singular of a counted noun, lower case unless it is a name ("Americans" -> "American")."""
    low = bare(word).lower()
    known = _irregular().get(low)
    if known is not None:
        return known
    if low.endswith("ies") and len(low) > 4:
        return bare(word)[:-3] + "y"
    if low.endswith(("sses", "xes", "zzes", "ches", "shes")):
        return bare(word)[:-2]
    if low.endswith("s") and not low.endswith(("ss", "us", "is")) and len(low) > 3:
        return bare(word)[:-1]
    return bare(word)


def is_plural(word: str) -> bool:
    low = word.lower()
    if low in _irregular():
        return True
    return (
        low.endswith("s") and len(low) > 2 and not low.endswith(("ss", "us", "is", "ics", "ous", "'s", "’s"))
    )


def _is_participle(word: str) -> bool:
    return word.endswith(("ed", "ing")) and len(word) > 4 and word not in _nouns()


def noun_phrase(tokens: list[Token], at: int) -> NounPhrase | None:
    """The noun phrase that begins at token ``at``; None when a function word, verb or mark stands there."""
    end, plural = _extent(tokens, at)
    end = _trimmed(tokens, at, end, plural=plural)
    if end == at:
        return None
    last = tokens[end - 1]
    head = singular(last.text)
    return NounPhrase(
        at, end, head if last.text[:1].isupper() and not last.text.isupper() else head.lower(), plural
    )


def _extent(tokens: list[Token], at: int) -> tuple[int, bool]:
    """Index after the last word that can belong to the phrase, and whether that is a plural."""
    step, count = at, 0
    while step < len(tokens) and count < _MOST_WORDS:
        token = tokens[step]
        if token.kind == MARK:
            after_plural = (
                token.text in "'’" and glued(tokens, step) and low_at(tokens, step - 1).endswith("s")
            )
            if count and token.text in HYPHENS and glued(tokens, step) and glued(tokens, step + 1):
                step += 1
                continue
            if after_plural and not glued(tokens, step + 1) and _goes_on(tokens, step + 1):
                step += 1
                continue
            break
        if not _belongs(tokens, step, count):
            break
        step, count = step + 1, count + 1
        if _is_head(tokens, step - 1):
            return step, True
    return step, False


def _belongs(tokens: list[Token], at: int, count: int) -> bool:
    token = tokens[at]
    if token.kind == NUM:  # "Model 3 sedans"
        return (
            count > 0
            and tokens[at - 1].text[:1].isupper()
            and low_at(tokens, at + 1).islower()
            and "." not in token.text
        )
    if token.kind != WORD:
        return False
    before = low_at(tokens, at - 1) if count else ""
    if before in HYPHENS or (before.endswith("ly") and is_stop(token.low) and _goes_on(tokens, at + 1)):
        return True  # "law-abiding citizens", "laid-off staff", "newly built homes"
    if token.low in {"and", "or"}:
        return count > 0 and _joined(tokens, at)
    country = count > 0 and token.text == "US"
    if (is_stop(token.low) and not country) or kind_of(token.low) in {"unit", "ten", "hundred", "scale"}:
        return False
    verbal = token.low in _verbs() or (_is_participle(token.low) and not _before_noun(tokens, at))
    return not (count and verbal)


def _before_noun(tokens: list[Token], at: int) -> bool:
    """A participle inside a phrase: a noun follows at once ("12 newly built homes")."""
    return low_at(tokens, at - 1).endswith("ly") and _goes_on(tokens, at + 1)


def _goes_on(tokens: list[Token], at: int) -> bool:
    return at < len(tokens) and tokens[at].kind == WORD and not is_stop(tokens[at].low)


def _joined(tokens: list[Token], at: int) -> bool:
    """ "U.S. and British soldiers": a plural within three words behind the "and"."""
    for step in range(at + 1, min(at + 4, len(tokens))):
        if tokens[step].kind != WORD or is_stop(tokens[step].low) or kind_of(tokens[step].low):
            return False
        if is_plural(tokens[step].low):
            return step > at + 1 or tokens[at - 1].text[:1].isupper()
    return False


def _is_head(tokens: list[Token], at: int) -> bool:
    """A plural that ends the phrase: no hyphen behind it, no compound, no possessive."""
    token = tokens[at]
    if token.kind != WORD or not is_plural(token.low):
        return False
    following = low_at(tokens, at + 1)
    if token.low in word_set("nominal_adjectives") and _goes_on(tokens, at + 1):
        return False  # "1,200 dead cattle"
    if following in HYPHENS and glued(tokens, at + 1) and glued(tokens, at + 2):
        return False
    if (
        following in {"'", "’"}
        and glued(tokens, at + 1)
        and _goes_on(tokens, at + 2)
        and not glued(tokens, at + 2)
    ):
        return False
    if token.low in _compound_plurals() and _goes_on(tokens, at + 1):
        return not is_plural(following)
    # "U.S. Marines Corps"? a capital plural before another capital goes on: "Liberal Democrats MPs"
    capital = token.text[:1].isupper() and at + 1 < len(tokens) and tokens[at + 1].text[:1].isupper()
    return not (capital and is_plural(following))


def _trimmed(tokens: list[Token], at: int, end: int, *, plural: bool) -> int:
    """Drop hanging marks, adverbs and participles at the phrase's end when no plural closed it."""
    while end > at:
        last = tokens[end - 1]
        hanging = last.kind != WORD or last.low in {"and", "or"}
        weak = not plural and (
            last.low.endswith("ly")
            or last.low in word_set("adjective_ends")
            or (_is_participle(last.low) and last.low not in _irregular())
        )
        if not (hanging or weak):
            break
        end -= 1
    return end


def of_phrase(tokens: list[Token], at: int, *, determiner: bool) -> NounPhrase | None:
    """The noun phrase behind an "of" at token ``at``; a determiner before it only where asked for."""
    if low_at(tokens, at) != "of":
        return None
    step = at + 1
    if low_at(tokens, step) in word_set("determiners"):
        if not determiner:
            return None
        step += (
            2 if low_at(tokens, step) == "all" and low_at(tokens, step + 1) in word_set("determiners") else 1
        )
    return noun_phrase(tokens, step)


def with_complement(tokens: list[Token], phrase: NounPhrase) -> NounPhrase:
    """ "members" + "of parliament", "cases" + "of measles": only without a determiner; the head stays."""
    more = of_phrase(tokens, phrase.end, determiner=False)
    return phrase if more is None else phrase._replace(end=more.end)
