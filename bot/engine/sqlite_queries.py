"""procrastinate's queries by their own names, answered by SQLite.

Each function runs inside an open transaction and returns the rows that procrastinate's PostgreSQL
functions would return; the conformance tests hold both to the same observations. The names are
procrastinate's internals (its own in-memory connector leans on them as well): the version is
pinned, and a test fails when a release adds a query.
"""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from procrastinate import exceptions, manager, types

from bot.ports import Connection, Row

SCHEMA = (
    "create table if not exists procrastinate_workers"
    " (id integer primary key autoincrement, last_heartbeat real not null)",
    "create table if not exists procrastinate_jobs"
    " (id integer primary key autoincrement, queue_name text not null, task_name text not null,"
    " priority integer not null default 0, lock text, queueing_lock text, args text not null,"
    " status text not null default 'todo', scheduled_at real, attempts integer not null default 0,"
    " abort_requested integer not null default 0, worker_id integer, updated_at real not null)",
    "create unique index if not exists procrastinate_jobs_queueing_lock_idx_v1"
    " on procrastinate_jobs (queueing_lock) where status = 'todo'",
    "create unique index if not exists procrastinate_jobs_lock_idx_v1"
    " on procrastinate_jobs (lock) where status = 'doing'",
    "create index if not exists procrastinate_jobs_todo"
    " on procrastinate_jobs (priority desc, id) where status = 'todo'",
    "create index if not exists procrastinate_jobs_lock"
    " on procrastinate_jobs (lock, priority desc, id) where status = 'todo'",
    "create index if not exists procrastinate_jobs_status on procrastinate_jobs (status, updated_at)",
    "create table if not exists procrastinate_periodic"
    " (task_name text, periodic_id text, defer_timestamp integer,"
    " primary key (task_name, periodic_id, defer_timestamp))",
    # One process: whoever was doing a job before this start is dead, so its jobs are free at once.
    "update procrastinate_jobs set worker_id = null where status = 'doing'",
    "delete from procrastinate_workers",
)

_COLUMNS = (
    "id, queue_name, task_name, priority, lock, queueing_lock, args, status, scheduled_at, attempts,"
    " abort_requested, worker_id"
)
# "indexed by" keeps SQLite from walking the finished jobs: 207 -> 1,131 jobs/s on 6,000 waiting.
_FETCH = """
update procrastinate_jobs set status = 'doing', worker_id = ?, updated_at = ? where id = (
  select j.id from procrastinate_jobs j indexed by procrastinate_jobs_todo
  where j.status = 'todo' {queues} and (j.scheduled_at is null or j.scheduled_at <= ?)
    and (j.lock is null or (
      not exists (select 1 from procrastinate_jobs d where d.lock = j.lock and d.status = 'doing')
      and j.id = (select o.id from procrastinate_jobs o where o.lock = j.lock and o.status = 'todo'
                  order by o.priority desc, o.id limit 1)))
  order by j.priority desc, j.id limit 1)
returning """
_NOTHING: list[Row] = [{"id": None}]


