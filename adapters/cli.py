"""The command line. Everything heavy is imported by the command that needs it: ``--help`` stays quick.

Exit codes: 0 done · 1 one of several sources failed, or a check found something · 2 wrong arguments or
settings · 3 the page could not be fetched, or the file not opened · 4 it could not be read as an article ·
70 a fault of ours · 130 interrupted.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters import CHATS
from bot import __version__

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.digest import Digest
    from bot.types import Page

OK, SOME_FAILED, USAGE, NOT_FETCHED, NOT_READ, FAULT, INTERRUPTED = 0, 1, 2, 3, 4, 70, 130
FORMATS = ("terminal", "markdown", "json", "html")
_EPILOG = __doc__.split("\n\n", 1)[1] if __doc__ else ""

Read = Callable[["str | Page"], Awaitable["Digest"]]


def main(argv: Sequence[str] | None = None) -> int:
    """The script ``nutgraf``; answers the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    _mend_streams()
    if arguments[:1] == ["eval"]:
        from bot.evaluate import main as evaluate  # noqa: PLC0415 - see the module's docstring

        logging.basicConfig(level="DEBUG" if os.environ.get("NUTGRAF_LOG_LEVEL") == "debug" else "WARNING")
        return _guarded(lambda: evaluate(arguments[1:]))
    wanted = _parser().parse_args(arguments)
    return _guarded(lambda: _run(wanted))


