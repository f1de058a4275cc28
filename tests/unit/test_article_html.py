"""The shapes that story pages come in: the story comes out, the furniture does not."""

# ruff: noqa: E501 - the pages of a test are read as they stand

from __future__ import annotations

import pytest

from bot.article import read
from bot.types import Article, ArticleKind, AsideKind, ParagraphKind
from tests.fakes.pages import (
    NEXT_STORY,
    STORY,
    TITLE,
    document,
    json_ld,
    page,
    paragraphs,
    teasers,
)

HEAD = f'<header><h1 class="headline">{TITLE}</h1><p class="byline">By Ana Brook</p></header>'
SHARE = '<div class="social-share"><a href="#">Facebook</a> <a href="#">Copy link</a></div>'
SHAPES = {
    "classes kept": f'<article class="story">{HEAD}{SHARE}<div class="story-body">{paragraphs()}</div></article>{teasers()}',
    "classes stripped": f"<article><h1>{TITLE}</h1><div>{paragraphs()}</div></article><div>{teasers()}</div>",
    "bare divs": f"<div><h1>{TITLE}</h1><div>{paragraphs(tag='div')}</div></div><div>{teasers()}</div>",
    "line breaks": f"<div><h1>{TITLE}</h1><div>{'<br><br>'.join(STORY)}</div></div>{teasers()}",
    "wordpress": (
        f'<article class="post type-post hentry category-news tag-floods"><h1 class="entry-title">{TITLE}</h1>'
        f'<div class="entry-meta">March 1, 2026 by <a rel="author">Ana Brook</a></div>'
        f'<div class="entry-content">{paragraphs()}<div class="sharedaddy"><h3>Share this:</h3></div>'
        f'<div class="jp-relatedposts"><h3>Related</h3>{teasers()}</div></div></article>'
    ),
    "amp": (
        f'<main><article><h1>{TITLE}</h1><amp-img src="a.jpg" alt="The gate"></amp-img>{paragraphs()}'
        f"<amp-ad>Advertisement</amp-ad></article></main>"
    ),
    "tables": (
        f"<table><tr><td><ul><li><a href='/'>Home</a></li></ul></td><td><h1>{TITLE}</h1>{paragraphs()}</td></tr></table>"
    ),
}


def lines(article: Article) -> list[str]:
    return article.text.split("\n")


@pytest.mark.parametrize("shape", SHAPES)
def test_the_story_and_nothing_else(shape: str) -> None:
    article = read(page(document(SHAPES[shape])))
    assert lines(article) == list(STORY)
    assert article.title == TITLE
    assert article.dateline == "LOWER MARSH"
    assert article.kind is ArticleKind.ARTICLE


def test_paragraph_spans_are_the_lines() -> None:
    article = read(page(document(SHAPES["classes kept"])))
    assert [paragraph.span.of(article.text) for paragraph in article.paragraphs] == lines(article)


def test_subheadings_lists_quotations_and_tables_keep_their_kind() -> None:
    inner = (
        f"<article><h1>{TITLE}</h1>{paragraphs(STORY[:3])}<h2>What comes next</h2>{paragraphs(STORY[3:5])}"
        "<ul><li>The gate is closed by hand until the heater has been fitted by the agency.</li>"
        "<li>Schools open again on Wednesday, the council of Lower Marsh said in a note.</li></ul>"
        "<blockquote><p>A gate that does not close is a bridge, and we have bridges enough in this town.</p></blockquote>"
        "<table><tr><th>Street</th><th>Homes</th></tr><tr><td>Rope Street</td><td>61</td></tr></table>"
        f"{paragraphs(STORY[5:])}</article>"
    )
    article = read(page(document(inner)))
    kinds = {paragraph.span.of(article.text): paragraph.kind for paragraph in article.paragraphs}
    assert kinds["What comes next"] is ParagraphKind.HEADING
    assert kinds["Rope Street 61"] is ParagraphKind.TABLE
    assert sum(kind is ParagraphKind.LISTED for kind in kinds.values()) == 2
    assert sum(kind is ParagraphKind.BLOCKQUOTE for kind in kinds.values()) == 1


def test_captions_stand_beside_the_story() -> None:
    figure = (
        "<figure><img src='g.jpg'><figcaption>The gate on Monday night, half closed.</figcaption></figure>"
    )
    stray = "<p>Water on Rope Street (Image: QUILL PICTURES)</p>"
    inner = f"<article><h1>{TITLE}</h1>{paragraphs(STORY[:2])}{figure}{paragraphs(STORY[2:4])}{stray}{paragraphs(STORY[4:])}</article>"
    article = read(page(document(inner)))
    assert lines(article) == list(STORY)
    assert {aside.text for aside in article.asides if aside.kind is AsideKind.CAPTION} == {
        "The gate on Monday night, half closed.",
        "Water on Rope Street (Image: QUILL PICTURES)",
    }


