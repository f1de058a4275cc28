"""From quoted stretches to statements: what is nobody's words is left out, split words are joined.

One statement may stand in several marks ("…," she said. "…"), run over paragraphs, and be printed
again as a pull quote; it is still one ``Quote``.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.extract.lexicon import words
from bot.extract.links import How, Link
from bot.extract.phrases import SPEAKING, Unit, UnitKind
from bot.extract.resolve import Who
from bot.extract.scene import Scene
from bot.text import count_words, letters
from bot.types import ParagraphKind, Quote, QuoteKind, Span

_TAGGED = frozenset({How.AFTER, How.INVERTED, How.ACCORDING, How.LABEL})
_SPOKEN = _TAGGED | {How.BEFORE, How.CREDIT, How.SAME, How.LATE, How.COLON}
_TITLE_SMALL = frozenset(
    {"of", "the", "and", "a", "an", "in", "for", "to", "on", "at", "by", "with", "or", "from", "is"}
)
_WORD = re.compile(r"[^\W\d_][\w'’\-]*")
_GAP_WORDS = 4  # words between two parts of one sentence, at most, beside the attribution


# ------------------------------------------------------------------- whose words are no statement


def is_statement(scene: Scene, quotation: int, link: Link | None) -> bool:
    """False for titles, headlines, nicknames, scare quotes and words that are being defined."""
    number, at = scene.place[quotation]
    row = scene.rows[number]
    inner = scene.marks[quotation].inner.of(scene.article.text)
    size = count_words(inner)
    how = link.how if link else None
    if row.kind is ParagraphKind.HEADING or size == 0:
        return False
    last = inner.rstrip("’'”\"")[-1:]
    if _is_title(inner) and at and row.units[at - 1].low in words("prepositions.txt"):
        return False  # an episode of "The Morning Show," she said
    if how in _TAGGED and last in ",.?!…—–-":
        return True
    if _is_nickname(row.units, at, size) or _is_headline_credit(row.units, at, inner, how):
        return False
    closed = last in ",.?!…"
    if _is_title(inner) and (size <= 4 or not (closed and how in _SPOKEN)):
        return False
    if size <= 8 and (not closed or _is_title(inner)) and _is_named(row.units, at):
        return False
    return size >= 5 or _short_is_said(row.units, at, size, how, closed)


def _short_is_said(units: list[Unit], at: int, size: int, how: How | None, closed: bool) -> bool:
    """A few quoted words count when somebody is said to have said them: not `a "listening exercise"`."""
    if how is How.SAME:
        return closed
    if how not in {How.BEFORE, How.CREDIT, How.LATE, How.COLON, *_TAGGED}:
        return False
    if at and not closed and units[at - 1].low in words("determiners.txt"):
        return False
    return size > 1 or closed


def _is_nickname(units: list[Unit], at: int, size: int) -> bool:
    """`Marcia "Cia" Roe`: a name goes on after the marks."""
    if size > 3 or at == 0 or at + 1 >= len(units):
        return False
    before, after = units[at - 1], units[at + 1]
    return before.capital and after.capital and before.kind in {UnitKind.NAME, UnitKind.WORD}


def _is_headline_credit(units: list[Unit], at: int, inner: str, how: How | None) -> bool:
    """A list of sources: `"Ferry sinks" — Harbour Post, 3 May`."""
    return how is How.CREDIT and inner[-1:] not in ".,?!…"


def _is_title(inner: str) -> bool:
    """Every longer word has a capital: a song, a book, a headline in title case."""
    found = _WORD.findall(inner)
    large = [word for word in found if word.lower() not in _TITLE_SMALL]
    return len(large) > 0 and all(word[0].isupper() for word in large) and (len(large) > 1 or len(found) == 1)


def _is_named(units: list[Unit], at: int) -> bool:
    """`the term "…"`, `a film called "…"`, `the so-called "…"`."""
    lead = [unit.low for unit in units[max(0, at - 3) : at] if unit.kind is not UnitKind.POINT]
    return bool(lead) and (
        lead[-1].split(" ")[-1] in words("naming_words.txt") or lead[-2:] == ["known", "as"]
    )


# ------------------------------------------------------------------------------- statements


def same_statement(
    scene: Scene, first: int, second: int, links: list[Link | None], who: list[Who | None]
) -> bool:
    """Whether two neighbouring quotations of one speaker are parts of one statement."""
    if scene.marks[first].continued and not _labelled(links[second]):
        return True
    number, at = scene.place[first]
    other, to = scene.place[second]
    if number != other or not _same_person(who[first], who[second]):
        return False
    row = scene.rows[number]
    between = row.units[at + 1 : to]
    if any(unit.kind is UnitKind.QUOTE for unit in between):
        return False
    if row.sentence(at) == row.sentence(to):
        return _close(between, links[first], links[second])
    return _neighbours(scene, number, at, to)


def _labelled(link: Link | None) -> bool:
    return link is not None and link.how is How.LABEL


def _same_person(one: Who | None, other: Who | None) -> bool:
    if one is None or other is None:
        return one is other
    if one.entity is not None or other.entity is not None:
        return one.entity == other.entity
    return one.words == other.words


def _close(between: list[Unit], first: Link | None, second: Link | None) -> bool:
    """Same sentence: an attribution or a word or two lies between."""
    counted = [unit for unit in between if unit.kind is not UnitKind.POINT]
    phrases = any(unit.kind is UnitKind.CUE or unit.kind in SPEAKING for unit in counted)
    if len(counted) <= _GAP_WORDS and not phrases:
        return True
    tagged = first is not None and first.how in {How.AFTER, How.INVERTED}
    cues = [unit for unit in counted if unit.kind is UnitKind.CUE]
    return tagged and len(cues) == 1 and second is not None and second.cue == cues[0].span


def _neighbours(scene: Scene, number: int, at: int, to: int) -> bool:
    """Next sentence: the first ends with its attribution, the second begins with the quotation."""
    row = scene.rows[number]
    end, start = row.sentence(at)[1], row.sentence(to)[0]
    lead = [unit for unit in row.units[start:to] if unit.kind is not UnitKind.POINT]
    return end == start and all(unit.low in {"and", "but", "so"} for unit in lead)


def kind_of(scene: Scene, quotation: int, link: Link | None) -> QuoteKind:
    """DIRECT when the marks hold a sentence of their own, PARTIAL when they stand in somebody else's."""
    number, at = scene.place[quotation]
    row = scene.rows[number]
    start, _ = row.sentence(at)
    inner = scene.marks[quotation].inner.of(scene.article.text)
    lead = [unit for unit in row.units[start:at] if unit.kind is not UnitKind.POINT]
    first = next((char for char in inner if char.isalnum()), "a")
    opens = first.isupper() or first.isdigit()
    if all(unit.low in {"and", "but", "so", "yet"} for unit in lead):
        whole = opens or (link is not None and link.how in _TAGGED)
        return QuoteKind.DIRECT if whole else QuoteKind.PARTIAL
    introduced = row.units[at - 1].low in {",", ":"} or row.units[at - 1].kind is UnitKind.CUE
    return QuoteKind.DIRECT if opens and introduced else QuoteKind.PARTIAL


# ------------------------------------------------------------------------------- repeats


def without_repeats(text: str, quotes: list[Quote]) -> list[Quote]:
    """Of two printings of the same words the fuller stays; a speaker is taken from either."""
    keys = [letters(" ".join(part.of(text) for part in quote.parts)) for quote in quotes]
    kept: list[int] = []
    for index in sorted(range(len(quotes)), key=lambda i: (-len(keys[i]), quotes[i].cue is None, i)):
        host = next((i for i in kept if _repeats(text, quotes[index], keys[index], keys[i])), None)
        if host is None:
            kept.append(index)
        elif quotes[host].speaker is None and quotes[index].speaker is not None:
            quotes[host] = replace(
                quotes[host], speaker=quotes[index].speaker, confidence=quotes[index].confidence
            )
    return [quotes[index] for index in sorted(kept)]


def _repeats(text: str, quote: Quote, key: str, longer: str) -> bool:
    if key not in longer:
        return False
    return key == longer or sum(count_words(part.of(text)) for part in quote.parts) >= 5


def covered(parts: tuple[Span, ...], quotes: list[Quote]) -> bool:
    return any(part.overlaps(own) for quote in quotes for own in quote.parts for part in parts)
