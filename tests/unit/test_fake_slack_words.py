"""Our Slack's words: what is typed reads the same when it is shown, and nothing shown is overlooked."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.slack.words import as_told, mentions, read_markup, text_of, typed, words_of

PLAIN = {"type": "plain_text", "text": "plain"}


def rich(*elements: dict[str, Any], kind: str = "rich_text_section") -> dict[str, Any]:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": list(elements)}]}


ONE, TWO = ({"type": "rich_text_section", "elements": [{"type": "text", "text": w}]} for w in ("one", "two"))
LIST = {
    "type": "rich_text",
    "elements": [{"type": "rich_text_list", "style": "bullet", "elements": [ONE, TWO]}],
}
MARKUP = {"type": "mrkdwn", "text": "a &lt;b&gt; <https://x.example|c>"}
DATE = {"type": "mrkdwn", "text": "<!date^1^{date}|May>"}
LINK = {"type": "link", "url": "https://x.example"}
CELLS = [{"type": "raw_text", "text": "a"}, {"type": "raw_text", "text": "b"}]
MENU = {"type": "overflow", "options": [{"text": PLAIN, "value": "unseen"}]}
FIELD = {"type": "plain_text_input", "action_id": "x"}


@pytest.mark.parametrize(
    ("block", "shown"),
    [
        ({"type": "header", "text": PLAIN}, "plain"),
        ({"type": "section", "text": MARKUP}, "a <b> c"),
        ({"type": "section", "fields": [PLAIN, PLAIN]}, "plain\nplain"),
        ({"type": "context", "elements": [PLAIN, DATE]}, "plain\nMay"),
        (rich({"type": "text", "text": "a *b* "}, LINK), "a *b* https://x.example"),
        (rich(LINK | {"text": "c"}, kind="rich_text_quote"), "c"),
        (rich({"type": "date", "timestamp": 1, "format": "{date}", "fallback": "May"}), "May"),
        (LIST, "one\ntwo"),
        ({"type": "actions", "elements": [{"type": "button", "text": PLAIN, "value": "unseen"}]}, "plain"),
        ({"type": "actions", "elements": [MENU]}, "plain"),
        ({"type": "divider"}, ""),
        ({"type": "input", "label": PLAIN, "element": FIELD}, "plain"),
        ({"type": "markdown", "text": "**as it is**"}, "**as it is**"),
        ({"type": "table", "rows": [CELLS]}, "a\nb"),
    ],
)  # fmt: skip
def test_every_block_shows_its_words(block: dict[str, Any], shown: str) -> None:
    assert words_of(block) == shown
    assert text_of({"blocks": [block, block], "text": "unseen"}) == "\n".join(filter(None, [shown, shown]))


def test_without_blocks_the_text_is_shown() -> None:
    assert text_of({"text": "a &amp; <https://x.example|b> <https://y.example>"}) == "a & b https://y.example"


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("<!channel>", True), ("<!here|x>", True), ("<@U1>", True), ("<!subteam^S1>", True),
        ("&lt;!channel&gt;", False), ("<!date^1^{date}|May>", False), ("<#C1>", False), ("@here", False),
    ],
)  # fmt: skip
def test_what_calls_somebody(text: str, calls: bool) -> None:
    assert mentions(text) is calls


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("<>&|@.:/ ![()"))))
def test_what_is_typed_reads_the_same(text: str) -> None:
    wire, blocks = typed(text, lambda _: None)
    assert "<!" not in wire and "<@" not in wire
    if "](http" not in text:
        assert read_markup(wire) == text
        assert words_of(blocks) == text


@given(st.sampled_from(["https://a.example/x", "https://a.example/?q=1&r=2"]), st.sampled_from(".,;!?) "))
def test_a_link_ends_before_the_mark(url: str, mark: str) -> None:
    wire, _ = typed(f"{url}{mark}", lambda _: None)
    assert wire == f"<{url.replace('&', '&amp;')}>{mark}"


def test_slack_fills_in_defaults_without_touching_ours() -> None:
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}
    assert as_told([block]) == [
        {"type": "section", "text": {"type": "mrkdwn", "text": "x", "verbatim": False}}
    ]
    assert "verbatim" not in block["text"]
