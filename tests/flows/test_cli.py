"""The command line as a user meets it: a process, its words and its exit code."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import time
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from adapters import cli
from bot import __version__
from bot.commands import VERBS
from tests.fakes.site import Site

PIPE = asyncio.subprocess.PIPE
ROOT = Path(__file__).parents[2]
PAGE = ROOT / "tests" / "corpus" / "wire_ferry.html"
TITLE = "Ferry With 212 Aboard Runs Aground Off Port Halven; No Deaths Reported"


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


async def nutgraf(*words: str, home: Path, typed: bytes = b"", **environment: str) -> Ended:
    """Run the program in ``home`` with nothing of ours in its environment."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("NUTGRAF_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "adapters", *words,
        cwd=home, stdin=PIPE, stdout=PIPE, stderr=PIPE,
        env={**clean, "XDG_DATA_HOME": str(home / "data"), "PYTHONPATH": str(ROOT), **environment},
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(typed), 60)
    assert process.returncode is not None
    ended = Ended(process.returncode, out.decode(), err.decode())
    assert "Traceback" not in ended.err
    assert "Traceback" not in ended.out
    return ended


@pytest.mark.parametrize(
    ("form", "opening"),
    [
        ("terminal", TITLE + "\n"),
        ("markdown", "# "),
        ("json", '{"schema": "nutgraf/1"'),
        ("html", "<!doctype html>"),
    ],
)
async def test_a_file_in_every_format(form: str, opening: str, tmp_path: Path) -> None:
    ended = await nutgraf("digest", str(PAGE), "--format", form, home=tmp_path)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(opening)
    assert "Miriam Tolland" in ended.out
    assert "\x1b" not in ended.out
    assert not (tmp_path / "data").exists()  # no store for a digest


async def test_json_holds_the_schema_and_one_line_a_source(tmp_path: Path) -> None:
    ended = await nutgraf("digest", str(PAGE), str(PAGE), "--format", "json", home=tmp_path)
    schema = json.loads(resources.files("bot.digest").joinpath("nutgraf-1.schema.json").read_text("utf-8"))
    lines = ended.out.splitlines()
    assert len(lines) == 2
    for line in lines:
        digest = json.loads(line)
        Draft202012Validator(schema).validate(digest)
        assert digest["hosts_contacted"] == []
        text = digest["article"]["text"]
        parts = [part for quote in digest["quotes"] for part in quote["parts"]] + digest["figures"]
        assert parts
        assert all(text[part["start"] : part["end"]] == part["text"] for part in parts)


async def test_standard_input_with_its_address(tmp_path: Path) -> None:
    page = re.sub(rb"<link rel=.?canonical[^>]*>|<meta property=.?og:url[^>]*>", b"", PAGE.read_bytes())
    link = "https://wire.example/ferry"
    ended = await nutgraf("digest", "-", "--format", "json", "--url", link, home=tmp_path, typed=page)
    assert ended.code == 0
    assert json.loads(ended.out)["article"]["url"] == link


async def test_a_link_says_whom_it_contacted(site: Site, tmp_path: Path) -> None:
    site.add("/ferry", PAGE.read_bytes())
    ended = await nutgraf(
        "digest", site.url("/ferry"), "--format", "json", home=tmp_path, NUTGRAF_ALLOW_HOSTS=site.netloc
    )
    assert ended.code == 0
    assert json.loads(ended.out)["hosts_contacted"] == [site.netloc.split(":")[0]]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["digest", "absent.html"], 3, "cannot read the file"),
        (["digest", "."], 3, "cannot read the file"),
        (["digest", "empty.txt"], 4, "nothing on"),
        (["digest", "binary.pdf"], 4, "web pages and plain text only"),
        (["digest", "http://127.0.0.1/x"], 3, "private network"),
        (["digest", "http://no-such-host.invalid/"], 3, "cannot find"),
        (["digest", "a\nb\x1b[2J"], 3, "cannot read the file"),
        (["digest"], 2, "usage:"),
        (["digest", "x", "--format", "pdf"], 2, "invalid choice"),
        (["nonsense"], 2, "invalid choice"),
        (["digest", "a", "b", "--url", "https://x.example"], 2, "--url"),
        (["--config", "absent.toml", "digest", "x"], 2, "cannot read the file"),
        (["--config", "bad.toml", "status"], 2, "Did you mean retention_days?"),
    ],
)
async def test_exit_codes(words: list[str], code: int, told: str, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "binary.pdf").write_bytes(b"%PDF-1.7\n\0\0\0\0")
    (tmp_path / "bad.toml").write_text("retention_day = 1")
    ended = await nutgraf(*words, home=tmp_path)
    assert (ended.code, ended.out) == (code, "")
    assert told in ended.err
    assert "\x1b" not in ended.err


