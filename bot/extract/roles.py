"""Roles as printed: titles before a name, appositives around it, clauses with "who chairs".

Every role is a slice beside the name; nothing is put together from two places. Where a pattern is
not certain, there is no role.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from bot.extract import gazetteer as known
from bot.extract.cast import EntityKind
from bot.extract.lexicon import words

WINDOW_CHARS = 200
LIMIT_ROLE_CHARS = 120

_COURTESY = frozenset(
    {"mr", "mrs", "ms", "mx", "miss", "sir", "dame", "madame", "herr", "frau", "señor", "señora", "dr",
     "lord", "lady", "sens", "reps"}
)  # fmt: skip
_PARTY = re.compile(r" \((?:[DRI]|Lab|Con|LD|SNP|DUP|Lib Dem|Green)(?:[-\u2013, ]{1,2}[A-Z][\w. ]*)?\)")
_AGE = re.compile(r"(?:, (?:who is |aged )?| \(|, aged |, now )(\d{1,3})(?=[,.;)]| and )\)?")
_YEARS_OLD = re.compile(r"\b(\d{1,3}|[a-z]+(?:-[a-z]+)?)-year-old\b")
_STOP = re.compile(
    r"[;:\n(\u201d\"\u2014!?]| [-\u2013] |,(?!\d)(?! (?:Inc|Ltd|LLC|Jr|Sr)\b)"
    r"|\.(?=\s|$|[\"\u201d])(?<!\b[A-Z]\.)(?<!\b(?:St|Dr|Mr|Ms|Jr|Sr|No)\.)"
    r"(?<!\b(?:Mrs|Inc|Ltd)\.)(?<!\bCorp\.)"
    r"| (?:said|says|told|added|who|whom|whose|which|where|when|while|but|has|had|was|is|were|will|would)\b"
)
_ARTICLE = re.compile(r"(?:the|an?|its|his|her|their|our|my|whose) ", re.IGNORECASE)
_WORD = re.compile(r"[\w\u2019'&.-]+")
_RELATIVE = re.compile(
    r", who (?:(is|was|has been|had been|became) (?=the |an? )"
    r"|(?:also |now |once |later |has |had )?([a-z-]+))\b"
)
_COPULA = re.compile(r" (?:is|was|became) (?=(?:the|an?) )")
_ROSE = re.compile(r", (?=who rose to prominence as )")
_TENURE = re.compile(
    r", (?=who has [a-z]+ (?:(?:[\w\u2019'-]|No\.)+ ){1,8}(?:for [\w-]+ years|since \d{4})\b)"
)
_LATER = re.compile(
    r", (?=who [a-z]+ (?:[\w\u2019'-]+ ){1,8}and (?:now|later|then) "
    r"(?:leads|heads|runs|owns|chairs|directs|teaches|led) )"
)
_AGED = re.compile(r"(?:(?<=[.!?] )|(?<=[.!?][\u201d\"] )|(?<=\n)|\A)The (\d{1,3}-year-old) ")
_OF_WHAT = re.compile(r" (?:of|for|at|from|with) ")
_WHO_CLAUSE = re.compile(r", who (?:[a-z]+s|has [a-z]+|[a-z]+ed) [^,.;\n]{2,90}(?=[,.])")
_INTO_NAME = re.compile(
    r"(?<![\w\u2019'-])((?:[Tt]he|[Aa]n?|[Ii]ts|[Hh]is|[Hh]er|[Tt]heir|[Oo]ur|[Ww]hose|[Mm]y"
    r"|(?:[A-Z][\w.\u2019'-]*,? ){0,4}?[A-Z][\w.-]*['\u2019]s?|[Tt]he \w+['\u2019]s?)"
    r" [^,.;:\"\u201c\u201d()\n]{3,110}), (?:the )?$"
)
_KIN = re.compile(  # nobody is "a husband" in a digest: "her husband"
    r"(?:his|her|their) (?:[\w-]+ ){0,2}(?:husband|wife|spouse|partner|father|mother|son|daughter|brother"
    r"|sister|widow|widower|uncle|aunt|niece|nephew|cousin|grand\w+|parents?|fianc\S+)$",
    re.IGNORECASE,
)
_OWNER = re.compile(r"\b(?:owner|parent|maker|supplier|operator|sponsor|builder|publisher|rival|employer)$")
_SPEECH_BEFORE = re.compile(
    r"\b(?:said|says|added|told \w+|according to) (?:the|an?|its|[A-Z]\S*['\u2019]s) [^\"\u201c\u201d]*$"
)
_ENDED = re.compile(r"(?:[a-z\u2019'\")\u201d]{2}|\d)[.?!][\"\u201d\u2019]? $")
_ROLE_ENDINGS = (
    "ologist", "ographer", "teacher", "keeper", "worker", "woman", "person", "ician", "master", "founder",
    "maker", "driver", "officer", "analyst", "scientist",
)  # fmt: skip
_VERB_FIRST = re.compile(
    r"(?:said|says|told|added|asked|whose|who|which|where|when|and|but|he|she|it|they|in|at|on)\b"
)
_OF_ORG = re.compile(
    r" (?:of|from|at|with) (?:the )?((?:[A-Z][\w&\u2019'-]*)"
    r"(?: (?:of|for|and|the|&|[A-Z][\w&\u2019'-]*))*(?<! of)(?<! for)(?<! and)(?<! the))"
)
_GROUP_TAIL = re.compile(r" (?:group|militia|movement|party|network|faction)\b")
_GROUP_HEAD = re.compile(r"(?<![\w-])([A-Z][\w.-]*['\u2019]s (?:[a-z][\w-]+ ){0,3})$")
_NAMED = re.compile(r"\b(?:[Aa]n?|[Tt]he) ((?:[\w\u2019'-]+ ){0,4}[\w-]+) (?:named|called) $")
_CLAUSE_END = re.compile(r"[;\n]|,(?!\d)|\.(?=\s|$)")
_OFFICE_BEFORE = re.compile(
    r"((?:[A-Z][\w.\u2019'-]+ ){0,3}"
    r"(?:Secretary|Minister|Director|Commissioner|Governor|Archbishop|Bishop|Speaker)"
    r" (?:of|for) (?:the )?[A-Z]\w+(?: (?:and )?[A-Z]\w+){0,3}) $"
)
_ORG_NOUN_BEFORE = re.compile(r"((?:[\w\u2019'&.-]+ ){1,6})$")
_ORG_NOUN_AFTER = re.compile(
    r", (?=(?:the|an?|its|one of) |which (?:is|was|has|owns|runs|makes|operates|represents) )"
)


class Role(NamedTuple):
    """[start, end) of the source it was found in; the higher ``weight`` the better."""

    start: int
    end: int
    weight: float


class Age(NamedTuple):
    start: int
    end: int


def roles_beside(text: str, start: int, end: int, kind: EntityKind, low: int, high: int) -> list[Role]:
    """Roles of the name at [start, end), looked for inside [low, high), which is its paragraph."""
    low, high = max(low, start - WINDOW_CHARS), min(high, end + WINDOW_CHARS)
    if kind is EntityKind.ORG:
        before = _noun_phrase_before(text, low, start, text[end : end + 1], kind)
        around = _org_around(text, low, start, end)
        return [*before, *_org_before(text, low, start), *around, *_org_after(text, end, high)]
    if kind is not EntityKind.PERSON:
        return []
    after = end
    party = _PARTY.match(text, after, high)
    after = party.end() if party else after
    age = _AGE.match(text, after, high)
    after = age.end() if age else after
    return [
        *_title_before(text, low, start),
        *_named_before(text, low, start),
        *_noun_phrase_before(text, low, start, text[after : after + 1], kind),
        *_after(text, after, high),
    ]


def age_beside(text: str, start: int, end: int, low: int, high: int) -> Age | None:
    """The age printed beside the name: "X, 45," or "the 45-year-old X" or "X, a 45-year-old nurse"."""
    match = _AGE.match(text, end, min(high, end + 24))
    if match and int(match[1]) < 120:
        return Age(*match.span(1))
    before = text[max(low, start - 40) : start]
    for match in _YEARS_OLD.finditer(before):
        if not re.search(r"[,.;]", before[match.end() :]):
            base = max(low, start - 40)
            return Age(base + match.start(), base + match.end())
    match = _YEARS_OLD.match(text, end + 2, high) if text[end : end + 2] == ", " else None
    article = re.compile(r", (?:an?|the) ").match(text, end, high)
    match = match or (_YEARS_OLD.match(text, article.end(), high) if article else None)
    return Age(*match.span()) if match else None


# -------------------------------------------------------------------------------- before


def _title_before(text: str, low: int, start: int) -> list[Role]:
    """ "U.S. President", "then deputy police chief", "Sen.": the words right before the name."""
    if text[start - 1 : start] != " ":
        return []
    office = _OFFICE_BEFORE.search(text, low, start)
    if office:
        return [Role(*office.span(1), 4.5)]
    parts = list(_WORD.finditer(text[low : start - 1]))
    if not parts or parts[-1].end() != start - 1 - low:
        return []
    while len(parts) > 1 and known.bare(parts[-1][0]) in _COURTESY:
        parts.pop()
    last = parts[-1][0]
    if known.bare(last) in _COURTESY or not (known.is_title(last) or _is_role(last)):
        return []
    end = low + parts[-1].end()
    first = len(parts) - 1
    while first and text[low + parts[first - 1].end() : low + parts[first].start()] == " ":
        word = parts[first - 1][0]
        ended = word.endswith(".") and not _is_short(word)
        if ended or not _modifies(word, low + parts[first - 1].start(), text):
            break
        first -= 1
    named = first < len(parts) - 1
    return [Role(low + parts[first].start(), end, 4.5 if named else 4.0)]


def _is_short(word: str) -> bool:
    """An abbreviation: "U.S.", "Lt.", "Sen."; not the end of a sentence ("City Hall. Mayor X")."""
    return "." in word[:-1] or len(word) < 4 or known.is_title(word)


def _named_before(text: str, low: int, start: int) -> list[Role]:
    """ "a dock worker named X"."""
    match = _NAMED.search(text, low, start)
    if match is None or not _has_head(match[1], EntityKind.PERSON):
        return []
    return [Role(*match.span(1), 4.0)]


def _modifies(word: str, at: int, text: str) -> bool:
    """Belongs to the title: "former", "U.S.", "Norden's", "police"."""
    lower = word.lower()
    if lower in words("sentence_starts.txt"):
        return False
    if lower in words("role_modifiers.txt") or _is_role(word) or known.is_title(word):
        return True
    if not word[0].isupper():
        return word.endswith(("'s", "\u2019s"))
    opening = at == 0 or text[at - 1] in '\n"\u201c\u2018' or _ENDED.search(text[max(0, at - 6) : at])
    return not opening or not lower.endswith(("ly", "ing", "ed"))


def _is_role(word: str) -> bool:
    """A role noun, or a word made like one ("oceanographer", "dockworker")."""
    lower = word.lower().rstrip(".")
    nouns = words("role_nouns.txt")
    if lower.endswith("man") and len(lower) > 7:  # "ploughman", not "German"
        return True
    return lower in nouns or lower.endswith(_ROLE_ENDINGS) or lower.rpartition("-")[2] in nouns


def _noun_phrase_before(text: str, low: int, start: int, following: str, kind: EntityKind) -> list[Role]:
    """ "the Y of Z, X," and "Y's chief executive, X,": the clause must close after the name."""
    match = _INTO_NAME.search(text, low, start)
    if match is None:
        return []
    if following not in {",", ".", ";", ":", "\u201d", "\u2014", ""} and not _SPEECH_BEFORE.search(
        text, low, start
    ):
        return []
    phrase = match[1]
    if not (_has_head(phrase, kind) or (kind is EntityKind.ORG and _OWNER.search(phrase))):
        return []
    skip = None if _KIN.match(phrase) else _ARTICLE.match(phrase)
    return [Role(match.start(1) + (skip.end() if skip else 0), match.end(1), 5.0)]


def _org_before(text: str, low: int, start: int) -> list[Role]:
    """ "the militant Shiite group X", "Norden's largest bank, X"."""
    match = _ORG_NOUN_BEFORE.search(text, low, start)
    if match is None:
        return []
    parts = list(_WORD.finditer(match[1]))
    if not parts or parts[-1][0].lower() not in words("org_nouns.txt"):
        return []
    first = len(parts) - 1
    while first and _ARTICLE.fullmatch(parts[first - 1][0] + " ") is None and _describes(parts[first - 1][0]):
        first -= 1
    determined = first and _ARTICLE.fullmatch(parts[first - 1][0] + " ") is not None
    if not determined and first == len(parts) - 1:
        return []
    return [Role(match.start(1) + parts[first].start(), start - 1, 4.0)]


def _org_around(text: str, low: int, start: int, end: int) -> list[Role]:
    """ "Norden's militant X group": the name stands inside its own description."""
    tail = _GROUP_TAIL.match(text, end)
    head = _GROUP_HEAD.search(text, low, start) if tail else None
    return [Role(head.start(1), tail.end(), 2.0)] if tail and head else []


def _describes(word: str) -> bool:
    if word[0].isupper():
        return word.lower() not in words("sentence_starts.txt")
    return word not in words("sentence_starts.txt") and ("-" in word or not word.endswith(("ed", "s")))


# --------------------------------------------------------------------------------- after


def _after(text: str, end: int, high: int) -> list[Role]:
    relative = _RELATIVE.match(text, end, high)
    if relative:
        return _relative(text, end, high, relative)
    copula = _COPULA.match(text, end, high)
    if copula:
        return [role._replace(weight=2.0) for role in _phrase_at(text, copula.end(), high, EntityKind.PERSON)]
    member = _OF_ORG.match(text, end, high)
    if member:
        ours = any(known.is_org_word(word) for word in member[1].split())
        return [Role(member.start(1), member.end(1), 3.0)] if ours or " " in member[1] else []
    for opener in (", ", " \u2014 ", " \u2013 ", " ("):
        if text.startswith(opener, end):
            return _phrase_at(text, end + len(opener), high, EntityKind.PERSON)
    return []


def _relative(text: str, end: int, high: int, match: re.Match[str]) -> list[Role]:
    if match[1]:
        return [role._replace(weight=4.2) for role in _phrase_at(text, match.end(), high, EntityKind.PERSON)]
    rose = _ROSE.match(text, end, high)
    tenure = _TENURE.match(text, end, high) or _LATER.match(text, end, high)
    if tenure and match[2] not in words("role_verbs.txt"):
        return _clause(text, end, high, match.end(), 2.4)
    present = match[2].endswith("s") and match[2] not in {"was", "says", "has", "is", "does", "goes", "as"}
    if not rose and not present and match[2] not in words("role_verbs.txt"):
        return []
    weight = 1.0 if rose else 3.5 if match[2] in words("role_verbs.txt") else 2.5
    return _clause(text, end, high, match.end(), weight)


def _clause(text: str, end: int, high: int, after: int, weight: float) -> list[Role]:
    """The relative clause that begins two characters behind ``end``, whole."""
    stop = _STOP.search(text, after, high)
    last = stop.start() if stop else high
    return [Role(end + 2, last, weight)] if last - (end + 2) <= LIMIT_ROLE_CHARS else []


def _phrase_at(text: str, first: int, high: int, kind: EntityKind) -> list[Role]:
    """The noun phrase that begins at ``first``, when its head is a role."""
    stop = _STOP.search(text, first, high)
    last = stop.start() if stop else high
    if last == high and high < len(text) and text[high] != "\n":
        return []
    if _VERB_FIRST.match(text, first, last):
        return []
    article = _ARTICLE.match(text, first, last)
    begin = article.end() if article else first
    phrase = text[begin:last].rstrip().removesuffix(" and")
    if not phrase or len(phrase) > LIMIT_ROLE_CHARS or not _has_head(phrase, kind):
        return []
    definite = article is not None and article[0].lower() == "the "
    if article is None and not _opens_role(phrase):
        return []
    return [Role(begin, begin + len(phrase), 5.0 if definite else 4.6)]


def _opens_role(phrase: str) -> bool:
    """Without an article: "chief executive of X", "Norden's mayor", "47-year-old baker", "its chair"."""
    first = phrase.split(maxsplit=1)[0]
    plain = first.lower()
    return (
        plain in words("role_modifiers.txt")
        or plain in {"its", "his", "her", "their", "our", "my"}
        or _is_role(first)
        or first.endswith(("'s", "\u2019s", "s\u2019", "-old"))
        or (known.is_title(first) or first[0].isupper())
    )


def redescribed(text: str, low: int, high: int) -> list[Role]:
    """ "The 61-year-old oceanographer, who leads X, ...": a sentence that takes up somebody named before."""
    found: list[Role] = []
    for match in _AGED.finditer(text, low, high):
        end = 0
        for word in list(_WORD.finditer(text, match.end(), min(high, match.end() + 80)))[:4]:
            if text[word.start() - 1] != " " or (end and not _is_role(word[0])):
                break
            end = word.end() if _is_role(word[0]) else end
        if not end:
            continue
        if _OF_WHAT.match(text, end, high):
            stop = _STOP.search(text, end, high)
            end = stop.start() if stop else end
        clause = _WHO_CLAUSE.match(text, end, high)
        end = clause.end() if clause else end
        if end - match.start(1) <= LIMIT_ROLE_CHARS:
            found.append(Role(match.start(1), end, 4.0))
    return found


def _has_head(phrase: str, kind: EntityKind) -> bool:
    """A role noun stands before the first preposition, among the first eight words."""
    parts = [match[0].lower().rstrip(".") for match in _WORD.finditer(phrase)][:8]
    for at, word in enumerate(parts):
        if at and word in {"of", "for", "at", "in", "from", "with", "by", "on", "to", "and", "that"}:
            parts = parts[:at]
            break
    if kind is EntityKind.PERSON:
        return any(_is_role(word) for word in parts[-3:])
    nouns = words("org_nouns.txt")
    return any(word in nouns or word.rpartition("-")[2] in nouns for word in parts)


def _org_after(text: str, end: int, high: int) -> list[Role]:
    """ "X, a charity that feeds ...", "X, which owns ..."."""
    match = _ORG_NOUN_AFTER.match(text, end, high)
    if match is None:
        return []
    if text.startswith("which", match.end()):
        stop = _CLAUSE_END.search(text, match.end(), high)
        last = stop.start() if stop else high
        return [Role(match.end(), last, 1.5)] if last - match.end() <= LIMIT_ROLE_CHARS else []
    return [role._replace(weight=3.0) for role in _phrase_at(text, match.end(), high, EntityKind.ORG)]


def best(roles: Sequence[Role]) -> list[Role]:
    """Best first, of equals the earlier."""
    return sorted(roles, key=lambda role: (-role.weight, role.start))
