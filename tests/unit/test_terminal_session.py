"""What a typed line asks for, and how a sitting ends."""

from __future__ import annotations

import asyncio
import io
import os
from pathlib import Path

import pytest

from adapters.terminal.chat import HERE, TerminalChat
from adapters.terminal.keyboard import Keyboard
from adapters.terminal.screen import Screen
from adapters.terminal.session import Session, path_in, request_of
from adapters.terminal.transcript import Transcript
from bot.commands import verbs
from bot.types import Request
from tests.contract.chat_contract import message

LINK = "https://harbour.example/pier"


def grant(path: Path) -> str:
    return f"granted:{path}"


@pytest.mark.parametrize(
    ("line", "text", "links", "command"),
    [
        (LINK, LINK, (LINK,), False),
        (f"look: {LINK} and {LINK}2", f"look: {LINK} and {LINK}2", (LINK, LINK + "2"), False),
        (f"<{LINK}>", f"<{LINK}>", (LINK,), False),
        ("help", "help", (), True),
        ("/nutgraf help", "help", (), True),
        ("/nutgraf", "", (), True),
        ("/NUTGRAF list", "list", (), True),
        (f"follow {LINK} +pier", f"follow {LINK} +pier", (), True),
        (f"/nutgraf follow {LINK}", f"follow {LINK}", (), True),
        (f"digest {LINK}", f"digest {LINK}", (), True),
        ("folow x", "folow x", (), True),
        ("harbour.example/pier", "harbour.example/pier", (), True),
        ("/srv/none.html", "/srv/none.html", ("granted:/srv/none.html",), False),
        ("digest /srv/none.html", "digest /srv/none.html", ("granted:/srv/none.html",), False),
        ("/nutgraf digest /srv/none.html", "digest /srv/none.html", ("granted:/srv/none.html",), False),
        ("/nutgraf /srv/none.html", "/srv/none.html", (), True),
    ],
)
def test_request_of(line: str, text: str, links: tuple[str, ...], command: bool) -> None:
    request = request_of(line, verbs(), grant)
    assert (request.text, request.links, request.command) == (text, links, command)
    assert request.place == HERE
    assert request.addressed == any(link.startswith("granted:") for link in links), (
        "a file is asked for by name"
    )


def test_each_line_is_a_new_request() -> None:
    assert request_of(LINK, verbs(), grant).key != request_of(LINK, verbs(), grant).key


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ("/a/b.html", Path("/a/b.html")), ("'/a/b c.html'", Path("/a/b c.html")), ('"/a b"', Path("/a b")),
        ("/a/b\\ c.html", Path("/a/b c.html")), ("file:///a/b%20c.html", Path("/a/b c.html")),
        ("./x", Path("x")), ("~/x", Path.home() / "x"), ("no-such-file.html", None), ("", None),
        (LINK, None), ("a\0b", None), ("x" * 5000, None),
    ],
)  # fmt: skip
def test_path_in(words: str, path: Path | None) -> None:
    assert path_in(words) == path


def test_a_file_that_is_there_needs_no_slash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pier.html").write_text("x")
    assert path_in("pier.html") == Path("pier.html")


async def nothing() -> int:
    return 0


async def sitting(
    typed: bytes, tmp_path: Path, answer: str = "Answered.", delay_s: float = 0.0
) -> tuple[str, list[Request]]:
    """What a piped sitting prints, and what it asked; the desk is a function here."""
    out, asked = io.StringIO(), list[Request]()
    chat = TerminalChat(Transcript(tmp_path / "t.jsonl"), Screen(out, styled=False))
    answers = set[asyncio.Task[None]]()

    async def work(request: Request) -> None:
        await asyncio.sleep(delay_s)
        await chat.post(HERE, message(f"{answer} {request.text}"), request.key + "#0")
        await chat.acknowledge(request, "done")

    async def submit(request: Request) -> bool:
        asked.append(request)
        answers.add(asyncio.create_task(work(request)))
        return True

    reading, writing = os.pipe()

    def type_it() -> None:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(typed)

    keyboard = Keyboard(person=False, descriptor=reading)
    session = Session(
        chat, Screen(out, styled=False), keyboard, submit=submit, grant=grant, verbs=verbs(), waiting=nothing
    )
    await asyncio.wait_for(asyncio.gather(session.run(), asyncio.to_thread(type_it)), 10)
    os.close(reading)
    return out.getvalue(), asked


@pytest.mark.parametrize(
    "typed", [b"help\nlist\n", b"help\nlist", b"help\r\n\r\n  \nlist\r\n", b"help\nlist\nexit\nstatus\n"]
)
async def test_a_pipe_is_answered_and_then_left(typed: bytes, tmp_path: Path) -> None:
    shown, asked = await sitting(typed, tmp_path, delay_s=0.05)
    assert [request.text for request in asked] == ["help", "list"]
    assert shown == "Answered. help\n\nAnswered. list\n\n"


async def test_nothing_typed_is_nothing_asked(tmp_path: Path) -> None:
    assert await sitting(b"", tmp_path) == ("", [])


async def test_a_huge_line_and_broken_bytes_are_only_words(tmp_path: Path) -> None:
    _, asked = await sitting(b"\xff\xfe help\n" + b"x" * 200_000 + b"\nlist\n", tmp_path)
    assert len(asked) == 3
    assert len(asked[1].text) < 20_000


async def test_nobody_reads_the_answers(tmp_path: Path) -> None:
    out = io.StringIO()
    chat = TerminalChat(Transcript(tmp_path / "t.jsonl"), Screen(out, styled=False))

    async def submit(request: Request) -> bool:
        await chat.post(HERE, message("Answered."), request.key)  # the screen is gone, nothing says "done"
        return True

    reading, writing = os.pipe()  # stays open: nothing but the lost screen ends the sitting
    os.write(writing, b"help\n")
    out.close()
    keyboard = Keyboard(person=False, descriptor=reading)
    session = Session(
        chat, Screen(out, styled=False), keyboard, submit=submit, grant=grant, verbs=verbs(), waiting=nothing
    )
    await asyncio.wait_for(session.run(), 10)
    os.close(writing)
    os.close(reading)
