"""What is printed as a figure: value, unit, counted noun and extent, one phenomenon a row."""

from __future__ import annotations

import pytest

from bot.types import FigureKind
from tests.unit.figure_stories import figures_of, only

MONEY = [
    ("The council spent $1.2 billion on roads.", 1.2e9, "dollar", "$1.2 billion"),
    ("A bill of US$ 5m was paid.", 5e6, "dollar", "US$ 5m"),
    ("It cost U.S. $40 to enter.", 40, "dollar", "U.S. $40"),
    ("A grant of C$40,000 was paid.", 40_000, "canadian dollar", "C$40,000"),
    ("They want A$3.5m from the state.", 3.5e6, "australian dollar", "A$3.5m"),
    ("The fund holds HK$900 million now.", 9e8, "hong kong dollar", "HK$900 million"),
    ("Tickets cost £12.50 each.", 12.5, "pound sterling", "£12.50"),
    ("The fine was €750k in all.", 750_000, "euro", "€750k"),
    ("The fine was 750 euros in all.", 750, "euro", "750 euros"),
    ("They owe ₹500 crore to banks.", 5e9, "indian rupee", "₹500 crore"),
    ("They owe Rs 500 crore to banks.", 5e9, "rupee", "Rs 500 crore"),
    ("They owe 3 lakh rupees to banks.", 300_000, "rupee", "3 lakh rupees"),
    ("A plan for RM79 was sold.", 79, "malaysian ringgit", "RM79"),
    ("He won 12m pounds in the draw.", 12e6, "pound sterling", "12m pounds"),
    ("He paid 300 pounds for it.", 300, "pound sterling", "300 pounds"),
    ("It is worth 300 million Danish crowns.", 3e8, "danish krone", "300 million Danish crowns"),
    ("It sold for 7,199 Chinese yuan.", 7199, "chinese yuan", "7,199 Chinese yuan"),
    ("The fee is 5 million USD now.", 5e6, "dollar", "5 million USD"),
    ("The fee is EUR 5 million now.", 5e6, "euro", "EUR 5 million"),
    ("The debt is $3bn.", 3e9, "dollar", "$3bn"),
    ("The debt is $3 tn.", 3e12, "dollar", "$3 tn"),
    ("It pays $15 an hour.", 15, "dollar per hour", "$15 an hour"),
    ("Oil rose to $81.20 a barrel.", 81.2, "dollar per barrel", "$81.20 a barrel"),
    ("It costs £7 per person.", 7, "pound sterling per person", "£7 per person"),
    ("It earned 32 cents a share.", 32, "cent per share", "32 cents a share"),
    ("The shares hit 125 pence.", 125, "penny", "125 pence"),
    ("The shares hit 125p.", 125, "penny", "125p"),
    ("It lost -$4 million.", -4e6, "dollar", "-$4 million"),
    ("Sales were $3.1 billion a year earlier.", 3.1e9, "dollar", "$3.1 billion"),
]


@pytest.mark.parametrize(("text", "value", "unit", "printed"), MONEY)
def test_money(text: str, value: float, unit: str, printed: str) -> None:
    figure = only(text)
    assert (figure.kind, figure.value, figure.unit) == (FigureKind.MONEY, pytest.approx(value), unit)
    assert figure.span.of(text) == printed


PERCENT = [
    ("Prices rose 3.4% in May.", 3.4, "percentage", "3.4%"),
    ("Prices rose 3.4 % in May.", 3.4, "percentage", "3.4 %"),
    ("Prices rose 3 percent in May.", 3, "percentage", "3 percent"),
    ("Prices rose three per cent in May.", 3, "percentage", "three per cent"),
    ("Prices rose 3pc in May.", 3, "percentage", "3pc"),
    ("Rents rose by 2.5 percentage points.", 2.5, "percentage point", "2.5 percentage points"),
    ("They cut rates by 25 basis points.", 25, "basis point", "25 basis points"),
    ("It is a 21 percentage point increase.", 21, "percentage point", "21 percentage point increase"),
    ("They cut rates by 25bps.", 25, "basis point", "25bps"),
    ("Shares fell -3.4% today.", -3.4, "percentage", "-3.4%"),
    ("The rate is minus 0.5 percent.", -0.5, "percentage", "minus 0.5 percent"),
]


