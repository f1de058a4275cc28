"""What ``nutgraf check`` finds, in words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """``told``: how it stands. ``remedy``: what to do, "" where nothing is to be done."""

    what: str
    told: str
    remedy: str = ""

    @property
    def well(self) -> bool:
        return not self.remedy
