"""The quotation metric: spans one-to-one by overlap, then the speaker's mention and name.

Gold and found spans are trimmed of marks and closing points; a pair is a hit when their characters
overlap by 0.8 (intersection over union). Short gold quotations neither help nor hurt. A name is right
when its last name agrees with the resolved gold name; of a source without a name, its head noun must
stand in the printed description.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

SAME_SPAN = 0.8
TOUCHES = 0.5
MIN_WORDS = 5

Offsets = tuple[int, int]

_LEFT = " \t\n“”\"‘’'«»„"
_RIGHT = _LEFT + ",.;:"
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "r", "d"})
_TITLES = frozenset(
    ["mr", "mrs", "ms", "miss", "dr", "sen", "rep", "gov", "gen", "col", "lt", "sgt", "capt", "prof", "rev",
     "judge", "justice", "president", "senator", "representative", "congressman", "congresswoman", "governor",
     "mayor", "secretary", "sheriff", "chief", "minister", "sir", "lord", "dame", "king", "queen", "prince",
     "princess", "pope", "the", "a", "an", "former", "vice", "speaker", "ambassador", "candidate", "nominee",
     "republican", "democratic", "democrat", "spokesman", "spokeswoman"]
)  # fmt: skip
PRONOUNS = frozenset(
    ["he", "she", "they", "it", "i", "we", "who", "you", "him", "her", "them", "his", "their", "that", "this"]
)
_PARTICLE = r"(?:al|de|del|van|von|bin|el|la|der|ibn|du|di)"
_NAME_TOKEN = r"(?:(?:[A-Z]\.)+|[A-Z][\w’'\-]*\.?)"  # noqa: S105 - no secret
_NAMES = re.compile(rf"(?:\b{_PARTICLE}[ \-])?{_NAME_TOKEN}(?:[ ]+(?:{_PARTICLE}[ \-])?{_NAME_TOKEN})*")


@dataclass(frozen=True, slots=True)
class Found:
    """One part of a found quote with the speaker that would be shown."""

    span: Offsets
    speaker: str | None
    mention: Offsets | None


@dataclass(frozen=True, slots=True)
class Gold:
    """A labelled quotation. ``name``: resolved name; ``source``: the words beside the quotation."""

    span: Offsets
    source: str | None
    mention: Offsets | None
    name: str | None
    counted: bool  # long enough, and its label is settled
    slices: tuple[str, ...] = ()


@dataclass(slots=True)
class Tally:
    """Counts by name; ``by_slice`` the same for "pronoun", "split" ...; ``cases`` what went wrong."""

    counts: Counter[str] = field(default_factory=Counter)
    by_slice: dict[str, Counter[str]] = field(default_factory=dict)
    cases: list[str] = field(default_factory=list)

    def add(self, text: str, golds: Sequence[Gold], found: Sequence[Found], label: str = "") -> None:
        """Count one article in."""
        spans = [trimmed(text, *one.span) for one in found]
        pairs = paired(spans, golds)
        counted = sum(gold.counted for gold in golds)
        ignored = sum(at not in pairs and _ignored(text, span, golds) for at, span in enumerate(spans))
        self.counts.update(gold=counted, found=len(found) - ignored, hit=len(pairs))
        met = {at: number for number, at in pairs.items()}
        for at, gold in enumerate(golds):
            if not gold.counted:
                continue
            one = found[met[at]] if at in met else None
            outcome = _outcome(gold, one)
            self.counts.update(outcome)
            for name in (*gold.slices, source_kind(gold.source)):
                self.by_slice.setdefault(name, Counter()).update([*outcome, "gold"])
            if "right" not in outcome:
                shown = one.speaker if one else "(not found)"
                self.cases.append(
                    f"{label}: {text[slice(*gold.span)][:50]} | {gold.name or gold.source} | {shown}"
                )


def _ignored(text: str, span: Offsets, golds: Sequence[Gold]) -> bool:
    """Short, or one that the gold holds but does not count."""
    if count_words(text[slice(*span)]) < MIN_WORDS:
        return True
    return any(not gold.counted and overlap(span, gold.span) >= TOUCHES for gold in golds)


def paired(spans: Sequence[Offsets], golds: Sequence[Gold]) -> dict[int, int]:
    """Found -> gold, one-to-one, best overlap first."""
    close = sorted(
        (
            (overlap(span, gold.span), number, at)
            for number, span in enumerate(spans)
            for at, gold in enumerate(golds)
            if gold.counted and overlap(span, gold.span) >= SAME_SPAN
        ),
        reverse=True,
    )
    pairs: dict[int, int] = {}
    for _, number, at in close:
        if number not in pairs and at not in pairs.values():
            pairs[number] = at
    return pairs


def _outcome(gold: Gold, one: Found | None) -> list[str]:
    """Names of the counters that one gold quotation raises."""
    if one is None:
        return ["named"] if gold.name else []
    raised = ["met"]
    if not one.speaker:
        raised.append("abstained")
    if gold.source and gold.mention:
        raised.append("mention_asked")
        if one.mention and one.mention[0] < gold.mention[1] and one.mention[1] > gold.mention[0]:
            raised.append("mention_right")
    if gold.name:
        raised += ["named", "name_asked"]
        if same_name(one.speaker, gold.name):
            raised += ["name_right", "right"]
        elif _is_a_name(one.speaker):
            raised.append("wrong_name")
        if same_name(one.speaker, gold.name, whole=True):
            raised.append("full_right")
    elif _unnamed_right(gold.source, one.speaker):
        raised.append("right")
    elif _is_a_name(one.speaker):
        raised.append("wrong_name")
    return raised


def _unnamed_right(source: str | None, shown: str | None) -> bool:
    if source is None:
        return shown is None
    if not shown:
        return False
    if source.lower().strip() in PRONOUNS:
        return shown.lower() == source.lower()
    return head_noun(source) in tokens(shown)


def _is_a_name(shown: str | None) -> bool:
    return bool(shown) and shown is not None and bool(name_core(shown)) and shown.lower() not in PRONOUNS


def source_kind(source: str | None) -> str:
    if not source:
        return "none"
    if source.lower().strip() in PRONOUNS:
        return "pronoun"
    return "name" if name_core(source) else "nominal"


# ----------------------------------------------------------------------------- names


def tokens(words: str) -> list[str]:
    """Plain ASCII letters of each word, possessive ``'s`` off."""
    plain = unicodedata.normalize("NFKD", re.sub(r"[’']s\b", "", words))
    return re.findall(r"[a-z]+", plain.encode("ascii", "ignore").decode().lower())


