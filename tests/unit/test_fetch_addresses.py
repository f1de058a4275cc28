"""Which links and addresses may be contacted at all: one table of attacks, one of honest links."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadLink
from bot.fetch.addresses import AllowList, is_public, parsed
from bot.fetch.target import target_of


def words(block: str) -> list[str]:
    return block.split()


PRIVATE = words("""
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.1.2.3 169.254.0.1
169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1
192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.255 240.0.0.1
255.255.255.255 100.100.100.200 168.63.129.16
:: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:0:10.0.0.1
64:ff9b::10.0.0.1 64:ff9b::127.0.0.1 64:ff9b::169.254.169.254 64:ff9b:1::1 64:ff9b:1::8.8.8.8
2002:0a00:0001::1 2002:7f00:0001::1 2002:0808:0808::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:db8::1
2001:10::1 2001:20::1 100::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fd12:3456::1 fe80::1 fec0::1 ff02::1
2606:4700::5efe:10.0.0.1 2606:4700::200:5efe:192.168.0.1
""")

PUBLIC = words("""
1.1.1.1 8.8.8.8 93.184.216.34 100.63.255.255 100.128.0.1 172.15.255.255 172.32.0.1 192.0.1.1 198.17.0.1
198.20.0.1 223.255.255.255 168.63.129.17 2606:4700:4700::1111 2a00:1450:4001::1 64:ff9b::8.8.8.8
::ffff:8.8.8.8
""")


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address: str) -> None:
    assert is_public(ip_address(address))


@given(st.ip_addresses(v=4))
def test_an_address_wrapped_in_ipv6_is_no_more_public_than_itself(inner: IPv4Address) -> None:
    wrapped = [f"::ffff:{inner}", f"64:ff9b::{inner}", f"::{inner}", f"2606:4700::5efe:{inner}"]
    six = IPv6Address((0x2002 << 112) | (int(inner) << 80) | 1)
    for address in [*(IPv6Address(one) for one in wrapped), six]:
        assert is_public(inner) or not is_public(address)


HOSTS = [
    ("http://127.0.0.1/", "127.0.0.1"),
    ("http://2130706433/", "127.0.0.1"),
    ("http://0x7f000001/", "127.0.0.1"),
    ("http://0x7f.1/", "127.0.0.1"),
    ("http://0177.0.0.1/", "127.0.0.1"),
    ("http://017700000001/", "127.0.0.1"),
    ("http://127.1/", "127.0.0.1"),
    ("http://127.0.0.1./", "127.0.0.1"),
    ("http://0/", "0.0.0.0"),
    ("http://0x/", "0.0.0.0"),
    ("http://①②⑦.⓪.⓪.①/", "127.0.0.1"),
    ("http://127。0。0。1/", "127.0.0.1"),
    ("http://１０.0.0.1/", "10.0.0.1"),
    ("http:\\\\10.0.0.1\\x", "10.0.0.1"),
    ("http://[::ffff:7f00:1]/", "::ffff:7f00:1"),
    ("http://[0:0:0:0:0:0:0:1]/", "::1"),
    ("HTTP://LOCALHOST/", "localhost"),
    ("http://localhost./", "localhost"),
    ("http://a.example/@10.0.0.1", "a.example"),
    ("http://a.example\\@10.0.0.1/", "a.example"),
    ("http://a.example?@10.0.0.1/", "a.example"),
    ("http://a.example#@10.0.0.1/", "a.example"),
    ("http://ⓔxample.com/", "example.com"),
    ("\thttp://a.example/ \n", "a.example"),
]


@pytest.mark.parametrize(("link", "host"), HOSTS)
def test_a_link_means_the_host_a_browser_would_ask(link: str, host: str) -> None:
    target = target_of(link)
    assert parsed(target.host) == parsed(host)
    assert target.host == (str(parsed(host)) if parsed(host) else host)
    assert (target.address is not None) == (parsed(host) is not None)


NO_LINKS = words("""
ftp://a.example/ file:///etc/passwd gopher://a.example/ data:text/html,x javascript:1 //a.example/ a.example
http:/// http:// https://? http://a.example:0/ http://a.example:99999/ http://a.example:x/ http://u@a.example/
http://u:p@a.example/ http://@a.example/ http://[::1 http://[fe80::1%25eth0]/ http://[::1]x/ http://256.1.1.1/
http://1.2.3.4.5/ http://09/ http://0x7g.1/ http://99999999999/ http://1.2.3.4x.5/ http://a..b/ http://.a/
http://-/ http://a_.example%00/ http://a%2eexample/ http://a,b/ http://a;b/ http://a(b)/ http://* http://[v1.x]/
http:a.example http:/a.example http://[1.2.3.4]/ http://[]/
""")


@pytest.mark.parametrize("link", [*NO_LINKS, "", " ", "http://a\x00b/", "http://a\rb/", "http://a b/"])
def test_no_link(link: str) -> None:
    with pytest.raises(BadLink):
        target_of(link)


def test_long_links_and_names_are_refused() -> None:
    for link in (
        "https://a.example/" + "x" * 9000,
        f"https://{'a' * 64}.example/",
        "https://" + "a." * 130 + "b/",
    ):
        with pytest.raises(BadLink):
            target_of(link)


def test_a_password_never_reaches_the_message() -> None:
    with pytest.raises(BadLink) as caught:
        target_of("https://ada:secret@a.example/x")
    assert caught.value.url == "https://a.example/x"


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/y", "https://a.example/y"),
        ("y?q=1", "https://a.example/x/y?q=1"),
        ("//b.example/z", "https://b.example/z"),
        ("http://b.example", "http://b.example/"),
        ("?q=é b", "https://a.example/x/?q=%C3%A9%20b"),
        ("../z%20z", "https://a.example/z%20z"),
    ],
)
def test_redirects_are_joined_to_where_they_came_from(location: str, url: str) -> None:
    assert target_of(location, target_of("https://a.example/x/")).url == url


ALLOWED = [
    (("intranet.example",), "intranet.example", 80, "10.0.0.1", True),
    (("intranet.example",), "intranet.example", 8080, "10.0.0.1", False),
    (("intranet.example",), "other.example", 80, "10.0.0.1", False),
    (("intranet.example",), "sub.intranet.example", 80, "10.0.0.1", False),
    (("Intranet.Example.",), "intranet.example", 443, "10.0.0.1", True),
    (("cms.example:8080",), "cms.example", 8080, "10.0.0.1", True),
    (("cms.example:8080",), "cms.example", 80, "10.0.0.1", False),
    (("10.1.0.0/16",), "any.example", 80, "10.1.2.3", True),
    (("10.1.0.0/16",), "any.example", 80, "10.2.0.1", False),
    (("10.1.0.0/16",), "any.example", 8080, "10.1.2.3", False),
    (("10.1.2.3",), "10.1.2.3", 443, "10.1.2.3", True),
    (("127.0.0.1:9000",), "127.0.0.1", 9000, "127.0.0.1", True),
    (("127.0.0.1:9000",), "evil.example", 9000, "127.0.0.1", False),
    (("[::1]:9000",), "::1", 9000, "::1", True),
    (("[0:0:0:0:0:0:0:1]:9000",), "::1", 9000, "::1", True),
    (("cms.example.:8080",), "cms.example", 8080, "10.0.0.1", True),
    (("cité.example",), "xn--cit-dma.example", 80, "10.0.0.1", True),
    (("fd00::/8",), "any.example", 80, "fd12::1", True),
    (("::1",), "::1", 80, "::1", True),
    ((), "any.example", 80, "93.184.216.34", True),
    ((), "any.example", 22, "93.184.216.34", False),
]


@pytest.mark.parametrize(("entries", "host", "port", "address", "allowed"), ALLOWED)
def test_allow_list(entries: tuple[str, ...], host: str, port: int, address: str, allowed: bool) -> None:
    allow = AllowList.of(entries)
    assert (allow.port(host, port) and allow.address(host, port, ip_address(address))) is allowed


@pytest.mark.parametrize(
    "entry",
    ["", "http://a.example", "a.example/x", "a.example:", "a.example:0", ":80", "a b", "*.x", "a" * 64],
)
def test_entries_that_mean_nothing_are_refused(entry: str) -> None:
    with pytest.raises(ValueError, match=r"neither|no such port"):
        AllowList.of([entry])


@given(st.text(max_size=60).map(lambda tail: "http://" + tail) | st.text(max_size=60))
def test_any_text_is_a_target_or_a_bad_link(link: str) -> None:
    try:
        target = target_of(link)
    except BadLink as error:
        error.url.encode()
        return
    assert target.url.isascii()
    assert target_of(target.url) == target
