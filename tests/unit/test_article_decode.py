"""Encodings: what a page says, what its bytes say, and what a browser would make of both."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.article import read
from bot.article.decode import decode
from tests.fakes.pages import STORY, TITLE, document, page, paragraphs

ENGLISH = "The café’s owner said “naïve” plans cost £31 million — not a crown less."
CHINESE = "市长周一表示，防洪闸门将在三周内修好。“我们不会再等，”她说。" * 6
RUSSIAN = (
    "Мэр города заявила в понедельник, что ворота закроются вручную. «Мы ждать не станем», — сказала она. "
    * 6
)


@pytest.mark.parametrize(
    ("body", "charset", "expected"),
    [
        (ENGLISH.encode(), None, ENGLISH),
        (ENGLISH.encode(), "iso-8859-1", ENGLISH),  # UTF-8 proves itself against a wrong header
        (codecs.BOM_UTF8 + ENGLISH.encode(), "latin-1", ENGLISH),
        (codecs.BOM_UTF16_LE + ENGLISH.encode("utf-16-le"), None, ENGLISH),
        (codecs.BOM_UTF16_BE + ENGLISH.encode("utf-16-be"), "utf-8", ENGLISH),
        (f"<html><p>{ENGLISH}</p></html>".encode("utf-16-le"), None, f"<html><p>{ENGLISH}</p></html>"),
        (ENGLISH.encode("cp1252"), "iso-8859-1", ENGLISH),  # a browser's iso-8859-1 is Windows-1252
        (ENGLISH.encode("cp1252"), None, ENGLISH),
        (CHINESE.encode("gb18030"), "gb2312", CHINESE),
        (CHINESE.encode("gb18030"), None, CHINESE),
        (RUSSIAN.encode("cp1251"), "windows-1251", RUSSIAN),
        (RUSSIAN[:60].encode("koi8-r"), "koi8-r", RUSSIAN[:60]),
        ("東京は夜の七時。".encode("cp932"), "shift_jis", "東京は夜の七時。"),
        (
            b'<meta charset="iso-8859-2">' + "Łódź".encode("iso-8859-2"),
            None,
            '<meta charset="iso-8859-2">Łódź',
        ),
        (ENGLISH.encode("cp1252"), "no-such-charset", ENGLISH),
        (ENGLISH.encode("cp1252"), "hex", ENGLISH),  # a codec of Python, but of no page
    ],
)
def test_decoding(body: bytes, charset: str | None, expected: str) -> None:
    assert decode(body, charset) == expected


def test_a_utf8_page_cut_in_the_middle_of_a_character() -> None:
    body = (ENGLISH * 20).encode()
    cut = body[: body.rindex("—".encode()) + 1]
    assert decode(cut).startswith(ENGLISH)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "gb18030"])
def test_a_story_in_a_declared_encoding(encoding: str) -> None:
    html = document(f"<article><h1>{TITLE}</h1>{paragraphs()}</article>").replace("utf-8", encoding)
    assert read(page(html.encode(encoding))).text == "\n".join(STORY)


@given(
    st.binary(max_size=300),
    st.sampled_from([None, "utf-8", "gb2312", "utf-16", "rot13", "x\x00", "undefined"]),
)
def test_decoding_never_raises(body: bytes, charset: str | None) -> None:
    assert isinstance(decode(body, charset), str)
