"""Words that bound a figure, who said it, and figures that the text itself corrects."""

from __future__ import annotations

import pytest

from bot.extract.cast import EntityKind
from tests.unit.figure_stories import cast_of_names, figures_of, only, quote_by

BOUNDS = [
    ("About 5,200 troops stay.", "About", "About 5,200 troops"),
    ("It lost more than $3 billion.", "more than", "more than $3 billion"),
    ("It lost at least 12 people.", "at least", "at least 12 people"),
    ("It lost nearly a third of them.", "nearly", "nearly a third of them"),
    ("It may take up to 9 hours.", "up to", "up to 9 hours"),
    ("It lost as many as 14 players.", "as many as", "as many as 14 players"),
    ("No fewer than 30 came.", "No fewer than", "No fewer than 30"),
    ("An estimated 300 homes burned.", "An estimated", "An estimated 300 homes"),
    ("It is just under 20 percent.", "just under", "just under 20 percent"),
    ("Some 300 homes burned.", "Some", "Some 300 homes"),
    ("It measured ~80% of it.", "~", "~80%"),
    ("It lasts 10 years or more.", "or more", "10 years or more"),
    ("They want 300+ guests.", "+", "300+ guests"),
    ("He paid $1m-plus.", "-plus", "$1m-plus"),
    ("It took over two days.", None, "two days"),
    ("It took two days.", None, "two days"),
]


@pytest.mark.parametrize(("text", "bound", "printed"), BOUNDS)
def test_bounding_words_are_kept(text: str, bound: str | None, printed: str) -> None:
    figure = only(text)
    assert (figure.approximate.text if figure.approximate else None) == bound
    assert figure.span.of(text) == printed
    if figure.approximate is not None:
        assert figure.span.contains(figure.approximate.span)


SUPERSEDED = [
    ("The toll was revised from 41 to 43 dead.", [True, False]),
    ("The toll was revised upward to 43 from 41.", [False, True]),
    ("They raised the forecast from 3% to 4%.", [True, False]),
    ("They cut their estimate to 2% from 3%.", [False, True]),
    ("Officials corrected the figure from 980 to 890.", [True, False]),
    ("Earlier reports of 12 dead were wrong; 9 people died.", [True, False]),
    ("The company initially said 300 jobs would go; 250 will.", [True, False]),
    ("An earlier version of its statement put the figure at $980 million.", [True]),
    ("The initial toll was 41.", [True]),
    ("It was 43, not the 41 initially reported.", [False, True]),
    ("The preliminary count of 1,200 votes was dropped.", [True]),
    # comparisons and plain changes stand
    ("Profit rose to $5m, up from $3m a year ago.", [False, False]),
    ("The wage was raised from $15 to $17.", [False]),
    ("The price fell from $15 to $11.", [False]),
    ("He had previously run 12 firms.", [False]),
    ("She came 20 minutes earlier.", [False]),
]


@pytest.mark.parametrize(("text", "flags"), SUPERSEDED)
def test_a_corrected_figure_is_superseded(text: str, flags: list[bool]) -> None:
    assert [one.superseded for one in figures_of(text)] == flags


SAID = [
    ("Mara Lindt said 40 people were held.", "Mara Lindt"),
    ("Lindt has said that 40 people were held. Mara Lindt left.", "Mara Lindt"),
    ("Some 40 people were held, Mara Lindt said.", "Mara Lindt"),
    ("Some 40 people were held, said Mara Lindt.", "Mara Lindt"),
    ("Some 40 people were held, said police chief Mara Lindt.", "Mara Lindt"),
    ("Mara Lindt, who leads the police, said 40 people were held.", "Mara Lindt"),
    ("According to Mara Lindt, 40 people were held.", "Mara Lindt"),
    ("Some 40 people were held, according to Mara Lindt.", "Mara Lindt"),
    ("Mara Lindt of Orvale said 40 people were held.", "Mara Lindt"),
    ("A cousin of Mara Lindt said 40 people were held.", None),
    ("Its mayor, Mara Lindt, told the court 40 people were held.", "Mara Lindt"),
    ("Mara Lindt left early and said 40 people were held.", "Mara Lindt"),
    ("Some were found, Mara Lindt said, and 40 people were held.", "Mara Lindt"),
    ("Mara Lindt left. Some 40 people were held.", None),
    ("Some 40 people were held when Mara Lindt arrived.", None),
    ("Mara Lindt spoke. Police said 40 people were held.", "Police"),
    ("Mara Lindt spoke. Some 40 were held, the health ministry said on Monday.", "the health ministry"),
    ("Mara Lindt spoke. Some 40 were held, according to the statistics office.", "the statistics office"),
    ("Mara Lindt spoke. Some 40 were held, according to a budget report filed in May.", "a budget report"),
    ("Mara Lindt spoke. Some 40 were held; the rest fled, according to a budget report.", None),
    ("Mara Lindt said she left. She said 40 people were held.", "Mara Lindt"),
    ("Mara Lindt left.\nShe said 40 people were held.", None),
    ("It said 40 people were held by Mara Lindt.", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "name"), SAID)
def test_a_figure_in_a_reported_clause_has_its_speaker(text: str, name: str | None) -> None:
    figure = only(text, cast=cast_of_names(text, "Mara Lindt"))
    assert (figure.said_by.text if figure.said_by else None) == name
    if figure.said_by is not None:
        assert figure.said_by.span.of(text) == name


def test_a_figure_in_a_quote_is_the_quotes_speakers() -> None:
    text = "“We lost 40 boats,” said Mara Lindt. The fleet had 90 boats. “There are 12 left.”"
    quotes = (quote_by(text, "We lost 40 boats,", "Mara Lindt"), quote_by(text, "There are 12 left.", None))
    said = [(one.value, one.said_by.text if one.said_by else None) for one in figures_of(text, quotes=quotes)]
    assert said == [(40, "Mara Lindt"), (90, None), (12, None)]


def test_an_organisation_speaks_under_its_name() -> None:
    text = "Orvale Steel said it would cut 300 jobs."
    cast = cast_of_names(text, "Orvale Steel", kind=EntityKind.ORG)
    speaker = only(text, cast=cast).said_by
    assert speaker is not None
    assert speaker.text == "Orvale Steel"
