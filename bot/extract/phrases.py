"""Units of prose and how words become phrases: noun phrases that could speak, verbs of saying."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from bot.extract.lexicon import entries, words
from bot.types import Span


class UnitKind(StrEnum):
    QUOTE = "quote"
    NAME = "name"
    PRONOUN = "pronoun"
    NOMINAL = "nominal"  # "the mayor", "police", "Smith's lawyer"
    CUE = "cue"
    WORD = "word"
    POINT = "point"


SPEAKING = frozenset({UnitKind.NAME, UnitKind.PRONOUN, UnitKind.NOMINAL})


@dataclass(frozen=True, slots=True)
class Unit:
    """``ref``: index of the quotation or of the cast mention; ``owner``: mention of a possessor."""

    kind: UnitKind
    span: Span
    low: str
    ref: int = -1
    owner: int = -1
    possessive: bool = False  # "'s" follows
    weak: bool = False  # a cue that is often no verb of saying
    capital: bool = False
    place: bool = False  # the name of a place


DETERMINERS = words("determiners.txt")
PRONOUNS = frozenset({"he", "she", "they", "it", "i", "we", "you", "who"})
_STOPS = words("phrase_stops.txt")
ABBREVIATIONS = words("abbreviations.txt")


def chunked(tokens: list[Unit]) -> list[Unit]:
    """Noun phrases made one unit, cues marked."""
    tokens = _with_overlooked_names(tokens)
    out: list[Unit] = []
    at = 0
    while at < len(tokens):
        unit, following = _phrase(tokens, at)
        out.append(unit)
        at = following
    return out


def _with_overlooked_names(tokens: list[Unit]) -> list[Unit]:
    """Capitals right beside a cue are a name even where the cast has none: ``ref`` stays -1."""
    out: list[Unit] = []
    at = 0
    while at < len(tokens):
        titled = at > 0 and tokens[at - 1].low in _COURTESY
        end = at
        while end < len(tokens) and end - at < 4 and _could_be_name(tokens[end], titled):
            end += 1
        if end > at and _beside_cue(tokens, at, end, titled):
            span = Span(tokens[at].span.start, tokens[end - 1].span.end)
            low = " ".join(token.low for token in tokens[at:end])
            out.append(Unit(UnitKind.NAME, span, low, possessive=tokens[end - 1].possessive, capital=True))
            at = end
        else:
            out.append(tokens[at])
            at += 1
    return out


_COURTESY = frozenset({"mr", "mrs", "ms", "miss", "dr", "sir", "dame", "sen", "rep", "gov", "rev", "prof"})


def _could_be_name(token: Unit, titled: bool) -> bool:
    low = token.low
    if token.kind is not UnitKind.WORD or not token.capital or low in _STOPS or low in DETERMINERS:
        return False
    if low in cue_forms() or low in ABBREVIATIONS or low in words("calendar.txt"):
        return False
    return titled or not (low in _source_nouns() or low in words("clause_openers.txt"))


def _beside_cue(tokens: list[Unit], at: int, end: int, titled: bool) -> bool:
    """``said Ellis`` or ``Rival Jane Roe said``; a single capital that begins a sentence does not count."""
    after = tokens[end].low if end < len(tokens) else ""
    before = tokens[at - 1].low if at else ""
    according = before == "to" and at > 1 and tokens[at - 2].low == "according"
    if (before in _SPEECH and at > 0) or according:
        return after not in _SPEECH
    quoted = at > 0 and tokens[at - 1 - (before == "," and at > 1)].kind is UnitKind.QUOTE
    return after in _SPEECH and (end - at > 1 or quoted or titled or before == ",")


_SPEECH = frozenset({"said", "says", "told", "added", "wrote", "tweeted", "asked", "explained", "continued"})


def _phrase(tokens: list[Unit], at: int) -> tuple[Unit, int]:
    token = tokens[at]
    if token.kind is UnitKind.NAME or (token.kind is UnitKind.WORD and _starts_phrase(tokens, at)):
        return _noun_phrase(tokens, at)
    if token.kind is UnitKind.WORD and _is_cue(tokens, at):
        weak = cue_forms().get(token.low, False)
        return Unit(UnitKind.CUE, token.span, token.low, weak=weak, capital=token.capital), at + 1
    return token, at + 1


def _is_cue(tokens: list[Unit], at: int) -> bool:
    low = tokens[at].low
    before = tokens[at - 1].low if at else ""
    after = tokens[at + 1].low if at + 1 < len(tokens) else ""
    if (low in {"went", "goes"} and after == "on") or (low in {"put", "puts"} and after == "it"):
        then = tokens[at + 2] if at + 2 < len(tokens) else None
        return then is None or then.kind is not UnitKind.WORD
    if low not in cue_forms():
        return False
    if after == "to" and low.startswith(("continu", "begin", "began")):
        return False
    if before in _SPEECH and not low.endswith(("ed", "ing")):
        return False  # "told state television"
    # "secretary of state": no finite verb follows a preposition
    return not (before in _BEFORE_NOUN and not low.endswith(("ing", "ed")) and low != "said")


_BEFORE_NOUN = frozenset({"of", "in", "for", "on", "at", "with", "from", "into", "about", "under", "by"})


def _starts_phrase(tokens: list[Unit], at: int) -> bool:
    token = tokens[at]
    if token.low in DETERMINERS or token.possessive or _leads_to_name(tokens, at):
        return True
    if token.low not in words("unnamed.txt"):
        return False
    return token.low in _BARE or (token.low.endswith("s") and token.low not in cue_forms())


_BARE = frozenset({"police", "prosecution", "management", "counsel", "staff", "congress", "parliament"})


def _noun_phrase(tokens: list[Unit], at: int) -> tuple[Unit, int]:
    """The phrase from ``at``: its head is its last name or its last noun for a source."""
    end = at + 1
    while end < len(tokens) and end - at < 9 and _inside_phrase(tokens, end):
        end += 1
    names = [i for i in range(at, end) if tokens[i].kind is UnitKind.NAME]
    heads = [
        i for i in range(at, end) if tokens[i].kind is UnitKind.WORD and tokens[i].low in _source_nouns()
    ]
    last_name, last_head = (names or [-1])[-1], (heads or [-1])[-1]
    if last_name > last_head and not tokens[last_name].possessive:
        # "Clinton spokesman Brian Fallon": the last name speaks; a further noun makes it a thing
        token = tokens[last_name]
        return token, last_name + 1
    if last_head >= 0 and last_head >= last_name and not tokens[last_head].possessive:
        end = last_head + 1
    elif tokens[at].kind is UnitKind.NAME and not tokens[at].possessive:
        return tokens[at], at + 1
    if end == at + 1 and tokens[at].low in DETERMINERS and tokens[at].low not in _ALONE:
        return tokens[at], at + 1
    owner = next((tokens[i].ref for i in reversed(names) if i < end - 1), -1)
    span = Span(tokens[at].span.start, tokens[end - 1].span.end)
    head = tokens[end - 1]
    return Unit(UnitKind.NOMINAL, span, head.low, -1, owner, head.possessive, capital=tokens[at].capital), end


_ALONE = frozenset({"one", "another", "some", "many", "several", "most", "both", "others", "few", "all"})


def _inside_phrase(tokens: list[Unit], at: int) -> bool:
    token, before = tokens[at], tokens[at - 1]
    if token.kind is UnitKind.NAME:
        return (
            before.kind is not UnitKind.NAME or before.possessive or before.span.end + 1 == token.span.start
        )
    if token.kind is not UnitKind.WORD or token.low in _STOPS or token.low in DETERMINERS:
        return False
    if token.low in cue_forms():
        return _is_noun(tokens, at)
    if before.kind is UnitKind.NAME and not before.possessive:
        return token.low in _source_nouns() or _leads_to_name(tokens, at)
    return not token.low.endswith("ly")


def _is_noun(tokens: list[Unit], at: int) -> bool:
    """A form that is a cue elsewhere: "the report said", "his comments", "an executive order"."""
    low, before = tokens[at].low, tokens[at - 1]
    if low in _NEVER_NOUNS or low.endswith(("ed", "ing")):
        return False
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if (before.low in DETERMINERS and before.low not in _ALONE) or before.possessive:
        return True
    base = not low.endswith("s")
    if base and before.low in DETERMINERS:
        return following is not None and following.kind is UnitKind.WORD and following.low not in _STOPS
    if base and before.kind is UnitKind.WORD and not before.low.endswith("s"):
        return True
    return low in words("unnamed.txt") and following is not None and following.low in cue_forms()


_NEVER_NOUNS = frozenset(
    {"said", "says", "told", "tells", "wrote", "writes", "asks", "adds", "argues", "thought"}
)


def _leads_to_name(tokens: list[Unit], at: int) -> bool:
    """Nothing but a role up to a name: "Fox News host Jane Roe", "retired Air Force general Roe"."""
    for token in tokens[at : at + 7]:
        if token.kind is UnitKind.NAME:
            return tokens[at].kind is not UnitKind.NAME
        if token.kind is not UnitKind.WORD or token.low in _STOPS or token.low in cue_forms():
            return False
        if token.low in DETERMINERS or token.low in words("calendar.txt"):
            return False
        small = token.low in _source_nouns() or token.low in words("role_adjectives.txt")
        if not (small or token.capital):
            return False
    return False


@cache
def _source_nouns() -> frozenset[str]:
    return words("unnamed.txt") | words("role_nouns.txt")


# ----------------------------------------------------------------------------- lexicon


@cache
def cue_forms() -> dict[str, bool]:
    """Every form of every cue -> whether it is weak, from ``cues.txt``."""
    forms = {"according": False}
    for entry in entries("cues.txt"):
        base, _, irregular = entry.partition(":")
        weak = base.startswith("~")
        for form in (*_regular(base.lstrip("~").strip()), *irregular.split()):
            forms[form] = forms.get(form, True) and weak
    return forms


def _regular(base: str) -> tuple[str, ...]:
    if base.endswith("e"):
        return base, base + "s", base + "d", base[:-1] + "ing"
    if base.endswith("y") and base[-2] not in "aeo":
        return base, base[:-1] + "ies", base[:-1] + "ied", base + "ing"
    if base.endswith(("s", "sh", "ch", "x")):
        return base, base + "es", base + "ed", base + "ing"
    return base, base + "s", base + "ed", base + "ing"