@pytest.mark.parametrize(("text", "value", "unit", "printed"), PERCENT)
def test_percent_points_and_basis_points_are_three_units(
    text: str, value: float, unit: str, printed: str
) -> None:
    figure = only(text)
    assert (figure.kind, figure.value, figure.unit) == (FigureKind.PERCENT, pytest.approx(value), unit)
    assert figure.span.of(text) == printed


COUNTS = [
    ("The 5,200 troops stay.", 5200, "troop", "troops", "5,200 troops"),
    ("Twenty-one sailors were rescued.", 21, "sailor", "sailors", "Twenty-one sailors"),
    ("Two hundred and five cows died.", 205, "cow", "cows", "Two hundred and five cows"),
    ("One million people fled.", 1e6, "person", "people", "One million people"),
    ("A dozen farms closed.", 12, "farm", "farms", "A dozen farms"),
    ("Half a million people fled.", 500_000, "person", "people", "Half a million people"),
    ("A quarter of a million letters came.", 250_000, "letter", "letters", "A quarter of a million letters"),
    ("He owns 1,00,000 shares.", 100_000, "share", "shares", "1,00,000 shares"),
    ("There were 1\u202f250 boats.", 1250, "boat", "boats", "1\u202f250 boats"),
    ("A 15-member panel met.", 15, "member", "member panel", "15-member panel"),
    ("A twelve-page report came.", 12, "page", "page report", "twelve-page report"),
    ("The 12 page document leaked.", 12, "page", "page document", "12 page document"),
    ("It has a 12,000-strong workforce.", 12_000, "workforce", "workforce", "12,000-strong workforce"),
    ("It saw 1,300 cases of measles.", 1300, "case", "cases of measles", "1,300 cases of measles"),
    ("We lost 40 members of parliament.", 40, "member", "members of parliament", "40 members of parliament"),
    ("The U.S. sent 1,500 more troops.", 1500, "troop", "troops", "1,500 more troops"),
    ("Four other couples sued.", 4, "couple", "other couples", "Four other couples"),
    ("Some cast 300 U.S. and British soldiers in it.", 300, "soldier", "U.S. and British soldiers", None),
    ("It found 1,200 dead cattle.", 1200, "cattle", "dead cattle", "1,200 dead cattle"),
    ("Rescuers found 12 dead.", 12, "dead", "dead", "12 dead"),
    ("Two of the three judges disagreed.", 2, "judge", "judges", "Two of the three judges"),
    ("He has won 10 of his last 12 fights.", 10, "fight", "fights", "10 of his last 12 fights"),
    ("Only one person was hurt.", 1, "person", "person", "one person"),
    ("It runs 3,000 vehicles a day.", 3000, "vehicle per day", "vehicles", "3,000 vehicles a day"),
    ("The town’s 8,000 residents left.", 8000, "resident", "residents", "8,000 residents"),
    ("It hit 40 law-abiding citizens.", 40, "citizen", "law-abiding citizens", "40 law-abiding citizens"),
    ("It met 40 laid-off clerks.", 40, "clerk", "laid-off clerks", "40 laid-off clerks"),
    ("There are 7 million such cases.", 7e6, "case", "cases", "7 million such cases"),
    ("He sold 63,000 Model 3 sedans.", 63_000, "sedan", "Model 3 sedans", "63,000 Model 3 sedans"),
    ("It kept 50 workers’ jobs.", 50, "job", "workers’ jobs", "50 workers’ jobs"),
    ("The nine first-team players left.", 9, "player", "first-team players", "nine first-team players"),
    ("Police held 30 men for it.", 30, "man", "men", "30 men"),
    ("The index fell 190 points.", 190, "point", "points", "190 points"),
    ("It lists 4 species now.", 4, "species", "species", "4 species"),
]


