"""Each choice is a command that nobody has to type."""

from __future__ import annotations

import pytest

from bot.choices import AUTO_CHOICES, DIGEST_CHOICES, TABLE, typed
from bot.commands import (
    Cite,
    Command,
    Delete,
    Judge,
    More,
    Mute,
    Reread,
    Settings,
    Wrong,
    only_looks,
    parse,
)
from bot.desk.rules import checked_setting

ID = "0123456789ab"
COMMANDS: dict[str, Command] = {
    "more": More(ID),
    "reread": Reread(ID),
    "cite": Cite(ID),
    "wrong": Wrong(ID, "not hers"),
    "mute": Mute(ID),
    "delete": Delete(ID),
    "useful": Judge(ID, useful=True),
    "useless": Judge(ID, useful=False),
    "auto-on": Settings("digest", "on"),
    "auto-mention": Settings("digest", "mention"),
    "auto-off": Settings("digest", "off"),
    "retry": Reread(ID),
}


@pytest.mark.parametrize("choice", TABLE.values(), ids=TABLE)
def test_a_choice_typed_is_its_command(choice) -> None:
    words = " not hers " if choice.asks_words else ""
    command = parse(typed(choice.id, ID, words))
    assert command == COMMANDS[choice.id]
    assert choice.looks == only_looks(command)
    if isinstance(command, Settings):
        assert checked_setting(command.key or "", command.value or "") == command.value


@pytest.mark.parametrize("choice", [one for one in TABLE.values() if one.of_digest], ids=lambda one: one.id)
def test_a_digests_choice_without_a_digest_is_refused(choice) -> None:
    with pytest.raises(ValueError, match=choice.id):
        typed(choice.id, "")


def test_an_unknown_choice_is_refused() -> None:
    with pytest.raises(KeyError):
        typed("everything", ID)


def test_the_lists_name_what_is_in_the_table() -> None:
    assert {*DIGEST_CHOICES, *AUTO_CHOICES, "retry"} == set(TABLE)
    assert all(TABLE[one].of_digest for one in DIGEST_CHOICES)
    assert not any(TABLE[one].of_digest for one in AUTO_CHOICES)
