"""What the bot's process costs: start-up, one digest from the command line, memory when idle."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bot.types import Page

RSS_GOAL_MB = 150
_SETTLE_S = 4.0  # a started chat has opened its store and its prompt by then


def report(page: Page) -> str:
    """Three lines; a command that does not run says so instead of giving a number."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "story.html"
        file.write_bytes(page.body)
        return "\n".join(
            (
                _started("start-up (nutgraf --help)", [sys.executable, "-m", "adapters", "--help"], folder),
                _started(
                    "one digest, start included",
                    [sys.executable, "-m", "adapters", "digest", str(file)],
                    folder,
                ),
                _idle(folder),
            )
        )


def _started(name: str, command: list[str], folder: str) -> str:
    runs = []
    for _ in range(3):
        begun = time.perf_counter()
        done = subprocess.run(
            command, cwd=_root(), env=_environment(folder), capture_output=True, check=False
        )
        runs.append(time.perf_counter() - begun)
        if done.returncode:
            return f"{name}: failed, exit code {done.returncode}"
    return f"{name}: {1000 * min(runs):.0f} ms (best of 3, wall clock)"


def _idle(folder: str) -> str:
    peak = idle_peak_mb(folder)
    if peak is None:
        return "idle bot: it did not stay up"
    return f"idle bot (nutgraf chat): peak resident {peak:.0f} MB (goal: under {RSS_GOAL_MB} MB)"


def idle_peak_mb(folder: str) -> float | None:
    """VmHWM of ``nutgraf chat`` that was started and left alone; None when it ended by itself."""
    chat = subprocess.Popen(
        [sys.executable, "-m", "adapters", "chat"],
        cwd=_root(),
        env=_environment(folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        time.sleep(_SETTLE_S)
        if chat.poll() is not None:
            return None
        status = Path(f"/proc/{chat.pid}/status").read_text(encoding="ascii")
    finally:
        chat.kill()
        chat.communicate()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def _root() -> Path:
    return Path(__file__).parent.parent.parent


def _environment(folder: str) -> dict[str, str]:
    """Nothing of the caller's but the path: the store goes into ``folder``."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": folder,
        "XDG_DATA_HOME": folder,
    }
