"""Who a mention is: names through the cast, pronouns by salience, "the mayor" through printed roles.

The story is walked once, unit by unit. Every name adds to its bearer's salience, more so where a
subject stands; each sentence lets all of it fade. A pronoun is the most salient person of its gender.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache

from bot.extract.cast import EntityKind
from bot.extract.lexicon import words
from bot.extract.links import How, Link
from bot.extract.phrases import Unit, UnitKind
from bot.extract.scene import Row, Scene
from bot.text import fold
from bot.types import ParagraphKind, Phrase, Span

_GENDERS = {"he": "m", "she": "f", "his": "m", "her": "f", "him": "m"}

# Weights and fading: hand-set, then varied one by one on the hand-resolved pronouns of the
# development articles (python -m bot.evaluate.quotes); the optimum is flat.
SUBJECT = 1.0
FIRST = 0.8  # the sentence begins with it
OBJECT = 0.45
OWNER = 0.15
IN_PHRASE = 0.3  # after a preposition
SPOKE = 0.8
SENTENCE_FADES = 0.5
PARAGRAPH_FADES = 0.75
UNKNOWN_GENDER = 0.75
_ENDLESS = 150  # units
STRANGER = 0.3  # a person without a name is less often taken up again
VARIATION = 0.75  # trust in "the company" and "the 23-year-old forward"


_Fit = Callable[[int], float]


@dataclass(frozen=True, slots=True)
class Who:
    """``entity`` indexes the cast; else ``words`` describe a source without a name. ``sure``: 0..1."""

    entity: int | None
    sure: float
    words: Phrase | None = None
    named: bool = False  # ``words`` are a name that the cast does not hold


@dataclass(slots=True)
class Salience:
    """Scores of the cast's people and bodies at one point of the walk."""

    scores: dict[int, float] = field(default_factory=dict)

    def add(self, entity: int, weight: float) -> None:
        self.scores[entity] = self.scores.get(entity, 0.0) + weight

    def fade(self, rate: float) -> None:
        self.scores = {entity: score * rate for entity, score in self.scores.items() if score > 0.01}


def resolve_links(scene: Scene, links: list[Link | None]) -> list[Who | None]:
    """Who speaks each quotation, in order; None where no link or nobody fits."""
    walk = _Walk(scene, links)
    walk.run()
    return [walk.answer(link) if link else None for link in links]


