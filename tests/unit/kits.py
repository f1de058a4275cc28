"""Messages of every shape, and the words of what chats make of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from hypothesis import strategies as st

from bot.choices import TABLE
from bot.types import Block, BlockKind, Message, Run

Json = Any

TRAPS = (
    "<!channel>", "<!here|here>", "<@U024BE7LH>", "<#C024BE7LR|general>", "<!subteam^S1>", "@everyone",
    "<!date^1392734382^{date}^https://evil.example|x>", "<https://evil.example|bank.example>",
    "&lt;!here&gt;",
    "*bold*", "_i_", "~s~", "`code`", "```", "> quoted", "• dot", ":tada:", "\u202egnorts\u202c", "a\u200bb",
    "\u2066x\u2069", "\x00\x1b[31m", "a\nb", "  ", "key   value   third", "key  value", "\ud800", "😀" * 40,
    "https://bank.example/login", "</a><script>alert(1)</script>", "\"'><img src=x>", "&amp;", "\u0301" * 9,
)  # fmt: skip
LINKS = (
    "https://a.example/story", "http://a.example:8080/x?y=1&z=2", "https://a.example/#:~:text=so%20it,was",
    "https://a.example/<x>|y", "https://a.example/\"onclick='x'", "https://a.example/ü", "https://ü.example/",
    "javascript:alert(1)", "data:text/html,x", "mailto:a@a.example", "https://a.example/ blank", "https://",
    "https://user@a.example/", "http://[::1", "//a.example", "", "https://a.example/\u202e", "slack://open",
    "https://a.example/" + "x" * 3000, "https://a.example/\ud800", "HTTPS://A.example/",
)  # fmt: skip

words = st.one_of(
    st.sampled_from(TRAPS),
    st.text(max_size=60),
    st.lists(st.sampled_from(TRAPS), max_size=6).map(" ".join),
    st.builds(lambda text, times: (text + " ") * times, st.text(max_size=20), st.sampled_from([2, 20, 150])),
    st.builds(lambda times: "x" * times, st.sampled_from([74, 300, 2999, 3001, 9000])),
)
runs = st.builds(
    Run,
    text=words,
    bold=st.booleans(),
    italic=st.booleans(),
    link=st.one_of(st.none(), st.sampled_from(LINKS), st.text(max_size=30)),
)
blocks = st.builds(Block, kind=st.sampled_from(BlockKind), runs=st.lists(runs, max_size=4).map(tuple))
repeated = st.builds(
    lambda some, times: some * times, st.lists(blocks, max_size=8), st.sampled_from([1, 1, 1, 3, 30])
)
messages = st.builds(
    Message,
    blocks=repeated.map(tuple),
    plain=st.just(""),
    digest_id=st.one_of(st.none(), st.just("0123456789ab"), st.text(max_size=80)),
    choices=st.lists(st.one_of(st.sampled_from(sorted(TABLE)), st.text(max_size=9)), max_size=12).map(tuple),
    more=st.integers(0, 10**9),
)


def nodes(kit: Json) -> Iterator[dict[str, Json]]:
    """Every object inside, in order."""
    if isinstance(kit, dict):
        yield kit
        for value in kit.values():
            yield from nodes(value)
    elif isinstance(kit, list):
        for value in kit:
            yield from nodes(value)


def told(kit: Json) -> str:
    """What people read in Block Kit, apart from buttons: rich_text and the small lines, in order."""
    parts: list[str] = []
    for block in kit:
        if block["type"] == "context":
            parts += [one["text"] for one in block["elements"]]
        elif block["type"] == "header":
            parts.append(block["text"]["text"])
        elif block["type"] == "rich_text":
            parts += ["".join(leaf["text"] for leaf in nodes(one) if "text" in leaf) for one in rows(block)]
    return "\n".join(parts)


def rows(block: Json) -> Iterator[Json]:
    """The elements of a rich_text block, those of lists one by one."""
    for one in block["elements"]:
        yield from one["elements"] if one["type"] == "rich_text_list" else (one,)


def tokens(text: str) -> list[str]:
    return re.findall(r"\w+", text)


class Html(HTMLParser):
    """Words, tags and attributes of a piece of HTML; ``open`` is what was not closed."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.crossed = False
        self.deepest = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "br":
            self.text += "\n"
        else:
            self.open.append(tag)
            self.deepest = max(self.deepest, len(self.open))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.crossed = True
        if tag in {"p", "li", "blockquote", "pre"}:
            self.text += "\n"

    def handle_data(self, data: str) -> None:
        self.text += data
