"""Who acts: people and organisations of the cast, places and the paper itself left out, ranked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.extract.actors import KEY_ACTORS, find_actors, key_actors
from bot.extract.people import cast_of
from bot.extract.sentences import sentences_of
from bot.types import (
    Actor,
    ActorKind,
    Article,
    Aside,
    AsideKind,
    Quote,
    QuoteKind,
    Score,
    Span,
    Speaker,
    SpeakerKind,
)
from tests.unit.casts import story

ROOT = Path(__file__).parents[2]
SEED = ROOT / ".." / "shared" / "seed"

TOWN = (
    "Mayor Anna Lind, 52, told the Velden Water Board on Monday that the dam in Oslo would close.\n"
    "“It is over,” Lind said. The Velden Water Board, which owns the dam, agreed.\n"
    "Omar al-Rashidi, a fisherman, wept. “We had no warning,” al-Rashidi told Reuters.\n"
    "The Iraqi and French engineers left in March, said Tessa Holt of the Coastline Gazette."
)


def actors_of(article: Article, quotes: tuple[Quote, ...] = ()) -> tuple[Actor, ...]:
    return find_actors(article, cast_of(article, sentences_of(article)), quotes)


def by_name(actors: tuple[Actor, ...]) -> dict[str, Actor]:
    return {actor.name.text: actor for actor in actors}


def test_people_and_organisations_with_what_is_printed_of_them() -> None:
    found = by_name(actors_of(story(TOWN)))
    lind = found["Anna Lind"]
    assert (lind.kind, lind.aliases, lind.age_years) == (ActorKind.PERSON, ("Lind",), 52)
    assert lind.role is not None
    assert lind.role.text == "Mayor"
    assert [TOWN[span.start : span.end] for span in lind.mentions] == ["Anna Lind", "Lind"]
    assert found["Velden Water Board"].kind is ActorKind.ORG
    assert found["Omar al-Rashidi"].role is not None


@pytest.mark.parametrize("nobody", ["Oslo", "Monday", "March", "Iraqi", "French"])
def test_places_days_and_peoples_are_no_actors(nobody: str) -> None:
    assert nobody not in by_name(actors_of(story(TOWN)))


def test_the_byline_is_no_actor() -> None:
    assert "Tessa Holt" in by_name(actors_of(story(TOWN)))
    assert "Tessa Holt" not in by_name(actors_of(story(TOWN, byline=("Tessa Holt",))))


def test_the_paper_itself_is_never_shown() -> None:
    article = story(TOWN, site="Coastline Gazette")
    actors = actors_of(article)
    shown = [actors[index].name.text for index in key_actors(article, actors)]
    assert "Coastline Gazette" in by_name(actors)
    assert "Coastline Gazette" not in shown


def test_an_agency_comes_last() -> None:
    article = story(TOWN)
    actors = actors_of(article)
    shown = [actors[index].name.text for index in key_actors(article, actors)]
    assert shown[0] == "Anna Lind"
    assert shown.index("Reuters") == len(shown) - 1 if "Reuters" in shown else True


def test_the_source_in_a_dateline_is_no_actor() -> None:
    assert set(by_name(actors_of(story("OSLO (Reuters) — Anna Lind left on Monday.")))) == {"Anna Lind"}


def test_a_surname_of_two_people_is_no_third_actor() -> None:
    found = by_name(actors_of(story("Anna Lind and Carl Lind farm here. “Maybe,” Lind said.")))
    assert set(found) == {"Anna Lind", "Carl Lind"}


def test_speaking_role_and_headline_raise_an_actor() -> None:
    article = story(TOWN, title="Al-Rashidi weeps over dam")
    at = TOWN.index("Omar al-Rashidi")
    name = article.phrase(at, at + len("Omar al-Rashidi"))
    quote = Quote((Span(1, 5),), QuoteKind.DIRECT, Speaker(name, SpeakerKind.PERSON))
    plain = by_name(actors_of(story(TOWN)))["Omar al-Rashidi"].score
    raised = by_name(actors_of(article, (quote,)))["Omar al-Rashidi"].score
    assert {"speaks", "title"} <= set(dict(raised.parts))
    assert raised.total > plain.total


def test_order_of_print_and_six_at_most() -> None:
    names = [
        "Anna Lind", "Carl Moss", "Susan Pell", "Robert Tull", "Maria Holt", "Peter Quill", "Laura Renn",
        "Paul Dunn",
    ]  # fmt: skip
    article = story(" ".join(f"{name}, a nurse, said no." for name in names))
    actors = actors_of(article)
    assert [actor.name.text for actor in actors] == names
    assert len(key_actors(article, actors)) == KEY_ACTORS


def test_equal_scores_keep_the_order_of_print() -> None:
    article = story("Anna Lind met Carl Moss.")
    twin = Score((("mentions", 1.0),))
    actors = tuple(
        Actor(article.phrase(at, at + 9), ActorKind.PERSON, mentions=(Span(at, at + 9),), score=twin)
        for at in (0, 14)
    )
    assert key_actors(article, actors) == (0, 1)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_any_text_gives_actors_of_slices(text: str) -> None:
    article = story(text)
    actors = actors_of(article)
    for actor in actors:
        assert article.cut(actor.name) == actor.name.text
        assert actor.mentions == tuple(sorted(actor.mentions))
        assert actor.role is None or article.cut(actor.role) == actor.role.text
    assert set(key_actors(article, actors)) <= set(range(len(actors)))


@pytest.mark.skipif(not SEED.is_dir(), reason="the seed is not beside the repository")
def test_the_seed_story_shows_the_right_six() -> None:
    gold = json.loads((SEED / "actors_figures_gold.json").read_text(encoding="utf-8"))
    must = [row for row in gold["actors"] if row["tier"] == "must"]
    pulled = (SEED / "html" / "pull.txt").read_text(encoding="utf-8").splitlines()
    body = (SEED / "html" / "truth.txt").read_text(encoding="utf-8")
    article = story(body, asides=tuple(line for line in pulled if line.strip()), byline=("Associated Press",))
    actors = actors_of(article)
    shown = [actors[index] for index in key_actors(article, actors)]
    assert len(shown) == len(must)
    for row in must:
        kind = ActorKind.PERSON if row["type"] == "PER" else ActorKind.ORG
        actor = next(one for one in shown if one.name.text in row["aliases"])
        assert actor.kind is kind
        assert set(actor.aliases) <= set(row["aliases"])
    leader = next(one for one in shown if one.age_years == 45)
    assert leader.role is not None
    assert "leader" in leader.role.text
    assert "Asaib Ahl al-Haq" in leader.role.text
    assert leader is shown[0]


def test_an_aside_is_no_place_for_mentions() -> None:
    article = story("Anna Lind spoke.", asides=("— Anna Lind, the mayor",))
    assert article.asides == (Aside(AsideKind.PULL_QUOTE, "— Anna Lind, the mayor"),)
    assert by_name(actors_of(article))["Anna Lind"].mentions == (Span(0, 9),)
