"""``make demo-matrix``; and a homeserver goes when whoever started it is gone, however that ended."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.config import load
from tests.fakes.synapse.server import NO_WHEELS, free_port

ROOT = Path(__file__).parent.parent.parent


def soon(true: Callable[[], bool]) -> bool:
    end = time.monotonic() + 10
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def logged_in(url: str, user: str, password: str) -> str:
    words = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": user},
        "password": password,
    }
    path = f"{url}/_matrix/client/v3/login"
    with urllib.request.urlopen(path, json.dumps(words).encode(), timeout=10) as answer:  # noqa: S310
        return str(json.load(answer)["user_id"])


@pytest.fixture
def demo() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process, and what it has said once it is up."""
    if sys.platform != "linux":
        pytest.skip(NO_WHEELS)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.fakes.synapse", "--port", str(free_port())],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = ""
        while "Ctrl-C" not in said and (line := process.stdout.readline()):
            said += line
        yield process, said
        process.kill()


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_the_demo_says_how_to_log_in_and_leaves_nothing(
    demo: tuple[subprocess.Popen[str], str], end: signal.Signals
) -> None:
    process, said = demo
    found = re.search(r"--config (\S+) run.* password {2,}(\S+)", said, re.DOTALL)
    assert found, said
    file, adas = Path(found[1]), found[2]
    settings = load(file, {})
    assert f'"{settings.matrix_password}"' in said
    url = settings.matrix_homeserver
    assert logged_in(url, settings.matrix_user, settings.matrix_password) == settings.matrix_user
    assert logged_in(url, "ada", adas) in settings.matrix_allowed
    process.send_signal(end)
    process.wait(20)

    def gone() -> bool:
        try:
            logged_in(url, "ada", "")
        except urllib.error.HTTPError:
            return False
        except OSError:
            return not file.parent.exists()
        return False

    assert soon(gone)


def test_synapse_is_only_ever_run() -> None:
    """It is AGPL: a program of its own, not a part of this one."""
    imported = re.compile(r"^\s*(?:import|from)\s+synapse\b", re.MULTILINE)
    assert imported.search("    from synapse.api import errors")
    for top in ("bot", "adapters", "tests"):
        for path in (ROOT / top).rglob("*.py"):
            assert not imported.search(path.read_text(encoding="utf-8")), path
