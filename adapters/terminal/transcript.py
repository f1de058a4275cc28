"""What this "platform" has taken: an append-only file of JSON lines, fsynced before it counts.

A line is an event: ``post`` (id, place, key, message), ``edit`` (id, message), ``shown`` (id),
``delete`` (id). A message is posted when its line is on the disk, whatever the screen saw of it; what
was posted and not shown is shown at the next start. A half line left by a crash counts as nothing.
When a sitting begins or ends, when a message is deleted, and now and then in between, the file is
rewritten without the words of messages that were shown, and without what is older than the retention.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.types import Block, BlockKind, Message, Place, Run

_TIDY_AFTER = 500  # events: a sitting that follows feeds may last for months


@dataclass(slots=True)
class Entry:
    """One message of the chat. ``message`` None: it was shown, its words are gone."""

    id: str
    place: Place
    key: str
    at: datetime
    message: Message | None
    shown: bool = False


class Transcript:
    """Not for two processes at once. Every method may raise OSError."""

    def __init__(self, path: Path, retention_days: int = 90) -> None:
        self._path = path
        self._keep = timedelta(days=retention_days)
        self._entries: dict[str, Entry] = {}
        self._ids: dict[tuple[Place, str], str] = {}
        self._appended = 0  # since the file was tidied
        self._torn = False  # the last line may be half a line: the disk was full
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        for event in _events(path):
            with suppress(KeyError, ValueError, TypeError):  # an event of another make of us
                self._apply(event)
        self.tidy()

    def find(self, place: Place, key: str) -> Entry | None:
        return self._entries.get(self._ids.get((place, key), ""))

    def get(self, entry_id: str) -> Entry | None:
        return self._entries.get(entry_id)

    def unshown(self) -> list[Entry]:
        """In the order they were posted."""
        return [row for row in self._entries.values() if not row.shown and row.message is not None]

    def post(self, place: Place, message: Message, key: str) -> Entry:
        """Take a message; the same key in the same place is the same message."""
        known = self.find(place, key)
        if known is not None:
            return known
        row = Entry(uuid.uuid4().hex, place, key, datetime.now(UTC), message)
        self._append(_posting(row))
        return self._entries[row.id]

    def edit(self, entry_id: str, message: Message) -> None:
        self._append({"event": "edit", "id": entry_id, "message": asdict(message)})

    def mark_shown(self, entry_id: str) -> None:
        self._append({"event": "shown", "id": entry_id})

    def delete(self, entry_id: str) -> None:
        """Its words leave the file at once."""
        self._append({"event": "delete", "id": entry_id})
        self.tidy()

    # -- the file

    def _append(self, event: dict[str, Any]) -> None:
        """On the disk first, then believed."""
        torn, self._torn = self._torn, True
        with self._path.open("a", encoding="utf-8") as out:
            out.write("\n" * torn + json.dumps(event) + "\n")
            out.flush()
            os.fsync(out.fileno())
        self._torn = False
        self._apply(event)
        self._appended += 1
        if self._appended >= _TIDY_AFTER:
            with suppress(OSError):  # no room for a copy: the next event tries again
                self.tidy()

    def _apply(self, event: dict[str, Any]) -> None:
        kind, entry_id = event["event"], event["id"]
        if kind == "post":
            message = _message(event["message"]) if event["message"] else None
            at = datetime.fromisoformat(event["at"])
            shown = message is None or event.get("shown", False)
            row = Entry(entry_id, Place(**event["place"]), event["key"], at, message, shown)
            self._entries[entry_id] = row
            self._ids[row.place, row.key] = entry_id
        elif kind == "delete":
            gone = self._entries.pop(entry_id, None)
            if gone is not None:
                del self._ids[gone.place, gone.key]
        elif entry_id in self._entries:
            row = self._entries[entry_id]
            row.shown = kind == "shown"
            row.message = None if row.shown else _message(event["message"])

    def tidy(self) -> None:
        """Write what is still needed beside the file and put it in its place."""
        oldest = datetime.now(UTC) - self._keep
        for row in list(self._entries.values()):
            if row.shown and row.at < oldest:
                del self._entries[row.id], self._ids[row.place, row.key]
        beside = self._path.with_suffix(".new")
        beside.touch(mode=0o600)
        with beside.open("w", encoding="utf-8") as out:
            for row in self._entries.values():
                out.write(json.dumps(_posting(row)) + "\n")
            out.flush()
            os.fsync(out.fileno())
        beside.replace(self._path)
        self._appended, self._torn = 0, False


def _posting(row: Entry) -> dict[str, Any]:
    return {
        "event": "post",
        "id": row.id,
        "place": asdict(row.place),
        "key": row.key,
        "at": row.at.isoformat(),
        "message": asdict(row.message) if row.message else None,
    }


def _events(path: Path) -> Iterator[dict[str, Any]]:
    """Whole events only; bytes that are none (a torn write) are passed over."""
    if not path.exists():
        return
    for raw in path.read_bytes().split(b"\n"):
        try:
            event = json.loads(raw)
            event["event"], event["id"]
        except (ValueError, KeyError, TypeError):
            continue
        yield event


def _message(row: dict[str, Any]) -> Message:
    blocks = tuple(
        Block(BlockKind(block["kind"]), tuple(Run(**run) for run in block["runs"])) for block in row["blocks"]
    )
    return Message(blocks, row["plain"], row["digest_id"])
