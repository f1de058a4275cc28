"""Who said it: one made-up sentence or two for each way that English prose names a source."""

from __future__ import annotations

import pytest

from bot.types import QuoteKind, SpeakerKind
from tests.fakes.story import quotes_of, story

INTRO = "Maria Delgado, the mayor of Port Halven, met Peter Okafor, a harbour pilot, on Monday."


def speakers(lines: str) -> list[str | None]:
    return [quote.speaker.name.text if quote.speaker else None for quote in quotes_of(story(lines))]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("“The bridge was never safe,” Maria Delgado said.", "Maria Delgado", id="after"),
        pytest.param("“The bridge was never safe,” said Maria Delgado.", "Maria Delgado", id="inverted"),
        pytest.param("“The bridge was never safe,” Delgado said.", "Maria Delgado", id="surname"),
        pytest.param("“The bridge was never safe,” Ms. Delgado said.", "Maria Delgado", id="title"),
        pytest.param("Delgado said: “The bridge was never safe.”", "Maria Delgado", id="colon"),
        pytest.param("Delgado told reporters that “the bridge was never safe.”", "Maria Delgado", id="told"),
        pytest.param("According to Delgado, “the bridge was never safe.”", "Maria Delgado", id="according"),
        pytest.param(
            "“The bridge was never safe,” according to Delgado.", "Maria Delgado", id="according after"
        ),
        pytest.param("“The bridge was never safe.” — Maria Delgado", "Maria Delgado", id="credit"),
        pytest.param("“The bridge was never safe,” Delgado, 51, said.", "Maria Delgado", id="age between"),
        pytest.param(
            "“The bridge was never safe,” Delgado, who swims there, said.", "Maria Delgado", id="who"
        ),
        pytest.param(
            "“The bridge was never safe,” Delgado later told The Courier.", "Maria Delgado", id="later"
        ),
        pytest.param(
            "Okafor met Delgado, who said, “The bridge was never safe.”", "Maria Delgado", id="relative"
        ),
        pytest.param(
            "In a letter to Okafor, Delgado wrote, “The bridge was never safe.”", "Maria Delgado", id="pp"
        ),
        pytest.param(
            "Delgado attacked Okafor, saying “the bridge was never safe.”", "Maria Delgado", id="saying"
        ),
        pytest.param(
            "The bridge was described by Delgado as “never safe at all.”", "Maria Delgado", id="agent"
        ),
        pytest.param(
            "The “never safe for anybody at all” bridge must go, Delgado said.", "Maria Delgado", id="late"
        ),
        pytest.param(
            "Delgado was angry. “The bridge was never safe.”", "Maria Delgado", id="sentence before"
        ),
    ],
)
def test_constructions(line: str, expected: str) -> None:
    assert speakers(f"{INTRO}\n{line}") == [expected]


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("Rep. Gwenda Stone (D-Wis.) said", "Gwenda Stone"),
        ("said Rep. Gwenda Stone, D-Wis.", "Gwenda Stone"),
        ("Senate Majority Leader Gwenda Stone, R-Ky., said Tuesday", "Gwenda Stone"),
        ("said senior policy adviser Jonas Bleiker", "Jonas Bleiker"),
        ("retired navy captain Jonas Bleiker said", "Jonas Bleiker"),
        ("the minister’s adviser, Jonas Bleiker, said", "Jonas Bleiker"),
        ("Jonas Bleiker, the minister of ports, a former pilot, said", "Jonas Bleiker"),
        ("Jonas Bleiker of the Harbour Board said", "Jonas Bleiker"),
        ("his former partner at the yard, Jonas Bleiker, recalled", "Jonas Bleiker"),
    ],
)
def test_roles_beside_names(tag: str, expected: str) -> None:
    assert speakers(f"“We will not wait any longer,” {tag}.") == [expected]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("“I saw it bend,” she said.", "Maria Delgado", id="she"),
        pytest.param("“I saw it bend,” he said.", "Peter Okafor", id="he"),
        pytest.param("“I saw the bridge bend,” the mayor said.", "Maria Delgado", id="nominal"),
        pytest.param("“I saw the bridge bend,” the pilot said.", "Peter Okafor", id="nominal of the other"),
    ],
)
def test_pronouns_and_roles(line: str, expected: str) -> None:
    lines = f"Maria Delgado, the mayor of Port Halven, was furious with her pilot, Peter Okafor.\n{line}"
    assert speakers(lines) == [expected]


def test_the_running_speaker_goes_on_through_whole_paragraphs() -> None:
    lines = f"{INTRO}\n“The bridge was never safe,” Delgado said.\n“It will have to come down this year.”"
    assert speakers(lines) == ["Maria Delgado", "Maria Delgado"]


