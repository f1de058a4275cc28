"""What the whole page tells about a name that one sentence could not.

Cues fix a kind ("the militant group X", "members of X", "X, 45,"); one sure mention carries its
repeats; a bare surname follows the full name; a printing keeps the kind most of its mentions have.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from bot.extract import gazetteer as known
from bot.extract.cast import EntityKind
from bot.extract.lexicon import words
from bot.extract.names import Found, acronym_of, key_of
from bot.types import Span

REPEATS_LIMIT = 400  # printings looked for again; a news story names under 150

_GROUP_BEFORE = re.compile(
    r"(?:\b(?:group|militia|party|movement|faction|charity|company|firm|watchdog)"
    r"|\b(?:leaders?|heads?|members?|commanders?|fighters?|supporters?|spokes(?:man|woman|person)) (?:of|for))"
    r"(?: the)? $"
)
_GROUP_AFTER = re.compile(r" (?:group|militia|party|movement|militants?|fighters|lawmakers)\b")
_AGE_AFTER = re.compile(r",? (?:\(\d{1,2}\)|\d{1,2}(?=[,.;)]))|, (?:a |an |the )?\d{1,2}-year-old\b")
_ALSO = re.compile(
    r"(?:, | \(| )?(?:(?:which is |who is )?(?:also |better |formerly |previously |once |widely )?"
    r"(?:known as|called|nicknamed)|formerly|a\.?k\.?a\.?)(?: the)? [\"\u201c\u2018']?(?:[Tt]he )?$"
)
_OR = re.compile(r", or (?:the )?$")
_PAREN = re.compile(r",? \((?:or |the )?[\"\u201c]?$")


def settled(text: str, found: Sequence[Found]) -> list[Found]:
    """Every found name with the kind the page as a whole gives it, missed repeats added."""
    cued = [_cued(text, one) for one in _extended(text, found)]
    voted = _voted(text, cued)
    surnames = _surnames(text, voted)
    voted = [_as_person(text, one, surnames) for one in voted]
    return _with_repeats(text, voted)


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


def _extended(text: str, found: Iterable[Found]) -> list[Found]:
    """ "Islamic State" takes in a following "group" when the list of organisations has it so."""
    out = []
    for one in found:
        end = one.span.end
        if text[end : end + 6] == " group" and one.span.of(text) + " group" in known.org_aliases():
            one = one._replace(span=Span(one.span.start, end + 6))  # noqa: PLW2901
        out.append(one)
    return out


def _cued(text: str, one: Found) -> Found:
    before = text[max(0, one.span.start - 40) : one.span.start]
    after = text[one.span.end : one.span.end + 24]
    name = one.span.of(text)
    if one.title:
        return one._replace(kind=EntityKind.PERSON, sure=max(one.sure, 0.95))
    if name in known.known_orgs() and not known.is_place(name):
        return one._replace(kind=EntityKind.ORG, sure=max(one.sure, 0.9))
    if one.kind is EntityKind.PLACE and one.sure >= 0.8:
        return one
    if _AGE_AFTER.match(after) and one.kind is not EntityKind.ORG:
        return one._replace(kind=EntityKind.PERSON, sure=max(one.sure, 0.9))
    given = name.split()[0] in known.given_names() and len(name.split()) > 1
    group = _GROUP_BEFORE.search(before) or _GROUP_AFTER.match(after)
    if group and not given and not known.is_place(name):
        return one._replace(kind=EntityKind.ORG, sure=max(one.sure, 0.85))
    return one


def _voted(text: str, found: Sequence[Found]) -> list[Found]:
    """The same printing keeps one kind, the one with more certainty behind it."""
    votes: dict[tuple[str, ...], dict[EntityKind, float]] = {}
    for one in found:
        tally = votes.setdefault(key_of(one.span.of(text)), {})
        tally[one.kind] = tally.get(one.kind, 0.0) + one.sure**2
    out = []
    for one in found:
        tally = votes[key_of(one.span.of(text))]
        kind = max(tally, key=lambda each: tally[each])
        best = max((f.sure for f in (one,) if f.kind is kind), default=0.6)
        out.append(one if one.kind is kind else one._replace(kind=kind, sure=best))
    return out


def _surnames(text: str, found: Iterable[Found]) -> dict[str, int]:
    """Last word of each sure full name of a person -> where it is first printed."""
    out: dict[str, int] = {}
    for one in found:
        parts = one.span.of(text).split()
        if one.kind is EntityKind.PERSON and len(parts) > 1 and one.sure >= 0.5:
            out.setdefault(parts[-1], one.span.start)
    return out


def _as_person(text: str, one: Found, surnames: dict[str, int]) -> Found:
    """A lone word that is the surname of a person already introduced, except a place after "in"."""
    name = one.span.of(text)
    if one.kind is EntityKind.PERSON:
        return one._replace(sure=max(one.sure, 0.8)) if name in surnames else one
    if name not in surnames or surnames[name] > one.span.start:
        return one
    lead = text[max(0, one.span.start - 8) : one.span.start].split()
    if one.kind is EntityKind.PLACE and (known.is_place(name) or (lead and lead[-1] in {"in", "at", "near"})):
        return one
    return one._replace(kind=EntityKind.PERSON, sure=0.7)


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
