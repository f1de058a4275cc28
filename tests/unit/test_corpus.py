"""The labels are sound: every labelled string stands in its page, every field is a known one."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest

from bot.errors import leaves
from bot.evaluate.gold import Printed, Story, load, same_line

CORPUS = Path(__file__).parent.parent / "corpus"
STORIES = load(CORPUS)
ARTICLES = [story for story in STORIES if story.expect is None]
_TAG = re.compile(r"<[^>]+>")


def of(stories: list[Story]) -> dict[str, object]:
    return {"argvalues": stories, "ids": [story.id for story in stories]}


def source(story: Story) -> str:
    body = story.page.body
    text = body.decode("cp1252" if b"windows-1252" in body else "utf-8")
    return text if story.page.media_type == "text/plain" else html.unescape(_TAG.sub(" ", text))


def labelled_text(story: Story) -> str:
    return "\n".join((*story.body, *story.body_optional))


def test_the_corpus_is_large_enough() -> None:
    assert len(ARTICLES) >= 14
    assert sum(story.page.media_type == "text/plain" for story in ARTICLES) >= 2
    assert sum(story.expect is not None for story in STORIES) >= 4


def test_every_page_has_its_labels() -> None:
    pages = {path.name for path in CORPUS.iterdir() if path.suffix in {".html", ".txt"}}
    labelled = {json.loads(path.read_text("utf-8"))["page"] for path in CORPUS.glob("*.gold.json")}
    assert pages == labelled


@pytest.mark.parametrize("story", **of(ARTICLES))
def test_the_body_stands_in_the_page(story: Story) -> None:
    page = re.sub(r"\s+([,.;:?!)])", r"\1", same_line(source(story)))
    lost = [
        line
        for line in (*story.body, *story.body_optional)
        if re.sub(r"\s+([,.;:?!)])", r"\1", same_line(line)) not in page
    ]
    assert not lost


@pytest.mark.parametrize("story", **of(ARTICLES))
def test_every_statement_stands_in_the_body_in_order(story: Story) -> None:
    printed = Printed(labelled_text(story))
    for quote in story.quotes:
        after = 0
        for part in quote.parts:
            span = printed.find(part, after)
            assert span is not None, f"{part!r} is not printed behind {after}"
            after = span.end
        assert quote.speaker_kind in {"person", "org", "unnamed", None}
        assert (quote.speaker is None) == (quote.speaker_kind is None)


@pytest.mark.parametrize("story", **of(ARTICLES))
def test_every_figure_is_found_and_holds_a_number(story: Story) -> None:
    printed = Printed(labelled_text(story))
    for figure in story.figures:
        assert printed.inside(figure.text, figure.at) is not None, figure
        assert figure.value is not None or figure.kind == "score", figure


@pytest.mark.parametrize("story", **of(ARTICLES))
def test_every_actor_is_printed(story: Story) -> None:
    printed = Printed(labelled_text(story))
    for actor in story.actors:
        assert actor.kind in {"person", "org"}
        for name in (actor.name, *actor.aliases):
            assert printed.find(name), name


@pytest.mark.parametrize("story", **of(ARTICLES))
def test_said_by_and_speakers_are_labelled_actors_or_descriptions(story: Story) -> None:
    names = {name for actor in story.actors for name in (actor.name, *actor.aliases, *actor.name_any)}
    spoken = {quote.speaker for quote in story.quotes if quote.speaker_kind in {"person", "org"}}
    spoken |= {figure.said_by for figure in story.figures if figure.said_by}
    assert {name.removeprefix("The ").casefold() for name in spoken if name} <= {
        name.removeprefix("The ").casefold() for name in names
    }


@pytest.mark.parametrize("story", **of(ARTICLES))
def test_a_key_of_each_kind_is_labelled(story: Story) -> None:
    assert any(quote.key for quote in story.quotes) or "no marks" in story.about["notes"]
    assert any(figure.key for figure in story.figures)
    assert any(actor.key for actor in story.actors)
    assert story.about["notes"]


@pytest.mark.parametrize("story", **of([story for story in STORIES if story.expect]))
def test_what_must_be_refused_names_a_known_error(story: Story) -> None:
    assert story.expect in {leaf.code() for leaf in leaves()}
    assert not story.quotes
    assert not story.body


def test_no_folder_without_labels_is_measured(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no labelled page"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("He said “no  way” twice", "no way", "no  way"),
        ("Sol\u200bveig came", "Solveig", "Sol\u200bveig"),
        ("Solveig came", "Sol\u200bveig", "Solveig"),
        ("100\u00a0% sure", "100 %", "100\u00a0%"),
        ("one two", "three", None),
        ("one two", "\u200b", None),
    ],
)
def test_strings_are_found_whatever_their_blanks(text: str, words: str, expected: str | None) -> None:
    span = Printed(text).find(words)
    assert (span.of(text) if span else None) == expected
