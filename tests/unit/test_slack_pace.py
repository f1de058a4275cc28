"""Turns and pauses: one post a second and channel, in order, and nobody waits long in process."""

from __future__ import annotations

import asyncio
import heapq
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.pace import BURST, LONGEST_S, Pace
from bot.ports import ChatDown


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def wait_of(pace: Pace, key: str, scope: str = "C1") -> float:
    """The wait that is asked for; 0.0 when it is the key's turn."""
    try:
        await asyncio.wait_for(pace.turn(scope, key), 0.01)
    except ChatDown as error:
        return error.retry_after_s or 0.0
    except TimeoutError:
        return -1.0  # waits in process
    return 0.0


async def test_a_short_burst_goes_at_once_and_then_one_a_second(clock: Clock) -> None:
    pace = Pace(now=clock)
    assert [await wait_of(pace, str(n)) for n in range(BURST)] == [0.0] * BURST
    assert await wait_of(pace, "next") == -1.0
    waits = [await wait_of(pace, f"late {n}") for n in range(10)]
    far = [wait for wait in waits if wait > 0]
    assert all(wait > LONGEST_S for wait in far)
    assert [b - a for a, b in pairwise(far)] == [pytest.approx(1.0)] * (len(far) - 1)


async def test_a_turn_is_kept_for_who_was_sent_away(clock: Clock) -> None:
    pace = Pace(now=clock)
    for n in range(20):
        await wait_of(pace, str(n))
    wait_s = await wait_of(pace, "mine")
    assert wait_s > LONGEST_S
    clock.now_s += 1.0
    assert await wait_of(pace, "mine") == pytest.approx(wait_s - 1.0)  # asking again costs nothing
    clock.now_s += wait_s
    assert await wait_of(pace, "mine") == 0.0


async def test_channels_do_not_wait_for_one_another(clock: Clock) -> None:
    pace = Pace(now=clock)
    for n in range(20):
        await wait_of(pace, str(n))
    assert await wait_of(pace, "1", scope="C2") == 0.0


async def test_an_idle_channel_has_its_burst_again(clock: Clock) -> None:
    pace = Pace(now=clock)
    for n in range(BURST):
        await wait_of(pace, str(n))
    clock.now_s += BURST
    assert [await wait_of(pace, f"b{n}") for n in range(BURST)] == [0.0] * BURST


async def test_a_pause_moves_everybody_behind_it_in_order(clock: Clock) -> None:
    pace = Pace(now=clock)
    for n in range(8):
        await wait_of(pace, str(n))
    pace.pause("C1", 30.0)
    assert pace.left_s("C1") == 30.0
    assert [await wait_of(pace, key) for key in ("a", "b", "c")] == [30.0, 31.0, 32.0]
    clock.now_s += 30.0
    assert pace.left_s("C1") == 0.0
    assert await wait_of(pace, "a") == 0.0
    assert await wait_of(pace, "b") == -1.0


async def test_a_pause_of_a_method_is_waited_for_or_told(clock: Clock) -> None:
    pace = Pace(now=clock)
    await pace.free("T1 chat_update")
    pace.pause("T1 chat_update", 30.0)
    with pytest.raises(ChatDown) as caught:
        await pace.free("T1 chat_update")
    assert caught.value.retry_after_s == 30.0
    clock.now_s += 31.0
    await pace.free("T1 chat_update")


@given(
    st.lists(st.tuples(st.floats(0, 30), st.booleans()), min_size=1, max_size=60),
    st.integers(1, 6),
)
def test_however_they_come_no_second_has_too_many_and_nobody_is_lost(
    asks: list[tuple[float, bool]], burst: int
) -> None:
    """Each ask comes after some seconds, or is a pause of as many; who is sent away comes when told."""
    taken = asyncio.run(_simulated(asks, burst))
    posts = [at for at, pause in taken if not pause]
    assert len(posts) == sum(1 for _, pause in asks if not pause)
    for first, later in zip(posts, posts[burst:], strict=False):
        assert later - first >= 1.0 - 1e-6
    for start, until in [(at, at + pause) for at, pause in taken if pause]:
        assert not [at for at in posts if start < at < until - 1e-6]


async def _simulated(asks: list[tuple[float, bool]], burst: int) -> list[tuple[float, float]]:
    """What happened when: a post (0.0), or a pause of so many seconds."""
    clock = Clock()
    pace = Pace(burst=burst, longest_s=0.0, now=clock)
    coming: list[tuple[float, int]] = []
    happened: list[tuple[float, float]] = []
    at = clock.now_s
    for number, (after_s, pause) in enumerate(asks):
        at += after_s / 10
        heapq.heappush(coming, (at, -number if pause else number))
    while coming:
        at, number = heapq.heappop(coming)
        clock.now_s = max(clock.now_s, at)
        if asks[abs(number)][1]:
            for_s = asks[abs(number)][0]
            pace.pause("C1", for_s)
            if for_s:
                happened.append((clock.now_s, for_s))
            continue
        try:
            await pace.turn("C1", str(number))
        except ChatDown as error:
            heapq.heappush(coming, (clock.now_s + (error.retry_after_s or 0.0) + 1e-9, number))
        else:
            happened.append((clock.now_s, 0.0))
    return happened


async def test_in_real_time_nobody_is_early() -> None:
    pace = Pace(every_s=0.05, burst=2)
    started = time.monotonic()
    taken: list[tuple[int, float]] = []

    async def post(number: int) -> None:
        await pace.turn("C1", str(number))
        taken.append((number, time.monotonic() - started))

    await asyncio.gather(*(post(n) for n in range(6)))
    assert [number for number, _ in taken] == list(range(6))
    assert taken[-1][1] >= 4 * 0.05 * 0.99
    assert taken[1][1] < 0.05


async def test_a_pause_reaches_those_who_wait_already() -> None:
    pace = Pace(every_s=0.05, burst=1)
    started = time.monotonic()
    await pace.turn("C1", "first")
    waiting = [asyncio.create_task(pace.turn("C1", str(n))) for n in range(3)]
    await asyncio.sleep(0.01)
    pace.pause("C1", 0.2)
    await asyncio.gather(*waiting)
    assert time.monotonic() - started >= 0.2 + 2 * 0.05


async def test_what_is_over_is_forgotten(clock: Clock) -> None:
    pace = Pace(now=clock)
    for n in range(10_000):
        await pace.turn(f"C{n}", str(n))
        clock.now_s += 1.0
    assert len(pace._next) < 5000
    assert len(pace._turns) == 0
