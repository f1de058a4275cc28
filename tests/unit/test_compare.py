"""What changed between two readings: each kind of change, what is none, and that nothing is one-sided."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.compare import Changes, Reach, compare
from bot.digest import Digest
from bot.render import changes_message
from bot.render.changed import MOST
from bot.types import ArticleKind, Aside, AsideKind, Coverage
from tests.unit.retold import POOL, read, told

BEFORE = told()
NO_NOTE = "The page carries no correction note about it."
LAST = '"The pool is loved, but the numbers do not add up," Lindt said.\n'
NOTICE = Aside(AsideKind.CORRECTION, "Corrected on 3 May: the petition has 2,500 names, not 5,200.")


def lines(after: Digest, before: Digest = BEFORE) -> list[str]:
    """What people are told, without the line above it."""
    changes = compare(before, after)
    return changes_message(changes).plain.split("\n")[1:] if changes else []


@pytest.mark.parametrize(
    "changes",
    [
        [],
        [("old swimming pool", "outdoor swiming  pool")],
        [('"We had no choice,"', "“We had no choice,”")],
        [("leader of the council", "leader  of the council")],
        [("no choice", "No choice")],
        [("The repair would cost $4.5 million, according to a report by the engineer Ines Duarte.",
          "A report by the engineer Ines Duarte puts the cost of the repair at $4.5 million.")],
        [(", who chairs the group. \"Nobody asked us.\"", ".\n\n\"Nobody asked us,\" he added.")],
        [("Lindt said", "said Mara Lindt")],
    ],
)  # fmt: skip
def test_what_is_no_change_of_facts(changes: list[tuple[str, str]]) -> None:
    assert not compare(BEFORE, told(*changes))
    assert not compare(told(*changes), BEFORE)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("no choice", "little choice",
         "Quote altered: “no” is now “little”. Now: “We had little choice,” […] “The roof could come down any"
         " day.” — Mara Lindt  ¶2"),
        ("will fight", "will not fight",
         "Quote altered: “not” was added. Now: “This is a disgrace and we will not fight it,” […] “Nobody"
         " asked us.” — Tom Okafor  ¶4"),
        ("we will fight it", "we will fight it to the end, whatever it takes",
         "Quote altered: “to the end, whatever it takes” was added. Now: “This is a disgrace and we will"
         " fight it to the end, whatever it takes,” […] “Nobody asked us.” — Tom Okafor  ¶4"),
        (' "Nobody asked us."', "",
         "Quote altered: “Nobody asked us” was dropped. Now: “This is a disgrace and we will fight it,”"
         " — Tom Okafor  ¶4"),
        ("Tom Okafor", "Tomas Brand",
         "Speaker changed: “This is a disgrace and we will fight it,” […] “Nobody asked us.” was Tom Okafor,"
         " is now Tomas Brand  ¶4"),
        ("leader of the council", "acting leader of the council",
         "Role changed: Mara Lindt, “leader of the council” is now “acting leader of the council”"),
        ("About 5,200", "About 6,100",
         "Figure changed: “About 5,200 residents” is now “About 6,100 residents”  ¶3"),
        ("$4.5 million", "$5.4 million", "Figure changed: “$4.5 million” is now “$5.4 million”  ¶5"),
        ("Twelve", "Fifteen", "Figure changed: “Twelve people” is now “Fifteen people”  ¶6"),
        ("Twelve people", "Twelve bathers", "Figure changed: “Twelve people” is now “Twelve bathers”  ¶6"),
        (LAST, "\n",
         "Quote gone: “The pool is loved, but the numbers do not add up,” — Mara Lindt, leader of the"
         " council"),
        (" The council has set aside $1.2 million.", "", "Figure gone: “$1.2 million”"),
    ],
)  # fmt: skip
def test_a_fact_that_changed_is_one_line_and_the_silence_about_it_another(
    old: str, new: str, line: str
) -> None:
    assert lines(told((old, new))) == [line, NO_NOTE]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("One of them", '"I saw the ceiling move," said Ana Reyes, a lifeguard. One of them',
         "New quote: “I saw the ceiling move,” — Ana Reyes, lifeguard  ¶6"),
        ("One of them", "Repairs took 14 days. One of them", "New figure: “14 days”  ¶6"),
    ],
)  # fmt: skip
def test_what_only_came_is_told_without_reproach(old: str, new: str, line: str) -> None:
    assert lines(told((old, new))) == [line]


def test_a_new_title_is_told() -> None:
    title = "Halden closes its pool"
    assert lines(told(title=title)) == [
        "Title changed: “Halden to close its pool” is now “Halden closes its pool”"
    ]


def test_a_correction_notice_comes_first_and_ends_the_silence() -> None:
    after = told(("About 5,200", "About 2,500"), asides=(NOTICE,))
    assert lines(after) == [
        f"Correction: “{NOTICE.text}”",
        "Figure changed: “About 5,200 residents” is now “About 2,500 residents”  ¶3",
    ]
    assert (
        lines(told(("About 5,200", "About 2,500"), ("no choice", "a choice"), asides=(NOTICE,)), after)[-1]
        == NO_NOTE
    ), "an old notice says nothing of a new change"


def test_a_live_blog_is_not_reproached_for_changing() -> None:
    after = told(("Twelve", "Fifteen"), kind=ArticleKind.LIVEBLOG)
    assert lines(after) == ["Figure changed: “Twelve people” is now “Fifteen people”  ¶6"]


@pytest.mark.parametrize("fields", [{"kind": ArticleKind.TEASER}, {"coverage": Coverage(60, 200, "paywall")}])
def test_what_a_paywall_hides_was_not_removed(fields: dict[str, object]) -> None:
    opening = POOL[: POOL.index("About")]
    teaser = read(opening, **fields)
    gone, come = compare(BEFORE, teaser), compare(teaser, BEFORE)
    assert gone.reach is Reach.TEASER
    assert come.reach is Reach.WHOLE
    assert not gone.quotes_removed
    assert not come.quotes_added
    assert lines(teaser) == ["Less to read: the page shows only the opening of the story now"]
    assert lines(BEFORE, teaser) == ["More to read: the page shows the whole story now"]


def test_a_figure_printed_twice_is_told_once() -> None:
    again = " The twelve people were treated there."
    before = told(("One of them", "One of them"), ("in hospital.", f"in hospital.{again}"))
    after = told(("Twelve", "Fifteen"), ("in hospital.", f"in hospital.{again.replace('twelve', 'fifteen')}"))
    assert lines(after, before)[:-1] == ["Figure changed: “Twelve people” is now “Fifteen people”  ¶6"]


def test_many_changes_are_counted_and_the_gravest_shown() -> None:
    news = "".join(f'"Word number {number * 37} of it," said Ada Quill, a clerk.\n\n' for number in range(12))
    shown = lines(told(("no choice", "little choice"), (LAST, LAST + "\n" + news)))
    assert shown[0].startswith("Quote altered")
    assert shown[MOST] == "and 5 more"
    assert len(shown) == MOST + 2


def test_a_hostile_title_stays_on_its_line() -> None:
    changes = compare(BEFORE, told(title="Pool\x1b[2J\u202e\nopens " + "x" * 500))
    shown = changes_message(changes).plain
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert len(shown.split("\n")) == 2


LINES = [line for line in POOL.split("\n") if line]
OTHERS = [
    line.replace("no choice", "some choice").replace("5,200", "6,200").replace("Tom Okafor", "Ada Quill")
    .replace("$4.5 million", "$4.9 million").replace("Twelve", "Thirty").replace("acting", "former")
    for line in LINES
]  # fmt: skip
STORIES = st.lists(st.sampled_from(LINES + OTHERS), min_size=1, max_size=9).map("\n\n".join)
SWAPPED = {
    "altered": "altered", "speakers": "speakers", "roles": "roles", "figures": "figures",
    "quotes_added": "quotes_removed", "quotes_removed": "quotes_added",
    "figures_added": "figures_removed", "figures_removed": "figures_added",
}  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STORIES, STORIES)
def test_swapping_swaps_added_and_removed_and_nothing_else(one: str, two: str) -> None:
    before, after = read(one), read(two)
    there, back = compare(before, after), compare(after, before)
    for name, swapped in SWAPPED.items():
        assert len(getattr(there, name)) == len(getattr(back, swapped)), name
    assert not compare(before, before)
    assert_verbatim(there)


HOSTILE = st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=60)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(HOSTILE, HOSTILE, HOSTILE)
def test_whatever_is_printed_each_change_stays_on_its_line(one: str, two: str, three: str) -> None:
    before = read(f'"{one}," said Maren Holt, {two}.\n\n{three} 12 people.', one)
    after = read(f'"{two} we go on," said Maren Holt, {one}.\n\n{three} 15 people {one}.', two)
    changes, back = compare(before, after), compare(after, before)
    for name, swapped in SWAPPED.items():
        assert len(getattr(changes, name)) == len(getattr(back, swapped)), name
    shown = changes_message(changes)
    assert len(shown.plain.split("\n")) == len(shown.blocks)
    assert not re.search("[\x00-\x09\x0b-\x1f\u200b\u202a-\u202e\u2066-\u2069]", shown.plain)


def test_a_story_written_anew_takes_its_time_but_not_for_ever() -> None:
    def anew(start: int) -> Digest:
        lines = [
            f'"It is word {n} of {n * 7}," said Ada Quill. It cost {n} dollars.'
            for n in range(start, start + 160)
        ]
        return read("\n\n".join(lines))

    changes = compare(anew(1000), anew(5000))
    assert len(changes.quotes_removed) == len(changes.quotes_added) == 160, "too many to be each other"


def assert_verbatim(changes: Changes) -> None:
    """Whatever stands between marks in a line was printed in one of the two stories."""
    if not changes:
        return
    printed = " ".join(
        " ".join(part.split())
        for digest in (changes.before, changes.after)
        for part in (digest.article.title, digest.article.text)
    )
    shown = changes_message(changes).plain.replace("” […] “", "”\n“")
    for words in re.findall(r"“([^“”]*)”", shown):
        assert words in printed, words
