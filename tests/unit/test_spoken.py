"""Which words are a command."""

from __future__ import annotations

import pytest

from bot.commands import VERBS
from bot.desk.spoken import changes, fetches, is_command

LINK = "https://herald.example/a"


@pytest.mark.parametrize(
    ("words", "with_link", "command"),
    [
        ("help", False, True),
        ("HELP follow", False, True),
        ("", False, False),
        ("hello", False, False),
        (LINK, True, False),
        (f"follow {LINK}", True, True),
        (f"More on this: {LINK}", True, False),
        (f"list of demands: {LINK}", True, False),
        (f"digest {LINK}", True, False),
        ("digest herald.example", False, True),
    ],
)
def test_is_command(words: str, with_link: bool, command: bool) -> None:
    assert is_command(words, with_link=with_link) is command


def test_every_verb_is_a_command() -> None:
    assert all(is_command(word, with_link=False) for verb in VERBS for word in (verb.word, *verb.aliases))


@pytest.mark.parametrize(
    ("words", "changed", "fetched"),
    [
        ("", False, None),
        ("list", False, None),
        ("settings", False, None),
        ("settings digest off", True, None),
        ("unfollow 1", True, None),
        (f"unfollow {LINK}", True, None),
        (f"follow {LINK} +tax", True, LINK),
        (f"subscribe {LINK}", True, LINK),
        (LINK, False, LINK),
        ("digest herald.example/a", False, LINK),
        ("follow", False, None),
        ("xyzzy", False, None),
    ],
)
def test_what_a_command_does(words: str, changed: bool, fetched: str | None) -> None:
    assert changes(words) is changed
    assert fetches(words) == fetched
