"""The seed article, from its saved text and from each rebuilt page, to the digest that is shown.

The seed is not part of the project; without it beside the repository these tests are skipped.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import pytest

from bot.article import read
from bot.digest import Digest, compose, document, from_json, to_json
from bot.extract.find import find_all
from bot.render import digest_message
from bot.types import Page

SEED = Path(__file__).parents[2].parent / "shared" / "seed"
PAGES = ["article.txt", "html/seed_bare.html", "html/seed_classes.html", "html/seed_nolinks.html"]

pytestmark = pytest.mark.skipif(not SEED.is_dir(), reason="the seed is not here")


@lru_cache
def digest(name: str) -> Digest:
    media_type = "text/plain" if name.endswith(".txt") else "text/html"
    url = "https://gvwire.example/seed"
    article = read(Page(url, url, media_type, (SEED / name).read_bytes(), datetime(2026, 3, 4, tzinfo=UTC)))
    return compose(article, find_all(article), ("gvwire.example",))


def gold(name: str) -> dict[str, list[dict[str, object]]]:
    loaded: dict[str, list[dict[str, object]]] = json.loads((SEED / name).read_text("utf-8"))
    return loaded


def letters(text: object) -> str:
    return "".join(char for char in str(text).lower() if char.isalnum())


@pytest.mark.parametrize("name", PAGES)
def test_head(name: str) -> None:
    made = digest(name)
    lines = digest_message(made).plain.split("\n")
    assert lines[0] == "AP Interview: Iraqi Militia Leader Wants US Troops to Leave"
    assert lines[1].startswith("AP ")
    if name.endswith(".html"):
        assert lines[1].startswith("AP via GV Wire · 28 January 2019 · BAGHDAD")
    assert "28 January 2019" in lines[1]
    assert "BAGHDAD" in lines[1]
    assert made.findings.nutgraf is not None


@pytest.mark.parametrize("name", PAGES)
def test_the_five_statements_each_once_with_their_speaker(name: str) -> None:
    made = digest(name)
    quotes = [made.findings.quotes[key] for key in made.key_quotes]
    shown = sorted(letters("".join(part.of(made.article.text) for part in quote.parts)) for quote in quotes)
    wanted = [row for row in gold("quotes_gold.json")["quotes"] if row["required"]]
    assert shown == sorted(letters("".join(p["text"] for p in row["parts"])) for row in wanted)  # type: ignore[attr-defined]
    for quote in quotes:
        assert quote.speaker is not None
        assert quote.speaker.name.text == "Qais al-Khazali"
        assert quote.speaker.role is not None
        assert "leader of the militant Shiite group Asaib Ahl al-Haq" in quote.speaker.role.text


@pytest.mark.parametrize("name", PAGES)
def test_nothing_of_another_story_is_found(name: str) -> None:
    made = digest(name)
    whole = json.dumps({key: value for key, value in document(made).items() if key != "article"})
    traps = gold("actors_figures_gold.json")["not_actors"]["furniture_must_not_appear"]  # type: ignore[call-overload]
    for trap in ["Crooked", "Duane Eddy", "$10M", *traps]:
        assert f'"{trap}' not in whole, trap


@pytest.mark.parametrize("name", PAGES)
def test_figures_and_actors_of_the_top(name: str) -> None:
    made = digest(name)
    labels = gold("actors_figures_gold.json")
    known = {str(row["name"]) for row in labels["actors"]}
    shown = [made.findings.actors[key].name.text for key in made.key_actors]
    assert set(shown) <= known
    assert {str(row["name"]) for row in labels["actors"] if row["tier"] == "must"} <= set(shown)
    figures = [made.findings.figures[key].span.of(made.article.text) for key in made.key_figures]
    spans = [str(row["span"]) for row in labels["figures"]]
    assert len(figures) == 5
    assert all(any(figure in span or span in figure for span in spans) for figure in figures)


@pytest.mark.parametrize("name", PAGES)
def test_it_survives_the_store(name: str) -> None:
    assert from_json(to_json(digest(name))) == digest(name)
