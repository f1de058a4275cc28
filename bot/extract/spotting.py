"""Names by rule: runs of capitals, trimmed of titles and adjectives, typed by cues.

Stands in for the tagger where there is none and feeds it a feature where there is. A run that no
cue types is kept with little confidence; a reader is shown only what more evidence raises.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bot.extract import gazetteer as known
from bot.extract.cast import EntityKind
from bot.extract.lexicon import words as listed
from bot.extract.tokens import PageWords, is_name_like

_ORG_JOINS = frozenset({"of", "for", "and", "the", "on", "&"})
_PLACE_LEADS = frozenset({"in", "at", "from", "near", "to", "into", "outside", "inside", "across", "around"})
_OPENERS = frozenset("\"'(:-`")
_SPEECH = frozenset({"said", "says", "told", "added", "asked", "warned", "argued", "wrote", "recalled"})
# what a possessive may belong to inside a name: "Saint Anna's College"
_POSSESSED = frozenset(
    {"college", "hospital", "school", "church", "academy", "cathedral", "university", "party", "union"}
)
_TAILS = frozenset({"Jr.", "Jr", "Sr.", "Sr", "II", "III", "IV"})


class Spot(NamedTuple):
    """Tokens [first, last) of one sentence, what they name, and how sure that is (0..1)."""

    first: int
    last: int
    kind: EntityKind
    sure: float


def is_headline(words: Sequence[str]) -> bool:
    """A line in capitals or in title case: common words stand with a capital, so capitals tell nothing."""
    lettered = [word for word in words if word[:1].isalpha()]
    capital = [word for word in lettered if word[0].isupper()]
    if len(lettered) < 3 or len(capital) <= 0.7 * len(lettered):
        return False
    common = sum(1 for word in lettered[1:] if word[0].isupper() and _is_common(word))
    return common >= 2 or all(word.isupper() for word in lettered)


def _is_common(word: str) -> bool:
    """Printed small as a rule, and no part of a name's title or cue."""
    named = word in known.given_names() or known.is_org_word(word) or known.is_title(word)
    named = named or word.lower() in listed("role_nouns.txt")
    return known.smallness(word) >= 2 and not named


def spot(words: Sequence[str], page: PageWords) -> list[Spot]:
    """Names in one sentence, in order, never overlapping. Nothing in lines of capitals."""
    if is_headline(words):
        return []
    found: list[Spot] = []
    place = 0
    while place < len(words):
        if not is_name_like(words[place]):
            place += 1
            continue
        end = _run_end(words, place)
        found.extend(_typed(words, place, end, page))
        place = end
    return found


def _run_end(words: Sequence[str], first: int) -> int:
    """End of the run of capitals that begins at ``first``, name particles and "of" of a title included."""
    end = first + 1
    org_head = known.is_org_word(words[first])
    while end < len(words):
        word = words[end]
        if word == "'s" and end + 1 < len(words) and words[end + 1].lower() in _POSSESSED:
            end += 2
            org_head = True
            continue
        if word == "&" and end + 1 < len(words) and is_name_like(words[end + 1]):
            end += 2
            continue
        if is_name_like(word):
            org_head = org_head or known.is_org_word(word)
            end += 1
            continue
        joins = word in listed("name_particles.txt") or (word in _ORG_JOINS and org_head)
        ahead = end + 1
        while (
            joins
            and ahead < len(words)
            and (words[ahead] in listed("name_particles.txt") or words[ahead] == "the")
        ):
            ahead += 1
        if joins and ahead < len(words) and is_name_like(words[ahead]) and words[ahead - 1] != "and":
            end = ahead + 1
            continue
        break
    return end


def _typed(words: Sequence[str], first: int, last: int, page: PageWords) -> list[Spot]:
    """The names inside one run: its head trimmed, its title taken off, its kind decided."""
    opening = first == 0 or words[first - 1][:1] in _OPENERS
    whole = " ".join(words[first:last])
    if known.is_place(whole) and whole not in known.known_orgs():
        return [Spot(first, last, EntityKind.PLACE, 0.9)]
    if whole in known.known_orgs() and not known.is_demonym(whole):
        return [Spot(first, last, EntityKind.ORG, 0.9)]
    first = _skip_start(words, first, last, page) if opening else first
    titled = False
    start = first
    behind = after_titles(words, first, last)
    if behind > first and not any(known.is_org_word(word) for word in words[behind:last]):
        start, titled = behind, True
    if not titled:
        start = _skip_adjectives(words, first, last)
    if start >= last:
        return []
    name = words[start:last]
    kind, sure = _kind_of(words, start, last, titled)
    if len(name) == 1 and _says_nothing(name[0], opening, page):
        return []
    return [Spot(start, last, kind, sure)]


