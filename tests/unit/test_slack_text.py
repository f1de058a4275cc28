"""Slack's message text -> what somebody typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.text import Typed, into_slack, new_links, typed
from bot.urls import find_links

BOT = "U0BOT"
STORY = "https://herald.example/a?x=1&y=2"
MARKED = "<https://herald.example/a?x=1&amp;y=2>"


@pytest.mark.parametrize(
    ("raw", "text", "links"),
    [
        ("", "", ()),
        ("good morning", "good morning", ()),
        (MARKED, STORY, (STORY,)),
        (f"see {MARKED}, please", f"see {STORY}, please", (STORY,)),
        ("see <https://herald.example/a?x=1&amp;y=2|the story>", f"see {STORY}", (STORY,)),
        (f"{MARKED} and {MARKED}", f"{STORY} and {STORY}", (STORY,)),
        ("<https://a.example/1> <https://b.example/2|b>", "https://a.example/1 https://b.example/2",
         ("https://a.example/1", "https://b.example/2")),
        ("<http://www.herald.example/a|www.herald.example/a>", "www.herald.example/a",
         ("https://www.herald.example/a",)),
        ("<http://herald.example/a/|herald.example/a>", "herald.example/a", ("https://herald.example/a",)),
        ("<http://herald.example/a>", "http://herald.example/a", ("http://herald.example/a",)),
        ("<http://herald.example/?p=7|herald.example/?p=7>", "herald.example/?p=7",
         ("https://herald.example/?p=7",)),
        ("<http://herald.example/a|the story>", "http://herald.example/a", ("http://herald.example/a",)),
        ("<https://herald.example/a|herald.example/a>", "https://herald.example/a",
         ("https://herald.example/a",)),
        ("<https://a.example/1> <@U1> https://b.example/2", "https://a.example/1 @U1 https://b.example/2",
         ("https://a.example/1",)),
        ("read <http://readme.md|readme.md> first", "read readme.md first", ()),
        ("<http://www.herald.example|www.herald.example>", "www.herald.example", ()),
        ("<https://herald.example>", "https://herald.example", ("https://herald.example",)),
        ("<https://evil.example/a|https://herald.example/a>", "https://evil.example/a",
         ("https://evil.example/a",)),
        ("<HTTPS://Herald.example/A>", "HTTPS://Herald.example/A", ("HTTPS://Herald.example/A",)),
        ("<mailto:mara@herald.example|mara@herald.example>", "mara@herald.example", ()),
        ("<mailto:mara@herald.example>", "mara@herald.example", ()),
        ("<tel:+441000|+44 1000>", "+44 1000", ()),
        ("ask <@U1>", "ask @U1", ()),
        ("ask <@U1|mara>", "ask @U1|mara", ()),
        ("ask <@U1|Mara Lindt>", "ask @U1|Mara_Lindt", ()),
        ("ask <@W1A2>", "ask @W1A2", ()),
        ("in <#C1|desk>", "in #desk", ()),
        ("in <#C1>", "in #C1", ()),
        ("in <#C1|>", "in #C1", ()),
        ("<!here> look", "@here look", ()),
        ("<!channel|channel>", "@channel", ()),
        ("<!subteam^S1|@night-desk>", "@night-desk", ()),
        ("<!subteam^S1>", "@subteam^S1", ()),
        ("<!date^1700000000^{date}|14 Nov>", "14 Nov", ()),
        ("a &lt; b &amp;&amp; c &gt; d", "a < b && c > d", ()),
        ("&amp;lt;script&amp;gt;", "&lt;script&gt;", ()),
        (f"&gt; as he said {MARKED}", f"> as he said {STORY}", (STORY,)),
        (f"`{MARKED}`", STORY, ()),
        (f"```\ncurl {MARKED}\n```", f"curl {STORY}", ()),
        (f"`curl` {MARKED}", f"curl {STORY}", (STORY,)),
        (f"don`t {MARKED} isn`t", f"don`t {STORY} isn`t", (STORY,)),
        (f"<https://b.example/a`b`> {MARKED}", f"https://b.example/a`b` {STORY}",
         ("https://b.example/a`b`", STORY)),
        # a slash command's words come as typed
        ("https://herald.example/a, +budget", "https://herald.example/a, +budget",
         ("https://herald.example/a",)),
        ("follow herald.example +budget", "follow herald.example +budget", ()),
        # nothing Slack sends, still no trap
        ("<>", "", ()),
        ("<", "<", ()),
        ("<|x>", "x", ()),
        ("<http://[>", "http://[", ()),
        ("<http://[/|[/>", "http://[/", ()),
        ("<@lower>", "@lower", ()),
        ("<javascript:alert(1)|x>", "x", ()),
    ],
)  # fmt: skip
def test_what_was_typed(raw: str, text: str, links: tuple[str, ...]) -> None:
    assert typed(raw) == Typed(text, links)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("<@U0BOT> help", Typed("help", (), named=True, leads=True, after="help")),
        ("<@U0BOT|nutgraf>  follow  x", Typed("follow x", (), named=True, leads=True, after="follow x")),
        ("<@U0BOT>", Typed("", (), named=True, leads=True)),
        ("  <@U0BOT>: help", Typed("help", (), named=True, leads=True, after="help")),
        ("<@U0BOT>, list", Typed("list", (), named=True, leads=True, after="list")),
        ("as <@U0BOT> wrote", Typed("as wrote", (), named=True, leads=False, after="wrote")),
        (
            f"hey <@U0BOT> read {MARKED}",
            Typed(f"hey read {STORY}", (STORY,), named=True, after=f"read {STORY}"),
        ),
        ("<@U0BOT> and <@U0BOT>", Typed("and", (), named=True, leads=True, after="and")),
        ("<@U0BOTX> help", Typed("@U0BOTX help")),
    ],
)
def test_the_bots_name(raw: str, expected: Typed) -> None:
    assert typed(raw, BOT) == expected


@pytest.mark.parametrize(
    ("link", "inside"),
    [
        ("https://herald.slack.com/archives/C1/p1700000000000100", True),
        ("https://app.slack.com/client/T1/C1", True),
        ("https://herald.slack.com/files/U1/F1/notes", True),
        ("https://api.slack.com/changelog", False),
        ("https://slack.com/blog/news/a-story", False),
        ("https://herald.example/archives/C1", False),
        ("https://notslack.com/archives/C1", False),
        ("http://[", False),
    ],
)
def test_links_into_slack(link: str, inside: bool) -> None:
    assert into_slack(link) is inside


def test_new_links_are_new_pages() -> None:
    before = ("https://a.example/1?utm_source=x", "http://b.example:99999/")
    now = ("https://a.example/1", "https://a.example/2", "http://b.example:99999/")
    assert new_links(before, now) == ("https://a.example/2",)


@given(st.text() | st.text(alphabet="<>|@#!&;`amplgt:/.\nhUC0"))
def test_any_text_is_read(raw: str) -> None:
    found = typed(raw, BOT)
    assert typed(raw, BOT) == found
    assert new_links((), found.links) == found.links
    assert all(link.lower().startswith(("http://", "https://")) for link in found.links)
    for link in found.links:
        into_slack(link)


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


plain_words = st.text(alphabet="ab &<>;'\"mplgt.,é漢\u202e", max_size=12)
hosts = st.sampled_from(["herald.example", "www.herald.example", "xn--bcher-kva.example"])
web_links = st.builds(
    lambda host, path, query: f"https://{host}/{path}{query}",
    hosts,
    st.text(alphabet="abc/-_~%1", min_size=1, max_size=8),
    st.sampled_from(["", "?a=1", "?a=1&b=2", "?q=%3Cx%3E&amp=1"]),
)


@given(st.lists(st.tuples(plain_words, web_links), max_size=5), plain_words)
def test_words_come_back_and_slacks_links_are_ours(parts: list[tuple[str, str]], last: str) -> None:
    raw = "".join(f"{escaped(words)} <{escaped(link)}> " for words, link in parts) + escaped(last)
    meant = "".join(f"{words} {link} " for words, link in parts) + last
    found = typed(raw, BOT)
    assert found.text == " ".join(meant.split())
    assert found.links == tuple(dict.fromkeys(link for _, link in parts))
    assert find_links(raw) == list(found.links)


@given(st.lists(st.sampled_from(
    ["<@U1|a>", "<#C1|b>", "<!here>", "<!subteam^S1|@c>", "<mailto:d@e.example|d@e.example>", MARKED,
     "<@U0BOT>", "`code`", "word", "&amp;", "\n"]
), max_size=8))  # fmt: skip
def test_no_markup_is_left_over(parts: list[str]) -> None:
    found = typed(" ".join(parts), BOT)
    for words in (found.text, found.after):
        assert not set("<>`") & set(words)
        assert "&amp;" not in words
        assert "mailto:" not in words