async def test_one_of_several_fails_and_the_others_are_printed(tmp_path: Path) -> None:
    ended = await nutgraf("digest", "absent.html", str(PAGE), "--format", "json", home=tmp_path)
    assert ended.code == 1
    assert len(ended.out.splitlines()) == 1
    assert ended.err.startswith("nutgraf: absent.html: I cannot read the file")


async def test_a_site_that_refuses(site: Site, tmp_path: Path) -> None:
    site.add("/gone", b"", status=404)
    ended = await nutgraf("digest", site.url("/gone"), home=tmp_path, NUTGRAF_ALLOW_HOSTS=site.netloc)
    assert ended.code == 3
    assert "no page at" in ended.err


async def test_status_and_receipt_of_a_new_store(tmp_path: Path) -> None:
    assert "0 requests seen" in (await nutgraf("status", home=tmp_path)).out
    assert "no digest here" in (await nutgraf("receipt", home=tmp_path)).out


async def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_shell(
        f"{sys.executable} -m adapters digest {PAGE} {PAGE} --format html | head -c 10 >/dev/null; "
        'exit "${PIPESTATUS[0]}"',
        stderr=PIPE, executable="/bin/bash",
        env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=tmp_path,
    )  # fmt: skip
    _, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("digest - <&-", 4), ("chat <&-", 0), ("digest {page} >&-", 0), ("digest absent.html 2>&-", 3),
        ("digest {page} --format json | cat; exit 0", 0),
    ],
)  # fmt: skip
async def test_closed_streams_lead_nowhere(line: str, code: int, tmp_path: Path) -> None:
    narrow = {"PYTHONIOENCODING": "ascii"}
    process = await asyncio.create_subprocess_shell(
        f"{sys.executable} -m adapters " + line.format(page=PAGE),
        stdin=PIPE, stdout=PIPE, stderr=PIPE, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "XDG_DATA_HOME": str(tmp_path), **narrow},
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(b""), 60)
    assert process.returncode == code
    assert b"Traceback" not in err
    assert ("…" in out.decode("utf-8")) == ("json" in line)


def test_a_fault_of_ours_is_one_line_without_the_words_of_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    def broken() -> int:
        raise RuntimeError("words of a page")

    assert cli._guarded(broken) == cli.FAULT
    told = capsys.readouterr().err
    assert told.startswith("nutgraf: Something broke here (RuntimeError).")
    assert told.count("\n") == 1
    assert "words of a page" not in told


# ----------------------------------------------------------------------- help and docs


async def test_help_is_quick_and_complete(tmp_path: Path) -> None:
    began = time.monotonic()
    ended = await nutgraf("--help", home=tmp_path)
    took = time.monotonic() - began
    assert ended.code == 0
    assert all(command in ended.out for command in ("chat", "digest", "eval", "status", "receipt"))
    assert took < 2.0  # 0.12 s on an idle core; this only catches a heavy import
    assert (await nutgraf("--version", home=tmp_path)).out == f"nutgraf {__version__}\n"


HEAVY = {"trafilatura", "readability", "lxml", "pycrfsuite", "sentencex", "charset_normalizer", "feedparser"}


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("adapters.cli", HEAVY | {"rich", "aiohttp", "procrastinate", "bot.desk"}),
        ("bot.app.house", HEAVY | {"rich"}),
        ("bot.app.reading", HEAVY | {"rich", "aiohttp", "procrastinate", "bot.desk"}),
    ],
)
async def test_what_is_heavy_stays_out(module: str, absent: set[str], tmp_path: Path) -> None:
    asked = f"import sys, {module}; print(sorted({absent!r} & sys.modules.keys()))"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        asked,
        stdout=PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    out, _ = await process.communicate()
    assert out == b"[]\n"


def test_every_command_option_and_exit_code_is_documented() -> None:
    page = (ROOT / "docs" / "cli.md").read_text("utf-8")
    for command in ("chat", "digest SOURCE...", "eval", "status", "receipt [LINK]"):
        assert f"| `nutgraf {command}` |" in page
    for form in cli.FORMATS:
        assert f"`--format {form}`" in page
    codes = {cli.OK, cli.SOME_FAILED, cli.USAGE, cli.NOT_FETCHED, cli.NOT_READ, cli.FAULT, cli.INTERRUPTED}
    assert {int(code) for code in re.findall(r"^\| `(\d+)` \|", page, re.MULTILINE)} == codes
    for verb in VERBS:
        assert f"| `{verb.usage}` | {verb.summary}" in page
        assert all(f"(also `{alias}`)" in page for alias in verb.aliases)
