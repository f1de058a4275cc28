"""Roles are printed words beside a name; where no pattern is certain there is none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.extract.cast import EntityKind
from bot.extract.roles import age_beside, best, roles_beside
from tests.unit.casts import cast, entity

AFTER = [
    ("Anna Lind, the mayor of Velden, said no.", "mayor of Velden"),
    ("Anna Lind, who chairs the Velden Water Board, said no.", "who chairs the Velden Water Board"),
    ("Anna Lind, who is the chief engineer of Velden, said no.", "chief engineer of Velden"),
    ("Anna Lind, 45, a nurse from Velden, said no.", "nurse from Velden"),
    ("Anna Lind (45), a nurse from Velden, said no.", "nurse from Velden"),
    ("“No,” said Anna Lind, chief executive of Harwick Foods.", "chief executive of Harwick Foods"),
    ("“No,” said Anna Lind, Harwick’s chief executive.", "Harwick’s chief executive"),
    ("“No,” said Anna Lind, a 38-year-old schoolteacher who was there.", "38-year-old schoolteacher"),
    ("“No,” said Anna Lind, who covers mills at Larkham Bank.", "who covers mills at Larkham Bank"),
    ("Anna Lind of the Velden Water Board said no.", "Velden Water Board"),
    ("“No.” — Anna Lind, the leader of the rebel group Sabr", "leader of the rebel group Sabr"),
    ("Anna Lind, a former director of the Velden Museum, left.", "former director of the Velden Museum"),
    ("Anna Lind, who has driven the No. 14 for 22 years, left.", "who has driven the No. 14 for 22 years"),
    ("Anna Lind, who came in 1987 and now leads a mill, left.", "who came in 1987 and now leads a mill"),
    ("Anna Lind is the head of Velden Zoo. Anna Lind left.", "head of Velden Zoo"),
]  # fmt: skip
BEFORE = [
    ("U.S. President Anna Lind left.", "U.S. President"),
    ("Then Velden’s deputy police chief Anna Lind left.", "Velden’s deputy police chief"),
    ("Sen. Anna Lind (D-Wis.) left.", "Sen."),
    ("Assistant District Attorney Anna Lind left.", "Assistant District Attorney"),
    ("The trial opened before U.S. District Judge Anna Lind.", "U.S. District Judge"),
    ("House Speaker Anna Lind left.", "House Speaker"),
    ("The city’s retired nurse Anna Lind left.", "city’s retired nurse"),
    ("Harwick’s chief executive, Anna Lind, left.", "Harwick’s chief executive"),
    ("The mayor of Velden, Anna Lind, left.", "mayor of Velden"),
    ("“No,” said the mayor of Velden, Anna Lind.", "mayor of Velden"),
    ("The corps’ chief, Anna Lind, left.", "corps’ chief"),
    ("Its new director, Anna Lind, left.", "new director"),
    ("“No,” according to Chairman Sir Anton Lind.", "Chairman"),
    ("It shook City Hall. Deputy Mayor Anna Lind left.", "Deputy Mayor"),
    ("Oto Brandt and his wife, Anna Lind, left.", "his wife"),
    ("A dock worker named Anna Lind left.", "dock worker"),
    ("Velden health minister Anna Lind left.", "Velden health minister"),
]


@pytest.mark.parametrize(("text", "role"), [*AFTER, *BEFORE])
def test_role_of_a_person_as_printed(text: str, role: str) -> None:
    name = "Anton Lind" if "Anton" in text else "Anna Lind"
    roles = entity(text, name).roles
    assert roles, "no role"
    assert roles[0].text == role
    assert text[roles[0].span.start : roles[0].span.end] == role


@pytest.mark.parametrize(
    ("text", "name", "role"),
    [
        ("The militant coastal group Sabr al-Din attacked.", "Sabr al-Din", "militant coastal group"),
        (
            "Haldane Metals, a mining company in Velden, said no.",
            "Haldane Metals",
            "mining company in Velden",
        ),
        ("The ferry’s owner, Norland Lines, said no.", "Norland Lines", "ferry’s owner"),
        ("The national rescue agency, CONARA, said no.", "CONARA", "national rescue agency"),
        ("Members of Velden’s militant Sabran group left.", "Sabran", "Velden’s militant Sabran group"),
        ("Sabr Trust, which owns two farms, said no.", "Sabr Trust", "which owns two farms"),
    ],
)
def test_role_of_an_organisation_as_printed(text: str, name: str, role: str) -> None:
    assert [found.text for found in entity(text, name).roles][:1] == [role]


@pytest.mark.parametrize(
    "text",
    [
        "After meeting the mayor of Velden, Anna Lind left.",  # not her
        "Anna Lind, said the minister, was away.",
        "Anna Lind, whose brother is a judge, left.",
        "Mr. Oto Brandt met Mrs. Anna Lind.",
        "Anna Lind, however, left.",
        "In Velden, Anna Lind left.",
        "Anna Lind voted.",
    ],
)
def test_no_role_where_none_is_certain(text: str) -> None:
    assert entity(text, "Anna Lind").roles == ()


def test_the_better_role_comes_first_and_each_once() -> None:
    text = "President Anna Lind spoke. Anna Lind, the president of Velden, left. President Lind slept."
    assert [role.text for role in entity(text, "Anna Lind").roles] == ["president of Velden", "President"]


def test_a_role_that_says_of_what_comes_first() -> None:
    text = "The former director, Anna Lind, left. Anna Lind, former director of the Velden Museum, slept."
    assert entity(text, "Anna Lind").roles[0].text == "former director of the Velden Museum"


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Anna Lind left. The 61-year-old oceanographer slept.", "61-year-old oceanographer"),
        ("Anna Lind left.\nThe 61-year-old oceanographer slept.", "61-year-old oceanographer"),
        ("Anna Lind left. The 61-year-old head of Velden Zoo, too, slept.", "61-year-old head of Velden Zoo"),
        ("Anna Lind left. The 61-year-old nurse, who owns it, slept.", "61-year-old nurse, who owns it"),
        ("Anna Lind met Oto Brandt. The 61-year-old oceanographer slept.", None),
        ("Anna Lind left. The 61-year-old bridge fell.", None),
        ("Anna Lind, a nurse, left. The 61-year-old oceanographer slept.", "nurse"),
    ],
)  # fmt: skip
def test_a_later_description_of_the_one_person_named(text: str, role: str | None) -> None:
    found = entity(text, "Anna Lind")
    assert [one.text for one in found.roles[:1]] == ([role] if role else [])
    if role and role.startswith("61"):
        assert found.age and found.age.text == "61-year-old"


def test_a_credit_line_beside_the_story_tells_the_role() -> None:
    aside = "“We will stay.” — Omar Haddan, the leader of the rebel group Sabr al-Din"
    text = "Omar Haddan said they would stay.\nLater Haddan left."
    article, found = cast(text, asides=(aside,))
    person = next(one for one in found.entities if one.kind is EntityKind.PERSON)
    assert person.roles[0].text == "leader of the rebel group Sabr al-Din"
    assert person.roles[0].aside == 0
    assert article.cut(person.roles[0]) == person.roles[0].text


@settings(max_examples=200, deadline=None)
@given(
    before=st.text(max_size=120),
    after=st.text(max_size=120),
    kind=st.sampled_from([EntityKind.PERSON, EntityKind.ORG, EntityKind.PLACE]),
)
def test_roles_and_ages_lie_inside_the_paragraph(before: str, after: str, kind: EntityKind) -> None:
    text = before + "Anna Lind" + after
    start, end = len(before), len(before) + 9
    for role in best(roles_beside(text, start, end, kind, 0, len(text))):
        assert 0 <= role.start < role.end <= len(text)
        assert role.end <= start or role.start >= end
    age = age_beside(text, start, end, 0, len(text))
    assert age is None or 0 <= age.start < age.end <= len(text)