def _epoch_s(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()


def _job(row: Row) -> Row:
    scheduled = row["scheduled_at"]
    return {
        **row,
        "args": json.loads(row["args"]),
        "abort_requested": bool(row["abort_requested"]),
        "scheduled_at": None if scheduled is None else datetime.fromtimestamp(scheduled, UTC),
    }


async def check_connection(c: Connection) -> list[Row]:
    return await c.rows("select max(name) as 'check' from sqlite_master where name = 'procrastinate_jobs'")


async def defer_jobs(c: Connection, jobs: Sequence[types.JobToDefer]) -> list[Row]:
    added: list[Row] = []
    for job in jobs:
        rows = await c.rows(
            "insert into procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args,"
            " scheduled_at, updated_at) values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing returning id",
            job.queue_name,
            job.task_name,
            job.priority,
            job.lock,
            job.queueing_lock,
            json.dumps(job.args),
            _epoch_s(job.scheduled_at),
            time.time(),
        )
        if not rows:
            raise exceptions.UniqueViolation(
                constraint_name=manager.QUEUEING_LOCK_CONSTRAINT, queueing_lock=job.queueing_lock
            )
        added += rows
    return added


async def defer_periodic_job(  # noqa: PLR0913 - the query's own arguments
    c: Connection,
    *,
    queue: str,
    lock: str | None,
    queueing_lock: str | None,
    task_name: str,
    priority: int,
    periodic_id: str,
    defer_timestamp: int,
    args: dict[str, Any],
) -> list[Row]:
    moment = (task_name, periodic_id, defer_timestamp)
    first = await c.rows(
        "insert into procrastinate_periodic values (?, ?, ?) on conflict do nothing returning 1 as one",
        *moment,
    )
    if not first:
        return _NOTHING
    await c.rows(
        "delete from procrastinate_periodic where task_name = ? and periodic_id = ? and defer_timestamp <> ?",
        *moment,
    )
    job = types.JobToDefer(
        queue_name=queue,
        task_name=task_name,
        priority=priority,
        lock=lock,
        queueing_lock=queueing_lock,
        args=args,
        scheduled_at=None,
    )
    return await defer_jobs(c, [job])


async def fetch_job(c: Connection, queues: Sequence[str] | None, worker_id: int) -> list[Row]:
    names = tuple(queues or ())
    some = "" if queues is None else f"and j.queue_name in ({', '.join('?' * len(names))})"
    now = time.time()
    rows = await c.rows(_FETCH.format(queues=some) + _COLUMNS, worker_id, now, *names, now)
    return [_job(row) for row in rows] or _NOTHING


async def finish_job(c: Connection, job_id: int, status: str, delete_job: bool) -> list[Row]:
    if delete_job:
        rows = await c.rows(
            "delete from procrastinate_jobs where id = ? and status in ('todo', 'doing') returning id", job_id
        )
    else:
        rows = await c.rows(
            "update procrastinate_jobs set status = ?, abort_requested = 0,"
            " attempts = attempts + (status = 'doing'), updated_at = ?"
            " where id = ? and status in ('todo', 'doing') returning id",
            status,
            time.time(),
            job_id,
        )
    return _changed(rows, job_id)


async def retry_job(
    c: Connection,
    job_id: int,
    retry_at: datetime,
    new_priority: int | None = None,
    new_queue_name: str | None = None,
    new_lock: str | None = None,
) -> list[Row]:
    rows = await c.rows(
        # "or ignore": while another job of its queueing lock waits, it cannot (PostgreSQL refuses as well)
        "update or ignore procrastinate_jobs set"
        " status = case when status = 'doing' and abort_requested then 'failed' else 'todo' end,"
        " attempts = attempts + 1, scheduled_at = ?, priority = coalesce(?, priority),"
        " queue_name = coalesce(?, queue_name), lock = coalesce(?, lock), updated_at = ?"
        " where id = ? and status in ('doing', 'failed') returning id",
        _epoch_s(retry_at),
        new_priority,
        new_queue_name,
        new_lock,
        time.time(),
        job_id,
    )
    return _changed(rows, job_id)


def _changed(rows: list[Row], job_id: int) -> list[Row]:
    if not rows:
        raise exceptions.ConnectorException(f"job {job_id} is not in a state to be changed")
    return rows


async def cancel_job(c: Connection, job_id: int, abort: bool, delete_job: bool) -> list[Row]:
    if delete_job:
        gone = await c.rows(
            "delete from procrastinate_jobs where id = ? and status = 'todo' returning id", job_id
        )
        if gone:
            return gone
    rows = await c.rows(
        "update procrastinate_jobs set abort_requested = max(abort_requested, ?),"
        " status = case status when 'todo' then 'cancelled' else status end, updated_at = ?"
        " where id = ? and (status = 'todo' or (? and status = 'doing')) returning id",
        int(abort),
        time.time(),
        job_id,
        int(abort),
    )
    return rows or _NOTHING


async def get_job_status(c: Connection, job_id: int) -> list[Row]:
    return await c.rows("select status from procrastinate_jobs where id = ?", job_id)


async def count_jobs_status(c: Connection) -> list[Row]:
    return await c.rows("select count(*) as count, status from procrastinate_jobs group by status")


async def list_jobs(c: Connection, **wanted: Any) -> list[Row]:
    named = {name: value for name, value in wanted.items() if value is not None}
    where = " where " + " and ".join(f"{name} = ?" for name in named) if named else ""
    rows = await c.rows(f"select {_COLUMNS} from procrastinate_jobs{where} order by id", *named.values())
    return [_job(row) for row in rows]


async def list_jobs_to_abort(c: Connection, queue_name: str | None = None) -> list[Row]:
    return await c.rows(
        "select id from procrastinate_jobs where status = 'doing' and abort_requested"
        " and (? is null or queue_name = ?)",
        queue_name,
        queue_name,
    )


async def select_stalled_jobs_by_heartbeat(
    c: Connection,
    queue: str | None = None,
    task_name: str | None = None,
    seconds_since_heartbeat: float = 30,
) -> list[Row]:
    rows = await c.rows(
        f"select {_COLUMNS} from procrastinate_jobs where status = 'doing'"
        " and (? is null or queue_name = ?) and (? is null or task_name = ?) and (worker_id is null"
        " or worker_id in (select id from procrastinate_workers where last_heartbeat < ?))",
        queue,
        queue,
        task_name,
        task_name,
        time.time() - seconds_since_heartbeat,
    )
    return [_job(row) for row in rows]


async def delete_old_jobs(
    c: Connection, nb_hours: int, queue: str | None, statuses: Sequence[str]
) -> list[Row]:
    return await c.rows(
        f"delete from procrastinate_jobs where status in ({', '.join('?' * len(statuses))})"
        " and updated_at < ? and (? is null or queue_name = ?)",
        *statuses,
        time.time() - 3600 * nb_hours,
        queue,
        queue,
    )


async def register_worker(c: Connection) -> list[Row]:
    return await c.rows(
        "insert into procrastinate_workers (last_heartbeat) values (?) returning id as worker_id", time.time()
    )


async def unregister_worker(c: Connection, worker_id: int) -> list[Row]:
    await c.rows("update procrastinate_jobs set worker_id = null where worker_id = ?", worker_id)
    return await c.rows("delete from procrastinate_workers where id = ?", worker_id)


async def update_heartbeat(c: Connection, worker_id: int) -> list[Row]:
    return await c.rows(
        "insert into procrastinate_workers values (?, ?) on conflict (id)"
        " do update set last_heartbeat = excluded.last_heartbeat",
        worker_id,
        time.time(),
    )


async def prune_stalled_workers(c: Connection, seconds_since_heartbeat: float) -> list[Row]:
    rows = await c.rows(
        "delete from procrastinate_workers where last_heartbeat < ? returning id as worker_id",
        time.time() - seconds_since_heartbeat,
    )
    for row in rows:
        await c.rows("update procrastinate_jobs set worker_id = null where worker_id = ?", row["worker_id"])
    return rows


ANSWERS: dict[str, Callable[..., Awaitable[list[Row]]]] = {
    answer.__name__: answer
    for answer in (
        check_connection, defer_jobs, defer_periodic_job, fetch_job, finish_job, retry_job, cancel_job,
        get_job_status, count_jobs_status, list_jobs, list_jobs_to_abort, select_stalled_jobs_by_heartbeat,
        delete_old_jobs, register_worker, unregister_worker, update_heartbeat, prune_stalled_workers,
    )
}  # fmt: skip

# procrastinate's own shell and a deprecated call; nutgraf uses neither.
UNANSWERED = frozenset(
    {"list_queues", "list_tasks", "list_locks", "listen_queue", "select_stalled_jobs_by_started"}
)
