"""Message -> the content of an ``m.room.message``, and back what of it tells whose it is. Pure.

Sizes: body and HTML are cut by ``render``; with everything else a clear event stays under 12,000 bytes
and its edit, which says everything once and a short line beside it, hardly above. Encrypted, an event is
a third larger, and up to four times where nio escapes letters that are not ASCII: an edit then still stays
under the 65,536 bytes at which every homeserver ends (tests/unit/test_matrix_content.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from html import escape
from typing import Any
from urllib.parse import quote

from adapters.matrix.events import KEY_FIELD
from adapters.matrix.presses import legend
from adapters.matrix.render import LIMIT_BYTES, rendered, size_bytes
from bot.display import inline, shortened
from bot.types import BlockKind, Message

Content = dict[str, Any]

_KEY_LIMIT = 400  # code points; of a room's id 255, of two events' ids 44 each
_OPENING_LIMIT = 120  # of what stands in for an edit
_EDITED = "This message was changed."


class Answering(StrEnum):
    """How a message refers to what it answers: the setting ``answers`` of a room."""

    THREAD = "thread"
    REPLY = "reply"


def content_of(
    message: Message, key: str, *, room_id: str, relation: Content | None = None, to: str | None = None
) -> Content:
    """``to``: the user whom the words are for, in a room with others; nobody else is mentioned, ever."""
    content = {**_shown(message, room_id, to), KEY_FIELD: mark_of(key)}
    if relation is not None:
        content["m.relates_to"] = relation
    return content


def edit_of(event_id: str, message: Message, *, room_id: str) -> Content:
    """The message in place of the event's. Clients that know no edits show the short line."""
    opening = next((_words_of(message, kind) for kind in BlockKind if _words_of(message, kind)), "")
    return {
        "msgtype": "m.notice",
        "body": f"* {shortened(opening, _OPENING_LIMIT) or _EDITED}",
        "m.mentions": {},
        **_NO_CARDS,
        "m.new_content": _shown(message, room_id, None),
        "m.relates_to": {"rel_type": "m.replace", "event_id": event_id},
    }


def relation_to(root: str | None, answering: Answering) -> Content | None:
    """Into the thread of ``root``, or as a reply to it; None: as a message of its own."""
    if root is None:
        return None
    reply: Content = {"m.in_reply_to": {"event_id": root}}
    if answering is Answering.REPLY:
        return reply
    return {"rel_type": "m.thread", "event_id": root, "is_falling_back": True, **reply}


def root_of(content: Mapping[str, Any]) -> str | None:
    """The event whose thread, or whose reply, a content of ours is."""
    relation = content.get("m.relates_to")
    if not isinstance(relation, Mapping):
        return None
    reply = relation.get("m.in_reply_to")
    if relation.get("rel_type") == "m.thread":
        root = relation.get("event_id")
    else:
        root = reply.get("event_id") if isinstance(reply, Mapping) else None
    return root if isinstance(root, str) else None


def mark_of(key: str) -> str:
    """What of a delivery key is written into a message: itself, or a hash of one that is very long."""
    if len(key) <= _KEY_LIMIT and key.isascii():
        return key
    return "~" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def user_link(user: str) -> str:
    """What clients show a user's name for."""
    return f"https://matrix.to/#/{quote(user, safe='@:.-_=+')}"


# Neither Element's card (element-web #33775) nor one of MSC4095: a digest needs no second one
_NO_CARDS: Mapping[str, Any] = {
    "com.beeper.linkpreviews": [],
    "uk.half-shot.unstable.show_url_previews": False,
}


def _shown(message: Message, room_id: str, to: str | None) -> Content:
    name, pill, mentions = "", "", Content()
    if to is not None:
        name = f"{inline(to.removeprefix('@').partition(':')[0]) or to}: "
        pill = f'<a href="{escape(user_link(to))}">{escape(name.removesuffix(": "))}</a>: '
        mentions = {"user_ids": [to]}
    limit_bytes = LIMIT_BYTES - size_bytes([name, pill, mentions])
    body, html = rendered(message, room_id=room_id, tail=legend(message), limit_bytes=limit_bytes)
    if pill:
        body = name + body
        html = html.replace("<p>", f"<p>{pill}", 1) if html.startswith("<p>") else f"<p>{pill}</p>{html}"
    return {
        "msgtype": "m.notice",
        "body": body,
        "format": "org.matrix.custom.html",
        "formatted_body": html,
        "m.mentions": mentions,
        **_NO_CARDS,
    }


def _words_of(message: Message, kind: BlockKind) -> str:
    """The first line of that kind that holds a word."""
    lines = ("".join(run.text for run in block.runs) for block in message.blocks if block.kind is kind)
    return next((line for line in lines if inline(line).strip()), "")
