"""From found names to people and organisations: which printings mean the same one.

People merge by surname, given name, initial, nickname and dropped middle names; organisations by
acronym, listed alias, printed alias ("X, or Y") and a dropped "Inc." Two people who share a surname
stay apart, and a bare surname that could be either is given to neither.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from bot.extract import gazetteer as known
from bot.extract.cast import EntityKind
from bot.extract.lexicon import entries, words
from bot.text import fold
from bot.types import Span

# characters that are printed without being seen
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
TAILS = frozenset({"jr", "sr", "ii", "iii", "iv"})
_PREFIX = re.compile(r"^(?:al|el|as|ad|ar|an|ash|at|az|ul)-")
# words that a company or a club drops when it is named again
COMPANY_TAILS = frozenset(
    {"inc", "corp", "corporation", "company", "co", "ltd", "limited", "plc", "group", "llc", "ag", "holdings",
     "party", "movement", "gmbh", "foundation", "organization", "organisation", "fc", "ministry", "club",
     "foods", "motors", "airlines", "industries", "technologies", "systems", "pharmaceuticals", "energy",
     "steel", "mining", "brewery", "homes", "metals", "securities", "lines", "town", "city", "rovers",
     "united", "athletic", "albion", "wanderers", "hotspur", "supermarkets", "stores", "software", "media"}
)  # fmt: skip
# offices printed with a bare surname at first mention: "President Lind" is not "Senator Maria Lind"
_ALONE = frozenset(
    {"president", "prime minister", "premier", "chancellor", "king", "queen", "pope", "emperor"}
)
_NEAR_LIMIT = 40  # people of one surname that are told apart; a page with more is no story
_MINOR = frozenset({"of", "the", "and", "for", "on", "in", "&", "de", "des", "du", "la"})


class Found(NamedTuple):
    """A name in the body. ``title`` is the folded title before it, "" when there is none."""

    span: Span
    kind: EntityKind
    sure: float
    title: str = ""


@dataclass(slots=True)
class Group:
    """Found names that mean the same one, in order of print."""

    kind: EntityKind
    found: list[Found] = field(default_factory=list)
    keys: set[tuple[str, ...]] = field(default_factory=set)
    bare_titles: set[str] = field(default_factory=set)  # titles its bare name was printed with, "" for none

    @property
    def first(self) -> int:
        return self.found[0].span.start

    @property
    def sure(self) -> float:
        return max(one.sure for one in self.found)


def key_of(name: str) -> tuple[str, ...]:
    """Folded words without "the", full stops and a closing possessive."""
    plain = fold(name).translate(_UNSEEN).removesuffix("'s").replace(".", " " if ". " in name else "")
    parts = plain.split()
    return tuple(parts[1:] if len(parts) > 1 and parts[0] == "the" else parts)


def grouped(
    text: str, found: Sequence[Found], aliases: Iterable[tuple[Span, Span]] = (), title: str = ""
) -> list[Group]:
    """Groups in order of first mention. ``aliases`` pairs names that the text itself equates;
    ``title`` is the headline, which decides whose a shared surname is.
    """
    people = _people(text, [one for one in found if one.kind is EntityKind.PERSON], title)
    orgs = _orgs(text, [one for one in found if one.kind is EntityKind.ORG])
    places = _exact(text, [one for one in found if one.kind is EntityKind.PLACE])
    groups = [*people, *orgs, *places]
    _equate(groups, aliases)
    for group in groups:
        group.found.sort(key=lambda one: one.span)
    return sorted((group for group in groups if group.found), key=lambda group: group.first)


def fullest(text: str, group: Group) -> Span:
    """A person's printing with most words, an organisation's most printed one of several words.

    Of equals one that is not in capitals, then a person's longest, then the first.
    """
    often = Counter(one.span.of(text) for one in group.found)

    def weight(one: Found) -> tuple[int, int, bool, int, int]:
        name = one.span.of(text)
        size = len(name.split())
        if group.kind is EntityKind.PERSON:
            return size, 0, not name.isupper(), len(name), -one.span.start
        return int(size > 1), often[name], not name.isupper(), 0, -one.span.start

    return max(group.found, key=weight).span


def _equate(groups: list[Group], pairs: Iterable[tuple[Span, Span]]) -> None:
    """Merge the groups of each pair of names."""
    owner = {found.span: group for group in groups for found in group.found}
    for left, right in pairs:
        one, two = owner.get(left), owner.get(right)
        if one is None or two is None or one is two:
            continue
        moved = [found._replace(kind=one.kind) for found in two.found]
        one.found.extend(moved)
        one.keys |= two.keys
        two.found.clear()
        owner.update((found.span, one) for found in moved)


def _exact(text: str, found: Iterable[Found]) -> list[Group]:
    groups: dict[tuple[str, ...], Group] = {}
    for one in found:
        key = key_of(one.span.of(text))
        group = groups.setdefault(key, Group(one.kind, [], {key}))
        group.found.append(one)
    return list(groups.values())


# ------------------------------------------------------------------------------- people


def surname_start(key: tuple[str, ...]) -> int:
    """Index of the first word of the surname: a particle counts ("van der Berg")."""
    end = len(key)
    while end > 1 and key[end - 1] in TAILS:
        end -= 1
    particles = words("name_particles.txt")
    for at in range(1, end - 1):
        if key[at] in particles:
            return at
    return end - 1


def last_of(key: tuple[str, ...]) -> str:
    """The surname's last word without an Arabic article: "khazali" of "al-Khazali"."""
    end = len(key)
    while end > 1 and key[end - 1] in TAILS:
        end -= 1
    return _PREFIX.sub("", key[end - 1])


