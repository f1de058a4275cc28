"""What an answer's status line and headers mean. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bot.errors import Blocked, FetchError, NotFound, SiteFailed

REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})
_WITH_BODY = frozenset({200, 203, 204, 205})
_GONE = frozenset({404, 410})
# 402 is how some gateways turn robots away, 407 is a proxy of theirs, 999 is LinkedIn's own
_REFUSALS = frozenset({401, 402, 403, 407, 429, 451, 999})

# Never a story, never a feed: not worth its bytes. Everything else is the reader's to judge.
_HOPELESS = re.compile(
    r"(?:video|audio|image|font|model)/.*"
    r"|application/(?:zip|gzip|x-gzip|x-tar|x-7z-compressed|x-rar-compressed|vnd\.rar|java-archive|x-bzip2?"
    r"|vnd\.android\.package-archive|x-msdownload|x-msi|x-iso9660-image|x-apple-diskimage|wasm"
    r"|javascript|x-javascript|x-shockwave-flash|font-.*|vnd\.ms-fontobject)"
    r"|text/(?:css|javascript)"
)
_TOKEN = re.compile(r"[\w!#$%&'*+.^`|~-]{1,60}", re.ASCII)
_VALIDATOR = re.compile(r"[\x20-\x7e\x80-\xff]{1,1024}")
_COOKIE = re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e\"]{0,500}")  # RFC 6265, cookie-octet
_COOKIES = 30
_MAX_AGE = re.compile(r"(?:^|,)[ \t]*max-age[ \t]*=[ \t]*\"?([0-9]{1,10})\"?[ \t]*(?:,|$)", re.IGNORECASE)
_NOT_KEPT = re.compile(r"(?:^|,)[ \t]*no-(?:cache|store)[ \t]*(?:,|$)", re.IGNORECASE)
_SECONDS = re.compile(r"[0-9]{1,10}")
WAIT_LIMIT_S = 7 * 86400.0  # a site that asks for more is asked again after a week


def error_of(
    status: int, headers: Mapping[str, str], host: str, url: str, now: datetime
) -> FetchError | None:
    """The leaf for a final status, None for a page with a body. 304 and redirects are handled before."""
    if status == 202 and headers.get("x-amzn-waf-action"):
        return Blocked(host, status)  # a puzzle for browsers, sent with a success status
    if status in _WITH_BODY:
        return None
    if status in _GONE:
        return NotFound(url, status)
    wait_s = retry_after_s(headers.get("Retry-After", ""), now)
    if status in _REFUSALS:
        return Blocked(host, status, wait_s)
    return SiteFailed(host, status, wait_s)


def retry_after_s(value: str, now: datetime) -> float | None:
    """Seconds from ``now``, 0 or more, from a count or an HTTP date; None when it is neither."""
    value = value.strip()
    if re.fullmatch(r"[0-9]{1,12}(?:\.[0-9]{1,6})?", value):
        return min(float(value), WAIT_LIMIT_S)
    try:
        when = parsedate_to_datetime(value)
        seconds = (when.replace(tzinfo=when.tzinfo or UTC) - now).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(max(0.0, math.ceil(seconds)), WAIT_LIMIT_S)


def fresh_s(headers: Mapping[str, str]) -> float | None:
    """``max-age`` less ``Age`` (RFC 9111, 4.2), 0 or more; None where none is stated or it is void."""
    stated = headers.get("Cache-Control", "")
    match = _MAX_AGE.search(stated)
    if match is None or _NOT_KEPT.search(stated):
        return None
    age = headers.get("Age", "").strip()
    return max(0.0, float(match[1]) - (float(age) if _SECONDS.fullmatch(age) else 0.0))


def media_type_of(content_type: str) -> str:
    """``text/html`` from ``Text/HTML; charset=x``; "" when there is none to understand."""
    main, slash, sub = content_type.partition(";")[0].strip().lower().partition("/")
    return f"{main}/{sub}" if slash and _TOKEN.fullmatch(main) and _TOKEN.fullmatch(sub) else ""


def charset_of(content_type: str) -> str | None:
    """The charset parameter in lower case as the site wrote it; the reader judges it."""
    match = re.search(r";\s*charset\s*=\s*[\"']?([\w.:+-]{1,40})", content_type, re.IGNORECASE | re.ASCII)
    return match[1].lower() if match else None


def hopeless(media_type: str) -> bool:
    return _HOPELESS.fullmatch(media_type) is not None


def cookies_of(set_cookies: Sequence[str]) -> dict[str, str]:
    """Name -> value of at most 30 ``Set-Cookie`` headers; what is no plain token pair is passed over."""
    pairs = (line.partition(";")[0].partition("=") for line in set_cookies[:_COOKIES])
    stripped = ((name.strip(), value.strip()) for name, _, value in pairs)
    return {name: value for name, value in stripped if _TOKEN.fullmatch(name) and _COOKIE.fullmatch(value)}


def validator(value: str | None) -> str | None:
    """An ETag or Last-Modified that may be stored and sent back; None for garbage."""
    return value if value is not None and _VALIDATOR.fullmatch(value) else None
