"""Two digests of one story -> what changed between them: facts, not text. Pure.

A typing error mended in the newsroom's own words is silent; a quote, a speaker, a number, the title or a
correction notice that changed is not. Marks, blanks, case and accents are no change. Swapping ``before``
and ``after`` swaps "added" and "removed" and nothing else.
"""

from __future__ import annotations

from bot.compare.changes import Altered, Changes, Reach
from bot.compare.figures import other_figures
from bot.compare.pairing import paired, without
from bot.compare.quotes import (
    Told,
    likeness,
    other_roles,
    other_speaker,
    places,
    printed_nowhere,
    same_quotes,
)
from bot.digest import Digest
from bot.text import letters
from bot.types import ArticleKind, AsideKind

__all__ = ["Altered", "Changes", "Reach", "compare", "reach_of"]


def compare(before: Digest, after: Digest) -> Changes:
    """What changed. Where the page shows more or less of the story than before, what is only in the part
    that came or went is neither added nor removed: nobody changed it."""
    was, now, reach = Told(before), Told(after), reach_of(before, after)
    same, removed, added = same_quotes(was, now)
    like = paired(removed, added, likeness(was, now))
    pairs = sorted([*same, *like])
    altered = [Altered(*pair, places(was, now, pair)) for pair in like]
    gone = printed_nowhere(was, without(removed, {one for one, _ in like}), now)
    come = printed_nowhere(now, without(added, {two for _, two in like}), was)
    figures, lost, found = other_figures(
        before, after, [*gone, *(one for one, _ in like)], [*come, *(two for _, two in like)]
    )
    return Changes(
        before,
        after,
        title=letters(before.article.title) != letters(after.article.title),
        reach=reach,
        corrections=_new_corrections(before, after),
        altered=tuple(one for one in altered if one.places),
        speakers=tuple(pair for pair in pairs if other_speaker(was, now, pair)),
        roles=other_roles(was, now, pairs),
        figures=figures,
        quotes_removed=() if reach is Reach.TEASER else gone,
        figures_removed=() if reach is Reach.TEASER else lost,
        quotes_added=() if reach is Reach.WHOLE else come,
        figures_added=() if reach is Reach.WHOLE else found,
    )


def reach_of(before: Digest, after: Digest) -> Reach | None:
    """What became of how much of the story the page shows; None when that is as it was."""
    was, now = _partial(before), _partial(after)
    if was == now:
        return None
    return Reach.TEASER if now else Reach.WHOLE


def _partial(digest: Digest) -> bool:
    return digest.article.kind is ArticleKind.TEASER or bool(digest.article.coverage.reason)


def _new_corrections(before: Digest, after: Digest) -> tuple[int, ...]:
    known = {letters(aside.text) for aside in before.article.asides if aside.kind is AsideKind.CORRECTION}
    return tuple(
        number
        for number, aside in enumerate(after.article.asides)
        if aside.kind is AsideKind.CORRECTION and letters(aside.text) not in known
    )
