"""The verbatim gate, what is noticed, and how statements are put into words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.digest import (
    Digest,
    NotVerbatim,
    citation,
    compose,
    document,
    from_json,
    paragraph_number,
    quote_runs,
    quote_text,
    reading_minutes,
    said_words,
    to_json,
    voices,
)
from bot.display import plain
from bot.render import digest_message
from bot.types import (
    Actor,
    ActorKind,
    ArticleKind,
    Aside,
    AsideKind,
    BlockKind,
    Coverage,
    Figure,
    FigureKind,
    Findings,
    Notice,
    Phrase,
    Quote,
    QuoteKind,
    Span,
    Speaker,
    SpeakerKind,
    Stamp,
)
from tests.unit.stories import FINDINGS, HOLT, PIER, article, at

LONG = "An earlier version of this story named another mayor."
QUOTE, FIGURE, ACTOR = FINDINGS.quotes[0], FINDINGS.figures[0], FINDINGS.actors[0]
OUT = Span(len(PIER) - 2, len(PIER) + 1)
FAKE = Phrase("Maren Hold", at("Maren Holt"))


@pytest.mark.parametrize(
    "findings",
    [
        Findings(quotes=(replace(QUOTE, parts=()),)),
        Findings(quotes=(replace(QUOTE, parts=(OUT,)),)),
        Findings(quotes=(replace(QUOTE, parts=(at("\n\n"),)),)),
        Findings(quotes=(replace(QUOTE, parts=QUOTE.parts[::-1]),)),
        Findings(quotes=(replace(QUOTE, parts=(Span(5, 20), Span(10, 25))),)),
        Findings(quotes=(replace(QUOTE, cue=OUT),)),
        Findings(quotes=(replace(QUOTE, speaker=replace(HOLT, name=FAKE)),)),
        Findings(quotes=(replace(QUOTE, speaker=replace(HOLT, role=FAKE)),)),
        Findings(quotes=(replace(QUOTE, speaker=replace(HOLT, mention=OUT)),)),
        Findings(quotes=(replace(QUOTE, speaker=replace(HOLT, name=Phrase("Maren Holt", Span(2, 12), 1))),)),
        Findings(quotes=(replace(QUOTE, speaker=replace(HOLT, name=Phrase("Maren Holt", Span(2, 12), -1))),)),
        Findings(figures=(replace(FIGURE, span=OUT),)),
        Findings(figures=(replace(FIGURE, counts=FAKE),)),
        Findings(figures=(replace(FIGURE, approximate=FAKE),)),
        Findings(figures=(replace(FIGURE, said_by=FAKE),)),
        Findings(figures=(replace(FIGURE, value=float("nan")),)),
        Findings(figures=(replace(FIGURE, high=float("inf")),)),
        Findings(actors=(replace(ACTOR, name=FAKE),)),
        Findings(actors=(replace(ACTOR, role=FAKE),)),
        Findings(actors=(replace(ACTOR, aliases=("Hold",)),)),
        Findings(actors=(replace(ACTOR, aliases=("",)),)),
        Findings(actors=(replace(ACTOR, mentions=(OUT,)),)),
        Findings(nutgraf=OUT),
        Findings(sentences=(OUT,)),
    ],
)
def test_what_is_not_printed_is_refused(findings: Findings) -> None:
    with pytest.raises(NotVerbatim) as caught:
        Digest(article(), findings)
    assert "Maren" not in str(caught.value)


@pytest.mark.parametrize(
    "keys",
    [
        {"key_quotes": (3,)},
        {"key_quotes": (-1,)},
        {"key_quotes": (0, 0)},
        {"key_figures": (2,)},
        {"key_actors": (1,)},
    ],
)
def test_a_key_names_a_finding(keys: dict[str, tuple[int, ...]]) -> None:
    with pytest.raises(NotVerbatim):
        Digest(article(), FINDINGS, **keys)


def test_a_correction_must_be_printed() -> None:
    note = Aside(AsideKind.CORRECTION, "This story was amended on 4 March.")
    Digest(article(asides=(note,)), Findings(), notices=(Notice("correction", {"text": note.text}),))
    with pytest.raises(NotVerbatim):
        Digest(article(), Findings(), notices=(Notice("correction", {"text": note.text}),))


@pytest.mark.parametrize(
    ("fields", "notice"),
    [
        ({"coverage": Coverage(140, 900, "paywall")},
         Notice("partial", {"read_words": 140, "expected_words": 900, "reason": "paywall"})),
        ({"coverage": Coverage(140, 900)}, Notice("partial", {"read_words": 140, "expected_words": 900})),
        ({"coverage": Coverage(850, 900)}, None),
        ({"kind": ArticleKind.TEASER}, Notice("partial", {"read_words": 60})),
        ({"kind": ArticleKind.LIVEBLOG}, Notice("liveblog")),
        ({"published": Stamp(datetime(2026, 3, 3, tzinfo=UTC), inferred=True)}, Notice("inferred-date")),
        ({"language": "de"}, Notice("language", {"language": "de"})),
        ({"language": "en-GB"}, None),
        ({"language": "und"}, None),
        ({"asides": (Aside(AsideKind.CORRECTION, "Amended."),)}, Notice("correction", {"text": "Amended."})),
        ({"asides": tuple(Aside(AsideKind.CORRECTION, text) for text in ("Correction: 4 March", LONG, LONG))},
         Notice("correction", {"text": LONG})),
    ],
)  # fmt: skip
def test_what_the_reading_calls_for(fields: dict[str, object], notice: Notice | None) -> None:
    found = compose(article(**fields), Findings(quotes=(FINDINGS.quotes[2],))).notices
    unattributed = Notice("unattributed", {"count": 1, "total": 1})
    assert found == ((unattributed,) if notice is None else (notice, unattributed))


def test_what_the_findings_call_for() -> None:
    likely = replace(QUOTE, speaker=replace(HOLT, certain=False))
    figures = (replace(FIGURE, superseded=True),) * 2
    found = compose(
        article(), replace(FINDINGS, quotes=(likely, *FINDINGS.quotes[1:]), figures=figures)
    ).notices
    assert [(notice.code, dict(notice.fields)) for notice in found] == [
        ("unattributed", {"count": 1, "total": 3}),
        ("unnamed-sources", {"count": 1, "total": 3}),
        ("uncertain-speaker", {"count": 1, "total": 3}),
        ("superseded-figure", {"text": "5,200"}),
    ]
    assert [notice.code for notice in compose(article(), Findings()).notices] == ["no-quotes"]


def test_two_printed_runs_are_never_fused() -> None:
    assert len(quote_runs(article(), QUOTE)) == 2
    assert (
        said_words(article(), QUOTE)
        == "“I never saw it coming,” […] “Nobody asked us. We will not allow it.”"
    )
    assert quote_text(article(), QUOTE) == "I never saw it coming, […] Nobody asked us. We will not allow it."


def test_a_statement_over_a_paragraph_break_is_one_run() -> None:
    text = "“The pier was safe.\n\n“Now it is not,” she said."
    quote = Quote((at("The pier was safe.", text), at("Now it is not,", text)), QuoteKind.DIRECT)
    assert said_words(article(text), quote) == "“The pier was safe. Now it is not,”"


@pytest.mark.parametrize(
    ("words", "number"), [("TESSMARK", 1), ("Nobody", 2), ("What comes", None), ("5,200", 3)]
)
def test_paragraphs_are_numbered_as_an_editor_counts(words: str, number: int | None) -> None:
    assert paragraph_number(article(), at(words).start) == number


def test_words_per_speaker() -> None:
    found = voices(Digest(article(), FINDINGS))
    assert [(voice.name, voice.words, voice.quotes) for voice in found] == [
        ("Maren Holt", 13, 1), ("a senior official", 7, 1), (None, 5, 1),
    ]  # fmt: skip


def test_a_citation_can_be_pasted() -> None:
    told = citation(Digest(article(), FINDINGS), 0)
    assert told == (
        "“I never saw it coming,” […] “Nobody asked us. We will not allow it.” — Maren Holt, mayor of "
        "Tessmark. “Board closes ferry pier”, Harbour News, 3 March 2026. "
        "https://harbour.example/pier#:~:text=I%20never%20saw%20it,will%20not%20allow%20it "
        "(read 4 March 2026, 12:05 UTC)"
    )


def test_a_citation_of_a_file_has_no_link_and_no_holes() -> None:
    bare = article(
        url="file:///tmp/pier.txt", canonical_url="file:///tmp/pier.txt", title="", site=None, published=None
    )
    assert citation(Digest(bare, FINDINGS), 2) == (
        "“And then it is not.” — unattributed in the text. "
        "file:///tmp/pier.txt (read 4 March 2026, 12:05 UTC)"
    )


@pytest.mark.parametrize(("count", "minutes"), [(1, 1), (238, 1), (239, 2), (830, 4)])
def test_reading_time(count: int, minutes: int) -> None:
    assert reading_minutes(article("word " * count)) == minutes


# -------------------------------------------------------------------------- property

TEXTS = st.text(st.characters(codec="utf-8"), max_size=60).map(lambda text: "\U0001f6a2 " + text)
OFFSETS = st.integers(0, 70)
SPANS = st.builds(lambda a, b: Span(min(a, b), max(a, b) + 1), OFFSETS, OFFSETS)


@st.composite
def phrases(draw: st.DrawFn, text: str) -> Phrase:
    span = draw(SPANS)
    return Phrase(draw(st.sampled_from([span.of(text), span.of(text), "put in"])), span)


@st.composite
def digestible(draw: st.DrawFn) -> tuple[str, Findings]:
    text = draw(TEXTS)
    some = phrases(text)
    speakers = st.none() | st.builds(
        Speaker, some, st.sampled_from(SpeakerKind), st.none() | some, st.booleans()
    )
    quote = st.builds(Quote, st.lists(SPANS, max_size=3).map(tuple), st.sampled_from(QuoteKind), speakers)
    number = st.none() | st.floats(allow_nan=True)
    figure = st.builds(
        Figure, SPANS, st.sampled_from(FigureKind), number, st.just("unit"), number, st.none() | some
    )
    actor = st.builds(
        Actor,
        some,
        st.sampled_from(ActorKind),
        st.none() | some,
        mentions=st.lists(SPANS, max_size=2).map(tuple),
    )
    lists = [draw(st.lists(kind, max_size=2)) for kind in (quote, figure, actor)]
    return text, Findings(*map(tuple, lists), nutgraf=draw(st.none() | SPANS))  # type: ignore[arg-type]


@settings(max_examples=400)
@given(digestible())
def test_a_digest_is_refused_or_holds_slices_only(case: tuple[str, Findings]) -> None:
    text, found = case
    keys = {
        f"key_{kind}": tuple(range(len(getattr(found, kind)))) for kind in ("quotes", "figures", "actors")
    }
    try:
        digest = Digest(article(text), found, **keys)
    except NotVerbatim:
        return
    made = document(digest)
    assert made["article"]["text"] == text  # type: ignore[index]
    cut = [part for quote in made["quotes"] for part in quote["parts"]] + made["figures"]  # type: ignore[attr-defined, operator]
    assert all(row["text"] == text[row["start"] : row["end"]] for row in cut)
    named = [row for kind in ("quotes", "actors") for row in made[kind]]  # type: ignore[attr-defined]
    for row in [one.get("speaker", one) for one in named]:
        for name in ("name", "role"):
            if row and row[name] is not None:
                assert row[name] == text[row[f"{name}_at"]["start"] : row[f"{name}_at"]["end"]]
    shown = [block.runs[0].text for block in digest_message(digest).blocks if block.kind is BlockKind.QUOTE]
    assert shown == [said_words(digest.article, quote) for quote in found.quotes]
    if found.nutgraf is not None:
        point = [
            block.runs[0].text for block in digest_message(digest).blocks if block.kind is BlockKind.NUTGRAF
        ]
        assert point == [plain(found.nutgraf.of(text))]
    assert from_json(to_json(digest)) == digest


def test_there_and_back() -> None:
    digest = compose(article(), FINDINGS, ("harbour.example", "harbour.example"), [Notice("liveblog")])
    assert from_json(to_json(digest)) == digest
    assert to_json(from_json(to_json(digest))) == to_json(digest)


def test_a_lone_surrogate_survives() -> None:
    digest = Digest(article("Half a ship: \ud83d and words."), Findings())
    to_json(digest).encode()
    assert from_json(to_json(digest)) == digest
