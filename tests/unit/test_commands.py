"""The table of commands: what each line means, and that help and parser agree."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import commands
from bot.commands import VERBS, help_text, link_verbs, only_looks, parse, verb_of, verbs
from bot.errors import AskError, BadCommand, UnknownCommand
from bot.rhythm import Beat, Rhythm

ID = "0123456789ab"
DAILY = Rhythm(Beat.DAILY, 510, "Europe/London")
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
        (f"follow {FEED} now", commands.Follow(FEED, rhythm=Rhythm())),
        (f"follow {FEED} Hourly", commands.Follow(FEED, rhythm=Rhythm(Beat.HOURLY))),
        (f"follow {FEED} daily 08:30", commands.Follow(FEED, rhythm=Rhythm(Beat.DAILY, 510))),
        (
            f"follow {FEED} +pier -golf daily 08:30 Europe/London",
            commands.Follow(FEED, ("pier",), ("golf",), DAILY),
        ),
        (f"follow {FEED} daily 08:30 Europe/London +pier", commands.Follow(FEED, ("pier",), (), DAILY)),
        ("more", commands.More()),
        (f"more {ID.upper()}", commands.More(ID)),
        (f"cite {ID}", commands.Cite(ID)),
        ("reread", commands.Reread()),
        (f"re-read {ID}", commands.Reread(ID)),
        ("wrong the mayor never said this", commands.Wrong(None, "the mayor never said this")),
        (f"wrong {ID} “fight it” is  not hers", commands.Wrong(ID, "“fight it” is not hers")),
        (f"delete {ID}", commands.Delete(ID)),
        ("useful", commands.Judge(None, useful=True)),
        (f"useless {ID}", commands.Judge(ID, useful=False)),
        (f"mute {ID}", commands.Mute(ID)),
        ("mute www.Harbour.example", commands.Mute("harbour.example")),
        (f"mute <{FEED}>", commands.Mute("harbour.example")),
        ("unmute https://news.harbour.example:8080/x?y#z", commands.Unmute("news.harbour.example")),
        ("mute münchen.example", commands.Mute("xn--mnchen-3ya.example")),
        ('said "Maren Holt"', commands.Said("Maren Holt")),
        ("said “Maren  Holt” since 2026-03-01", commands.Said("Maren Holt", date(2026, 3, 1))),
        ("said Maren Holt SINCE 2026-03-01", commands.Said("Maren Holt", date(2026, 3, 1))),
        ("said holt", commands.Said("holt")),
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
        (f"follow {FEED} weekly", "follow"),
        (f"follow {FEED} 08:30", "follow"),
        ("more 12", "more"),
        (f"more {ID} {ID}", "more"),
        ("cite everything", "cite"),
        ("wrong", "wrong"),
        (f"wrong {ID}", "wrong"),
        ("delete 0123456789ag", "delete"),
        ("useful indeed", "useful"),
        ("mute", "mute"),
        ("mute harbour", "mute"),
        (f"unmute {ID}", "unmute"),
        ("said", "said"),
        ('said ""', "said"),
        ("said Holt since", "said"),
    ],
)
def test_wrong_words_name_the_usage(text: str, verb: str) -> None:
    with pytest.raises(BadCommand) as caught:
        parse(text)
    assert caught.value.verb == verb
    assert caught.value.usage == next(row.usage for row in VERBS if row.word == verb)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (f"follow {FEED} now hourly", "say now, hourly"),
        (f"follow {FEED} hourly daily 08:30", "say now, hourly"),
        (f"follow {FEED} daily", "needs a time of day"),
        (f"follow {FEED} daily 25:00", "no such time"),
        (f"follow {FEED} daily 08:30 Mars/Phobos", "time zone like Europe/London"),
        (f"follow {FEED} daily 08:30 now", "time zone like Europe/London"),
        ("said Holt since 2026-02-30", "“2026-02-30” is no day"),
        ("said Holt since yesterday", "“yesterday” is no day"),
    ],
)
def test_where_it_can_be_said_what_is_wrong_it_is_said(text: str, wrong: str) -> None:
    with pytest.raises(BadCommand) as caught:
        parse(text)
    assert wrong in (caught.value.wrong or "")
    assert caught.value.usage


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("folow x", "follow"), ("lst", "list"), ("unsubscibe 1", "unsubscribe"), ("zzzz", None),
        ("mor", "more"), ("usefull", "useful"), ("un-mute x", "unmute"), ("sayd Holt", "said"),
        ("reead", "reread"), ("citation", None), ("delet", "delete"),
    ],
)  # fmt: skip
def test_an_unknown_word_gets_the_nearest_verb(text: str, nearest: str | None) -> None:
    with pytest.raises(UnknownCommand) as caught:
        parse(text)
    assert caught.value.nearest == nearest


def test_links_without_a_verb_are_read_one_at_a_time() -> None:
    for text in (f"{FEED} https://other.example/1", "paper.example/budget please"):
        with pytest.raises(BadCommand) as caught:
            parse(text)
        assert (caught.value.verb, caught.value.usage) == ("digest", "digest <link>")
        assert "one link at a time" in (caught.value.wrong or "")


def test_help_names_every_verb_and_alias() -> None:
    shown = help_text(prefix="/nutgraf ")
    for row in VERBS:
        assert f"/nutgraf {row.usage}" in shown
        assert row.summary in shown
        assert all(alias in shown for alias in row.aliases)
    assert len({row.word for row in VERBS}) == len(VERBS)


LOOKS = {"help", "list", "status", "receipt", "more", "cite", "said"}


@pytest.mark.parametrize("row", VERBS, ids=lambda row: row.word)
def test_each_row_says_whether_it_only_looks(row: commands.Verb) -> None:
    assert row.looks == (row.word in LOOKS)


@pytest.mark.parametrize(
    ("text", "looks"),
    [
        ("", True), ("settings", True), ("settings digest", True), ("settings digest off", False),
        (f"more {ID}", True), (f"reread {ID}", False), (FEED, False), (f"follow {FEED}", False),
        (f"wrong {ID} no", False), (f"useful {ID}", False), ("said Holt", True),
    ],
)  # fmt: skip
def test_only_looks(text: str, looks: bool) -> None:
    assert only_looks(parse(text)) is looks


@pytest.mark.parametrize("text", ["help", "settings x y", "useful", f"follow {FEED}", "said Holt"])
def test_a_command_knows_its_verb(text: str) -> None:
    assert verb_of(parse(text)) == text.split(maxsplit=1)[0]


def test_a_link_stands_behind_some_verbs_only() -> None:
    assert link_verbs() < verbs()
    assert {"follow", "subscribe", "digest", "mute", "wrong"} <= link_verbs()
    assert not {"more", "list", "useful", "status", "said"} & link_verbs()


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


RHYTHMS = st.builds(
    Rhythm,
    st.just(Beat.DAILY),
    st.integers(0, 1439),
    st.sampled_from(("UTC", "Europe/London", "Asia/Kolkata")),
) | st.sampled_from((Rhythm(), Rhythm(Beat.HOURLY)))


@given(RHYTHMS, st.sampled_from(("", "+pier", '-"town hall"')))
def test_a_rhythm_is_typed_as_it_is_shown(rhythm: Rhythm, filters: str) -> None:
    command = parse(f"follow {FEED} {filters} {rhythm}")
    assert isinstance(command, commands.Follow)
    assert command.rhythm == rhythm
    assert parse(f"follow {FEED} {rhythm} {filters}") == command
