"""Nobody reaches a private network through the fetcher: by literals, names, redirects or changing answers."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable, Sequence

import pytest

from bot.errors import BadLink, HostUnknown, NutgrafError, PortRefused, PrivateAddress, TooSlow, Unreachable
from bot.fetch import FetchLimits, HttpFetcher
from bot.fetch.addresses import parsed
from bot.fetch.target import target_of
from bot.fetch.wire import _HOP, _checked_socket, _Hop, _Pinned
from tests.fakes.site import Site

QUICK = FetchLimits(connect_s=0.5, read_s=0.5, total_s=2, gap_s=0)

NAMES: dict[str, list[str]] = {
    "loop.test": ["127.0.0.1"],
    "loop6.test": ["::1"],
    "ten.test": ["10.1.2.3"],
    "cgnat.test": ["100.64.1.1"],
    "meta.test": ["169.254.169.254"],
    "azure.test": ["168.63.129.16"],
    "zero.test": ["0.0.0.0"],
    "mapped.test": ["::ffff:192.168.0.1"],
    "nat64.test": ["64:ff9b::10.0.0.1"],
    "sixtofour.test": ["2002:c0a8:1::1"],
    "ula.test": ["fd00::1"],
    "zone.test": ["fe80::1%eth0"],
    "multi.test": ["224.0.0.251"],
    "odd.test": ["not an address"],
    "mixed.test": ["93.184.216.34", "127.0.0.1"],
    "mixed6.test": ["2606:4700::1111", "::1"],
    "xn--nt-xka.test": ["192.168.1.1"],
}
# every way to say it that anybody has tried against a fetcher; {port} is a listening private site
ATTACKS: list[tuple[str, type[NutgrafError]]] = [
    *((f"http://{host}/", PrivateAddress) for host in NAMES),
    *(
        (f"https://{host}/x?y#z", PrivateAddress)
        for host in ("loop.test", "meta.test", "LOOP.test.", "nüt.test")
    ),
    *(
        (f"http://{host}/", PrivateAddress)
        for host in (
            *(
                "127.0.0.1",
                "127.1",
                "127.0.1",
                "2130706433",
                "0x7f000001",
                "0x7f.0x0.0x0.0x1",
                "017700000001",
            ),
            *(
                "0177.0.0.01",
                "0",
                "0.0.0.0",
                "127.0.0.1.",
                "127。0。0。1",
                "①②⑦.0.0.1",
                "10.0.0.1",
                "167772161",
            ),
            *("172.16.0.1", "192.168.1.1", "0xc0a80101", "3232235777", "169.254.169.254", "2852039166"),
            *("0xa9fea9fe", "100.100.100.200", "168.63.129.16", "192.0.0.192", "198.18.0.1", "224.0.0.1"),
            *(
                "255.255.255.255",
                "[::]",
                "[::1]",
                "[0:0:0:0:0:0:0:1]",
                "[::ffff:127.0.0.1]",
                "[::ffff:7f00:1]",
            ),
            *("[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::1]", "[2002:7f00:1::]", "[2001:0:1::1]"),
            *("[fe80::1]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[2001:db8::1]", "[fec0::1]"),
        )
    ),
    ("http://127.0.0.1:{port}/", PortRefused),
    ("http://loop.test:{port}/", PortRefused),
    ("https://[::1]:{port}/", PortRefused),
    ("http://127.0.0.1:22/", PortRefused),
    ("http://8.8.8.8:6379/", PortRefused),
    ("http://loop.test:80@127.0.0.1/", BadLink),
    ("http://127.0.0.1\\@loop.test/", PrivateAddress),
    ("http:\\\\127.0.0.1\\", PrivateAddress),
    ("http://[fe80::1%25lo]/", BadLink),
    ("file:///etc/passwd", BadLink),
    ("gopher://127.0.0.1:{port}/_x", BadLink),
    ("ftp://127.0.0.1/", BadLink),
    ("http://127.0.0.1%00.a.test/", BadLink),
    ("http://nowhere.test/", HostUnknown),
]


class Names:
    """A resolver port with a memory. Unknown names do not exist."""

    def __init__(self, names: dict[str, list[str]] = NAMES) -> None:
        self.names = names
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        found = self.names.get(host)
        if found is None:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return found


Make = Callable[..., HttpFetcher]


@pytest.fixture
async def make() -> AsyncIterator[Make]:
    """Fetchers that are closed whatever happens."""
    made: list[HttpFetcher] = []

    def one(*arguments: object, **named: object) -> HttpFetcher:
        made.append(HttpFetcher(QUICK, *arguments, **named))  # type: ignore[arg-type]  # handed through
        return made[-1]

    yield one
    for fetcher in made:
        await fetcher.close()


@pytest.fixture
async def inside() -> AsyncIterator[Site]:
    """A private site that nobody has allowed."""
    running = await Site().start()
    running.add("/", "secret")
    yield running
    await running.stop()


@pytest.mark.parametrize(("link", "leaf"), ATTACKS)
async def test_a_link(make: Make, inside: Site, link: str, leaf: type[NutgrafError]) -> None:
    fetcher = make(resolver=Names())
    with pytest.raises(leaf):
        await fetcher.get(link.replace("{port}", str(inside.port)))
    assert not inside.requests


@pytest.mark.parametrize(("link", "leaf"), ATTACKS)
async def test_a_redirect(make: Make, site: Site, inside: Site, link: str, leaf: type[NutgrafError]) -> None:
    location = link.replace("{port}", str(inside.port))
    site.add("/go", status=302, headers={"Location": location.encode().decode("latin-1")})
    fetcher = make([site.netloc], resolver=Names())
    with pytest.raises(leaf):
        await fetcher.get(site.url("/go"))
    assert site.hits("/go") == 1
    assert not inside.requests


def test_the_table_is_long_enough() -> None:
    assert len({link for link, _ in ATTACKS}) >= 60


async def test_the_address_that_was_checked_is_the_one_that_is_asked(make: Make, site: Site) -> None:
    site.add("/x", "right")

    class Changing(Names):
        async def __call__(self, host: str, port: int) -> Sequence[str]:
            await super().__call__(host, port)
            return ["127.0.0.1"] if len(self.asked) == 1 else ["127.0.0.2"]

    names = Changing({"pin.test": []})
    fetcher = make([f"pin.test:{site.port}"], resolver=names)
    page = await fetcher.get(site.url("/x", "pin.test"))
    assert page.body == b"right"
    assert names.asked == [("pin.test", site.port)]
    assert page.hosts == ("pin.test",)
    with pytest.raises(Unreachable):  # the next visit asks anew, and nobody is at the new address
        await fetcher.get(site.url("/x", "pin.test"))


async def test_each_hop_is_resolved_and_named(make: Make, site: Site) -> None:
    names = Names({"one.test": ["127.0.0.1"], "two.test": ["127.0.0.1"]})
    site.redirect("/a", site.url("/b", "two.test")).redirect("/b", site.url("/c", "one.test")).add(
        "/c", "end"
    )
    allow = [f"{name}:{site.port}" for name in names.names]
    fetcher = make(allow, resolver=names)
    page = await fetcher.get(site.url("/a", "one.test"))
    assert page.hosts == ("one.test", "two.test")
    assert [host for host, _ in names.asked] == ["one.test", "two.test", "one.test"]
    assert [seen.headers["host"] for seen in site.requests] == [
        f"{host}:{site.port}" for host, _ in names.asked
    ]


async def test_a_name_on_the_list_opens_no_other_door(make: Make, site: Site, inside: Site) -> None:
    names = Names({"cms.test": ["127.0.0.1"]})
    fetcher = make([f"cms.test:{site.port}"], resolver=names)
    for link in (inside.url("/", "cms.test"), site.url("/"), inside.url("/")):
        with pytest.raises(PortRefused):
            await fetcher.get(link)
    assert not inside.requests


@pytest.mark.parametrize(
    ("error", "leaf"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), HostUnknown),
        (socket.gaierror(socket.EAI_AGAIN, "x"), Unreachable),
        (OSError("no network"), Unreachable),
        (TimeoutError(), TooSlow),
    ],
)
async def test_lookups_fail_clearly(make: Make, error: OSError, leaf: type[NutgrafError]) -> None:
    async def broken(host: str, port: int) -> Sequence[str]:
        raise error

    fetcher = make(resolver=broken)
    with pytest.raises(leaf):
        await fetcher.get("http://a.test/")


async def test_no_addresses_at_all(make: Make) -> None:
    fetcher = make(resolver=Names({"a.test": []}))
    with pytest.raises(HostUnknown):
        await fetcher.get("http://a.test/")


@pytest.mark.parametrize("place", [("127.0.0.1", 80), ("93.184.216.34", 443), ("::1", 80, 0, 0)])
async def test_the_last_gate_knows_only_what_was_checked(place: tuple[object, ...]) -> None:
    address = parsed("93.184.216.34")
    assert address is not None
    token = _HOP.set(_Hop(target_of("http://a.test/"), (address,)))
    try:
        with pytest.raises(OSError, match="was not checked"):
            _checked_socket((socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", place))
        with pytest.raises(OSError, match="was not checked"):
            await _Pinned().resolve("b.test", 80)
        allowed = ("93.184.216.34", 80)
        _checked_socket((socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", allowed)).close()
    finally:
        _HOP.reset(token)


async def test_no_request_leaves_the_session_but_through_the_check(make: Make, inside: Site) -> None:
    fetcher = make([inside.netloc])
    with pytest.raises(OSError, match="Cannot connect"):
        await fetcher._wire._open().get(inside.url())
    assert not inside.requests
