"""What is printed with digits or number words and is no figure."""

from __future__ import annotations

import pytest

from bot.extract.cast import EntityKind
from tests.unit.figure_stories import cast_of_names, figures_of

TRAPS = [
    # dates, years, times
    "It began on January 28, 2019, in Orvale.",
    "It began on 28 January 2019 in Orvale.",
    "It began on Jan. 28 in Orvale.",
    "It began on the 28th of January.",
    "It began on 5 May and ended on May 9.",
    "It ran from Dec. 6-9 and on 5-7 May and on 5 and 7 June.",
    "She was born Sept. 26, 2014, in Orvale.",
    "It was dated 2019-09-01 and 01/09/2019 and 1.9.2019.",
    "American forces left in 2011 but came back in late 2014.",
    "The 2003 invasion and the 2015 deal failed.",
    "The war of 1812 and the summer of 1969 are taught.",
    "In the 1990s and the '80s nobody asked.",
    "A mid-1990s law was dropped.",
    "The 2018-19 season ended early.",
    "Orvale’s 2018 sales were poor.",
    "It was built around 1450 and rebuilt in 1066 AD.",
    "The bus left at 5:30 p.m. and came at 17:22.",
    "The bus left at 5 pm and came at 7.30am.",
    "They met at 11 o’clock.",
    "The clip runs to 1:36.6 now.",
    # names of things
    "Section 12 of HR 1234 applies to Route 66.",
    "See page 12 and Chapter 3.",
    "Article 50 and Amendment 22 were cited.",
    "He flew on Flight 370, a Boeing 737.",
    "Boeing’s 787 Dreamliner was late.",
    "The iPhone 15 Pro and Windows 11 came out.",
    "The S&P 500 and the FTSE 100 closed early.",
    "It is a Fortune 500 firm.",
    "It won Super Bowl 50 and Euro 2020.",
    "Planet 9 citizen scientists met.",
    "The ISO 3888-2 test was passed.",
    "COVID-19 spread through the G7 and the G-20.",
    "After 9/11 the shop was open 24/7.",
    "The under-21 side trained in M21 9AB.",
    "The 5G network and the 4K screen failed.",
    "It runs version 2.4.1 from 10.0.0.1 today.",
    "They live at 14 Harrow Lane.",
    "Write to @lindt7 or #12 about it.",
    "Room 12, Gate 7 and Platform 9 were shut.",
    "The Big Three and the Fantastic Four met.",
    "The Group of Seven and the Kick Six game.",
    # telephone numbers
    "Call 555-123-4567 or (555) 123-4567 now.",
    "Call +44 20 7946 0958 now.",
    "Call 555-0142 now.",
    "They called 911 and 911 calls came in.",
    "It is post 672138506081275904 there.",
    # ordinals, lists, pronouns
    "She came third, on the 3rd day, in the 21st century.",
    "The first phase is political.",
    "It was the second largest city.",
    "1. The plan",
    "2) The cost",
    "One of the men left.",
    "No one came and everyone, one by one, went.",
    "This one, that one and the other one broke.",
    "One day they will talk to one another.",
    "It is second to none.",
    "The first half and half time were dull.",
    "A third man was seen.",
    "She scored twice in May.",
    "He doubled down on it.",
    "Flags flew at half-staff.",
    "A production-four-door lap record was set.",
    "The 10th-place team won.",
]


@pytest.mark.parametrize("text", TRAPS)
def test_no_figure(text: str) -> None:
    assert [one.span.of(text) for one in figures_of(text)] == []


MIXED = [
    ("In 2022 300 people died.", ["300 people"]),
    ("On 5 May 12 people met.", ["12 people"]),
    ("Since 1945 the party has lost 6 of 20 elections.", ["6 of 20 elections"]),
    ("On Tuesday 12 men came.", ["12 men"]),
    ("In Orvale 40 houses burned.", ["40 houses"]),
    ("Iraq’s 15-member panel met in 2018.", ["15-member panel"]),
    ("Section 4 gives 40 days.", ["40 days"]),
    ("Up to 2,000 homes and 2000 people are cut off.", ["Up to 2,000 homes", "2000 people"]),
    ("The 1,900 pupils of 1900 are gone.", ["1,900 pupils"]),
    ("The second-placed team won 3-2 on 3 May.", ["3-2"]),
    ("Bus No. 47 hit 3 cars at 7.30pm.", ["3 cars"]),
    ("COVID-19 killed 41 people.", ["41 people"]),
    ("The iPhone 15 costs $999.", ["$999"]),
    ("Half of the first half was lost.", ["Half of the first half"]),
]


@pytest.mark.parametrize(("text", "printed"), MIXED)
def test_figures_beside_traps(text: str, printed: list[str]) -> None:
    assert [one.span.of(text) for one in figures_of(text)] == printed


def test_a_number_inside_a_name_is_no_figure() -> None:
    text = "Radio Seven Coasts and Area 12 Press say 3 boats sank."
    cast = cast_of_names(text, "Radio Seven Coasts", "Area 12 Press", kind=EntityKind.ORG)
    assert [one.span.of(text) for one in figures_of(text, cast=cast)] == ["3 boats"]
