"""What the words beside a name say of it: a person, an organisation, another name for the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from bot.extract import gazetteer as known
from bot.extract.cast import EntityKind
from bot.extract.lexicon import words
from bot.extract.names import Found, acronym_of, key_of
from bot.types import Span

CERTAIN = 0.97  # outvotes two mentions that the tagger has elsewhere

_GROUP_BEFORE = re.compile(
    r"(?:\b(?:group|militia|party|movement|faction|charity|company|firm|watchdog)"
    r"|\b(?:leaders?|heads?|members?|commanders?|fighters?|supporters?"
    r"|spokes(?:man|woman|person)) (?:of|for))"
    r"(?: the)? $"
)
_GROUP_AFTER = re.compile(r" (?:group|militia|party|movement|militants?|fighters|lawmakers)\b")
_ORG_NOUN = (
    r"(?:group|company|firm|charity|union|agency|party|militia|movement|watchdog|bank|association|organi[sz]ation"
    r"|nonprofit|retailer|maker|manufacturer|brewer|utility|newspaper|website|start-?up|think[- ]tank|network"
    r"|coalition|alliance|regulator)"
)
_NOUN_AFTER = re.compile(
    rf", (?:an?|the|one of [\w ]+?) (?:[\w'\u2019-]+ ){{0,4}}?{_ORG_NOUN}\b|, which (?!is in\b)"
)
_NOUN_BEFORE = re.compile(rf"\b{_ORG_NOUN}, (?:the )?$")
_WHO_AFTER = re.compile(r", who\b")
_DATELINE = re.compile(r"(?:, [A-Z][\w. ]{1,20})?(?: \([\w ]{2,25}\))? (?:\u2014|\u2013|--) ")
_SOURCE_END = re.compile(r"\) (?:\u2014|\u2013|--?) ")
_NOUN_WORD = re.compile(r"(?<![\w-])([\w-]+),? $")  # the look-behind keeps it linear
_THE_BEFORE = re.compile(r"\b[Tt]he $")
_AGE_AFTER = re.compile(r",? \(\d{1,2}\)|, \d{1,2}(?=[,.;)])|, (?:a |an |the )?\d{1,2}-year-old\b")
_ALSO = re.compile(
    r"(?:, | \(| )?(?:(?:which is |who is )?(?:also |better |formerly |previously |once |widely )?known as"
    # a bare "called" is a verb: "Roe called Poe a liar"
    r"|(?:which is |who is |also |formerly |previously |once )(?:called|nicknamed)"
    r"|formerly|a\.?k\.?a\.?)(?: the)? [\"\u201c\u2018']?(?:[Tt]he )?$"
)
_OR = re.compile(r", or (?:the )?$")
_PAREN = re.compile(r",? \((?:or |the )?[\"\u201c]?$")


def cued(text: str, one: Found) -> Found:
    """``one`` with the kind and certainty that the words beside it give; itself when they say nothing."""
    before = text[max(0, one.span.start - 40) : one.span.start]
    after = text[one.span.end : one.span.end + 24]
    name = one.span.of(text)
    if name.isupper() and _DATELINE.match(text, one.span.end):
        return one._replace(kind=EntityKind.PLACE, sure=CERTAIN)
    if text[one.span.start - 1 : one.span.start] == "(" and _SOURCE_END.match(text, one.span.end):
        return one._replace(sure=0.0)  # "OSLO (Reuters) \u2014": the source of the report
    if one.title:
        return _raised(one, EntityKind.PERSON, 0.95)
    if name in known.known_orgs() and not known.is_place(name):
        return _raised(one, EntityKind.ORG, 0.9)
    given = " " in name and name.split()[0] in known.given_names() and not known.is_place(name)
    if one.kind is EntityKind.PLACE and one.sure >= 0.8 and not given:
        return one
    return _as_person(one, name, before, after) or _as_org(text, one, name, before, after) or one


def _raised(one: Found, kind: EntityKind, sure: float) -> Found:
    return one._replace(kind=kind, sure=max(one.sure, sure))


def _as_person(one: Found, name: str, before: str, after: str) -> Found | None:
    """An age, "who", a role noun before or a transcript's colon after the name."""
    if _AGE_AFTER.match(after) and one.kind is not EntityKind.ORG:
        return _raised(one, EntityKind.PERSON, 0.9)
    if " " not in name:
        return None
    role = _NOUN_WORD.search(before)
    if role and role[1] in words("role_nouns.txt") and one.kind is EntityKind.PERSON:
        return _raised(one, EntityKind.PERSON, 0.85)
    if name.isupper() and after[:1] == ":":
        return _raised(one, EntityKind.PERSON, 0.85)
    if _WHO_AFTER.match(after) and not known.is_place(name):
        return _raised(one, EntityKind.PERSON, 0.9)
    return None


def _as_org(text: str, one: Found, name: str, before: str, after: str) -> Found | None:
    """ "the group X", "X militants", "members of X", "X, a charity": an organisation."""
    parts = name.split()
    given = parts[0] in known.given_names() and len(parts) > 1
    thing = parts[-1].lower() in words("thing_words.txt") or known.bare(parts[0]) in words("thing_heads.txt")
    if given or thing or known.is_place(name):
        named = one.kind is EntityKind.PERSON and " " in name and _THE_BEFORE.search(before)
        # "The Anna Lind": a ship, a prize, a house
        return one._replace(kind=EntityKind.ORG, sure=0.35) if named else None
    if _GROUP_BEFORE.search(before) or _GROUP_AFTER.match(after) or _NOUN_BEFORE.search(before):
        return one._replace(kind=EntityKind.ORG, sure=CERTAIN)
    if _NOUN_AFTER.match(text, one.span.end, one.span.end + 60):
        return one._replace(kind=EntityKind.ORG, sure=CERTAIN)
    return None


def aliases(text: str, found: Sequence[Found]) -> list[tuple[Span, Span]]:
    """Pairs that the text itself equates: "X, or Y,", "X (XY)", "X, also known as Y"."""
    pairs = []
    for left, right in pairwise(found):
        if left.kind is EntityKind.PLACE or right.span.start - left.span.end > 40:
            continue
        between = text[left.span.end : right.span.start]
        if "\n" in between:
            continue
        after = text[right.span.end : right.span.end + 2]
        if _ALSO.fullmatch(between) or _renamed(text, left, right, between, after):
            pairs.append((left.span, right.span))
    return pairs


def _renamed(text: str, left: Found, right: Found, between: str, after: str) -> bool:
    if left.kind is not EntityKind.ORG or right.kind is EntityKind.PERSON:
        return False
    if _PAREN.fullmatch(between):
        short = right.span.of(text).replace(".", "").lower()
        key = key_of(left.span.of(text))
        return len(key) > 1 and short in {acronym_of(key), "".join(word[0] for word in key)}
    listed = text[max(0, left.span.start - 2) : left.span.start] == ", "
    return bool(_OR.fullmatch(between)) and not listed and after[:1] in {",", ".", ")", "\u201d"}