def test_another_voice_between_two_quotations_is_heard() -> None:
    lines = (
        f"{INTRO}\n“The bridge was never safe,” Delgado said. Okafor said he agreed. “I saw it bend twice.”"
    )
    assert speakers(lines) == ["Maria Delgado", "Peter Okafor"]


def test_an_inner_name_is_nobodys_voice() -> None:
    assert speakers(f"{INTRO}\n“Peter Okafor told me it was safe,” Delgado said.") == ["Maria Delgado"]


@pytest.mark.parametrize(
    ("line", "description"),
    [
        ("“The bridge was never safe,” said a senior harbour official.", "a senior harbour official"),
        (
            "“The bridge was never safe,” a spokesman for the Harbour Board said.",
            "a spokesman for the Harbour Board",
        ),
        ("“The bridge was never safe,” one resident said.", "one resident"),
        ("“The bridge was never safe,” police said.", "police"),
    ],
)
def test_a_source_without_a_name_is_unnamed(line: str, description: str) -> None:
    (quote,) = quotes_of(story(line))
    assert quote.speaker is not None
    assert quote.speaker.kind is SpeakerKind.UNNAMED
    assert quote.speaker.name.text == description


def test_an_organisation_speaks() -> None:
    lines = "The Norland Ferry Company apologised.\n“We let people down,” the Norland Ferry Company said."
    (quote,) = quotes_of(story(lines))
    assert quote.speaker is not None
    assert quote.speaker.kind is SpeakerKind.ORG


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("“The bridge was never safe for anyone.”", id="nobody near"),
        pytest.param("“The bridge was never safe for anyone,” they said.", id="they"),
        pytest.param("“The bridge was never safe for anyone,” I said.", id="the author"),
    ],
)
def test_no_name_is_better_than_a_guess(line: str) -> None:
    assert speakers(line) == [None]


def test_confidence_and_cue_are_kept() -> None:
    article = story(f"{INTRO}\n“The bridge was never safe,” Maria Delgado said.")
    (quote,) = quotes_of(article)
    assert quote.cue is not None
    assert quote.cue.of(article.text) == "said"
    assert quote.confidence > 0.8
    assert quote.speaker is not None
    assert quote.speaker.certain
    assert quote.speaker.mention is not None
    assert quote.speaker.mention.of(article.text) == "Maria Delgado"
    assert quote.score.parts


def test_a_transcript_has_turns() -> None:
    lines = (
        "Maria Delgado faced Peter Okafor at the hearing.\nDELGADO: Who closed the bridge?\n"
        "OKAFOR: I did, at six in the morning.\nDELGADO: And who told you to do it?"
    )
    quotes = quotes_of(story(lines))
    assert [quote.kind for quote in quotes] == [QuoteKind.BLOCK] * 3
    assert [quote.speaker.name.text if quote.speaker else None for quote in quotes] == [
        "Maria Delgado", "Peter Okafor", "Maria Delgado",
    ]  # fmt: skip


def test_a_block_quotation_has_the_speaker_of_the_line_before() -> None:
    lines = f"{INTRO}\nDelgado wrote in a letter:\n> The bridge was never safe.\n> It must come down."
    article = story(lines)
    (quote,) = quotes_of(article)
    assert quote.kind is QuoteKind.BLOCK
    assert [part.of(article.text) for part in quote.parts] == [
        "The bridge was never safe.",
        "It must come down.",
    ]
    assert quote.speaker is not None
    assert quote.speaker.name.text == "Maria Delgado"


def test_an_interview_names_the_one_who_answers() -> None:
    lines = (
        "Maria Delgado answered our questions on Monday.\nQ: Was the bridge safe?\nA: It was never safe.\n"
        "Q: Who knew?\nA: Everybody knew."
    )
    quotes = quotes_of(story(lines))
    assert [quote.speaker.name.text if quote.speaker else None for quote in quotes] == ["Maria Delgado"] * 2


def test_who_is_spoken_of_in_a_block_is_not_she_in_the_next_paragraph() -> None:
    lines = (
        "Benita Olmos, 79, was washing mud from her doorstep with a saucepan.\n"
        "> The governor is on her way.\n> — Palace (@palace)\n"
        "“My sister is there and I cannot reach her,” she said."
    )
    assert speakers(lines)[-1] == "Benita Olmos"


def test_an_aged_description_beside_the_words_is_a_role() -> None:
    lines = "Ingrid Halle scored twice. “I do not remember it going in at all,” the 23-year-old forward said."
    (quote,) = quotes_of(story(lines))
    assert quote.speaker and quote.speaker.name.text == "Ingrid Halle"
    assert quote.speaker.role and quote.speaker.role.text == "23-year-old forward"
