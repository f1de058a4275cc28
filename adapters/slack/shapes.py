"""The small pieces of Block Kit that nutgraf uses, and nothing that Slack would parse. Pure.

Words of a page stand only in ``rich_text`` text elements and in ``plain_text``: neither is markup to
Slack, so ``<!channel>``, ``<@U1>``, ``*``, ``|`` and ``:emoji:`` stay the letters they are. Lengths are
UTF-16 units, which is never less than what Slack counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from bot.display import inline, safe_link
from bot.types import Run

Json: TypeAlias = dict[str, Any]

LEAF_LIMIT = 3000
PLAIN_LIMIT = 2000
LINK_LIMIT = 2000


def units(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text) if text.isascii() else len(text) + sum(char > "\uffff" for char in text)


def size(blocks: object) -> int:
    """Length of the JSON that is sent, in UTF-16 units."""
    return units(json.dumps(blocks, ensure_ascii=False, separators=(",", ":")))


def leaf(text: str, *, link: str | None = None, code: bool = False) -> list[Json]:
    """Words made safe to show; [] for none."""
    return _styled(inline(text), link, {"code": code})


def leaves(runs: Iterable[Run], *, links: bool = True, italic: bool = False) -> list[Json]:
    """The runs of one line, which are safe to show already."""
    return [
        one
        for run in runs
        for one in _styled(
            run.text, run.link if links else None, {"bold": run.bold, "italic": run.italic or italic}
        )
    ]


def _styled(words: str, link: str | None, styles: Mapping[str, bool]) -> list[Json]:
    """Split where Slack's limit for one element is reached. A link whose words are the address of another
    host is shown without leading there."""
    target = safe_link(link, words)
    leads = target is not None and len(target) <= LINK_LIMIT
    kind: Json = {"type": "link", "url": target} if leads else {"type": "text"}
    wanted = {name: True for name, on in styles.items() if on}
    return [{**kind, "text": piece, **({"style": wanted} if wanted else {})} for piece in _pieces(words)]


def _pieces(words: str) -> Iterator[str]:
    """At most ``LEAF_LIMIT`` units each, nothing lost."""
    while units(words) > LEAF_LIMIT:
        end = LEAF_LIMIT // 2  # of at most two units each
        yield words[:end]
        words = words[end:]
    if words:
        yield words


def merged(inner: Iterable[Json]) -> list[Json]:
    """Neighbours of one style as one element: the same words in less JSON."""
    out: list[Json] = []
    for one in inner:
        before = out[-1] if out else {}
        same = one["type"] == "text" == before.get("type") and one.get("style") == before.get("style")
        if same and units(before["text"]) + units(one["text"]) <= LEAF_LIMIT:
            out[-1] = {**before, "text": before["text"] + one["text"]}
        else:
            out.append(one)
    return out


def gap() -> list[Json]:
    """The end of a line inside an element; alone in a section, an empty line."""
    return [{"type": "text", "text": "\n"}]


def rich(elements: Sequence[Json]) -> Json:
    return {"type": "rich_text", "elements": list(elements)}


def line(inner: Sequence[Json]) -> Json:
    return {"type": "rich_text_section", "elements": merged(inner)}


def quoted(inner: Sequence[Json]) -> Json:
    return {"type": "rich_text_quote", "elements": merged(inner)}


def boxed(inner: Sequence[Json]) -> Json:
    """In a frame, in letters of one width: to be copied."""
    return {"type": "rich_text_preformatted", "elements": merged(inner)}


def bullets(rows: Iterable[Sequence[Json]]) -> Json:
    return {"type": "rich_text_list", "style": "bullet", "elements": [line(row) for row in rows]}


def words_of(text: str) -> Json:
    """``plain_text`` that stays as it is: no ``:name:`` becomes a picture."""
    return {"type": "plain_text", "text": text, "emoji": False}


def context(texts: Iterable[str]) -> Json:
    """Small grey lines: at most ten, each of 1..PLAIN_LIMIT units (the caller has seen to it)."""
    return {"type": "context", "elements": [words_of(text) for text in texts]}


def button(action_id: str, label: str, value: str = "") -> Json:
    """Without a value when there is none to send."""
    made = {"type": "button", "action_id": action_id, "text": words_of(label)}
    return {**made, "value": value} if value else made


def overflow(action_id: str, options: Iterable[tuple[str, str]]) -> Json:
    """A menu of (label, value), at most five."""
    rows = [{"text": words_of(label), "value": value} for label, value in options]
    return {"type": "overflow", "action_id": action_id, "options": rows}


def thumbs(action_id: str, up: tuple[str, str], down: tuple[str, str]) -> Json:
    """The pair of feedback buttons, each (label, value)."""
    halves: Mapping[str, tuple[str, str]] = {"positive_button": up, "negative_button": down}
    return {
        "type": "feedback_buttons",
        "action_id": action_id,
        **{
            name: {"text": words_of(label), "accessibility_label": label, "value": value}
            for name, (label, value) in halves.items()
        },
    }


def escaped(text: str) -> str:
    """For ``text``, the one field that Slack parses: exactly its three signs."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