@pytest.mark.parametrize(("text", "value", "unit", "counts", "printed"), COUNTS)
def test_counts(text: str, value: float, unit: str, counts: str, printed: str | None) -> None:
    figure = only(text)
    assert (figure.kind, figure.value, figure.unit) == (FigureKind.COUNT, pytest.approx(value), unit)
    assert figure.counts is not None
    assert figure.counts.text == counts == figure.counts.span.of(text)
    assert printed is None or figure.span.of(text) == printed


def test_a_count_without_a_noun_keeps_its_value() -> None:
    assert [(one.value, one.unit) for one in figures_of("It killed 41. Six of them were nurses.")] == [
        (41, ""),
        (6, ""),
    ]
    population = only("The town has a population of 3.2 million.")
    assert population.counts is not None
    assert (population.value, population.counts.text) == (3.2e6, "population")


def test_a_bare_number_takes_the_noun_of_the_one_before_it() -> None:
    first, second = figures_of("They offered 435 homes by open sale and 187 by tender.")
    assert (first.unit, second.unit, second.value) == ("home", "home", 187)
    _, later = figures_of("Sales hit 3.9 million headsets, up from 2.4 million in May.")
    assert (later.value, later.unit) == (2.4e6, "headset")


RANGES = [
    ("Between 200 and 300 protesters came.", 200, 300, "protester", "Between 200 and 300 protesters"),
    ("From 41 to 43 villages are cut off.", 41, 43, "village", "From 41 to 43 villages"),
    ("Prices rose 3-5 % last year.", 3, 5, "percentage", "3-5 %"),
    ("Prices rose 3%-5% last year.", 3, 5, "percentage", "3%-5%"),
    ("Turnout was between 41% and 43 percent.", 41, 43, "percentage", "between 41% and 43 percent"),
    ("It raised €3-5bn in May.", 3e9, 5e9, "euro", "€3-5bn"),
    ("It wants $310 million to $330 million.", 310e6, 330e6, "dollar", "$310 million to $330 million"),
    ("A price of between $62 and $68 a share.", 62, 68, "dollar per share", "between $62 and $68 a share"),
    ("It needs $500 to $1 million.", 500, 1e6, "dollar", "$500 to $1 million"),
    ("It took 10–15 minutes.", 10, 15, "minute", "10–15 minutes"),
    ("They face five to seven years.", 5, 7, "year", "five to seven years"),
    ("It hears between 15kHz and 17kHz.", 15, 17, "kilohertz", "between 15kHz and 17kHz"),
    ("Two or three people saw it.", 2, 3, "person", "Two or three people"),
    ("The number of farms fell from 4,200 to 3,100.", 4200, 3100, "", "from 4,200 to 3,100"),
    ("It will raise prices by 6% to 8%.", 6, 8, "percentage", "6% to 8%"),
    ("The wait went from 11 minutes to 19.", 11, 19, "minute", "from 11 minutes to 19"),
    ("It goes 0-to-60-mph fast.", 0, 60, "mile per hour", None),
    ("About 20,000 to 25,000 people came.", 20_000, 25_000, "person", "About 20,000 to 25,000 people"),
]


@pytest.mark.parametrize(("text", "low", "high", "unit", "printed"), RANGES)
def test_ranges_are_one_figure(text: str, low: float, high: float, unit: str, printed: str | None) -> None:
    figure = only(text)
    assert (figure.value, figure.high, figure.unit) == (pytest.approx(low), pytest.approx(high), unit)
    assert printed is None or figure.span.of(text) == printed


def test_a_poll_is_two_figures_of_one_unit() -> None:
    found = [(one.value, one.unit) for one in figures_of("She would beat him 52 to 38 percent.")]
    assert found == [(52, "percentage"), (38, "percentage")]


