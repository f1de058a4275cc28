"""Links in chat text, their canonical form, and links that open at a passage. Layer 0.

Nothing here resolves a name or opens a connection; whether a link may be fetched is ``bot.fetch``'s
question. Every function takes any string.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from urllib.parse import SplitResult, quote, urlsplit

from bot.errors import BadLink
from bot.text import fold

DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST_LIMIT, _LABEL_LIMIT = 253, 63

# Slack wraps every link: <https://a/?x=1&amp;y=2|label>; Markdown has [label](https://a/ "title") and
# <https://a/>; a bare link runs on to a blank or to a bracket or mark that chats put around links.
_LINK = re.compile(
    r"<\s*(?P<angled>https?://[^\s<>|]+)\s*(?:\|[^<>]*)?>"
    r"|\[[^\[\]\n]*\]\(\s*<?(?P<labelled>(?=https?://))"
    r"|(?<![\w@/])(?P<bare>(?:https?://|www\.(?=[^\s.]))[^\s<>\"`|\\^{}\u201c\u201d\u00ab\u00bb]+)",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?'\"*_~\u2018\u2019\u201c\u201d\u2026\u3002\uff0c"
_BRACKETS = {")": "(", "]": "[", "}": "{"}
_ENTITIES = {"&amp;": "&", "&#38;": "&", "&#x26;": "&"}


def find_links(text: str) -> list[str]:
    """The http(s) links in a chat message, in order, each once, as somebody meant them.

    Understands Slack's ``<link|label>`` with ``&amp;``, Markdown's ``[label](link)`` and
    ``<link>``, bare links with the sentence's punctuation behind them, and ``www.`` without a
    scheme (read as https). A label is never taken for a link.
    """
    found: dict[str, None] = {}
    match = _LINK.search(text)
    while match is not None:
        link, end = _taken(text, match)
        if link is not None:
            found.setdefault(link)
        match = _LINK.search(text, end)
    return list(found)


def _taken(text: str, match: re.Match[str]) -> tuple[str | None, int]:
    """The link of one hit of ``_LINK`` and where the text goes on behind it."""
    if match["angled"] is not None:
        return _meant(match["angled"]), match.end()
    if match["bare"] is not None:
        raw = re.split(r"&[lg]t;", match["bare"], maxsplit=1, flags=re.IGNORECASE)[0]
        return _meant(_without_tail(_unescaped(raw))), match.end()
    end = _closing(text, match.end())
    return _meant(re.split(r"[\s>]", text[match.end() : end], maxsplit=1)[0]), end


def _closing(text: str, start: int) -> int:
    """Index of the ``)`` that closes a Markdown link, or the end of the line."""
    depth = 0
    for index in range(start, len(text)):
        char = text[index]
        if char == "\n":
            return index
        if char == "(":
            depth += 1
        elif char == ")":
            if depth == 0:
                return index
            depth -= 1
    return len(text)


def _without_tail(link: str) -> str:
    """``link`` without the sentence's punctuation and without brackets it did not open."""
    surplus = {close: link.count(close) - link.count(open_) for close, open_ in _BRACKETS.items()}
    end = len(link)
    while end:
        last = link[end - 1]
        if surplus.get(last, 0) > 0:
            surplus[last] -= 1
        elif last not in _TRAILING:
            break
        end -= 1
    return link[:end]


def _unescaped(link: str) -> str:
    for entity, char in _ENTITIES.items():
        link = link.replace(entity, char)
    return link


def _meant(link: str) -> str | None:
    """The link with a scheme and its ``&`` back; None when no host is left."""
    link = _unescaped(link)
    if link[:4].lower() == "www.":
        link = f"https://{link}"
    return link if host_of(link) else None


# ------------------------------------------------------------------------- canonical


def host_of(url: str) -> str:
    """The host in lower case, IDN as ``xn--``, without port; "" when there is none."""
    try:
        return ascii_host(_split(url).hostname or "")
    except ValueError:
        return ""


def ascii_host(host: str) -> str:
    """A host as it is sent: lower case, each non-ASCII label in punycode, no final dot.

    Follows the WHATWG host parser for the cases that occur (NFKC, lower case, sharp s kept).
    Raises ValueError for a label that has no such form, and for one over 63 letters: DNS knows none
    (RFC 1035, 2.3.4), and punycode takes 27 s over 10,000.
    """
    if len(host) > _HOST_LIMIT:
        raise ValueError("host too long")
    folded = unicodedata.normalize("NFKC", host).lower()
    folded = unicodedata.normalize("NFC", folded.replace("\u3002", "."))
    return ".".join(_ascii_label(label) for label in folded.rstrip(".").split("."))


def _ascii_label(label: str) -> str:
    if len(label) > _LABEL_LIMIT:
        raise ValueError("label too long")
    return label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")


