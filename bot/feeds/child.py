"""A process of its own for feeds that could cost too much: it can be killed.

Run as ``python -m bot.feeds.child``: the feed on standard input, one line of JSON on standard output.
``read_apart`` is the other end.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from pathlib import Path

from bot.feeds.raw import RawFeed, Unreadable, fast, patient, plausible

LIMIT_S = 5.0  # wall clock; feedparser was measured at 11-33 s on 200,000 open tags (facts of the engine)
MEMORY_BYTES = 2**30
# feedparser's share: 2 MB is 0.7 s of plain entries, and well-formed feeds never come to it
PATIENT_BYTES = 2 * 2**20


async def read_apart(body: bytes, limit_s: float = LIMIT_S) -> RawFeed:
    """Both libraries in turn, in a child process. Raises Unreadable, also when the limit is over."""
    root = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.feeds.child"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": path},
    )
    try:
        out, _ = await asyncio.wait_for(child.communicate(body), limit_s)
    except TimeoutError:
        raise Unreadable("too slow") from None
    finally:
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()
    try:
        return RawFeed.from_json(json.loads(out))
    except (ValueError, KeyError, TypeError):
        raise Unreadable("no feed") from None


def _both(body: bytes) -> RawFeed:
    """The fast library's answer if it makes sense, else the patient one's, else the fast one's."""
    found: RawFeed | None = None
    with contextlib.suppress(Unreadable):
        found = fast(body)
    if found is not None and plausible(found, body):
        return found
    if len(body) <= PATIENT_BYTES:
        with contextlib.suppress(Unreadable):
            return patient(body)
    if found is None:
        raise Unreadable("no feed")
    return found


def _main() -> int:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - not on every system

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (int(LIMIT_S) + 1, int(LIMIT_S) + 1))
    try:
        found = _both(sys.stdin.buffer.read())
    except (Unreadable, MemoryError, RecursionError):
        return 1
    sys.stdout.write(json.dumps(found.as_json()))
    return 0


if __name__ == "__main__":
    sys.exit(_main())
