"""Where the quotation marks pair. Pure, linear in the text; nothing here raises on odd marks.

A mark is paired inside its paragraph. A quotation left open is believed only when the next
paragraph opens with the same marks again (the newsroom rule for several paragraphs); any other
unclosed mark is dropped, so that it never swallows what follows.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.text import trimmed
from bot.types import Paragraph, ParagraphKind, Span


class Mark(StrEnum):
    DOUBLE = "double"  # "…" “…” „…“ ``…''
    SINGLE = "single"  # '…' ‘…’ ‚…‘ ‹…›
    GUILLEMET = "guillemet"  # «…» »…«


@dataclass(frozen=True, slots=True)
class Marked:
    """A quoted stretch. ``outer`` holds the marks, ``inner`` the words between them.

    ``continued``: the paragraph ends while the quotation is open and the next one re-opens it, so
    ``outer`` ends with ``inner`` at the paragraph's end. Offsets are code points of the text.
    """

    outer: Span
    inner: Span
    mark: Mark
    continued: bool = False


@dataclass(frozen=True, slots=True)
class _Sign:
    """One printed mark, or two single ones that make a double."""

    start: int
    end: int
    family: Mark
    glyph: str


_SIGN = re.compile("``|''|‘‘|’’|[\"“”„‟«»]|['‘’‚‹›]")
_DOUBLED = {"``": "“", "''": '"', "‘‘": "“", "’’": "”"}
_GUILLEMETS = frozenset("«»")
_SINGLES = frozenset("'‘’‚‹›")
_OPENERS = frozenset("“„‟«‘‚‹")
_CLOSERS = frozenset("”»’›")
# what may stand before an opening mark, beside a blank
_LEAD = frozenset("([{—–-/:\"'“‘«„‚…")
_AFTER_CLOSE = frozenset(".,;:!?)]}—–-/\"'”’»…")
# Shortened words and years that begin with an apostrophe.
_ELISION = re.compile(
    r"(?:\d0s\b|\d\d\b(?=[\s.,;)]*(?:$|[a-z(]))|(?:em|tis|twas|twere|til|till|cause|bout|round|n|ere|"
    r"cos|coz|kay|sup|ello|hood|neath|gainst|fraid|nother|ey|im|er)\b(?![ ]?[,.!?]['’]))",
    re.IGNORECASE,
)


def pair(text: str, paragraphs: Sequence[Paragraph]) -> tuple[Marked, ...]:
    """Outermost quoted stretches of ``text`` in order; none is empty, none overlaps another."""
    blocks = [block for block in paragraphs if block.kind is not ParagraphKind.HEADING]
    following = {block.span: nxt.span for block, nxt in itertools.pairwise(blocks)}
    found: list[Marked] = []
    opened: Mark | None = None
    for block in paragraphs:
        if block.kind is ParagraphKind.HEADING:
            found.extend(_in_paragraph(text, block.span, None, None)[0])
            continue
        within, after = block.span, following.get(block.span)
        marked, opened = _in_paragraph(text, within, after, opened)
        found.extend(marked)
    return tuple(found)


def _in_paragraph(
    text: str, within: Span, following: Span | None, opened: Mark | None
) -> tuple[list[Marked], Mark | None]:
    """Stretches of one paragraph, and the marks still open at its end that the next one only closes.

    ``opened``: those of the paragraph before, where this one begins inside the quotation.
    """
    signs = _signs(text, within)
    if opened is not None:
        signs.insert(0, _Sign(within.start, within.start, opened, "“"))
    found: list[Marked] = []
    at = 0
    while at < len(signs):
        sign = signs[at]
        if sign.end > sign.start and not _opens(text, sign, within):
            at += 1
            continue
        close = _close_of(text, signs, at, within)
        if close is not None:
            if inner := _words_between(text, sign.end, signs[close].start):
                found.append(Marked(Span(sign.start, signs[close].end), inner, sign.family))
            at = close + 1
            continue
        reopened = _goes_on(text, signs, at, following)
        closed = not reopened and _is_closed_by(text, signs, at, following)
        if (reopened or closed) and (inner := _words_between(text, sign.end, within.end)):
            found.append(Marked(Span(sign.start, within.end), inner, sign.family, continued=True))
            return found, sign.family if closed else None
        at += 1
    return found, None


def _words_between(text: str, start: int, end: int) -> Span | None:
    """The stretch without blank rims (French prints « mot »); None when nothing is in it."""
    return trimmed(text, Span(start, end)) if start < end else None


def _signs(text: str, within: Span) -> list[_Sign]:
    signs = []
    for match in _SIGN.finditer(text, within.start, within.end):
        glyph = match.group()
        if len(glyph) == 2:
            signs.append(_Sign(match.start(), match.end(), Mark.DOUBLE, _DOUBLED[glyph]))
        elif glyph in _GUILLEMETS:
            signs.append(_Sign(match.start(), match.end(), Mark.GUILLEMET, glyph))
        elif glyph not in _SINGLES:
            signs.append(_Sign(match.start(), match.end(), Mark.DOUBLE, glyph))
        elif not _inside_word(text, match.start(), within):
            signs.append(_Sign(match.start(), match.end(), Mark.SINGLE, glyph))
    return signs


def _inside_word(text: str, at: int, within: Span) -> bool:
    """An apostrophe: "don't", "O'Neill"."""
    return within.start < at < within.end - 1 and text[at - 1].isalnum() and text[at + 1].isalnum()


def _opening_place(text: str, sign: _Sign, within: Span) -> bool:
    before = text[sign.start - 1] if sign.start > within.start else " "
    after = text[sign.end] if sign.end < within.end else " "
    return (before.isspace() or before in _LEAD) and not after.isspace()


def _closing_place(text: str, sign: _Sign, within: Span) -> bool:
    before = text[sign.start - 1] if sign.start > within.start else " "
    after = text[sign.end] if sign.end < within.end else " "
    return not before.isspace() and (after.isspace() or after in _AFTER_CLOSE)


def _opens(text: str, sign: _Sign, within: Span) -> bool:
    """Whether a quotation may begin here, none being open."""
    place = _opening_place(text, sign, within)
    if sign.family is Mark.SINGLE:
        return place and sign.glyph != "›" and not _ELISION.match(text, sign.end)
    if sign.glyph in _OPENERS:
        # a curly opener that stands like a closer is a stray end
        return place or not _closing_place(text, sign, within)
    if sign.glyph in _CLOSERS:
        return place and not _closing_place(text, sign, within)
    return place or not (_closing_place(text, sign, within) or _is_inches(text, sign))


def _is_inches(text: str, sign: _Sign) -> bool:
    """`6'2"`, `a 12" record`."""
    return sign.glyph == '"' and sign.start > 0 and text[sign.start - 1].isdigit()


def _close_of(text: str, signs: list[_Sign], at: int, within: Span) -> int | None:
    """Index of the sign that closes ``signs[at]``, None when it stays open."""
    if signs[at].family is Mark.SINGLE:
        return _single_close(text, signs, at, within)
    opener = signs[at]
    depth = 0
    for index in range(at + 1, len(signs)):
        sign = signs[index]
        if sign.family is not opener.family:
            continue
        if _closes(text, opener, sign, within):
            if _is_inches(text, sign) and _closes_later(text, signs, index, within):
                continue
            if depth == 0:
                return index
            depth -= 1
        elif _opening_place(text, sign, within):
            if not _is_nested(text, signs, index, within):
                return None
            depth += 1
    return None


def _closes(text: str, opener: _Sign, sign: _Sign, within: Span) -> bool:
    opening, closing = _opening_place(text, sign, within), _closing_place(text, sign, within)
    if opener.glyph in "„‟":
        return closing or sign.glyph in "“”"
    if opener.glyph == "»":
        return sign.glyph == "«" or closing
    if sign.glyph in _CLOSERS:
        return closing or not (opening and text[sign.end].isalnum())
    if sign.glyph in _OPENERS:
        return closing and not opening
    return not opening or closing


def _closes_later(text: str, signs: list[_Sign], at: int, within: Span) -> bool:
    """Another straight closer follows before anything opens: the first one was inches."""
    for sign in signs[at + 1 :]:
        if sign.family is Mark.DOUBLE:
            return not _opening_place(text, sign, within)
    return False


def _is_nested(text: str, signs: list[_Sign], at: int, within: Span) -> bool:
    """A quotation inside a quotation, in the same marks: two ends follow before another beginning."""
    ends = 0
    for index in range(at + 1, len(signs)):
        if signs[index].family is not signs[at].family:
            continue
        if _opening_place(text, signs[index], within):
            return False
        ends += 1
        if ends == 2:
            return True
    return False


def _single_close(text: str, signs: list[_Sign], at: int, within: Span) -> int | None:
    """The closing single mark; a possessive plural ("the workers' pay") is passed over.

    A wrongly curled opener (’) is believed only when a closer after punctuation follows.
    """
    choices: list[int] = []
    for index in range(at + 1, len(signs)):
        sign = signs[index]
        if sign.family is not Mark.SINGLE:
            continue
        if _closing_place(text, sign, within) and sign.glyph not in "‚‹":
            choices.append(index)
            if text[sign.start - 1] in ".,!?…—–":
                break
        elif _opening_place(text, sign, within) and not _ELISION.match(text, sign.end):
            break
    if not choices:
        return None
    strong = text[signs[choices[-1]].start - 1] in ".,!?…—–"
    chosen = choices[-1] if strong and all(_plural(text, signs[i]) for i in choices[:-1]) else choices[0]
    if signs[at].glyph == "’" and not strong:
        return None
    doubles = sum(1 for sign in signs[at + 1 : chosen] if sign.family is Mark.DOUBLE)
    return chosen if doubles % 2 == 0 else None


def _plural(text: str, sign: _Sign) -> bool:
    """``s'`` before a small letter: more likely a possessive than an end."""
    after = text[sign.end : sign.end + 2]
    return text[sign.start - 1] in "sSzx" and len(after) == 2 and after[0] == " " and after[1].islower()


def _last_of_family(signs: list[_Sign], at: int) -> bool:
    """Nothing of the same family follows; single marks may be apostrophes and do not count."""
    family = signs[at].family
    if family is Mark.SINGLE:
        return True
    return all(signs[index].family is not family for index in range(at + 1, len(signs)))


def _goes_on(text: str, signs: list[_Sign], at: int, following: Span | None) -> bool:
    """The paragraph ends inside the quotation and the next one re-opens it."""
    if following is None or not _last_of_family(signs, at):
        return False
    opening = _SIGN.match(text, following.start, following.end)
    if opening is None or text[following.start] in _CLOSERS:
        return False
    single = opening.group() in _SINGLES
    return single == (signs[at].family is Mark.SINGLE)


def _is_closed_by(text: str, signs: list[_Sign], at: int, following: Span | None) -> bool:
    """The next paragraph does not re-open the quotation, but its first double mark is an end."""
    if following is None or signs[at].family is not Mark.DOUBLE or not _last_of_family(signs, at):
        return False
    first = next((s for s in _signs(text, following) if s.family is Mark.DOUBLE), None)
    return first is not None and first.glyph in '"”' and not _opening_place(text, first, following)
