"""Commands in the bot's sentences read as one types them in the chat."""

from __future__ import annotations

import pytest

from adapters.slack.render import prefix_in, rendered
from adapters.slack.views import detail_view
from bot.commands import help_text
from bot.desk.rules import ON
from bot.desk.sentences import introduction, pointer
from bot.display import TYPED, plain
from bot.errors import BadCommand, UnknownCommand
from bot.messages import sentence
from bot.render import text_message
from bot.types import Message, Place
from tests.fakes.desk import NOON
from tests.unit.kits import told


@pytest.mark.parametrize(
    ("channel", "thread", "before"),
    [
        ("C1", None, "/nutgraf "),
        ("C1", "1.5", "@nutgraf "),
        ("D1", None, ""),
        ("D1", "1.5", ""),
        ("U1", None, ""),
    ],
)
def test_a_command_reads_as_one_types_it_there(channel: str, thread: str | None, before: str) -> None:
    given = text_message(f"“{TYPED}unfollow 2” ends {plain(TYPED + 'this')}.")
    made = rendered(given, None, prefix_in(Place("slack", "T1", channel, thread)))
    assert told(made["blocks"]) == made["text"] == f"“{before}unfollow 2” ends this."
    assert given.plain == "“unfollow 2” ends this."


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (introduction(ON, ()), "say “/nutgraf settings digest on”"),
        (text_message(help_text(prefix=TYPED)), "/nutgraf unfollow <number or link>"),
        (text_message(sentence(UnknownCommand("folow", "follow"))), "“/nutgraf follow”?"),
        (text_message(sentence(BadCommand("pause", "pause <number>"))), "Say: /nutgraf pause <number>"),
        (pointer("Ferry", NOON, None, posted=True), "Say “/nutgraf digest” and"),
    ],
)
def test_where_commands_are_told(given: Message, shown: str) -> None:
    for made in (rendered(given)["blocks"], detail_view("x", given)["blocks"]):
        assert shown in " ".join(told(made).split())
    assert TYPED not in given.plain
    assert "nutgraf" not in given.plain
