"""Who may import whom (DESIGN). A file missing from the table fails; so does an arrow against it."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# room -> rooms it may import, first match of the longest prefix wins
WORDS = {
    "bot",
    "bot.types",
    "bot.records",
    "bot.errors",
    "bot.text",
    "bot.urls",
    "bot.display",
    "bot.rhythm",
    "bot.standing",
}
PORTS = {"bot.ports"}
THOUGHT = {
    "bot.extract", "bot.digest", "bot.schedule", "bot.render", "bot.commands", "bot.messages",
    "bot.choices", "bot.compare",
}  # fmt: skip
HANDS = {"bot.fetch", "bot.article", "bot.feeds", "bot.store", "bot.engine", "bot.offload", "bot.files"}
DESK = {"bot.desk", "bot.poller"}
ASSEMBLY = {"bot.config", "bot.app", "bot.evaluate"}

MAY: dict[str, set[str]] = {
    **dict.fromkeys(WORDS, WORDS),
    **dict.fromkeys(PORTS, WORDS),
    **dict.fromkeys(THOUGHT, WORDS | THOUGHT),
    **{room: WORDS | PORTS | {room} for room in HANDS},
    **dict.fromkeys(DESK, WORDS | PORTS | THOUGHT | DESK),
    "bot.config": WORDS,
    **dict.fromkeys(("bot.app", "bot.evaluate"), WORDS | PORTS | THOUGHT | HANDS | DESK | ASSEMBLY),
    "adapters": set(),
    "adapters.terminal": {
        "bot.types", "bot.errors", "bot.urls", "bot.display", "bot.standing", "bot.ports", "bot.desk",
        "adapters",
    },
    "adapters.slack": {
        "bot.types", "bot.errors", "bot.urls", "bot.display", "bot.text", "bot.ports", "bot.records",
        "bot.choices", "bot.rhythm", "bot.standing", "bot.desk", "adapters", "adapters.finding",
    },
    "adapters.matrix": {
        "bot.types", "bot.errors", "bot.urls", "bot.display", "bot.text", "bot.ports", "bot.records",
        "bot.choices", "bot.rhythm", "bot.standing", "bot.desk", "adapters", "adapters.finding",
    },
    "adapters.cli": {
        "bot", "bot.types", "bot.errors", "bot.display", "bot.messages", "bot.app", "bot.config",
        "bot.digest", "bot.evaluate", "adapters", "adapters.terminal", "adapters.running",
        "adapters.checking",
    },
    "adapters.running": {
        "bot.errors", "bot.app", "bot.config", "adapters", "adapters.slack", "adapters.matrix",
    },
    "adapters.finding": set(),
    "adapters.checking": {
        "bot.errors", "bot.messages", "bot.config", "adapters", "adapters.finding", "adapters.running",
    },
    "adapters.__main__": {"adapters.cli"},
}  # fmt: skip

# third-party library -> the one room that may import it; aiohttp is also what slack_sdk and nio speak by
DOORS: dict[str, str | tuple[str, ...]] = {
    "aiohttp": ("bot.fetch", "adapters.slack", "adapters.matrix"), "yarl": "bot.fetch",
    "readability": "bot.article", "trafilatura": "bot.article",
    "lxml": "bot.article", "charset_normalizer": "bot.article", "sentencex": "bot.extract.sentences",
    "pycrfsuite": "bot.extract.tagger",
    "procrastinate": "bot.engine", "psycopg": "bot.store", "psycopg_pool": "bot.store", "yoyo": "bot.store",
    "fastfeedparser": "bot.feeds", "feedparser": "bot.feeds", "rich": "adapters.terminal",
    "slack_bolt": "adapters.slack", "slack_sdk": "adapters.slack", "uvicorn": "adapters.slack.transports",
    "sqlalchemy": "adapters.slack.installs", "cryptography": "adapters.slack.installs",
    "nio": "adapters.matrix", "Crypto": "adapters.matrix.crosssign",
}  # fmt: skip


def modules() -> list[Path]:
    return sorted(p for top in ("bot", "adapters") for p in (ROOT / top).rglob("*.py"))


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str | None:
    parts = module.split(".")
    for size in range(len(parts), 0, -1):
        room = ".".join(parts[:size])
        if room in MAY and (size > 1 or len(parts) == 1):
            return room
    return None


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            # "from bot import fetch" names a module, "from bot.types import Span" a member
            found |= {
                f"{node.module}.{a.name}" if node.module in {"bot", "adapters"} else node.module or ""
                for a in node.names
            }
    return found


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_every_module_has_a_room_and_keeps_to_it(path: Path) -> None:
    me = room_of(name_of(path))
    assert me is not None, f"{name_of(path)} is in no layer: add it to the table"
    for wanted in imports_of(path):
        top = wanted.split(".")[0]
        if top in {"bot", "adapters"}:
            theirs = room_of(wanted) or room_of(wanted.rsplit(".", 1)[0])
            assert theirs is not None, f"{wanted} is in no layer"
            assert theirs in MAY[me] or theirs == me, f"{name_of(path)} must not import {wanted}"
        elif top not in sys.stdlib_module_names:
            door = DOORS.get(top)
            assert door is not None, f"{top} has no door: add it to the table and to pyproject.toml"
            assert name_of(path).startswith(door), f"{top} is imported through {door}, not {name_of(path)}"
