"""Pairing of quotation marks: every style that newsrooms print, and the ways they go wrong."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.extract.marks import Mark, pair
from bot.types import Paragraph, ParagraphKind, Span


def paragraphs_of(text: str) -> tuple[Paragraph, ...]:
    return tuple(Paragraph(Span(*m.span())) for m in re.finditer(r"[^\n]*\S[^\n]*", text))


def inners(text: str) -> list[str]:
    return [mark.inner.of(text) for mark in pair(text, paragraphs_of(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('"We sank," she said.', ["We sank,"], id="straight"),
        pytest.param("“We sank,” she said. “Then we swam.”", ["We sank,", "Then we swam."], id="curly"),
        pytest.param("‘We sank,’ she said, ‘twice.’", ["We sank,", "twice."], id="single curly"),
        pytest.param("'We sank,' she said.", ["We sank,"], id="single straight"),
        pytest.param("« Nous coulons », dit-elle.", ["Nous coulons"], id="guillemets with blanks"),
        pytest.param("»Wir sinken«, sagte sie.", ["Wir sinken"], id="guillemets turned inwards"),
        pytest.param("„Wir sinken“, sagte sie.", ["Wir sinken"], id="low-high"),
        pytest.param("„Toniemy” — powiedziała.", ["Toniemy"], id="low-high, right curl"),
        pytest.param("``We sank,'' she said.", ["We sank,"], id="typewriter"),
        pytest.param("“We sank“ she said.", ["We sank"], id="opener used as closer"),
        pytest.param("”We sank” she said.", ["We sank"], id="closer used as opener"),
        pytest.param("She said: “ we sank ” and left.", ["we sank"], id="blanks inside"),
        pytest.param("“She said ‘we sank’ twice,” he said.", ["She said ‘we sank’ twice,"], id="nested"),
        pytest.param("‘She said “we sank” twice,’ he said.", ["She said “we sank” twice,"], id="nested 2"),
        pytest.param("“a “b” c,” he said.", ["a “b” c,"], id="nested, same marks"),
        pytest.param("🥕🥕 “We sank,” she said.", ["We sank,"], id="emoji before"),
        pytest.param("(“We sank,” she said.)", ["We sank,"], id="in brackets"),
        pytest.param("—“We sank,” she said.", ["We sank,"], id="after a dash"),
    ],
)
def test_pairs(text: str, expected: list[str]) -> None:
    assert inners(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("The boys' club and the girls' club.", [], id="two possessives"),
        pytest.param("Rock 'n' roll in the '90s and the workers' hall.", [], id="elisions"),
        pytest.param("'Tis odd, and don't say it isn't.", [], id="tis"),
        pytest.param("'The workers' pay is low,' she said.", ["The workers' pay is low,"], id="inside"),
        pytest.param("He called it 'odd' and the workers' pay low.", ["odd"], id="after"),
        pytest.param("‘We’re the ’90s kids,’ he said.", ["We’re the ’90s kids,"], id="curly"),
        pytest.param("‘O’Hara’s won’t go?’ he said.", ["O’Hara’s won’t go?"], id="many"),
    ],
)  # fmt: skip
def test_apostrophes_are_no_marks(text: str, expected: list[str]) -> None:
    assert inners(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("“Never closed, he said. The end.", [], id="unclosed is dropped"),
        pytest.param("“Never closed, he said. “But this is,” she said.", ["But this is,"], id="next"),
        pytest.param("Stray” closer and “a pair,” he said.", ["a pair,"], id="stray closer"),
        pytest.param('A stray " and "a pair," he said.', ["a pair,"], id="stray straight"),
        pytest.param("He is 6'2\" tall.", [], id="feet and inches"),
        pytest.param('A 12" record, "a hit," he said.', ["a hit,"], id="inches before"),
        pytest.param('"It was 12" long," he said.', ['It was 12" long,'], id="inches inside"),
        pytest.param("“”", [], id="empty"),
        pytest.param("“ ”", [], id="blank"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_odd_marks_swallow_nothing(text: str, expected: list[str]) -> None:
    assert inners(text) == expected


def test_a_quotation_goes_on_when_the_next_paragraph_opens_again() -> None:
    text = "“One.\n“Two.\n“Three,” she said."
    assert [mark.continued for mark in pair(text, paragraphs_of(text))] == [True, True, False]
    assert inners(text) == ["One.", "Two.", "Three,"]


def test_a_heading_between_does_not_break_a_quotation() -> None:
    text = "“One.\nWhat she saw\n“Two,” she said."
    blocks = list(paragraphs_of(text))
    blocks[1] = Paragraph(blocks[1].span, ParagraphKind.HEADING)
    assert [mark.continued for mark in pair(text, blocks)] == [True, False]


def test_a_quotation_closed_one_paragraph_later_is_two_stretches() -> None:
    text = "She said, “One.\nTwo and three.” They left."
    found = pair(text, paragraphs_of(text))
    assert [mark.inner.of(text) for mark in found] == ["One.", "Two and three."]
    assert found[0].continued


def test_an_unclosed_quotation_stops_at_its_paragraph() -> None:
    text = "“One.\nNo marks here.\n“Two,” she said."
    assert inners(text) == ["Two,"]


def test_families_and_rims() -> None:
    text = "“a,” ‘b,’ «c»"
    found = pair(text, paragraphs_of(text))
    assert [mark.mark for mark in found] == [Mark.DOUBLE, Mark.SINGLE, Mark.GUILLEMET]
    assert [mark.outer.of(text) for mark in found] == ["“a,”", "‘b,’", "«c»"]


_MARKED = st.text(alphabet="ab s.,!?\n\"'“”„«»‘’‚‹›`—(1👍", max_size=120)


@given(_MARKED)
def test_any_marks_give_ordered_slices_that_never_overlap(text: str) -> None:
    found = pair(text, paragraphs_of(text))
    end = 0
    for mark in found:
        assert mark.outer.contains(mark.inner)
        assert mark.outer.start >= end
        assert mark.inner.of(text).strip() == mark.inner.of(text) != ""
        assert "\n" not in mark.outer.of(text)
        end = mark.outer.end
    assert end <= len(text)


@given(st.lists(st.text(alphabet="abc d", min_size=1, max_size=9).filter(str.strip), min_size=1, max_size=5))
def test_balanced_marks_are_all_found(words: list[str]) -> None:
    text = " she said ".join(f"“x{word.strip()}x,”" for word in words)
    assert inners(text) == [f"x{word.strip()}x," for word in words]


def test_many_unclosed_openers_are_read_quickly() -> None:
    text = "“a " * 20_000 + "'b " * 20_000
    assert pair(text, paragraphs_of(text)) == ()
