"""Windows and the Home tab: within Slack's limits whatever they hold, and saying what to do when empty."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.home import DIGESTS_SHOWN, FEEDS_SHOWN, home_view
from adapters.slack.views import DETAIL, WRONG, detail_view, reported, wrong_view
from bot.commands import help_text
from bot.desk.overview import Overview, PastDigest
from bot.display import TYPED
from bot.render import text_message
from bot.rhythm import Beat, Rhythm
from bot.types import Block, BlockKind, Message, Place, Run, Subscription
from tests.fakes.slack.blocks import check_view
from tests.unit.kits import LINKS, messages, nodes, tokens, told, words

Json = Any
AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


# ---------------------------------------------------------------------------- windows


@settings(max_examples=80, deadline=None)
@given(messages, words)
def test_any_message_fits_a_window(message: Message, title: str) -> None:
    view = detail_view(title, message)
    assert check_view(view) == []
    assert view["callback_id"] == DETAIL
    kinds = {node.get("type") for node in nodes(view)}
    assert not kinds & {"mrkdwn", "user", "usergroup", "broadcast", "channel", "date", "emoji", "team"}


def everything(quotes: int) -> Message:
    rows = [Block(BlockKind.TITLE, (Run("Council passes budget"),))]
    for number in range(quotes):
        rows.append(Block(BlockKind.QUOTE, (Run(f"“{number} " + "words " * 40 + "”"),)))
        rows.append(Block(BlockKind.SPEAKER, (Run("— Mara Lindt"),)))
    return Message((*rows, Block(BlockKind.FOOTER, (Run("all verbatim"),))), "")


def test_a_window_shows_what_a_message_has_no_room_for() -> None:
    view = detail_view("Everything found", everything(200))
    assert check_view(view) == []
    assert sum(one.get("type") == "rich_text_quote" for one in nodes(view)) == 200
    assert "Left out" not in told(view["blocks"])
    assert "check before you publish" in told(view["blocks"])


def test_a_window_says_what_it_has_no_room_for() -> None:
    view = detail_view("Everything found", everything(900))
    assert check_view(view) == []
    shown = sum(one.get("type") == "rich_text_quote" for one in nodes(view))
    assert 400 < shown < 900
    assert f"no more in one window: {900 - shown} quotes." in told(view["blocks"])


def test_each_citation_stands_in_a_frame() -> None:
    one = "“So it was.” — Mara Lindt. “Budget”, Herald. https://herald.example/1#:~:text=so%20it"
    view = detail_view("Citations", text_message(f"{one}\n{one}\n"))
    assert check_view(view) == []
    frames = [node for node in nodes(view) if node.get("type") == "rich_text_preformatted"]
    assert [frame["elements"] for frame in frames] == [[{"type": "text", "text": one}]] * 2


def test_more_citations_than_a_window_takes_are_counted() -> None:
    view = detail_view("Citations", text_message("\n".join(["“a” https://herald.example/1"] * 130)))
    assert check_view(view) == []
    frames = sum(node.get("type") == "rich_text_preformatted" for node in nodes(view))
    assert told(view["blocks"]).endswith(f"no more in one window: {130 - frames} citations.")


def test_a_plain_sentence_needs_no_frame() -> None:
    view = detail_view("Citations", text_message("There is no such digest here."))
    assert not [node for node in nodes(view) if node.get("type") == "rich_text_preformatted"]


@given(st.text(max_size=200))
def test_a_report_can_be_written(digest_id: str) -> None:
    view = wrong_view(digest_id, "[1]")
    assert check_view(view) == []
    assert (view["callback_id"], view["private_metadata"]) == (WRONG, "[1]")


def test_what_was_reported_is_read_back() -> None:
    view = wrong_view("0123456789ab")
    (field,) = view["blocks"]
    value = {field["element"]["action_id"]: {"type": "plain_text_input", "value": " the second\nquote "}}
    assert reported({**view, "state": {"values": {field["block_id"]: value}}}) == "the second quote"
    value = {field["element"]["action_id"]: {"type": "plain_text_input", "value": None}}
    assert reported({**view, "state": {"values": {field["block_id"]: value}}}) == ""
    with pytest.raises(KeyError):
        reported({"state": {"values": {}}})


def test_a_note_that_slack_would_refuse_is_refused_here() -> None:
    assert check_view(wrong_view("0123456789ab", "x" * 3000)) == []
    with pytest.raises(ValueError, match=r"3,000"):
        wrong_view("0123456789ab", "x" * 3001)


# ------------------------------------------------------------------------------- home


def feed(number: int = 1, channel: str = "C0CITYDESK", **more: Any) -> Subscription:
    place = Place("slack", "T1", channel)
    return Subscription(
        number, place, f"https://feeds.example/{number}.xml", f"Feed {number}", "U1", AT, **more
    )


def past(number: int = 1, **more: Any) -> PastDigest:
    url = f"https://herald.example/{number}"
    made = PastDigest(
        f"0123456789a{number % 10}", f"Story {number}", url, Place("slack", "T1", "C0CITYDESK"), AT
    )
    return replace(made, **more)


def home(*subscriptions: Subscription, digests: tuple[PastDigest, ...] = (), **more: Any) -> Json:
    view = home_view(
        Overview(subscriptions, digests, more.get("settings", {}), 30), text_message(help_text(prefix=TYPED))
    )
    assert check_view(view) == []
    return view


channels = st.one_of(st.just("C0CITYDESK"), st.just("G1"), st.just("D024BE7LH"), words)
overviews = st.builds(
    Overview,
    subscriptions=st.lists(
        st.builds(
            Subscription,
            id=st.integers(1, 10**9),
            place=st.builds(Place, st.just("slack"), st.just("T1"), channels),
            feed_url=st.one_of(st.sampled_from(LINKS), words),
            title=words,
            added_by=st.just("U1"),
            added_at=st.just(AT),
            want=st.lists(words, max_size=3).map(tuple),
            refuse=st.lists(words, max_size=3).map(tuple),
            paused=st.booleans(),
            stopped=st.one_of(st.none(), st.just("closed"), words),
        ),
        max_size=90,
    ).map(tuple),
    digests=st.lists(
        st.builds(
            PastDigest,
            id=st.just("0123456789ab"),
            title=words,
            url=words,
            place=st.builds(Place, st.just("slack"), st.just("T1"), channels),
            created_at=st.just(AT),
            link=st.one_of(st.none(), st.sampled_from(LINKS)),
        ),
        max_size=20,
    ).map(tuple),
    settings=st.dictionaries(channels, st.dictionaries(words, words, max_size=4), max_size=50),
    retention_days=st.integers(1, 4000),
)


@settings(max_examples=60, deadline=None)
@given(overviews, words)
def test_any_overview_fits_the_home_tab_and_names_only_channels(overview: Overview, help_words: str) -> None:
    view = home_view(overview, text_message(help_words))
    assert check_view(view) == []
    for node in nodes(view):
        assert node.get("type") not in {"mrkdwn", "user", "usergroup", "broadcast", "date", "emoji", "team"}
        if node.get("type") == "channel":
            assert re.fullmatch(r"[CG][A-Z0-9]+", node["channel_id"])


def test_an_empty_home_tab_tells_what_to_do() -> None:
    text = told(home()["blocks"])
    assert "type /nutgraf follow" in text
    assert "Paste a link to a story" in text
    assert "kept for 30 days" in text


def test_feeds_stand_under_their_channel_with_what_matters() -> None:
    view = home(
        feed(3, "C0BUSINESS", rhythm=Rhythm(Beat.DAILY, 510, "Europe/London")),
        feed(1, want=("ferry",), refuse=("sport",), paused=True),
        feed(2, stopped="not-inside"),
    )
    first = view["blocks"][1]["elements"]
    assert [node["channel_id"] for node in nodes(first) if node.get("type") == "channel"] == [
        "C0BUSINESS",
        "C0CITYDESK",
    ]
    text = told(view["blocks"])
    assert "3. Feed 3 · daily 08:30 Europe/London" in text
    assert "1. Feed 1 · now · +ferry -sport · paused" in text
    assert "2. Feed 2 · now · stopped: I am not in the channel; invite me and it goes on" in text


def test_more_feeds_than_are_looked_through_are_counted() -> None:
    text = told(home(*(feed(number) for number in range(1, 100)))["blocks"])
    assert f"{FEEDS_SHOWN} of 99 are shown" in text
    assert f"{FEEDS_SHOWN}. Feed" in text
    assert f"{FEEDS_SHOWN + 1}. Feed" not in text


def test_digests_lead_to_their_message_and_else_to_the_story() -> None:
    posted = past(1, link="https://x.slack.com/archives/C0CITYDESK/p1")
    view = home(digests=(posted, past(2), *(past(number) for number in range(3, 15))))
    links = [node["url"] for node in nodes(view) if node.get("type") == "link"]
    assert links[:2] == ["https://x.slack.com/archives/C0CITYDESK/p1", "https://herald.example/2"]
    assert len(links) == DIGESTS_SHOWN
    assert "Story 1 ·  · 4 May 2026" in told(view["blocks"])


def test_settings_that_differ_are_shown_with_names() -> None:
    view = home(settings={"C0CITYDESK": {"digest": "mention", "steer": "@U1|Ines @U2|Tom"}, "C0OTHER": {}})
    assert "digest: mention · steer: Ines, Tom" in told(view["blocks"])
    named = [node["channel_id"] for node in nodes(view) if node.get("type") == "channel"]
    assert named == ["C0CITYDESK"]


def test_the_help_of_the_home_tab_is_the_help() -> None:
    shown, told_there = tokens(told(home()["blocks"])), tokens(help_text(prefix="/nutgraf "))
    assert shown[-len(told_there) :] == told_there
