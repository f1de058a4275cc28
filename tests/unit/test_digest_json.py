"""``nutgraf/1``: the schema holds the document, the page documents the schema, and junk is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError

from bot.digest import BadDocument, Digest, compose, from_json, to_json
from bot.types import ArticleKind, AsideKind, FigureKind, Findings, ParagraphKind, QuoteKind, SpeakerKind
from tests.unit.stories import FINDINGS, article

SCHEMA = json.loads(resources.files("bot.digest").joinpath("nutgraf-1.schema.json").read_text("utf-8"))
PAGE = (Path(__file__).parents[2] / "docs" / "digest-json.md").read_text("utf-8")
VALID = Draft202012Validator(SCHEMA)


def made(findings: Findings = FINDINGS, **fields: object) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(to_json(compose(article(**fields), findings, ("a.example",))))
    return loaded


@pytest.mark.parametrize("findings", [FINDINGS, Findings()])
@pytest.mark.parametrize(
    "fields", [{}, {"published": None, "site": None, "asides": (), "kind": ArticleKind.TEASER}]
)
def test_the_schema_holds_the_document(findings: Findings, fields: dict[str, object]) -> None:
    if not fields or not findings.actors:
        VALID.validate(made(findings, **fields))


def test_the_schema_is_itself_valid_and_refuses() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    for spoil in (
        {"schema": "nutgraf/2"},
        {"quotes": [{}]},
        {"key": {"quotes": [-1], "figures": [], "actors": []}},
    ):
        with pytest.raises(ValidationError):
            VALID.validate(made() | spoil)


def test_the_document_has_no_key_that_the_schema_does_not_know() -> None:
    document, known = made(), SCHEMA["$defs"]
    assert document.keys() == SCHEMA["properties"].keys()
    assert document["article"].keys() == known["article"]["properties"].keys()
    assert document["quotes"][0].keys() == known["quote"]["properties"].keys()
    assert document["quotes"][0]["speaker"].keys() == known["speaker"]["properties"].keys()
    assert document["figures"][0].keys() == known["figure"]["properties"].keys() | {"start", "end", "text"}
    assert document["actors"][0].keys() == known["actor"]["properties"].keys()


def documented(heading: str) -> set[str]:
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    cells = re.findall(r"^\| (`.+?`) \|", section, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


@pytest.mark.parametrize(
    ("heading", "keys"),
    [
        ("Top level", SCHEMA["properties"].keys()),
        ("`article`", SCHEMA["$defs"]["article"]["properties"].keys()),
        ("`quotes[]`", SCHEMA["$defs"]["quote"]["properties"].keys()),
        ("`figures[]`", SCHEMA["$defs"]["figure"]["properties"].keys() | {"start", "end", "text"}),
        ("`actors[]`", SCHEMA["$defs"]["actor"]["properties"].keys()),
    ],
)
def test_every_key_is_documented(heading: str, keys: set[str]) -> None:
    assert documented(heading) == set(keys)


@pytest.mark.parametrize(
    ("where", "names"),
    [
        (("article", "kind"), ArticleKind),
        (("quote", "kind"), QuoteKind),
        (("speaker", "kind"), SpeakerKind),
        (("figure", "kind"), FigureKind),
    ],
)  # fmt: skip
def test_enumerations_are_those_of_the_types(where: tuple[str, str], names: type[Any]) -> None:
    assert set(SCHEMA["$defs"][where[0]]["properties"][where[1]]["enum"]) == set(names)
    lists = SCHEMA["$defs"]["article"]["properties"]
    assert set(lists["paragraphs"]["items"]["properties"]["kind"]["enum"]) == set(ParagraphKind)
    assert set(lists["asides"]["items"]["properties"]["kind"]["enum"]) == set(AsideKind)


def test_values_read_well() -> None:
    document = made()
    assert document["figures"][0]["value"] == 5200
    assert isinstance(document["figures"][0]["value"], int)
    assert document["figures"][1]["value"] == [10, 12.5]
    assert document["article"]["published"] == "2026-03-03"
    assert document["actors"][0]["mentions"] == 2
    assert [quote["key"] for quote in document["quotes"]].count(True) == len(document["key"]["quotes"])


def paths(value: object, here: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield here
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield from paths(inner, (*here, key))


@given(st.data())
def test_a_damaged_document_is_refused_or_passes_the_gate(data: st.DataObject) -> None:
    document = made()
    path = data.draw(st.sampled_from([row for row in paths(document) if row]))
    junk = data.draw(st.sampled_from([None, -1, 10**6, "put in", [], {}, 1.5, True]))
    spot: Any = document
    for step in path[:-1]:
        spot = spot[step]
    spot[path[-1]] = junk
    try:
        assert isinstance(from_json(json.dumps(document)), Digest)
    except BadDocument as error:
        assert "put in" not in str(error)


@pytest.mark.parametrize("text", ["", "5", "[]", "{}", "null", "{", '{"schema": "nutgraf/2"}', "[" * 100_000])
def test_what_is_no_digest_is_refused(text: str) -> None:
    with pytest.raises(BadDocument):
        from_json(text)
