"""A digest's statements in words: how a quote is put between marks, cited, counted. Pure."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.digest.proof import Digest
from bot.display import plain, shortened
from bot.text import DOUBLE_MARKS, SINGLE_MARKS, count_words
from bot.types import Article, ParagraphKind, Phrase, Quote, Span, SpeakerKind
from bot.urls import passage_url

GAP = " […] "  # between two pieces of one statement where the page prints other words between them
# Silent reading of non-fiction in English: 238 words a minute (Brysbaert 2019, 190 studies)
_WORDS_A_MINUTE = 238
_UNNUMBERED = frozenset({ParagraphKind.HEADING, ParagraphKind.POST})
_ROLE_LIMIT = 120  # code points
_TITLE_LIMIT = 12  # "Lt. Col.", "Asst. Prof."
_BETWEEN = frozenset(DOUBLE_MARKS + SINGLE_MARKS)


def quote_runs(article: Article, quote: Quote) -> list[list[Span]]:
    """The parts as printed runs: a run's parts have only marks and blanks between them.

    A statement that runs on over a paragraph break is one run; one that "he said" interrupts is two.
    """
    runs: list[list[Span]] = [[quote.parts[0]]]
    for part in quote.parts[1:]:
        between = article.text[runs[-1][-1].end : part.start]
        if all(char.isspace() or char in _BETWEEN for char in between):
            runs[-1].append(part)
        else:
            runs.append([part])
    return runs


def quote_text(article: Article, quote: Quote) -> str:
    """The words without marks: parts of a run joined by a blank, runs by ``GAP``."""
    return GAP.join(" ".join(part.of(article.text) for part in run) for run in quote_runs(article, quote))


def said_words(article: Article, quote: Quote) -> str:
    """The words as shown: each printed run in marks of its own, so none is ever fused with another.

    ``“I never saw it,” […] “and nobody asked.”``
    """
    return GAP.join(
        f"“{plain(' '.join(part.of(article.text) for part in run))}”" for run in quote_runs(article, quote)
    )


def sentence_of(digest: Digest, span: Span) -> Span:
    """The sentence that holds the start of ``span``, else the paragraph, else ``span``."""
    for row in (digest.findings.sentences, [one.span for one in digest.article.paragraphs]):
        at = bisect_right([one.start for one in row], span.start) - 1
        if at >= 0 and row[at].start <= span.start < row[at].end:
            return Span(row[at].start, max(row[at].end, span.end))
    return span


def paragraph_number(article: Article, offset: int) -> int | None:
    """The paragraph at ``offset`` as an editor counts on the page: from 1, headings not counted."""
    number = 0
    for row in article.paragraphs:
        number += row.kind not in _UNNUMBERED
        if row.span.start <= offset < row.span.end:
            return number if row.kind not in _UNNUMBERED else None
    return None


def web_address(article: Article) -> str | None:
    """The link of the story; None for a file."""
    link = article.canonical_url
    return link if link.lower().startswith(("http://", "https://")) else None


def passage_of(article: Article, span: Span) -> str | None:
    """A link that opens the page at ``span``; None for a story that has no web address."""
    link = web_address(article)
    return passage_url(link, article.text, span.start, span.end) if link else None


def reading_minutes(article: Article) -> int:
    """At least 1."""
    return max(1, math.ceil(count_words(article.text) / _WORDS_A_MINUTE))


def day(moment: datetime) -> str:
    """``28 January 2019``, whatever the locale."""
    months = (
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    )  # fmt: skip
    return f"{moment.day} {months[moment.month - 1]} {moment.year}"


@dataclass(frozen=True, slots=True)
class Voice:
    """How much one speaker is quoted. ``name`` None: unattributed."""

    name: str | None
    kind: SpeakerKind | None
    words: int
    quotes: int


def voices(digest: Digest) -> tuple[Voice, ...]:
    """Quoted words by speaker over all quotes, most first; ties in order of print."""
    tally: dict[tuple[str | None, SpeakerKind | None], list[int]] = {}
    for quote in digest.findings.quotes:
        who = (quote.speaker.name.text, quote.speaker.kind) if quote.speaker else (None, None)
        row = tally.setdefault(who, [0, 0])
        row[0] += sum(count_words(part.of(digest.article.text)) for part in quote.parts)
        row[1] += 1
    found = [Voice(name, kind, words, quotes) for (name, kind), (words, quotes) in tally.items()]
    return tuple(sorted(found, key=lambda voice: -voice.words))


def citation(digest: Digest, number: int) -> str:
    """Quote ``number`` ready to be pasted: words, speaker, role, title, outlet, date, link, time read."""
    article, quote = digest.article, digest.findings.quotes[number]
    source = [f"“{plain(article.title)}”" if article.title else "", plain(article.site or "")]
    source.append(day(article.published.at) if article.published else "")
    read = article.fetched_at.astimezone(UTC)
    told = [
        f"{said_words(article, quote)} — {speaker_words(quote)}",
        ", ".join(part for part in source if part),
        f"{passage_of(article, whole(quote)) or plain(article.url)} (read {day(read)}, {read:%H:%M} UTC)",
    ]
    return ". ".join(part for part in told if part)


def whole(quote: Quote) -> Span:
    """From the first word of a statement to its last, the words between its parts included."""
    return Span(quote.parts[0].start, quote.parts[-1].end)


def speaker_words(quote: Quote, *, role: bool = True) -> str:
    """``Maren Holt, mayor of Tessmark``; says so when likely, unnamed or unattributed."""
    speaker = quote.speaker
    if speaker is None:
        return "unattributed in the text"
    name = titled(speaker.name, speaker.role)
    if speaker.kind is SpeakerKind.UNNAMED:
        name += " (unnamed)"
    if role and (known := described(speaker.role)):
        name += f", {known}"
    return name if speaker.certain else f"likely {name}"


def titled(name: Phrase, role: Phrase | None) -> str:
    """The name, behind a role that is an abbreviated title: ``Capt. Joaquim Abreu``."""
    shown = plain(name.text)
    return f"{plain(role.text)} {shown}" if role is not None and _is_title(role) else shown


def described(role: Phrase | None) -> str:
    """The role as words to stand behind a name; "" for none, and for one that :func:`titled` shows."""
    return "" if role is None or _is_title(role) else shortened(role.text, _ROLE_LIMIT)


def _is_title(role: Phrase) -> bool:
    return role.text.rstrip().endswith(".") and len(role.text) <= _TITLE_LIMIT