def _lasts(key: tuple[str, ...]) -> set[str]:
    """Surnames a person goes by: "lind-moss", "lind" and "moss" of "Anna Lind-Moss"."""
    last = last_of(key)
    return {last, *last.split("-")}


@cache
def _full_forms() -> dict[str, frozenset[str]]:
    rows = (line.split("\t") for line in entries("nicknames.tsv"))
    return {fold(row[0]): frozenset(fold(form) for form in row[1:]) for row in rows}


def _same_given(one: str, two: str) -> bool:
    if one == two:
        return True
    if len(one) == 1 or len(two) == 1:
        return one[0] == two[0]
    forms = _full_forms()
    return two in forms.get(one, ()) or one in forms.get(two, ())


def same_person(one: tuple[str, ...], two: tuple[str, ...]) -> bool:
    """Two printings of two or more words each that can mean one person."""
    if one == two:
        return True
    tails = {word for word in one if word in TAILS}, {word for word in two if word in TAILS}
    if all(tails) and tails[0] != tails[1]:
        return False
    short, long = sorted((one, two), key=len)
    if len(short) > 1 and long[: len(short)] == short:
        return True
    if not _lasts(one) & _lasts(two):
        return False
    if not _same_given(one[0], two[0]):
        return False
    middles = one[1 : surname_start(one)], two[1 : surname_start(two)]
    return not (all(middles) and middles[0][0][0] != middles[1][0][0])


def _people(text: str, found: Sequence[Found], title: str) -> list[Group]:
    """Full names first, then bare ones against them."""
    keyed = [(key_of(one.span.of(text)), one) for one in found]
    groups: list[Group] = []
    by_last: dict[str, list[Group]] = {}
    by_key: dict[tuple[str, ...], Group] = {}
    for key, one in keyed:
        if not _is_full(key):
            continue
        near = [group for word in (*_lasts(key), key[0]) for group in by_last.get(word, ())]
        group = by_key.get(key) or next(
            (g for g in near if any(same_person(key, other) for other in g.keys)), None
        )
        if group is None:
            group = Group(EntityKind.PERSON)
            groups.append(group)
        by_key[key] = group
        group.keys.add(key)
        group.found.append(one)
        for word in {*_lasts(key), *key}:
            others = by_last.setdefault(word, [])
            if len(others) < _NEAR_LIMIT and group not in others:
                others.append(group)
    bare: dict[tuple[str, ...], Group] = {}
    for key, one in keyed:
        if _is_full(key) or not key:
            continue
        owner = _owner(key, one, by_last, title) or bare.get(key)
        if owner is None:
            owner = bare[key] = Group(EntityKind.PERSON, [], {key})
            groups.append(owner)
        owner.found.append(one)
        owner.bare_titles.add(one.title)
    return groups


def _is_full(key: tuple[str, ...]) -> bool:
    """More than a surname: "Anna Lind", not "Lind", not "van der Berg"."""
    return len(key) > 1 and key[0] not in words("name_particles.txt")


