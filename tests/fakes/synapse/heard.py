"""What a person's client has been told by /sync: timelines without gaps, counts, receipts, who types."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Event = dict[str, Any]


@dataclass(slots=True)
class Heard:
    """Grows with each sync; ``events`` of a room are in the order of its timeline, each once."""

    since: str = ""
    events: dict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))
    joined: set[str] = field(default_factory=set)
    invited: dict[str, list[Event]] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    unread: dict[str, int] = field(default_factory=dict)
    highlighted: dict[str, int] = field(default_factory=dict)
    receipts: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    typing: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    to_device: list[Event] = field(default_factory=list)
    _known: set[str] = field(default_factory=set)

    def take(self, answer: dict[str, Any]) -> dict[str, str]:
        """Takes one answer of /sync; answers room -> token of those whose timeline has a gap before it."""
        first, self.since = not self.since, answer["next_batch"]
        self.to_device += answer.get("to_device", {}).get("events", [])
        rooms = answer.get("rooms", {})
        for room, told in rooms.get("invite", {}).items():
            self.invited[room] = told["invite_state"]["events"]
        for room, told in rooms.get("leave", {}).items():
            self.joined.discard(room)
            self.invited.pop(room, None)
            self.left.add(room)
            self.add(room, told.get("timeline", {}).get("events", []))
        gaps = {}
        for room, told in rooms.get("join", {}).items():
            self.left.discard(room)
            self.invited.pop(room, None)
            timeline = told.get("timeline", {})
            if timeline.get("limited") and not first and room in self.joined:
                gaps[room] = timeline["prev_batch"]
            self.joined.add(room)
            if room not in gaps:
                self.add(room, timeline.get("events", []))
            self._counts(room, told.get("unread_notifications", {}))
            self._passing(room, told.get("ephemeral", {}).get("events", []))
        return gaps

    def add(self, room: str, events: Iterable[Event]) -> None:
        for event in events:
            if event["event_id"] not in self._known:
                self._known.add(event["event_id"])
                self.events[room].append(event)

    def knows(self, event_id: str) -> bool:
        return event_id in self._known

    def _counts(self, room: str, told: dict[str, int]) -> None:
        if told:
            self.unread[room] = told["notification_count"]
            self.highlighted[room] = told["highlight_count"]

    def _passing(self, room: str, events: Iterable[Event]) -> None:
        for event in events:
            if event["type"] == "m.typing":
                self.typing[room] = set(event["content"]["user_ids"])
            elif event["type"] == "m.receipt":
                for event_id, kinds in event["content"].items():
                    for user in kinds.get("m.read", {}):
                        self.receipts[room][user] = event_id
