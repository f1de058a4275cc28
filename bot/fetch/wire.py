"""Connections: resolve, check, pin, and only then connect. The only module that imports aiohttp.

Every failure below HTTP leaves here as a leaf of FetchError.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from bot import __version__
from bot.errors import (
    BadBody,
    BadLink,
    HostUnknown,
    PortRefused,
    PrivateAddress,
    TooSlow,
    Unreachable,
)
from bot.fetch.addresses import Address, AllowList, parsed
from bot.fetch.limits import FetchLimits
from bot.fetch.target import Target, without_secrets

USER_AGENT = f"nutgraf/{__version__} (+https://github.com/nutgraf/nutgraf)"
_ASK = {
    "User-Agent": USER_AGENT,
    "Accept": "text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,"
    "application/feed+json,text/plain;q=0.9,application/xml;q=0.9,*/*;q=0.5",
    "Accept-Encoding": "gzip, deflate",  # what bot.fetch.body undoes under a cap
}
# aiohttp's 8 KiB and 128 are below what large publishers send (content policies of 10-20 KiB);
# these hold a header flood to 6.4 MB.
_FIELD_LIMIT_BYTES = 32 * 1024
_FIELDS = 200

_CAUSES = {
    errno.ECONNREFUSED: "connection refused",
    errno.ECONNRESET: "connection reset",
    errno.EPIPE: "connection reset",
    errno.ENETUNREACH: "no route to it",
    errno.EHOSTUNREACH: "no route to it",
    errno.ETIMEDOUT: "no answer",
}


class Resolver(Protocol):
    """Name -> addresses as text. Raises OSError when there are none."""

    async def __call__(self, host: str, port: int) -> Sequence[str]: ...


async def system_resolver(host: str, port: int) -> list[str]:
    """The machine's own lookup, hosts file included."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(row[4][0]) for row in found))


@dataclass(frozen=True, slots=True)
class _Hop:
    """What was checked for the request under way; sockets are made for nothing else."""

    target: Target
    addresses: tuple[Address, ...]


_HOP: ContextVar[_Hop] = ContextVar("hop")


class _Pinned(AbstractResolver):
    """Hands aiohttp the addresses that were checked: a second lookup could answer otherwise."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        hop = _HOP.get()
        if (host, port) != (hop.target.host, hop.target.port):
            raise OSError(f"{host}:{port} was not checked")
        return [
            ResolveResult(
                hostname=host,
                host=str(address),
                port=port,
                family=socket.AF_INET6 if address.version == 6 else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in hop.addresses
        ]

    async def close(self) -> None:
        """Nothing is held."""


def _checked_socket(info: tuple[Any, ...]) -> socket.socket:
    """aiohttp's last step before every connection, literals included: only what was checked."""
    family, kind, protocol, _, place = info
    hop = _HOP.get(None)
    if hop is None or parsed(str(place[0])) not in hop.addresses or place[1] != hop.target.port:
        raise OSError(f"{place[0]}:{place[1]} was not checked")
    made = socket.socket(family, kind, protocol)
    made.setblocking(False)
    return made


@dataclass(frozen=True, slots=True)
class Answer:
    """Status line and headers (names in any case), and the body as it comes, still compressed."""

    status: int
    headers: Mapping[str, str]
    encoding: str  # every Content-Encoding, in order
    length_bytes: int | None  # as announced
    cookies: Sequence[str]  # every Set-Cookie
    pieces: AsyncIterator[bytes]


