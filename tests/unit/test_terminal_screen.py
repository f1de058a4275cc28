"""How a message stands on a screen: columns, margins, links, and plain words in a pipe."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest

from adapters.terminal.screen import Screen
from bot.commands import VERBS, help_text
from bot.digest import Digest
from bot.display import TYPED
from bot.render import digest_message, text_message
from bot.types import Block, BlockKind, Message, Run
from tests.unit.stories import FINDINGS, article

ESCAPES = re.compile(r"\x1b\]8;[^\x1b]*\x1b\\|\x1b\[[0-9;?]*[A-Za-z]")


def shown(message: Message, *, width: int = 80, styled: bool = True) -> str:
    out = io.StringIO()
    Screen(out, width=width, styled=styled).show(message)
    return out.getvalue()


def digest() -> Message:
    return digest_message(Digest(article(), FINDINGS, (0, 1, 2), (0, 1), (0,), hosts=("harbour.example",)))


@pytest.mark.parametrize("width", [40, 60, 80, 92])
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    for message in (digest(), text_message(help_text())):
        rows = ESCAPES.sub("", shown(message, width=width)).split("\n")
        assert max(len(row) for row in rows) <= width


def test_help_keeps_its_second_column() -> None:
    shown_rows = ESCAPES.sub("", shown(text_message(help_text(prefix=TYPED)))).rstrip("\n").split("\n")
    assert TYPED not in "".join(shown_rows)
    rows = [row for row in shown_rows if not re.match(r"Paste|Of feeds|\[id\]", row)]
    column = rows[0].index("read a story")
    assert column > max(len(verb.usage) for verb in VERBS)
    assert all(row[column - 1] == " " and row[column] != " " for row in rows)
    assert len(rows) > len(VERBS)  # some of them ran over


def test_a_digest_with_more_in_it_says_how_to_see_it() -> None:
    message = replace(digest(), choices=("more", "cite"), more=7)
    assert "Say “more” for the other 7, “cite”" in ESCAPES.sub("", shown(message))
    assert "Say “more”" not in ESCAPES.sub("", shown(replace(message, choices=("cite",))))
    assert "Say “more”" not in shown(message, styled=False), "words in a pipe are the digest's own"


def test_a_quote_and_its_speaker_stand_behind_one_bar() -> None:
    rows = ESCAPES.sub("", shown(digest(), width=50)).split("\n")
    first = next(place for place, row in enumerate(rows) if row.startswith("┃ “I never"))
    assert rows[first + 1].startswith("┃ ")
    assert rows[first + 2].startswith("┃ — Maren Holt")
    assert rows[first + 3] == ""


def test_the_passage_link_is_given_to_the_terminal_raw() -> None:
    assert "https://harbour.example/pier#:~:text=ten%20years\x1b\\" in shown(digest())


def test_plain_words_where_nobody_sees_styles() -> None:
    assert shown(digest(), styled=False) == digest().plain + "\n\n"


@pytest.mark.parametrize("link", ["https://x.example/\x1b]8;;y", "https://x.example/\x07", ""])
def test_a_link_with_control_characters_is_none(link: str) -> None:
    message = Message((Block(BlockKind.TEXT, (Run("words", link=link),)),), "words")
    assert "\x1b]8" not in shown(message)