def _mend_streams() -> None:
    """Streams that were closed lead nowhere; words that a terminal cannot show become "?"."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - for good
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nutgraf",
        description="Paste a link, get the quotes, figures and actors of the story, verbatim.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"nutgraf {__version__}")
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings (default: nutgraf.toml here)")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    commands.add_parser("chat", help="a chat in this terminal (the default)")
    commands.add_parser("run", help="serve the chats that the settings name, until stopped")
    digest = commands.add_parser("digest", help="print the digest of links and files")
    digest.add_argument("source", nargs="+", metavar="SOURCE", help="a link, a file, or - for standard input")
    digest.add_argument("--format", choices=FORMATS, default="terminal", dest="form")
    digest.add_argument("--url", help="the address of a file or of what is piped in, for its links")
    commands.add_parser("eval", help="measure reading and finding on labelled pages", add_help=False)
    commands.add_parser("check", help="how the chats that the settings name stand, and what to do about it")
    matrix = commands.add_parser("matrix", help="the bot's Matrix account")
    matrix.add_argument(
        "deed", choices=["reset-identity"],
        help="reset-identity: a new cross-signing identity in place of the account's; asks for the password",
    )  # fmt: skip
    commands.add_parser("status", help="what was seen, digested and delivered, and what waits")
    receipt = commands.add_parser("receipt", help="every host contacted for the latest digest")
    receipt.add_argument("url", nargs="?", metavar="LINK", help="of this story")
    return parser


def _guarded(work: Callable[[], int]) -> int:
    """Errors as one sentence, never a traceback."""
    try:
        return work()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # "| head" has seen enough
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except Exception as error:
        return _failed(error)


def _failed(error: Exception, source: str | None = None) -> int:
    """Say it on standard error; the exit code that fits."""
    from bot.errors import FetchError, FileUnreadable, NutgrafError, ReadError  # noqa: PLC0415
    from bot.messages import sentence  # noqa: PLC0415

    if isinstance(error, NutgrafError):
        told = sentence(error)
    else:
        logging.getLogger("nutgraf").debug("a fault of ours", exc_info=error)
        told = f"Something broke here ({type(error).__name__}). NUTGRAF_LOG_LEVEL=debug shows where."
    print(f"nutgraf: {source + ': ' if source else ''}{told}", file=sys.stderr)
    if isinstance(error, FetchError | FileUnreadable):
        return NOT_FETCHED
    if isinstance(error, ReadError):
        return NOT_READ
    return USAGE if isinstance(error, NutgrafError) else FAULT


def _run(wanted: argparse.Namespace) -> int:
    from bot.config import load  # noqa: PLC0415
    from bot.errors import NutgrafError  # noqa: PLC0415

    named = wanted.config or (
        Path(os.environ["NUTGRAF_CONFIG"]) if os.environ.get("NUTGRAF_CONFIG") else None
    )
    try:
        settings = load(named, os.environ)
    except NutgrafError as error:
        _failed(error)
        return USAGE
    chatting = wanted.command in {None, "chat"}
    logging.basicConfig(
        level=settings.log_level.upper(),
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
        handlers=[_log_of(settings, chatting=chatting)],
    )
    if wanted.command == "digest":
        return _awaited(_digest(settings, wanted.source, wanted.form, wanted.url))
    if wanted.command in {"status", "receipt", "check", "matrix"}:
        return _awaited(_asked(settings, wanted))
    if wanted.command == "run":
        from adapters.running import run  # noqa: PLC0415 - see the module's docstring

        try:
            code = _awaited(run(settings))
        except KeyboardInterrupt:
            return OK
        return OK if code == INTERRUPTED else code  # being told to stop is how it ends
    try:
        return _awaited(_chat(settings))
    except KeyboardInterrupt:  # the usual way to leave a chat
        return OK


def _log_of(settings: Settings, *, chatting: bool) -> logging.Handler:
    """Standard error; but a chat's terminal is for answers, so there it is a file of at most 1 MB and
    the one before it."""
    if chatting and sys.stderr.isatty():
        from logging.handlers import RotatingFileHandler  # noqa: PLC0415 - see the module's docstring

        with contextlib.suppress(OSError):  # no such folder: the store is about to say so
            settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            here = settings.data_dir / "nutgraf.log"
            return RotatingFileHandler(here, maxBytes=1_000_000, backupCount=1, encoding="utf-8")
    return logging.StreamHandler()


def _awaited(work: Coroutine[Any, Any, int]) -> int:
    """Run ``work``; SIGTERM ends it as Ctrl-C does, with everything closed."""

    async def run() -> int:
        task = asyncio.current_task()
        with contextlib.suppress(NotImplementedError):  # no such signals on Windows
            asyncio.get_running_loop().add_signal_handler(
                signal.SIGTERM, task.cancel if task else lambda: None
            )
        return await work

    try:
        return asyncio.run(run())
    except asyncio.CancelledError:
        return INTERRUPTED


# ------------------------------------------------------------------------------- chat


async def _chat(settings: Settings) -> int:
    from bot.app.house import opened  # noqa: PLC0415

    async with opened(settings) as house:
        workers = [asyncio.create_task(house.desk.run()), asyncio.create_task(house.poller.run())]
        sitting = asyncio.create_task(
            import_module(CHATS["terminal"]).serve(
                house.desk, grant=house.grant, verbs=house.verbs,
                folder=settings.data_dir, retention_days=settings.retention_days,
            )
        )  # fmt: skip
        try:
            await asyncio.wait([sitting, *workers], return_when=asyncio.FIRST_COMPLETED)
            for task in (sitting, *workers):
                if task.done():
                    task.result()  # a worker that ended has failed
        finally:
            for task in (sitting, *workers):
                task.cancel()
            await asyncio.gather(sitting, *workers, return_exceptions=True)
    return OK


async def _asked(settings: Settings, wanted: argparse.Namespace) -> int:
    if wanted.command == "check":
        return await _check(settings)
    if wanted.command == "matrix":
        return await _reset_identity(settings)
    from adapters.terminal import HERE  # noqa: PLC0415
    from bot.app import house  # noqa: PLC0415

    if wanted.command == "status":
        print(await house.status(settings, HERE))
    else:
        print(await house.receipt(settings, HERE, wanted.url))
    return OK


async def _check(settings: Settings) -> int:
    from adapters.checking import check  # noqa: PLC0415

    report, well = await check(settings)
    print(report)
    return OK if well else SOME_FAILED


async def _reset_identity(settings: Settings) -> int:
    from adapters.running import reset_identity  # noqa: PLC0415

    print(await reset_identity(settings))
    return OK


# ----------------------------------------------------------------------------- digest


async def _digest(settings: Settings, sources: Sequence[str], form: str, url: str | None) -> int:
    from bot.app.reading import reading, rendered  # noqa: PLC0415

    if url is not None and len(sources) > 1:
        print("nutgraf: --url is the address of one source, not of several.", file=sys.stderr)
        return USAGE
    codes = []
    async with reading(settings) as read:
        for source in sources:
            try:
                digest = await read(_page(settings, source, url))
                _print(rendered(digest, form))
                codes.append(OK)
            except BrokenPipeError:
                raise
            except Exception as error:  # each source has its line, the others go on
                codes.append(_failed(error, _shown(source) if len(sources) > 1 else None))
    if len(codes) == 1:
        return codes[0]
    return SOME_FAILED if any(codes) else OK


def _page(settings: Settings, source: str, url: str | None) -> str | Page:
    from bot.app.reading import file_page, stream_page  # noqa: PLC0415

    if source == "-":
        return stream_page(settings, sys.stdin.buffer, url)
    if source.lower().startswith(("http://", "https://")):
        return source
    return file_page(settings, Path(source).expanduser(), url)


def _print(made: object) -> None:
    from adapters.terminal import Screen  # noqa: PLC0415
    from bot.types import Message  # noqa: PLC0415

    if isinstance(made, Message):
        Screen(sys.stdout).show(made)
    else:
        sys.stdout.write(str(made).rstrip("\n") + "\n")
        sys.stdout.flush()


def _shown(source: str) -> str:
    from bot.display import plain  # noqa: PLC0415

    return plain(source)
