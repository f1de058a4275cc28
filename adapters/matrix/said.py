"""What somebody typed, out of the content of an ``m.room.message``. Pure; every function takes any object.

``body`` is plain text, mostly the Markdown that was typed; ``formatted_body`` is read only for pills
(``<a href="https://matrix.to/#/@ann:example.org">Ann</a>``), of which ``body`` shows the label alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote, urlsplit

from adapters.matrix.raw import Raw, map_at, text_at, texts_at
from bot.errors import BadLink
from bot.urls import canonical, find_links, host_of

_SPOKEN = frozenset({"m.text", "m.emote"})  # never m.notice: that is how bots speak, and bots must not chat
_CAPTIONED = frozenset({"m.image", "m.file", "m.video", "m.audio"})
_FALLBACK = re.compile(r"> <[^>\n]*>.*(?:\n>.*)*\n+")  # of clients that quote what they reply to
_CODE = re.compile(r"```.+?```|(?<![\w`])`[^`\n]+`(?![\w`])", re.DOTALL)
_TO_USER = r"https://matrix\.to/#/(?P<user>(?:@|%40)[^\s\"'<>?)/]{1,255})(?:[/?][^\s\"'<>)]{0,255})?"
_PILL = re.compile(rf'<a\s[^<>]{{0,200}}?href="{_TO_USER}"[^<>]*>(?P<label>[^<>]{{1,255}})</a>')
_MARKDOWN_PILL = re.compile(rf"\[(?P<label>[^\[\]\n]{{0,255}})\]\(<?{_TO_USER}>?\)")
_PILLS = 50  # in one message; more is no talk
_INTO_MATRIX = ("/room/", "/user/", "/!", "/@", "/#", "/%")  # fragments of Element's links and matrix.to's


@dataclass(frozen=True, slots=True)
class Said:
    """``text``: the words, lines kept, without the bot's name if that leads. ``links``: http(s), in order,
    each once; none that is quoted, shown as code, or leads into Matrix. ``named``: the bot was spoken to or
    mentioned; ``leads``: by the first word; ``after``: the words behind its name; ``prefixed``: by the
    prefix of commands, which is gone from ``text``."""

    text: str
    links: tuple[str, ...] = ()
    named: bool = False
    leads: bool = False
    after: str = ""
    prefixed: bool = False


def words_of(content: Raw) -> str | None:
    """What a person typed; None for what is no message of a person."""
    kind, body = text_at(content, "msgtype"), text_at(content, "body")
    if kind in _CAPTIONED:
        name = text_at(content, "filename")
        return body if name and name != body else None
    return body if kind in _SPOKEN and body else None


def said(content: Raw, me: str, names: tuple[str, ...] = (), prefix: str = "") -> Said | None:
    """Read a message's ``content``. ``me``: the bot's user id, ``names``: its display names.

    A reply mentions whoever wrote what is replied to, so that a reply to the bot does not yet name it.
    None for what is no message of a person.
    """
    words = words_of(content)
    if words is None:
        return None
    replies = bool(map_at(content, "m.relates_to", "m.in_reply_to")) and not _falls_back(content)
    if replies or _falls_back(content):
        words = _FALLBACK.sub("", words, count=1) if words.startswith("> <") else words
    words, labels = _people_named(words, content, me)
    links = tuple(link for link in find_links(_shared(words)) if not into_matrix(link))
    ordered = _behind_prefix(words, prefix)
    if ordered is not None and text_at(content, "msgtype") == "m.text":
        text = _trimmed(ordered)
        return Said(text, links, named=True, leads=True, after=text, prefixed=True)
    return _spoken_to(words, links, _Naming.of(content, me, names, labels, replies=replies))


def into_matrix(link: str) -> bool:
    """A link to a person, room or message, not to a page."""
    if host_of(link) == "matrix.to":
        return True
    parts = urlsplit(link.strip())
    return parts.path in {"", "/"} and parts.fragment.startswith(_INTO_MATRIX)


def new_links(before: tuple[str, ...], now: tuple[str, ...]) -> tuple[str, ...]:
    """Those of ``now`` that lead to another page than all of ``before``."""
    known = {_page(link) for link in before}
    return tuple(link for link in now if _page(link) not in known)


def _page(link: str) -> str:
    try:
        return canonical(link)
    except BadLink:  # a port out of range: the fetcher will say so
        return link


# ---------------------------------------------------------------------------- naming


@dataclass(frozen=True, slots=True)
class _Naming:
    """``anywhere``: its name counts wherever it stands. ``mentioned``: even where it does not stand."""

    full: str
    names: tuple[str, ...]
    anywhere: bool
    mentioned: bool

    @classmethod
    def of(
        cls, content: Raw, me: str, names: tuple[str, ...], labels: tuple[str, ...], *, replies: bool
    ) -> _Naming:
        """``labels``: of pills that name the bot; where a client says whom it mentions, they do not."""
        local = me.partition(":")[0]
        known = (me, local, local.removeprefix("@"), *names, *labels)
        longest_first = sorted({name for name in known if name.strip("@ ")}, key=len, reverse=True)
        says = isinstance(content.get("m.mentions"), dict)
        mentioned = me in texts_at(content, "m.mentions", "user_ids") if says else bool(labels)
        return cls(me, tuple(longest_first), anywhere=mentioned, mentioned=mentioned and not replies)

    def found(self, words: str) -> tuple[int, int] | None:
        """Where the bot's name stands."""
        for name in self.names:
            pattern = rf"(?<![\w@:.-]){re.escape(name)}(?![\w-])"
            hit = re.search(pattern, words, re.IGNORECASE) if self.anywhere or name == self.full else None
            if hit is None:  # "nutgraf: help" and "@nutgraf help", typed and not chosen from a client's list
                typed = re.escape(name.removeprefix("@"))
                led = rf"\s*(?:@{typed}(?=\s|$)|@?{typed}\s?(?=[:,](?:\s|$)))"
                hit = re.match(led, words, re.IGNORECASE)
            if hit is not None:
                return hit.span()
        return None


