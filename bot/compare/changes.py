"""What changed between two digests of one story."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.compare.pairing import Pair
from bot.digest import Digest
from bot.types import ArticleKind, Span

# The words that differ, in each story's text; None where words were only added, or only dropped.
Place = tuple[Span | None, Span | None]


class Reach(StrEnum):
    """How much of the story the page shows now, where that changed."""

    TEASER = "teaser"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Altered:
    """One statement, other words. ``places``: where they differ, in order of print."""

    before: int
    after: int
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """Numbers index the findings of ``before`` (removed) and ``after`` (added); a pair is one finding in
    both. ``speakers``: pairs of quotes. ``roles``: pairs of quotes, one for each speaker whose role is
    printed otherwise. ``corrections`` index the asides of ``after``."""

    before: Digest
    after: Digest
    title: bool = False
    reach: Reach | None = None
    corrections: tuple[int, ...] = ()
    altered: tuple[Altered, ...] = ()
    speakers: tuple[Pair, ...] = ()
    roles: tuple[Pair, ...] = ()
    figures: tuple[Pair, ...] = ()
    quotes_removed: tuple[int, ...] = ()
    figures_removed: tuple[int, ...] = ()
    quotes_added: tuple[int, ...] = ()
    figures_added: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.title or self.reach or self.corrections or self.facts or self._more)

    @property
    def facts(self) -> bool:
        """Something that stood in the story before does not stand so any more."""
        gone = self.quotes_removed or self.figures_removed
        return bool(self.altered or self.speakers or self.roles or self.figures or gone)

    @property
    def _more(self) -> bool:
        return bool(self.quotes_added or self.figures_added)

    @property
    def silent(self) -> bool:
        """Facts changed, and no new notice says so. A live blog changes by nature."""
        return self.facts and not self.corrections and self.after.article.kind is not ArticleKind.LIVEBLOG