class _Walk:
    def __init__(self, scene: Scene, links: list[Link | None]) -> None:
        self.scene = scene
        self.cast = scene.cast
        self.salience = Salience()
        self.who: dict[tuple[int, int], Who | None] = {}
        self.sources = {(link.row, link.at) for link in links if link}
        self.heads = _role_heads(scene)
        self.surnames = _surnames(scene)
        self.namesakes = _namesakes(scene)
        self.stranger_keys: dict[str, int] = {}
        self.strangers: list[Who] = []  # people without an entry in the cast: "the caretaker"

    def run(self) -> None:
        for number, row in enumerate(self.scene.rows):
            if row.kind is ParagraphKind.HEADING:
                continue
            borders = set(row.borders)
            before = (dict(self.salience.scores), list(self.strangers), dict(self.stranger_keys))
            for at, unit in enumerate(row.units):
                # a sentence without end (a list, a hostile page) fades as it goes on
                if at in borders or at % _ENDLESS == _ENDLESS - 1:
                    self.salience.fade(SENTENCE_FADES)
                self._meet(number, row, at, unit)
            if row.kind is ParagraphKind.BLOCKQUOTE:
                # who is spoken of in words quoted from elsewhere is not "she" in the next paragraph
                self.salience.scores, self.strangers, self.stranger_keys = before
            self.salience.fade(PARAGRAPH_FADES)

    def _meet(self, number: int, row: Row, at: int, unit: Unit) -> None:
        place = (number, at)
        who: Who | None = None
        if unit.kind is UnitKind.NAME:
            who = self._named(unit)
        elif unit.kind is UnitKind.PRONOUN:
            who = self._pronoun(unit)
        elif unit.kind is UnitKind.NOMINAL:
            who = self._nominal(row, at, unit)
        elif unit.low in {"his", "her", "him"}:
            who = self._pronoun(unit)
        if who is None:
            return
        if place in self.sources:
            self.who[place] = who
        if who.entity is not None:
            weight = _weight(row, at, unit) + (SPOKE if place in self.sources else 0.0)
            self.salience.add(who.entity, weight * (1.0 if unit.kind is UnitKind.NAME else who.sure))
            if unit.owner >= 0:
                self.salience.add(self.cast.mentions[unit.owner].entity, OWNER)
        else:
            if unit.owner >= 0:
                self.salience.add(self.cast.mentions[unit.owner].entity, OWNER)
            self._remember(row, at, unit, who, place in self.sources)

    def _remember(self, row: Row, at: int, unit: Unit, who: Who, spoke: bool) -> None:
        """A person without a name can be "she" in the next sentence; strangers have negative keys."""
        if who.words is None or not (who.named or _is_one_person(unit)):
            return
        if not spoke and _weight(row, at, unit) < SUBJECT:
            return
        key = self.stranger_keys.setdefault(fold(who.words.text), len(self.strangers))
        if key == len(self.strangers):
            self.strangers.append(who)
        weight = _weight(row, at, unit) + (SPOKE if spoke else 0.0)
        self.salience.add(-1 - key, weight * (1.0 if who.named else STRANGER))

    def answer(self, link: Link) -> Who | None:
        if link.how is How.LABEL:
            return self._overlooked(link.unit)
        return self.who.get((link.row, link.at))

    # ------------------------------------------------------------------ kinds of mention

    def _overlooked(self, unit: Unit) -> Who:
        """A name that the cast has not marked here: by its last word, or as it is printed."""
        last = fold(unit.low).split()[-1]
        entity = self.surnames.get(last)
        if entity is not None:
            return Who(entity, 0.9)
        phrase = self.scene.article.phrase(unit.span.start, unit.span.end)
        return Who(None, 0.8, phrase, named=True)

    def _named(self, unit: Unit) -> Who:
        if unit.ref < 0:
            return self._overlooked(unit)
        mention = self.cast.mentions[unit.ref]
        entity = self.cast.of(mention)
        shared = self.namesakes.get(mention.entity)
        if shared:
            found = self._best(lambda one: float(one in shared))
            if found is not None:
                return Who(found.entity, 0.5 + 0.5 * (found.sure - 0.5) * 2 * 0.9)
        return Who(mention.entity, 0.8 if entity.kind is EntityKind.PLACE else entity.confidence)

    def _pronoun(self, unit: Unit) -> Who | None:
        gender = _GENDERS.get(unit.low)
        if gender:
            return self._best(lambda entity: self._fits(entity, gender), strangers=True)
        if unit.low == "it":
            return self._best(lambda entity: float(self.cast.entities[entity].kind is EntityKind.ORG))
        return None

    def _best(self, fit: _Fit, strangers: bool = False) -> Who | None:
        ranked = sorted(
            (
                (score * weight, entity)
                for entity, score in self.salience.scores.items()
                if (entity >= 0 or strangers) and (weight := fit(entity)) > 0
            ),
            reverse=True,
        )
        if not ranked:
            return None
        best, entity = ranked[0]
        second = ranked[1][0] if len(ranked) > 1 else 0.0
        sure = best / (best + second) if best else 0.0
        return Who(entity, sure) if entity >= 0 else replace(self.strangers[-1 - entity], sure=sure)

    def _fits(self, key: int, gender: str) -> float:
        """1 for the same gender, less when it is not known, 0 for the other and for bodies."""
        if key < 0:
            words_of = self.strangers[-1 - key].words
            noun = fold(words_of.text).split() if words_of else []
            own = next((_NOUN_GENDERS[word] for word in noun if word in _NOUN_GENDERS), None)
        else:
            entity = self.cast.entities[key]
            if entity.kind is not EntityKind.PERSON:
                return 0.0
            own = entity.gender
        return UNKNOWN_GENDER if own is None else float(own == gender)

    def _nominal(self, row: Row, at: int, unit: Unit) -> Who:
        beside = _apposed(row, at)
        if beside is not None:
            return Who(self.cast.mentions[beside].entity, 0.9)
        bearer = self._bearer(unit)
        if bearer is not None:
            return bearer
        span = described(self.scene.article.text, row, at)
        return Who(None, 0.7, self.scene.article.phrase(span.start, span.end))

    def _bearer(self, unit: Unit) -> Who | None:
        """ "The mayor", "the Harbour senator": the most salient one printed with that role."""
        lead = unit.span.of(self.scene.article.text).lower()
        if "'s " in lead or "’s " in lead or not lead.startswith("the "):
            return None
        head = _singular(unit.low)
        bearers = self.heads.get(head, frozenset()) or self._bodies(head)
        if bearers:
            found = self._best(lambda entity: float(entity in bearers))
            return Who(found.entity, 0.55 + 0.7 * (found.sure - 0.5)) if found else None
        return self._variation(unit, head)

    def _variation(self, unit: Unit, head: str) -> Who | None:
        """Another word for the one just named: "the 23-year-old forward", "the company"."""
        said = unit.span.of(self.scene.article.text)
        if head in words("org_generic.txt"):
            found = self._best(lambda one: float(self.cast.entities[one].kind is EntityKind.ORG))
        elif head in words("role_nouns.txt") and re.search(r" (?:[A-Z]|\d)", said) and len(said.split()) > 2:
            found = self._best(lambda one: float(self.cast.entities[one].kind is EntityKind.PERSON))
        else:
            return None
        return Who(found.entity, VARIATION * found.sure) if found and found.sure > 0.5 else None

    def _bodies(self, head: str) -> frozenset[int]:
        """ "The commission": the bodies whose name has the word."""
        return frozenset(
            index
            for index, entity in enumerate(self.cast.entities)
            if entity.kind is EntityKind.ORG and head in fold(entity.name.text).split()
        )


