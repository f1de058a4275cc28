"""A few reading processes: started when needed, killed when over time, ended when idle."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import sys
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import ReadCrashed, ReadTooSlow
from bot.offload.frames import HEAD, LIMIT_BYTES, error_of, packed, unpacked
from bot.types import Digestible, Page

_START_S = 60.0  # importing the readers takes 0.5-1 s on an idle core
# A process is replaced after so many pages: what libraries leak never adds up.
_PAGES = 500


class ReaderFault(RuntimeError):
    """The reading code broke (a bug): where, without a word of the page."""


class _Gone(Exception):
    """The process ended, or said what it may not say."""


@dataclass(eq=False)
class _Worker:
    process: asyncio.subprocess.Process
    pages: int = 0
    retirement: asyncio.TimerHandle | None = field(default=None)

    async def answer(self) -> object:
        """The next frame. Raises _Gone."""
        stdout = self.process.stdout
        assert stdout is not None  # noqa: S101 - it was asked for
        try:
            (size,) = HEAD.unpack(await stdout.readexactly(HEAD.size))
            if size > LIMIT_BYTES:
                raise _Gone
            return unpacked(await stdout.readexactly(size))
        except (asyncio.IncompleteReadError, ConnectionError, pickle.UnpicklingError) as error:
            raise _Gone from error

    async def ask(self, page: Page) -> object:
        stdin = self.process.stdin
        assert stdin is not None  # noqa: S101 - it was asked for
        self.pages += 1
        try:
            stdin.write(packed(page))
            await stdin.drain()
        except ConnectionError as error:
            raise _Gone from error
        return await self.answer()

    async def end(self) -> None:
        if self.retirement is not None:
            self.retirement.cancel()
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
        await self.process.wait()


class Offload:
    """See ``bot.ports.Extractor``. ``read`` and ``find`` are ``module:function`` names, so that this
    process need not import what they import.

    ``limit_s`` is wall clock for one page, start-up excluded; ``memory_bytes`` bounds a process's
    address space (RLIMIT_AS); an idle process ends after ``idle_s``. Beside the port's errors,
    ``extract`` raises ReadCrashed when the page killed its process or needed more memory, and
    ReaderFault for a bug of ours.
    """

    def __init__(
        self,
        read: str,
        find: str,
        *,
        workers: int = 1,
        limit_s: float = 5.0,
        memory_bytes: int = 2**30,
        idle_s: float = 300.0,
    ) -> None:
        self._arguments = (read, find, str(memory_bytes), str(limit_s))
        self._limit_s = limit_s
        self._idle_s = idle_s
        self._turns = asyncio.Semaphore(workers)
        self._idle: list[_Worker] = []
        self._ending: set[asyncio.Task[None]] = set()

    async def extract(self, page: Page) -> Digestible:
        """Raises leaves of ReadError, ReaderFault."""
        async with self._turns:
            worker = await self._worker()
            try:
                answer = await asyncio.wait_for(worker.ask(page), self._limit_s)
            except TimeoutError:
                await worker.end()
                raise ReadTooSlow(page.url, self._limit_s) from None
            except _Gone:
                await worker.end()
                raise ReadCrashed(page.url) from None
            except BaseException:
                await asyncio.shield(worker.end())  # cancelled: its answer would be taken for the next one's
                raise
            self._rest(worker)
        return _digestible(answer)

    async def _worker(self) -> _Worker:
        while self._idle:
            worker = self._idle.pop()
            if worker.retirement is not None:
                worker.retirement.cancel()
            if worker.process.returncode is None and worker.pages < _PAGES:
                return worker
            await worker.end()
        return await self._started()

    async def _started(self) -> _Worker:
        root = str(Path(__file__).parents[2])
        path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
        worker = _Worker(
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot.offload.child", *self._arguments),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,  # libraries quote pages there
                env={**os.environ, "PYTHONPATH": path},
                start_new_session=True,  # Ctrl-C is for the bot, which then ends its processes
            )
        )
        try:
            answer = await asyncio.wait_for(worker.answer(), _START_S)
        except (_Gone, TimeoutError) as error:
            await worker.end()
            raise ReaderFault("the reading process does not start") from error
        except BaseException:
            await asyncio.shield(worker.end())
            raise
        if answer != ("ready", None):
            await worker.end()
            _digestible(answer)
        return worker

    def _rest(self, worker: _Worker) -> None:
        self._idle.append(worker)
        worker.retirement = asyncio.get_running_loop().call_later(self._idle_s, self._retire, worker)

    def _retire(self, worker: _Worker) -> None:
        if worker in self._idle:
            self._idle.remove(worker)
            task = asyncio.create_task(worker.end())
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    async def close(self) -> None:
        """End every idle process; nothing is being read any more."""
        workers, self._idle = self._idle, []
        await asyncio.gather(*(worker.end() for worker in workers), *self._ending)


def _digestible(answer: object) -> Digestible:
    """What the frame says. Raises the error it carries; ReaderFault for a bug or a frame of no sense."""
    match answer:
        case ("found", Digestible() as found):
            return found
        case ("error", (str(name), dict(fields))):
            raise error_of(name, fields)
        case ("broke", str(where)):
            raise ReaderFault(where)
    raise ReaderFault("the reading process talks nonsense")