def canonical(url: str) -> str:
    """One spelling for one page, still a working link. Raises BadLink unless http(s) with a host.

    Scheme and host in lower case, IDN as ``xn--``; default port, userinfo, fragment and tracking
    parameters (``tracking_parameters.txt``) dropped; the other parameters keep their order and
    spelling. A final slash stays as it is, because ``/a`` and ``/a/`` may be two pages; only an
    empty path becomes ``/``. AMP addresses are the reader's business: it knows the page's own link.
    """
    try:
        parts = _split(url)
        scheme, port = parts.scheme.lower(), parts.port
        host = ascii_host(parts.hostname or "")
    except ValueError:
        raise BadLink(url) from None
    if scheme not in DEFAULT_PORTS or not host:
        raise BadLink(url)
    shown = f"[{host}]" if ":" in host else host
    netloc = shown if port in {None, DEFAULT_PORTS[scheme]} else f"{shown}:{port}"
    query = _untracked(parts.query).rstrip()  # blanks before a fragment are at the rim, once it is dropped
    path = parts.path if query else parts.path.rstrip()
    return f"{scheme}://{netloc}{path or '/'}" + (f"?{query}" if query else "")


def _split(url: str) -> SplitResult:
    """Like ``urlsplit``, blanks at the rims dropped; raises ValueError for a broken host."""
    return urlsplit(url.strip().replace("\\", "/"))


def _untracked(query: str) -> str:
    exact, prefixes = _tracking()
    kept = []
    for pair in query.split("&"):
        name = pair.partition("=")[0].lower()
        if pair and name not in exact and not name.startswith(prefixes):
            kept.append(pair)
    return "&".join(kept)


@lru_cache(maxsize=1)
def _tracking() -> tuple[frozenset[str], tuple[str, ...]]:
    """Exact names, and prefixes from the entries that end in ``*``."""
    lines = resources.files("bot").joinpath("tracking_parameters.txt").read_text("utf-8").splitlines()
    names = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    prefixes = tuple(name[:-1] for name in names if name.endswith("*"))
    return frozenset(name for name in names if not name.endswith("*")), prefixes


# -------------------------------------------------------------------------- passages
# WICG URL Fragment Text Directives: #:~:text=[prefix-,]start[,end][,-suffix]

# Up to here the whole passage goes into the link; a longer one is named by its first and last words,
# which keeps a chat line short and lets the passage run over several blocks (the directive allows it
# only with an end).
_WHOLE_WORDS = 10
_RIM_WORDS = (4, 6, 9, 14)  # words of start and end, longer only where shorter ones stand elsewhere too
_CONTEXT_WORDS = (0, 2, 4, 8)  # words of prefix and suffix, likewise
_TOKEN = re.compile(r"\S+")  # a term is cut at blanks: a browser wants whole words at its rims
_NEAR = 400  # code points before and after a passage in which its context is looked for


def passage_url(url: str, text: str, start: int, end: int) -> str:
    """``url`` with a text fragment that scrolls to ``text[start:end]`` and marks it.

    The passage is widened or narrowed to whole words. The directive is tried against ``text`` by the
    browser's rules (folded, whole words, first match wins) and grows a prefix and suffix until its
    only reading is this passage; where no directive says that, or the passage has no word, the plain
    ``url`` is the answer. An element fragment of ``url`` is kept, a text directive is replaced.
    Raises ValueError unless ``0 <= start < end <= len(text)``.
    """
    if not 0 <= start < end <= len(text):
        raise ValueError(f"not a passage: [{start}, {end}) of {len(text)}")
    bare, _, fragment = url.partition("#")
    fragment = fragment.partition(":~:")[0]
    base = f"{bare}#{fragment}" if fragment else bare
    words = _whole_words(text, start, end)
    directive = _directive(_folded(text), *words) if words else None
    if directive is None:
        return base
    return f"{bare}#{fragment}:~:text={directive.encoded(text)}"


@dataclass(frozen=True, slots=True)
class _Directive:
    """Offsets of the four terms in the text; an absent term is None."""

    first: tuple[int, int]
    last: tuple[int, int] | None = None
    prefix: tuple[int, int] | None = None
    suffix: tuple[int, int] | None = None

    def encoded(self, text: str) -> str:
        terms = [_encoded(text, self.prefix) + "-"] if self.prefix else []
        terms.append(_encoded(text, self.first))
        if self.last:
            terms.append(_encoded(text, self.last))
        if self.suffix:
            terms.append("-" + _encoded(text, self.suffix))
        return ",".join(terms)


def _encoded(text: str, term: tuple[int, int]) -> str:
    """Every character but letters, digits, ``_``, ``.`` and ``~`` as %XX, so also ``&`` ``,`` ``-``."""
    return quote(" ".join(text[slice(*term)].split()), safe="").replace("-", "%2D")


@lru_cache(maxsize=2)
def _folded(text: str) -> str:
    """A story has dozens of passages; folding it once saves most of their cost."""
    return fold(text)


