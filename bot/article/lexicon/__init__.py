"""Word lists of the readers, one entry a line, ``#`` for comments, read once when first asked for."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files


@cache
def entries(name: str) -> tuple[str, ...]:
    """Lines of ``<name>.txt`` without comments and blanks."""
    text = files(__name__).joinpath(f"{name}.txt").read_text(encoding="utf-8")
    lines = (line.strip() for line in text.splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


@cache
def pattern(name: str, before: str = "", after: str = "") -> re.Pattern[str]:
    """Any entry of the list, as a pattern, between ``before`` and ``after``; case folded."""
    return re.compile(f"{before}(?:{'|'.join(entries(name))}){after}", re.I)
