"""The nut graf is a printed sentence near the top, and not always the first."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.extract.cast import Cast
from bot.extract.nutgraf import choose_nutgraf
from bot.extract.sentences import sentences_of
from bot.types import Article, Paragraph, ParagraphKind, Span


def article(
    *blocks: str | tuple[str, ParagraphKind], title: str = "", dateline: str | None = None
) -> Article:
    rows, text = [], ""
    for block in blocks:
        words, kind = block if isinstance(block, tuple) else (block, ParagraphKind.BODY)
        rows.append(Paragraph(Span(len(text), len(text) + len(words)), kind))
        text += words + "\n\n"
    return Article(
        "https://harbour.example/a", "https://harbour.example/a", title, text.rstrip("\n"), tuple(rows),
        datetime(2026, 3, 4, tzinfo=UTC), dateline=dateline,
    )  # fmt: skip


def chosen(story: Article) -> str | None:
    span = choose_nutgraf(story, sentences_of(story), Cast())
    return span.of(story.text) if span else None


LEAD = "The harbour board of Tessmark voted on Tuesday to close the old ferry pier because it could collapse."
SCENE = "Maren Holt still remembers the sound that the wooden boards made on the first cold morning."
POINT = "The vote on the ferry pier comes after years of warnings and threatens the island's only crossing."


@pytest.mark.parametrize(
    ("blocks", "title", "wanted"),
    [
        ([LEAD, SCENE], "Tessmark to close ferry pier", LEAD),
        ([SCENE, POINT], "Tessmark to close ferry pier", POINT),
        (["Too short.", LEAD], "Pier closes", LEAD),
        (
            [("Ferry pier vote: what it means for the island and its people.", ParagraphKind.HEADING), LEAD],
            "",
            LEAD,
        ),
        (["“We have no ferry, no pier and no money to build another one here,” she said.", LEAD], "", LEAD),
        (["Do you remember the old ferry pier that your parents took to the island?", POINT], "", POINT),
        ([], "Nothing at all", None),
        (["One.", "Two.", "Three."], "", None),
    ],
)
def test_choice(blocks: list[str], title: str, wanted: str | None) -> None:
    assert chosen(article(*blocks, title=title)) == wanted


@pytest.mark.parametrize(
    "head",
    [
        "TESSMARK — ",
        "PORT ANNE, Vt. (AP) — ",
        "TESSMARK (Harbour News) - ",
        "Tessmark (HN) – ",
        "PORT ANNE, Upper Vale Islands — ",
    ],
)
def test_a_dateline_is_not_part_of_it(head: str) -> None:
    assert chosen(article(head + LEAD, title="Pier")) == LEAD


def test_the_articles_own_dateline_is_known() -> None:
    assert chosen(article("Port Anne: " + LEAD, dateline="Port Anne")) == LEAD


def test_only_the_first_six_body_paragraphs_are_looked_at() -> None:
    filler = "Boats."
    assert chosen(article(*[filler] * 6, LEAD)) is None


def test_a_sentence_that_needs_the_one_before_loses() -> None:
    tail = "But it could also mean that the ferry pier would be closed for the whole of the winter season."
    assert chosen(article(f"{LEAD} {tail}", title="Ferry pier to be closed for the winter season")) == LEAD
