"""Answers of an interview are its subject's words; a story that asks questions is no interview."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.extract.people import cast_of
from bot.extract.sentences import sentences_of
from bot.extract.speakers import attributed
from bot.text import count_words
from bot.types import Quote, QuoteKind
from tests.fakes.story import quotes_of, story

INTRO = "Maria Delgado, the mayor of Port Halven, spoke to The Quill in her kitchen on Monday."
FIRST = "Do you still row to work?"
SECOND = "What would you change about the harbour?"
THIRD = "Why did you close the bridge?"
TALK = [
    (FIRST, "I do, and I have the hands to prove it."),
    (SECOND, "The light. We were promised lamps in my first year."),
    (THIRD, "Because it was falling down, and I had crossed it that morning."),
]


def page(pairs: list[tuple[str, str]], intro: str = INTRO, end: str = "") -> str:
    return "\n".join([intro, *(line for pair in pairs for line in pair if line), end])


def said(lines: str, title: str = "") -> list[tuple[str, str | None]]:
    article = story(lines, title)
    return [
        (
            " | ".join(part.of(article.text) for part in quote.parts),
            quote.speaker.name.text if quote.speaker else None,
        )
        for quote in quotes_of(article)
    ]


ANSWERS = [(answer, "Maria Delgado") for _, answer in TALK]


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(page(TALK), id="plain"),
        pytest.param(page([(f"# {question}", answer) for question, answer in TALK]), id="headings"),
        pytest.param(page([(f"Q: {question}", answer) for question, answer in TALK]), id="Q"),
        pytest.param(page([(f"The Quill: {q}", a) for q, a in TALK]), id="outlet"),
        pytest.param(page([(TALK[0][0], f"Maria Delgado: {TALK[0][1]}"), *TALK[1:]]), id="labelled at first"),
        pytest.param(page(TALK, end="This interview has been edited for length."), id="note at the end"),
        pytest.param(page(TALK, end="Maria Delgado’s memoir is out in May."), id="told about at the end"),
        pytest.param(page([*TALK[:2], ("", "[She laughs.]"), TALK[2]]), id="stage direction"),
    ],
)
def test_answers_are_statements(lines: str) -> None:
    assert said(lines) == ANSWERS


def test_an_answer_is_a_block_with_the_role_of_who_answers() -> None:
    quotes = quotes_of(story(page(TALK)))
    assert {quote.kind for quote in quotes} == {QuoteKind.BLOCK}
    assert {quote.speaker.role.text for quote in quotes if quote.speaker and quote.speaker.role} == {
        "mayor of Port Halven"
    }


def test_an_answer_goes_on_while_it_says_i() -> None:
    second = ("", "I told them so in my last letter.")
    assert said(page([TALK[0], second, *TALK[1:]]))[0][0] == f"{TALK[0][1]} | {second[1]}"


def test_the_reporters_own_lines_are_nobodys_words() -> None:
    """A prompt without its sign is the reporter's, and what it quotes is not the mayor's."""
    prompt = (
        "Peter Okafor once called you “the best rower we never paid” in a letter.",
        "I paid for the boat.",
    )
    assert (prompt[1], "Maria Delgado") in said(page([*TALK, prompt, TALK[0]]))
    assert all("Okafor" not in words for words, _ in said(page([*TALK, prompt, TALK[0]])))


def test_the_headline_chooses_among_those_introduced() -> None:
    intro = f"{INTRO} Peter Okafor, a harbour pilot, made the tea."
    assert said(page(TALK, intro), "Delgado: ‘I still row to work’") == ANSWERS
    assert said(page(TALK, intro)) == []


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(page(TALK[:2]), id="two pairs"),
        pytest.param(page(TALK, "The mayor of Port Halven spoke to The Quill."), id="nobody named"),
        pytest.param(page(TALK, "Maria Delgado is the mayor of Port Halven."), id="does not say it is one"),
        pytest.param(
            page([(question, answer.replace("I ", "They ").replace("my", "its").replace("We", "They"))
                  for question, answer in TALK]),
            id="an explainer",
        ),
        pytest.param(
            page([(question.replace("you", "the town"), answer) for question, answer in TALK]),
            id="rhetorical questions",
        ),
        pytest.param(
            page([(question, f"Delgado was vague. I asked twice. {answer}") for question, answer in TALK]),
            id="a story that tells of her",
        ),
        pytest.param(
            page([(FIRST, "Maria Delgado: I do."), (SECOND, "Peter Okafor: I would not."), TALK[2]],
                 f"{INTRO} Peter Okafor, a pilot, came too."),
            id="two who answer",
        ),
    ],
)  # fmt: skip
def test_nothing_is_said_where_it_is_not_certain(lines: str) -> None:
    assert said(lines) == []


def test_a_column_with_questions_and_quotations_keeps_its_marks() -> None:
    asked = "What would you do?\nI would ask.\nWho would you ask?\n“I row,” Delgado said.\nWhy you?\nI row."
    lines = f"{INTRO}\n{asked}"
    assert said(lines) == [("I row,", "Maria Delgado")]


# ------------------------------------------------------------------------------- transcripts

HEAD = "Transcript of the hearing with Maria Delgado, mayor of Port Halven."


def test_a_paragraph_without_a_label_goes_on_with_the_turn() -> None:
    lines = "\n".join(
        (HEAD, "ROE: Why did it fall?", "DELGADO: It was old.", "Nobody had looked.", "(Recess)",
         "ROE: Who should?", "DELGADO: We should.", "The clerk closed the hearing.")
    )  # fmt: skip
    words = [words for words, _ in said(lines)]
    assert "It was old. | Nobody had looked." in words
    assert not any("clerk" in one or "Recess" in one for one in words)


def test_lines_between_turns_of_a_story_are_the_reporters() -> None:
    head = "Maria Delgado, mayor of Port Halven, was asked about the bridge."
    turns = "ROE: Why did it fall?\nDELGADO: It was old.\nThe room went quiet.\nROE: Who knew?\nDELGADO: Us."
    lines = f"{head}\n{turns}"
    assert "It was old." in [words for words, _ in said(lines)]


def test_initials_are_the_one_who_bears_them() -> None:
    lines = f"{INTRO}\nTQ: {FIRST}\nMD: {TALK[0][1]}\nTQ: {SECOND}\nMD: {TALK[1][1]}"
    assert [who for words, who in said(lines) if words in {TALK[0][1], TALK[1][1]}] == ["Maria Delgado"] * 2


def test_a_letter_to_a_columnist_is_not_by_the_columnist() -> None:
    letters = ["DEAR ANNA: My dog sings.", "DEAR PUZZLED: Let it."]
    lines = "\n".join([*letters, *letters])
    assert said(lines) == []


# ------------------------------------------------------------------------------- length

SENTENCE = "I have said for {} years that the bridge would fall into the harbour one day. "


def split_answer(count: int) -> tuple[str, list[Quote]]:
    long = "".join(SENTENCE.format(number) for number in range(2, 2 + count)).strip()
    article = story(page([(TALK[0][0], long), *TALK[1:]]))
    quotes = [quote for quote in quotes_of(article) if "have said" in quote.parts[0].of(article.text)]
    return article.text, quotes


@pytest.mark.parametrize(("sentences", "statements"), [(2, 1), (3, 1), (5, 2), (9, 3)])
def test_a_long_answer_is_shown_in_whole_sentences(sentences: int, statements: int) -> None:
    text, quotes = split_answer(sentences)
    assert len(quotes) == statements
    for quote in quotes:
        (part,) = quote.parts
        assert part.of(text).startswith("I have") and part.of(text).endswith("day.")
        assert count_words(part.of(text)) <= 60
    assert sum(text[q.parts[0].start : q.parts[0].end].count("have said") for q in quotes) == sentences


_LINES = st.sampled_from(
    [INTRO, FIRST, SECOND, THIRD, TALK[0][1], TALK[1][1], "Q: Do you?", "A: I do.", "“I do,” Delgado said.",
     "# Why you?", "Maria Delgado: I do. I did.", "[I laugh.]", "You did.", "I?", "?", "> I do.",
     SENTENCE * 6]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(_LINES, max_size=14))
def test_parts_are_whole_slices_that_never_overlap(lines: list[str]) -> None:
    article = story("\n".join([INTRO, *lines]))
    parts = [part for quote in quotes_of(article) for part in quote.parts]
    assert all(article.text[part.start : part.end].strip() for part in parts)
    ordered = sorted(parts)
    assert all(one.end <= two.start for one, two in pairwise(ordered))


@pytest.mark.parametrize(
    "unit",
    ["Why you?\n", "Why you?\nI do.\n", "ROE: I do {}.\n", "Roe Poe: I do?\n", "TQ: Do you {}?\nI do {}.\n"],
)
def test_time_grows_with_the_length(unit: str) -> None:
    lines = "".join(unit.replace("{}", str(at)) for at in range(50_000 // len(unit)))
    article = story(f"{INTRO}\n{lines}")
    sentences = sentences_of(article)
    cast = cast_of(article, sentences)
    started = time.process_time()
    attributed(article, sentences, cast)
    assert time.process_time() - started < 3.0
