"""What Slack would say of blocks and views: nothing, or what is wrong and where.

Two halves, since neither finds what the other does: the structure as Slack's published types give it
(``block_kit.schema.json``, made by ``make_schema.mjs``) and the lengths and counts (``limits.py``).
Every complaint is "JSON pointer: reason".
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator, ValidationError, validators

from tests.fakes.slack import limits

_SCHEMA = Path(__file__).with_name("block_kit.schema.json")
_LINK = re.compile(r"(https?|mailto|tel|slack):[^\s\x00-\x20<>]+", re.IGNORECASE)

Json = Any


def check_message(blocks: Json) -> list[str]:
    """What is wrong with the blocks of a message; [] when Slack would take them."""
    found = [*_structure("MessageBlocks", blocks)]
    if found:
        return found
    if not 1 <= len(blocks) <= limits.MESSAGE_BLOCKS:
        found.append(f": {len(blocks)} blocks, not 1..{limits.MESSAGE_BLOCKS}")
    found += _everywhere(blocks)
    kinds = Counter(block["type"] for block in blocks)
    found += [f": {kind} stands on no message" for kind in limits.NOT_ON_MESSAGES & set(kinds)]
    if kinds["table"] > 1:
        found.append(": more than one table")
    markdown = sum(units(block["text"]) for block in blocks if block["type"] == "markdown")
    if markdown > limits.MARKDOWN_IN_ALL:
        found.append(f": {markdown} characters of markdown in all")
    return found + _size(blocks, limits.MESSAGE_JSON, "msg_blocks_too_long")


def check_view(view: Json) -> list[str]:
    """What is wrong with a modal or a Home tab; [] when Slack would take it."""
    found = [*_structure("Views", view)]
    if found:
        return found
    blocks = view["blocks"]
    if len(blocks) > limits.VIEW_BLOCKS:
        found.append(f"/blocks: {len(blocks)} blocks, at most {limits.VIEW_BLOCKS}")
    found += _everywhere(view)
    kinds = {block["type"] for block in blocks}
    found += [f"/blocks: {kind} stands only on messages" for kind in limits.ONLY_ON_MESSAGES & kinds]
    if view["type"] == "modal" and "input" in kinds and "submit" not in view:
        found.append("/submit: needed beside an input block")
    return found + _size(view, limits.VIEW_JSON, "view_too_large")


def check_text(text: Json) -> list[str]:
    """What is wrong with the ``text`` of a message that has blocks beside it."""
    if not isinstance(text, str) or not text.strip():
        return ["/text: empty"]
    if units(text) > limits.MESSAGE_TEXT:
        return [f"/text: {units(text)} characters, at most {limits.MESSAGE_TEXT}"]
    return []


def units(text: str) -> int:
    """Length in UTF-16 units, which is what a JavaScript client counts."""
    return len(text) + sum(char > "\uffff" for char in text)


# ------------------------------------------------------------------------- structure


def _structure(top: str, given: Json) -> Iterator[str]:
    for error in _validator(top).iter_errors(given):
        yield f"{_pointer(error)}: {error.message[:300]}"


@cache
def _validator(top: str) -> Any:
    schema = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    extend: Any = validators.extend
    made = extend(Draft7Validator, {"anyOf": _by_type(schema["definitions"])})
    return made({**schema, "$ref": f"#/definitions/{top}"})


def _by_type(definitions: Mapping[str, Json]) -> Callable[..., Iterator[ValidationError]]:
    """``anyOf`` for things that say what they are: only the members of their type are tried, so that a
    complaint names the field and not the whole choice, and a message is checked in milliseconds."""

    def members(schema: Mapping[str, Json]) -> Iterator[Json]:
        for member in schema["anyOf"]:
            name = member.get("$ref", "").removeprefix("#/definitions/")
            meant = definitions[name] if name else member
            yield from members(meant) if "anyOf" in meant else (meant,)

    def check(validator: Any, choice: Json, given: Json, schema: Json) -> Iterator[ValidationError]:
        kinds = [one.get("properties", {}).get("type", {}).get("const") for one in members(schema)]
        if not isinstance(given, dict) or "type" not in given or None in kinds:
            yield from Draft7Validator.VALIDATORS["anyOf"](validator, choice, given, schema)
            return
        meant = [one for kind, one in zip(kinds, members(schema), strict=True) if kind == given["type"]]
        if not meant:
            yield ValidationError(f"{given['type']!r} does not stand here")
            return
        yield from min((list(validator.descend(given, one)) for one in meant), key=len)

    return check


def _pointer(error: ValidationError) -> str:
    return "".join(f"/{step}" for step in error.absolute_path)


# ---------------------------------------------------------------------------- limits


def _everywhere(given: Json) -> list[str]:
    """Lengths, counts and rules of everything inside, and ids that occur twice."""
    found: list[str] = []
    block_ids: Counter[str] = Counter()
    for pointer, kind, node in _nodes(given, "", ""):
        if isinstance(node.get("block_id"), str):
            block_ids[node["block_id"]] += 1
        for field, (least, most) in limits.lengths_of(kind).items():
            length = _length(node.get(field))
            if length is not None and not least <= length <= most:
                found.append(f"{pointer}/{field}: {length} characters, not {least}..{most}")
        for field, (least, most) in limits.COUNTS.get(kind, {}).items():
            many = node.get(field)
            if isinstance(many, list) and not least <= len(many) <= most:
                found.append(f"{pointer}/{field}: {len(many)} members, not {least}..{most}")
        found += [f"{pointer}{reason}" for reason in _RULES.get(kind, _no_rule)(node)]
    return found + [f": block_id {one!r} occurs twice" for one, times in block_ids.items() if times > 1]


def _nodes(given: Json, hint: str, pointer: str) -> Iterator[tuple[str, str, dict[str, Json]]]:
    """Everything that is an object: where it stands, what it is, itself."""
    if isinstance(given, dict):
        kind = given.get("type", hint)
        yield pointer, kind if isinstance(kind, str) else hint, given
        for field, value in given.items():
            yield from _nodes(value, limits.NAMELESS.get(field, ""), f"{pointer}/{field}")
    elif isinstance(given, list):
        for place, value in enumerate(given):
            yield from _nodes(value, hint, f"{pointer}/{place}")


def _length(value: Json) -> int | None:
    if isinstance(value, dict):
        value = value.get("text")
    return units(value) if isinstance(value, str) else None


def _no_rule(_: Mapping[str, Json]) -> Iterator[str]:
    yield from ()


def _section(block: Mapping[str, Json]) -> Iterator[str]:
    if not block.get("text") and not block.get("fields"):
        yield ": needs text or fields"
    for place, one in enumerate(block.get("fields", ())):
        if (_length(one) or 0) > limits.SECTION_FIELD:
            yield f"/fields/{place}: longer than {limits.SECTION_FIELD}"


def _context(block: Mapping[str, Json]) -> Iterator[str]:
    for place, one in enumerate(block["elements"]):
        if one["type"] != "image" and (_length(one) or 0) > limits.CONTEXT_TEXT:
            yield f"/elements/{place}: longer than {limits.CONTEXT_TEXT}"


def _one_id_each(block: Mapping[str, Json]) -> Iterator[str]:
    ids = Counter(one["action_id"] for one in block["elements"] if "action_id" in one)
    yield from (f"/elements: action_id {one!r} occurs twice" for one, times in ids.items() if times > 1)


def _link(element: Mapping[str, Json]) -> Iterator[str]:
    if not _LINK.fullmatch(element["url"]):
        yield "/url: not an address"


def _button(element: Mapping[str, Json]) -> Iterator[str]:
    if "url" in element:
        yield from _link(element)


def _list(element: Mapping[str, Json]) -> Iterator[str]:
    if not 0 <= element.get("indent", 0) <= limits.LIST_INDENT:
        yield f"/indent: not 0..{limits.LIST_INDENT}"


def _table(block: Mapping[str, Json]) -> Iterator[str]:
    rows: Sequence[Sequence[Json]] = block["rows"]
    for place, row in enumerate(rows):
        if not 1 <= len(row) <= limits.TABLE_COLUMNS:
            yield f"/rows/{place}: {len(row)} cells, not 1..{limits.TABLE_COLUMNS}"


_RULES: Mapping[str, Callable[[Mapping[str, Json]], Iterator[str]]] = {
    "section": _section,
    "context": _context,
    "actions": _one_id_each,
    "context_actions": _one_id_each,
    "link": _link,
    "button": _button,
    "rich_text_list": _list,
    "table": _table,
}


def _size(given: Json, most: int, name: str) -> list[str]:
    size = units(json.dumps(given, ensure_ascii=False, separators=(",", ":")))
    return [f": {size} characters of JSON: {name}"] if size > most else []
