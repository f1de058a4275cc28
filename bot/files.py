"""Local files as pages, for the user of the terminal alone.

A chat user must never be able to name a file of the machine that the bot runs on. So ``get`` reads a
``file:`` link only with a seal that ``grant`` made: an HMAC of the path under a key that is kept in the
data directory and handed to nobody. Everything else goes to the fetcher behind.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import secrets
import stat
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

from bot.errors import BadLink, FileUnreadable, TooLarge
from bot.ports import Clock, Fetcher
from bot.types import Page

_SCHEME = "file://"
_MARK = "#seal="
# The reader looks into the body for anything else
_MEDIA_TYPES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".txt": "text/plain",
}


def page_of(path: Path, limit_bytes: int, now: datetime) -> Page:
    """A file as a page. Raises FileUnreadable (also for a folder or a device), TooLarge."""
    try:
        # non-blocking: a pipe without a writer would hold us up for ever
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise FileUnreadable(str(path), "not a file")
            body = file.read(limit_bytes + 1)
    except (OSError, ValueError) as error:
        raise FileUnreadable(str(path), getattr(error, "strerror", None) or "not a path") from error
    if len(body) > limit_bytes:
        raise TooLarge(path.name, limit_bytes)
    url = _link(path)
    return Page(url, url, _MEDIA_TYPES.get(path.suffix.lower(), ""), body, now)


def _link(path: Path) -> str:
    return _SCHEME + quote(os.fsencode(path.absolute()))


def sealing_key(folder: Path) -> bytes:
    """The key of this data directory, made on first use, readable by its owner only."""
    here = folder / "files.key"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        made = os.open(here, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        known = here.read_bytes()
        if len(known) == 32:
            return known
        here.unlink()  # torn by a crash: links of unfinished requests are void, nothing else
        return sealing_key(folder)
    with os.fdopen(made, "wb") as out:
        key = secrets.token_bytes(32)
        out.write(key)
        out.flush()
        os.fsync(out.fileno())
    return key


class WithFiles:
    """``bot.ports.Fetcher``: sealed files here, the web through ``web``."""

    def __init__(
        self, web: Fetcher, key: bytes, limit_bytes: int, clock: Clock = lambda: datetime.now(UTC)
    ) -> None:
        self._web, self._key, self._limit_bytes, self._clock = web, key, limit_bytes, clock

    def grant(self, path: Path) -> str:
        """A link that ``get`` will read, now or after a restart."""
        url = _link(path)
        return url + _MARK + self._seal(url)

    async def get(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Page:
        """Raises BadLink for a file without its seal, what :func:`page_of` and the web raise."""
        if not url.lower().startswith("file:"):
            return await self._web.get(url, etag=etag, last_modified=last_modified)
        bare, _, seal = url.partition(_MARK)
        if not hmac.compare_digest(seal.encode(), self._seal(bare).encode()):
            raise BadLink(bare)
        path = Path(os.fsdecode(unquote_to_bytes(bare.removeprefix(_SCHEME))))
        return await asyncio.to_thread(page_of, path, self._limit_bytes, self._clock())

    async def close(self) -> None:
        await self._web.close()

    def _seal(self, url: str) -> str:
        return hmac.new(self._key, url.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
