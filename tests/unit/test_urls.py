"""Links in chat text and their canonical form."""

from __future__ import annotations

import string
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.errors import BadLink
from bot.urls import canonical, find_links, host_of

LINKS = [
    ("nothing here", []),
    ("https://a.example/x", ["https://a.example/x"]),
    ("read https://a.example/x.", ["https://a.example/x"]),
    ("read https://a.example/x, then go", ["https://a.example/x"]),
    ("is it https://a.example/x?!", ["https://a.example/x"]),
    ("see https://a.example/x?a=1&b=2; yes", ["https://a.example/x?a=1&b=2"]),
    ("(https://a.example/x)", ["https://a.example/x"]),
    ("https://a.example/Ada_(town)", ["https://a.example/Ada_(town)"]),
    ("(see https://a.example/Ada_(town)).", ["https://a.example/Ada_(town)"]),
    ("[https://a.example/x]", ["https://a.example/x"]),
    ("“https://a.example/x”", ["https://a.example/x"]),
    ('"https://a.example/x"', ["https://a.example/x"]),
    ("'https://a.example/x'", ["https://a.example/x"]),
    ("«https://a.example/x»", ["https://a.example/x"]),
    ("*https://a.example/x*", ["https://a.example/x"]),
    ("`https://a.example/x`", ["https://a.example/x"]),
    ("https://a.example/x…", ["https://a.example/x"]),
    ("https://a.example/x。", ["https://a.example/x"]),
    ("HTTPS://A.EXAMPLE/X", ["HTTPS://A.EXAMPLE/X"]),
    ("<https://a.example/x>", ["https://a.example/x"]),
    ("<https://a.example/x|a.example>", ["https://a.example/x"]),
    ("<https://a.example/?a=1&amp;b=2|label>", ["https://a.example/?a=1&b=2"]),
    ("<https://a.example/x|https://b.example/y>", ["https://a.example/x"]),
    ("<https://a.example/x> <https://b.example/>", ["https://a.example/x", "https://b.example/"]),
    ("<@U123> <#C9|news> <!here> <mailto:a@b.example|a@b.example>", []),
    ("&lt;https://a.example/x&gt;", ["https://a.example/x"]),
    ("https://a.example/?a=1&amp;b=2", ["https://a.example/?a=1&b=2"]),
    ("[story](https://a.example/x)", ["https://a.example/x"]),
    ("[story](https://a.example/Ada_(town)) now", ["https://a.example/Ada_(town)"]),
    ('[story](https://a.example/x "A title")', ["https://a.example/x"]),
    ("[story](<https://a.example/x>)", ["https://a.example/x"]),
    ("[https://a.example/](https://b.example/)", ["https://b.example/"]),  # the label is no link
    ("www.a.example/x and wwwhatever", ["https://www.a.example/x"]),
    ("me@www.a.example", []),
    ("https://a.example/x https://a.example/x", ["https://a.example/x"]),
    ("https://a.example/x\nhttps://b.example/y", ["https://a.example/x", "https://b.example/y"]),
    ("http://münchen.example/straße", ["http://münchen.example/straße"]),
    ("http://例え.example/道", ["http://例え.example/道"]),
    ("ftp://a.example/ file:///etc/passwd javascript:alert(1)", []),
    ("https:// and http://", []),
    ("🙂https://a.example/🙂", ["https://a.example/🙂"]),
    ("https://[2001:db8::1]/x", ["https://[2001:db8::1]/x"]),
    ("https://a.example:8080/x", ["https://a.example:8080/x"]),
]


@pytest.mark.parametrize(("text", "links"), LINKS)
def test_links_are_what_somebody_meant(text: str, links: list[str]) -> None:
    assert find_links(text) == links


@given(st.text(alphabet=string.printable + "“”<>|()[]&;éß例", max_size=200))
def test_any_text_gives_links_with_a_host(text: str) -> None:
    for link in find_links(text):
        assert host_of(link)
        assert not any(char.isspace() for char in link)