def after_titles(words: Sequence[str], first: int, last: int) -> int:
    """Where the name begins behind its titles: "City Manager Anna Lind" at "Anna"; ``first`` without one.

    A title word behind a given name is a surname ("Martin King").
    """
    start, given = first, False
    for at in range(first, last):
        if known.is_title(words[at]) and words[at][0].isupper():
            followed = at + 1 < last and words[at + 1] in known.given_names()
            start = at + 1 if followed or not given else start
        given = given or words[at] in known.given_names()
    return start


def _skip_start(words: Sequence[str], first: int, last: int, page: PageWords) -> int:
    """Past words that are capital only because a sentence begins with them."""
    while first < last and words[first].lower() in listed("sentence_starts.txt"):
        first += 1
    lone = last - first == 1
    if lone and words[first].lower() in page.small and words[first] not in known.given_names():
        return last
    return first


def _skip_adjectives(words: Sequence[str], first: int, last: int) -> int:
    """Past "Iraqi", "Shiite", "Monday": they name nobody by themselves."""
    if any(known.is_org_word(word) for word in words[first:last]):
        return first
    while first < last and (
        known.is_demonym(words[first]) or known.is_calendar(words[first]) or known.is_nothing(words[first])
    ):
        first += 1
    return first


def _says_nothing(word: str, opening: bool, page: PageWords) -> bool:
    if known.is_nothing(word) or known.is_demonym(word) or known.is_calendar(word):
        return True
    if word.lower() in listed("role_nouns.txt"):
        return True
    return opening and known.smallness(word) > 0 and word.lower() not in page.capital


def _kind_of(words: Sequence[str], first: int, last: int, titled: bool) -> tuple[EntityKind, float]:
    name = words[first:last]
    before = words[first - 1].lower() if first else ""
    after = words[last].lower() if last < len(words) else ""
    if titled:
        return EntityKind.PERSON, 0.95
    cued = _by_words(name)
    if cued is not None:
        return cued
    given = name[0] in known.given_names()
    if given and len(name) > 1:
        return EntityKind.PERSON, 0.9
    if name[-1] in _TAILS or after in _SPEECH or before in _SPEECH:
        return EntityKind.PERSON, 0.7
    return _guess(name, before, after, given)


def _by_words(name: Sequence[str]) -> tuple[EntityKind, float] | None:
    """What the name's own words say: "Institute of", "Street", "Bank", "&", a listed place."""
    if known.is_org_word(name[0]) and "of" in name:
        return EntityKind.ORG, 0.85
    if known.bare(name[0]) in listed("thing_heads.txt") or known.bare(name[-1]) in listed("thing_words.txt"):
        return EntityKind.PLACE, 0.6
    if "&" in name or any(known.is_org_word(word) for word in name):
        alone = len(name) == 1 and known.smallness(name[0]) > 0
        return EntityKind.ORG, 0.3 if alone else 0.85
    return (EntityKind.PLACE, 0.9) if known.is_place(" ".join(name)) else None


def _guess(name: Sequence[str], before: str, after: str, given: bool) -> tuple[EntityKind, float]:
    """Where no cue speaks: an acronym, a place after "in", else a name of unknown words."""
    letters = name[0].replace(".", "")
    if len(name) == 1 and letters.isupper() and 2 <= len(letters) <= 6:
        return EntityKind.ORG, 0.6
    if before in _PLACE_LEADS and after != "'s":
        return EntityKind.PLACE, 0.6
    if len(name) > 1 and not any(known.smallness(word) for word in name if word[0].isupper()):
        return EntityKind.PERSON, 0.6
    if given:
        return EntityKind.PERSON, 0.5
    return (EntityKind.ORG, 0.3) if len(name) > 1 else (EntityKind.PERSON, 0.2)
