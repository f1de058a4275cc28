"""What changed in a story since it was read, one line a change, in the words of the page. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.compare import Altered, Changes, Reach
from bot.digest import Digest, day, described, said_words, speaker_words, titled, whole
from bot.display import plain, shortened
from bot.render.message import figure_label, pilcrow
from bot.types import Block, BlockKind, Message, Run, Span

MOST = 8  # lines; a live blog may change a hundred times in an hour
_TITLE_LIMIT = 120
_NOTICE_LIMIT = 600  # code points of a correction's own words
_QUOTE_LIMIT = 240  # a longer quote is not shown again where only some of its words changed

Line = tuple[Run, ...]


def changes_message(changes: Changes) -> Message:
    """A line that says of what and since when, at most ``MOST`` changes with the gravest first, and whether
    the page says anything of it."""
    lines = _lines(changes)
    count = "1 change" if len(lines) == 1 else f"{len(lines)} changes"
    title = shortened(changes.after.article.title, _TITLE_LIMIT) or "an untitled story"
    since = moment(changes.before.article.fetched_at)
    rows: list[Line] = [(Run(f"{count} in “{title}” since it was read on {since}:"),), *lines[:MOST]]
    if len(lines) > MOST:
        rows.append((Run(f"and {len(lines) - MOST} more"),))
    if changes.silent:
        rows.append((Run("The page carries no correction note about it.", italic=True),))
    blocks = tuple(Block(BlockKind.TEXT, row) for row in rows)
    return Message(blocks, "\n".join("".join(run.text for run in row) for row in rows))


def moment(at: datetime) -> str:
    """``4 May 2026, 12:00 UTC``."""
    at = at.astimezone(UTC)
    return f"{day(at)}, {at:%H:%M} UTC"


def _lines(changes: Changes) -> list[Line]:
    was, now = changes.before, changes.after
    asides = now.article.asides
    return [
        *(
            _line("Correction", f"“{shortened(asides[at].text, _NOTICE_LIMIT)}”")
            for at in changes.corrections
        ),
        *([_title(changes)] if changes.title else []),
        *(_REACH[reach] for reach in (changes.reach,) if reach is not None),
        *(_altered(changes, one) for one in changes.altered),
        *(_speaker(changes, *pair) for pair in changes.speakers),
        *(_role(changes, *pair) for pair in changes.roles),
        *(_figures(changes, *pair) for pair in changes.figures),
        *(_quote("Quote gone", was, number) for number in changes.quotes_removed),
        *(_figure("Figure gone", was, number) for number in changes.figures_removed),
        *((*_quote("New quote", now, number), *_where(now, number)) for number in changes.quotes_added),
        *(
            (*_figure("New figure", now, number), *pilcrow(now, now.findings.figures[number].span))
            for number in changes.figures_added
        ),
    ]


def _line(label: str, told: str) -> Line:
    return Run(f"{label}:", bold=True), Run(f" {told}")


_REACH = {
    Reach.TEASER: _line("Less to read", "the page shows only the opening of the story now"),
    Reach.WHOLE: _line("More to read", "the page shows the whole story now"),
}


def _title(changes: Changes) -> Line:
    was, now = (
        shortened(digest.article.title, _TITLE_LIMIT) or "none" for digest in (changes.before, changes.after)
    )
    return _line("Title changed", f"“{was}” is now “{now}”")


def _altered(changes: Changes, one: Altered) -> Line:
    """The words that differ, then the quote as it is now."""
    now = changes.after
    quote = now.findings.quotes[one.after]
    told = "; ".join(_place(changes, *place) for place in one.places)
    text = said_words(now.article, quote)
    shown = f". Now: {text}" if len(text) <= _QUOTE_LIMIT else ""
    return (
        *_line("Quote altered", f"{told}{shown} — {speaker_words(quote, role=False)}"),
        *_where(now, one.after),
    )


def _place(changes: Changes, was: Span | None, now: Span | None) -> str:
    old = plain(was.of(changes.before.article.text)) if was else ""
    new = plain(now.of(changes.after.article.text)) if now else ""
    if old and new:
        return f"“{old}” is now “{new}”"
    return f"“{new}” was added" if new else f"“{old}” was dropped"


def _speaker(changes: Changes, before: int, after: int) -> Line:
    was, now = changes.before.findings.quotes[before], changes.after.findings.quotes[after]
    text = said_words(changes.after.article, now)
    told = f"{text} was {speaker_words(was, role=False)}, is now {speaker_words(now, role=False)}"
    return (*_line("Speaker changed", told), *_where(changes.after, after))


def _role(changes: Changes, before: int, after: int) -> Line:
    was = changes.before.findings.quotes[before].speaker
    now = changes.after.findings.quotes[after].speaker
    if was is None or now is None or was.role is None or now.role is None:
        raise ValueError("a role that changed was printed")
    old = described(was.role) or plain(was.role.text)
    new = described(now.role) or plain(now.role.text)
    return _line("Role changed", f"{titled(now.name, None)}, “{old}” is now “{new}”")


def _figures(changes: Changes, before: int, after: int) -> Line:
    was, now = _label(changes.before, before), _label(changes.after, after)
    span = changes.after.findings.figures[after].span
    return (*_line("Figure changed", f"“{was}” is now “{now}”"), *pilcrow(changes.after, span))


def _quote(label: str, digest: Digest, number: int) -> Line:
    quote = digest.findings.quotes[number]
    return _line(label, f"{said_words(digest.article, quote)} — {speaker_words(quote)}")


def _figure(label: str, digest: Digest, number: int) -> Line:
    return _line(label, f"“{_label(digest, number)}”")


def _label(digest: Digest, number: int) -> str:
    return plain(figure_label(digest, digest.findings.figures[number]).of(digest.article.text))


def _where(digest: Digest, number: int) -> Line:
    return pilcrow(digest, whole(digest.findings.quotes[number]))
