"""Reactions as buttons: which sign stands for which choice, and the line that says so. Pure.

A choice that has no sign is typed: ``cite``, ``wrong`` and ``mute`` are commands, and a thumb under a
digest is what people say to each other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.choices import TABLE
from bot.types import Message

# sign -> choice. Where two stand for one, the first is named.
SIGNS: Mapping[str, str] = {
    "➕": "more",
    "🔁": "reread",
    "🔄": "reread",
    "❌": "delete",
    "🗑": "delete",
    "✅": "auto-on",
    "💬": "auto-mention",
    "🔕": "auto-off",
}
_WORDS: Mapping[str, str] = {
    "more": "{count} more",
    "reread": "re-read",
    "retry": "try again",
    "delete": "delete",
    "auto-on": "on",
    "auto-mention": "only when I am mentioned",
    "auto-off": "off",
}
_SAME = {"retry": "reread"}  # one command, one sign: ``bot.choices``
_VARIATION = "\ufe0e\ufe0f"  # "as text", "as a picture": clients add and drop them
_TONES = "\U0001f3fb-\U0001f3ff"  # of the skin
_VARIED = re.compile(f"[{_VARIATION}{_TONES}]")
_DIGEST_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


def pressed(sign: str) -> str | None:
    """The choice that a reaction stands for; None for a reaction that is none of ours."""
    return SIGNS.get(_VARIED.sub("", sign))


def sign_of(choice_id: str) -> str | None:
    wanted = _SAME.get(choice_id, choice_id)
    return next((sign for sign, choice in SIGNS.items() if choice == wanted), None)


def legend(message: Message) -> str:
    """``React: ➕ 13 more · 🔁 re-read · ❌ delete``; "" where there is nothing to press. Choices that cannot
    be pressed (unknown, or of a digest that is not named) are not shown."""
    named = _DIGEST_ID.fullmatch(message.digest_id or "") is not None
    shown: dict[str, str] = {}
    for choice in message.choices:
        sign = sign_of(choice)
        if sign is None or choice not in _WORDS or (TABLE[choice].of_digest and not named):
            continue
        if choice != "more" or message.more > 0:
            shown.setdefault(sign, _WORDS[choice].replace("{count}", str(message.more)))
    return "React: " + " · ".join(f"{sign} {words}" for sign, words in shown.items()) if shown else ""
