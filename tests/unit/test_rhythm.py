"""When new stories are posted: what people type, and which moment comes next."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rhythm import Beat, Rhythm, next_due, parsed

ZONES = sorted(name for name in available_timezones() if "/" in name)
# Apia and Fakaofo went without 30 December 2011: later, no place has left out a whole day
MOMENTS = st.integers(1_325_800_000, 2_100_000_000).map(lambda epoch_s: datetime.fromtimestamp(epoch_s, UTC))
DAILY = st.builds(Rhythm, st.just(Beat.DAILY), st.integers(0, 1439), st.sampled_from(ZONES))
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("now", "now"),
        (" Hourly ", "hourly"),
        ("daily 08:30 Europe/London", "daily 08:30 Europe/London"),
        ("daily 8:30", "daily 08:30 UTC"),
        ("DAILY 8.30  pm", "daily 20:30 UTC"),
        ("daily 8am", "daily 08:00 UTC"),
        ("daily 12am", "daily 00:00 UTC"),
        ("daily 12:05pm", "daily 12:05 UTC"),
        ("daily 0:00 gmt", "daily 00:00 GMT"),
        ("daily 23:59 europe/BERLIN", "daily 23:59 Europe/Berlin"),
        ("daily 8:30 new york", "daily 08:30 America/New_York"),
        ("daily 8am kolkata", "daily 08:00 Asia/Kolkata"),
    ],
)
def test_what_people_type(typed: str, meant: str) -> None:
    assert str(parsed(typed)) == meant


@pytest.mark.parametrize(
    ("typed", "cause"),
    [
        ("", "say now"),
        ("weekly", "say now"),
        ("now 08:30", "say now"),
        ("hourly please", "say now"),
        ("daily", "time of day, like"),
        ("daily 8", "time of day, like"),
        ("daily morning", "time of day, like"),
        ("daily 8:5", "time of day, like"),
        ("daily 24:00", "no such time"),
        ("daily 8:60", "no such time"),
        ("daily 13pm", "no such time"),
        ("daily 0am", "no such time"),
        ("daily ٠٨:٣٠", "time of day, like"),
        ("daily 8:30 EST", "time zone"),  # New York's? Then an hour wrong from March on
        ("daily 8:30 GMT+5", "time zone"),  # "Etc/GMT+5" is five hours behind
        ("daily 8:30 Louisville", "time zone"),  # two zones have one
        ("daily 8:30 ../../etc/passwd", "time zone"),
    ],
)
def test_what_is_not_clear_is_refused(typed: str, cause: str) -> None:
    with pytest.raises(ValueError, match=cause):
        parsed(typed)


def test_the_zone_at_hand_is_taken_where_none_is_named() -> None:
    assert parsed("daily 8:30", "America/Chicago").zone == "America/Chicago"
    assert parsed("daily 8:30 Rome", "America/Chicago").zone == "Europe/Rome"
    assert parsed("hourly", "no zone at all") == Rhythm(Beat.HOURLY)
    with pytest.raises(ValueError, match="time zone"):
        parsed("daily 8:30", "no zone at all")


@given(st.one_of(st.sampled_from([Rhythm(), Rhythm(Beat.HOURLY)]), DAILY))
def test_as_stored_so_read(rhythm: Rhythm) -> None:
    assert parsed(str(rhythm)) == rhythm
    assert parsed(str(rhythm).upper()) == rhythm


@given(
    st.text() | st.text().map("daily 8:30 {}".format) | st.text(alphabet="daily 0123456789:.apm/").map(str)
)
def test_any_text_is_a_rhythm_or_a_short_cause(text: str) -> None:
    try:
        rhythm = parsed(text)
    except ValueError as error:
        assert 0 < len(str(error)) < 50
    else:
        assert parsed(str(rhythm)) == rhythm


@pytest.mark.parametrize(
    ("rhythm", "now", "due"),
    [
        ("hourly", "2026-11-22T09:59", "2026-11-22T10:00"),
        ("hourly", "2026-11-22T10:00", "2026-11-22T11:00"),
        ("hourly", "2026-12-31T23:30", "2027-01-01T00:00"),
        ("daily 08:30", "2026-11-22T08:29", "2026-11-22T08:30"),
        ("daily 08:30", "2026-11-22T08:30", "2026-11-23T08:30"),
        ("daily 08:30 Europe/London", "2026-07-01T00:00", "2026-07-01T07:30"),
        ("daily 00:10 Pacific/Auckland", "2026-07-01T11:00", "2026-07-01T12:10"),  # already tomorrow there
        ("daily 23:50 Pacific/Honolulu", "2026-07-01T08:00", "2026-07-01T09:50"),  # still yesterday there
        # Berlin, 29 March 2026: 02:00 becomes 03:00
        ("daily 02:30 Europe/Berlin", "2026-03-28T12:00", "2026-03-29T01:00"),
        ("daily 02:30 Europe/Berlin", "2026-03-29T01:00", "2026-03-30T00:30"),
        # 25 October 2026: 03:00 becomes 02:00
        ("daily 02:30 Europe/Berlin", "2026-10-24T12:00", "2026-10-25T00:30"),
        ("daily 02:30 Europe/Berlin", "2026-10-25T00:30", "2026-10-26T01:30"),
        # half an hour on Lord Howe, midnight itself in Havana, a whole day in Apia
        ("daily 02:10 Australia/Lord_Howe", "2026-10-03T12:00", "2026-10-03T15:30"),
        ("daily 00:20 America/Havana", "2026-03-07T12:00", "2026-03-08T05:00"),
        ("daily 08:30 Pacific/Apia", "2011-12-29T20:00", "2011-12-30T10:00"),
        ("daily 08:30 Pacific/Apia", "2011-12-30T10:00", "2011-12-30T18:30"),
    ],
)
def test_the_next_slot(rhythm: str, now: str, due: str) -> None:
    found = next_due(parsed(rhythm), datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert found == datetime.fromisoformat(due).replace(tzinfo=UTC)
    assert found.tzinfo is UTC


@given(DAILY, MOMENTS)
def test_a_slot_a_day_at_the_time_that_was_asked_for(rhythm: Rhythm, now: datetime) -> None:
    due = next_due(rhythm, now)
    zone = ZoneInfo(rhythm.zone)
    assert now < due <= now + timedelta(hours=50)
    assert next_due(rhythm, due - MINUTE) == due
    local = due.astimezone(zone)
    if 60 * local.hour + local.minute != rhythm.minute:
        before = (due - timedelta(seconds=1)).astimezone(zone)  # just after a change that skipped it
        assert before.utcoffset() != local.utcoffset()
    then = next_due(rhythm, due)
    assert then.astimezone(zone).date() > local.date()


@given(DAILY, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_later_is_never_earlier(rhythm: Rhythm, now: datetime, ahead: timedelta) -> None:
    assert next_due(rhythm, now + ahead) >= next_due(rhythm, now)


@given(MOMENTS)
def test_every_full_hour(now: datetime) -> None:
    due = next_due(Rhythm(Beat.HOURLY), now)
    assert (due.minute, due.second, due.microsecond) == (0, 0, 0)
    assert timedelta(0) < due - now <= timedelta(hours=1)


def test_what_has_no_next_slot() -> None:
    with pytest.raises(ValueError, match="no slots"):
        next_due(Rhythm(), datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(ValueError, match="zone"):
        next_due(Rhythm(Beat.HOURLY), datetime(2026, 1, 1))  # noqa: DTZ001 - a naive one is the point
    with pytest.raises(ValueError, match="time zone"):
        next_due(Rhythm(Beat.DAILY, 0, "Europe/Atlantis"), datetime(2026, 1, 1, tzinfo=UTC))


def test_a_machine_without_zones_of_its_own() -> None:
    """In a process of its own: the search path counts when zones are first looked for."""
    program = (
        "import zoneinfo; zoneinfo.reset_tzpath([]);"
        " from bot.rhythm import parsed; print(parsed('daily 8am Oslo'))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "daily 08:00 Europe/Oslo\n"