def _spoken_to(words: str, links: tuple[str, ...], naming: _Naming) -> Said:
    hit = naming.found(words)
    if hit is None:
        return Said(_trimmed(words), links, named=naming.mentioned)
    before, after = words[: hit[0]], _trimmed(words[hit[1] :]).lstrip(":, ")
    leads = not before.strip()
    text = after if leads else _trimmed(f"{before} {words[hit[1] :]}")
    return Said(text, links, named=True, leads=leads, after=after)


def _people_named(words: str, content: Raw, me: str) -> tuple[str, tuple[str, ...]]:
    """``words`` with other people as ``@id|label`` where a pill names them, and what the bot is called in
    its own pills."""
    own: dict[str, None] = {}

    def spelled(match: re.Match[str]) -> str:
        user = unquote(match["user"])
        return user if user == me else _person(user, match["label"])

    words = _MARKDOWN_PILL.sub(spelled, words)
    html = text_at(content, "formatted_body")[:65_536]
    for count, pill in enumerate(_PILL.finditer(html)):
        user, label = unquote(pill["user"]), unescape(pill["label"]).strip()
        if count >= _PILLS or not label:
            break
        if user == me:
            own.setdefault(label)
        elif label != user:
            hit = re.search(rf"(?<!\w)@?{re.escape(label)}(?!\w)", words)
            words = words if hit is None else words[: hit.start()] + _person(user, label) + words[hit.end() :]
    return words, tuple(own)


def _person(user: str, label: str) -> str:
    """As the setting ``steer`` takes people: one word."""
    name = re.sub(r"[\s,|]+", "_", unescape(label).strip().lstrip("@"))
    return f"{user}|{name}" if name and user != f"@{name}" else user


# ----------------------------------------------------------------------------- words


def _behind_prefix(words: str, prefix: str) -> str | None:
    start = words.lstrip()
    if not prefix or start[: len(prefix)].lower() != prefix.lower():
        return None
    rest = start[len(prefix) :]
    return rest if not rest or rest[0].isspace() or rest[0] in ":," else None


def _shared(words: str) -> str:
    """Without code and quoted lines: a link in them is shown or repeated, not shared."""
    lines = _CODE.sub(" ", words).splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith(">"))


def _falls_back(content: Raw) -> bool:
    """In a thread, for clients that know none."""
    return map_at(content, "m.relates_to").get("is_falling_back") is True


def _trimmed(text: str) -> str:
    """Blanks at the rims of lines and doubled ones gone; lines stay lines."""
    return "\n".join(" ".join(line.split()) for line in text.splitlines()).strip()
