"""The measures themselves: made-up findings with known errors give the figures they must give."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.digest import Digest
from bot.evaluate import main
from bot.evaluate.gold import GoldActor, GoldFigure, GoldQuote, Story
from bot.evaluate.naming import Verdict, judge, says_one_of, tokens
from bot.evaluate.own_actors import ActorTally
from bot.evaluate.own_body import BodyTally, page_quality
from bot.evaluate.own_figures import FigureTally, value_right
from bot.evaluate.own_quotes import QuoteTally, speaker_verdict
from bot.evaluate.row import Row, f1
from bot.evaluate.table import table
from bot.types import (
    Actor,
    ActorKind,
    Article,
    Figure,
    FigureKind,
    Findings,
    Page,
    Paragraph,
    Quote,
    QuoteKind,
    Span,
    Speaker,
    SpeakerKind,
)

TEXT = (
    "“We will mend the bridge before the winter,” said Ida Brask, the mayor. “Not after it.” "
    "The “new normal” costs $4 million, Brask said, after 312 benches."
)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ARTICLE = Article(
    "https://x.example", "https://x.example", "Bridge", TEXT, (Paragraph(Span(0, len(TEXT))),), NOW
)


def at(words: str) -> Span:
    start = TEXT.index(words)
    return Span(start, start + len(words))


def speaker(name: str, kind: SpeakerKind = SpeakerKind.PERSON, role: str | None = None) -> Speaker:
    where = at(name)
    return Speaker(
        ARTICLE.phrase(where.start, where.end),
        kind,
        ARTICLE.phrase(at(role).start, at(role).end) if role else None,
    )


FIRST, SECOND = at("We will mend the bridge before the winter,"), at("Not after it.")
RIGHT = Quote((FIRST, SECOND), QuoteKind.DIRECT, speaker("Ida Brask", role="the mayor"))
GOLD_QUOTE = GoldQuote(
    ("We will mend the bridge before the winter,", "Not after it."),
    "Ida Brask",
    "person",
    ("mayor",),
    key=True,
)


def story(**labels: object) -> Story:
    return Story("made", Page("https://x.example", "", "text/plain", TEXT.encode(), NOW), None, **labels)  # type: ignore[arg-type]


def quote_rows(*quotes: Quote, keys: tuple[int, ...] = ()) -> dict[str, float]:
    tally = QuoteTally()
    tally.add(
        story(quotes=(GOLD_QUOTE,), must_not_quote=("new normal",)),
        Digest(ARTICLE, Findings(quotes=quotes), key_quotes=keys),
    )
    return {f"{row.finding}/{row.measure}": row.value for row in tally.rows()}


def test_a_right_statement_is_worth_everything() -> None:
    rows = quote_rows(RIGHT, keys=(0,))
    assert rows["quotes/f1"] == rows["speakers/right"] == rows["speakers/role_right"] == 1
    assert rows["quotes/key_precision"] == rows["quotes/key_recall"] == 1
    assert rows["quotes/junk"] == rows["quotes/repeats"] == rows["speakers/wrong_name"] == 0


def test_half_a_statement_is_lost_and_false() -> None:
    rows = quote_rows(Quote((SECOND,), QuoteKind.DIRECT))
    assert rows["quotes/recall"] == 0
    assert rows["quotes/f1"] == 0


def test_a_scare_quote_is_junk() -> None:
    rows = quote_rows(RIGHT, Quote((at("new normal"),), QuoteKind.PARTIAL))
    assert rows["quotes/junk"] == 1
    assert rows["quotes/precision"] == 0.5


def test_the_same_statement_twice_is_a_repeat() -> None:
    assert quote_rows(RIGHT, Quote((FIRST,), QuoteKind.DIRECT))["quotes/repeats"] == 1


@pytest.mark.parametrize(
    ("shown", "gold", "verdict"),
    [
        (speaker("Ida Brask"), GOLD_QUOTE, Verdict.RIGHT),
        (speaker("Brask"), GOLD_QUOTE, Verdict.PART),
        (speaker("the bridge"), GOLD_QUOTE, Verdict.WRONG),
        (speaker("the mayor", SpeakerKind.UNNAMED), GOLD_QUOTE, Verdict.PART),
        (None, GOLD_QUOTE, Verdict.ABSENT),
        (None, GoldQuote(("x",), None, None), Verdict.RIGHT),
        (speaker("Ida Brask"), GoldQuote(("x",), None, None), Verdict.WRONG),
        (speaker("the mayor", SpeakerKind.UNNAMED), GoldQuote(("x",), "a mayor", "unnamed"), Verdict.RIGHT),
        (speaker("Ida Brask"), GoldQuote(("x",), "a mayor", "unnamed"), Verdict.WRONG),
    ],
)
def test_who_said_it(shown: Speaker | None, gold: GoldQuote, verdict: Verdict) -> None:
    assert speaker_verdict(Quote((FIRST,), QuoteKind.DIRECT, shown), gold) is verdict


@pytest.mark.parametrize(
    ("shown", "gold", "verdict"),
    [
        ("Mark Tranter", "Siobhan Tranter", Verdict.WRONG),
        ("Tranter", "Siobhan Tranter", Verdict.PART),
        ("Mayor Ida Brask", "Ida Brask", Verdict.RIGHT),
        ("Gudrun Arnalds", "Gudrún Arnalds", Verdict.RIGHT),
        ("Ida Brask of Osterlund Town", "Ida Brask", Verdict.WRONG),
        ("", "Ida Brask", Verdict.ABSENT),
    ],
)
def test_names(shown: str, gold: str, verdict: Verdict) -> None:
    assert judge(shown, gold) is verdict


def test_titles_are_no_part_of_a_name_unless_nothing_else_is_left() -> None:
    assert tokens("the Mayor") == ("the", "mayor")
    assert tokens("Sen. O’Dowd’s") == ("o", "dowd")
    assert not says_one_of(None, ("mayor",))


def figure(words: str, value: float | None, unit: str = "", high: float | None = None) -> Figure:
    return Figure(at(words), FigureKind.COUNT, value, unit, high)


@pytest.mark.parametrize(
    ("found", "gold", "right"),
    [
        (figure("312", 312), GoldFigure("312", 312), True),
        (figure("312", 31.2), GoldFigure("312", 312), False),
        (figure("312", 6, high=8), GoldFigure("312", 6, high=8), True),
        (figure("312", 6), GoldFigure("312", 6, high=8), False),
        (figure("312", 2, high=3), GoldFigure("312", 2, range_ok=(2, 3)), True),
        (figure("312", 0.115), GoldFigure("312", 11.5, value_any=(0.115,)), True),
        (figure("312", None), GoldFigure("312", 312), False),
        (figure("312", None), GoldFigure("312", None), True),
    ],
)
def test_values(found: Figure, gold: GoldFigure, right: bool) -> None:
    assert value_right(found, gold) is right


def test_figures_are_counted_by_value_unit_and_what_they_count() -> None:
    tally = FigureTally()
    golds = (
        GoldFigure("$4 million", 4_000_000, "dollar", key=True),
        GoldFigure("312 benches", 312, "bench", "benches"),
    )
    found = (figure("$4 million", 4_000_000, "dollar"), figure("312", 312, "bridge"), figure("winter", 1))
    tally.add(story(figures=golds), Digest(ARTICLE, Findings(figures=found), key_figures=(0,)))
    rows = {row.measure: row.value for row in tally.rows()}
    assert rows["precision"] == pytest.approx(2 / 3)
    assert (rows["recall"], rows["unit_right"], rows["counts_right"]) == (1, 0.5, 0)
    assert (rows["key_precision"], rows["key_recall"]) == (1, 1)


def test_a_corrected_figure_must_not_be_shown_as_current() -> None:
    tally = FigureTally()
    gold = (GoldFigure("312", 312, superseded=True),)
    digest = Digest(ARTICLE, Findings(figures=(figure("312", 312),)), key_figures=(0,))
    tally.add(story(figures=gold), digest)
    rows = {row.measure: row.value for row in tally.rows()}
    assert (rows["superseded_shown"], rows["superseded_right"]) == (1, 0)


def test_actors_by_kind_alias_and_junk() -> None:
    tally = ActorTally()
    golds = (GoldActor("Ida Brask", "person", ("Brask",), ("mayor",), key=True), GoldActor("Benches", "org"))
    where = at("Ida Brask")
    found = (
        Actor(ARTICLE.phrase(where.start, where.end), ActorKind.PERSON, aliases=("Brask",)),
        Actor(ARTICLE.phrase(at("winter").start, at("winter").end), ActorKind.ORG),
    )
    tally.add(
        story(actors=golds, must_not_actor=("Winter",)),
        Digest(ARTICLE, Findings(actors=found), key_actors=(0,)),
    )
    rows = {row.measure: row.value for row in tally.rows()}
    assert (rows["person_f1"], rows["org_f1"], rows["alias_f1"]) == (1, 0, 1)
    assert (rows["role_right"], rows["junk"], rows["key_recall"]) == (0, 1, 1)


def test_a_page_refused_for_nothing_and_one_that_was_read_for_nothing() -> None:
    tally = BodyTally()
    tally.refused(story(), "not-an-article")
    index = Story("index", story().page, "not-an-article")
    tally.refused(index, None)
    tally.refused(index, "not-an-article")
    rows = {row.measure: row.value for row in tally.rows()}
    assert (rows["wrongly_refused"], rows["refused"], rows["f1"]) == (1, 0.5, 0)


def test_words_that_no_page_holds_are_caught() -> None:
    tally = BodyTally()
    other = Story("made", Page("https://x.example", "", "text/plain", b"Nothing of it", NOW), None)
    tally.add(other, Digest(ARTICLE, Findings(quotes=(RIGHT,))))
    verbatim = next(row for row in tally.rows() if row.measure == "verbatim")
    assert verbatim.value == 0
    assert verbatim.n == 4


def test_page_quality_is_that_of_word_shingles() -> None:
    assert page_quality("a b c d e", "a b c d e") == (1, 1)
    assert page_quality("a b c d e", "a b c d") == (1, 0.5)


def test_the_table_sets_peers_beside_us() -> None:
    shown = table([Row("body", "own", "f1", 0.9, 15), Row("body", "own", "f1", 0.8, 15, "other")])
    assert shown.splitlines()[1].split() == ["nutgraf", "other", "n", "floor"]
    assert shown.splitlines()[2].split() == ["f1", "90.0", "%", "80.0", "%", "15", "-"]


def test_nothing_measured_is_no_quality() -> None:
    assert f1(0, 0, 0) == 0


def test_corpora_that_are_not_there_are_named_and_skipped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--own", str(tmp_path / "no"), "--corpora", str(tmp_path / "none"), "--json"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out) == []
    assert "published corpora are skipped" in printed.err
    assert "own corpus is skipped" in printed.err


def test_an_unknown_finding_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "body,rhymes"]) == 2
    assert "rhymes" in capsys.readouterr().err