class Wire:
    """Opens one exchange at a time for its caller; no connection, cookie or name outlives it."""

    def __init__(
        self, limits: FetchLimits, allow: AllowList, resolver: Resolver, tls: ssl.SSLContext | None
    ) -> None:
        self._limits = limits
        self._allow = allow
        self._resolver = resolver
        self._tls = tls
        self._session: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def exchange(self, target: Target, headers: Mapping[str, str]) -> AsyncIterator[Answer]:
        """GET ``target`` with ``headers`` on top of ours; inside the block the answer's body can be read.

        Raises leaves of FetchError, also for what goes wrong inside the block.
        """
        addresses = await self._addresses(target)
        token = _HOP.set(_Hop(target, addresses[: self._limits.addresses]))
        try:
            with _as_leaves(target, self._limits):
                request = self._open().get(
                    URL(target.url, encoded=True), headers=headers, allow_redirects=False
                )
                async with request as response:
                    yield Answer(
                        response.status,
                        response.headers,
                        ", ".join(response.headers.getall("Content-Encoding", [])),
                        response.content_length,
                        response.headers.getall("Set-Cookie", []),
                        response.content.iter_any(),
                    )
        finally:
            _HOP.reset(token)

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _addresses(self, target: Target) -> tuple[Address, ...]:
        """Every address of the target, each one checked."""
        if not self._allow.port(target.host, target.port):
            raise PortRefused(target.host, target.port)
        if target.address is not None:
            found: list[Address | None] = [target.address]
        else:
            found = [parsed(text) for text in await self._looked_up(target)]
        for address in found:
            # one bad address condemns the name: an honest site has none inside a private network
            if address is None or not self._allow.address(target.host, target.port, address):
                raise PrivateAddress(target.host)
        return tuple(address for address in found if address is not None)

    async def _looked_up(self, target: Target) -> Sequence[str]:
        try:
            async with asyncio.timeout(self._limits.connect_s):
                texts = await self._resolver(target.host, target.port)
        except TimeoutError:
            raise TooSlow(target.host, self._limits.connect_s) from None
        except socket.gaierror as error:
            if error.errno == socket.EAI_AGAIN:
                raise Unreachable(target.host, "the name lookup failed") from None
            raise HostUnknown(target.host) from None
        except OSError:
            raise Unreachable(target.host, "the name lookup failed") from None
        if not texts:
            raise HostUnknown(target.host)
        return texts

    def _open(self) -> aiohttp.ClientSession:
        """Made inside the running loop, at the first exchange."""
        if self._session is None:
            connector = aiohttp.TCPConnector(
                resolver=_Pinned(),
                use_dns_cache=False,
                socket_factory=_checked_socket,
                force_close=True,  # a kept connection would skip the check of the next hop
                limit=self._limits.at_once,
                ssl=self._tls or True,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                headers=_ASK,
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,  # a proxy would resolve names behind our back
                auto_decompress=False,
                timeout=aiohttp.ClientTimeout(
                    total=None, sock_connect=self._limits.connect_s, sock_read=self._limits.read_s
                ),
                max_line_size=_FIELD_LIMIT_BYTES,
                max_field_size=_FIELD_LIMIT_BYTES,
                max_headers=_FIELDS,
            )
        return self._session


@contextmanager
def _as_leaves(target: Target, limits: FetchLimits) -> Iterator[None]:
    """What the library and the system raise, in our words. Order matters: special ones first."""
    host = target.host
    try:
        yield
    except aiohttp.ConnectionTimeoutError:
        raise TooSlow(host, limits.connect_s) from None
    except (aiohttp.ServerTimeoutError, TimeoutError):
        raise TooSlow(host, limits.read_s) from None
    except (aiohttp.ClientConnectorCertificateError, ssl.SSLCertVerificationError):
        raise Unreachable(host, "its certificate is not valid") from None
    except (aiohttp.ClientSSLError, ssl.SSLError):
        raise Unreachable(host, "no secure connection") from None
    except aiohttp.ServerDisconnectedError:
        raise Unreachable(host, "it hung up") from None
    except aiohttp.ClientPayloadError:
        raise BadBody(host, "the page stops half way") from None
    except (aiohttp.ClientResponseError, HttpProcessingError):
        raise BadBody(host, "the answer is not proper HTTP") from None
    except aiohttp.InvalidURL:
        raise BadLink(without_secrets(target.url)) from None
    except OSError as error:
        raise Unreachable(host, _CAUSES.get(error.errno or 0, "no connection")) from None
    except aiohttp.ClientError:
        raise Unreachable(host, "the connection broke") from None
