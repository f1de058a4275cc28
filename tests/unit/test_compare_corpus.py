"""On the own labelled articles: what has no fact in it can go without a word."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.compare import compare
from bot.digest import Digest, compose, from_json, to_json
from bot.evaluate.gold import load
from bot.evaluate.own import digest_of
from bot.extract.find import find_all
from bot.types import Article, Paragraph, Span

STORIES = {story.id: story for story in load(Path(__file__).parent.parent / "corpus") if story.expect is None}


def without(article: Article, number: int) -> Article:
    rows = article.paragraphs
    start = rows[number].span.start
    end = rows[number + 1].span.start if number + 1 < len(rows) else len(article.text)
    kept = [
        Paragraph(row.span if row.span.start < start else moved(row.span, start - end), row.kind)
        for at, row in enumerate(rows)
        if at != number
    ]
    return replace(article, text=article.text[:start] + article.text[end:], paragraphs=tuple(kept))


def moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)


def factless(digest: Digest) -> list[int]:
    """Paragraphs without a quote, a figure or a name."""
    found = digest.findings
    spans = [part for quote in found.quotes for part in quote.parts]
    spans += [figure.span for figure in found.figures]
    spans += [span for actor in found.actors for span in actor.mentions]
    return [
        number
        for number, row in enumerate(digest.article.paragraphs)
        if not any(row.span.overlaps(span) for span in spans)
    ]


@pytest.mark.parametrize("name", STORIES)
def test_a_paragraph_without_a_fact_may_go(name: str) -> None:
    before = digest_of(STORIES[name].page)
    assert not compare(before, from_json(to_json(before)))
    for number in factless(before):
        article = without(before.article, number)
        changes = compare(before, compose(article, find_all(article)))
        assert not changes.facts, before.article.paragraphs[number].span.of(before.article.text)
