"""When a subscription's new stories are posted. Layer 0: standard library only.

Zones are those of the machine, else of the package ``tzdata`` (``zoneinfo`` looks there by itself).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_HOUR = timedelta(hours=1)
_NOON = 12
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))? ?(am|pm)?(?: (.+))?", re.ASCII)
_UNIVERSAL = ("UTC", "GMT")  # of the names without a place the only ones that mean one thing ("EST", "IST")


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


def parsed(text: str, zone: str = "UTC") -> Rhythm:
    """The inverse of ``str``, and what people type: "daily 8:30", "daily 8.30 pm", "daily 8am London".

    A time of day must be clear: "daily" and "daily 8" are refused. ``zone`` (as it may be typed) is taken
    where the text names none; a place's own name will do where only one zone has it. Raises ValueError
    with a short cause.
    """
    words = " ".join(text.lower().split())
    beat, _, rest = words.partition(" ")
    if beat in {Beat.NOW, Beat.HOURLY} and not rest:
        return Rhythm(Beat(beat))
    if beat != Beat.DAILY:
        raise ValueError("say now, hourly or daily 08:30")
    match = _TIME.fullmatch(rest)
    if match is None:
        raise ValueError("daily needs a time of day, like 08:30")
    hour, minute, half, named = match.groups()
    return Rhythm(Beat.DAILY, _minute(int(hour), minute, half), _zone(zone if named is None else named))


def next_due(rhythm: Rhythm, now: datetime) -> datetime:
    """The first slot after ``now`` (aware), in UTC. A time of day that a clock change skips is taken at the
    first moment after the gap; one that comes twice is taken the first time only.

    Raises ValueError for NOW, which has no slots, for a naive time and for an unknown zone.
    """
    if now.tzinfo is None:
        raise ValueError("now needs a zone")
    if rhythm.beat is Beat.NOW:
        raise ValueError("now has no slots")
    if rhythm.beat is Beat.HOURLY:
        return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + _HOUR
    zone = ZoneInfo(_zone(rhythm.zone))
    today = now.astimezone(zone).date()
    days = (today + timedelta(days=ahead) for ahead in (-1, 0, 1, 2))  # a gap may be a whole day (Apia 2011)
    at = time(rhythm.minute // 60, rhythm.minute % 60)
    return min(slot for slot in (_slot(day, at, zone) for day in days) if slot > now)


def _minute(hour: int, minute: str | None, half: str | None) -> int:
    past = int(minute or 0)
    if half is None and minute is None:
        raise ValueError("daily needs a time of day, like 08:30")
    if past > 59 or hour > 23 or (half is not None and not 1 <= hour <= _NOON):
        raise ValueError("there is no such time of day")
    if half is not None:
        hour = hour % _NOON + (_NOON if half == "pm" else 0)
    return 60 * hour + past


def _zone(name: str) -> str:
    """As the IANA spells it."""
    found = _zones().get(name.strip().lower().replace(" ", "_"))
    if found is None:
        raise ValueError("write the time zone like Europe/London")
    return found


@cache
def _zones() -> Mapping[str, str]:
    """Typed -> spelt: whole names, and the places of one zone only ("new_york")."""
    whole = sorted(name for name in available_timezones() if "/" in name)
    # Etc/GMT+5 is five hours behind, not ahead: good only for whoever writes it whole
    places = [name.rpartition("/")[2].lower() for name in whole if not name.startswith("Etc/")]
    known = {
        name.rpartition("/")[2].lower(): name
        for name in whole
        if not name.startswith("Etc/") and places.count(name.rpartition("/")[2].lower()) == 1
    }
    return known | {name.lower(): name for name in (*whole, *_UNIVERSAL)}


def _slot(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The moment of that time of day, in UTC."""
    local = datetime.combine(day, at, zone)
    first, second = local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)
    # a time that comes twice: ``second`` is later; one that is skipped: the change lies between the two
    return first if second >= first else _change(second, first, zone)


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The second at which the zone's offset changes, in (before, after]."""
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
