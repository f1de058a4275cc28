"""Buttons, menus and fields as they stand in blocks, and what Slack sends when they are used."""

from __future__ import annotations

from collections.abc import Sequence

from tests.fakes.slack.world import Json


def find_control(blocks: Sequence[Json], action_id: str, choose: str = "") -> tuple[Json, Json]:
    """``(block, element)`` of the one control with this action id; of several buttons the one whose value is
    ``choose``. LookupError when there is none or several fit."""
    found = []
    for block in blocks:
        elements = [*block.get("elements", []), block.get("accessory"), block.get("element")]
        found += [(block, e) for e in elements if isinstance(e, dict) and e.get("action_id") == action_id]
    if len(found) > 1 and choose:
        found = [(block, element) for block, element in found if element.get("value") == choose]
    if len(found) != 1:
        there = [e.get("action_id") for b in blocks for e in b.get("elements", []) if "action_id" in e]
        raise LookupError(f"{len(found)} controls {action_id}; there are {there}")
    return found[0]


def _chosen(entries: Sequence[Json], choose: str) -> Json:
    fits = [
        entry
        for entry in entries
        if choose in {entry["value"], entry["value"].split(":")[0], entry["text"]["text"]}
    ]
    if len(fits) != 1:
        raise LookupError(f"{len(fits)} entries fit {choose!r}: {[entry['value'] for entry in entries]}")
    return fits[0]


def action_of(block: Json, element: Json, choose: str, action_ts: str) -> Json:
    """The ``actions`` entry of block_actions for a press."""
    action: Json = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "action_ts": action_ts,
    }
    match element["type"]:
        case "button" | "icon_button":
            action |= {key: element[key] for key in ("text", "value", "style", "url") if key in element}
        case "feedback_buttons":
            sides = [element["positive_button"], element["negative_button"]]
            entry = _chosen(sides, choose)
            action |= {"value": entry["value"], "text": entry["text"]}
        case "overflow" | "static_select" | "radio_buttons":
            action["selected_option"] = _chosen(element["options"], choose)
        case other:
            raise LookupError(f"a {other} is not pressed")
    return action


def state_of(blocks: Sequence[Json], values: dict[str, str]) -> Json:
    """``view.state.values`` after somebody filled the fields in. A field that is needed and empty, or an
    answer to a field that is not there, fails: Slack would not send it."""
    state: Json = {}
    left = dict(values)
    for block in blocks:
        if block.get("type") != "input":
            continue
        element = block["element"]
        words = left.pop(element["action_id"], left.pop(block["block_id"], None))
        if words is None and not block.get("optional"):
            words = element.get("initial_value")
            assert words, f"{block['label']['text']} is needed"
        state[block["block_id"]] = {element["action_id"]: _filled(element, words)}
    assert not left, f"no field for {sorted(left)}"
    return state


def _filled(element: Json, words: str | None) -> Json:
    kind = element["type"]
    if kind in {"static_select", "radio_buttons"}:
        option = _chosen(element["options"], words) if words is not None else None
        return {"type": kind, "selected_option": option}
    if words is not None:
        limits = element.get("min_length", 0), element.get("max_length", 3000)
        assert limits[0] <= len(words) <= limits[1], f"{len(words)} characters, not {limits}"
    return {"type": kind, "value": words}
