"""What the site sells beside the story does not come out with it; what the story tells of prices does."""

# ruff: noqa: E501 - the pages of a test are read as they stand

from __future__ import annotations

import pytest

from bot.article import read
from bot.article.offers import without_offers
from bot.article.story import Block
from bot.types import ArticleKind, ParagraphKind
from tests.fakes.pages import STORY, TITLE, document, json_ld, page, paragraphs

WALLS = {
    "a box that says what it is": (
        '<div class="subscription-wall"><h2>Carry on reading for $2</h2><p>Join 4,000 readers who get every story, every '
        "morning, before the tide does. Already a member? Sign in.</p><ul><li>Web: $2 a month for 3 months, then $7.50</li>"
        "<li>Web and paper: $11 a month</li></ul></div>"
    ),
    "bare lines": (
        "<h3>Keep reading with a free trial</h3><p>Subscribe to continue reading this story.</p>"
        "<ul><li>Every story on every device</li><li>€1.50 per week, billed monthly</li></ul><p>Cancel anytime.</p>"
    ),
    "an account": (
        "<p>Please register for free to read the rest of this story.</p><p>Already have an account? Log in</p>"
    ),
    "a limit": "<p>You’ve reached your monthly limit of free articles.</p><p>Only £4 a month</p>",
}


@pytest.mark.parametrize("wall", WALLS)
def test_what_stands_where_a_locked_story_is_cut(wall: str) -> None:
    head = json_ld(isAccessibleForFree=False, wordCount=1200)
    inner = f"<article><h1>{TITLE}</h1><div>{paragraphs(STORY[:3])}{WALLS[wall]}</div></article>"
    article = read(page(document(inner, head)))
    assert article.text.split("\n") == list(STORY[:3])
    assert article.kind is ArticleKind.TEASER


@pytest.mark.parametrize(
    "line",
    [
        "Bet £5 get £20 in free bets. 18+. T&Cs apply.",
        "Stake $10 on the derby today. New customers only.",
        "Odds correct at 3pm on Friday.",
    ],
)
def test_a_bet_offered_in_the_middle_of_a_story(line: str) -> None:
    inner = f"<article><h1>{TITLE}</h1>{paragraphs(STORY[:3])}<section><p>{line}</p></section>{paragraphs(STORY[3:])}</article>"
    assert read(page(document(inner))).text.split("\n") == list(STORY)


@pytest.mark.parametrize(
    "line",
    [
        "Tenants on the quay pay £620 a month, then £700 from the autumn.",
        "Voters who are already registered need not sign up again, the clerk said.",
        "Latvia, already a member of the union, will host the talks.",
        "Households must register to get the money, and they can cancel at any time.",
        "“Subscribe to continue reading,” the notice on the library door said.",
        "The bookmaker gave free bets worth £3m, the regulator found.",
        "The course is open to those aged 18+ with a licence.",
    ],
)
def test_a_sentence_of_the_story_stays(line: str) -> None:
    blocks = [Block(line), Block("The council votes in May.")]
    assert without_offers(blocks) == blocks


def test_parts_go_only_beside_an_offer() -> None:
    price = Block("Digital: £3 a week", ParagraphKind.LISTED)
    heading = Block("Full access", ParagraphKind.HEADING)
    story = Block(
        "The ferry costs £3 a week for a child, the harbour board said on Monday in a note to parents."
    )
    offer = Block("Already a subscriber? Log in")
    assert without_offers([story, price, heading]) == [story, price, heading]
    assert without_offers([story, heading, offer, price]) == [story]
