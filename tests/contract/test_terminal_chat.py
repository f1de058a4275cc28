"""The terminal and the fake hold to the chat contract; the terminal shows each message once."""

from __future__ import annotations

import inspect
import io
import resource
from importlib import import_module
from pathlib import Path

import pytest

from adapters import CHATS
from adapters.terminal.chat import HERE, TerminalChat
from adapters.terminal.screen import Screen
from adapters.terminal.transcript import Transcript
from bot.ports import Chat
from bot.types import Place, Posted
from tests.contract.chat_contract import HOSTILE, ChatContract, KeyedChatContract, Room, message
from tests.fakes.chat import FakeChat


def terminal(folder: Path, out: io.StringIO | None = None) -> TerminalChat:
    return TerminalChat(Transcript(folder / "t.jsonl"), Screen(out or io.StringIO(), styled=False))


class TestTerminal(KeyedChatContract):
    @pytest.fixture
    def room(self, tmp_path: Path) -> Room:
        screen = io.StringIO()

        async def held(posted: Posted) -> str | None:
            entry = Transcript(_copy(tmp_path)).get(posted.message_id)
            return None if entry is None else screen.getvalue()

        async def restarted() -> Chat:
            return terminal(tmp_path, screen)

        return Room(terminal(tmp_path, screen), HERE, held, restarted)


class TestFake(ChatContract):
    @pytest.fixture
    def room(self) -> Room:
        chat = FakeChat()

        async def held(posted: Posted) -> str | None:
            return next((s.message.plain for s in chat.sent if s.message_id == posted.message_id), None)

        async def restarted() -> Chat:
            return chat

        return Room(chat, Place("fake", "w", "c"), held, restarted)


def _copy(folder: Path) -> Path:
    """Reading a transcript rewrites it, so a test reads a copy."""
    beside = folder / "copy.jsonl"
    beside.write_bytes((folder / "t.jsonl").read_bytes())
    return beside


@pytest.mark.parametrize("name", CHATS)
def test_every_chat_can_be_connected(name: str) -> None:
    assert inspect.iscoroutinefunction(import_module(CHATS[name]).serve)


async def test_a_message_is_shown_once_however_often_it_is_posted(tmp_path: Path) -> None:
    out = io.StringIO()
    chat = terminal(tmp_path, out)
    for _ in range(3):
        await chat.post(HERE, message("Pier closes."), "k1")
    again = terminal(tmp_path, out)
    assert again.show_missed() == 0
    await again.post(HERE, message("Pier closes."), "k1")
    assert out.getvalue().count("Pier closes.") == 1


async def test_what_nobody_saw_is_shown_at_the_next_start(tmp_path: Path) -> None:
    Transcript(tmp_path / "t.jsonl").post(HERE, message("Pier closes."), "k1")  # and the process dies
    out = io.StringIO()
    assert terminal(tmp_path, out).show_missed() == 1
    assert out.getvalue().count("Pier closes.") == 1
    assert terminal(tmp_path).show_missed() == 0


async def test_a_closed_pipe_leaves_the_message_for_the_next_start(tmp_path: Path) -> None:
    out = io.StringIO()
    chat = terminal(tmp_path, out)
    out.close()
    await chat.post(HERE, message("Pier closes."), "k1")
    assert chat.left.is_set()
    assert terminal(tmp_path).show_missed() == 1


@pytest.mark.parametrize("cut", range(1, 60, 7))
async def test_a_torn_last_line_counts_as_nothing(tmp_path: Path, cut: int) -> None:
    here = tmp_path / "t.jsonl"
    first = Transcript(here)
    first.post(HERE, message("Pier closes."), "k1")
    whole = here.read_bytes()
    first.post(HERE, message("Ferry stops."), "k2")
    here.write_bytes(here.read_bytes()[: len(whole) + cut])
    again = Transcript(here)
    assert again.find(HERE, "k1") is not None
    assert again.find(HERE, "k2") is None
    again.post(HERE, message("Ferry stops."), "k2")
    assert Transcript(here).find(HERE, "k2") is not None


@pytest.mark.parametrize(
    "junk", [b"5\n", b"[]\n", b"\xff\xfe\n", b'{"event":"post","id":"x"}\n', b"\0\0"], ids=repr
)
def test_a_damaged_line_is_passed_over(tmp_path: Path, junk: bytes) -> None:
    here = tmp_path / "t.jsonl"
    Transcript(here).post(HERE, message("Pier closes."), "k1")
    here.write_bytes(junk + b"\n" + here.read_bytes() + junk)
    assert Transcript(here).find(HERE, "k1") is not None


def test_words_leave_the_file_when_they_are_shown_or_deleted(tmp_path: Path) -> None:
    here = tmp_path / "t.jsonl"
    transcript = Transcript(here)
    shown, gone = (transcript.post(HERE, message(f"Secret {n}"), n) for n in ("one", "two"))
    transcript.mark_shown(shown.id)
    transcript.delete(gone.id)
    transcript.tidy()
    assert b"Secret" not in here.read_bytes()
    assert here.stat().st_mode & 0o077 == 0
    assert Transcript(here).find(HERE, "one") is not None


def test_a_long_sitting_keeps_neither_words_nor_what_is_too_old(tmp_path: Path) -> None:
    here = tmp_path / "t.jsonl"
    transcript = Transcript(here, retention_days=0)
    for number in range(600):
        transcript.mark_shown(transcript.post(HERE, message(f"Secret {number}"), str(number)).id)
    assert b"Secret 1" not in here.read_bytes()
    assert len(here.read_bytes().splitlines()) < 600
    assert transcript.find(HERE, "1") is None
    assert transcript.find(HERE, "599") is not None


def test_what_a_full_disk_tore_does_not_spoil_the_next_line(tmp_path: Path) -> None:
    here = tmp_path / "t.jsonl"
    transcript = Transcript(here)
    transcript.post(HERE, message("Pier closes."), "k1")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (here.stat().st_size + 20, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            transcript.post(HERE, message("Ferry stops."), "k2")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    transcript.post(HERE, message("Ferry stops."), "k2")
    again = Transcript(_copy(tmp_path))
    assert [again.find(HERE, key) is not None for key in ("k1", "k2")] == [True, True]


def test_what_is_older_than_the_retention_goes(tmp_path: Path) -> None:
    here = tmp_path / "t.jsonl"
    transcript = Transcript(here)
    entry = transcript.post(HERE, message("Pier closes."), "k1")
    transcript.mark_shown(entry.id)
    assert Transcript(here, retention_days=1).find(HERE, "k1") is not None
    assert Transcript(here, retention_days=0).find(HERE, "k1") is None


@pytest.mark.parametrize("styled", [True, False])
async def test_no_control_character_of_a_page_reaches_the_terminal(tmp_path: Path, styled: bool) -> None:
    out = io.StringIO()
    chat = TerminalChat(Transcript(tmp_path / "t.jsonl"), Screen(out, styled=styled, width=80))
    await chat.post(HERE, message(HOSTILE, link="https://x.example/\x1b]8;;evil"), "k1")
    shown = out.getvalue()
    assert "\x1b[2J" not in shown
    assert "\x07" not in shown
    assert "evil" not in shown
    assert "[bold]x[/bold]" in shown.replace("\n", " ")
