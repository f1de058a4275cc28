"""The durable job engine: procrastinate behind the port ``bot.ports.Engine``.

A job is a task's name and a key. It runs at least once: it stays in the database until it has
ended well, is run again (with growing pauses) when it raises, and is taken over when its process
died. After ``attempts`` runs the task's ``give_up`` runs in its place.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta

import procrastinate
from procrastinate import exceptions, jobs, retry, sql

from bot.engine.sqlite import SqliteConnector
from bot.errors import StoreBusy, StoreUnusable
from bot.ports import Connection, Database, TryLater

log = logging.getLogger(__name__)

KeyWork = Callable[[str], Awaitable[None]]

# A server that restarts, a disk that is full: nothing is lost, so it is waited for.
_STORE_TROUBLE = (exceptions.ProcrastinateException, StoreBusy, StoreUnusable)
_CAP_S = 600.0
# After the last attempt ``give_up`` itself is tried this often, then the job is left as failed.
_GIVE_UP_ATTEMPTS = 20
_POOL_SIZE = 4
# New jobs are announced; jobs to be retried are only found by looking.
_POLL_S = 1.0


class Patience(retry.BaseRetryStrategy):
    """2, 4, 8 ... 600 s between attempts; what TryLater asks for; at once after a shutdown."""

    def __init__(self, attempts: int, base_s: float = 2.0) -> None:
        self._limit = attempts + _GIVE_UP_ATTEMPTS
        self._base_s = base_s

    def get_retry_decision(
        self, *, exception: BaseException, job: jobs.Job
    ) -> procrastinate.RetryDecision | None:
        counts = not isinstance(exception, TryLater) or exception.counts
        if counts and job.attempts >= self._limit:
            return None
        return procrastinate.RetryDecision(
            retry_at=datetime.now(UTC) + timedelta(seconds=self.pause_s(exception, job.attempts))
        )

    def pause_s(self, exception: BaseException, attempts: int) -> float:
        """``attempts``: how many came before this one."""
        if isinstance(exception, asyncio.CancelledError):
            return 0.0
        grown = min(self._base_s * 2.0 ** min(attempts, 20), _CAP_S)
        if isinstance(exception, TryLater) and exception.after_s is not None:
            return min(max(exception.after_s, 0.0), 6 * _CAP_S)
        return grown


class JobEngine:
    """``open`` it before use. ``stalled_s``: a worker silent for so long is taken for dead; ``minute``:
    of the hour, for what is done every hour."""

    def __init__(
        self,
        database: Database,
        *,
        concurrency: int = 8,
        stalled_s: float = 30.0,
        attempts: int = 16,
        retry_base_s: float = 2.0,
        minute: int = 7,
    ) -> None:
        self._database = database
        self._embedded = database.dialect == "sqlite"
        self._app = procrastinate.App(connector=_connector(database))
        self._concurrency = concurrency
        self._stalled_s = stalled_s
        self._attempts = attempts
        self._minute = minute
        self._hourly: dict[str, Callable[[], Awaitable[None]]] = {}
        self._in_hand: set[tuple[str, str]] = set()
        self._uncounted: Counter[int] = Counter()  # runs that were no attempt, by the job's number
        self._patience = Patience(attempts, retry_base_s)

    async def open(self) -> None:
        await self._app.open_async()
        if self._embedded:
            return
        async with self._database.transaction() as connection:
            # several processes may start at once on an empty database
            await connection.rows("select pg_advisory_xact_lock(hashtext('nutgraf engine schema'))")
            if not await self._app.check_connection_async():
                await self._app.schema_manager.apply_schema_async()

    async def close(self) -> None:
        await self._app.close_async()

    def handle(self, task: str, work: KeyWork, give_up: KeyWork) -> None:
        """See ``bot.ports.Engine.handle``."""

        async def run(context: procrastinate.JobContext, key: str) -> None:
            # A machine that slept wakes with old heartbeats, and its own jobs look abandoned.
            if (task, key) in self._in_hand:
                raise TryLater("in hand in this process", 5.0)
            self._in_hand.add((task, key))
            number = context.job.id or 0
            attempts = context.job.attempts - self._uncounted[number]
            try:
                await (give_up if attempts >= self._attempts else work)(key)
            except TryLater as error:
                if not error.counts:
                    self._uncounted[number] += 1
                raise
            else:
                self._uncounted.pop(number, None)
            finally:
                self._in_hand.discard((task, key))

        self._app.task(name=task, pass_context=True, retry=self._patience)(run)

    def every_hour(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """See ``bot.ports.Engine.every_hour``; while ``run`` runs."""
        self._hourly[name] = work

    def _schedule_hourly(self) -> None:
        for name, work in self._hourly.items():

            async def run(timestamp: int, work: Callable[[], Awaitable[None]] = work) -> None:
                await work()

            task = self._app.task(name=name, queueing_lock=name)(run)
            self._app.periodic(cron=f"{self._minute} * * * *", periodic_id=name)(task)
        self._hourly.clear()

    async def defer(self, connection: Connection, task: str, key: str) -> None:
        """See ``bot.ports.Jobs.defer``."""
        lent = connection if self._embedded else connection.native
        await self._app.configure_task(task, connection=lent).defer_async(key=key)

    async def run(self) -> None:
        """See ``bot.ports.Engine.run``. A worker that loses its database is started again."""
        self._schedule_hourly()
        rescue = asyncio.create_task(self._rescue_for_ever())
        try:
            while True:
                try:
                    await self._work(wait=True)
                    log.warning("the worker stopped; starting it again")
                except _STORE_TROUBLE:
                    log.exception("the worker lost its database; starting it again")
                await asyncio.sleep(1.0)
        finally:
            rescue.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await rescue

    async def drain(self) -> None:
        """See ``bot.ports.Engine.drain``."""
        await self.rescue()
        await self._work(wait=False)

    async def _work(self, *, wait: bool) -> None:
        await self._app.run_worker_async(
            wait=wait,
            concurrency=self._concurrency,
            fetch_job_polling_interval=_POLL_S,
            install_signal_handlers=False,
            delete_jobs="successful",
            shutdown_graceful_timeout=5.0,
            update_heartbeat_interval=self._stalled_s / 3,
            stalled_worker_timeout=self._stalled_s,
        )

    async def rescue(self) -> int:
        """Hand the jobs of dead workers to the living; answers how many."""
        stalled = await self._app.job_manager.get_stalled_jobs(seconds_since_heartbeat=self._stalled_s)
        rescued = 0
        for job in stalled:
            with contextlib.suppress(exceptions.ConnectorException):  # another process was faster
                await self._app.job_manager.retry_job(job)
                rescued += 1
        return rescued

    async def _rescue_for_ever(self) -> None:
        while True:
            try:
                rescued = await self.rescue()
                if rescued:
                    log.warning("took over %d jobs of a worker that died", rescued)
            except Exception:  # whatever it was: without this loop, jobs of the dead would lie for ever
                log.exception("could not look for stalled jobs")
            await asyncio.sleep(self._stalled_s / 6)

    async def backlog(self) -> Mapping[str, int]:
        """See ``bot.ports.Engine.backlog``."""
        rows = await self._app.connector.execute_query_all_async(query=sql.queries["count_jobs_status"])
        return {str(row["status"]): int(row["count"]) for row in rows}

    async def purge(self, older_than_s: float) -> None:
        """See ``bot.ports.Engine.purge``; in whole hours, rounded up."""
        await self._app.job_manager.delete_old_jobs(
            nb_hours=-int(-older_than_s // 3600),
            include_failed=True,
            include_cancelled=True,
            include_aborted=True,
        )


def _connector(database: Database) -> procrastinate.BaseConnector:
    if database.dialect == "sqlite":
        return SqliteConnector(database)
    return procrastinate.PsycopgConnector(conninfo=database.address, min_size=1, max_size=_POOL_SIZE)