@pytest.mark.parametrize(
    "note",
    [
        "Correction: An earlier version of this article gave the price of the gate as 13 million crowns.",
        "This article was amended on 1 March 2026 to give the right name of the agency.",
        "Clarification, March 1: The hinge was fitted in June.",
    ],
)
def test_correction_notes_are_kept_apart(note: str) -> None:
    inner = f"<article><h1>{TITLE}</h1>{paragraphs()}<p><em>{note}</em></p></article>"
    article = read(page(document(inner)))
    assert lines(article) == list(STORY)
    assert [aside.text for aside in article.asides if aside.kind is AsideKind.CORRECTION] == [note]


def test_the_next_story_of_an_endless_page_is_cut() -> None:
    second = (
        f"<article><h1>Ferry crews accept wage offer</h1><p>By Tom Reed</p>{paragraphs(NEXT_STORY)}</article>"
    )
    inner = f"<main><article><h1>{TITLE}</h1><p>By Ana Brook</p>{paragraphs()}</article>{second}</main>"
    assert lines(read(page(document(inner)))) == list(STORY)


def test_the_deck_is_an_aside() -> None:
    deck = "Ice in a hinge kept the gate open for forty minutes while the tide came in."
    inner = (
        f"<article><h1>{TITLE}</h1><p class='deck'>{deck}</p><div class='body'>{paragraphs()}</div></article>"
    )
    article = read(page(document(inner, f'<meta property="og:description" content="{deck}">')))
    decks = [aside.text for aside in article.asides if aside.kind is AsideKind.STANDFIRST]
    assert decks == [deck]
    assert lines(article) == list(STORY)


def test_a_body_that_only_the_data_hold() -> None:
    shell = f"<div id='root'></div><h1>{TITLE}</h1><p>Loading</p>"
    article = read(page(document(shell, json_ld(articleBody="\n\n".join(STORY)))))
    assert lines(article) == list(STORY)


def test_a_question_and_answer_page_keeps_its_turns() -> None:
    turns = "".join(
        f"<p><strong>Why did it take the crew so long to close gate number {number}?</strong></p>"
        f"<p>Because the hinge had frozen, and the heater that we had asked for {number} times was never fitted.</p>"
        for number in range(1, 6)
    )
    article = read(page(document(f"<article><h1>Ten minutes with the gate keeper</h1>{turns}</article>")))
    assert len(article.paragraphs) == 10
    assert lines(article)[0].endswith("gate number 1?")


def test_a_live_blog_marks_its_posts() -> None:
    posts = "".join(
        f"<section><time>{hour}:15 am</time><h3>The gate moved for the {hour}th time</h3>"
        f"<p>Crews said at {hour} that the gate had moved by another metre and that the water stood still.</p></section>"
        for hour in range(4, 10)
    )
    head = json_ld(**{"@type": "LiveBlogPosting"})
    article = read(
        page(document(f"<article><h1>Live: the gate</h1>{posts}</article>", head, title="Live: the gate"))
    )
    assert article.kind is ArticleKind.LIVEBLOG
    marked = [p.span.of(article.text) for p in article.paragraphs if p.kind is ParagraphKind.POST]
    assert len(marked) >= 6
    assert "Crews said at 9 that" in article.text


def test_a_locked_story_says_how_much_was_read() -> None:
    head = json_ld(isAccessibleForFree=False, wordCount=900)
    prompt = "<div class='paywall-prompt'>Subscribe to continue reading. Already a subscriber? Sign in.</div>"
    article = read(
        page(document(f"<article><h1>{TITLE}</h1>{paragraphs(STORY[:2])}{prompt}</article>", head))
    )
    assert article.kind is ArticleKind.TEASER
    assert lines(article) == list(STORY[:2])
    assert article.coverage.expected_words == 900
    assert article.coverage.reason == "paywall"
    assert article.coverage.read_words < 100


def test_white_space_and_unseen_characters_are_folded_and_marks_kept() -> None:
    first = 'LOWER\u00a0MARSH \u2014 The\u200b gate \u2018failed\u2019   its \u202efirst\u202c test, and "nobody" said so\u2026 until Monday night.'
    article = read(
        page(document(f"<article><h1>{TITLE}</h1><p>{first}</p>{paragraphs(STORY[1:])}</article>"))
    )
    assert lines(article)[0] == (
        'LOWER MARSH \u2014 The gate \u2018failed\u2019 its first test, and "nobody" said so\u2026 until Monday night.'
    )
