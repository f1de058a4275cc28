"""Who wrote it, as printed: "By Ana Brook and The Wire" -> ("Ana Brook", "The Wire").

An agency is a byline. A login of the site's editing system ("gvw_desk") is not, nor is a link, a mail
address, the site's own name, or a bare role.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.article.clean import one_line
from bot.article.lexicon import entries
from bot.article.story import Block

_BY = re.compile(r"^(?:(?:written|reporting|story|words|analysis|posted|published|updated)\s+)?"
                 r"(?:by|von|par|por|di|af|av|door)\b[:\s]+", re.I)  # fmt: skip
_APART = re.compile(
    r"\s*(?:;|\||/|·|•|\band\b|\bund\b|&|\bet\b|\n)\s*|\s*,\s+(?!jr\b|sr\b|ii|iii|ph\.?d|m\.?d)", re.I
)
_LOGIN = re.compile(r"^(?=.*[_\d]|[a-z.\-]+$)[\w.\-]+$")
_NO_NAME = re.compile(r"https?:|www\.|@|\.(?:com|org|net)\b|[{}<>\[\]()=+]|\d{2,}", re.I)
_STARTS = re.compile(r"^(?:[^\W\d_a-z]|(?:de|da|di|van|von|el|al|bin|ter)\b)")
_DATED = re.compile(
    r"\W*(?:Published|Posted|Updated|Last updated|Modified)\b.*$|"
    r"[\s,|–—\-]*\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)[a-z]*\.? \d{1,2}\b.*$"
)
_CREDIT = re.compile(r"^(?:view all posts by|articles? by|more (?:from|by)|photos? by|image by)\s+", re.I)
_TRAILING = re.compile(
    r"\s*(?:,\s*|\bfor\s+|\|\s*|\()"
    r"(?:updated|published|posted|[A-Z][\w.]+ (?:staff|correspondent|reporter|editor)).*$"
)
_ABOVE_BLOCKS = 12
_BY_WORDS = 14
_ROLE = re.compile(
    r"\b(?:correspondent|reporter|editor|writer|columnist|contributor|bureau chief|staff)s?$", re.I
)
_LIMIT_WORDS = 6
_LIMIT_NAMES = 12


def names_from(printed: Iterable[str], site: str | None = None) -> tuple[str, ...]:
    """Names in order, each once. ``site`` is left out unless it is all there is."""
    roles = frozenset(entries("byline_roles"))
    found: dict[str, str] = {}
    for line in printed:
        whole = _TRAILING.sub("", _DATED.sub("", _CREDIT.sub("", _BY.sub("", one_line(line)))))
        for part in _APART.split(whole):
            name = _BY.sub("", part or "").strip(" ,.:–—-|*")
            if _is_name(name, roles):
                found.setdefault(_key(name), name)
    own = _key(site or "")
    if any(not _ROLE.search(name) for name in found.values()):
        found = {key: name for key, name in found.items() if not _ROLE.search(name)}
    if len(found) > 1:
        found.pop(own, None)
    return tuple(found.values())[:_LIMIT_NAMES]


def byline_above(blocks: Sequence[Block], story: Sequence[Block], site: str | None) -> tuple[str, ...]:
    """Names in a "By ..." line among the dozen blocks above the story; "By" may be a block of its own."""
    low = story[0].mark if story else 0
    above = [block.text for block in blocks if low - _ABOVE_BLOCKS <= block.mark < low]
    for at, text in enumerate(above):
        alone = text.casefold().strip(" :") == "by" and at + 1 < len(above)
        line = f"By {above[at + 1]}" if alone else text
        if _BY.match(line) and len(line.split()) <= _BY_WORDS:
            names = names_from([line], site)
            if names:
                return names
    return ()


def _key(name: str) -> str:
    return " ".join(re.findall(r"\w+", name.casefold()))


def _is_name(name: str, roles: frozenset[str]) -> bool:
    if not any(char.isalpha() for char in name) or len(name) > 60:
        return False
    if _NO_NAME.search(name) or _LOGIN.match(name) or not _STARTS.match(name) or name.casefold() in roles:
        return False
    return len(name.split()) <= _LIMIT_WORDS
