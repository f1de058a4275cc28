"""What the tagger sees of a token: word, shape, affixes, lists, neighbours, its run of capitals.

Lean on purpose: everything that depends on one word alone is made once a word and kept; a sentence is
cut to the stretches around its capitals, because a name without a capital is never shown.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from bot.extract import gazetteer as known
from bot.extract.lexicon import words as listed
from bot.extract.tokens import PageWords, is_name_like

REACH = 2  # tokens looked at on either side of a capital
_DIGIT = re.compile(r"\d")
_RUNS = re.compile(r"(.)\1+")
_SPEECH = frozenset(
    {"said", "says", "say", "told", "added", "asked", "warned", "insisted", "wrote", "argued", "noted"}
)
_PLACED = frozenset({"in", "at", "from", "near", "to", "into", "of", "outside", "inside", "across", "around"})
_SHAPES = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "X" * 26 + "x" * 26 + "d" * 10
)


class _Seen(NamedTuple):
    """All a single word gives: to itself, to the token after it (``left``) and before it (``right``)."""

    own: list[str]
    left: list[str]
    right: list[str]
    far_left: list[str]
    far_right: list[str]
    lower: str
    shape: str
    case: str
    flags: str


@cache
def clusters() -> dict[str, str]:
    """Word -> code of its distributional class; empty where the file is not shipped."""
    source = files("bot.extract.models").joinpath("clusters.tsv.gz")
    if not source.is_file():
        return {}
    rows = gzip.decompress(source.read_bytes()).decode("utf-8").splitlines()
    return {word: code for code, word in (row.split("\t") for row in rows)}


def islands(words: Sequence[str]) -> list[tuple[int, int]]:
    """Stretches [start, end) of tokens that stand within ``REACH`` of a capital, in order."""
    out: list[tuple[int, int]] = []
    for at, word in enumerate(words):
        if not is_name_like(word):
            continue
        start, end = max(0, at - REACH), min(len(words), at + REACH + 1)
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return out


def shape_of(word: str) -> str:
    """ "U.S." -> "X.X.", "Khazali" -> "Xx", "2003" -> "d"."""
    if not word.isascii():
        word = "".join("X" if c.isupper() else "x" if c.isalpha() else c for c in word)
    return _RUNS.sub(r"\1", word.translate(_SHAPES))


def _flags(word: str, lower: str) -> str:
    """One letter for each list that holds the word."""
    base = lower.rstrip(".")
    gender = known.given_names().get(word)
    return "".join(
        flag
        for flag, holds in (
            ("f", gender is not None),
            ("l", word in listed("surnames.txt")),
            ("c", word in listed("places.txt")),
            ("d", word in listed("demonyms.txt")),
            ("T", base in known.titles()),
            ("R", base in listed("role_nouns.txt")),
            ("O", base in listed("org_words.txt")),
            ("K", word in known.known_orgs()),
            ("M", word in listed("calendar.txt")),
            ("N", base in listed("thing_words.txt")),
            ("P", lower in _PLACED),
            ("S", lower in _SPEECH),
        )
        if holds
    )


@lru_cache(maxsize=60_000)
def seen(word: str) -> _Seen:
    lower = word.lower()
    plain = _DIGIT.sub("0", lower)
    shape = shape_of(word)
    flags = _flags(word, lower)
    case = "A" if word.isupper() and len(word) > 1 else "C" if word[:1].isupper() else "l"
    if not word[:1].isalpha():
        case = "d" if word[:1].isdigit() else "p"
    often = str(known.small_words().get(lower, 0))
    code = clusters().get(word) or clusters().get(lower)
    capital = case in "CA" or "-" in word
    own = ["w=" + plain, "s=" + shape, "c=" + case + often, "G=" + flags]
    own.extend("g=" + flag for flag in flags)
    if capital:
        own.extend(("p2=" + lower[:2], "p3=" + lower[:3], "p4=" + lower[:4]))
        own.extend(("s2=" + lower[-2:], "s3=" + lower[-3:], "s4=" + lower[-4:]))
    if "-" in word[1:-1]:
        own.extend(("h0=" + lower.split("-", 1)[0], "h1=" + lower.rsplit("-", 1)[1]))
    near = [plain, shape, case + often]
    left = ["-w=" + near[0], "-s=" + near[1], "-c=" + near[2], *("-g=" + flag for flag in flags)]
    right = ["+w=" + near[0], "+s=" + near[1], "+c=" + near[2], *("+g=" + flag for flag in flags)]
    if case == "l":
        right.append("+3=" + lower[-3:])
    if code:
        own.extend(("k=" + code, "k2=" + code[:2]))
        left.append("-k=" + code)
        right.append("+k=" + code)
    far = ["--w=" + plain, "--c=" + case], ["++w=" + plain, "++c=" + case]
    return _Seen(own, left, right, far[0], far[1], plain, shape, case, flags)


def features(words: Sequence[str], page: PageWords) -> list[list[str]]:
    """One list of features for each token of the sentence."""
    views = [seen(word) for word in words]
    count = len(views)
    capital = sum(1 for one in views if one.case in "CA")
    lettered = sum(1 for one in views if one.case in "CAl")
    loud = lettered > 2 and capital > 0.7 * lettered
    places = _listed_runs(words)
    out: list[list[str]] = []
    first_of_run = -1
    for at, one in enumerate(views):
        row = list(one.own)
        if at:
            before = views[at - 1]
            row += before.left
            row.append(f"-ws={before.lower}|{one.shape}")
        else:
            row.append("BOS")
        if at + 1 < count:
            after = views[at + 1]
            row += after.right
            row.append(f"+ws={one.shape}|{after.lower}")
        else:
            row.append("EOS")
        if at > 1:
            row += views[at - 2].far_left
            row.append(f"--={views[at - 2].lower}|{views[at - 1].lower}")
        if at + 2 < count:
            row += views[at + 2].far_right
            row.append(f"++={views[at + 1].lower}|{views[at + 2].lower}")
        if loud:
            row.append("loud" + one.case)
        if places[at]:
            row.append(places[at])
        if one.case in "CA":
            first_of_run = at if first_of_run < 0 else first_of_run
            _add_run(row, views, first_of_run, at)
            low = words[at].lower()
            row.append(f"pg={int(low in page.small)}{int(low in page.capital)}{'B' if not at else ''}")
        else:
            first_of_run = -1
        out.append(row)
    return out


def _add_run(row: list[str], views: Sequence[_Seen], first: int, at: int) -> None:
    """Where the token stands in its run of capitals, and what stands around that run."""
    last = at
    while last + 1 < len(views) and last - at < 6 and views[last + 1].case in "CA":
        last += 1
    row.append(f"run={min(at - first, 3)}{min(last - at, 3)}")
    if last > at:
        row.append("rl=" + views[last].lower)
        row.extend("rf=" + flag for flag in views[last].flags)
    if first < at:
        row.append("r0=" + views[first].lower)
    if last + 1 < len(views):
        row.append("ra=" + views[last + 1].lower)
    if first:
        row.append("rb=" + views[first - 1].lower)


def _list_of(name: str) -> str:
    if name in known.known_orgs():
        return "K"
    if known.is_place(name):
        return "c"
    return "d" if known.is_demonym(name) else ""


def _listed_runs(words: Sequence[str]) -> list[str]:
    """Marks tokens of listed names of several words: "mB" begins one, "mI" goes on."""
    out = [""] * len(words)
    heads = known.place_heads()
    at = 0
    while at < len(words):
        longest = heads.get(words[at], 0)
        for size in range(min(longest, len(words) - at), 1, -1):
            name = " ".join(words[at : at + size])
            kind = _list_of(name)
            if kind:
                for offset in range(size):
                    out[at + offset] = ("mI" if offset else "mB") + kind
                at += size - 1
                break
        at += 1
    return out
