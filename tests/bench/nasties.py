"""Pages that are known to hurt: huge, deep, unbalanced, empty. Each has a name."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable

from bot.types import Page
from tests.bench.mutants import FETCHED_AT, Case

_LINE = "“We counted them twice,” said Ida Brask, the mayor of Osterlund, on Monday. "
_FIGURES = "The council spent $4.1 million on 312 benches, 17 percent more than in 2019. "
_PLAIN = "The road past the mill has been closed since the spring flood took the bridge. "


_Made = tuple[str, bytes]


def _html(inner: str, head: str = "") -> _Made:
    page = f"<html><head>{head}</head><body><article><h1>Bridge</h1>{inner}</article></body></html>"
    return "text/html", page.encode()


def _told(head: str) -> _Made:
    """A short story under a head of this kind."""
    return _html(_paragraphs(_LINE, 5), head)


def _linked(json_ld: str, count: int = 1) -> _Made:
    return _told(f'<script type="application/ld+json">{json_ld}</script>' * count)


def _plain(text: str) -> _Made:
    return "text/plain", text.encode()


def _nested(tag: str, depth: int, *, closed: bool = True) -> _Made:
    inner = f"<p>{_LINE}</p>" * 3
    return _html(f"<{tag}>" * depth + inner + (f"</{tag}>" * depth if closed else ""))


def _paragraphs(text: str, count: int) -> str:
    return f"<p>{text}</p>" * count


MEGABYTE = 1_000_000

_ENTITIES = (
    '<!DOCTYPE h [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    "<html><body><p>&b;</p></body></html>"
)

NASTIES: dict[str, Callable[[], _Made]] = {
    "empty": lambda: ("text/html", b""),
    "blank": lambda: ("text/plain", b" \n\t\r\n" * 1000),
    "nulls": lambda: ("text/html", b"\x00" * MEGABYTE),
    "nulls_inside": lambda: ("text/html", _told("")[1].replace(b" ", b"\x00 ")),
    "one_byte": lambda: ("text/plain", b"x"),
    "lone_mark": lambda: ("text/plain", "“".encode()),
    "only_tags": lambda: ("text/html", b"<p>" * 50_000),
    "div_10000_deep": lambda: _nested("div", 10_000),
    "span_10000_deep": lambda: _nested("span", 10_000),
    "blockquote_10000_deep": lambda: _nested("blockquote", 10_000),
    "list_10000_deep": lambda: _html("<ul><li>" * 10_000 + _LINE),
    "table_5000_deep": lambda: _html("<table><tr><td>" * 5000 + _LINE),
    "bold_unclosed": lambda: _nested("b", 10_000, closed=False),
    "formatting_crossed": lambda: _html("<b><i><u><a>" * 2000 + _LINE + "</b></i></u></a>" * 2000),
    "one_line_5mb_plain": lambda: _plain(_PLAIN * (5 * MEGABYTE // len(_PLAIN))),
    "one_line_5mb_html": lambda: _html(f"<p>{_PLAIN * (5 * MEGABYTE // len(_PLAIN))}</p>"),
    "one_word_5mb": lambda: ("text/plain", b"a" * (5 * MEGABYTE)),
    "one_word_5mb_html": lambda: _html(f"<p>{'a' * (5 * MEGABYTE)}</p>"),
    "capitals_1mb": lambda: ("text/plain", b"Aa " * (MEGABYTE // 3)),
    "initials_1mb": lambda: ("text/plain", b"A. " * (MEGABYTE // 3)),
    "commas_1mb": lambda: ("text/plain", b"Ann Bo, " * (MEGABYTE // 8)),
    "hyphens_1mb": lambda: ("text/plain", b"al-" * (MEGABYTE // 3)),
    "digits_1mb": lambda: ("text/plain", b"9" * MEGABYTE),
    "digit_groups_1mb": lambda: ("text/plain", b"1,000" * (MEGABYTE // 5)),
    "number_words": lambda: ("text/plain", b"one hundred and twenty-three million " * 10_000),
    "ranges": lambda: ("text/plain", b"between 1 and 2 and 3 to 4-5-6-7 " * 10_000),
    "marks_only_1mb": lambda: _plain("“”" * (MEGABYTE // 6)),
    "open_marks": lambda: _plain("“We said. " * 20_000),
    "close_marks": lambda: _plain("we said.” " * 20_000),
    "single_marks": lambda: _plain("‘it’s the dogs’ bowl’ " * 20_000),
    "straight_marks_odd": lambda: ("text/plain", b'"no" "yes ' * 20_001),
    "nested_marks": lambda: _plain("“‘" * 2000 + "x" + "’”" * 2000),
    "unclosed_quote": lambda: _html(_paragraphs("“" + _PLAIN, 500)),
    "quotes_5000": lambda: _html(_paragraphs(_LINE, 5000)),
    "quotes_one_paragraph": lambda: _html(f"<p>{_LINE * 5000}</p>"),
    "speakers_3000": lambda: _html("".join(f"<p>“I saw it,” said Ada Brask{n}.</p>" for n in range(3000))),
    "numbers_20000": lambda: _html(_paragraphs(_FIGURES, 5000)),
    "numbers_one_paragraph": lambda: _html(f"<p>{_FIGURES * 5000}</p>"),
    "paragraphs_100000": lambda: _html(_paragraphs("No.", 100_000)),
    "lines_200000": lambda: ("text/plain", b"DON'T MISS\n\nUP NEXT\n" * 70_000),
    "links_100000": lambda: _html('<a href="/x">The last ferry</a> ' * 100_000),
    "list_50000": lambda: _html("<ul>" + "<li>Bread and salt</li>" * 50_000 + "</ul>"),
    "table_10000_rows": lambda: _html("<table>" + "<tr><td>12</td><td>Rovers</td><td>3-2</td></tr>" * 10_000),
    "huge_attribute": lambda: _html(f"<p class='{'x' * (4 * MEGABYTE)}'>{_LINE}</p>"),
    "many_attributes": lambda: _html("<p " + " ".join(f"a{n}=1" for n in range(50_000)) + f">{_LINE}"),
    "many_classes": lambda: _html(f"<div class='{'related ' * 100_000}'>{_paragraphs(_LINE, 20)}</div>"),
    "entities": lambda: _html(f"<p>{'&ldquo;&amp;&#8221;&bogus;&#xD800;&#1114112;' * 30_000}</p>"),
    "comments": lambda: _html("<!-- x -->" * 100_000 + _LINE),
    "unclosed_comment": lambda: _html("<!-- " + _LINE * 1000),
    "unclosed_script": lambda: _html("<script>" + _LINE * 1000),
    "unclosed_title": lambda: ("text/html", b"<title>" + _LINE.encode() * 5000),
    "cdata": lambda: _html("<![CDATA[" * 10_000 + _LINE),
    "xml_entities": lambda: ("application/xhtml+xml", _ENTITIES.encode()),
    "linked_data_deep": lambda: _linked("[" * 100_000),
    "linked_data_long": lambda: _linked(json.dumps({"@type": "NewsArticle", "articleBody": _LINE * 30_000})),
    "linked_data_many": lambda: _linked('{"@type":"NewsArticle"}', 5000),
    "meta_many": lambda: _told('<meta property="article:author" content="Ann Bo">' * 30_000),
    "long_title": lambda: _told(f"<title>{'Bridge ' * 100_000}</title>"),
    "bidi": lambda: _plain("\u202e" * 50_000 + _LINE),
    "combining": lambda: _plain("a" + "\u0301" * 100_000 + _LINE),
    "emoji": lambda: _plain("\U0001f468\u200d\U0001f469\u200d\U0001f467" * 20_000 + _LINE),
    "replacement": lambda: ("text/html", b"\xff\xfe\xfd" * 100_000),
    "utf16_without_mark": lambda: ("text/html", _told("")[1].decode().encode("utf-16-le")),
    "utf16_odd": lambda: ("text/plain", b"\xff\xfe" + _LINE.encode("utf-16-le")[:-1]),
    "gzip_as_html": lambda: ("text/html", gzip.compress(_LINE.encode() * 100)),
    "pdf_as_plain": lambda: ("text/plain", b"%PDF-1.7\n" + bytes(range(256)) * 100),
    "unknown_type": lambda: ("application/x-thing", _LINE.encode()),
    "no_type": lambda: ("", _told("")[1]),
    "base_bomb": lambda: _told("<base href='javascript:x'><link rel=canonical href='http://[::1'>"),
    "frameset": lambda: ("text/html", b"<frameset><frame src=a><frame src=b></frameset>"),
    "spaces_1mb": lambda: _html("<p>a" + " " * MEGABYTE + "b</p>"),
    "newlines_1mb": lambda: ("text/plain", b"a" + b"\n" * MEGABYTE + b"b"),
    "carriage_returns": lambda: ("text/plain", (_LINE + "\r").encode() * 2000),
    "no_break_spaces": lambda: ("text/plain", _LINE.replace(" ", "\u00a0").encode() * 500),
    "dashes": lambda: _plain("“Yes.” — " * 20_000),
    "transcript": lambda: ("text/plain", ("ANN BO: " + _PLAIN + "\n").encode() * 5000),
}  # fmt: skip


def nasty(name: str) -> Case:
    """The page of that name. Raises KeyError for a name that is not in NASTIES."""
    media_type, body = NASTIES[name]()
    url = f"https://fuzz.example/{name}"
    return Case(name, Page(url, url, media_type, body, FETCHED_AT))
