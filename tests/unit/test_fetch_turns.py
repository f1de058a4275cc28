"""Politeness: one visit a host, a gap between visits, no memory of idle hosts."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

import pytest

from bot.fetch.turns import _KEPT_HOSTS, Turns


async def test_hosts_do_not_wait_for_each_other() -> None:
    turns = Turns(gap_s=30, at_once=1)
    start_s = time.monotonic()
    async with turns.of("a.example"), turns.of("b.example"):
        pass
    assert time.monotonic() - start_s < 1


async def test_some_at_once() -> None:
    turns = Turns(gap_s=0, at_once=2)
    inside, most = 0, 0

    async def visit() -> None:
        nonlocal inside, most
        async with turns.of("a.example"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.005)
            inside -= 1

    await asyncio.gather(*(visit() for _ in range(10)))
    assert most == 2


async def test_a_failed_visit_gives_the_turn_back() -> None:
    turns = Turns(gap_s=0, at_once=1)
    with pytest.raises(ZeroDivisionError):
        async with turns.of("a.example"):
            raise ZeroDivisionError
    async with asyncio.timeout(1), turns.of("a.example"):
        pass


async def test_idle_hosts_are_forgotten_and_busy_ones_kept() -> None:
    turns = Turns(gap_s=0, at_once=1)
    async with turns.of("busy.example"):
        for number in range(3 * _KEPT_HOSTS):
            async with turns.of(f"h{number}.example"):
                pass
        assert len(turns._hosts) <= _KEPT_HOSTS
        assert "busy.example" in turns._hosts


@pytest.mark.parametrize("fails", [False, True])
async def test_the_gap_begins_when_a_visit_ends(fails: bool) -> None:
    turns = Turns(gap_s=0.2, at_once=1)
    with suppress(ZeroDivisionError):
        async with turns.of("slow.example"):
            await asyncio.sleep(0.3)
            if fails:
                raise ZeroDivisionError
    ended_s = time.monotonic()
    async with turns.of("slow.example"):
        assert time.monotonic() - ended_s >= 0.19