_NOUN_GENDERS = {
    **dict.fromkeys(["woman", "sister", "mother", "wife", "daughter", "widow", "girl", "aunt", "niece",
                     "grandmother", "spokeswoman", "chairwoman", "congresswoman", "policewoman"], "f"),
    **dict.fromkeys(["man", "brother", "father", "husband", "son", "boy", "uncle", "nephew", "grandfather",
                     "spokesman", "chairman", "congressman", "policeman", "widower"], "m"),
}  # fmt: skip
_NOT_ONE = frozenset({"police", "staff", "family", "council", "campaign", "company", "statement", "report"})


def _is_one_person(unit: Unit) -> bool:
    """A role or kin in the singular."""
    single = not unit.low.endswith("s") or unit.low.endswith("ss")
    return unit.kind is UnitKind.NOMINAL and single and unit.low not in _NOT_ONE and unit.low in _persons()


@cache
def _persons() -> frozenset[str]:
    return words("role_nouns.txt") | frozenset(_NOUN_GENDERS)


def _weight(row: Row, at: int, unit: Unit) -> float:
    start, end = row.sentence(at)
    before = row.units[at - 1] if at > start else None
    after = row.units[at + 1] if at + 1 < end else None
    if unit.possessive or unit.low in {"his", "her"}:
        return OWNER
    if before is not None and before.low in words("prepositions.txt"):
        return IN_PHRASE
    if before is None or before.kind in {UnitKind.POINT, UnitKind.QUOTE}:
        return SUBJECT + (FIRST if at == start else 0.0)
    subject = after is not None and (after.kind is UnitKind.CUE or after.low in words("speech_adverbs.txt"))
    return SUBJECT if subject or before.low in words("clause_openers.txt") else OBJECT


