"""Word lists as files: one entry a line, ``#`` starts a comment; each file names its source at the top."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def entries(name: str, language: str = "en") -> tuple[str, ...]:
    """Entries of ``<language>/<name>`` in file order, as printed there; raises FileNotFoundError."""
    body = files(__name__).joinpath(language).joinpath(name).read_text(encoding="utf-8")
    lines = (line.split("#", 1)[0].strip() for line in body.splitlines())
    return tuple(line for line in lines if line)


@cache
def words(name: str, language: str = "en") -> frozenset[str]:
    """The same as a set."""
    return frozenset(entries(name, language))
