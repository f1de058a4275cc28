"""The engine's own promises: attempts, patience, giving up, takeover. On the embedded store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import procrastinate
import pytest

from bot.engine import JobEngine
from bot.engine.jobs import Patience
from bot.ports import ANSWER, Database, TryLater
from bot.store import SqlStore, open_database
from tests.fakes.desk import NOON, link_request


@dataclass
class Bench:
    """``work`` may be replaced; every run is written down."""

    database: Database
    engine: JobEngine
    store: SqlStore
    runs: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    work: Callable[[str], object] = lambda key: None

    async def run(self, key: str) -> None:
        self.runs.append(key)
        outcome = self.work(key)
        if asyncio.iscoroutine(outcome):
            await outcome

    async def stop(self, key: str) -> None:
        self.given_up.append(key)

    async def take(self, key: str) -> None:
        async with self.store.begin() as tx:
            await tx.take(link_request(key, "https://a.example/"), NOON)

    async def drain_for(self, times: int) -> None:
        for _ in range(times):
            await self.engine.drain()
            await asyncio.sleep(0.03)


async def bench_on(address: str, **settings: float) -> Bench:
    database = await open_database(address)
    engine = JobEngine(database, **{"retry_base_s": 0.01, "attempts": 3, **settings})
    await engine.open()
    bench = Bench(database, engine, SqlStore(database, engine))
    engine.handle(ANSWER, bench.run, bench.stop)
    return bench


@pytest.fixture
async def bench(quick_path: Path) -> AsyncIterator[Bench]:
    made = await bench_on(str(quick_path / "nutgraf.db"))
    yield made
    await made.engine.close()
    await made.database.close()


async def test_a_job_that_ends_well_leaves_nothing(bench: Bench) -> None:
    await bench.take("E1")
    assert await bench.engine.backlog() == {"todo": 1}
    await bench.engine.drain()
    assert bench.runs == ["E1"]
    assert await bench.engine.backlog() == {}


async def test_a_job_that_raises_runs_again_then_is_given_up(bench: Bench) -> None:
    def fail(key: str) -> None:
        raise RuntimeError("no")

    bench.work = fail
    await bench.take("E1")
    await bench.drain_for(8)
    assert bench.runs == ["E1"] * 3
    assert bench.given_up == ["E1"]
    assert await bench.engine.backlog() == {}


async def test_a_job_of_a_process_that_died_is_run_at_the_next_start(quick_path: Path) -> None:
    address = str(quick_path / "nutgraf.db")
    first = await bench_on(address)
    await first.take("E1")
    async with first.database.transaction() as connection:
        await connection.rows("update procrastinate_jobs set status = 'doing', worker_id = 77")
    await first.engine.drain()
    assert first.runs == [], "somebody is at it"
    await first.engine.close()
    await first.database.close()
    second = await bench_on(address)
    await second.engine.drain()
    assert second.runs == ["E1"]
    await second.engine.close()
    await second.database.close()


async def test_a_job_in_hand_is_not_run_a_second_time_by_a_takeover(bench: Bench) -> None:
    entered, leave = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        entered.set()
        await leave.wait()

    bench.work = lambda key: hold()
    await bench.take("E1")
    working = asyncio.create_task(bench.engine.drain())
    await entered.wait()
    async with bench.database.transaction() as connection:  # the machine slept, the heartbeat is old
        await connection.rows("update procrastinate_workers set last_heartbeat = 0")
    assert await bench.engine.rescue() == 1
    again = asyncio.create_task(bench.engine.drain())
    await asyncio.sleep(0.1)
    assert bench.runs == ["E1"]
    leave.set()
    await asyncio.gather(working, again)


async def test_what_is_in_hand_at_shutdown_is_finished(bench: Bench) -> None:
    entered, leave = asyncio.Event(), asyncio.Event()
    done: list[str] = []

    async def hold(key: str) -> None:
        entered.set()
        await leave.wait()
        done.append(key)

    bench.work = hold
    await bench.take("E1")
    running = asyncio.create_task(bench.engine.run())
    await entered.wait()
    running.cancel()
    await asyncio.sleep(0.05)
    leave.set()
    await asyncio.gather(running, return_exceptions=True)
    assert done == ["E1"]
    assert await bench.engine.backlog() == {}


async def test_a_new_job_wakes_a_running_engine(bench: Bench) -> None:
    got = asyncio.Event()
    bench.work = lambda key: got.set()
    running = asyncio.create_task(bench.engine.run())
    await asyncio.sleep(0.1)
    await bench.take("E1")
    await asyncio.wait_for(got.wait(), 0.5)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_what_is_due_every_hour_is_done_while_the_engine_runs(quick_path: Path) -> None:
    bench = await bench_on(str(quick_path / "nutgraf.db"), minute=datetime.now(UTC).minute)
    done = asyncio.Event()

    async def work() -> None:
        done.set()

    bench.engine.every_hour("purge", work)
    running = asyncio.create_task(bench.engine.run())
    await asyncio.wait_for(done.wait(), 5)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await bench.engine.close()
    await bench.database.close()


async def test_failed_jobs_are_purged(bench: Bench) -> None:
    async with bench.database.transaction() as connection:
        await connection.rows(
            "insert into procrastinate_jobs (queue_name, task_name, args, status, updated_at)"
            " values ('default', 'answer', '{}', 'failed', 0)"
        )
    await bench.take("E1")
    await bench.engine.purge(86_400.0)
    assert await bench.engine.backlog() == {"todo": 1}


def job(attempts: int) -> procrastinate.jobs.Job:
    return procrastinate.jobs.Job(
        id=1, queue="q", lock=None, queueing_lock=None, task_name="answer", attempts=attempts
    )


@pytest.mark.parametrize(
    ("error", "attempts", "pause_s"),
    [
        (ValueError(), 0, 2.0),
        (ValueError(), 3, 16.0),
        (ValueError(), 200, 600.0),
        (TryLater("down"), 1, 4.0),
        (TryLater("rate limit", 30.0), 5, 30.0),
        (TryLater("asks for a week", 604_800.0), 0, 3600.0),
        (TryLater("odd clock", -5.0), 0, 0.0),
        (asyncio.CancelledError(), 4, 0.0),
    ],
)
def test_patience_grows_and_is_bounded(error: BaseException, attempts: int, pause_s: float) -> None:
    assert Patience(attempts=16).pause_s(error, attempts) == pause_s


def test_patience_ends() -> None:
    patience = Patience(attempts=16)
    assert patience.get_retry_decision(exception=ValueError(), job=job(35)) is not None
    assert patience.get_retry_decision(exception=ValueError(), job=job(36)) is None
