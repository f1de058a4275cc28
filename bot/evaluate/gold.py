"""The own labelled corpus as types, and where its strings stand in a text that was read.

The format and what counts as right are written down in ``tests/corpus/README.md``.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.types import Page, Span

FETCHED_AT = datetime(2026, 1, 1, tzinfo=UTC)  # later than every date the corpus prints


@dataclass(frozen=True, slots=True)
class GoldQuote:
    """One statement: the words inside the marks, in order of print."""

    parts: tuple[str, ...]
    speaker: str | None
    speaker_kind: str | None
    role_any: tuple[str, ...] = ()
    key: bool = False
    optional: bool = False
    speaker_any: tuple[str, ...] = ()
    none_ok: bool = False


@dataclass(frozen=True, slots=True)
class GoldFigure:
    text: str
    value: float | None
    unit: str | None = None
    counts_head: str | None = None
    key: bool = False
    high: float | None = None
    at: str | None = None
    kind: str | None = None
    said_by: str | None = None
    optional: bool = False
    superseded: bool | None = False  # None: not judged
    range_ok: tuple[float, ...] = ()
    value_any: tuple[float, ...] = ()
    unit_any: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GoldActor:
    name: str
    kind: str
    aliases: tuple[str, ...] = ()
    role_any: tuple[str, ...] = ()
    key: bool = False
    optional: bool = False
    name_any: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """One labelled page. ``expect`` is the error it must be refused with, None for a story."""

    id: str
    page: Page
    expect: str | None
    body: tuple[str, ...] = ()
    body_optional: tuple[str, ...] = ()
    quotes: tuple[GoldQuote, ...] = ()
    figures: tuple[GoldFigure, ...] = ()
    actors: tuple[GoldActor, ...] = ()
    must_not_quote: tuple[str, ...] = ()
    must_not_figure: tuple[str, ...] = ()
    must_not_actor: tuple[str, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)  # title, site, byline, published ...


def load(folder: Path) -> list[Story]:
    """Every labelled page of ``folder``, by name. Raises ValueError for a folder without one."""
    stories = [_story(path) for path in sorted(folder.glob("*.gold.json"))]
    if not stories:
        raise ValueError(f"no labelled page in {folder}")
    return stories


def _story(path: Path) -> Story:
    gold = json.loads(path.read_text(encoding="utf-8"))
    file = path.with_name(gold["page"])
    media_type = "text/plain" if file.suffix == ".txt" else "text/html"
    page = Page(
        gold["url"], gold["url"], media_type, file.read_bytes(), FETCHED_AT, charset=gold.get("charset")
    )
    return Story(
        path.name.removesuffix(".gold.json"),
        page,
        gold.get("expect"),
        tuple(gold.get("body", ())),
        tuple(gold.get("body_optional", ())),
        tuple(GoldQuote(**_frozen(row)) for row in gold.get("quotes", ())),
        tuple(GoldFigure(**_frozen(row)) for row in gold.get("figures", ())),
        tuple(GoldActor(**_frozen(row)) for row in gold.get("actors", ())),
        tuple(gold.get("must_not_quote", ())),
        tuple(gold.get("must_not_figure", ())),
        tuple(gold.get("must_not_actor", ())),
        gold,
    )


def _frozen(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}


class Printed:
    """A text in which labelled strings are found whatever its blanks and invisible characters."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._plain, self._offsets = _plain(text)

    def find(self, words: str, after: int = 0) -> Span | None:
        """Where ``words`` stand at or behind code point ``after``; None when they do not."""
        sought, _ = _plain(words)
        if not sought.strip():
            return None
        begin = next((at for at, offset in enumerate(self._offsets) if offset >= after), len(self._offsets))
        at = self._plain.find(sought, begin)
        if at < 0:
            return None
        return Span(self._offsets[at], self._offsets[at + len(sought) - 1] + 1)

    def inside(self, words: str, around: str | None) -> Span | None:
        """``words`` inside the first ``around``; without ``around`` the first ``words``."""
        if around is None:
            return self.find(words)
        whole = self.find(around)
        return self.find(words, whole.start) if whole else None


def spare_places(printed: Printed, story: Story) -> list[Span]:
    """Where the lines stand that may be in or out: what is found in them is neither right nor wrong."""
    places = [printed.find(line) for line in story.body_optional]
    return [place for place in places if place]


def same_line(line: str) -> str:
    """A line as it is compared: blanks run together, invisible characters left out."""
    return _plain(line)[0].strip()


def _plain(text: str) -> tuple[str, list[int]]:
    chars: list[str] = []
    offsets: list[int] = []
    for offset, char in enumerate(text):
        category = unicodedata.category(char)
        if category == "Cf":
            continue
        blank = char.isspace() or category == "Zs"
        if blank and chars and chars[-1] == " ":
            continue
        chars.append(" " if blank else char)
        offsets.append(offset)
    return "".join(chars), offsets
