"""The session's folder: private files, and one process at a time."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import logging
import os
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.errors import SessionBusy, StoreUnusable

log = logging.getLogger(__name__)

SESSION, KEYS, NEXT_KEYS, HEALTH, LOCK, OLM = (
    "session.json", "cross_signing.json", "cross_signing.next.json", "health.json", "session.lock",
    "olm.sqlite3",
)  # fmt: skip
_LOCK_POLL_S = 0.2


class Folder:
    """Everything in it is readable by its owner only. Methods raise StoreUnusable where the disk refuses."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: int | None = None

    def open(self) -> None:
        """Make it, or close it to others."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path.chmod(0o700)
            for here in self.path.iterdir():
                with contextlib.suppress(FileNotFoundError):  # of another process that is at work
                    if here.is_file() and stat.S_IMODE(here.stat().st_mode) & 0o077:
                        here.chmod(0o600)
        except OSError as error:
            raise self._unusable(error) from error

    async def hold(self, wait_s: float) -> None:
        """Until ``release``, or the process ends however. Raises SessionBusy after ``wait_s``."""
        try:
            descriptor = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise self._unusable(error) from error
        try:
            await self._wait_for(descriptor, wait_s)
        except BaseException:
            os.close(descriptor)
            raise
        self._lock = descriptor

    async def _wait_for(self, descriptor: int, wait_s: float) -> None:
        deadline = asyncio.get_running_loop().time() + wait_s
        if not _taken(descriptor):
            log.warning("Matrix: another nutgraf uses %s; waiting %.0f s for its end", self.path, wait_s)
        while not _taken(descriptor):
            if asyncio.get_running_loop().time() >= deadline:
                raise SessionBusy(str(self.path))
            await asyncio.sleep(_LOCK_POLL_S)

    def release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)  # and the lock goes with it
            self._lock = None

    @property
    def in_use(self) -> bool:
        """Whether a process holds it now."""
        try:
            descriptor = os.open(self.path / LOCK, os.O_RDWR)
        except OSError:
            return False
        try:
            return not _taken(descriptor)
        finally:
            os.close(descriptor)

    def read(self, name: str) -> dict[str, Any] | None:
        """The file's object; None when there is no such file."""
        try:
            read = json.loads((self.path / name).read_text("utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise self._unusable(error, name) from error
        if not isinstance(read, dict):
            raise StoreUnusable(str(self.path / name), "not what nutgraf wrote")
        return read

    def write(self, name: str, words: Mapping[str, object], *, durable: bool = True) -> None:
        """The whole file or nothing of it; ``durable``: on the disk when it returns."""
        try:
            descriptor, made = tempfile.mkstemp(dir=self.path, prefix=f".{name}.")  # 0600
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as out:
                    json.dump(words, out)
                    out.flush()
                    if durable:
                        os.fsync(out.fileno())
                Path(made).replace(self.path / name)
            except BaseException:
                Path(made).unlink(missing_ok=True)
                raise
            if durable:
                self._sync()
        except OSError as error:
            raise self._unusable(error, name) from error

    def touch(self, name: str) -> Path:
        """The file's path; made empty and private when it is not there (SQLite's own files beside it get
        its mode)."""
        here = self.path / name
        try:
            os.close(os.open(here, os.O_WRONLY | os.O_CREAT, 0o600))
        except OSError as error:
            raise self._unusable(error, name) from error
        return here

    def remove(self, name: str) -> None:
        (self.path / name).unlink(missing_ok=True)

    def _sync(self) -> None:
        here = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(here)
        finally:
            os.close(here)

    def _unusable(self, error: Exception, name: str = "") -> StoreUnusable:
        cause = getattr(error, "strerror", None) or "not what nutgraf wrote"
        return StoreUnusable(str(self.path / name), cause)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
