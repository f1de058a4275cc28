"""Measures, durations, ages and scores."""

from __future__ import annotations

import pytest

from bot.types import FigureKind
from tests.unit.figure_stories import figures_of, only

MEASURES = [
    ("A wall 3m high was built.", 3, "metre", "3m"),
    ("The track is 2 km long.", 2, "kilometre", "2 km"),
    ("The track is two kilometers long.", 2, "kilometre", "two kilometers"),
    ("The plot measures 40 square metres.", 40, "square metre", "40 square metres"),
    ("The plot measures 40 sq ft.", 40, "square foot", "40 sq ft"),
    ("The plot measures 40m².", 40, "square metre", "40m²"),
    ("The tank holds 9 cubic metres.", 9, "cubic metre", "9 cubic metres"),
    ("It hit 38C on Sunday.", 38, "celsius", "38C"),
    ("It hit 38 °C on Sunday.", 38, "celsius", "38 °C"),
    ("It hit 38 degrees Celsius on Sunday.", 38, "celsius", "38 degrees Celsius"),
    ("It hit 100 degrees Fahrenheit.", 100, "fahrenheit", "100 degrees Fahrenheit"),
    ("It turned 12 degrees.", 12, "degree", "12 degrees"),
    ("It was minus 12 degrees there.", -12, "degree", "minus 12 degrees"),
    ("It was 12 degrees below zero there.", -12, "degree", "12 degrees below zero"),
    ("Winds reached 120 km/h.", 120, "kilometre per hour", "120 km/h"),
    ("Winds reached 120 kilometers per hour.", 120, "kilometre per hour", "120 kilometers per hour"),
    ("Winds reached 75 mph.", 75, "mile per hour", "75 mph"),
    ("The car does 40 miles per gallon.", 40, "mile per gallon", "40 miles per gallon"),
    ("He is 6ft 2in tall.", 6 + 2 / 12, "foot", "6ft 2in"),
    ("He is six feet two inches tall.", 6 + 2 / 12, "foot", "six feet two inches"),
    ("He stands 6'2\" in socks.", 6 + 2 / 12, "foot", "6'2\""),
    ('She plays a 12" record.', 12, "inch", '12" record'),
    ("She weighs 130 pounds.", 130, "pound-mass", "130 pounds"),
    ("She weighs 59 kg.", 59, "kilogram", "59 kg"),
    ("The ship carried 18,000 gallons.", 18_000, "gallon", "18,000 gallons"),
    ("It leaks 4,000 barrels a day.", 4000, "barrel per day", "4,000 barrels a day"),
    ("The plant makes 5.5kWh.", 5.5, "kilowatt hour", "5.5kWh"),
    ("The plant makes 600 MW.", 600, "megawatt", "600 MW"),
    ("A magnitude 6.4 quake struck.", 6.4, "magnitude", "magnitude 6.4 quake"),
    ("A 4.6-magnitude quake struck.", 4.6, "magnitude", "4.6-magnitude quake"),
    ("It lies 60 km north of Belmar.", 60, "kilometre", "60 km"),
    ("Each prisoner got 1,000 calories a day.", 1000, "calorie per day", "1,000 calories a day"),
    ("He ran for 517 rushing yards.", 517, "yard", "517 rushing yards"),
    ("The lake is half a mile wide.", 0.5, "mile", "half a mile"),
]


@pytest.mark.parametrize(("text", "value", "unit", "printed"), MEASURES)
def test_measures(text: str, value: float, unit: str, printed: str) -> None:
    figure = only(text)
    assert (figure.kind, figure.value, figure.unit) == (FigureKind.MEASURE, pytest.approx(value), unit)
    assert figure.span.of(text) == printed


def test_what_is_measured_is_counted() -> None:
    fuel = only("The ship carried 18,000 gallons of fuel.")
    assert fuel.counts is not None
    assert fuel.counts.text == "fuel"
    revenue = only("They spend more than 60 percent of its revenue.")
    assert revenue.counts is not None
    assert (revenue.counts.text, revenue.unit) == ("revenue", "percentage")
    pledges = only("They got $87,000 in pledges.")
    assert pledges.counts is not None
    assert pledges.counts.text == "pledges"
    assert only("He went three years without pay.").counts is None


