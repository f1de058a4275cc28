"""From bytes to text. ``decode`` never raises: a page is always some string.

Order: byte order mark; UTF-8 where the bytes prove it; the HTTP header; the ``<meta>`` tag; a guess by
charset_normalizer; Windows-1252, which decodes anything. Labels are read the way browsers read them
(WHATWG Encoding: "iso-8859-1" means Windows-1252, "gb2312" means GB 18030).
"""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.\-]{2,40})", re.I)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([A-Za-z0-9_:.\-]{2,40})", re.I)
_META_WINDOW_BYTES = 4096  # browsers look at 1024; real pages put scripts before the tag
_GUESS_WINDOW_BYTES = 32_768
# WHATWG Encoding standard, "names and labels": what a label means to a browser.
_MEANS = {
    "ascii": "cp1252", "us-ascii": "cp1252", "iso-8859-1": "cp1252", "iso8859-1": "cp1252",
    "latin-1": "cp1252", "latin1": "cp1252", "x-cp1252": "cp1252", "gb2312": "gb18030",
    "gbk": "gb18030", "x-gbk": "gb18030", "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932",
    "x-sjis": "cp932", "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "big5": "big5hkscs",
    "iso-8859-9": "cp1254", "tis-620": "cp874", "iso-8859-11": "cp874", "utf8": "utf-8",
    "unicode-1-1-utf-8": "utf-8", "x-user-defined": "cp1252",
}  # fmt: skip
_UNITS = ("utf-16", "utf-32")
_NEVER_IN_A_WORD = re.compile(
    r"[A-Za-zÀ-ÿ][¡¢¤¥¦¨©ª¬®¯°±²³´µ¶·¸¹º¼½¾¿×÷][A-Za-zÀ-ÿ]|\w[À-ÖØ-Þ][a-zà-ÿ]|[¹³¿][a-z]"
)
_SPOILT_SHARE = 0.002  # up to two bad bytes in a thousand are forgiven in a declared encoding


def decode(body: bytes, charset: str | None = None) -> str:
    """``body`` as text without a byte order mark. ``charset`` is the HTTP header's, if any."""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    try:
        return body.decode("utf-8")  # valid multi-byte UTF-8 by accident is next to impossible
    except UnicodeDecodeError:
        pass
    wide = _wide(body)
    if wide is not None:
        return body.decode(wide, "replace")
    for label in (charset, _declared(body)):
        text = _try(body, label)
        if text is not None:
            return text
    if _nearly_utf8(body):
        return body.decode("utf-8", "replace")
    return _guessed(body)


def _wide(body: bytes) -> str | None:
    """UTF-16 without a mark, told by where the zero bytes of its ASCII markup stand."""
    head = body[:400]
    if len(head) < 8:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) * 0.3 and even < len(head) * 0.05:
        return "utf-16-le"
    if even > len(head) * 0.3 and odd < len(head) * 0.05:
        return "utf-16-be"
    return None


def _declared(body: bytes) -> str | None:
    found = _XML.search(body[:200]) or _META.search(body[:_META_WINDOW_BYTES])
    return found.group(1).decode("ascii") if found else None


def _nearly_utf8(body: bytes) -> bool:
    """UTF-8 cut short or spoilt in a few places: most of its non-ASCII characters are whole."""
    text = body[:_GUESS_WINDOW_BYTES].decode("utf-8", "replace")
    spoilt = text.count("\ufffd")
    return spoilt * 5 <= sum(char > "\x7f" for char in text) - spoilt


def _try(body: bytes, label: str | None) -> str | None:
    """The text if ``label`` names an encoding that fits but for a few spoilt bytes."""
    if not label:
        return None
    name = label.strip().strip("\"'").lower()
    name = _MEANS.get(name, name)
    if name.startswith(_UNITS):
        return None  # a page whose ASCII markup we can see is in no wide encoding
    try:
        text = body.decode(name, "replace")
    except (LookupError, ValueError):
        return None
    spoilt = text.count("\ufffd")
    return text if spoilt <= max(3, len(text) * _SPOILT_SHARE) else None


def _is_western(text: str) -> bool:
    """Mostly ASCII, and no sign of Windows-1252 that never stands inside a word stands inside one.

    A detector takes a short English text with one pound sign for Polish.
    """
    high = sum(char > "\x7f" for char in text)
    return high * 8 < len(text) and "\ufffd" not in text and _NEVER_IN_A_WORD.search(text) is None


def _guessed(body: bytes) -> str:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - slow to import, seldom needed

    sample = re.sub(rb"<[^>]{0,2000}>", b" ", body[:_GUESS_WINDOW_BYTES])
    western = sample.decode("cp1252", "replace")
    if _is_western(western):
        return body.decode("cp1252", "replace")
    best = from_bytes(sample, threshold=0.3).best()
    text = _try(body, best.encoding) if best is not None else None
    return text if text is not None else body.decode("cp1252", "replace")
