"""Reading in a process of its own: limits that hold, crashes that are told, nothing left behind."""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from bot.errors import NotAnArticle, ReadCrashed, ReadTooSlow
from bot.offload import Offload
from bot.offload.frames import Forbidden, error_fields, error_of, packed, unpacked
from bot.offload.pool import ReaderFault
from bot.types import Digestible, Page
from tests.fakes.desk import NOON

FAKES = "tests.fakes.offloaded"


def page(body: str) -> Page:
    return Page("https://a.example/", "https://a.example/", "text/plain", body.encode(), NOON)


def make(**settings: float) -> Offload:
    return Offload(f"{FAKES}:read", f"{FAKES}:find", **settings)


def children() -> set[int]:
    """Reading processes of this test run that are alive."""
    mine = psutil.Process().children()
    return {one.pid for one in mine if any("bot.offload.child" in word for word in one.cmdline())}


@pytest.fixture
async def offload() -> AsyncIterator[Offload]:
    made = make(limit_s=30.0, memory_bytes=400 * 2**20)
    yield made
    await made.close()


async def test_a_page_comes_back_as_article_and_findings(offload: Offload) -> None:
    found = await offload.extract(page("Words of Zoë \U0001f60a"))
    assert isinstance(found, Digestible)
    assert found.article.text == "Words of Zoë \U0001f60a"
    assert found.findings.sentences[0].of(found.article.text) == "Words"


async def test_one_process_reads_page_after_page(offload: Offload) -> None:
    assert children() == set(), "nothing is started before it is needed"
    await offload.extract(page("one"))
    first = children()
    await offload.extract(page("two"))
    assert children() == first
    assert len(first) == 1


async def test_leaves_of_the_reader_arrive_as_they_were_raised(offload: Offload) -> None:
    with pytest.raises(NotAnArticle) as refused:
        await offload.extract(page("refuse"))
    assert refused.value == NotAnArticle("https://a.example/", looks_like="a list of links")
    assert len(children()) == 1


@pytest.mark.parametrize("body", ["loop", "loop deaf", "sleep"])
async def test_a_page_over_its_time_is_stopped_and_the_next_is_read(body: str) -> None:
    offload = make(limit_s=1.5)
    await offload.extract(page("warm"))
    begun = time.monotonic()
    with pytest.raises(ReadTooSlow) as slow:
        await offload.extract(page(body))
    assert time.monotonic() - begun < 6, "its sleep is 30 s, its loop for ever"
    assert slow.value == ReadTooSlow("https://a.example/", 1.5)
    assert children() == set()
    assert (await offload.extract(page("next"))).article.text == "next"
    await offload.close()


@pytest.mark.parametrize("body", ["segfault", "exit", "swallow memory", "recurse", "chatter"])
async def test_a_page_that_takes_its_reader_down_is_told(offload: Offload, body: str) -> None:
    with pytest.raises(ReadCrashed):
        await offload.extract(page(body))
    assert (await offload.extract(page("next"))).article.text == "next"


async def test_what_a_library_prints_does_not_disturb(offload: Offload) -> None:
    assert (await offload.extract(page("print"))).article.text == "print"


async def test_a_bug_is_told_without_a_word_of_the_page(offload: Offload) -> None:
    with pytest.raises(ReaderFault) as broke:
        await offload.extract(page("bug with the secret word Rumpelstiltskin"))
    assert "KeyError" in str(broke.value)
    assert "offloaded.py" in str(broke.value)
    assert "Rumpelstiltskin" not in str(broke.value)


async def test_a_reader_that_cannot_start_is_a_bug_of_ours() -> None:
    broken = Offload(f"{FAKES}:no_such_function", f"{FAKES}:find")
    with pytest.raises(ReaderFault, match="no_such_function"):
        await broken.extract(page("x"))
    await broken.close()
    assert children() == set()


async def test_an_idle_process_ends_by_itself() -> None:
    offload = make(idle_s=0.1)
    await offload.extract(page("x"))
    async with asyncio.timeout(5):
        while children():  # noqa: ASYNC110 - what is watched is another process
            await asyncio.sleep(0.02)
    assert (await offload.extract(page("again"))).article.text == "again"
    await offload.close()
    assert children() == set()


async def test_a_process_killed_while_idle_is_replaced(offload: Offload) -> None:
    await offload.extract(page("x"))
    (pid,) = children()
    os.kill(pid, signal.SIGKILL)
    await asyncio.sleep(0.1)
    assert (await offload.extract(page("y"))).article.text == "y"


async def test_a_cancelled_reading_is_stopped_and_its_answer_given_to_nobody(offload: Offload) -> None:
    await offload.extract(page("warm"))
    reading = asyncio.create_task(offload.extract(page("sleep")))
    await asyncio.sleep(0.1)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert (await offload.extract(page("mine"))).article.text == "mine"


async def test_as_many_processes_as_workers_and_no_more() -> None:
    offload = make(workers=2)
    found = await asyncio.gather(*(offload.extract(page(f"page {number}")) for number in range(8)))
    assert [one.article.text for one in found] == [f"page {number}" for number in range(8)]
    assert len(children()) == 2
    await offload.close()
    assert children() == set()


async def test_a_bot_that_is_killed_leaves_no_reader_behind() -> None:
    program = (
        "import asyncio\n"
        "from tests.unit.test_offload import make, page, children\n"
        "async def main():\n"
        "    offload = make(limit_s=2.0)\n"
        "    await offload.extract(page('warm'))\n"
        "    reading = asyncio.create_task(offload.extract(page('loop')))\n"
        "    await asyncio.sleep(0.5)\n"
        "    print(*children(), flush=True)\n"
        "    await reading\n"
        "asyncio.run(main())\n"
    )
    root = str(Path(__file__).parent.parent.parent)
    bot = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program),
        cwd=root,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": root},
    )
    assert bot.stdout is not None
    reader = psutil.Process(int(await asyncio.wait_for(bot.stdout.readline(), 60)))
    bot.kill()
    await bot.wait()
    await asyncio.to_thread(psutil.wait_procs, [reader], 20)
    assert not reader.is_running(), "its alarm did not go off"


class Evil:
    """Would run a command when unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch owned",)


EVAL = b"cbuiltins\neval\n(S'1'\ntR."
MODULE = b"cbot.errors\nre\n."  # reachable through our own module, and not ours
BORROWED = b"cbot.types\nMapping\n."


@pytest.mark.parametrize(
    "body",
    [pickle.dumps(Evil()), pickle.dumps({"a": [Evil()]}), pickle.dumps(Path("x")), EVAL, MODULE, BORROWED],
    ids=["call", "deep", "path", "eval", "module", "borrowed"],
)
def test_a_frame_may_name_nothing_but_our_types(body: bytes) -> None:
    with pytest.raises(Forbidden):
        unpacked(body)


def test_errors_survive_the_pipe() -> None:
    error = NotAnArticle(url="u", looks_like="a list")
    assert error_of(*unpacked(packed(error_fields(error))[4:])) == error
    with pytest.raises(Forbidden):
        error_of("SystemExit", {})