DURATIONS = [
    ("The trial lasted six weeks.", 6, "week", None, "six weeks"),
    ("She waited two and a half hours.", 2.5, "hour", None, "two and a half hours"),
    ("Half an hour passed.", 0.5, "hour", None, "Half an hour"),
    ("It ended a costly three-year campaign.", 3, "year", "campaign", "three-year campaign"),
    ("It was the best in its 30-year history.", 30, "year", "history", "30-year history"),
    ("They met for two days.", 2, "day", None, "two days"),
    ("He ran it in 9.98 seconds.", 9.98, "second", None, "9.98 seconds"),
    ("It was the worst year in two decades.", 2, "decade", None, "two decades"),
]


@pytest.mark.parametrize(("text", "value", "unit", "counts", "printed"), DURATIONS)
def test_durations(text: str, value: float, unit: str, counts: str | None, printed: str) -> None:
    figure = only(text)
    assert (figure.kind, figure.value, figure.unit) == (FigureKind.DURATION, value, unit)
    assert (figure.counts.text if figure.counts else None) == counts
    assert figure.span.of(text) == printed


def test_a_stretch_of_years_is_a_duration() -> None:
    figure = only("She was held there from 2007 to 2010 for fraud.")
    assert (figure.kind, figure.value, figure.high, figure.unit) == (FigureKind.DURATION, 2007, 2010, "year")


AGES = [
    ("The 45-year-old mayor resigned.", 45, "year of age", "45-year-old"),
    ("The six-month-old calf died.", 6, "month of age", "six-month-old"),
    ("The 15 year-old pupils left.", 15, "year of age", "15 year-old"),
    ("Mara Lindt, 45, said she was tired.", 45, "year of age", "45"),
    ("It was led by Per Anders Lindt, 45.", 45, "year of age", "45"),
    ("Her son, aged 12, survived.", 12, "year of age", "12"),
    ("Her son, who is 12, survived.", 12, "year of age", "12"),
    ("She was 88.", 88, "year of age", "88"),
    ("The sisters, both 27, are safe.", 27, "year of age", "27"),
    ("He died at the age of 81.", 81, "year of age", "81"),
    ("The bridge is 90 years old.", 90, "year of age", "90 years old"),
]


@pytest.mark.parametrize(("text", "value", "unit", "printed"), AGES)
def test_ages(text: str, value: float, unit: str, printed: str) -> None:
    figure = only(text)
    assert (figure.kind, figure.value, figure.unit) == (FigureKind.AGE, value, unit)
    assert figure.span.of(text) == printed


def test_an_age_names_its_person() -> None:
    figure = only("Mara Lindt, 45, said she was tired.")
    assert figure.counts is not None
    assert figure.counts.text == "Mara Lindt"


def test_ages_of_several() -> None:
    ages = figures_of("The children, aged 4 and 7, are safe.")
    assert [(one.kind, one.value) for one in ages] == [(FigureKind.AGE, 4), (FigureKind.AGE, 7)]
    between = only("Those between the ages of 18 and 29 left.")
    assert (between.kind, between.value, between.high) == (FigureKind.AGE, 18, 29)
    span = only("Children aged 5 to 12 may enter.")
    assert (span.kind, span.value, span.high) == (FigureKind.AGE, 5, 12)


SCORES = [
    ("They won 3-2 in extra time.", 3, 2, "3-2"),
    ("They drew 1-1 at home.", 1, 1, "1-1"),
    ("The bill passed by 412 to 218.", 412, 218, "412 to 218"),
    ("Senators voted 52-48 to confirm her.", 52, 48, "52-48"),
    ("A 6-3 ruling struck it down.", 6, 3, "6-3"),
    ("At 0-2 down they woke up.", 0, 2, "0-2"),
]


@pytest.mark.parametrize(("text", "first", "second", "printed"), SCORES)
def test_scores(text: str, first: float, second: float, printed: str) -> None:
    figure = only(text)
    assert (figure.kind, figure.value, figure.high) == (FigureKind.SCORE, first, second)
    assert figure.span.of(text) == printed


def test_a_closing_mark_is_no_inch() -> None:
    (figure,) = figures_of('He said: "They may take up to 15" and left.')
    assert (figure.value, figure.unit) == (15, "")
