"""What the word lists know of a word or a name: one lookup for the rules and for the tagger's features."""

from __future__ import annotations

import gzip
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from bot.extract.lexicon import entries, words


class Title(NamedTuple):
    """``gender`` "m", "f" or None when the title tells none."""

    gender: str | None


@cache
def given_names() -> dict[str, str]:
    """Given name -> "m", "f" or "mf"."""
    return dict(_pair(line) for line in entries("first_names.tsv"))


@cache
def titles() -> dict[str, Title]:
    """Folded title without full stops -> what it tells. Compound titles carry a blank."""
    pairs = (_pair(line) for line in entries("titles.tsv"))
    return {title: Title(gender if gender in {"m", "f"} else None) for title, gender in pairs}


@cache
def org_aliases() -> dict[str, tuple[str, ...]]:
    """Printed form -> all forms of that organisation, fullest first."""
    forms = (tuple(line.split("\t")) for line in entries("org_aliases.tsv"))
    return {form: group for group in forms for form in group}


@cache
def known_orgs() -> frozenset[str]:
    return words("orgs_known.txt") | frozenset(org_aliases())


@cache
def small_words() -> dict[str, int]:
    """Word -> 1, 2 or 3: how often the training texts print it small (2-5, 6-39, 40 and more)."""
    packed = files("bot.extract.models").joinpath("small_words.tsv.gz").read_bytes()
    rows = gzip.decompress(packed).decode("utf-8").splitlines()
    return {word: int(often) for word, often in (row.split("\t") for row in rows)}


@cache
def place_heads() -> dict[str, int]:
    """First word of a place of several words -> most words such a place has."""
    heads: dict[str, int] = {}
    for place in words("places.txt") | words("demonyms.txt") | known_orgs():
        parts = place.split()
        if len(parts) > 1:
            heads[parts[0]] = max(heads.get(parts[0], 0), len(parts))
    return heads


def bare(word: str) -> str:
    """Lower case without a closing full stop: how titles and cue words are listed."""
    return word.lower().rstrip(".")


def is_title(word: str) -> bool:
    return bare(word) in titles()


def is_org_word(word: str) -> bool:
    return bare(word) in words("org_words.txt")


def is_place(name: str) -> bool:
    return name in words("places.txt")


def is_demonym(name: str) -> bool:
    return name in words("demonyms.txt")


def is_calendar(name: str) -> bool:
    return name in words("calendar.txt")


def is_nothing(name: str) -> bool:
    """Capital letters that name nobody: "CEO", "TV", "Bible"."""
    return name in words("not_orgs.txt")


def smallness(word: str) -> int:
    """0 when the training texts never print ``word`` small, else 1 to 3."""
    return small_words().get(word.lower(), 0)


def _pair(line: str) -> tuple[str, str]:
    first, _, second = line.partition("\t")
    return first, second.strip()
