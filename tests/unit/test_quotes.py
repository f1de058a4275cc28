"""Statements: split words joined, repeats told once, scare quotes and titles left out; key quotes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.extract.rank_quotes import key_quotes
from bot.types import Quote, QuoteKind
from tests.fakes.story import quotes_of, story

INTRO = "Maria Delgado, the mayor of Port Halven, spoke on Monday."


def parts(lines: str) -> list[list[str]]:
    article = story(lines)
    return [[part.of(article.text) for part in quote.parts] for quote in quotes_of(article)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param(
            "“The bridge,” Delgado said, “was never safe.”", [["The bridge,", "was never safe."]], id="one"
        ),
        pytest.param(
            "“It was wet,” Delgado said. “It must go.”", [["It was wet,", "It must go."]], id="two"
        ),
        pytest.param(
            "“It was never safe,” she said, referring to the bridge. “So why was it open?”",
            [["It was never safe,", "So why was it open?"]], id="words after the tag",
        ),
        pytest.param(
            "“In case they need our help,” Delgado said, then “I will be the first to go.”",
            [["In case they need our help,", "I will be the first to go."]], id="a word between",
        ),
        pytest.param(
            "“It was never safe at all,” Delgado said. She left the room at six. “I was afraid of it.”",
            [["It was never safe at all,"], ["I was afraid of it."]], id="a sentence between",
        ),
        pytest.param(
            "“It was never safe,” said Delgado. “I agree with that,” said Peter Okafor.",
            [["It was never safe,"], ["I agree with that,"]], id="another voice",
        ),
        pytest.param(
            "Delgado called the bridge “a danger to everybody” and the board “a club of old friends.”",
            [["a danger to everybody"], ["a club of old friends."]], id="two partial ones",
        ),
    ],
)  # fmt: skip
def test_parts_of_a_statement(line: str, expected: list[list[str]]) -> None:
    assert parts(f"{INTRO}\n{line}") == expected


def test_a_statement_over_paragraphs_is_one() -> None:
    lines = f"{INTRO}\n“The bridge was never safe.\n“It must come down.\n“I will see to it,” Delgado said."
    assert parts(lines) == [["The bridge was never safe.", "It must come down.", "I will see to it,"]]


def test_a_repeat_in_the_body_is_told_once_in_the_fuller_form() -> None:
    lines = (
        f"{INTRO}\n“The bridge was never safe, and it must come down,” Delgado said. “I will see to it.”\n"
        "“The bridge was never safe, and it must come down.”"
    )
    article = story(lines)
    (quote,) = quotes_of(article)
    assert len(quote.parts) == 2
    assert quote.speaker is not None
    assert quote.speaker.name.text == "Maria Delgado"


def test_a_pull_quote_without_verb_lends_its_speaker() -> None:
    lines = "“The bridge was never safe for us.”\n“The bridge was never safe for us.” — Maria Delgado, mayor"
    (quote,) = quotes_of(story(lines))
    assert quote.speaker is not None
    assert quote.speaker.name.text == "Maria Delgado"


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("The city “activated” the riverbank with a kiosk.", id="scare quote"),
        pytest.param("Last week it announced a “listening exercise” about it.", id="quoted label"),
        pytest.param("Her novel “The Long Way To The Harbour” sold well.", id="title"),
        pytest.param("They sang a song called “Harbour Lights.”", id="title with a stop inside"),
        pytest.param("On Monday’s episode of “The Harbour Hour,” Delgado said so.", id="title before a tag"),
        pytest.param("The sign says “Quiet Zone,” and nobody reads it.", id="sign"),
        pytest.param("Marcia “Cia” Pryce chairs the board.", id="nickname"),
        pytest.param("The term “dead freight” means cargo that was booked and not sent.", id="defined word"),
        pytest.param("“Ferry Runs Aground Off Halven” — Harbour Post, 3 May", id="source list"),
        pytest.param("# ‘Crooked’ official is sent home for good", id="heading"),
        pytest.param("He read about ‘Crooked’ officials every day.", id="headline word"),
        pytest.param("“We want a cease-fire, and we just want a free...", id="unclosed teaser"),
    ],
)
def test_nobodys_statement(line: str) -> None:
    assert parts(line) == []


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("“The bridge was never safe,” Delgado said.", QuoteKind.DIRECT),
        ("Delgado said: “The bridge was never safe.”", QuoteKind.DIRECT),
        ("Delgado said the bridge “was never safe for anyone.”", QuoteKind.PARTIAL),
        ("Delgado said she was “certain and confident” about it.", QuoteKind.PARTIAL),
    ],
)
def test_kinds(line: str, kind: QuoteKind) -> None:
    (quote,) = quotes_of(story(f"{INTRO}\n{line}"))
    assert quote.kind is kind


def test_an_emoji_before_the_first_quote_moves_nothing() -> None:
    lines = f"{INTRO} 🥕👩‍🚒🇵🇹\n“The bridge was never safe,” Delgado said."
    assert parts(lines) == [["The bridge was never safe,"]]


def test_british_single_marks() -> None:
    lines = f"{INTRO}\n‘The pilots’ union wasn’t told,’ Delgado said. ‘It’s the ’90s all over again.’"
    assert parts(lines) == [["The pilots’ union wasn’t told,", "It’s the ’90s all over again."]]


# ------------------------------------------------------------------------------- key quotes

LONG = f"""{INTRO}
“The bridge was never safe, and we cannot pretend that it ever was,” Delgado said.
“We believed every word that the harbour board told us about it,” Delgado said.
“I closed the bridge at six in the morning and I would close it again,” said Peter Okafor.
Okafor said he was “certain and confident” about it.
“Nobody told the people of this town what the engineers had found,” said Ines Marchetti, a shopkeeper.
“It was loud and then it was very quiet on the whole of the quay.”
“My mother walked over that bridge every single day of her life,” Delgado said."""


def shown(lines: str) -> list[Quote]:
    article = story(lines)
    quotes = quotes_of(article)
    return [quotes[index] for index in key_quotes(article, quotes)]


def test_key_quotes_are_three_to_five_of_several_voices_and_no_fragment() -> None:
    article = story(LONG)
    chosen = shown(LONG)
    assert 3 <= len(chosen) <= 5
    assert {quote.speaker.name.text for quote in chosen if quote.speaker} >= {
        "Maria Delgado", "Peter Okafor", "Ines Marchetti",
    }  # fmt: skip
    words = [" ".join(part.of(article.text) for part in quote.parts) for quote in chosen]
    assert "certain and confident" not in words
    assert chosen == sorted(chosen, key=lambda quote: quote.parts[0])


def test_nobodys_words_are_key_only_when_there_is_nothing_better() -> None:
    assert [quote.speaker for quote in shown("“The bridge was never safe for anybody here.”")] == [None]


def part_of(lines: str, name: str, title: str = "", number: int = 0) -> float:
    article = story(lines, title)
    return dict(quotes_of(article)[number].score.parts)[name]


def test_words_that_say_nothing_and_words_of_the_headline() -> None:
    nothing = f"{INTRO}\n“The safety of our passengers is our first concern,” Delgado said."
    assert part_of(nothing, "says nothing") < 0
    line = f"{INTRO}\n“The bridge was never safe for anybody here,” Delgado said."
    assert part_of(line, "says nothing") == 0 == part_of(line, "chosen")
    assert part_of(line, "chosen", "Mayor: ‘The bridge was never safe’") > 0


HEARING = """Transcript of the hearing with Maria Delgado, mayor of Port Halven.
ROE: When did you know that the bridge was going to fall into the harbour, and who told you so?
DELGADO: I knew it on the day I took office, and I wrote to the harbour board that very night.
ROE: Who else knew that the bridge was going to fall, and why did nobody say so to the town?
DELGADO: Every engineer in the county knew, and I believe they were told to say nothing at all.
ROE: What did you do then, for two years, in which people went on crossing the bridge each day?
DELGADO: I walked it every morning so that I could never say that I had not been afraid of it."""


def test_in_a_hearing_the_answers_are_key() -> None:
    chosen = [quote for quote in shown(HEARING)[:5] if quote.score.total > 1.5]
    assert len(chosen) >= 3
    text = story(HEARING).text
    assert all(not quote.parts[0].of(text).endswith("?") for quote in chosen)


def test_a_score_says_why() -> None:
    quotes = quotes_of(story(LONG))
    names = {name for name, _ in quotes[0].score.parts}
    assert names == {
        "speaker",
        "length",
        "kind",
        "position",
        "words",
        "chosen",
        "question",
        "says nothing",
        "repeats lead",
        "voice",
    }


def test_no_quotes_no_keys() -> None:
    assert key_quotes(story(INTRO), ()) == ()


# ------------------------------------------------------------------------------- properties

_PIECES = [
    "“",
    "”",
    '"',
    "‘",
    "’",
    "'",
    "«",
    "»",
    "„",
    "\n",
    ". ",
    ", ",
    ": ",
    " — ",
    " said",
    " Maria Delgado",
    " she",
    " the mayor",
    " according to",
    " Q: ",
    "ROE: ",
    " (D-Wis.)",
    " 👍",
    " not at all",
    " It was",
    "> ",
    "’s",
]
_PROSE = st.lists(st.sampled_from(_PIECES), max_size=40)


@settings(max_examples=150, deadline=None)
@given(_PROSE)
def test_parts_are_slices_in_order_that_never_overlap(pieces: list[str]) -> None:
    article = story("".join(pieces))
    quotes = quotes_of(article)
    spans = sorted(part for quote in quotes for part in quote.parts)
    assert all(0 <= span.start < span.end <= len(article.text) for span in spans)
    assert all(one.end <= two.start for one, two in pairwise(spans))
    for quote in quotes:
        assert list(quote.parts) == sorted(quote.parts)
        assert 0.0 <= quote.confidence <= 1.0
        if quote.speaker:
            assert article.cut(quote.speaker.name) == quote.speaker.name.text
    assert set(key_quotes(article, quotes)) <= set(range(len(quotes)))
