"""What is due, what is new, what is wanted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.records import FEED_KEY, FeedState
from bot.rhythm import Beat, Rhythm, parsed
from bot.schedule import (
    EARLY_S,
    EARLY_SPREAD_S,
    JITTER,
    LONGEST_S,
    LONGEST_WAIT_S,
    MOST_AT_ONCE,
    SHORTEST_S,
    Outcome,
    asked_wait_s,
    entry_request,
    gone_request,
    new_entries,
    next_poll,
    subscription_number,
    wanted,
    worth_reading,
)
from bot.types import Entry, Feed, Page, Place, Request, Subscription

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
        ({"asked_s": 3600.0}, 3600),
        ({"asked_s": 60.0}, 1080),
        ({"asked_s": 10.0**9}, LONGEST_WAIT_S),
        ({"asked_s": -5.0}, 1080),
        ({"jitter": 0.5}, 1080 * (1 + JITTER / 2)),
    ],
)
def test_what_the_site_asks_for_is_honoured(asked: dict[str, float], then_s: float) -> None:
    assert waited_s(next_poll(state(), Outcome.NO_NEWS, NOW, **asked)) == pytest.approx(then_s)


@pytest.mark.parametrize(
    ("ttl_s", "fresh_s", "asked_s"),
    [
        (None, None, 0),
        (3600, None, 3600),
        (None, 3600.0, 3600),
        (60, 3600.0, 3600),
        (7200, 3600.0, 7200),
        (None, 31_536_000.0, LONGEST_S),
        (86_400, 31_536_000.0, 86_400),
    ],
)
def test_ttl_and_max_age(ttl_s: int | None, fresh_s: float | None, asked_s: float) -> None:
    page = Page(URL, URL, "application/rss+xml", b"", NOW, fresh_s=fresh_s)
    assert asked_wait_s(page, Feed(URL, "Herald", (), ttl_s=ttl_s)) == asked_s
    assert asked_wait_s(page) == min(fresh_s or 0, LONGEST_S)


def test_what_is_gone_is_not_asked_again() -> None:
    assert next_poll(state(), Outcome.GONE, NOW).next_poll_at is None


@pytest.mark.parametrize(
    ("rhythms", "jitter", "asked_s", "then_s"),
    [
        (("daily 15:00",), 0.0, 0, 3 * 3600 - EARLY_S),  # three hours ahead, six would be too late
        (("daily 15:00",), 0.5, 0, 3 * 3600 - EARLY_S - EARLY_SPREAD_S / 2),
        (("daily 15:00",), 0.0, 4 * 3600, LONGEST_S),  # the site wants its peace
        (("daily 15:00",), 0.0, 7200, 3 * 3600 - EARLY_S),
        (("daily 23:00", "daily 15:00", "now"), 0.0, 0, 3 * 3600 - EARLY_S),
        (("daily 23:00",), 0.0, 0, LONGEST_S),
        (("now",), 0.0, 0, LONGEST_S),
        (("hourly",), 0.0, 0, 3600 - EARLY_S),
        (("daily 12:05",), 0.0, 0, LONGEST_S),  # it was polled just now
        (("daily 12:07",), 0.0, 0, LONGEST_S),
        (("daily 12:08",), 0.0, 0, 8 * 60 - EARLY_S),
    ],
)
def test_a_feed_is_looked_at_shortly_before_its_slot(
    rhythms: tuple[str, ...], jitter: float, asked_s: float, then_s: float
) -> None:
    quiet = state(LONGEST_S)
    after = next_poll(
        quiet, Outcome.NO_NEWS, NOW, asked_s=asked_s, jitter=jitter, rhythms=map(parsed, rhythms)
    )
    assert waited_s(after) == pytest.approx(max(then_s, asked_s))
    assert after.interval_s == LONGEST_S
    failed = next_poll(quiet, Outcome.FAILED, NOW, rhythms=map(parsed, rhythms))
    assert waited_s(failed) == 2 * LONGEST_S


@given(
    st.floats(0, 10**9),
    st.integers(0, 10**6),
    st.sampled_from(Outcome),
    st.floats(-(10**6), 10**9),
    st.floats(0, 0.99),
    st.lists(st.builds(Rhythm, st.sampled_from(Beat), st.integers(0, 1439)), max_size=3),
)
def test_a_poll_is_never_too_soon_nor_too_late(
    interval_s: float,
    failures: int,
    outcome: Outcome,
    asked_s: float,
    jitter: float,
    rhythms: list[Rhythm],
) -> None:
    after = next_poll(
        state(interval_s, failures), outcome, NOW, asked_s=asked_s, jitter=jitter, rhythms=rhythms
    )
    assert SHORTEST_S <= after.interval_s <= LONGEST_S or outcome is Outcome.GONE
    if after.next_poll_at is not None:
        least_s = min(max(asked_s, SHORTEST_S), LONGEST_WAIT_S)
        assert least_s - 1e-3 <= waited_s(after) <= LONGEST_WAIT_S * (1 + JITTER)


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
    read = worth_reading(subscription(), new_entries(set(), entries, NOW))
    assert [one.id for one in read] == [str(n) for n in range(MOST_AT_ONCE)][::-1]


IDS = st.lists(st.sampled_from("abcdefghijklmnop"), max_size=20)


@given(IDS, st.sets(st.sampled_from("abcdefghijklmnop")))
def test_nothing_known_is_new_and_nothing_comes_twice(ids: list[str], known: set[str]) -> None:
    found = [one.id for one in new_entries(known, [entry(name) for name in ids], NOW)]
    assert not known & set(found)
    assert len(found) == len(set(found))
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
    request = entry_request(subscription(want, refuse), entry("x", None, title, summary))
    assert wanted(subscription(want, refuse), request.text) is passes


@given(st.text(max_size=40), st.text(max_size=200))
def test_any_word_is_a_word_not_a_pattern(word: str, title: str) -> None:
    wanted(subscription((word,), (word,)), title)
    if word.strip():
        assert not wanted(subscription(refuse=(word,)), f"a {word} b")


def test_a_word_that_may_stand_in_the_story_rules_nothing_out() -> None:
    new = [
        entry("a", None, "Boats"),
        entry("b", None, "Sport: boats"),
        entry("c", None, "Ferry", "No sport."),
    ]
    for want in ((), ("ferry",)):
        assert [one.id for one in worth_reading(subscription(want, ("sport",)), new)] == ["a"]


def test_of_many_the_ones_that_print_the_word_are_read_first() -> None:
    new = [entry(str(number), None, "Ferry" if number in {3, 7} else "Boats") for number in range(30)]
    read = [one.id for one in worth_reading(subscription(("ferry",)), new)]
    assert read == ["3", "7", *map(str, range(22, 30))]
    assert worth_reading(subscription(refuse=("boats",)), new) == (new[3], new[7])


@given(st.lists(st.sampled_from(["ferry", "boats", "sport"]), max_size=40))
def test_worth_reading_keeps_the_order_and_the_cap(titles: list[str]) -> None:
    new = [entry(str(number), None, title) for number, title in enumerate(titles)]
    read = worth_reading(subscription(("ferry",), ("sport",)), new)
    assert len(read) == min(MOST_AT_ONCE, sum(title != "sport" for title in titles))
    assert list(read) == [one for one in new if one in read]


def test_the_request_of_an_entry() -> None:
    request = entry_request(subscription(), entry("tag:x,2026:1"))
    assert request.key == f"{FEED_KEY}slack:w:c:2:tag:x,2026:1"
    assert subscription_number(request) == 2
    assert request.links == ("https://news.example/tag:x,2026:1",)
    assert (request.place, request.user, request.command) == (subscription().place, "ada", False)
    keys = {entry_request(subscription(channel=name), entry("1")).key for name in ("a", "b", "a:2", "a%3A2")}
    assert len(keys) == 4


def test_the_request_of_a_feed_that_is_gone() -> None:
    odd = subscription(channel="!a:matrix.example")
    request = gone_request(odd, NOW)
    assert request == gone_request(odd, NOW)
    assert request.key != gone_request(odd, NOW + timedelta(days=1)).key
    assert (request.place, request.links, request.command) == (odd.place, (URL,), False)
    assert subscription_number(request) == 2


@pytest.mark.parametrize("key", ["", "E1", "feed:slack:w:c:2", "other:slack:w:c:2:x", "feed:slack:w:c:two:x"])
def test_other_requests_have_no_subscription(key: str) -> None:
    with pytest.raises(ValueError):
        subscription_number(Request(key, Place("slack", "w", "c"), "ada", ""))
