"""Printed times. The zone is the one that was printed; a date without a time is ``day_only`` (in UTC)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from bot.types import Stamp

_ISO = re.compile(
    r"(?P<y>\d{4})-?(?P<m>\d\d)-?(?P<d>\d\d)"
    r"(?:[T\s]\s*(?P<H>\d{1,2}):?(?P<M>\d\d)(?::?(?P<S>\d\d)(?:[.,]\d+)?)?\s*(?P<z>Z|UTC|GMT|[+-]\d\d:?\d\d)?)?",
    re.I,
)
_MONTH_NAMES = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = r"(?P<mon>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_WORDED = (
    re.compile(rf"\b{_MONTH}\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})\b", re.I),
    re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\.?\s+{_MONTH},?\s+(?P<y>\d{{4}})\b", re.I),
)
_CLOCK = re.compile(r"\b(?P<H>\d{1,2}):(?P<M>\d\d)(?::(?P<S>\d\d))?\s*(?P<half>[ap])?\.?m?\.?", re.I)
_EARLIEST_YEAR = 1990
# Zone names that newsrooms print beside a time; each is one fixed offset.
_ZONES = {"utc": 0, "gmt": 0, "bst": 60, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420,
          "mdt": -360, "pst": -480, "pdt": -420, "cet": 60, "cest": 120}  # fmt: skip
_ZONE = re.compile(r"\b(" + "|".join(_ZONES) + r")\b", re.I)
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)$")


def stamp_of(text: str, latest: datetime) -> Stamp | None:
    """The first time printed in ``text``; None when there is none or it lies after ``latest`` (+2 days)."""
    stamp = _from_iso(text) or _from_words(text)
    if stamp is None or stamp.at.year < _EARLIEST_YEAR or stamp.at > latest + timedelta(days=2):
        return None
    return stamp


def _from_iso(text: str) -> Stamp | None:
    found = _ISO.search(text)
    if found is None:
        return None
    day = (int(found["y"]), int(found["m"]), int(found["d"]))
    if found["z"] is None:  # a time of day without its zone is no point in time
        return _built(day, (0, 0, 0), UTC, day_only=True)
    clock = (int(found["H"]), int(found["M"]), int(found["S"] or 0))
    return _built(day, clock, _offset(found["z"]), day_only=False)


def _from_words(text: str) -> Stamp | None:
    """ "January 28, 2019 4:05 pm ET", "28 January 2019"."""
    for form in _WORDED:
        found = form.search(text)
        if found is None:
            continue
        day = (int(found["y"]), _MONTH_NAMES.index(found["mon"].lower()[:3]) + 1, int(found["d"]))
        clock = _CLOCK.search(text, found.end())
        zone = _ZONE.search(text)
        if clock is None or zone is None:
            return _built(day, (0, 0, 0), UTC, day_only=True)
        hour = int(clock["H"]) % 12 if clock["half"] else int(clock["H"])
        hour += 12 if (clock["half"] or "").lower() == "p" else 0
        offset = timezone(timedelta(minutes=_ZONES[zone.group(1).lower()]))
        return _built(day, (hour, int(clock["M"]), int(clock["S"] or 0)), offset, day_only=False)
    return None


def _offset(zone: str | None) -> timezone:
    found = _OFFSET.search(zone or "")
    if found is None:
        return UTC
    minutes = int(found.group(2)) * 60 + int(found.group(3))
    if minutes >= 24 * 60:
        return UTC
    return timezone(timedelta(minutes=-minutes if found.group(1) == "-" else minutes))


def _built(
    day: tuple[int, int, int], clock: tuple[int, int, int], zone: timezone, *, day_only: bool
) -> Stamp | None:
    try:
        return Stamp(datetime(*day, *clock, tzinfo=zone), day_only=day_only)
    except ValueError:  # the 31st of February
        return None
