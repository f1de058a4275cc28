"""Messages for Slack: within its limits, nothing parsed, the same words as everywhere."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.matrix.render import rendered as for_matrix
from adapters.slack.render import CAUTION, fallback, key_of_blocks, mark_of, pressed, rendered
from bot.choices import AUTO_CHOICES, DIGEST_CHOICES, TABLE
from bot.display import inline
from bot.render import text_message
from bot.types import Block, BlockKind, Message, Run
from tests.fakes.slack.blocks import check_message, check_text, units
from tests.unit.kits import messages, nodes, tokens, told, words

Json = Any
MADE_OF = {
    "rich_text", "rich_text_section", "rich_text_quote", "rich_text_list", "rich_text_preformatted", "text",
    "link", "context", "plain_text", "actions", "context_actions", "button", "overflow", "feedback_buttons",
}  # fmt: skip


def block(kind: BlockKind, *texts: str | Run) -> Block:
    return Block(kind, tuple(Run(text) if isinstance(text, str) else text for text in texts))


def message(*blocks: Block, **more: Any) -> Message:
    return Message(blocks, "", **more)


def digest(**more: Any) -> Message:
    return message(
        block(BlockKind.TITLE, Run("Council passes budget", bold=True, link="https://herald.example/1")),
        block(BlockKind.SOURCE, "Ann Lee, Example Herald · 4 May 2026 · 3 min read"),
        block(BlockKind.HEADING, Run("Quotes", bold=True)),
        block(BlockKind.QUOTE, "“We had no good options left,” […] “We took the least bad.”"),
        block(BlockKind.SPEAKER, "— ", Run("Mara Lindt", bold=True), ", council leader", "  ", Run("¶3")),
        block(BlockKind.FOOTER, "1 quote, all verbatim · no host contacted"),
        **{"digest_id": "0123456789ab", "choices": DIGEST_CHOICES, "more": 7, **more},
    )


# ------------------------------------------------------------------------ any message


@settings(max_examples=250, deadline=None)
@given(messages, st.one_of(st.none(), st.text(max_size=600)))
def test_any_message_is_taken_by_slack_and_names_nobody(any_message: Message, key: str | None) -> None:
    made = rendered(any_message, key)
    assert check_message(made["blocks"]) == []
    assert check_text(made["text"]) == []
    assert units(made["text"]) <= 300
    assert not re.search(r"[<>]|&(?!(amp|lt|gt);)", made["text"])
    assert {node["type"] for node in nodes(made["blocks"]) if "type" in node} <= MADE_OF
    for node in nodes(made["blocks"]):
        if node.get("type") == "link":
            assert re.fullmatch(r"https?://[!-~]+", node["url"])
            assert not re.search(r"[<>|\"]", node["url"])
        if node.get("type") == "plain_text":
            assert node["emoji"] is False
        for char in set(node["text"]) if isinstance(node.get("text"), str) else ():
            assert char in "\n\u200c\u200d" or unicodedata.category(char)[0] != "C", ascii(char)
    assert key_of_blocks(made["blocks"]) == (None if not key else mark_of(key))


@settings(max_examples=50, deadline=None)
@given(messages)
def test_a_quote_is_shown_whole_or_not_at_all(any_message: Message) -> None:
    said = {
        "".join(inline(run.text) for run in block.runs)
        for block in any_message.blocks
        if block.kind is BlockKind.QUOTE
    }
    for node in nodes(rendered(any_message)["blocks"]):
        if node.get("type") == "rich_text_quote":
            shown = "".join(leaf["text"] for leaf in node["elements"])
            assert any(shown == quote or shown.startswith(f"{quote}\n") for quote in said)


# ------------------------------------------------------------------------- what shows


def test_a_digest_is_laid_out_in_the_order_of_its_blocks() -> None:
    made = rendered(digest(), "slack:T1:C1:1700000000.000100#0a1b2c3d4e")
    kinds = [one["type"] for one in made["blocks"]]
    assert kinds == ["rich_text", "context", "rich_text", "actions", "context_actions", "context"]
    title = made["blocks"][0]["elements"][0]["elements"]
    assert title == [
        {
            "type": "link",
            "url": "https://herald.example/1",
            "text": "Council passes budget",
            "style": {"bold": True},
        }
    ]
    heading, quote = made["blocks"][2]["elements"]
    assert heading["elements"][0]["style"] == {"bold": True}
    assert quote["type"] == "rich_text_quote"
    assert [leaf["text"] for leaf in quote["elements"]] == [
        "“We had no good options left,” […] “We took the least bad.”\n",
        "— ",
        "Mara Lindt",
        ", council leader  ¶3",
    ]
    assert quote["elements"][2]["style"] == {"bold": True, "italic": True}
    assert told(made["blocks"]).endswith(f"no host contacted\n{CAUTION}")


def test_the_choices_of_a_digest() -> None:
    _, _, _, row, judge, _ = rendered(digest())["blocks"]
    more, reread, menu = row["elements"]
    assert more["text"]["text"] == "Show 7 more"
    assert (more["action_id"], more["value"]) == ("nutgraf:more", "0123456789ab")
    assert reread["action_id"] == "nutgraf:reread"
    assert menu["action_id"] == "nutgraf:menu"
    assert [one["value"] for one in menu["options"]] == [
        f"{one}:0123456789ab" for one in DIGEST_CHOICES if TABLE[one].quiet
    ]
    (thumbs,) = judge["elements"]
    assert thumbs["action_id"] == "nutgraf:judge"
    assert thumbs["positive_button"]["value"] == "useful:0123456789ab"
    assert thumbs["negative_button"]["value"] == "useless:0123456789ab"


def test_no_button_for_what_cannot_be_pressed() -> None:
    assert not [one for one in rendered(digest(digest_id=None))["blocks"] if "actions" in one["type"]]
    labels = [one["text"]["text"] for one in rendered(digest(more=0))["blocks"][3]["elements"][:-1]]
    assert labels == ["Re-read"]
    assert len(rendered(digest(choices=("no such thing",)))["blocks"]) == 4


def test_the_choices_of_a_greeting_are_three_buttons_in_a_row() -> None:
    made = rendered(replace(text_message("Pasted links are read here."), choices=AUTO_CHOICES))
    row = made["blocks"][-1]["elements"]
    assert [one["action_id"] for one in row] == [f"nutgraf:{one}" for one in AUTO_CHOICES]
    assert all("value" not in one for one in row)


@pytest.mark.parametrize(
    ("given_message", "expected"),
    [
        (
            digest(),
            "Council passes budget (Ann Lee, Example Herald) — 1 quote. “We had no good options left,” […]"
            " “We took the least bad.” — Mara Lindt, council leader",
        ),
        (
            message(
                *(block(BlockKind.TITLE, title) for title in ("2 new stories from Herald", "Ferry", "Pool")),
                block(BlockKind.QUOTE, "“Last”"),
                block(BlockKind.SPEAKER, "— Ann Lee"),
            ),
            "2 new stories from Herald: Ferry; Pool",
        ),
        (text_message("Nothing is followed here.\nSay “follow”."), "Nothing is followed here. Say “follow”."),
        (
            message(block(BlockKind.TITLE, "Ferry"), Block(BlockKind.FIGURE, (Run("3 · 4"),), findings=2)),
            "Ferry — 2 figures.",
        ),
        (text_message("<!channel> & co"), "&lt;!channel&gt; &amp; co"),
        (Message((), ""), "A message from nutgraf"),
    ],
)
def test_notifications_read_one_line(given_message: Message, expected: str) -> None:
    assert fallback(given_message) == expected


def test_a_notification_tells_the_opening_of_a_long_quote_and_its_speaker() -> None:
    first, second = "“" + "a few words " * 9 + "here,”", "“" + "and more of it " * 20 + "”"
    long = digest()
    quoted = [
        block(BlockKind.QUOTE, f"{first} […] {second}") if one.kind is BlockKind.QUOTE else one
        for one in long.blocks
    ]
    text = fallback(replace(long, blocks=tuple(quoted)))
    assert text.endswith(f"{first} […] — Mara Lindt, council leader")
    only = [block(BlockKind.QUOTE, second) if one.kind is BlockKind.QUOTE else one for one in long.blocks]
    text = fallback(replace(long, blocks=tuple(only)))
    assert re.search("“and more of it .* […]” — Mara Lindt, council leader$".replace("[…]", r"\[…\]"), text)


# ----------------------------------------------------------------------- what is typed


def test_lines_of_two_columns_become_a_list() -> None:
    (made,) = rendered(text_message("Or:\ndigest <link>  read a story\nlist           the feeds"))["blocks"]
    before, rows = made["elements"]
    assert before["elements"] == [{"type": "text", "text": "Or:"}]
    assert rows["type"] == "rich_text_list"
    assert [row["elements"][0] for row in rows["elements"]] == [
        {"type": "text", "text": "digest <link>", "style": {"code": True}},
        {"type": "text", "text": "list", "style": {"code": True}},
    ]


def test_a_table_keeps_its_columns() -> None:
    (made,) = rendered(text_message("1  Herald   now\n2  Courier  daily"))["blocks"]
    (table,) = made["elements"]
    assert table["type"] == "rich_text_preformatted"
    assert table["elements"] == [{"type": "text", "text": "1  Herald   now\n2  Courier  daily"}]


def test_lines_stand_under_each_other_and_an_empty_one_makes_room() -> None:
    made = rendered(text_message("one\ntwo\n\nthree"))["blocks"]
    assert [one["elements"][0]["elements"][0]["text"] for one in made] == ["one\ntwo", "three"]


def test_notes_that_follow_each_other_share_a_block() -> None:
    notes = [block(BlockKind.NOTICE, "first"), block(BlockKind.NOTICE, "second")]
    (made,) = rendered(message(*notes))["blocks"]
    assert made["elements"][0]["text"] == "⚠ first\n⚠ second"


# ------------------------------------------------------------------------------ limits


def long_message(quotes: int, words: int = 30) -> Message:
    rows = [block(BlockKind.TITLE, Run("Title", link="https://herald.example/1"))]
    rows.append(block(BlockKind.HEADING, "Quotes"))
    for number in range(quotes):
        rows.append(block(BlockKind.QUOTE, f"“{number} " + "word " * words + "”"))
        where = Run(f"¶{number}", link=f"https://herald.example/1#:~:text={number}")
        rows.append(block(BlockKind.SPEAKER, "— ", "Mara Lindt", "  ", where))
    rows.append(block(BlockKind.HEADING, "Figures"))
    rows += [replace(block(BlockKind.FIGURE, f"{number} words"), findings=2) for number in range(quotes)]
    return message(*rows, block(BlockKind.FOOTER, "all"))


def test_what_has_no_room_is_left_out_whole_and_counted() -> None:
    made = rendered(long_message(80))["blocks"]
    assert check_message(made) == []
    shown = sum(one.get("type") == "rich_text_quote" for one in nodes(made))
    assert 25 < shown < 80
    (note,) = [line for line in told(made).split("\n") if line.startswith("Left out")]
    assert note == (f"Left out, since Slack takes no more in one message: {80 - shown} quotes, 160 figures.")
    assert told(made).endswith(CAUTION)


def test_more_blocks_than_a_message_takes_are_left_out() -> None:
    made = rendered(message(*(block(BlockKind.NUTGRAF, f"{number}") for number in range(70))))["blocks"]
    assert check_message(made) == []
    assert len(made) == 50
    assert told(made).endswith("one message: 21 lines.")


def test_links_into_the_story_go_before_its_words_do() -> None:
    for quotes in range(20, 32):
        made = rendered(long_message(quotes, words=18))["blocks"]
        linked = sum(one.get("type") == "link" for one in nodes(made))
        if linked == 1:
            break
    assert linked == 1  # the title's own
    assert "Left out" not in told(made)
    assert sum(one.get("type") == "rich_text_quote" for one in nodes(made)) == quotes


def test_a_quote_too_long_for_any_message_is_left_out_and_the_others_stay() -> None:
    said = [block(BlockKind.QUOTE, "“" + "long " * 1000 + "”"), block(BlockKind.SPEAKER, "— A")]
    said += [block(BlockKind.QUOTE, "“short”"), block(BlockKind.SPEAKER, "— B")]
    made = rendered(message(*said))["blocks"]
    assert told(made).split("\n") == [
        "“short”",
        "— B",
        "Left out, since Slack takes no more in one message: 1 quote.",
    ]


@pytest.mark.parametrize("before", [BlockKind.QUOTE, BlockKind.FIGURE, BlockKind.TEXT])
def test_the_speaker_of_a_quote_that_shows_nothing_goes_to_no_other(before: BlockKind) -> None:
    hidden = (block(BlockKind.QUOTE, "\u200b"), block(BlockKind.SPEAKER, "— Ann Lee"))
    one = message(block(before, "“Mine.”"), *hidden)
    assert told(rendered(one)["blocks"]) == "“Mine.”"
    assert "Ann Lee" not in "".join(for_matrix(one))


def test_a_line_too_long_is_cut_at_a_word_and_marked() -> None:
    (made,) = rendered(text_message("word " * 1000))["blocks"]
    shown = told([made])
    assert shown.endswith("word […]")
    assert 500 < len(shown) <= 2000


# ------------------------------------------------------------------------------- links


@pytest.mark.parametrize(
    ("link", "text", "led_to"),
    [
        ("https://a.example/x?y=1&z=2", "title", "https://a.example/x?y=1&z=2"),
        ("https://a.example/x|y<z>", "title", "https://a.example/x%7Cy%3Cz%3E"),
        ("https://a.example/ü", "title", "https://a.example/%C3%BC"),
        ("https://a.example/", "see https://www.a.example/x", "https://a.example/"),
        ("https://evil.example/", "https://bank.example/login", None),
        ("https://evil.example/", "www.bank.example", None),
        ("javascript:alert(1)", "title", None),
        ("slack://open", "title", None),
        ("https://user@a.example/", "title", None),
        ("https://a.example/a b", "title", None),
        ("https://a.example/\u202e", "title", None),
        ("https://a.example/" + "x" * 2000, "title", None),
        ("http://[::1", "title", None),
    ],
)
def test_where_a_link_may_lead(link: str, text: str, led_to: str | None) -> None:
    (made,) = rendered(message(block(BlockKind.TITLE, Run(text, link=link))))["blocks"]
    (leaf,) = made["elements"][0]["elements"]
    assert (leaf["type"], leaf.get("url"), leaf["text"]) == ("link" if led_to else "text", led_to, text)


# ----------------------------------------------------------------------- back from Slack


def test_what_is_pressed_is_what_was_shown() -> None:
    found = []
    for one in nodes(rendered(digest())["blocks"]):
        if one.get("type") == "button":
            found.append(pressed(one))
        elif one.get("type") == "overflow":
            found += [
                pressed({"action_id": one["action_id"], "selected_option": option})
                for option in one["options"]
            ]
        elif one.get("type") == "feedback_buttons":
            halves = (one["positive_button"], one["negative_button"])
            found += [pressed({"action_id": one["action_id"], "value": half["value"]}) for half in halves]
    assert sorted(found) == sorted((one, "0123456789ab") for one in DIGEST_CHOICES)


@pytest.mark.parametrize(
    ("action", "told_by"),
    [
        ({"action_id": "nutgraf:auto-on"}, ("auto-on", None)),
        ({"action_id": "nutgraf:auto-off", "value": ""}, ("auto-off", None)),
        ({"action_id": "nutgraf:auto-off", "value": "0123456789ab"}, ("auto-off", None)),
        ({"action_id": "nutgraf:more", "value": "0123456789ab"}, ("more", "0123456789ab")),
    ],
)
def test_pressed(action: Json, told_by: tuple[str, str | None]) -> None:
    assert pressed(action) == told_by


@pytest.mark.parametrize(
    "action",
    [
        {},
        {"action_id": None},
        {"action_id": "other:more", "value": "0123456789ab"},
        {"action_id": "nutgraf:unknown", "value": "0123456789ab"},
        {"action_id": "nutgraf:more"},
        {"action_id": "nutgraf:more", "value": "two words"},
        {"action_id": "nutgraf:menu", "selected_option": {"value": "cite"}},
        {"action_id": "nutgraf:menu", "selected_option": {"value": "cite:"}},
        {"action_id": "nutgraf:menu", "value": "cite:0123456789ab"},
        {"action_id": "nutgraf:judge", "value": "positive"},
        {"action_id": "nutgraf:judge"},
    ],
)
def test_anything_else_that_is_pressed_is_refused(action: Json) -> None:
    with pytest.raises((KeyError, ValueError)):
        pressed(action)


def test_a_message_tells_its_key() -> None:
    key = "slack:T024BE7LD:C024BE7LR:1700000000.000100#0a1b2c3d4e"
    assert key_of_blocks(rendered(digest(), key)["blocks"]) == key == mark_of(key)
    long, other = "k" * 400, "k" * 399 + "l"
    assert check_message(rendered(digest(), long)["blocks"]) == []
    assert key_of_blocks(rendered(digest(), long)["blocks"]) == mark_of(long) != mark_of(other)


@pytest.mark.parametrize(
    "blocks",
    [None, [], "nutgraf x", [{"type": "divider"}], [{"block_id": "nutgraf "}], [{"block_id": 7}], [None]],
)
def test_another_message_tells_none(blocks: Json) -> None:
    assert key_of_blocks(blocks) is None


@given(words)
def test_no_word_of_a_short_line_is_lost(text: str) -> None:
    line = inline(text)
    if line.strip() and units(line) <= 2000:
        assert tokens(told(rendered(text_message(text))["blocks"])) == tokens(text_message(text).plain)
