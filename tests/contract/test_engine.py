"""The engine underneath: the same 17 observations on SQLite and on PostgreSQL as procrastinate ships it.

What is observed is procrastinate's own behaviour (locks, order, retries, takeover, retention): the
SQLite connector must not be told apart from the stock one. Held for each upgrade of procrastinate.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import procrastinate
import pytest
from procrastinate import exceptions, sql

from bot.engine.sqlite import SqliteConnector
from bot.engine.sqlite_queries import ANSWERS, UNANSWERED
from bot.store import open_database

FINISHED = {"include_failed": True, "include_cancelled": True, "include_aborted": True}


@dataclass
class Bench:
    """An app with four tasks that write down what they did."""

    app: procrastinate.App
    log: list[object] = field(default_factory=list)
    noted: asyncio.Event = field(default_factory=asyncio.Event)
    long_started: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        task = self.app.task
        self.note = task(name="note")(self._note)
        three = procrastinate.RetryStrategy(max_attempts=3, wait=0)
        self.fail = task(name="fail", retry=three, pass_context=True)(self._fail)
        self.long = task(name="long", pass_context=True)(self._long)

    async def _note(self, mark: int, pause_s: float = 0.0) -> None:
        self.log.append(mark)
        await asyncio.sleep(pause_s)
        self.log.append(-mark)
        self.noted.set()

    async def _fail(self, context: procrastinate.JobContext, until: int) -> None:
        self.log.append(context.job.attempts)
        if context.job.attempts < until:
            raise ValueError("not yet")

    async def _long(self, context: procrastinate.JobContext) -> None:
        self.long_started.set()
        for _ in range(200):
            await asyncio.sleep(0.02)
            if context.should_abort():
                raise exceptions.JobAborted

    async def work(self, **options: object) -> list[object]:
        """Run what is ready; what was noted since the last time."""
        before, self.log[:] = list(self.log), []
        assert not before
        settings = {"wait": False, "install_signal_handlers": False, **options}
        await asyncio.wait_for(self.app.run_worker_async(**settings), 20)
        noted, self.log[:] = list(self.log), []
        return noted

    async def status(self, job: int) -> str:
        return (await self.app.job_manager.get_job_status_async(job)).value

    async def stalled(self, seconds: float) -> list[int | None]:
        found = await self.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=seconds)
        return [job.id for job in found]


def started(noted: list[object]) -> list[object]:
    return [mark for mark in noted if isinstance(mark, int) and mark > 0]


@pytest.fixture
async def bench(store_address: str) -> AsyncIterator[Bench]:
    database = await open_database(store_address)
    if database.dialect == "sqlite":
        connector: procrastinate.BaseConnector = SqliteConnector(database)
    else:
        connector = procrastinate.PsycopgConnector(conninfo=store_address, min_size=1)
    app = procrastinate.App(connector=connector)
    async with app.open_async():
        if not await app.check_connection_async():
            await app.schema_manager.apply_schema_async()
        yield Bench(app)
    await database.close()


def test_every_query_of_procrastinate_is_answered_or_known_not_to_be() -> None:
    assert set(ANSWERS) | UNANSWERED == set(sql.queries)
    assert not set(ANSWERS) & UNANSWERED


async def test_a_key_is_refused_while_its_job_waits_and_taken_again_after(bench: Bench) -> None:
    await bench.note.configure(queueing_lock="e1").defer_async(mark=1)
    with pytest.raises(exceptions.AlreadyEnqueued):
        await bench.note.configure(queueing_lock="e1").defer_async(mark=1)
    assert await bench.work() == [1, -1]
    await bench.note.configure(queueing_lock="e1").defer_async(mark=2)
    assert await bench.work() == [2, -2]


async def test_one_lock_is_one_line_and_strictly_in_order(bench: Bench) -> None:
    for mark in (1, 2, 3, 4):
        await bench.note.configure(lock="C1").defer_async(mark=mark, pause_s=0.02)
    await bench.note.configure(lock="C2").defer_async(mark=9, pause_s=0.005)
    noted: list[object] = []
    for _ in range(4):  # a worker that does not wait goes home when all that is left is locked
        noted += await bench.work(concurrency=5)
    assert [mark for mark in noted if mark not in {9, -9}] == [1, -1, 2, -2, 3, -3, 4, -4]
    assert 9 in noted


async def test_higher_priority_goes_first_then_first_come(bench: Bench) -> None:
    await bench.note.batch_defer_async({"mark": 1}, {"mark": 2})
    await bench.note.configure(priority=5).defer_async(mark=3)
    assert started(await bench.work()) == [3, 1, 2]


async def test_a_job_waits_for_its_time(bench: Bench) -> None:
    await bench.note.configure(schedule_in={"milliseconds": 400}).defer_async(mark=7)
    assert await bench.work() == []
    await asyncio.sleep(0.5)
    assert await bench.work() == [7, -7]


async def test_a_failing_job_is_retried_until_it_succeeds(bench: Bench) -> None:
    job = await bench.fail.defer_async(until=2)
    assert await bench.work() == [0, 1, 2]
    assert await bench.status(job) == "succeeded"


async def test_attempts_run_out_and_a_failed_job_can_be_retried_and_cancelled(bench: Bench) -> None:
    job = await bench.fail.defer_async(until=99)
    assert await bench.work() == [0, 1, 2, 3]
    assert await bench.status(job) == "failed"
    await bench.app.job_manager.retry_job_by_id_async(job, retry_at=datetime.now(UTC))
    assert await bench.status(job) == "todo"
    await bench.app.job_manager.cancel_job_by_id_async(job)
    assert await bench.status(job) == "cancelled"


async def test_a_running_job_is_aborted_when_asked(bench: Bench) -> None:
    job = await bench.long.defer_async()
    working = asyncio.create_task(bench.work(abort_job_polling_interval=0.1))
    await bench.long_started.wait()
    await bench.app.job_manager.cancel_job_by_id_async(job, abort=True)
    await working
    assert await bench.status(job) == "aborted"


async def test_a_successful_job_leaves_nothing_when_told_so(bench: Bench) -> None:
    job = await bench.note.defer_async(mark=1)
    await bench.work(delete_jobs="successful")
    assert await bench.app.job_manager.list_jobs_async(id=job) == []


async def test_the_job_of_a_silent_worker_is_found_and_handed_back(bench: Bench) -> None:
    manager = bench.app.job_manager
    job = await bench.long.defer_async()
    worker = await manager.register_worker()
    taken = await manager.fetch_job(None, worker)
    assert taken is not None and taken.id == job
    assert await bench.stalled(30) == []
    await asyncio.sleep(0.3)
    assert await bench.stalled(0.2) == [job]
    await manager.update_heartbeat(worker)
    assert await bench.stalled(0.2) == []
    await asyncio.sleep(0.3)
    assert list(await manager.prune_stalled_workers(0.2)) == [worker]
    assert await bench.stalled(30) == [job], "a job whose worker is gone is stalled at once"
    await manager.retry_job(taken)
    assert await bench.status(job) == "todo"
    assert await bench.stalled(0) == []


async def test_a_stalled_job_is_refused_while_another_of_its_queueing_lock_waits(bench: Bench) -> None:
    manager = bench.app.job_manager
    once = bench.note.configure(queueing_lock="hourly")
    await once.defer_async(mark=1)
    taken = await manager.fetch_job(None, await manager.register_worker())
    assert taken is not None
    await once.defer_async(mark=2)
    with pytest.raises(exceptions.ConnectorException):
        await manager.retry_job(taken)
    assert await bench.work() == [2, -2]
    await manager.retry_job(taken)
    assert await bench.work() == [1, -1]


async def test_finished_jobs_are_deleted_by_age(bench: Bench) -> None:
    done = await bench.note.defer_async(mark=1)
    await bench.work()
    cancelled = await bench.note.defer_async(mark=2)
    await bench.app.job_manager.cancel_job_by_id_async(cancelled)
    waiting = await bench.note.configure(schedule_in={"hours": 1}).defer_async(mark=3)
    await bench.app.job_manager.delete_old_jobs(nb_hours=1, **FINISHED)
    assert [job.id for job in await bench.app.job_manager.list_jobs_async()] == [done, cancelled, waiting]
    await bench.app.job_manager.delete_old_jobs(nb_hours=0, **FINISHED)
    assert [job.id for job in await bench.app.job_manager.list_jobs_async()] == [waiting]


async def test_a_periodic_job_is_deferred_once_for_each_moment(bench: Bench) -> None:
    async def hourly(timestamp: int) -> None:
        bench.log.append(timestamp)

    task = bench.app.task(name="hourly")(hourly)
    for moment in (3600, 3600, 7200, 7200):
        job = task.configure(task_kwargs={"timestamp": moment}).job
        await bench.app.job_manager.defer_periodic_job(job, "hourly", moment)
    assert await bench.work() == [3600, 7200]


async def test_a_waiting_worker_is_told_of_a_new_job(bench: Bench) -> None:
    worker = asyncio.create_task(
        bench.app.run_worker_async(install_signal_handlers=False, fetch_job_polling_interval=60.0)
    )
    try:
        await asyncio.sleep(0.3)
        await bench.note.defer_async(mark=5)
        await asyncio.wait_for(bench.noted.wait(), 5)
        assert bench.log == [5, -5]
    finally:
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
