"""Characters that are no text: taken out once, before anything is measured or cut.

Quote marks, dashes and letters stay as printed; only white space is folded.
"""

from __future__ import annotations

import re

# C0 and C1 controls without tab, line feed and carriage return; lone surrogates; noncharacters.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# Zero-width and bidirectional controls, soft hyphen, byte order mark, object replacement.
_UNSEEN = re.compile(
    "[\u00ad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffc]"
)
# Joiners carry meaning between letters of Indic and Arabic script and inside emoji, not in Latin text.
_JOINER = re.compile("(?<![^\x00-\u024f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\u024f])")
_SPACE = re.compile(r"\s+")


def without_controls(text: str) -> str:
    """``text`` that any parser takes: a control character becomes a space."""
    return _CONTROL.sub(" ", text)


def one_line(text: str) -> str:
    """White space (also no-break) folded to single spaces, unseen characters out, rims trimmed."""
    if not text.isascii():
        text = _JOINER.sub("", _UNSEEN.sub("", text))
    return _SPACE.sub(" ", text).strip()