def test_a_change_to_a_new_level_is_two_figures() -> None:
    values = [(one.value, one.high) for one in figures_of("The gap rose by $43 million to $419 million.")]
    assert values == [(43e6, None), (419e6, None)]


FRACTIONS = [
    ("One in five adults cannot read.", 0.2, "adults", "One in five adults"),
    ("Nearly 1 in 4 households skipped it.", 0.25, "households", "Nearly 1 in 4 households"),
    ("Four out of ten pupils walk.", 0.4, "pupils", "Four out of ten pupils"),
    ("Two-thirds of the voters stayed away.", 2 / 3, "voters", "Two-thirds of the voters"),
    ("Three quarters of farms flooded.", 0.75, "farms", "Three quarters of farms"),
    ("Half of its staff left.", 0.5, "staff", "Half of its staff"),
    ("They want half the seats.", 0.5, "seats", "half the seats"),
    ("I think more than half the members of parliament agree.", 0.5, "members of parliament",
     "more than half the members of parliament"),
    ("Half of parliament rejects the bill.", 0.5, "parliament", "Half of parliament"),
    ("A third of the harvest was lost.", 1 / 3, "harvest", "A third of the harvest"),
    ("About 3/4 of the roof is gone.", 0.75, "roof", "About 3/4 of the roof"),
    ("Costs climbed by a third.", 1 / 3, None, "a third"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value", "counts", "printed"), FRACTIONS)
def test_fractions(text: str, value: float, counts: str | None, printed: str) -> None:
    figure = only(text)
    assert (figure.kind, figure.unit) == (FigureKind.FRACTION, "fraction")
    assert figure.value == pytest.approx(value)
    assert (figure.counts.text if figure.counts else None) == counts
    assert figure.span.of(text) == printed


MULTIPLES = [
    ("Output doubled.", 2, "doubled"),
    ("Sales more than tripled.", 3, "more than tripled"),
    ("The price halved.", 0.5, "halved"),
    ("A tenfold rise was seen.", 10, "tenfold"),
    ("A 12-fold rise was seen.", 12, "12-fold"),
    ("It costs three times as much.", 3, "three times"),
    ("It is 2½ times larger.", 2.5, "2½ times"),
    ("The debt is 1.6 times earnings.", 1.6, "1.6 times"),
    ("There are twice as many nurses.", 2, "twice"),
    ("It is double the limit.", 2, "double"),
]


@pytest.mark.parametrize(("text", "value", "printed"), MULTIPLES)
def test_multiples(text: str, value: float, printed: str) -> None:
    figure = only(text)
    assert (figure.kind, figure.value, figure.span.of(text)) == (FigureKind.MULTIPLE, value, printed)


VAGUE = [
    ("Thousands of people marched.", "person", "people", "Thousands of people"),
    ("He wants thousands of U.S. troops out.", "troop", "U.S. troops", "thousands of U.S. troops"),
    ("Tens of thousands of homes went dark.", "home", "homes", "Tens of thousands of homes"),
    ("Several hundred workers walked out.", "worker", "workers", "Several hundred workers"),
    ("A few dozen guests came.", "guest", "guests", "A few dozen guests"),
    ("Dozens of firefighters came.", "firefighter", "firefighters", "Dozens of firefighters"),
    ("Scores of pupils fell ill.", "pupil", "pupils", "Scores of pupils"),
    ("It would cost tens of millions of dollars.", "dollar", None, "tens of millions of dollars"),
]


@pytest.mark.parametrize(("text", "unit", "counts", "printed"), VAGUE)
def test_vague_counts_have_no_value(text: str, unit: str, counts: str | None, printed: str) -> None:
    figure = only(text)
    assert (figure.kind, figure.value, figure.unit) == (FigureKind.VAGUE, None, unit)
    assert (figure.counts.text if figure.counts else None) == counts
    assert figure.span.of(text) == printed
