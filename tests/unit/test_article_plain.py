"""text/plain: clean texts uncut, saved pages freed of their furniture, pull quotes as asides."""

# ruff: noqa: E501 - the pages of a test are read as they stand

from __future__ import annotations

import pytest

from bot.article import read
from bot.errors import EmptyBody, NotAnArticle
from bot.types import AsideKind, ParagraphKind
from tests.fakes.pages import STORY, TEASERS, TITLE, page

PULL = (
    "“We were promised a gate that closes in nine minutes, and it took forty. I will not sign for it before it "
    "has closed ten times in a row.”"
)
CREDIT = "Orla Venn, the mayor of Lower Marsh"


def text_page(text: str):
    return page(text, media_type="text/plain", url="https://quillcourier.example/flood-gate.txt")


def saved_page(story: list[str]) -> str:
    river = [line for teaser in TEASERS for line in ("DON'T MISS", teaser)]
    dated = [line for teaser in TEASERS for line in (teaser, "3 hours ago")]
    head = [
        "Skip to content",
        TITLE,
        "qc_wire",
        "By The Wire",
        "Published 2 years ago on",
        "March 1, 2026",
        "Share",
    ]
    return "\n\n".join([*head, *story, *river, *dated, "MENU", "Search"])


def test_a_clean_text_comes_through_uncut() -> None:
    article = read(text_page("\n\n".join(STORY)))
    assert article.text == "\n".join(STORY)
    assert article.dateline == "LOWER MARSH"
    assert article.asides == ()


def test_a_headline_over_a_clean_text_is_title_and_stays() -> None:
    article = read(text_page("\n".join((TITLE, *STORY))))
    assert article.title == TITLE
    assert article.text.split("\n") == [TITLE, *STORY]
    assert article.paragraphs[0].kind is ParagraphKind.HEADING
    assert article.dateline == "LOWER MARSH"


def test_a_saved_page_is_freed_of_its_furniture() -> None:
    story = [*STORY[:3], "What comes next", *STORY[3:]]
    article = read(text_page(saved_page(story)))
    assert article.text.split("\n") == story
    assert article.title == TITLE
    assert article.byline == ("The Wire",)
    assert article.published is not None
    assert article.published.day_only
    assert article.published.at.date().isoformat() == "2026-03-01"


@pytest.mark.parametrize("line", [f"{PULL} — {CREDIT}", f"{PULL} {CREDIT}", PULL, f"{PULL}\n— {CREDIT}"])
@pytest.mark.parametrize("saved", [True, False], ids=["saved", "clean"])
def test_pull_quotes_leave_the_text_and_keep_their_credit(line: str, saved: bool) -> None:
    story = [STORY[0], *line.split("\n"), *STORY[1:]]
    article = read(text_page(saved_page(story) if saved else "\n\n".join(story)))
    assert article.text.split("\n") == list(STORY)
    assert [aside.text for aside in article.asides] == [" ".join(line.split("\n"))]
    assert article.asides[0].kind is AsideKind.PULL_QUOTE


@pytest.mark.parametrize(
    "line",
    [
        "“We were promised a gate that closes in nine minutes, and it took forty,” Venn repeated, and said so twice.",
        "“Nobody told us that the hinge was made of tin and not of steel.”",
        "Venn: We were promised a gate that closes in nine minutes.",
    ],
)
def test_what_only_resembles_a_pull_quote_stays(line: str) -> None:
    story = [*STORY[:3], line, *STORY[3:]]
    assert read(text_page("\n\n".join(story))).text.split("\n") == story


def test_turns_of_a_conversation_are_no_furniture() -> None:
    turns = [line for number in range(6) for line in ("Q:", f"Did the gate close on night number {number}?")]
    text = "\n".join([*turns, "A:", "It closed on two nights out of six, and on one of them by hand."])
    assert read(text_page(text)).text == text


def test_lines_broken_at_a_fixed_width_are_joined() -> None:
    wrapped = "\n\n".join(_wrap(paragraph, 70) for paragraph in STORY)
    assert read(text_page(wrapped)).text.split("\n") == list(STORY)


def _wrap(text: str, width: int) -> str:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


def test_a_book_is_refused_and_nothing_is_nothing() -> None:
    with pytest.raises(NotAnArticle) as refused:
        read(text_page("\n".join(STORY) * 400))
    assert "too long" in refused.value.looks_like
    with pytest.raises(EmptyBody):
        read(text_page(" \n\t\u200b\n"))
