"""Made-up stories for tests: a text, its paragraphs, and findings cut from it."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.types import (
    Actor,
    ActorKind,
    Article,
    Aside,
    AsideKind,
    Coverage,
    Figure,
    FigureKind,
    Findings,
    Paragraph,
    ParagraphKind,
    Phrase,
    Quote,
    QuoteKind,
    Span,
    Speaker,
    SpeakerKind,
    Stamp,
)

READ_AT = datetime(2026, 3, 4, 12, 5, tzinfo=UTC)

PIER = (
    "TESSMARK \u2014 The harbour board voted on Tuesday \U0001f6a2 to close the old ferry pier, "
    "which could fall.\n\n"
    "\u201cI never saw it coming,\u201d said Maren Holt, the mayor of Tessmark. "
    "\u201cNobody asked us. We will not allow it.\u201d\n\n"
    "What comes next\n\n"
    "About 5,200 residents signed a letter against it, Holt said.\n\n"
    "\u201cThe pier is safe for ten years,\u201d a senior official said.\n\n"
    "\u201cAnd then it is not.\u201d"
)


def spans_of(text: str) -> list[Span]:
    """The non-blank lines."""
    found, at = [], 0
    for line in text.split("\n"):
        if line.strip():
            found.append(Span(at, at + len(line)))
        at += len(line) + 1
    return found


def article(text: str = PIER, **fields: object) -> Article:
    rows = tuple(
        Paragraph(span, ParagraphKind.HEADING if span.of(text) == "What comes next" else ParagraphKind.BODY)
        for span in spans_of(text)
    )
    known: dict[str, object] = {
        "url": "https://harbour.example/pier?utm_source=x",
        "canonical_url": "https://harbour.example/pier",
        "title": "Board closes ferry pier",
        "text": text,
        "paragraphs": rows,
        "fetched_at": READ_AT,
        "site": "Harbour News",
        "byline": ("The Associated Press",),
        "dateline": "TESSMARK",
        "published": Stamp(datetime(2026, 3, 3, tzinfo=UTC), day_only=True),
        "language": "en",
        "asides": (Aside(AsideKind.PULL_QUOTE, "\u2014 Maren Holt, mayor since 2019"),),
        "coverage": Coverage(60, None),
    }
    return Article(**{**known, **fields})  # type: ignore[arg-type]


def at(words: str, text: str = PIER) -> Span:
    start = text.index(words)
    return Span(start, start + len(words))


def phrase(words: str, text: str = PIER) -> Phrase:
    return Phrase(words, at(words, text))


HOLT = Speaker(
    phrase("Maren Holt"), SpeakerKind.PERSON, phrase("mayor of Tessmark"), mention=at("Maren Holt")
)
OFFICIAL = Speaker(phrase("a senior official"), SpeakerKind.UNNAMED)

FINDINGS = Findings(
    quotes=(
        Quote((at("I never saw it coming,"), at("Nobody asked us. We will not allow it.")),
              QuoteKind.DIRECT, HOLT, at("said")),
        Quote((at("The pier is safe for ten years,"),), QuoteKind.DIRECT, OFFICIAL),
        Quote((at("And then it is not."),), QuoteKind.DIRECT),
    ),
    figures=(
        Figure(at("5,200"), FigureKind.COUNT, 5200.0, "resident", counts=phrase("residents"),
               approximate=phrase("About"), said_by=phrase("Maren Holt")),
        Figure(at("ten"), FigureKind.DURATION, 10.0, "year", high=12.5, counts=phrase("years")),
    ),
    actors=(
        Actor(phrase("Maren Holt"), ActorKind.PERSON, Phrase("mayor since 2019", Span(14, 30), 0), ("Holt",),
              (at("Maren Holt"), Span(PIER.index("Holt said"), PIER.index("Holt said") + 4)), age_years=51),
    ),
    nutgraf=Span(11, PIER.index("\n")),
    sentences=tuple(spans_of(PIER)),
)  # fmt: skip
