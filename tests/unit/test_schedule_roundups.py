"""What waits for one message with others, and what a channel has had already."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.records import ROUNDUP_KEY, DigestRecord, Gathered, number_in
from bot.rhythm import next_due, parsed
from bot.schedule import (
    MOST_AT_ONCE,
    MOST_GATHERED,
    covers,
    gathered,
    has_had,
    reading_order,
    roundup_request,
    roundup_stories,
    slot_of,
    subscription_number,
    wanted,
    worth_reading,
)
from bot.types import Entry, Place, Subscription

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
URL = "https://news.example/feed"


def subscription(
    want: tuple[str, ...] = (), refuse: tuple[str, ...] = (), channel: str = "c"
) -> Subscription:
    return Subscription(2, Place("slack", "w", channel), URL, "Herald", "ada", NOW, want, refuse)


ROWS = [
    Gathered(Place("slack", "w", "c"), 2, name, f"https://news.example/{name}", f"About {name}\n(sum)", NOW)
    for name in "abc"
]


def test_a_gathered_entry_waits_for_the_next_slot() -> None:
    one = replace(subscription(), rhythm=parsed("daily 08:30 Europe/London"))
    row = gathered(one, Entry("x", "https://news.example/x", "Ferry", None, "No boats."), NOW)
    assert row == Gathered(one.place, 2, "x", "https://news.example/x", "Ferry\nNo boats.", row.due_at)
    assert row.due_at == datetime(2026, 3, 6, 8, 30, tzinfo=UTC) == next_due(one.rhythm, NOW)


def test_the_request_of_what_was_gathered() -> None:
    request = roundup_request(subscription(), ROWS)
    assert request.key.startswith(f"{ROUNDUP_KEY}slack:w:c:2:{NOW.timestamp():.0f}-")
    assert subscription_number(request) == number_in(request.key) == 2
    assert request.links == tuple(row.url for row in ROWS)
    assert (request.place, request.user, request.command) == (subscription().place, "ada", False)
    assert slot_of(request) == NOW
    with pytest.raises(ValueError, match="no round-up"):
        slot_of(replace(request, key="feed:slack:w:c:2:17-4"))
    told, left = roundup_stories(request)
    assert ([one.title for one in told], left) == (["About a", "About b", "About c"], 0)
    assert told[0].text == "About a\n(sum)"


def test_same_rows_same_key_others_another() -> None:
    key = roundup_request(subscription(), ROWS).key
    assert roundup_request(subscription(), ROWS[::-1]).key == key
    late = [replace(ROWS[0], entry_id="late")]
    later = [replace(row, due_at=NOW + timedelta(days=1)) for row in ROWS]
    elsewhere = subscription(channel="d")
    keys = {roundup_request(subscription(), rows).key for rows in (ROWS[:2], late, later)}
    assert len({key, *keys, roundup_request(elsewhere, ROWS).key}) == 5


def test_the_newest_of_too_many_are_kept() -> None:
    rows = [
        replace(ROWS[0], entry_id=str(number), url=f"https://x.example/{number}") for number in range(250)
    ]
    told, left = roundup_stories(roundup_request(subscription(), rows))
    assert left == 250 - MOST_GATHERED == 150
    assert told[-1].url == "https://x.example/249"


@given(st.lists(st.text(max_size=30), min_size=1, max_size=5))
def test_any_printed_words_come_back(texts: list[str]) -> None:
    rows = [replace(ROWS[0], entry_id=str(at), text=text) for at, text in enumerate(texts)]
    told, _ = roundup_stories(roundup_request(subscription(), rows))
    assert [one.text for one in told] == texts


def test_one_message_takes_more_of_a_poll_than_a_channel() -> None:
    new = [Entry(str(number), f"https://x.example/{number}", "Boats") for number in range(300)]
    hourly = replace(subscription(refuse=("ferry",)), rhythm=parsed("hourly"))
    assert worth_reading(hourly, new) == tuple(new[-MOST_GATHERED:])
    assert worth_reading(subscription(), new) == tuple(new[-MOST_AT_ONCE:])


def test_reading_order() -> None:
    told, _ = roundup_stories(roundup_request(subscription(), ROWS))
    assert [one.title[-1] for one in reading_order(subscription(), told)] == ["c", "b", "a"]
    assert [one.title[-1] for one in reading_order(subscription(("about b",)), told)] == ["b", "c", "a"]


# ------------------------------------------------------------------ one link, one channel


WORDS = st.lists(st.sampled_from(["ferry", "boat", "sport"]), max_size=2).map(tuple)


@given(WORDS, WORDS, WORDS, WORDS, st.lists(st.sampled_from(["ferry", "boat", "sport", "zoo"])).map(" ".join))
def test_a_subscription_covers_another(
    want: tuple[str, ...],
    refuse: tuple[str, ...],
    want2: tuple[str, ...],
    refuse2: tuple[str, ...],
    text: str,
) -> None:
    one, other = subscription(want, refuse), subscription(want2, refuse2)
    if covers(other, one) and wanted(one, text):
        assert wanted(other, text)
    assert covers(one, one)
    assert covers(subscription(), one)


@pytest.mark.parametrize(
    ("key", "hours", "had"),
    [
        ("feed:slack:w:c:2:x", 1, True),
        ("feed:slack:w:c:2:x", 24, False),  # a page that is filled anew every day
        ("roundup:slack:w:c:2:1-x", 24, False),
        ("feed:slack:w:c:3:x", 24, True),
        ("slack:w:c:17.4", 24, True),  # somebody pasted it
        ("slack:w:c:17.4", 24 * 8, False),
    ],
)
def test_what_a_channel_has_had_is_no_news(key: str, hours: int, had: bool) -> None:
    at = NOW - timedelta(hours=hours)
    record = DigestRecord("d", key, Place("slack", "w", "c"), URL, URL, "T", "h", at, at, "{}")
    assert has_had(subscription(), record, NOW) is had
    assert not has_had(subscription(), None, NOW)