def name_core(source: str) -> list[str]:
    """Tokens of the proper name in a mention: "Sen. Jane Roe (D-Wis.), the …" -> jane, roe."""
    core = [word for word in tokens(_name_in(source)) if word not in _TITLES and word not in _SUFFIXES]
    return [word for word in core if len(word) > 1] or core


def _name_in(source: str) -> str:
    lead = re.split(r"[,(]|\bwho\b", source)[0]
    best, size = "", 0
    for match in _NAMES.finditer(lead):
        own = [w for w in tokens(match.group()) if w not in _TITLES and w not in _SUFFIXES and len(w) > 1]
        if len(own) >= max(size, 1):
            best, size = match.group(), len(own)
        if size >= 2 and re.match(r"\s+(?:at|of|from|for|in|with|on)\b", lead[match.end() :]):
            break
    return best


def same_name(shown: str | None, gold: str, whole: bool = False) -> bool:
    """Last names agree; ``whole``: every token of the gold name is shown."""
    if not shown:
        return False
    want = name_core(gold) or tokens(gold)
    have = tokens(shown)
    if not want:
        return False
    if whole:
        return set(want) <= set(have)
    return want[-1] in have or (len(want) > 1 and want[-2] + want[-1] in have)


def head_noun(source: str) -> str:
    plain = unicodedata.normalize("NFKD", source).encode("ascii", "ignore").decode().lower()
    own = tokens(re.split(r"\b(?:of|for|who|from|in|at|with|on|that|by)\b|,", plain)[0])
    return own[-1] if own else ""


# ----------------------------------------------------------------------------- spans


def trimmed(text: str, start: int, end: int) -> Offsets:
    """Without marks and blanks at the rims, and without closing punctuation."""
    while start < end and text[start] in _LEFT:
        start += 1
    while end > start and text[end - 1] in _RIGHT:
        end -= 1
    return start, end


def overlap(one: Offsets, other: Offsets) -> float:
    """Intersection over union, in characters."""
    common = max(0, min(one[1], other[1]) - max(one[0], other[0]))
    union = max(one[1], other[1]) - min(one[0], other[0])
    return common / union if union else 0.0


def count_words(text: str) -> int:
    return len(re.findall(r"\w[\w'’\-]*", text))
