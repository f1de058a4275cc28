"""Status lines and headers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Blocked, FetchError, NotFound, SiteFailed
from bot.fetch.answers import (
    charset_of,
    cookies_of,
    error_of,
    fresh_s,
    hopeless,
    media_type_of,
    retry_after_s,
    validator,
)
from bot.fetch.limits import FetchLimits

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)

STATUSES: list[tuple[int, type[FetchError] | None]] = [
    *((status, None) for status in (200, 203, 204, 205)),
    *((status, NotFound) for status in (404, 410)),
    *((status, Blocked) for status in (401, 402, 403, 407, 429, 451, 999)),
    *((status, SiteFailed) for status in (202, 206, 300, 302, 304, 400, 418, 500, 503, 599)),
]


@pytest.mark.parametrize(("status", "leaf"), STATUSES)
def test_statuses(status: int, leaf: type[FetchError] | None) -> None:
    error = error_of(status, {}, "a.example", "https://a.example/x", NOW)
    assert type(error) is (leaf or type(None))


@pytest.mark.parametrize(
    ("cache_control", "age", "seconds"),
    [
        ("max-age=600", "", 600.0),
        ("public, Max-Age = 600 , must-revalidate", "", 600.0),
        ('max-age="600"', "", 600.0),
        ("max-age=600", "200", 400.0),
        ("max-age=600", "900", 0.0),
        ("max-age=600", "soon", 600.0),
        ("s-maxage=600", "", None),
        ("no-cache, max-age=600", "", None),
        ("max-age=600,no-store", "", None),
        ("max-age=-1", "", None),
        ("max-age=" + "9" * 5000, "", None),
        ("x" * 30_000, "", None),
        ("", "", None),
    ],
)
def test_how_long_an_answer_is_fresh(cache_control: str, age: str, seconds: float | None) -> None:
    assert fresh_s({"Cache-Control": cache_control, "Age": age}) == seconds


def test_a_puzzle_sent_as_success_is_a_refusal() -> None:
    error = error_of(202, {"x-amzn-waf-action": "challenge"}, "a.example", "https://a.example/", NOW)
    assert isinstance(error, Blocked)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("1.5", 1.5),
        ("999999999999", 7 * 86400.0),
        ("Thu, 05 Mar 2026 12:01:00 GMT", 60.0),
        ("Thu, 05 Mar 2026 13:01:00 +0100", 60.0),
        ("Thu, 05 Mar 2026 11:00:00 GMT", 0.0),
        ("Thu, 05 Mar 2099 11:00:00 GMT", 7 * 86400.0),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("1e9", None),
        ("١٢", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after_s(value, NOW) == seconds


@given(st.text(max_size=60))
def test_any_retry_after_is_seconds_or_nothing(value: str) -> None:
    seconds = retry_after_s(value, NOW)
    assert seconds is None or 0 <= seconds <= 7 * 86400


@pytest.mark.parametrize(
    ("content_type", "media_type", "charset"),
    [
        ("text/html", "text/html", None),
        ("Text/HTML; Charset=UTF-8", "text/html", "utf-8"),
        ('text/html; x=1; charset="windows-1252"', "text/html", "windows-1252"),
        ("text/html;charset='koi8-r'", "text/html", "koi8-r"),
        ("text/html; charset=", "text/html", None),
        ("application/rss+xml;charset=iso-8859-1;x", "application/rss+xml", "iso-8859-1"),
        ("html", "", None),
        ("", "", None),
        ("text/ht ml", "", None),
        ("a/b/c", "", None),
    ],
)
def test_content_types(content_type: str, media_type: str, charset: str | None) -> None:
    assert media_type_of(content_type) == media_type
    assert charset_of(content_type) == charset


NEVER = ["video/mp4", "audio/mpeg", "image/png", "image/svg+xml", "font/woff2", "application/zip", "text/css"]
MAYBE = ["", "text/html", "text/plain", "application/xhtml+xml", "application/json", "application/rss+xml"]


@pytest.mark.parametrize("media_type", [*NEVER, "application/x-7z-compressed"])
def test_not_worth_reading(media_type: str) -> None:
    assert hopeless(media_type)


@pytest.mark.parametrize("media_type", [*MAYBE, "application/octet-stream", "application/pdf"])
def test_the_readers_to_judge(media_type: str) -> None:
    assert not hopeless(media_type)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ('W/"a"', 'W/"a"'),
        (None, None),
        ("", None),
        ("a\r\nX: y", None),
        ("x" * 2000, None),
        ("ü", "ü"),
        ("例", None),
    ],
)
def test_validators_cannot_smuggle_headers(value: str | None, kept: str | None) -> None:
    assert validator(value) == kept


def test_cookies() -> None:
    lines = ["a=1; Path=/", "b = x=y ", "c", "d=\r\nX: 1", "e f=1", "g=" + "x" * 600, 'h="q"']
    assert cookies_of(lines) == {"a": "1", "b": "x=y", "c": "", "h": '"q"'}
    assert len(cookies_of([f"n{number}=1" for number in range(500)])) == 30


@pytest.mark.parametrize(
    "wrong", [{"total_s": 0}, {"body_limit_bytes": -1}, {"gap_s": -0.1}, {"addresses": 0}]
)
def test_limits_are_above_zero(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="above zero"):
        FetchLimits(**wrong)  # type: ignore[arg-type]
