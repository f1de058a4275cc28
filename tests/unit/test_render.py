"""What an editor sees: the layout, and that a hostile page cannot leave it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.choices import DIGEST_CHOICES
from bot.digest import Digest, citation, compose
from bot.render import digest_message, full_message, html, markdown, text_message
from bot.render.marked import escaped
from bot.render.message import figure_label
from bot.render.source import outlet, source_line
from bot.types import (
    BlockKind,
    Figure,
    Findings,
    Message,
    Notice,
    Quote,
    QuoteKind,
    Span,
    Speaker,
    SpeakerKind,
    Stamp,
)
from tests.unit.stories import FINDINGS, PIER, article, at, phrase, spans_of

KEYS = {"key_quotes": (0, 1, 2), "key_figures": (0, 1), "key_actors": (0,)}


def digest(**fields: object) -> Digest:
    return Digest(article(**fields), FINDINGS, **KEYS, hosts=("harbour.example",))  # type: ignore[arg-type]


def bare(span: Span) -> Figure:
    return replace(FINDINGS.figures[0], span=span, counts=None, approximate=None, said_by=None)


def test_the_layout() -> None:
    shown = digest_message(digest(), "d1")
    assert shown.digest_id == "d1"
    assert shown.plain == (
        "Board closes ferry pier\n"
        "AP via Harbour News · 3 March 2026 · TESSMARK · 1 min read\n"
        "\n"
        "The harbour board voted on Tuesday \U0001f6a2 to close the old ferry pier, which could fall.\n"
        "\n"
        "Quotes\n"
        "> “I never saw it coming,” […] “Nobody asked us. We will not allow it.”\n"
        "  — Maren Holt, mayor of Tessmark  ¶2\n"
        "> “The pier is safe for ten years,”\n"
        "  — a senior official (unnamed)  ¶4\n"
        "> “And then it is not.”\n"
        "  — unattributed in the text  ¶5\n"
        "Words quoted: Maren Holt 13 · a senior official 7\n"
        "\n"
        "Figures\n"
        "- About 5,200 residents signed a letter against it, Holt said. (Maren Holt)  ¶3\n"
        "- ten years — “The pier is safe for ten years,” a senior official said.  ¶4\n"
        "\n"
        "Who is named\n"
        "- Maren Holt — mayor since 2019, aged 51 (×2)\n"
        "\n"
        "3 quotes, all verbatim · 2 figures · 1 name · contacted: harbour.example"
    )


def test_a_digest_with_an_id_offers_its_choices_and_says_how_much_more_there_is() -> None:
    whole, part = digest(), Digest(article(), FINDINGS, (0,), (), ())
    assert (digest_message(whole).choices, digest_message(whole).more) == ((), 0)
    assert digest_message(whole, "d1").choices == tuple(one for one in DIGEST_CHOICES if one != "more")
    assert (digest_message(part, "d1").choices, digest_message(part, "d1").more) == (DIGEST_CHOICES, 5)


def test_everything_found_in_order_of_print() -> None:
    part = Digest(article(), FINDINGS, (2,), (1,), ())
    full = full_message(part, "d1")
    assert (full.digest_id, full.choices, full.more) == ("d1", (), 0)
    quotes = [block.runs[0].text for block in full.blocks if block.kind is BlockKind.QUOTE]
    assert [quote[:8] for quote in quotes] == ["“I never", "“The pie", "“And the"]
    assert "3 quotes, all verbatim · 2 figures · 1 name" in full.plain
    assert full.plain == digest_message(digest()).plain.replace(
        "contacted: harbour.example", "no host contacted"
    )


def test_an_earlier_figure_is_marked_where_everything_is_shown() -> None:
    old = replace(FINDINGS.figures[0], superseded=True)
    shown = full_message(Digest(article(), replace(FINDINGS, figures=(old,)))).plain
    assert "Holt said. (a later figure is given) (Maren Holt)" in shown


def test_plain_and_blocks_say_the_same() -> None:
    shown = digest_message(digest())
    words = [run.text for block in shown.blocks for run in block.runs]
    assert all(word in shown.plain for word in words)


def test_empty_parts_vanish() -> None:
    shown = digest_message(Digest(article(), Findings()))
    assert [block.kind for block in shown.blocks] == [BlockKind.TITLE, BlockKind.SOURCE, BlockKind.FOOTER]
    assert shown.plain.endswith("no host contacted")


def test_a_role_stands_with_the_first_quote_only() -> None:
    twice = replace(
        FINDINGS, quotes=(FINDINGS.quotes[0], replace(FINDINGS.quotes[0], parts=(at("Nobody asked us."),)))
    )
    shown = digest_message(Digest(article(), twice, key_quotes=(0, 1))).plain
    assert shown.count("— Maren Holt") == 2
    assert shown.count("mayor of Tessmark") == 1


def test_a_file_has_no_links() -> None:
    shown = digest_message(digest(url="file:///a.txt", canonical_url="file:///a.txt"))
    assert not [run.link for block in shown.blocks for run in block.runs if run.link]


@pytest.mark.parametrize(
    ("byline", "site", "shown"),
    [
        (("The Associated Press",), "GV Wire", "AP via GV Wire"),
        (("Maren Holt", "Associated Press"), "GV Wire", "Maren Holt, AP via GV Wire"),
        (("Reuters",), "Reuters", "Reuters"),
        (("The Associated Press",), "AP News", "AP, AP News"),
        (("Maren Holt",), "Harbour News", "Maren Holt, Harbour News"),
        (("Harbour News",), "Harbour News", "Harbour News"),
        ((), "Harbour News", "Harbour News"),
        (("Maren Holt",), None, "Maren Holt"),
        (("A", "B", "C", "D"), None, "A, B, C, others"),
        ((), None, ""),
    ],
)
def test_outlet(byline: tuple[str, ...], site: str | None, shown: str) -> None:
    assert outlet(article(byline=byline, site=site)) == shown


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({}, "AP via Harbour News · 3 March 2026 · TESSMARK · 1 min read"),
        ({"published": None, "dateline": None, "site": None, "byline": ()}, "1 min read"),
        ({"modified": Stamp(datetime(2026, 3, 5, tzinfo=UTC))},
         "AP via Harbour News · 3 March 2026, updated 5 March 2026 · TESSMARK · 1 min read"),
        ({"modified": Stamp(datetime(2026, 3, 3, 9, tzinfo=UTC))},
         "AP via Harbour News · 3 March 2026 · TESSMARK · 1 min read"),
        ({"published": Stamp(datetime(2026, 3, 3, tzinfo=UTC), inferred=True)},
         "AP via Harbour News · 3 March 2026 (guessed) · TESSMARK · 1 min read"),
    ],
)  # fmt: skip
def test_source_line(fields: dict[str, object], shown: str) -> None:
    assert source_line(Digest(article(**fields), Findings())) == shown


@pytest.mark.parametrize(
    ("figure", "label"),
    [
        (FINDINGS.figures[0], "About 5,200 residents"),
        (FINDINGS.figures[1], "ten years"),
        (replace(FINDINGS.figures[1], counts=phrase("ferry pier")), "ten"),
        (replace(FINDINGS.figures[1], approximate=phrase("About")), "ten years"),
    ],
)
def test_a_figures_label_is_one_slice(figure: object, label: str) -> None:
    found = figure_label(digest(), figure)  # type: ignore[arg-type]
    assert found.of(PIER) == label


def test_a_long_sentence_is_cut_around_its_figure() -> None:
    text = "word " * 60 + "about 40 boats sank and " + "more " * 60 + "end."
    found = Findings(figures=(bare(at("40", text)),))
    shown = digest_message(Digest(article(text), found, key_figures=(0,))).plain
    line = next(row for row in shown.split("\n") if row.startswith("- "))
    assert line.startswith("- 40 — […] word")
    assert "[…]  ¶1" in line
    assert len(line) < 300


def test_a_long_sentence_is_cut_at_a_clause_where_there_is_one() -> None:
    before = "word " * 40 + "the board said, after a night of talks on the quay and in the town hall, "
    after = " boats sank in the bay, which is deep at this end of the long island; " + "more " * 60 + "end."
    text = before + "40" + after
    shown = digest_message(
        Digest(article(text), Findings(figures=(bare(at("40", text)),)), key_figures=(0,))
    ).plain
    assert (
        "- 40 — […] after a night of talks on the quay and in the town hall, 40 boats sank in the bay"
        in shown
    )
    assert "which is deep at this end of the long island […]  ¶1" in shown


def test_figures_of_one_sentence_are_one_line_that_counts_for_both() -> None:
    text = "The board said 40 boats sank, 31 of them in the bay, and 7 burnt.\nLater 9 were raised."
    figures = [bare(at(number, text)) for number in ("31", "9", "40")]
    said = replace(figures[2], said_by=phrase("The board", text))
    found = Findings(figures=(*figures[:2], said))
    shown = digest_message(Digest(article(text), found, key_figures=(0, 1, 2)))
    lines = [block for block in shown.blocks if block.kind is BlockKind.FIGURE]
    assert ["".join(run.text for run in line.runs) for line in lines] == [
        "40 (The board) · 31 — The board said 40 boats sank, 31 of them in the bay, and 7 burnt.  ¶1",
        "9 — Later 9 were raised.  ¶2",
    ]
    assert [run.text for run in lines[0].runs if run.bold] == ["40", "31", "40", "31"]
    assert [line.findings for line in lines] == [2, 1]
    alike = replace(found, figures=tuple(replace(one, said_by=said.said_by) for one in found.figures))
    whole = full_message(Digest(article(text), alike)).plain
    assert (
        "- 40 · 31 — The board said 40 boats sank, 31 of them in the bay, and 7 burnt. (The board)" in whole
    )


def test_figures_far_from_each_other_in_a_long_sentence_are_two_lines() -> None:
    text = "About 40 boats sank, " + "more and " * 40 + "31 did not, nor did 7."
    figures = tuple(bare(at(number, text)) for number in ("40", "31", "7"))
    shown = digest_message(Digest(article(text), Findings(figures=figures), key_figures=(0, 1, 2))).plain
    starts = [row.split(" — ")[0] for row in shown.split("\n") if row.startswith("- ")]
    assert starts == ["- 40", "- 31 · 7"]


def test_a_sentence_of_two_lines_is_shown_whole() -> None:
    text = "The board said " + "again and " * 18 + "again that 40 boats sank."
    shown = digest_message(
        Digest(article(text), Findings(figures=(bare(at("40", text)),)), key_figures=(0,))
    ).plain
    assert text in shown


def test_the_footer_says_how_many_are_not_shown() -> None:
    shown = digest_message(
        Digest(article(), FINDINGS, key_quotes=(2,), key_figures=(1,), key_actors=(0,))
    ).plain
    assert shown.endswith("\n1 of 3 quotes, all verbatim · 1 of 2 figures · 1 name · no host contacted")


@pytest.mark.parametrize(
    ("role", "line"),
    [("Capt.", "— Capt. Maren Holt"), ("mayor of Tessmark", "— Maren Holt, mayor of Tessmark")],
)
def test_a_title_stands_before_the_name(role: str, line: str) -> None:
    text = PIER.replace("said Maren Holt", f"said {role} Maren Holt")
    speaker = Speaker(phrase("Maren Holt", text), SpeakerKind.PERSON, phrase(role, text))
    found = Findings(quotes=(Quote((at("And then it is not.", text),), QuoteKind.DIRECT, speaker),))
    made = Digest(article(text), found, key_quotes=(0,))
    assert line in digest_message(made).plain
    assert line in citation(made, 0)


def test_text_message_keeps_columns_and_drops_traps() -> None:
    shown = text_message("help   show\n  pause \x1b[2J\u202e")
    assert shown.plain == "help   show\n  pause [2J"
    assert len(shown.blocks) == 2


# ---------------------------------------------------------------------------- hostile

TRAPS = (
    "“<script>alert(1)</script> </style><img src=x onerror=alert(1)> *a* [b](javascript:x) `c` # d "
    "\u202eevil\u202c \x1b]8;;x\x07 & &lt; | \u200b$5\u0000”"
)


def hostile() -> Digest:
    text = TRAPS + "\n\n" + TRAPS
    span = Span(1, len(TRAPS) - 1)
    found = Findings(
        quotes=(Quote((span,), QuoteKind.DIRECT),),
        figures=(bare(at("$5", text)),),
        nutgraf=span,
        sentences=tuple(spans_of(text)),
    )  # fmt: skip
    story = article(
        text, title=TRAPS, site=TRAPS, byline=(TRAPS,), dateline=TRAPS,
        canonical_url='https://x.example/"><script>alert(1)</script>',
    )  # fmt: skip
    return Digest(
        story,
        found,
        key_quotes=(0,),
        key_figures=(0,),
        notices=(Notice("superseded-figure", {"text": "$5"}),),
    )


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "main", "section", "h1", "h2", "h3", "p", "blockquote",
    "ul", "ol", "li", "strong", "em", "a", "mark", "span", "details", "summary",
}  # fmt: skip


@pytest.mark.parametrize(
    "made", [digest(), hostile(), compose(article(), FINDINGS), Digest(article(""), Findings())]
)
def test_the_page_is_closed_and_loads_nothing(made: Digest) -> None:
    page = html(made)
    reader = _Tags()
    reader.feed(page)
    assert reader.open == []
    assert {tag for tag, _ in reader.seen} <= ALLOWED
    attributes = {name for _, row in reader.seen for name in row}
    assert attributes <= {
        "lang",
        "dir",
        "charset",
        "http-equiv",
        "content",
        "name",
        "class",
        "id",
        "href",
        "rel",
    }
    links = [row["href"] for _, row in reader.seen if "href" in row]
    assert all(link and link.startswith(("https://", "http://", "#")) for link in links)
    names = {row["id"] for _, row in reader.seen if "id" in row}
    assert {link[1:] for link in links if link and link.startswith("#")} <= names
    assert "default-src &#x27;none&#x27;" in page
    assert not re.search(r"url\(|@import", page.split("</style>")[0])


@pytest.mark.parametrize("shown", [html(hostile()), markdown(hostile()), digest_message(hostile()).plain])
def test_nothing_that_turns_a_line_or_drives_a_terminal(shown: str) -> None:
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u200b\x1b\x07\x00")


def test_markdown_of_a_hostile_page_has_no_tag_and_no_foreign_link() -> None:
    shown = markdown(hostile())
    bare = re.sub(r"\\.", "", shown)
    assert "<script" not in bare.replace("<https://x.example/%22%3E%3Cscript%3E", "")
    assert "](javascript" not in bare


def test_markdown_of_a_digest() -> None:
    shown = markdown(digest())
    assert shown.startswith(
        "# [Board closes ferry pier](<https://harbour.example/pier>)\n\nAP via Harbour News"
    )
    assert "> “And then it is not.”\n>\n> — unattributed in the text" in shown
    assert "## Citations\n\n1. “I never saw it coming,”" in shown
    assert "](<https://harbour.example/pier#:~:text=ten%20years>)" in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1. a", "1\\. a"), ("+ a", "\\+ a"), ("- a", "\\- a"), ("a - b. c", "a - b. c"),
        ("a*b_c", "a\\*b\\_c"),
        ("[x](y)", "\\[x\\](y)"), ("<b>", "\\<b\\>"), ("5,200 (3.5)", "5,200 (3.5)"),
        ("---", "\\---"), ("\\", "\\\\"),
    ],
)  # fmt: skip
def test_escaped(text: str, shown: str) -> None:
    assert escaped(text) == shown


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=80))
def test_any_words_make_a_message_a_page_and_markdown(text: str) -> None:
    story = article("\U0001f6a2" + text, title=text, site=text)
    found = Findings(quotes=(Quote((Span(0, len(text) + 1),), QuoteKind.DIRECT),), nutgraf=Span(0, 1))
    made = Digest(story, found, key_quotes=(0,))
    shown: Message = digest_message(made)
    assert "“\U0001f6a2" in shown.plain
    reader = _Tags()
    reader.feed(html(made))
    assert reader.open == []
    assert markdown(made).startswith("# [")
