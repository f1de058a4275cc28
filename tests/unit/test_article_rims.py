"""What stands around a story in its own box: printed times, captions, sources, teasers, offers, stray notation."""

# ruff: noqa: E501 - the pages of a test are read as they stand

from __future__ import annotations

import pytest

from bot.article import read
from bot.types import Article, AsideKind
from tests.fakes.pages import STORY, TEASERS, TITLE, document, json_ld, page, paragraphs


def lines(inner: str, head: str = "") -> list[str]:
    return article(inner, head).text.split("\n")


def article(inner: str, head: str = "") -> Article:
    return read(page(document(f"<article><h1>{TITLE}</h1>{inner}</article>", head)))


@pytest.mark.parametrize(
    "stamp",
    [
        "<p>Updated Feb. 27, 2026, 7:58 AM UTC</p>",
        "<p>March 1, 2026, 9:00am</p>",
        "<p>Friday 27 February 2026</p>",
        "<span itemprop='datePublished'>sexta-feira, 27 de fevereiro de 2026 às 20:13</span>",
    ],
)
def test_a_printed_time_above_the_story(stamp: str) -> None:
    assert lines(stamp + paragraphs()) == list(STORY)


def test_a_first_sentence_with_a_date_stays() -> None:
    first = "May 2, 2026, was the last day on which the gate of Lower Marsh opened."
    assert lines(f"<p>{first}</p>{paragraphs()}")[0] == first


def test_a_caption_in_slanted_type_below_its_picture() -> None:
    caption = "The gate on Monday night, seen from Rope Street, with the crew of six."
    picture = f"<p><img src='gate.jpg'></p>\n<p><em>{caption}</em></p>"
    found = article(paragraphs(STORY[:3]) + picture + paragraphs(STORY[3:]))
    assert found.text.split("\n") == list(STORY)
    assert [aside.text for aside in found.asides if aside.kind is AsideKind.CAPTION] == [caption]


def test_slanted_words_without_a_picture_are_story() -> None:
    inner = paragraphs(STORY[:3]) + f"<p><em>{STORY[3]}</em></p>" + paragraphs(STORY[4:])
    assert lines(inner) == list(STORY)


def test_the_list_of_sources_under_a_story() -> None:
    sources = "".join(
        f"<p>Interview with Mara Quist, hinge maker number {number}, Feb. {number}, 2026</p>"
        for number in range(1, 9)
    )
    box = f"<section><header><h3>Our Sources</h3></header><article>{sources}</article></section>"
    assert lines(paragraphs() + box) == list(STORY)


@pytest.mark.parametrize("twice", [True, False])
def test_teasers_of_other_stories_each_under_its_linked_headline(twice: bool) -> None:
    hidden = "<span class='for-readers'>{}</span>" if twice else ""
    cards = "".join(
        f"<div><h2>{hidden.format(line)}<a href='/x/{number}'>{line}</a></h2>"
        f"<p>This is what the {number}th of our other stories is about, told in one plain sentence.</p></div>"
        for number, line in enumerate(TEASERS)
    )
    assert lines(paragraphs() + cards) == list(STORY)


def test_subheadings_set_as_main_headings_stay() -> None:
    inner = paragraphs(STORY[:3]) + "<h1>What the council asks</h1>" + paragraphs(STORY[3:])
    assert lines(inner) == [*STORY[:3], "What the council asks", *STORY[3:]]


@pytest.mark.parametrize(
    "line",
    [
        "This newsletter may contain advertising, deals, or affiliate links. You may unsubscribe at any time.",
        "If you buy something through a link, we may earn a commission.",
        "Special offer for readers of the Courier: a year of the paper for 12 crowns.",
        "Get the Harbour Monthly delivered through your letterbox. 12 issues for 30 crowns.",
        "[button link=”/tell-us” type=”big”] Send us YOUR flood[/button]",
    ],
)
def test_a_last_line_that_sells(line: str) -> None:
    assert lines(paragraphs() + f"<p>{line}</p>") == list(STORY)


def test_stated_words_in_an_editors_notation_are_not_taken() -> None:
    notation = "".join(
        f"&amp;lt;!-- wp:paragraph {{&amp;quot;align&amp;quot;:1}} --&amp;gt; &amp;lt;p&amp;gt;{line}&amp;lt;/p&amp;gt; "
        for line in STORY
    )
    assert lines(paragraphs(), json_ld(articleBody=notation * 2)) == list(STORY)


def test_entities_and_inline_tags_of_stated_words_are_resolved() -> None:
    told = [line.replace("—", "&mdash;").replace("“", "<b>“", 1).replace("”", "”</b>", 1) for line in STORY]
    shell = "<div id='root'></div><p>Loading</p>"
    assert lines(shell, json_ld(articleBody="\n\n".join(told))) == list(STORY)
