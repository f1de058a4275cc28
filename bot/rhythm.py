"""When a subscription's new stories are posted. Layer 0: standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Beat(StrEnum):
    NOW = "now"  # each new story by itself, as it comes
    HOURLY = "hourly"  # one message, on the hour
    DAILY = "daily"  # one message a day


@dataclass(frozen=True, slots=True)
class Rhythm:
    """``minute`` of the day (0..1439) and IANA ``zone`` count for DAILY only."""

    beat: Beat = Beat.NOW
    minute: int = 0
    zone: str = "UTC"

    def __str__(self) -> str:
        """As it is typed and stored: ``now``, ``hourly``, ``daily 08:30 Europe/London``."""
        if self.beat is not Beat.DAILY:
            return self.beat.value
        return f"daily {self.minute // 60:02}:{self.minute % 60:02} {self.zone}"
