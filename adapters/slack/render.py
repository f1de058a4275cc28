"""Message -> what ``chat.postMessage`` and ``chat.update`` take, and back from what Slack reports. Pure.

``text`` is what notifications and screen readers read: the one field that Slack parses, so it is
escaped. Everything else goes through ``layout`` and ``shapes``, which make nothing that is parsed.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapters.slack import shapes
from adapters.slack.layout import MESSAGE, fitted
from adapters.slack.shapes import Json
from bot.choices import TABLE
from bot.display import inline, shortened, typed_after
from bot.types import Block, BlockKind, Message, Place

COMMAND, NAMED = "/nutgraf", "@nutgraf "
CAUTION = "Extracted by machine; check before you publish."
_FALLBACK_LIMIT = 300
_KEY_MARK = "nutgraf "
_BLOCK_ID_LIMIT = 255
_PREFIX = "nutgraf:"
_MENU = "nutgraf:menu"
_JUDGE = "nutgraf:judge"
_JUDGED = ("useful", "useless")
_MENU_LIMIT = 5
_DIGEST_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_PILCROW = re.compile(r"\s*¶\d+$")
_GAP = " […] "  # between the parts of one statement
_CLOSING = {"“": "”", "‘": "’", "«": "»", '"': '"'}
_OPENING_LEAST = 40  # characters: less of a quote says nothing
_COUNTED = {BlockKind.QUOTE: "quote", BlockKind.FIGURE: "figure", BlockKind.ACTOR: "name"}


def rendered(message: Message, key: str | None = None, prefix: str = f"{COMMAND} ") -> dict[str, Any]:
    """``{"text": ..., "blocks": [...]}`` within Slack's limits, whatever the message holds. ``prefix``: what
    people type before a command there (``prefix_in``).

    With a delivery ``key`` the first block carries it, so that Slack's report of the post tells it
    (``key_of_blocks``). Choices that cannot be pressed (unknown, or of a digest that is not named) are
    not shown.
    """
    message = typed_after(prefix, message)
    body = [block for block in message.blocks if block.kind is not BlockKind.FOOTER]
    blocks = fitted(body, [*_choices(message), *footer(message.blocks)], MESSAGE)
    if not blocks:
        blocks = [shapes.context(["There is nothing to show."])]
    if key is not None:
        blocks[0] = {"type": blocks[0]["type"], "block_id": _KEY_MARK + mark_of(key), **blocks[0]}
    return {"text": fallback(message), "blocks": blocks}


def prefix_in(place: Place) -> str:
    """Direct messages are all said to the bot; a thread has no slash commands, so it is named there."""
    if place.channel[:1] in {"D", "U", "W"}:
        return ""
    return f"{COMMAND} " if place.thread is None else NAMED


def mark_of(key: str) -> str:
    """What of a delivery key is written into a message: itself, or a cut form that is as unique."""
    room = _BLOCK_ID_LIMIT - len(_KEY_MARK)
    if shapes.units(key) <= room and key.isprintable():
        return key
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    readable = "".join(char for char in key if char.isascii() and char.isprintable())
    return f"{readable[: room - 66]}~{digest}"


def key_of_blocks(blocks: object) -> str | None:
    """The ``mark_of`` of the key that a message of ours was rendered with; None for any other."""
    first = blocks[0] if isinstance(blocks, Sequence) and blocks else None
    block_id = first.get("block_id") if isinstance(first, Mapping) else None
    if not isinstance(block_id, str) or not block_id.startswith(_KEY_MARK):
        return None
    return block_id.removeprefix(_KEY_MARK) or None


def fallback(message: Message) -> str:
    """At most 300 characters, escaped: ``Title (Outlet) — 4 quotes, 3 names. “First ...” — Speaker``."""
    titles = _words(message.blocks, BlockKind.TITLE)
    if len(titles) > 1:  # several stories under a line of our own
        told = f"{titles[0]}: {'; '.join(titles[1:])}"
    else:
        told = _headline(message.blocks, titles[0]) if titles else " ".join(_lines(message.blocks))
    limit = _FALLBACK_LIMIT
    text = shortened(told, limit) or "A message from nutgraf"
    while not _room(text):
        limit -= 20
        text = shortened(told, limit)
    return shapes.escaped(text)


def pressed(action: Mapping[str, Any]) -> tuple[str, str | None]:
    """Choice and digest of one action of an interaction payload.

    Raises KeyError for a choice or an action that is not ours, ValueError for a digest's choice without
    a digest.
    """
    action_id = action["action_id"]
    if not isinstance(action_id, str) or not action_id.startswith(_PREFIX):
        raise KeyError(action_id)
    if action_id in {_MENU, _JUDGE}:
        value = action["selected_option"]["value"] if action_id == _MENU else action["value"]
        choice_id, _, digest_id = str(value).partition(":")
    else:
        choice_id, digest_id = action_id.removeprefix(_PREFIX), str(action.get("value") or "")
    if not TABLE[choice_id].of_digest:
        return choice_id, None
    if not _DIGEST_ID.fullmatch(digest_id):
        raise ValueError(f"{choice_id} needs a digest")
    return choice_id, digest_id


# --------------------------------------------------------------------------- choices


def _choices(message: Message) -> list[Json]:
    """Buttons and the menu of quiet ones in a row, then the pair that judges."""
    digest_id = message.digest_id or ""
    named = _DIGEST_ID.fullmatch(digest_id) is not None
    ids = [
        one
        for one in dict.fromkeys(message.choices)
        if one in TABLE and (named or not TABLE[one].of_digest) and (message.more > 0 or one != "more")
    ]
    judged = set(_JUDGED) <= set(ids)
    loud = [one for one in ids if not TABLE[one].quiet and not (judged and one in _JUDGED)]
    row = [_button(one, digest_id, message.more) for one in loud]
    quiet = [(TABLE[one].label, f"{one}:{digest_id}") for one in ids if TABLE[one].quiet]
    if quiet:
        row.append(shapes.overflow(_MENU, quiet[:_MENU_LIMIT]))
    made: list[Json] = [{"type": "actions", "elements": row}] if row else []
    if judged:
        halves = [(TABLE[one].label, f"{one}:{digest_id}") for one in _JUDGED]
        made.append({"type": "context_actions", "elements": [shapes.thumbs(_JUDGE, *halves)]})
    return made


def _button(choice_id: str, digest_id: str, more: int) -> Json:
    choice = TABLE[choice_id]
    label = choice.label.replace("{count}", str(more))
    return shapes.button(_PREFIX + choice_id, label, digest_id if choice.of_digest else "")


def footer(blocks: Sequence[Block]) -> list[Json]:
    """The small lines below everything: what is shown, and that a machine took it; [] for none."""
    told = _words(blocks, BlockKind.FOOTER)
    if not told:
        return []
    limit = shapes.PLAIN_LIMIT // 2 - len(CAUTION) - 1
    return [shapes.context([f"{shortened(' · '.join(told), limit)}\n{CAUTION}"])]


# -------------------------------------------------------------------------- fallback


def _headline(blocks: Sequence[Block], title: str) -> str:
    outlet = next(iter(_words(blocks, BlockKind.SOURCE)), "").partition(" · ")[0]
    counts: Counter[str] = Counter()
    for block in blocks:
        if block.kind in _COUNTED:
            counts[_COUNTED[block.kind]] += block.findings
    told = ", ".join(f"{count} {noun}{'s' * (count != 1)}" for noun, count in counts.items())
    head = title + (f" ({outlet})" if outlet else "") + (f" — {told}." if told else "")
    quotes, speakers = _words(blocks, BlockKind.QUOTE), _words(blocks, BlockKind.SPEAKER)
    if not quotes or not speakers:
        return head
    speaker = _PILCROW.sub("", speakers[0])
    lines = (f"{head} {quote} {speaker}" for quote in _openings(quotes[0]))
    return next((line for line in lines if _room(line)), head)


def _room(text: str) -> bool:
    return shapes.units(shapes.escaped(text)) <= _FALLBACK_LIMIT


def _openings(quote: str) -> Iterator[str]:
    """The quote, then ever shorter openings of it, marked: by its parts, by words while a few are left."""
    yield quote
    parts = quote.split(_GAP)
    for count in range(len(parts) - 1, 0, -1):
        yield _GAP.join(parts[:count]) + _GAP.rstrip()
    close = _CLOSING.get(quote[0], "")
    for limit in range(len(parts[0]) - 10, _OPENING_LEAST, -10):
        yield shortened(parts[0], limit) + close


def _words(blocks: Sequence[Block], kind: BlockKind) -> list[str]:
    """The lines of one kind that hold a word, without their styles."""
    return [line for line in _lines([block for block in blocks if block.kind is kind]) if line]


def _lines(blocks: Sequence[Block]) -> list[str]:
    return ["".join(inline(run.text) for run in block.runs).strip() for block in blocks]
