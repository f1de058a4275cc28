"""Which network addresses may be contacted. Pure: nothing is resolved here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from bot.urls import ascii_host

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

WEB_PORTS = frozenset({80, 443})

# IANA special-purpose address registries (RFC 6890 and its updates), written out because the answer of
# ``ipaddress.is_global`` differs between Python releases; it is asked as well.
_PRIVATE = """
0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15
198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
::/96 ::ffff:0:0:0/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23 2001:db8::/32 2002::/16
3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8
"""
# Public by number, but answered by the cloud host itself: Azure's wire server.
_METADATA = "168.63.129.16/32"

_REFUSED: tuple[Network, ...] = tuple(ip_network(one) for one in [*_PRIVATE.split(), _METADATA])
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are the IPv4 address that is reached
_ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214: interface identifiers that carry an IPv4 address


@lru_cache(maxsize=4096)
def is_public(address: Address) -> bool:
    """True only for an address of the open Internet, and only if what it embeds is one too.

    6to4 and Teredo are refused whole: both are retired (RFC 7526, RFC 6343), so nobody serves
    news there, and both wrap an IPv4 address.
    """
    if isinstance(address, IPv6Address):
        inner = _embedded(address)
        if inner is not None:
            return is_public(inner)
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    return not any(address.version == net.version and address in net for net in _REFUSED)


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that a packet to ``address`` ends at, where the form tells."""
    number = int(address)
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64 or (number >> 32) & 0xFFFFFFFF in _ISATAP:
        return IPv4Address(number & 0xFFFFFFFF)
    return None


@dataclass(frozen=True, slots=True)
class AllowList:
    """Exceptions that whoever runs the bot has written down, for intranets and tests.

    ``hosts`` are names or addresses on the web's own ports, ``places`` are (host, port) pairs,
    ``networks`` hold addresses on the web's own ports however they were named.
    """

    hosts: frozenset[str] = frozenset()
    places: frozenset[tuple[str, int]] = frozenset()
    networks: tuple[Network, ...] = ()

    @classmethod
    def of(cls, entries: Sequence[str]) -> AllowList:
        """From ``host``, ``host:port``, ``[IPv6]:port``, an address or a CIDR.

        Raises ValueError with the entry in its text for one that is none of these.
        """
        hosts: set[str] = set()
        places: set[tuple[str, int]] = set()
        networks: list[Network] = []
        for entry in entries:
            given = entry.strip().lower().rstrip(".")
            network = _network(given)
            if network is not None:
                networks.append(network)
                continue
            host, port = _host_and_port(given, entry)
            if port is None:
                hosts.add(host)
            else:
                places.add((host, port))
        return cls(frozenset(hosts), frozenset(places), tuple(networks))

    def port(self, host: str, port: int) -> bool:
        """May this port of the host be asked at all?"""
        return port in WEB_PORTS or (host, port) in self.places

    def address(self, host: str, port: int, address: Address) -> bool:
        """May ``host`` (the name or literal in the link) be answered by ``address``?"""
        if is_public(address) or (host, port) in self.places:
            return True
        if port not in WEB_PORTS:
            return False
        return host in self.hosts or any(
            address.version == net.version and address in net for net in self.networks
        )


def _network(given: str) -> Network | None:
    try:
        return ip_network(given.strip("[]"), strict=False)
    except ValueError:
        return None


def _host_and_port(given: str, entry: str) -> tuple[str, int | None]:
    host, colon, port = given.rpartition(":")
    if not colon:
        host, port = given, ""
    host = host.removeprefix("[").removesuffix("]")
    if not host or any(char in host for char in "/@ *?#") or (colon and not port.isdecimal()):
        raise ValueError(f"neither a host, host:port nor a network: {entry!r}")
    if colon and not 0 < int(port) < 65536:
        raise ValueError(f"no such port: {entry!r}")
    return _as_in_links(host, entry), int(port) if colon else None


def _as_in_links(host: str, entry: str) -> str:
    """The one spelling that ``bot.fetch.target`` gives a host: no capital, no accent, no final dot."""
    address = parsed(host)
    try:
        return str(address) if address is not None else ascii_host(host)
    except ValueError:
        raise ValueError(f"neither a host, host:port nor a network: {entry!r}") from None


def parsed(address: str) -> Address | None:
    """A plain address literal without zone; None for anything else."""
    try:
        return ip_address(address) if "%" not in address else None
    except ValueError:
        return None
