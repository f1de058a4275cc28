"""What store and engine cost: intake, jobs, opening, memory. ``python -m tests.bench.engine [ADDRESS]``.

Without an address: a new SQLite file in the temporary folder.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bot.engine import JobEngine
from bot.ports import ANSWER
from bot.store import SqlStore, open_database
from tests.fakes.desk import link_request

TAKES, AT_ONCE = 600, 24


async def measured(address: str) -> None:
    begun = time.perf_counter()
    database = await open_database(address)
    engine = JobEngine(database, concurrency=50)
    await engine.open()
    store = SqlStore(database, engine)
    row("open an empty store", f"{(time.perf_counter() - begun) * 1000:.0f} ms")
    done: list[str] = []

    async def work(key: str) -> None:
        done.append(key)

    engine.handle(ANSWER, work, work)
    waits = await intakes(store)
    row(
        f"intake at {AT_ONCE} at once, p50 / p99",
        f"{waits[TAKES // 2]:.1f} / {waits[TAKES * 99 // 100]:.1f} ms",
    )
    begun, cpu = time.perf_counter(), time.process_time()
    await engine.drain()
    took, burnt = time.perf_counter() - begun, time.process_time() - cpu
    row("engine alone", f"{len(done) / took:.0f} jobs/s, {burnt * 1000 / len(done):.2f} ms CPU a job")
    cpu, begun = time.process_time(), time.perf_counter()
    running = asyncio.create_task(engine.run())
    await asyncio.sleep(5)
    row("idle", f"{(time.process_time() - cpu) / (time.perf_counter() - begun):.2%} of a core")
    row("one job, idle engine, p50 / p95", await latency(store, engine, done))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    row("memory, peak", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
    await engine.close()
    await store.close()


async def intakes(store: SqlStore) -> list[float]:
    """Milliseconds of each of 600 deliveries of 200 events, sorted."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(key: str) -> float:
        async with gate:
            begun = time.perf_counter()
            async with store.begin() as tx:
                await tx.take(link_request(key, "https://a.example/"), datetime.now(UTC))
            return (time.perf_counter() - begun) * 1000

    return sorted(await asyncio.gather(*(one(f"E{number % 200}") for number in range(TAKES))))


async def latency(store: SqlStore, engine: JobEngine, done: list[str]) -> str:
    waits = []
    for number in range(40):
        begun, key = time.perf_counter(), f"L{number}"
        async with store.begin() as tx:
            await tx.take(link_request(key, "https://a.example/"), datetime.now(UTC))
        while key not in done:  # noqa: ASYNC110 - a millisecond is what is measured
            await asyncio.sleep(0.0005)
        waits.append((time.perf_counter() - begun) * 1000)
    waits.sort()
    return f"{waits[20]:.1f} / {waits[38]:.1f} ms"


def row(what: str, value: str) -> None:
    sys.stdout.write(f"{what:40} {value}\n")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measured(sys.argv[1] if len(sys.argv) > 1 else str(Path(folder) / "nutgraf.db")))
