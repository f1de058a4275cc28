"""Whose turn it is to send, after a homeserver has asked to wait."""

from __future__ import annotations

import asyncio

import pytest

from adapters.matrix.turns import Turns
from bot.ports import ChatDown


class Clock:
    """Sleeping makes it pass."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_s = 100.0
        self.slept: list[float] = []
        monkeypatch.setattr(asyncio, "sleep", self.sleep)

    def __call__(self) -> float:
        return self.now_s

    async def sleep(self, for_s: float) -> None:
        self.slept.append(for_s)
        self.now_s += for_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


async def wait_of(turns: Turns, key: str) -> float:
    """0.0 when its turn is now, or came while waiting."""
    try:
        await turns.turn(key)
    except ChatDown as error:
        return error.retry_after_s or 0.0
    return 0.0


async def test_nobody_waits_while_no_limit_is_known(clock: Clock) -> None:
    turns = Turns(now=clock)
    for number in range(100):
        await turns.turn(f"k{number}")
        assert not turns.waits(f"k{number}")
        turns.taken(f"k{number}")
    assert clock.slept == []


async def test_turns_are_given_in_the_order_of_asking(clock: Clock) -> None:
    turns = Turns(now=clock)
    for key in "abcd":
        await turns.turn(key)
    turns.limited("a", 5.0)
    assert [turns.waits(key) for key in "abcd"] == [True] * 4
    assert [await wait_of(turns, key) for key in "bcde"] == [10.0, 15.0, 20.0, 25.0]
    assert await wait_of(turns, "a") == 0.0
    assert clock.slept == [5.0]
    turns.taken("a")
    assert [await wait_of(turns, key) for key in "cd"] == [10.0, 15.0]  # as they were told, 5 s ago


async def test_a_limit_that_is_met_again_puts_everybody_back(clock: Clock) -> None:
    turns = Turns(now=clock)
    for key in "abc":
        await turns.turn(key)
    turns.limited("a", 2.0)
    turns.limited("b", 8.0)
    assert [await wait_of(turns, key) for key in "bac"] == [8.0, 16.0, 24.0]
    assert turns.waited_s == 10.0


async def test_a_turn_that_nobody_takes_up_is_given_anew(clock: Clock) -> None:
    turns = Turns(now=clock)
    turns.limited("a", 10.0)
    clock.now_s += 10.0 + 61.0
    turns.limited("z", 10.0)  # still limited
    assert await wait_of(turns, "a") == pytest.approx(20.0)


async def test_after_a_quiet_minute_nobody_waits_again(clock: Clock) -> None:
    turns = Turns(now=clock)
    turns.limited("a", 5.0)
    assert await wait_of(turns, "a") == 0.0
    turns.taken("a")
    assert await wait_of(turns, "b") == 0.0  # 5 s later
    turns.taken("b")
    slept = len(clock.slept)
    clock.now_s += 71.0
    for key in "cdefg":
        assert await wait_of(turns, key) == 0.0
        turns.taken(key)
    assert len(clock.slept) == slept


async def test_a_long_wait_is_one_wait_and_not_the_pace(clock: Clock) -> None:
    turns = Turns(now=clock)
    for key in "ab":
        await turns.turn(key)
    turns.limited("a", 600.0)
    assert [await wait_of(turns, key) for key in "ab"] == [600.0, 610.0]


async def test_who_never_comes_back_is_forgotten(clock: Clock) -> None:
    turns = Turns(now=clock)
    for number in range(5000):
        await turns.turn(f"k{number}")
        clock.now_s += 1.0
    assert len(turns._due) <= 4200
