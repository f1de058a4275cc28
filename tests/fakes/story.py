"""An article made of plain lines, for tests of the finders."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from bot.extract.people import cast_of
from bot.extract.sentences import sentences_of
from bot.extract.speakers import attributed
from bot.types import Article, Aside, Paragraph, ParagraphKind, Quote, Span

_KINDS = {"> ": ParagraphKind.BLOCKQUOTE, "# ": ParagraphKind.HEADING}


def story(lines: str, title: str = "", asides: tuple[Aside, ...] = ()) -> Article:
    """One paragraph a line; "> " begins a block quotation, "# " a heading (neither is in the text)."""
    text = ""
    paragraphs = []
    for line in re.findall(r"[^\n]*\S[^\n]*", lines):
        kind = _KINDS.get(line[:2], ParagraphKind.BODY)
        words = line[2:] if kind is not ParagraphKind.BODY else line
        if not words.strip():
            continue
        paragraphs.append(Paragraph(Span(len(text), len(text) + len(words)), kind))
        text += words + "\n\n"
    url = "https://paper.example/story"
    at = datetime(2025, 3, 4, 9, tzinfo=UTC)
    return Article(url, url, title, text, tuple(paragraphs), at, language="en", asides=asides)


def quotes_of(article: Article) -> tuple[Quote, ...]:
    """The finder over the real cast."""
    sentences = sentences_of(article)
    return attributed(article, sentences, cast_of(article, sentences))
