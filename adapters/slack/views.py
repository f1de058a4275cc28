"""Windows: everything of a digest, its citations, and the report of a wrong quote. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.slack import shapes
from adapters.slack.layout import VIEW, fitted
from adapters.slack.render import COMMAND, footer
from adapters.slack.shapes import Json
from bot.display import inline, shortened, typed_after
from bot.types import Block, BlockKind, Message

DETAIL = "nutgraf_detail"
WRONG = "nutgraf_wrong"
_TITLE_LIMIT = 24
_METADATA_LIMIT = 3000
_WORDS_BLOCK = "nutgraf_words"
_WORDS_ACTION = "nutgraf:words"
_WORDS_LIMIT = 1000
_CITED = re.compile(r"https?://\S")


def detail_view(title: str, message: Message) -> Json:
    """A window that shows ``message``, whatever its size; what Slack has no room for is left out in so
    many words. Lines that hold an address (citations) stand each in a frame of its own, to be copied.
    """
    message = typed_after(f"{COMMAND} ", message)
    if any(map(_is_citation, message.blocks)):
        shown = _framed(message.blocks)
    else:
        body = [block for block in message.blocks if block.kind is not BlockKind.FOOTER]
        shown = fitted(body, footer(message.blocks), VIEW)
    if not shown:
        shown = [shapes.context(["There is nothing to show."])]
    return {
        "type": "modal",
        "callback_id": DETAIL,
        "title": shapes.words_of(_fitting(title)),
        "close": shapes.words_of("Close"),
        "blocks": shown,
    }


def wrong_view(digest_id: str, metadata: str = "") -> Json:
    """A window that asks what is wrong; ``reported`` reads the answer.

    Raises ValueError for metadata that Slack would refuse.
    """
    about = (
        "Say which quote, name or figure is wrong, and how. The report stays on the machine that runs this"
        f" bot, beside digest {shortened(digest_id, 64)}."
    )
    return {
        "type": "modal",
        "callback_id": WRONG,
        "private_metadata": _metadata(metadata),
        "title": shapes.words_of("Report a wrong quote"),
        "submit": shapes.words_of("Report"),
        "close": shapes.words_of("Cancel"),
        "blocks": [
            {
                "type": "input",
                "block_id": _WORDS_BLOCK,
                "label": shapes.words_of("What is wrong?"),
                "hint": shapes.words_of(about),
                "element": {
                    "type": "plain_text_input",
                    "action_id": _WORDS_ACTION,
                    "multiline": True,
                    "focus_on_load": True,
                    "max_length": _WORDS_LIMIT,
                },
            }
        ],
    }


def reported(view: Mapping[str, Any]) -> str:
    """The words typed into ``wrong_view``, from the view of a ``view_submission``; "" for none.

    Raises KeyError for another view.
    """
    given = view["state"]["values"][_WORDS_BLOCK][_WORDS_ACTION]["value"]
    return " ".join(str(given or "").split())


def _is_citation(block: Block) -> bool:
    if block.kind is not BlockKind.TEXT:
        return False
    return _CITED.search("".join(run.text for run in block.runs)) is not None


def _framed(blocks: Sequence[Block]) -> list[Json]:
    """Each citation in a frame; as many as there is room for, and how many that is."""
    made: list[Json] = []
    for place, block in enumerate(blocks):
        words = "".join(inline(run.text) for run in block.runs).strip()
        if not words:
            continue
        framed = shapes.boxed(shapes.leaf(words)) if _is_citation(block) else shapes.line(shapes.leaf(words))
        if len(made) >= VIEW.blocks - 1 or shapes.size([*made, framed]) > VIEW.json:
            left = sum(map(_is_citation, blocks[place:]))
            told = f"Left out, since Slack takes no more in one window: {left} citations."
            made.append(shapes.context([told]))
            break
        made.append(shapes.rich([framed]))
    return made


def _fitting(title: str) -> str:
    text = shortened(title, _TITLE_LIMIT) or "nutgraf"
    return text if shapes.units(text) <= _TITLE_LIMIT else text[: _TITLE_LIMIT // 2]


def _metadata(text: str) -> str:
    if shapes.units(text) > _METADATA_LIMIT:
        raise ValueError("metadata of a window is at most 3,000 characters")
    return text
