"""The reading process: ``python -m bot.offload.child READ FIND MEMORY_BYTES LIMIT_S``.

READ and FIND are ``module:function``. Frames on standard input are pages; each is answered by one
frame. Ends when its input does. Whatever else writes to standard output goes nowhere.
"""

from __future__ import annotations

import contextlib
import importlib
import math
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Any, BinaryIO

from bot.errors import NutgrafError, ReadCrashed
from bot.offload.frames import HEAD, error_fields, packed
from bot.types import Digestible, Page


def _named(name: str) -> Callable[[Any], Any]:
    module, _, function = name.partition(":")
    found: Callable[[Any], Any] = getattr(importlib.import_module(module), function)
    return found


def _limited(memory_bytes: int) -> None:
    """A page that needs more raises MemoryError here instead of taking the machine's memory.
    Not enforced by every system (macOS ignores it)."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - not on every system

        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _frames() -> tuple[BinaryIO, BinaryIO]:
    """The pipe, taken out of the way of libraries that print."""
    out = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return sys.stdin.buffer, out


def _answer(page: Page, read: Callable[[Page], Any], find: Callable[[Any], Any]) -> bytes:
    try:
        article = read(page)
        return packed(("found", Digestible(article, find(article))))
    except NutgrafError as error:
        return packed(("error", error_fields(error)))
    except (MemoryError, RecursionError):
        return packed(("error", error_fields(ReadCrashed(page.url))))
    except Exception as error:
        # The message may quote the page, which no log may hold: only where it broke is told.
        where = "".join(traceback.format_tb(error.__traceback__))
        return packed(("broke", f"{type(error).__name__}\n{where}"))


def main(read_name: str, find_name: str, memory_bytes: int, limit_s: float) -> int:
    incoming, outgoing = _frames()
    try:
        read, find = _named(read_name), _named(find_name)
    except Exception:
        outgoing.write(packed(("broke", traceback.format_exc())))
        outgoing.flush()
        return 1
    _limited(memory_bytes)
    outgoing.write(packed(("ready", None)))
    outgoing.flush()
    while len(head := incoming.read(HEAD.size)) == HEAD.size:
        page = pickle.loads(incoming.read(HEAD.unpack(head)[0]))  # noqa: S301 - written by our parent
        # Should the parent be killed meanwhile, nobody enforces its limit: the system does.
        signal.alarm(math.ceil(2 * limit_s) + 1)
        answer = _answer(page, read, find)
        signal.alarm(0)
        with contextlib.suppress(BrokenPipeError):
            outgoing.write(answer)
            outgoing.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))
