"""Work that an acknowledgement does not wait for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")


class Chores:
    """Holds its tasks until they are done: the event loop itself does not."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    async def within(self, seconds: float, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """The task, done or not, after at most ``seconds``; it goes on."""
        task = self.start(work)
        await asyncio.wait({task}, timeout=seconds)
        return task

    async def close(self, wait_s: float = 2.0) -> None:
        """Gives what is left ``wait_s``, then stops it."""
        left = set(self._tasks)
        if left:
            await asyncio.wait(left, timeout=wait_s)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("a chore broke", exc_info=task.exception())
