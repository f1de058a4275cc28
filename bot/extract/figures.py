"""Numbers with value, unit and what they count.

One scan a sentence: words and digit groups become tokens, numbers that are no figures are marked
(``figure_traps``), and each remaining number is read once from left to right by the readers of
``figure_shapes`` and ``figure_amounts``. Every step looks at a bounded number of tokens, so the whole
is linear in the text.
"""

from __future__ import annotations

import re
from functools import cache

from bot.extract import figure_shapes as shapes
from bot.extract.cast import Cast, NameMention
from bot.extract.figure_context import Context, with_bounds, with_earlier_unit
from bot.extract.figure_ranges import amount
from bot.extract.figure_shapes import Draft
from bot.extract.figure_tokens import Token, low_at, tokenise
from bot.extract.figure_traps import blocked, is_tally, is_year_text
from bot.extract.figure_words import word_set
from bot.extract.numbers import all_words, kind_of
from bot.extract.rank_figures import scored
from bot.extract.tokens import LIMIT_SENTENCE_CHARS, LIMIT_TOKENS
from bot.types import Article, Figure, FigureKind, Quote, Span

_MULTIPLES = (
    "doubl\\w+",
    "tripl\\w+",
    "trebl\\w+",
    "quadrupl\\w+",
    "quintupl\\w+",
    "halv\\w+",
    "twice",
    "\\w+fold",
    "few",
    "several",
)


# characters of a page in which figures are looked for: a 5 MB page took 1.8 s without it, 0.15 s with it
_LIMIT_CHARS = 400_000


@cache
def _trigger() -> re.Pattern[str]:
    """A sentence without a match holds no figure and is not looked at again."""
    words = [word for word in all_words() if kind_of(word) not in {"letter", "short"}]
    return re.compile(rf"\d|[¼-¾⅐-⅞]|\b(?:{'|'.join([*words, *_MULTIPLES])})\b", re.IGNORECASE)


def find_figures(
    article: Article, sentences: tuple[Span, ...], cast: Cast, quotes: tuple[Quote, ...]
) -> tuple[Figure, ...]:
    """Figures of ``article.text`` in order of print, scored; spans never overlap.

    ``sentences`` are spans of the text in order, ``cast`` and ``quotes`` tell who said a figure. A span
    holds the whole printed expression, the counted noun included ("more than half the members of
    parliament"). Never raises on any text; what is looked at is capped as ``bot.extract.tokens`` says.
    """
    text = article.text
    opening = {paragraph.span.start for paragraph in article.paragraphs}
    context = Context(article, sentences, cast, quotes)
    found: list[Figure] = []
    sterling = "£" in text
    left = LIMIT_TOKENS
    for whole in sentences:
        if left <= 0 or whole.start > _LIMIT_CHARS:
            break
        sentence = _capped(text, whole)
        if _trigger().search(text, sentence.start, sentence.end) is None:
            continue
        tokens = tokenise(text, sentence)
        left -= len(tokens)
        drafts = drafts_in(tokens, context.mentions(sentence), opens_paragraph=sentence.start in opening)
        if sterling:
            _in_sterling(tokens, drafts)
        if drafts:
            found.extend(context.figures(tokens, sentence, drafts))
    return scored(article, tuple(found))


def drafts_in(
    tokens: list[Token], mentions: tuple[NameMention, ...] = (), *, opens_paragraph: bool
) -> list[Draft]:
    """The figures of one sentence by token indexes, in order. ``mentions``: names in it, in order."""
    if is_tally(tokens):
        return []
    marks = blocked(tokens, opens_paragraph=opens_paragraph)
    _mark_names(tokens, marks, mentions)
    return with_earlier_unit(tokens, [with_bounds(tokens, draft) for draft in _drafts(tokens, marks)])


def _in_sterling(tokens: list[Token], drafts: list[Draft]) -> None:
    """In a story that prints "£", "four thousand pounds" is money unless something is weighed."""
    for draft in drafts:
        if draft.unit != "pound-mass" or low_at(tokens, draft.end - 1) != "pounds":
            continue
        if not any(token.low in word_set("weighing") for token in tokens):
            draft.kind, draft.unit = FigureKind.MONEY, "pound sterling"


def _capped(text: str, sentence: Span) -> Span:
    """``sentence`` or its beginning up to a blank: no number is cut through."""
    end = sentence.start + LIMIT_SENTENCE_CHARS
    if sentence.end <= end:
        return sentence
    blank = text.rfind(" ", sentence.start + 1, end)
    return Span(sentence.start, blank if blank > sentence.start else end)


def _mark_names(tokens: list[Token], marks: bytearray, mentions: tuple[NameMention, ...]) -> None:
    """Numbers inside names are no figures ("Channel 4", "50 Cent"). Both lists are in order."""
    at = 0
    for mention in mentions:
        while at < len(tokens) and tokens[at].start < mention.span.start:
            at += 1
        while at < len(tokens) and tokens[at].start < mention.span.end:
            marks[at] = 1
            at += 1


def _drafts(tokens: list[Token], marks: bytearray) -> list[Draft]:
    drafts: list[Draft] = []
    at = 0
    while at < len(tokens):
        draft = _period(tokens, at) or (None if marks[at] else _read(tokens, at, marks))
        if draft is None:
            at += 1
            continue
        drafts.append(draft)
        at = max(draft.end, at + 1)
    return drafts


def _read(tokens: list[Token], at: int, marks: bytearray) -> Draft | None:
    return (
        shapes.multiple(tokens, at)
        or shapes.fraction(tokens, at)
        or shapes.vague(tokens, at)
        or amount(tokens, at, marks)
    )


def _period(tokens: list[Token], at: int) -> Draft | None:
    """ "from 2007 to 2010": a stretch of calendar years."""
    if (
        tokens[at].low != "from"
        or at + 3 >= len(tokens)
        or low_at(tokens, at + 2) not in {"to", "until", "through"}
    ):
        return None
    first, last = tokens[at + 1].text, tokens[at + 3].text
    if not (is_year_text(first) and is_year_text(last) and first < last):
        return None
    return Draft(at, at + 4, FigureKind.DURATION, float(first), "year", high=float(last), calendar=True)
