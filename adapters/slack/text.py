"""What somebody typed, out of the text of a Slack message. Pure; every function takes any string.

Slack sends ``<https://example.org/a?x=1&amp;y=2|label>``, ``<@U1|name>``, ``<#C1|name>``, ``<!here>`` and
``<mailto:a@b.org|a@b.org>`` in angle brackets, and ``&``, ``<``, ``>`` of the person's own as ``&amp;``,
``&lt;``, ``&gt;`` (docs.slack.dev/messaging/formatting-message-text).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.errors import BadLink
from bot.urls import canonical, find_links, host_of

_MARK = re.compile(r"<([^<>]*)>")
_ESCAPE = re.compile(r"&(amp|lt|gt);")
_ESCAPED = {"amp": "&", "lt": "<", "gt": ">"}
# Slack takes a backtick for code only at the rim of a word: "don`t" opens nothing
_CODE = re.compile(r"```(?P<block>.+?)```|(?<![\w`])`(?P<inline>[^`\n]+)`(?![\w`])", re.DOTALL)
_OPAQUE = "\ufffc"  # stands for what is inside a mark while code is looked for
_USER = re.compile(r"@([UW][A-Z0-9]*)(?:\|(.*))?", re.DOTALL)
# a workspace's own pages: a message, a file, a canvas; nothing to be read there without signing in
_INSIDE_SLACK = ("/archives/", "/files/", "/docs/", "/canvas/", "/lists/", "/client/", "/huddle/", "/team/")


@dataclass(frozen=True, slots=True)
class Typed:
    """``text``: the words, one style, marks resolved, without the bot's name. ``links``: http(s), in order,
    each once. ``named``: the bot was mentioned; ``leads``: by the first word; ``after``: the words that
    follow its first mention."""

    text: str
    links: tuple[str, ...] = ()
    named: bool = False
    leads: bool = False
    after: str = ""


def typed(raw: str, bot_user: str = "") -> Typed:
    """Read a message's ``text``.

    What Slack marked as a link is a link; only where it marked none, links are looked for in the words
    (a slash command's text comes as it was typed). A link in code is shown, not shared; so is a bare host
    that Slack marked by itself ("readme.md"). Quoted lines are read like others: whoever quotes a link
    pastes it.
    """
    code = _code_ranges(raw)
    out: list[str] = []
    links: dict[str, None] = {}
    outside: list[str] = []  # the words outside code
    mention: int | None = None  # index in ``out`` of the bot's first mention
    marked = False
    for start, end, inside, in_code in _pieces(raw, code):
        if inside is None:
            words = _unescaped(raw[start:end])
        elif bot_user and _is_user(inside, bot_user):
            mention = len(out) if mention is None else mention
            words = " "
        else:
            words, link = _resolved(inside)
            marked = marked or _is_web(inside)
            if link is not None and not in_code:
                links.setdefault(link)
        out.append(words)
        if not in_code:
            outside.append(words)
    if not marked:
        links = dict.fromkeys(find_links("".join(outside)))
    text = _trimmed("".join(out))
    if mention is None:
        return Typed(text, tuple(links))
    after = _trimmed("".join(out[mention + 1 :])).lstrip(":, ")  # "@nutgraf: help"
    leads = not "".join(out[:mention]).strip()
    return Typed(after if leads else text, tuple(links), named=True, leads=leads, after=after)


def into_slack(link: str) -> bool:
    """A link to something inside a workspace: a message, a file, a canvas."""
    host = host_of(link)
    return host.endswith(".slack.com") and urlsplit(link.strip()).path.startswith(_INSIDE_SLACK)


def new_links(before: tuple[str, ...], now: tuple[str, ...]) -> tuple[str, ...]:
    """Those of ``now`` that lead to another page than all of ``before``."""
    known = {_page(link) for link in before}
    return tuple(link for link in now if _page(link) not in known)


def _page(link: str) -> str:
    try:
        return canonical(link)
    except BadLink:  # a port out of range: the fetcher will say so
        return link


def _code_ranges(raw: str) -> list[tuple[int, int, int, int]]:
    """(start, end) of each stretch of code with its backticks, and of what is between them."""
    masked = _MARK.sub(lambda mark: "<" + _OPAQUE * len(mark[1]) + ">", raw)
    ranges = []
    for match in _CODE.finditer(masked):
        group = "block" if match["block"] is not None else "inline"
        ranges.append((match.start(), match.end(), match.start(group), match.end(group)))
    return ranges


def _pieces(raw: str, code: list[tuple[int, int, int, int]]) -> list[tuple[int, int, str | None, bool]]:
    """``raw`` in order, without the backticks of code: (start, end, inside of a mark or None, in code)."""
    pieces: list[tuple[int, int, str | None, bool]] = []
    at = 0
    for start, end, inner_start, inner_end in [*code, (len(raw),) * 4]:
        pieces += _marks(raw, at, start, in_code=False)
        pieces += _marks(raw, inner_start, inner_end, in_code=True)
        at = end
    return pieces


def _marks(raw: str, start: int, end: int, *, in_code: bool) -> list[tuple[int, int, str | None, bool]]:
    pieces: list[tuple[int, int, str | None, bool]] = []
    for mark in _MARK.finditer(raw, start, end):
        pieces.append((start, mark.start(), None, in_code))
        pieces.append((mark.start(), mark.end(), mark[1], in_code))
        start = mark.end()
    pieces.append((start, end, None, in_code))
    return pieces


def _resolved(inside: str) -> tuple[str, str | None]:
    """A mark as words, and the link that it is."""
    target, _, label = inside.partition("|")
    target, label = _unescaped(target), _unescaped(label)
    kind = target[:1]
    if kind == "@":
        return _user(inside), None
    if kind == "#":
        return f"#{label or target[1:]}", None
    if kind == "!":
        return _special(target[1:], label), None
    if _is_web(target):
        return _link(target.strip(), label)
    scheme, _, rest = target.partition(":")
    return (label or (rest if scheme.lower() in {"mailto", "tel"} else target)), None


def _link(target: str, label: str) -> tuple[str, str | None]:
    """A link that Slack made of words without a scheme stays those words, read as https (as ``bot.urls``
    and the commands read them)."""
    if not host_of(target):
        return target, None
    scheme, _, rest = target.partition("://")
    if label and rest.rstrip("/") == label.rstrip("/") and scheme.lower() == "http":
        parts = urlsplit(target)
        return label, f"https://{label}" if parts.path.strip("/") or parts.query else None
    return target, target


def _is_web(target: str) -> bool:
    return target.lower().startswith(("http://", "https://"))


def _user(inside: str) -> str:
    """``@U1`` or ``@U1|name``, the name as one word."""
    match = _USER.fullmatch(inside)
    if match is None:
        return _unescaped(inside)
    name = "_".join(_unescaped(match[2] or "").split())
    return f"@{match[1]}|{name}" if name else f"@{match[1]}"


def _is_user(inside: str, user: str) -> bool:
    match = _USER.fullmatch(inside)
    return match is not None and match[1] == user


def _special(target: str, label: str) -> str:
    """``<!here>``, ``<!subteam^S1|@desk>``, ``<!date^1^{date}|4 May>``."""
    name = target.partition("^")[0]
    if name in {"here", "channel", "everyone"}:
        return f"@{name}"
    return label or f"@{target}"


def _unescaped(text: str) -> str:
    """Each escape once, in one pass: ``&amp;lt;`` is the four letters ``&lt;``."""
    return _ESCAPE.sub(lambda match: _ESCAPED[match[1]], text)


def _trimmed(text: str) -> str:
    """Blanks at the rims of lines and doubled ones gone; lines stay lines."""
    return "\n".join(" ".join(line.split()) for line in text.splitlines()).strip()