def _whole_words(text: str, start: int, end: int) -> tuple[int, int] | None:
    """[start, end) moved to the rims of the words it touches; None when it touches none."""
    while start < end and not _in_word(text, start):
        start += 1
    while end > start and not _in_word(text, end - 1):
        end -= 1
    if start == end:
        return None
    while start > 0 and _in_word(text, start - 1):
        start -= 1
    while end < len(text) and _in_word(text, end):
        end += 1
    return start, end


def _in_word(text: str, index: int) -> bool:
    """A letter, a digit, an accent of its own, or an apostrophe between two letters."""
    char = text[index]
    if char.isalnum() or unicodedata.category(char)[0] == "M":
        return True
    return char in "'\u2019" and text[max(index - 1, 0)].isalnum() and text[index + 1 : index + 2].isalnum()


def _directive(folded: str, start: int, end: int) -> _Directive | None:
    """The shortest directive whose first match in ``folded`` is [start, end)."""
    tokens = [m.span() for m in _TOKEN.finditer(folded, start, end)]
    whole = len(tokens) <= _WHOLE_WORDS and "\n" not in folded[start:end]
    sizes = [n for n in _RIM_WORDS if 2 * n <= len(tokens)] or [len(tokens) // 2]
    for context in _CONTEXT_WORDS:
        prefix, suffix = _before(folded, start, context), _after(folded, end, context)
        if whole:
            tries = [_Directive((start, end), None, prefix, suffix)]
        else:
            tries = [
                _Directive(
                    (start, _line_end(folded, start, tokens[n - 1][1])),
                    (_line_start(folded, tokens[-n][0], end), end),
                    prefix,
                    suffix,
                )
                for n in sizes
            ]
        for tried in tries:
            if _first_match(folded, tried) == (start, end):
                return tried
    return None


def _line_end(folded: str, start: int, end: int) -> int:
    """``end``, or the end of the line of ``start``: one term never runs over two blocks."""
    cut = folded.find("\n", start, end)
    return end if cut < 0 else start + len(folded[start:cut].rstrip())


def _line_start(folded: str, start: int, end: int) -> int:
    """``start``, or the start of the line of ``end``."""
    cut = folded.rfind("\n", start, end) + 1
    return start if cut == 0 else _past_blanks(folded, cut)


def _before(folded: str, start: int, count: int) -> tuple[int, int] | None:
    """The last ``count`` words of the same line before ``start``; None when there are none."""
    line = max(folded.rfind("\n", 0, start) + 1, start - _NEAR)
    hits = [m.span() for m in _TOKEN.finditer(folded, line, start)]
    if line == start - _NEAR:
        hits = hits[1:]  # the first may be half a word
    kept = hits[-count:] if count else []
    return (kept[0][0], kept[-1][1]) if kept else None


def _after(folded: str, end: int, count: int) -> tuple[int, int] | None:
    """The first ``count`` words of the same line behind ``end``; None when there are none."""
    line = folded.find("\n", end, end + _NEAR)
    stop = line if line >= 0 else min(len(folded), end + _NEAR)
    hits = [m.span() for m in _TOKEN.finditer(folded, end, stop)]
    if line < 0 and stop < len(folded):
        hits = hits[:-1]
    kept = hits[:count]
    return (kept[0][0], kept[-1][1]) if kept else None


def _first_match(folded: str, directive: _Directive) -> tuple[int, int] | None:
    """Where a browser ends up: the algorithm "find a range from a text directive" of the draft."""
    first = folded[slice(*directive.first)]
    prefix = folded[slice(*directive.prefix)] if directive.prefix else ""
    suffix = folded[slice(*directive.suffix)] if directive.suffix else ""
    position = 0
    while True:
        found = _bounded_find(folded, prefix or first, position)
        if found < 0:
            return None
        position = found + 1
        at = _past_blanks(folded, found + len(prefix)) if prefix else found
        if not folded.startswith(first, at):
            continue
        end = at + len(first)
        if directive.last is not None:
            return _range_end(folded, at, end, folded[slice(*directive.last)], suffix)
        if _followed(folded, end, suffix):
            return at, end


def _range_end(folded: str, at: int, position: int, last: str, suffix: str) -> tuple[int, int] | None:
    """The first ``last`` after ``position`` with ``suffix`` behind it, as a range from ``at``."""
    while (found := _bounded_find(folded, last, position)) >= 0:
        if _followed(folded, found + len(last), suffix):
            return at, found + len(last)
        position = found + 1
    return None


def _followed(folded: str, end: int, suffix: str) -> bool:
    if suffix:
        return folded.startswith(suffix, _past_blanks(folded, end))
    return end >= len(folded) or not (_in_word(folded, end) and _in_word(folded, end - 1))


def _bounded_find(folded: str, term: str, position: int) -> int:
    """First index of ``term`` from ``position`` on that does not begin inside a word; -1 for none."""
    found = folded.find(term, position)
    while found > 0 and _in_word(folded, found) and _in_word(folded, found - 1):
        found = folded.find(term, found + 1)
    return found


def _past_blanks(folded: str, index: int) -> int:
    while index < len(folded) and folded[index].isspace():
        index += 1
    return index
