"""Every leaf of the error tree has one sentence, and every sentence is filled."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from bot.display import TYPED
from bot.errors import (
    Blocked,
    FeedGone,
    NutgrafError,
    SeveralFeeds,
    TooLarge,
    TooSlow,
    UnknownCommand,
    leaves,
)
from bot.messages import ERRORS, NOTICES, notice_text, sentence
from bot.types import Notice

SAMPLES: dict[str, object] = {
    "str": "harbour.example", "int": 403, "float": 2.5, "float | None": None, "str | None": None,
    "int | None": None, "tuple[str, ...]": ("https://a.example/1", "https://a.example/2"),
}  # fmt: skip


def sample(leaf: type[NutgrafError]) -> NutgrafError:
    return leaf(*(SAMPLES[str(field.type)] for field in fields(leaf)))  # type: ignore[arg-type]


@pytest.mark.parametrize("leaf", leaves(), ids=lambda leaf: leaf.__name__)
def test_every_leaf_has_one_sentence_that_fills(leaf: type[NutgrafError]) -> None:
    shown = sentence(sample(leaf))
    assert not re.search(r"[{}\[\]]|None", shown)
    assert shown[0].isupper() or shown.startswith("harbour.example")
    assert "\n" not in shown


def test_no_sentence_without_a_leaf_and_no_hole_without_a_field() -> None:
    by_code = {leaf.code(): leaf for leaf in leaves()}
    assert ERRORS.keys() == by_code.keys()
    for code, template in ERRORS.items():
        holes = set(re.findall(r"\{(\w+)[?}]", template)) - {"typed"}
        assert holes <= {field.name for field in fields(by_code[code])}


@pytest.mark.parametrize(
    ("error", "part"),
    [
        (FeedGone("https://a.example/f"), "is gone for good. Follow"),
        (FeedGone("https://a.example/f", 2), "is gone for good, so number 2 is paused here. Follow"),
        (UnknownCommand("folow", "follow"), f"Did you mean “{TYPED}follow”?"),
        (TooLarge("a.example", 10 * 2**20), "10 MiB"),
        (TooSlow("a.example", 1.0), "1 second."),
        (TooSlow("a.example", 20.0), "20 seconds"),
        (Blocked("a.example", 429, 600.0), "ask again in 10 minutes"),
        (Blocked("a.example", 429, 86400.0), "24 hours"),
        (
            SeveralFeeds("https://a.example", ("https://a.example/1", "https://a.example/2")),
            "1, https://a.example/2.",
        ),
    ],
)
def test_fields_read_well(error: NutgrafError, part: str) -> None:
    assert part in sentence(error)


def test_a_hostile_field_neither_drives_the_terminal_nor_fills_the_screen() -> None:
    shown = sentence(UnknownCommand("\x1b[2J\u202e{nearest}" + "x" * 5000))
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "{nearest}" in shown
    assert len(shown) < 600


@pytest.mark.parametrize(
    ("notice", "shown"),
    [
        (
            Notice("partial", {"read_words": 140, "expected_words": 900, "reason": "paywall"}),
            "Read 140 of about 900 words: paywall. This is not the whole story.",
        ),
        (
            Notice("partial", {"read_words": 140}),
            "Read 140 words. This is not the whole story.",
        ),
        (Notice("unnamed-sources", {"count": 3, "total": 8}), "3 of 8 statements rest on unnamed sources."),
        (Notice("unnamed-sources", {"count": 1, "total": 8}), "1 of 8 statements rests on unnamed sources."),
    ],
)
def test_notices(notice: Notice, shown: str) -> None:
    assert notice_text(notice) == shown


@pytest.mark.parametrize("code", NOTICES)
def test_every_notice_fills(code: str) -> None:
    holes = re.findall(r"\{(\w+)[?}]", NOTICES[code])
    assert not re.search(r"[{}\[\]]|None", notice_text(Notice(code, dict.fromkeys(holes, 3))))
