"""Generated pages and texts: the same seed gives the same page, so that a case can be replayed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from bot.types import Page

CORPUS = Path(__file__).parent.parent / "corpus"
FETCHED_AT = datetime(2026, 1, 1, tzinfo=UTC)

_TAG_NAMES = (
    "p div span article section h1 h2 blockquote ul ol li table tr td th a b i em br hr img figure "
    "figcaption aside header footer nav main form input script style noscript template iframe svg math title "
    "meta body html pre q cite"
)
_TAGS = _TAG_NAMES.split()
_MARKS = "\"'“”‘’«»„‟‹›`´()[]—–-…"
_PHRASES = (
    "the a council said Mayor Ostrander according to Ms. Vane she he they it would 41 percent $3.2 million "
    "two-thirds of U.S. troops Dr. al-Hadid’s O’Dowd in 2019 one in five doubled told reporters on Monday, "
    "spokesman company Inc. van der Meulen “we” ‘no’ who chairs Norland Lines, a 38-year-old 3-2 between 4 "
    "and 5 km² per hour and but"
)
_WORDS = _PHRASES.split()
_ODD = (
    "\u202e\u200b\u200d\ufeff\u0301\u00ad\U0001f468\u200d\U0001f469\u2028\u2029\x0b\x0c\x1b[31m\ufffd\ufffe"
    "\U000e0041İßﬁ٣²½Ⅷ"
)
_CHARSETS = (
    "utf-8",
    "latin-1",
    "cp1252",
    "utf-16",
    "utf-16-le",
    "shift_jis",
    "big5",
    "koi8-r",
    "utf-32",
    "utf-7",
)
_DECLARED = (
    None,
    "utf-8",
    "iso-8859-1",
    "utf-16",
    "no-such-charset",
    "",
    "utf-8; boundary=x",
    "\x00",
    "base64",
)


@dataclass(frozen=True, slots=True)
class Case:
    name: str  # generator and seed: "quote_soup-1234"
    page: Page


def case_of(seed: int) -> Case:
    """The case of ``seed``."""
    rng = Random(seed)  # noqa: S311 - the same seed must give the same page
    make = rng.choice(_MAKERS)
    media_type, body = make(rng)
    charset = rng.choice(_DECLARED) if rng.random() < 0.2 else None
    url = f"https://fuzz.example/{seed}"
    page = Page(url, url, media_type, body, FETCHED_AT, charset=charset)
    return Case(f"{make.__name__.removeprefix('_')}-{seed}", page)


def own_pages() -> list[bytes]:
    """Bytes of every labelled page, in order of name."""
    return [path.read_bytes() for path in sorted(CORPUS.iterdir()) if path.suffix in {".html", ".txt"}]


_OWN = own_pages()
_Made = tuple[str, bytes]


def _media_type(body: bytes) -> str:
    return "text/html" if b"<" in body[:200] else "text/plain"


def _flipped(rng: Random) -> _Made:
    """An own page with some bytes changed, some dropped, some doubled."""
    body = bytearray(rng.choice(_OWN))
    for _ in range(rng.randint(1, 60)):
        at = rng.randrange(len(body))
        length = rng.randint(1, 40)
        match rng.randrange(4):
            case 0:
                body[at] = rng.randrange(256)
            case 1:
                del body[at : at + length]
            case 2:
                body[at:at] = body[at : at + length]
            case _:
                body[at:at] = rng.choice(_MARKS + "<>&;=").encode()
        if len(body) < 50:
            break
    return _media_type(_OWN[0]), bytes(body)


def _spliced(rng: Random) -> _Made:
    """The head of one page and the tail of another, cut wherever it falls."""
    one, other = rng.choice(_OWN), rng.choice(_OWN)
    body = one[: rng.randrange(len(one))] + other[rng.randrange(len(other)) :]
    return rng.choice(("text/html", "text/plain")), body


def _cut_off(rng: Random) -> _Made:
    body = rng.choice(_OWN)
    return _media_type(body), body[: rng.randrange(len(body))]


def _repeated(rng: Random) -> _Made:
    """Stretches of one page printed many times over."""
    body = rng.choice(_OWN)
    start = rng.randrange(len(body))
    piece = body[start : start + rng.randint(20, 2000)]
    return _media_type(body), body[:start] + piece * rng.randint(2, 30) + body[start:]


def _other_charset(rng: Random) -> _Made:
    """A page in one encoding that claims another, sometimes cut inside a character."""
    text = rng.choice(_OWN).decode("utf-8", "replace")
    body = text.encode(rng.choice(_CHARSETS), "replace")
    if rng.random() < 0.3:
        body = body[rng.randrange(3) :]
    return rng.choice(("text/html", "text/plain", "application/xhtml+xml")), body


def _binary(rng: Random) -> _Made:
    head = rng.choice(
        (b"", b"%PDF-1.7\n", b"\x89PNG\r\n", b"PK\x03\x04", b"\xff\xfe", b"<html>", b"\x00\x00")
    )
    return rng.choice(("text/html", "text/plain", "", "application/octet-stream")), head + rng.randbytes(
        rng.randint(0, 4000)
    )


def _tag_soup(rng: Random) -> _Made:
    out: list[str] = []
    for _ in range(rng.randint(1, 400)):
        roll = rng.random()
        if roll < 0.35:
            out.append(f"<{rng.choice(_TAGS)}{_attributes(rng)}>")
        elif roll < 0.55:
            out.append(f"</{rng.choice(_TAGS)}>")
        elif roll < 0.6:
            out.append(
                rng.choice(("<!--", "-->", "<![CDATA[", "]]>", "<", "</", "&", "&#x110000;", "&#0;", "<?x"))
            )
        else:
            out.append(_sentence(rng))
    return "text/html", "".join(out).encode()


def _attributes(rng: Random) -> str:
    if rng.random() < 0.6:
        return ""
    name = rng.choice(
        ("class", "id", "style", "itemprop", "href", "content", "property", "datetime", "type", "Ä")
    )
    value = rng.choice(
        ("article-body", "display:none", "articleBody", "javascript:1", "og:title", "'\"", "", "9" * 50)
    )
    return f" {name}={rng.choice(('', chr(34)))}{value}{rng.choice(('', chr(34)))}"


def _sentence(rng: Random) -> str:
    words = [rng.choice(_WORDS) for _ in range(rng.randint(1, 25))]
    for _ in range(rng.randint(0, 3)):
        at = rng.randrange(len(words))
        words[at] = rng.choice(_MARKS) + words[at] + rng.choice(_MARKS)
    return " ".join(words) + rng.choice((". ", "? ", ",” ", "… ", " ", "\n"))


def _story(rng: Random) -> _Made:
    """A well-formed page whose sentences are nonsense: the finders get through to it."""
    paragraphs = [
        "".join(_sentence(rng) for _ in range(rng.randint(1, 6))) for _ in range(rng.randint(1, 30))
    ]
    if rng.random() < 0.3:
        return "text/plain", "\n\n".join(paragraphs).encode()
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        "text/html",
        f"<html><body><article><h1>{_sentence(rng)}</h1>{body}</article></body></html>".encode(),
    )


def _quote_soup(rng: Random) -> _Made:
    text = "".join(rng.choice(_MARKS + "ab  .\n") for _ in range(rng.randint(1, 3000)))
    return "text/plain", text.encode()


def _number_soup(rng: Random) -> _Made:
    pieces = (
        "$",
        "£",
        "€",
        "%",
        ",",
        ".",
        "-",
        "–",
        " to ",
        " million",
        "bn",
        " percent",
        "/",
        "½",
        "²",
        " ",
        "x",
        "٣",
    )
    text = "".join(
        str(rng.randrange(10 ** rng.randint(1, 12))) + rng.choice(pieces) for _ in range(rng.randint(1, 800))
    )
    return "text/plain", text.encode()


def _odd_letters(rng: Random) -> _Made:
    """A story with invisible, combining, right-to-left and unassigned characters strewn in."""
    text = list(rng.choice(_OWN).decode("utf-8", "replace"))
    for _ in range(rng.randint(1, 300)):
        odd = (
            rng.choice(_ODD)
            if rng.random() < 0.7
            else chr(rng.choice((rng.randrange(0xD800), rng.randrange(0xE000, 0x110000))))
        )
        text.insert(rng.randrange(len(text)), odd)
    body = "".join(text).encode()
    return _media_type(body), body


def _nested(rng: Random) -> _Made:
    tag, depth = rng.choice(_TAGS), rng.randint(50, 3000)
    inner = f"<p>{_sentence(rng)}</p>" * rng.randint(1, 5)
    close = f"</{tag}>" * depth if rng.random() < 0.5 else ""
    return "text/html", (f"<{tag}>" * depth + inner + close).encode()


def _linked_data(rng: Random) -> _Made:
    """An own page with JSON-LD of any shape in front."""
    text = json.dumps(_any_json(rng, 4))
    if rng.random() < 0.3:
        text = text[: rng.randrange(len(text) + 1)]
    script = f'<script type="application/ld+json">{text}</script>'.encode()
    return "text/html", script + rng.choice(_OWN)


_JSON_KEYS = (
    "@type", "headline", "author", "datePublished", "articleBody", "@graph", "publisher", "name", "wordCount",
    "isAccessibleForFree", "hasPart", "liveBlogUpdate", "dateModified", "inLanguage", "mainEntityOfPage",
)  # fmt: skip
_JSON_LEAVES = (
    "NewsArticle", "LiveBlogPosting", "", "x" * 300, 7, -1.5, 1e300, None, True, "2024-13-45",
    "0000-00-00T99:00Z", "9999-12-31T23:59:59+99:99", "https://[bad", "\u202e", [], {},
)  # fmt: skip


def _any_json(rng: Random, depth: int) -> object:
    roll = rng.random()
    if depth == 0 or roll < 0.35:
        return rng.choice(_JSON_LEAVES)
    if roll < 0.5:
        return [_any_json(rng, depth - 1) for _ in range(rng.randint(0, 4))]
    return {rng.choice(_JSON_KEYS): _any_json(rng, depth - 1) for _ in range(rng.randint(1, 7))}


_MAKERS: tuple[Callable[[Random], _Made], ...] = (
    _flipped, _flipped, _spliced, _cut_off, _repeated, _other_charset, _binary, _tag_soup, _story, _story,
    _quote_soup, _number_soup, _odd_letters, _nested, _linked_data,
)  # fmt: skip
