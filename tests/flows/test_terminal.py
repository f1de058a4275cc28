"""The chat in the terminal as a process: piped, killed and started again, and at a real terminal."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import select
import signal
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.terminal import HERE
from bot.engine import JobEngine
from bot.ports import ANSWER
from bot.records import FeedState
from bot.schedule import entry_request
from bot.store import SqlStore, open_database
from bot.types import Entry, Subscription
from tests.fakes.site import Site

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "tests" / "corpus" / "wire_ferry.html"
TITLE = "Ferry With 212 Aboard Runs Aground Off Port Halven; No Deaths Reported"
PIPE = asyncio.subprocess.PIPE


def environment(home: Path, **more: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("NUTGRAF_")}
    return {**clean, "XDG_DATA_HOME": str(home / "data"), "PYTHONPATH": str(ROOT), **more}


async def chat(home: Path, *words: str, **more: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "adapters", *words,
        cwd=home, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment(home, **more),
    )  # fmt: skip


async def answered(home: Path, typed: str, **more: str) -> str:
    """Everything the chat prints for the lines of ``typed``; it leaves by itself, without a complaint."""
    process = await chat(home, **more)
    out, err = await asyncio.wait_for(process.communicate(typed.encode()), 60)
    assert (process.returncode, err.decode()) == (0, "")
    return out.decode()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110 - another process makes it true
            await asyncio.sleep(0.02)


async def test_piped_lines_are_answered_in_their_order(site: Site, tmp_path: Path) -> None:
    site.add("/ferry", PAGE.read_bytes())
    site.add("/gone", b"", status=410)
    typed = f"{site.url('/ferry')}\n/nutgraf receipt\n{site.url('/gone')}\nfolow x\n{PAGE}\nlist\n"
    shown = await answered(tmp_path, typed, NUTGRAF_ALLOW_HOSTS=site.netloc)
    parts = [
        TITLE, "I contacted: 127.0.0.1", "The site says there is no page", "Did you mean “follow”?", TITLE,
        "Nothing is followed here",
    ]  # fmt: skip
    found = [match.group() for match in re.finditer("|".join(map(re.escape, parts)), shown)]
    receipt = [part for part in found if part != TITLE]
    assert receipt == [part for part in parts if part != TITLE]
    assert found.index(TITLE) == 0
    assert shown.count("¶") >= 10
    assert "\x1b" not in shown


async def test_a_feed_can_be_followed_and_left(site: Site, tmp_path: Path) -> None:
    feed = "<rss version='2.0'><channel><title>Harbour News</title></channel></rss>"
    site.add("/feed", feed, content_type="application/rss+xml")
    typed = f"follow {site.url('/feed')} +pier\nlist\npause 1\nunfollow 1\nlist\n"
    shown = await answered(tmp_path, typed, NUTGRAF_ALLOW_HOSTS=site.netloc)
    assert "Following “Harbour News” as number 1" in shown
    assert "(+pier)" in shown
    assert "No longer following" in shown


async def test_killed_while_reading_it_answers_once_after_the_start(site: Site, tmp_path: Path) -> None:
    site.add("/ferry", PAGE.read_bytes(), delay_s=1.0)
    process = await chat(tmp_path, NUTGRAF_ALLOW_HOSTS=site.netloc)
    assert process.stdin is not None
    process.stdin.write(f"{site.url('/ferry')}\n".encode())
    await until(lambda: site.hits("/ferry") > 0)
    process.kill()
    before, _ = await process.communicate()
    assert TITLE.encode() not in before
    first = await answered(tmp_path, "", NUTGRAF_ALLOW_HOSTS=site.netloc, NUTGRAF_LOG_LEVEL="error")
    assert first.count("7 quotes, all verbatim") == 1
    assert await answered(tmp_path, "", NUTGRAF_ALLOW_HOSTS=site.netloc) == ""


async def test_a_piped_chat_does_not_wait_for_a_feeds_story(site: Site, tmp_path: Path) -> None:
    site.add("/story", b"", status=503)
    path = tmp_path / "data" / "nutgraf" / "nutgraf.sqlite3"
    database = await open_database(str(path))
    store, now = SqlStore(database, engine := JobEngine(database)), datetime.now(UTC)
    engine.handle(ANSWER, store_nothing, store_nothing)
    await engine.open()
    async with store.begin() as tx:
        followed = await tx.follow(
            FeedState(site.url("/feed")), Subscription(0, HERE, site.url("/feed"), "", "", now)
        )
        entry = Entry("1", site.url("/story"), "Pier closed")
        assert await tx.take(entry_request(followed, entry), now)
    await engine.close()
    await store.close()
    told = await answered(tmp_path, "status\n", NUTGRAF_ALLOW_HOSTS=site.netloc, NUTGRAF_LOG_LEVEL="error")
    assert "1 waiting" in told, "the story of the feed; the status that was asked does not count itself"


async def store_nothing(key: str) -> None:
    raise AssertionError(key)


@pytest.mark.parametrize("delay_s", [0.35, 0.5, 0.65, 0.8])
async def test_killed_anywhere_it_answers_once(delay_s: float, tmp_path: Path) -> None:
    """Wherever the kill falls: what was taken is answered, and no message is shown by two runs in full."""
    process = await chat(tmp_path)
    assert process.stdin is not None
    process.stdin.write(f"{PAGE}\n".encode())
    await asyncio.sleep(delay_s)
    process.kill()
    before, _ = await process.communicate()
    after = await answered(tmp_path, "status\n", NUTGRAF_LOG_LEVEL="error")
    taken = "1 request seen" not in after.split("Everywhere")[0]  # the status itself is one
    times = before.decode().count("7 quotes, all verbatim") + after.count("7 quotes, all verbatim")
    assert times == (1 if taken else 0)


async def test_two_at_once_are_told_apart(tmp_path: Path) -> None:
    first = await chat(tmp_path)
    await until((tmp_path / "data" / "nutgraf" / "terminal.jsonl").exists)
    second = await chat(tmp_path)
    _, err = await asyncio.wait_for(second.communicate(b""), 20)
    assert second.returncode == 2
    assert b"Another nutgraf is using" in err
    for asked, told in (("status", b"0 requests seen"), ("receipt", b"no digest here")):
        looking = await chat(tmp_path, asked)
        out, err = await asyncio.wait_for(looking.communicate(), 20)
        assert (looking.returncode, err) == (0, b"")
        assert told in out
    await first.communicate(b"")
    assert first.returncode == 0


async def test_a_data_directory_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    process = await chat(tmp_path, NUTGRAF_DATA_DIR=str(tmp_path / "file" / "below"))
    _, err = await asyncio.wait_for(process.communicate(b""), 20)
    assert process.returncode == 2
    assert b"I cannot use the store" in err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_it_cleanly(number: signal.Signals, tmp_path: Path) -> None:
    process = await chat(tmp_path)
    await until((tmp_path / "data" / "nutgraf" / "terminal.jsonl").exists)
    await asyncio.sleep(0.2)
    process.send_signal(number)
    out, err = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == (0 if number == signal.SIGINT else 130)
    assert (out, err) == (b"", b"")


# -------------------------------------------------------------------------- a terminal


class Terminal:
    """The chat at a pseudo-terminal, from its master side."""

    def __init__(self, home: Path, *words: str) -> None:
        self.pid, self.master = pty.fork()
        if self.pid == 0:  # the child
            os.chdir(home)
            os.execve(  # noqa: S606
                sys.executable, [sys.executable, *(words or ("-m", "adapters", "chat"))],
                environment(home, TERM="xterm-256color", COLUMNS="90"),
            )  # fmt: skip
        self.shown = b""

    def until(self, words: str, timeout_s: float = 20.0) -> None:
        """Read on until ``words`` have come."""
        wanted = words.encode()
        self.read(lambda: wanted in self.shown, timeout_s)
        assert wanted in self.shown, self.shown.decode(errors="replace")[-2000:]

    def read(self, enough: Callable[[], bool], timeout_s: float) -> None:
        end = time.monotonic() + timeout_s
        while not enough() and time.monotonic() < end:
            if not select.select([self.master], [], [], 0.1)[0]:
                continue
            try:
                self.shown += os.read(self.master, 65_536)
            except OSError:  # the other side has closed
                return

    def type(self, keys: str) -> None:
        self.shown = b""
        os.write(self.master, keys.encode())

    def left(self) -> int:
        """Its exit code; fails when it stays."""
        end = time.monotonic() + 10.0
        while time.monotonic() < end:
            self.read(lambda: False, 0.1)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
        raise AssertionError("it did not leave")


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    running = Terminal(tmp_path)
    yield running
    ended(running)


def ended(running: Terminal) -> None:
    with suppress(ProcessLookupError, ChildProcessError):
        os.kill(running.pid, signal.SIGKILL)
        os.waitpid(running.pid, 0)
    os.close(running.master)


def test_at_a_terminal_it_is_styled_and_linked_and_leaves_by_ctrl_d(terminal: Terminal) -> None:
    terminal.until("Paste a link")
    terminal.until("›")
    terminal.type(f"{PAGE}\n")
    terminal.until("7 quotes, all verbatim")
    shown = terminal.shown.decode()
    assert "\x1b[1m" in shown
    assert re.search(r"\x1b\]8;[^;]*;https://[^\x1b]*#:~:text=[^\x1b]*\x1b\\", shown)
    assert "reading" in shown
    terminal.until("› ")
    terminal.type("\x04")
    assert terminal.left() == 0
    assert termios.tcgetattr(terminal.master)[3] & termios.ECHO


@pytest.mark.parametrize("keys", ["\x03", "half a li\x03", "exit\n"])
def test_at_a_terminal_ctrl_c_leaves(terminal: Terminal, keys: str) -> None:
    terminal.until("›")
    time.sleep(0.2)
    terminal.type(keys)
    assert terminal.left() == 0
    assert b"Traceback" not in terminal.shown
    assert termios.tcgetattr(terminal.master)[3] & termios.ECHO


def test_at_a_terminal_the_log_is_a_file_and_not_on_the_screen(tmp_path: Path) -> None:
    (tmp_path / "nutgraf.toml").write_text('log_level = "debug"')
    running = Terminal(tmp_path)
    try:
        running.until("›")
        assert b"DEBUG" not in running.shown
        running.type("help\n")
        running.until("every host contacted")
        assert b"DEBUG" not in running.shown
        running.type("exit\n")
        assert running.left() == 0
    finally:
        ended(running)
    assert " DEBUG " in (tmp_path / "data" / "nutgraf" / "nutgraf.log").read_text("utf-8")


# A sitting whose desk is one function: a feed's story arrives while somebody types.
NEWS_COMES = """
import asyncio, sys
from pathlib import Path
from adapters.terminal.chat import HERE, TerminalChat
from adapters.terminal.keyboard import Keyboard
from adapters.terminal.screen import Screen
from adapters.terminal.session import Session
from adapters.terminal.transcript import Transcript
from tests.contract.chat_contract import message

async def main():
    screen = Screen(sys.stdout)
    chat = TerminalChat(Transcript(Path("t.jsonl")), screen)
    async def submit(request):
        await chat.post(HERE, message("You said " + request.text), request.key)
        await chat.acknowledge(request, "done")
        return True
    async def news():
        while not Path("now").exists():
            await asyncio.sleep(0.05)
        await chat.post(HERE, message("News from the pier"), "news")
    async def waiting():
        return 0
    news_task = asyncio.create_task(news())
    await Session(chat, screen, Keyboard(person=True), submit=submit, grant=str, verbs=frozenset(),
                  waiting=waiting).run()

asyncio.run(main())
"""


def test_news_appears_between_prompts_and_what_was_typed_stays(tmp_path: Path) -> None:
    running = Terminal(tmp_path, "-c", NEWS_COMES)
    try:
        running.until("›")
        running.type("half a li")
        running.until("half a li")
        running.shown = b""
        (tmp_path / "now").touch()
        running.until("News from the pier")
        running.until("› half a li")
        running.type("ne\n")
        running.until("You said half a line")
        running.until("\x1b[2K› ")  # keys typed before the prompt belong to nobody
        running.type("\x04")
        assert running.left() == 0
    finally:
        ended(running)
