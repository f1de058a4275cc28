"""What is due, what is new, what is wanted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.records import FeedState
from bot.schedule import (
    FEED_KEY,
    JITTER,
    LONGEST_S,
    LONGEST_WAIT_S,
    MOST_AT_ONCE,
    SHORTEST_S,
    Outcome,
    entry_request,
    new_entries,
    next_poll,
    wanted,
)
from bot.types import Entry, Place, Subscription

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
URL = "https://news.example/feed"


def state(interval_s: float = 900.0, failures: int = 0) -> FeedState:
    return FeedState(URL, interval_s=interval_s, failures=failures)


def waited_s(after: FeedState) -> float:
    assert after.next_poll_at is not None
    return (after.next_poll_at - NOW).total_seconds()


def entry(name: str, published: datetime | None = None, title: str = "", summary: str = "") -> Entry:
    return Entry(name, f"https://news.example/{name}", title, published, summary)


@pytest.mark.parametrize(
    ("interval_s", "outcome", "then_s"),
    [
        (900, Outcome.NO_NEWS, 1080),
        (900, Outcome.NEWS, 450),
        (450, Outcome.NEWS, 300),
        (300, Outcome.NEWS, 300),
        (20_000, Outcome.NO_NEWS, LONGEST_S),
        (0, Outcome.NO_NEWS, 360),
        (10**9, Outcome.NEWS, LONGEST_S / 2),
    ],
)
def test_the_interval_follows_the_news(interval_s: float, outcome: Outcome, then_s: float) -> None:
    after = next_poll(state(interval_s, failures=3), outcome, NOW)
    assert after.interval_s == then_s
    assert waited_s(after) == pytest.approx(then_s)
    assert (after.failures, after.polled_at) == (0, NOW)


def test_failures_back_off_and_leave_the_interval() -> None:
    after = state()
    waits = []
    for _ in range(12):
        after = next_poll(after, Outcome.FAILED, NOW)
        waits.append(waited_s(after))
    assert waits[:4] == [1800, 3600, 7200, 14400]
    assert waits[-1] == LONGEST_WAIT_S
    assert (after.failures, after.interval_s) == (12, 900)


@pytest.mark.parametrize(
    ("asked", "then_s"),
    [
        ({"ttl_s": 3600}, 3600),
        ({"ttl_s": 60}, 1080),
        ({"retry_after_s": 7200.0}, 7200),
        ({"retry_after_s": 10.0**9}, LONGEST_WAIT_S),
        ({"ttl_s": 10**9}, LONGEST_WAIT_S),
        ({"ttl_s": -5}, 1080),
        ({"jitter": 0.5}, 1080 * (1 + JITTER / 2)),
    ],
)
def test_what_the_feed_asks_for_is_honoured(asked: dict[str, float], then_s: float) -> None:
    assert waited_s(next_poll(state(), Outcome.NO_NEWS, NOW, **asked)) == pytest.approx(then_s)


def test_what_is_gone_is_not_asked_again() -> None:
    assert next_poll(state(), Outcome.GONE, NOW).next_poll_at is None


SECONDS = st.one_of(st.none(), st.floats(-(10**6), 10**9))


@given(
    st.floats(0, 10**9), st.integers(0, 10**6), st.sampled_from(Outcome), SECONDS, SECONDS, st.floats(0, 0.99)
)  # fmt: skip
def test_a_poll_is_never_too_soon_nor_too_late(
    interval_s: float,
    failures: int,
    outcome: Outcome,
    ttl_s: float | None,
    retry_after_s: float | None,
    jitter: float,
) -> None:
    after = next_poll(
        state(interval_s, failures), outcome, NOW, ttl_s=ttl_s, retry_after_s=retry_after_s, jitter=jitter
    )
    assert SHORTEST_S <= after.interval_s <= LONGEST_S or outcome is Outcome.GONE
    if after.next_poll_at is not None:
        asked_s = min(max(ttl_s or 0, retry_after_s or 0, SHORTEST_S), LONGEST_WAIT_S)
        assert asked_s - 1e-3 <= waited_s(after) <= LONGEST_WAIT_S * (1 + JITTER)


@given(st.lists(st.sampled_from([Outcome.NEWS, Outcome.NO_NEWS]), min_size=40, max_size=60))
def test_news_never_slows_and_silence_never_speeds(outcomes: list[Outcome]) -> None:
    now = state()
    for outcome in outcomes:
        after = next_poll(now, outcome, NOW)
        if outcome is Outcome.NEWS:
            assert after.interval_s <= now.interval_s
        else:
            assert after.interval_s >= now.interval_s
        now = after


def test_new_entries_come_oldest_first_without_known_stale_and_repeated_ones() -> None:
    entries = [
        entry("c", NOW),
        entry("b"),
        entry("c", NOW),
        entry("known", NOW),
        entry("a", NOW - timedelta(days=2)),
        entry("stale", NOW - timedelta(days=4)),
    ]
    assert [one.id for one in new_entries({"known"}, entries, NOW)] == ["a", "b", "c"]


def test_a_feed_that_renames_everything_does_not_flood() -> None:
    entries = [entry(str(number)) for number in range(500)]
    assert [one.id for one in new_entries(set(), entries, NOW)] == [str(n) for n in range(MOST_AT_ONCE)][::-1]


IDS = st.lists(st.sampled_from("abcdefghijklmnop"), max_size=20)


@given(IDS, st.sets(st.sampled_from("abcdefghijklmnop")))
def test_nothing_known_is_new_and_nothing_comes_twice(ids: list[str], known: set[str]) -> None:
    found = [one.id for one in new_entries(known, [entry(name) for name in ids], NOW)]
    assert not known & set(found)
    assert len(found) == len(set(found)) <= MOST_AT_ONCE
    assert new_entries(known | set(ids), [entry(name) for name in ids], NOW) == ()


def subscription(
    want: tuple[str, ...] = (), refuse: tuple[str, ...] = (), channel: str = "c"
) -> Subscription:
    return Subscription(2, Place("slack", "w", channel), URL, "Herald", "ada", NOW, want, refuse)


@pytest.mark.parametrize(
    ("want", "refuse", "title", "summary", "passes"),
    [
        ((), (), "Anything", "", True),
        (("budget",), (), "The Budget passes", "", True),
        (("budget",), (), "Passed", "a city budget.", True),
        (("budget",), (), "Budgetary", "", False),
        (("budget", "school"), (), "A school opens", "", True),
        (("budget",), (), "", "", False),
        ((), ("sport",), "Sport: final", "", False),
        ((), ("sport",), "Transport", "", True),
        (("final",), ("sport",), "Sport: final", "", False),
        (("city  hall",), (), "At City\nHall today", "", True),
        (("city hall",), (), "City of Hall", "", False),
        (("café",), (), "CAFE opens", "", True),
        (("u.s.",), (), "In the U.S. today", "", True),
        (("c++",), (), "Learning C++ now", "", True),
        ((".*",), (), "anything", "", False),
        (("mayor’s",), (), "The mayor's plan", "", True),
        (("",), (), "anything", "", False),
    ],
)
def test_wanted(
    want: tuple[str, ...], refuse: tuple[str, ...], title: str, summary: str, passes: bool
) -> None:
    assert wanted(subscription(want, refuse), entry("x", None, title, summary)) is passes


def test_wanted_looks_into_the_text_where_there_is_one() -> None:
    assert wanted(subscription(("ferry",)), entry("x", None, "Boats"), "The ferry stops.")


@given(st.text(max_size=40), st.text(max_size=200))
def test_any_word_is_a_word_not_a_pattern(word: str, title: str) -> None:
    wanted(subscription((word,), (word,)), entry("x", None, title))
    if word.strip():
        assert not wanted(subscription(refuse=(word,)), entry("x", None, f"a {word} b"))


def test_the_request_of_an_entry() -> None:
    request = entry_request(subscription(), entry("tag:x,2026:1"))
    assert request.key == f"{FEED_KEY}slack:w:c:2:tag:x,2026:1"
    assert request.links == ("https://news.example/tag:x,2026:1",)
    assert (request.place, request.user, request.command) == (subscription().place, "ada", False)
    keys = {entry_request(subscription(channel=name), entry("1")).key for name in ("a", "b", "a:2", "a%3A2")}
    assert len(keys) == 4
