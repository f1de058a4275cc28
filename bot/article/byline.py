"""Who wrote it, as printed: "By Ana Brook and The Wire" -> ("Ana Brook", "The Wire").

An agency is a byline. A login of the site's editing system ("gvw_desk") is not, nor is a link, a mail
address, the site's own name, or a bare role.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.article.clean import one_line
from bot.article.lexicon import entries

_BY = re.compile(r"^(?:(?:written|reporting|story|words|analysis|posted|published|updated)\s+)?"
                 r"(?:by|von|par|por|di|af|av|door)\b[:\s]+", re.I)  # fmt: skip
_APART = re.compile(
    r"\s*(?:;|\||/|·|•|\band\b|\bund\b|&|\bet\b|\n)\s*|\s*,\s+(?!jr\b|sr\b|ii|iii|ph\.?d|m\.?d)", re.I
)
_LOGIN = re.compile(r"^(?=.*[_\d]|[a-z.\-]+$)[\w.\-]+$")
_NO_NAME = re.compile(r"https?:|www\.|@|\.(?:com|org|net)\b|[{}<>\[\]=]|\d{3,}", re.I)
_TRAILING = re.compile(
    r"\s*(?:,\s*|\bfor\s+|\|\s*|\()"
    r"(?:updated|published|posted|[A-Z][\w.]+ (?:staff|correspondent|reporter|editor)).*$"
)
_LIMIT_WORDS = 6
_LIMIT_NAMES = 12


def names_from(printed: Iterable[str], site: str | None = None) -> tuple[str, ...]:
    """Names in order, each once. ``site`` is left out unless it is all there is."""
    roles = frozenset(entries("byline_roles"))
    found: dict[str, str] = {}
    for line in printed:
        for part in _APART.split(_TRAILING.sub("", _BY.sub("", one_line(line)))):
            name = _BY.sub("", part or "").strip(" ,.:–—-|*")
            if _is_name(name, roles):
                found.setdefault(_key(name), name)
    own = _key(site or "")
    if len(found) > 1:
        found.pop(own, None)
    return tuple(found.values())[:_LIMIT_NAMES]


def _key(name: str) -> str:
    return " ".join(re.findall(r"\w+", name.casefold()))


def _is_name(name: str, roles: frozenset[str]) -> bool:
    if not any(char.isalpha() for char in name) or len(name) > 60:
        return False
    if _NO_NAME.search(name) or _LOGIN.match(name) or name.casefold() in roles:
        return False
    return len(name.split()) <= _LIMIT_WORDS
