"""The table of commands: what each line means, and that help and parser agree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import commands
from bot.commands import VERBS, help_text, parse, verbs
from bot.errors import AskError, BadCommand, UnknownCommand

FEED = "https://harbour.example/feed"


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("", commands.Help()),
        ("   ", commands.Help()),
        ("help", commands.Help()),
        ("HELP follow", commands.Help("follow")),
        ("help subscribe", commands.Help("follow")),
        (f"digest {FEED}", commands.ReadLink(FEED)),
        (f"digest <{FEED}>", commands.ReadLink(FEED)),
        (FEED, commands.ReadLink(FEED)),
        ("harbour.example/a-story", commands.ReadLink("https://harbour.example/a-story")),
        (f"follow {FEED}", commands.Follow(FEED)),
        (f"subscribe {FEED} +Budget -sport", commands.Follow(FEED, ("budget",), ("sport",))),
        (f"follow {FEED} \u2212sport \u2014golf", commands.Follow(FEED, (), ("sport", "golf"))),
        (f'follow {FEED} +"Interest  rate"', commands.Follow(FEED, ("interest rate",))),
        (f"follow {FEED} +\u201cInterest rate\u201d", commands.Follow(FEED, ("interest rate",))),
        (f"follow {FEED} +women\u2019s +women's", commands.Follow(FEED, ("women's",))),
        ("follow harbour.example", commands.Follow("https://harbour.example")),
        ("unfollow 3", commands.Unfollow(3)),
        ("unsubscribe #3", commands.Unfollow(3)),
        (f"unfollow {FEED}", commands.Unfollow(FEED)),
        ("list", commands.ListFeeds()),
        ("pause 2", commands.Pause(2)),
        ("resume 2", commands.Resume(2)),
        ("status", commands.Status()),
        ("receipt", commands.Receipt()),
        (f"receipt {FEED}", commands.Receipt(FEED)),
        ("settings", commands.Settings()),
        ("settings Answer", commands.Settings("answer")),
        ("settings answer on mention", commands.Settings("answer", "on mention")),
        ("forget 4", commands.Forget(4)),
        (f"forget {FEED}", commands.Forget(FEED)),
    ],
)
def test_parse(text: str, command: commands.Command) -> None:
    assert parse(text) == command


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("digest", "digest"),
        ("digest not-a-link", "digest"),
        ("digest ftp://harbour.example/a", "digest"),
        ("digest http://", "digest"),
        ("digest http://[bad", "digest"),
        (f"digest {FEED} {FEED}", "digest"),
        ("follow", "follow"),
        (f"follow {FEED} budget", "follow"),
        (f"follow {FEED} +", "follow"),
        (f"follow {FEED} +rain -rain", "follow"),
        ("unfollow", "unfollow"),
        ("unfollow 0", "unfollow"),
        ("unfollow \u0663", "unfollow"),
        ("pause all", "pause"),
        ("pause 99999999999999999999", "pause"),
        ("list all", "list"),
        ("help nonsense", "help"),
    ],
)
def test_wrong_words_name_the_usage(text: str, verb: str) -> None:
    with pytest.raises(BadCommand) as caught:
        parse(text)
    assert caught.value.verb == verb
    assert caught.value.usage == next(row.usage for row in VERBS if row.word == verb)


@pytest.mark.parametrize(
    ("text", "nearest"),
    [("folow x", "follow"), ("lst", "list"), ("unsubscibe 1", "unsubscribe"), ("zzzz", None)],
)
def test_an_unknown_word_gets_the_nearest_verb(text: str, nearest: str | None) -> None:
    with pytest.raises(UnknownCommand) as caught:
        parse(text)
    assert caught.value.nearest == nearest


def test_help_names_every_verb_and_alias() -> None:
    shown = help_text(prefix="/nutgraf ")
    for row in VERBS:
        assert f"/nutgraf {row.usage}" in shown
        assert row.summary in shown
        assert all(alias in shown for alias in row.aliases)
    assert len({row.word for row in VERBS}) == len(VERBS)


def test_help_of_one_verb_is_one_line() -> None:
    assert help_text("pause").splitlines() == ["pause <number>  keep a feed but post nothing from it"]


@pytest.mark.parametrize("word", sorted(verbs()))
def test_every_verb_parses_to_something_or_says_its_usage(word: str) -> None:
    try:
        parse(word)
    except BadCommand as error:
        assert error.usage


@given(st.text(max_size=200))
def test_any_line_is_a_command_or_an_ask_error(text: str) -> None:
    try:
        parse(text)
    except AskError as error:
        assert isinstance(error, BadCommand | UnknownCommand)
