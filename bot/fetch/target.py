"""A link taken apart once, strictly, so that what is checked is what is connected to. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from bot.errors import BadLink
from bot.fetch.addresses import Address
from bot.urls import DEFAULT_PORTS, ascii_host

LINK_LIMIT = 8192  # code points; browsers and servers give up at about this length
_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*")
_BARE = re.compile(r"[^\[\]@]+")
_BRACKETED = re.compile(r"\[[0-9a-f:.]+\](?::[0-9]*)?", re.IGNORECASE)
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_SAFE = "!$&'()*+,;=:@/%~-._"  # RFC 3986 pchar, "/" and escapes that are there already


@dataclass(frozen=True, slots=True)
class Target:
    """Where one hop goes. ``host`` is an ASCII name or an address without brackets."""

    scheme: str
    host: str
    port: int
    path: str  # with query, percent-encoded, begins with "/"
    address: Address | None = None  # set when the link names an address instead of a host

    @property
    def url(self) -> str:
        shown = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{shown}{port}{self.path}"


def target_of(link: str, base: Target | None = None) -> Target:
    """Read ``link`` as a browser does, relative to ``base`` after a redirect.

    Octal, decimal and hexadecimal hosts become the address they mean. Refused as BadLink: other
    schemes than http and https, user names and passwords, IPv6 zones, broken hosts and ports.
    """
    try:
        parts = urlsplit(_joined(link, base))
        scheme, raw_host, port = parts.scheme.lower(), parts.hostname, parts.port
        bracketed = _BRACKETED.fullmatch(parts.netloc) is not None
        if scheme not in DEFAULT_PORTS or not raw_host or not (bracketed or _BARE.fullmatch(parts.netloc)):
            raise BadLink(without_secrets(link))
        host, address = _host(raw_host)
        return Target(scheme, host, port or _default(port, scheme), _path(parts), address)
    except ValueError:
        raise BadLink(without_secrets(link)) from None


def _default(port: int | None, scheme: str) -> int:
    if port is not None:
        raise ValueError("port 0")
    return DEFAULT_PORTS[scheme]


def _joined(link: str, base: Target | None) -> str:
    cleaned = link.strip("\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f\x1a\x1b\x1f ")
    if len(cleaned) > LINK_LIMIT or any(ord(char) < 0x20 or ord(char) == 0x7F for char in cleaned):
        raise ValueError("too long, or a control character")
    head, mark, tail = cleaned.partition("?")
    cleaned = head.replace("\\", "/") + mark + tail
    return urljoin(base.url, cleaned) if base is not None else cleaned


def without_secrets(link: str) -> str:
    """``link`` for people's eyes: user name and password cut out, shortened to 300 characters."""
    shown = link[:LINK_LIMIT].encode("utf-8", "replace").decode()
    return re.sub(r"(?<=//)[^/?#\s]*@", "", shown)[:300]


def _path(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe=_SAFE)
    query = quote(parts.query, safe=_SAFE + "?[]")
    path = path if path.startswith("/") else f"/{path}"
    return f"{path}?{query}" if query else path


def _host(raw: str) -> tuple[str, Address | None]:
    """Raises ValueError for what is no host."""
    if ":" in raw:
        address = IPv6Address(raw)
        if address.scope_id is not None:
            raise ValueError("zone")
        return str(address), address
    host = ascii_host(raw)
    last = host.rpartition(".")[2]
    if _NUMBER.fullmatch(last):
        number = _ipv4(host)
        return str(number), number
    if len(host) > 253 or not _NAME.fullmatch(host):
        raise ValueError("not a host name")
    return host, None


def _ipv4(host: str) -> IPv4Address:
    """WHATWG URL, "IPv4 parser": 1 to 4 numbers, each decimal, octal (0...) or hexadecimal (0x...)."""
    labels = host.split(".")
    if len(labels) > 4:
        raise ValueError("too many numbers")
    numbers = [_number(label) for label in labels]
    if any(number > 255 for number in numbers[:-1]) or numbers[-1] >= 256 ** (5 - len(numbers)):
        raise ValueError("number too large")
    value = numbers[-1]
    for place, number in enumerate(numbers[:-1]):
        value += number * 256 ** (3 - place)
    return IPv4Address(value)


def _number(label: str) -> int:
    if not _NUMBER.fullmatch(label) or len(label) > 40:
        raise ValueError("not a number")
    if label.startswith("0x"):
        return int(label[2:] or "0", 16)
    return int(label, 8) if len(label) > 1 and label.startswith("0") else int(label)
