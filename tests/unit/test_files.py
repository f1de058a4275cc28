"""Files are read for whoever holds the seal, and for nobody else."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.errors import BadLink, FileUnreadable, TooLarge
from bot.files import WithFiles, page_of, sealing_key
from bot.types import Page

NOW = datetime(2026, 3, 4, tzinfo=UTC)


class Web:
    """A fetcher that knows one page and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.closed = False

    async def get(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Page:
        self.asked.append(url)
        return Page(url, url, "text/html", b"<p>web", NOW)

    async def close(self) -> None:
        self.closed = True


def files(key: bytes = b"k" * 32, limit_bytes: int = 1000) -> WithFiles:
    return WithFiles(Web(), key, limit_bytes, lambda: NOW)


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.html", "text/html"),
        ("A.HTM", "text/html"),
        ("ä b#?.txt", "text/plain"),
        ("noname", ""),
        ("%41.pdf", ""),
    ],
)
async def test_a_granted_file_is_a_page(tmp_path: Path, name: str, media_type: str) -> None:
    (tmp_path / name).write_bytes(b"words")
    reader = files()
    page = await reader.get(reader.grant(tmp_path / name))
    assert (page.body, page.media_type, page.hosts, page.fetched_at) == (b"words", media_type, (), NOW)
    assert page.url.startswith("file:///")
    assert "seal" not in page.url


def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    here = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.txt"))
    try:
        here.write_bytes(b"words")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    reader = files()
    assert asyncio.run(reader.get(reader.grant(here))).body == b"words"


async def test_a_grant_holds_after_a_restart(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("words")
    link = files(sealing_key(tmp_path)).grant(tmp_path / "a.txt")
    assert (await files(sealing_key(tmp_path)).get(link)).body == b"words"


@pytest.mark.parametrize(
    "spoil", ["{link}", "{link}#seal=", "{link}#seal={other}", "{link}#seal=\u00e4", "FILE{rest}#seal="]
)
async def test_nobody_else_can_name_a_file(tmp_path: Path, spoil: str) -> None:
    (tmp_path / "a.txt").write_text("words")
    (tmp_path / "b.txt").write_text("words")
    reader = files()
    link = reader.grant(tmp_path / "a.txt").partition("#")[0]
    other = reader.grant(tmp_path / "b.txt").partition("=")[2]
    with pytest.raises(BadLink):
        await reader.get(spoil.format(link=link, other=other, rest=link[4:]))


@pytest.mark.parametrize("name", ["absent.txt", ".", "pipe"])
async def test_what_is_no_readable_file(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = files()
    with pytest.raises(FileUnreadable):
        await reader.get(reader.grant(tmp_path / name))
    with pytest.raises(FileUnreadable):
        page_of(Path("a\0b"), 10, NOW)


async def test_a_file_over_the_limit(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"x" * 1001)
    reader = files()
    with pytest.raises(TooLarge):
        await reader.get(reader.grant(tmp_path / "a.txt"))


async def test_the_web_is_behind_it() -> None:
    web = Web()
    reader = WithFiles(web, b"k" * 32, 10)
    assert (await reader.get("https://harbour.example/a")).body == b"<p>web"
    await reader.close()
    assert (web.asked, web.closed) == (["https://harbour.example/a"], True)


def test_the_key_is_kept_and_private(tmp_path: Path) -> None:
    key = sealing_key(tmp_path / "new")
    assert sealing_key(tmp_path / "new") == key
    here = tmp_path / "new" / "files.key"
    assert here.stat().st_mode & 0o077 == 0
    here.write_bytes(key[:5])
    assert len(sealing_key(tmp_path / "new")) == 32
