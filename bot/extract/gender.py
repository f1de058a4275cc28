"""Gender by votes: titles, given names, and the pronoun that follows a person who stands alone.

Used to resolve "he" and "she"; never shown. No vote, or votes against each other: not known.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable

from bot.extract import gazetteer as known
from bot.extract.names import Found
from bot.types import Span

_PRONOUN = re.compile(r"\b(?:(he|him|his|himself)|(she|her|hers|herself))\b", re.IGNORECASE)
_QUOTED = re.compile(r"[\"\u201c][^\"\u201c\u201d]*[\"\u201d]?")
_WINDOW_CHARS = 160
_MARGIN = 1.0  # of votes; below it nobody is called "he" or "she"

# weight of one vote: a title is certain, a given name nearly, a pronoun nearby may mean another
_TITLE, _NOUN, _GIVEN, _NEARBY = 4.0, 3.0, 3.0, 0.6


def gender_of(text: str, found: Iterable[Found], roles: Iterable[str], others: list[int]) -> str | None:
    """ "m", "f" or None. ``others``: sorted starts of all people's names, where a pronoun's reach ends."""
    votes = {"m": 0.0, "f": 0.0}
    for one in found:
        title = known.titles().get(one.title)
        if title is not None and title.gender:
            votes[title.gender] += _TITLE
        _vote_given(one.span.of(text), votes)
        _vote_pronoun(text, one.span, others, votes)
    for role in roles:
        for word in role.lower().split():
            title = known.titles().get(word)
            if title is not None and title.gender:
                votes[title.gender] += _NOUN
                break
    margin = votes["m"] - votes["f"]
    if abs(margin) < _MARGIN:
        return None
    return "m" if margin > 0 else "f"


def _vote_given(name: str, votes: dict[str, float]) -> None:
    parts = name.split()
    if len(parts) < 2:
        return
    gender = known.given_names().get(parts[0])
    if gender in votes:
        votes[gender] = max(votes[gender], _GIVEN)


def _vote_pronoun(text: str, span: Span, others: list[int], votes: dict[str, float]) -> None:
    """The first pronoun after the name, before any other person is named, outside quotations."""
    end = span.end + _WINDOW_CHARS
    at = bisect_left(others, span.end)
    after = others[at] if at < len(others) else end
    window = _QUOTED.sub(" ", text[span.end : min(end, after)].split("\n", 1)[0])
    match = _PRONOUN.search(window)
    if match is not None:
        votes["m" if match[1] else "f"] += _NEARBY