def _apposed(row: Row, at: int) -> int | None:
    """The mention in "the mayor, Jane Roe," and "his partner at Lenox, John Poe,"."""
    units = row.units
    comma = _past_modifiers(units, at)
    if comma + 1 < len(units) and units[comma].low == "," and units[comma + 1].kind is UnitKind.NAME:
        name = units[comma + 1]
        closing = units[comma + 2] if comma + 2 < len(units) else None
        ends = closing is None or closing.low in {",", "."} or closing.kind is UnitKind.QUOTE
        if ends and not name.possessive and name.ref >= 0:
            return name.ref
    return None


_MODIFYING = frozenset({"for", "of", "at", "in", "with", "from", "on", "to"})


def _past_modifiers(units: list[Unit], at: int) -> int:
    """Index after "for the Harbour Board", "of Lenox", "of them" behind the phrase at ``at``."""
    index = at + 1
    while index + 1 < len(units) and units[index].low in _MODIFYING:
        following = units[index + 1]
        if following.kind not in {UnitKind.NAME, UnitKind.NOMINAL} and following.low != "them":
            break
        index += 2
    return index


def described(text: str, row: Row, at: int) -> Span:
    """A source without a name as printed: "a spokesman for the Harbour Board"."""
    span = row.units[at].span
    end = row.units[_past_modifiers(row.units, at) - 1].span.end
    owned = re.compile(r"['’]s$").search(text[span.start : end])
    return Span(span.start, end - (2 if owned else 0))


def _surnames(scene: Scene) -> dict[str, int]:
    """Folded last word of a person's name -> the one bearer; a name that two bear is left out."""
    found: dict[str, int] = {}
    shared: set[str] = set()
    for index, entity in enumerate(scene.cast.entities):
        if entity.kind is EntityKind.PERSON:
            last = fold(entity.name.text).split()[-1]
            if last in found:
                shared.add(last)
            found[last] = index
    return {last: index for last, index in found.items() if last not in shared}


def _namesakes(scene: Scene) -> dict[int, frozenset[int]]:
    """Somebody printed by surname only -> the people printed in full who share it."""
    full: dict[str, set[int]] = {}
    for index, entity in enumerate(scene.cast.entities):
        parts = fold(entity.name.text).split()
        if entity.kind is EntityKind.PERSON and len(parts) > 1:
            full.setdefault(parts[-1], set()).add(index)
    found: dict[int, frozenset[int]] = {}
    for index, entity in enumerate(scene.cast.entities):
        name = fold(entity.name.text)
        if entity.kind is EntityKind.PERSON and name in full and " " not in name:
            found[index] = frozenset(full[name])
    return found


def _role_heads(scene: Scene) -> dict[str, frozenset[int]]:
    """Head noun of a printed role or title -> its bearers, as indexes of the cast."""
    heads: dict[str, set[int]] = {}
    for index, entity in enumerate(scene.cast.entities):
        if entity.kind is EntityKind.PLACE:
            continue
        for role in entity.roles:
            for piece in re.split(r",| and ", role.text.lower()):
                own = re.split(r" (?:of|for|at|in|from|who|on|to|with) ", piece, maxsplit=1)[0]
                named = [word for word in re.findall(r"[a-z][a-z\-]+", own) if _head_word(word) in _heads()]
                if named:
                    heads.setdefault(_singular(_head_word(named[-1])), set()).add(index)
        for span in entity.mentions:
            title = re.search(r"([A-Z][a-z]+)\.? $", scene.article.text[max(0, span.start - 20) : span.start])
            if title and _head_word(title.group(1).lower()) in _heads():
                heads.setdefault(_head_word(title.group(1).lower()), set()).add(index)
    return {head: frozenset(bearers) for head, bearers in heads.items()}


_TITLES = {
    "gov": "governor", "sen": "senator", "rep": "congressman", "pres": "president", "prof": "professor",
    "dr": "doctor", "rev": "pastor", "sgt": "sergeant", "lt": "lieutenant", "gen": "general",
}  # fmt: skip


def _head_word(word: str) -> str:
    return _TITLES.get(word, word)


@cache
def _heads() -> frozenset[str]:
    return words("role_nouns.txt") | words("unnamed.txt")


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word
