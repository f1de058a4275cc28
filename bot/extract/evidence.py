"""What the whole page tells about a name that one sentence could not.

Cues fix a kind ("the militant group X", "members of X", "X, 45,"); one sure mention carries its
repeats; a bare surname follows the full name; a printing keeps the kind most of its mentions have.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.extract import gazetteer as known
from bot.extract.cast import EntityKind
from bot.extract.cues import CERTAIN, cued
from bot.extract.lexicon import words
from bot.extract.names import COMPANY_TAILS, Found, key_of, last_of
from bot.types import Span

_SAYS_AFTER = re.compile(r" (?:said|says|told|added|argued|recalled|wrote)\b")
# an organisation whose last word is printed small
_SMALL_TAIL = re.compile(
    r"( (?:police|county council|city council|council|fire department|trust|school district)) "
    r"(?=(?:said|says?|have|has|had|are|were|was|is|arrested|confirmed|believe|declined|voted|approved)\b)"
)
_LIKELY = 0.6
REPEATS_LIMIT = 400  # printings looked for again; a news story names under 150


def settled(text: str, found: Sequence[Found]) -> list[Found]:
    """Every found name with the kind the page as a whole gives it, missed repeats added."""
    voted = _voted(text, [cued(text, one) for one in _extended(text, found)])
    voted = _by_surname(text, voted)
    surnames = _surnames(text, voted)
    voted = [_as_person(text, one, surnames) for one in voted]
    voted = _short_orgs(text, voted, surnames)
    return _with_repeats(text, voted)


def _extended(text: str, found: Iterable[Found]) -> list[Found]:
    """ "Islamic State" takes in a following "group" when the list of organisations has it so, and
    "Harlow" the police that act: "Harlow police said"."""
    out = []
    for one in found:
        end = one.span.end
        named = one.kind is EntityKind.PERSON and (one.sure >= _LIKELY or " " in one.span.of(text))
        tail = None if named else _SMALL_TAIL.match(text, end)
        if tail and not known.is_demonym(one.span.of(text)):
            out.append(Found(Span(one.span.start, tail.end(1)), EntityKind.ORG, 0.85))
            continue
        if text[end : end + 6] == " group" and one.span.of(text) + " group" in known.org_aliases():
            one = one._replace(span=Span(one.span.start, end + 6))  # noqa: PLW2901
        out.append(one)
    return out


def _voted(text: str, found: Sequence[Found]) -> list[Found]:
    """The same printing keeps one kind, the one with more certainty behind it."""
    votes: dict[tuple[str, ...], dict[EntityKind, float]] = {}
    for one in found:
        tally = votes.setdefault(key_of(one.span.of(text)), {})
        tally[one.kind] = tally.get(one.kind, 0.0) + (2.0 if one.sure >= CERTAIN else one.sure**2)
    out = []
    for one in found:
        tally = votes[key_of(one.span.of(text))]
        kind = max(tally, key=lambda each: tally[each])
        best = max((f.sure for f in (one,) if f.kind is kind), default=0.6)
        out.append(one if one.kind is kind else one._replace(kind=kind, sure=best))
    return out


def _by_surname(text: str, found: Sequence[Found]) -> list[Found]:
    """ "Nobu Kriel", not seen as a person, is one when "Kriel" alone is one elsewhere."""
    alone = {
        name for one in found if one.kind is EntityKind.PERSON and " " not in (name := one.span.of(text))
    }
    out = []
    for one in found:
        parts = one.span.of(text).split()
        fits = one.kind is not EntityKind.PERSON and len(parts) in {2, 3} and parts[-1] in alone
        thing = known.bare(parts[0]) in words("thing_heads.txt")
        if fits and one.sure < CERTAIN and not thing and not any(known.is_org_word(part) for part in parts):
            one = one._replace(kind=EntityKind.PERSON, sure=0.8)  # noqa: PLW2901
        out.append(one)
    return out


def _surnames(text: str, found: Iterable[Found]) -> dict[str, int]:
    """Last word of each sure full name of a person -> where it is first printed."""
    out: dict[str, int] = {}
    for one in found:
        parts = one.span.of(text).split()
        if one.kind is EntityKind.PERSON and len(parts) > 1 and one.sure >= 0.5:
            out.setdefault(last_of(key_of(one.span.of(text))), one.span.start)
    return out


def _as_person(text: str, one: Found, surnames: dict[str, int]) -> Found:
    """A lone word that is the surname of a person already introduced, except a place after "in"."""
    name = one.span.of(text)
    surname = last_of(key_of(name)) if " " not in name and key_of(name) else ""
    if one.kind is EntityKind.PERSON:
        return one._replace(sure=max(one.sure, 0.8)) if surname in surnames else one
    if surname not in surnames or surnames[surname] > one.span.start:
        return one
    lead = text[max(0, one.span.start - 8) : one.span.start].split()
    if _SAYS_AFTER.match(text, one.span.end):
        return one._replace(kind=EntityKind.PERSON, sure=0.9)
    if one.sure >= CERTAIN:
        return one
    if one.kind is EntityKind.PLACE and (known.is_place(name) or (lead and lead[-1] in {"in", "at", "near"})):
        return one
    return one._replace(kind=EntityKind.PERSON, sure=0.7)


def _short_orgs(text: str, found: Sequence[Found], surnames: dict[str, int]) -> list[Found]:
    """ "Calder" is the company once "Calder Foods Plc" is printed and nobody is called Calder."""
    firsts: dict[str, int] = {}
    for one in found:
        parts = key_of(one.span.of(text))
        if one.kind is EntityKind.ORG and len(parts) > 1 and COMPANY_TAILS.issuperset(parts[1:]):
            firsts.setdefault(parts[0], one.span.start)
    out = []
    for one in found:
        key = key_of(one.span.of(text))
        alone = len(key) == 1 and key[0] in firsts and key[0] not in surnames and not one.title
        lead = text[max(0, one.span.start - 8) : one.span.start].split()
        placed = one.kind is EntityKind.PLACE and lead and lead[-1] in {"in", "at", "near", "from"}
        if alone and not placed and firsts[key[0]] < one.span.start:
            one = one._replace(kind=EntityKind.ORG, sure=max(one.sure, 0.8))  # noqa: PLW2901
        out.append(one)
    return out


def _with_repeats(text: str, found: Sequence[Found]) -> list[Found]:
    """The same names again where the sentence gave too little to see them."""
    wanted: dict[str, Found] = {}
    for one in found:
        name = one.span.of(text)
        if one.sure < 0.7 or len(name) < 3 or one.kind is EntityKind.PLACE:
            continue
        wanted.setdefault(name, one)
        if one.kind is EntityKind.PERSON and " " in name:
            last = name.split()[-1]
            if len(last) > 2 and not known.smallness(last) and last not in words("places.txt"):
                wanted.setdefault(last, one._replace(sure=0.7, title=""))
        if len(wanted) >= REPEATS_LIMIT:
            break
    if not wanted:
        return list(found)
    pattern = "|".join(re.escape(name) for name in sorted(wanted, key=len, reverse=True))
    end = max(one.span.end for one in found) + 20_000
    taken = sorted(one.span for one in found)
    out = list(found)
    at = 0
    for match in re.finditer(rf"(?<![\w-])(?:{pattern})(?![\w-])", text[:end]):
        while at < len(taken) and taken[at].end <= match.start():
            at += 1
        if at < len(taken) and taken[at].start < match.end():
            continue
        like = wanted[match[0]]
        if not _in_capitals(text, match.start(), match.end()):
            out.append(Found(Span(*match.span()), like.kind, 0.7))
    return sorted(out, key=lambda one: one.span)


def _in_capitals(text: str, start: int, end: int) -> bool:
    """Part of a longer run of capitals ("Lind Street"), which names something else."""
    after = re.match(r" [A-Z]\w+", text[end : end + 40])
    before = re.search(r"(\w+) $", text[max(0, start - 30) : start])
    run_before = before is not None and before[1][0].isupper() and not known.is_title(before[1])
    if before is not None and before[1].lower() in words("sentence_starts.txt"):
        run_before = False
    return after is not None or run_before
