"""The other end of ``python -m tests.fakes.slack``.

``async with RemoteSlack.running("--retry-s", "0,1,2") as slack: await slack.ask("people_post", ...)``.
Every public method and field of FakeSlack can be asked for; answers are plain JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

import aiohttp

ROOT = Path(__file__).parents[3]


class RemoteSlack:
    def __init__(self, hello: dict[str, str], session: aiohttp.ClientSession, pid: int) -> None:
        self.control = hello["control"]
        self.api_url = hello["api_url"]
        self.bot_token = hello["bot_token"]
        self.app_token = hello["app_token"]
        self.signing_secret = hello["signing_secret"]
        self.pid = pid
        self._session = session

    @classmethod
    @asynccontextmanager
    async def running(cls, *options: str) -> AsyncIterator[Self]:
        """Starts it; it ends with the block, and by itself should this process die."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.fakes.slack", *options, cwd=ROOT,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            hello = json.loads(await process.stdout.readline())
            async with aiohttp.ClientSession() as session:
                yield cls(hello, session, process.pid)
        finally:
            process.stdin.close()
            await process.wait()

    async def ask(self, verb: str, /, **args: Any) -> Any:
        """Calls a method or reads a field; AssertionError with the fake's words when it fails there."""
        async with self._session.post(self.control + verb, json=args) as answer:
            body = await answer.json()
        assert answer.status == 200, body
        return body["value"]

    async def until(self, true: Callable[[Any], Any], verb: str, timeout_s: float = 10.0, **args: Any) -> Any:
        """Asks again and again until the answer is as wanted, and answers it."""
        end = time.monotonic() + timeout_s
        while not true(value := await self.ask(verb, **args)):
            assert time.monotonic() < end, f"{verb}: {value}"
            await asyncio.sleep(0.02)
        return value
