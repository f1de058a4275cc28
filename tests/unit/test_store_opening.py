"""A store that cannot be used says why in one leaf, and lets go of what it took."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.errors import StoreBusy, StoreUnusable
from bot.messages import sentence
from bot.store import open_database


async def usable(path: Path) -> None:
    database = await open_database(str(path))
    async with database.transaction() as connection:
        assert await connection.rows("select count(*) as n from requests") == [{"n": 0}]
    await database.close()


async def test_a_second_process_is_told_that_the_store_is_in_use(tmp_path: Path) -> None:
    path = tmp_path / "nutgraf.db"
    database = await open_database(str(path))
    program = (
        "import asyncio, sys\n"
        "from bot.errors import StoreBusy\n"
        "from bot.store import open_database\n"
        "try: asyncio.run(open_database(sys.argv[1]))\n"
        "except StoreBusy as error: print(error.code())\n"
    )
    told = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", program, str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent.parent)},
    )
    assert told.stdout.strip() == "store-busy"
    with pytest.raises(StoreBusy):
        await open_database(str(path))
    await database.close()
    await usable(path)


async def test_a_store_in_use_can_be_looked_into(tmp_path: Path) -> None:
    path = tmp_path / "a store's #1.db"
    running = await open_database(str(path))
    async with running.transaction() as connection:
        await connection.rows("insert into settings values ('p', 'w', 'c', 'k', 'v')")
        looking = await open_database(str(path), to_read=True)
        async with looking.transaction() as reader:
            assert await reader.rows("select value from settings") == []
    async with looking.transaction() as reader:
        assert await reader.rows("select value from settings") == [{"value": "v"}]
    with pytest.raises(StoreUnusable) as refused:
        async with looking.transaction() as reader:
            await reader.rows("delete from settings")
    assert refused.value.cause == "the file may not be written"
    await looking.close()
    await running.close()


async def test_looking_into_a_store_that_is_not_there_or_not_finished_makes_it(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.db", tmp_path / "empty.db"):
        if path.name == "empty.db":
            path.touch()
        database = await open_database(str(path), to_read=True)
        with pytest.raises(StoreBusy):
            await open_database(str(path))
        await database.close()
        await usable(path)


async def test_nobody_else_may_read_the_store(tmp_path: Path) -> None:
    database = await open_database(str(tmp_path / "nutgraf.db"))
    async with database.transaction() as connection:
        await connection.rows("delete from settings")
    assert modes(tmp_path) == {"nutgraf.db" + end: 0o600 for end in ("", "-wal", "-shm", ".lock")}
    await database.close()


def modes(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}


async def test_no_database(tmp_path: Path) -> None:
    path = tmp_path / "nutgraf.db"
    path.write_text("Dear diary, this is a text file and no database at all.\n" * 40)
    with pytest.raises(StoreUnusable) as refused:
        await open_database(str(path))
    assert refused.value.cause == "the file is not a database"
    assert str(path) in sentence(refused.value)
    path.unlink()
    await usable(path)


async def test_a_damaged_file(tmp_path: Path) -> None:
    path = tmp_path / "nutgraf.db"
    await usable(path)
    with sqlite3.connect(path) as raw:
        raw.execute("pragma wal_checkpoint(truncate)")
    raw.close()
    content = bytearray(path.read_bytes())
    content[4096 : len(content) // 2] = b"\x5a" * (len(content) // 2 - 4096)
    path.write_bytes(content)
    with pytest.raises(StoreUnusable) as refused:
        await open_database(str(path))
    assert refused.value.cause == "the file is damaged"


@pytest.mark.parametrize(
    ("make", "cause"),
    [
        (
            lambda path: path.parent.write_text("a file where a folder should be"),
            ("file exists", "not a directory"),
        ),
        (lambda path: path.mkdir(parents=True), ("the file cannot be opened",)),
    ],
    ids=["no folder", "a folder in its place"],
)
async def test_a_path_that_cannot_be_a_file(tmp_path: Path, make: object, cause: tuple[str, ...]) -> None:
    path = tmp_path / "house" / "nutgraf.db"
    make(path)
    with pytest.raises(StoreUnusable) as refused:
        await open_database(str(path))
    assert refused.value.cause in cause


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may write everywhere; nobody may not."""
    was = os.geteuid()
    if was == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(was)


async def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(0o500)
    with as_nobody(), pytest.raises(StoreUnusable) as refused:
        await open_database(str(folder / "nutgraf.db"))
    assert refused.value.cause == "permission denied"


async def test_a_full_disk_is_told_and_the_store_goes_on(tmp_path: Path) -> None:
    database = await open_database(str(tmp_path / "nutgraf.db"))

    async def write(size: int) -> None:
        async with database.transaction() as connection:
            await connection.rows("insert into settings values ('p', 'w', 'c', 'k', ?)", "x" * size)

    async with database.transaction() as connection:
        (pages,) = await connection.rows("pragma page_count")
        await connection.rows(f"pragma max_page_count = {pages['page_count'] + 2}")
    with pytest.raises(StoreUnusable) as refused:
        await write(1_000_000)
    assert refused.value.cause == "the disk is full"
    await write(10)
    await database.close()


async def test_a_path_with_odd_letters(tmp_path: Path) -> None:
    await usable(tmp_path / "Zoë's #1 50%?" / "a b.db")


async def test_a_server_that_is_not_there_is_told_without_the_password() -> None:
    address = "postgresql://ada:secret@127.0.0.1:1/nutgraf?connect_timeout=2"
    with pytest.raises(StoreUnusable) as refused:
        await open_database(address)
    told = sentence(refused.value)
    assert "PostgreSQL nutgraf on 127.0.0.1" in told
    assert "secret" not in told
    assert "ada" not in told