def _owner(key: tuple[str, ...], one: Found, by_last: dict[str, list[Group]], title: str) -> Group | None:
    """Whose bare name this is: the one person with that surname, else with that given name."""
    word = last_of(key)
    near = by_last.get(word, ())
    surname = [g for g in near if any(word in {last_of(k), last_of(k).rpartition("-")[2]} for k in g.keys)]
    chosen = _only(surname, one, title)
    if chosen is not None or surname:
        return chosen
    if len(key) > 1:
        return None
    given = _only([g for g in near if any(k[0] == word for k in g.keys)], one, title)
    # "Pedro Álvarez Núñez" is Álvarez for short
    return given or _only([g for g in near if any(word in k[1:-1] for k in g.keys)], one, title)


def _only(groups: Sequence[Group], one: Found, headline: str) -> Group | None:
    """The one group that fits. Of several: the gender of the title, then who was introduced before this
    mention, then whose bare name was printed before, then whom the headline names. Else nobody."""
    title = known.titles().get(one.title)
    fitting = list(groups)
    if title is not None and title.gender:
        fitting = [g for g in groups if _given_gender(g) in {title.gender, None}]
    if one.title in _ALONE:
        fitting = [g for g in fitting if {found.title for found in g.found} <= {"", one.title}]
    named = {word.strip(".,:;'\"") for word in fold(headline).split()}
    for narrow in (
        lambda g: g.first < one.span.start,
        lambda g: one.title in g.bare_titles,
        lambda g: any(named.issuperset(key) for key in g.keys),
    ):
        if len(fitting) > 1:
            fitting = [g for g in fitting if narrow(g)] or fitting
    return fitting[0] if len(fitting) == 1 else None


def _given_gender(group: Group) -> str | None:
    for found in group.found:
        title = known.titles().get(found.title)
        if title is not None and title.gender:
            return title.gender
    genders = {known.given_names().get(key[0].capitalize()) for key in group.keys if len(key) > 1}
    sure = genders & {"m", "f"}
    return sure.pop() if len(sure) == 1 else None


# ------------------------------------------------------------------------ organisations


def acronym_of(key: tuple[str, ...]) -> str:
    """First letters of the words that count: "league of the righteous" -> "lr"."""
    return "".join(word[0] for word in key if word not in _MINOR)


def _orgs(text: str, found: Sequence[Found]) -> list[Group]:
    groups = _exact(text, found)
    index: dict[str, Group] = {}
    for group in groups:
        for one in group.found:
            forms = known.org_aliases().get(one.span.of(text))
            if forms:
                _join(index, forms[0], group)
    groups = [group for group in groups if group.found]
    by_acronym: dict[str, list[Group]] = {}
    by_key = {key: group for group in groups for key in group.keys}
    by_end = _by_end(groups)
    for group in groups:
        for key in group.keys:
            if len(key) > 1:
                by_acronym.setdefault(acronym_of(key), []).append(group)
                by_acronym.setdefault("".join(word[0] for word in key), []).append(group)
    for group in groups:
        if not group.found:  # absorbed by an earlier one
            continue
        key = min(group.keys, key=len)
        if len(key) == 1 and group.found[0].span.of(text).replace(".", "").isupper() and len(key[0]) > 1:
            owners = {id(g): g for g in by_acronym.get(key[0], ()) if g is not group}
            if len(owners) == 1:
                _absorb(next(iter(owners.values())), group)
        elif len(key) == 1 and len(group.keys) == 1 and len(by_end.get(key[0], ())) == 1:
            _absorb(by_end[key[0]][0], group)
        elif len(key) > 1 and key[-1] in COMPANY_TAILS:
            short = by_key.get(key[:-1]) or (
                by_key.get(key[:1]) if COMPANY_TAILS.issuperset(key[1:]) else None
            )
            if short is not None and short is not group:
                _absorb(group, short)
    return [group for group in groups if group.found]


def _by_end(groups: Iterable[Group]) -> dict[str, list[Group]]:
    """Cue word at the end of a name of several words -> the groups it ends: "Rovers", "Senate"."""
    ends: dict[str, list[Group]] = {}
    for group in groups:
        for word in {key[-1] for key in group.keys if len(key) > 1}:
            if known.is_org_word(word):
                ends.setdefault(word, []).append(group)
    return ends


def _join(index: dict[str, Group], canonical: str, group: Group) -> None:
    first = index.setdefault(canonical, group)
    if first is not group and group.found:
        _absorb(first, group)


def _absorb(into: Group, other: Group) -> None:
    into.found.extend(other.found)
    into.keys |= other.keys
    other.found = []