@given(
    st.lists(
        st.from_regex(r"https://[a-z]{1,9}\.example/[a-z0-9/_-]{0,20}[a-z0-9]", fullmatch=True), max_size=8
    )
)
def test_links_survive_prose_slack_and_markdown(links: list[str]) -> None:
    wanted = list(dict.fromkeys(links))
    assert find_links(" ".join(f"({link})," for link in links)) == wanted
    assert find_links(" ".join(f"<{link}|{link}>" for link in links)) == wanted
    assert find_links(" ".join(f"[x]({link})." for link in links)) == wanted


def test_a_wall_of_brackets_takes_no_time() -> None:
    assert find_links("https://a.example/" + ")" * 100_000) == ["https://a.example/"]
    assert find_links("[" * 100_000 + "<" * 100_000) == []
    assert len(find_links(" ".join(f"https://a.example/{n}" for n in range(3000)))) == 3000


CANONICAL = [
    ("HTTPS://WWW.A.Example/X", "https://www.a.example/X"),
    ("https://a.example", "https://a.example/"),
    ("https://a.example:443/x", "https://a.example/x"),
    ("http://a.example:80/x", "http://a.example/x"),
    ("http://a.example:8080/x", "http://a.example:8080/x"),
    ("https://a.example/x/", "https://a.example/x/"),
    ("https://a.example/x#part", "https://a.example/x"),
    ("https://a.example/x#:~:text=words", "https://a.example/x"),
    ("https://u:p@a.example/x", "https://a.example/x"),
    ("https://a.example./x", "https://a.example/x"),
    ("https://a.example/?utm_source=x&utm_medium=y", "https://a.example/"),
    ("https://a.example/?b=2&fbclid=z&a=1", "https://a.example/?b=2&a=1"),
    ("https://a.example/?UTM_Campaign=z&id=7", "https://a.example/?id=7"),
    ("https://a.example/?id=7&utmost=1", "https://a.example/?id=7&utmost=1"),
    ("https://a.example/?q=a%20b&gclid=1&x", "https://a.example/?q=a%20b&x"),
    ("https://a.example/?at_custom1=link&at_link_id=9", "https://a.example/"),
    ("http://MÜNCHEN.example/", "http://xn--mnchen-3ya.example/"),
    ("http://straße.example/", "http://xn--strae-oqa.example/"),
    ("http://a。example/", "http://a.example/"),
    ("http://[2001:DB8::1]:80/", "http://[2001:db8::1]/"),
    ("  https://a.example/x\n", "https://a.example/x"),
]


@pytest.mark.parametrize(("url", "wanted"), CANONICAL)
def test_canonical(url: str, wanted: str) -> None:
    assert canonical(url) == wanted
    assert canonical(wanted) == wanted


@pytest.mark.parametrize(
    "url",
    ["", "a.example", "ftp://a.example/", "https://", "mailto:a@a.example", "http://[::1", "http://a.example:x/"],
)  # fmt: skip
def test_no_web_link_has_no_canonical_form(url: str) -> None:
    with pytest.raises(BadLink):
        canonical(url)


@given(st.text(max_size=80).map(lambda tail: f"https://a.example/{tail}"))
@example("https://a.example/ #")
@example("https://a.example/b ? #c")
@example("https://a.example/b?d &utm_source=e")
def test_canonical_is_stable_and_has_no_fragment(url: str) -> None:
    try:
        once = canonical(url)
    except BadLink:
        return
    assert canonical(once) == once
    assert "#" not in once
    assert urlsplit(once).hostname == "a.example"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://WWW.a.example:80/x", "www.a.example"),
        ("http://[::1]/", "::1"),
        ("https://é.example/", "xn--9ca.example"),
        ("nonsense", ""),
        ("http://[", ""),
    ],
)
def test_host_of(url: str, host: str) -> None:
    assert host_of(url) == host
