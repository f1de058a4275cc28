"""Which figures are key, in which order, and why."""

from __future__ import annotations

import pytest

from bot.extract.cast import Cast
from bot.extract.figures import find_figures
from bot.extract.rank_figures import key_figures
from bot.extract.sentences import sentences_of
from bot.types import Figure, ParagraphKind
from tests.unit.figure_stories import story


def ranked(
    text: str, title: str = "", kinds: dict[int, ParagraphKind] | None = None
) -> list[tuple[str, Figure]]:
    article = story(text, title=title, kinds=kinds)
    figures = find_figures(article, sentences_of(article), Cast(), ())
    return [(figures[at].span.of(text), figures[at]) for at in key_figures(article, figures)]


def shown(text: str, title: str = "", kinds: dict[int, ParagraphKind] | None = None) -> list[str]:
    return [printed for printed, _ in ranked(text, title, kinds)]


STORY = """The quarry at Belmar collapsed on Monday and killed 14 people.
The slide buried 230 homes, and the state will pay $4.5 million to the families.
The quarry, built in 1931, is run by a 61-year-old engineer and his two sons.
It was searched for three days, and a 40-page report named six faults.
Output fell to 3.1 million tonnes from 3.4 million tonnes."""


def test_the_few_that_matter_come_first() -> None:
    found = shown(STORY, title="Quarry slide in Belmar kills 14")
    assert found[0] == "14 people"
    assert {"230 homes", "$4.5 million"} <= set(found[:4])
    assert not {"61-year-old", "two sons", "three days"} & set(found)


def test_at_most_five_and_each_once() -> None:
    text = "\n".join(
        f"The firm closed {number}00 shops in May and {number}00 shops in June." for number in range(2, 9)
    )
    found = shown(text)
    assert len(found) == 5
    assert len(set(found)) == 5


def test_of_two_printings_the_fuller_one_is_shown() -> None:
    text = "One in five fell ill after the fair.\nOne in five guests fell ill, and nobody knows why."
    assert shown(text) == ["One in five guests"]


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("The toll was revised from 410 to 430 dead.", "410"),
        ("Earlier reports of 120 dead were wrong; 90 people died.", "120 dead"),
        ("An earlier version put the debt at $980 million. It is $890 million.", "$980 million"),
        ("Mara Lindt, 45, lost $3 million.", "45"),
    ],
)
def test_superseded_figures_and_ages_are_never_key(text: str, never: str) -> None:
    found = shown(text)
    assert found
    assert never not in found


def test_a_table_row_is_never_key() -> None:
    text = "The club sold 41,000 tickets.\nBelmar has 98,000 seats at home."
    assert shown(text, kinds={1: ParagraphKind.TABLE}) == ["41,000 tickets"]


def test_a_comparison_ranks_below_the_current_figure() -> None:
    found = shown("Sales rose to $3.4 billion, up from $3.1 billion a year earlier.")
    assert found[0] == "$3.4 billion"
    assert shown("Inflation slowed to 2.1% in May from 2.4% in April.")[0] == "2.1%"


def test_the_number_of_the_headline_leads() -> None:
    text = "The town has 90,000 people.\nIt will close 12 schools."
    assert shown(text, title="Town to close 12 schools")[0] == "12 schools"


def test_every_part_of_the_score_has_a_name() -> None:
    _, figure = ranked(STORY, title="Quarry slide in Belmar kills 14")[0]
    names = [name for name, _ in figure.score.parts]
    assert len(names) == len(set(names))
    assert {"kind", "position", "headline", "counted", "news"} <= set(names)
    assert figure.score.total == pytest.approx(sum(value for _, value in figure.score.parts))


def test_a_story_without_figures_has_no_key() -> None:
    assert shown("Nothing was counted on Monday, 6 May 2024.") == []
