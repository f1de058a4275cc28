"""The checker that our fake Slack and every rendering test lean on: each limit has two sides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.fakes.slack.blocks import check_message, check_text, check_view

Json = Any


def plain(length: int) -> Json:
    return {"type": "plain_text", "text": "x" * length}


def mrkdwn(length: int) -> Json:
    return {"type": "mrkdwn", "text": "x" * length}


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": list(elements)}


def line(*leaves: Json) -> Json:
    return {"type": "rich_text_section", "elements": list(leaves)}


def words(length: int = 1) -> Json:
    return {"type": "text", "text": "x" * length}


def link(length: int) -> Json:
    return {"type": "link", "url": "https://a.example/".ljust(length, "x")}


def button(text: int = 1, **more: Json) -> Json:
    return {"type": "button", "text": plain(text), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def menu(count: int, text: int = 1, value: int = 1) -> Json:
    return {"type": "overflow", "options": [{"text": plain(text), "value": "x" * value}] * count}


def judge(text: int = 1, value: int = 1) -> Json:
    half = {"text": plain(text), "value": "x" * value}
    return {"type": "feedback_buttons", "positive_button": half, "negative_button": half}


def context(*elements: Json) -> Json:
    return {"type": "context", "elements": list(elements)}


def bullets(count: int, indent: int = 0) -> Json:
    return {
        "type": "rich_text_list",
        "style": "bullet",
        "indent": indent,
        "elements": [line(words())] * count,
    }


DIVIDER = {"type": "divider"}
# what is measured -> (block of that size, the most that Slack takes)
ON_MESSAGES: dict[str, tuple[Callable[[int], Json], int]] = {
    "section text": (lambda n: {"type": "section", "text": mrkdwn(n)}, 3000),
    "section field": (lambda n: {"type": "section", "fields": [mrkdwn(n)]}, 2000),
    "section fields": (lambda n: {"type": "section", "fields": [mrkdwn(1)] * n}, 10),
    "header": (lambda n: {"type": "header", "text": plain(n)}, 150),
    "context elements": (lambda n: context(*[plain(1)] * n), 10),
    "context text": (lambda n: context(plain(n)), 2000),
    "actions elements": (lambda n: actions(*[button()] * n), 25),
    "button text": (lambda n: actions(button(n)), 75),
    "button value": (lambda n: actions(button(value="x" * n)), 2000),
    "button url": (lambda n: actions(button(url="https://a.example/".ljust(n, "x"))), 3000),
    "action_id": (lambda n: actions(button(action_id="x" * n)), 255),
    "block_id": (lambda n: {"type": "divider", "block_id": "x" * n}, 255),
    "overflow options": (lambda n: actions(menu(n)), 5),
    "overflow option text": (lambda n: actions(menu(1, text=n)), 75),
    "overflow option value": (lambda n: actions(menu(1, value=n)), 150),
    "feedback text": (lambda n: {"type": "context_actions", "elements": [judge(text=n)]}, 75),
    "feedback value": (lambda n: {"type": "context_actions", "elements": [judge(value=n)]}, 2000),
    "context actions": (lambda n: {"type": "context_actions", "elements": [judge()] * n}, 5),
    "rich text": (lambda n: rich(line(words(n))), 3000),
    "rich link": (lambda n: rich(line(link(n))), 3000),
    "list indent": (lambda n: rich(bullets(1, indent=n)), 8),
    "markdown": (lambda n: {"type": "markdown", "text": "x" * n}, 12_000),
    "image alt text": (
        lambda n: {"type": "image", "image_url": "https://a.example/", "alt_text": "x" * n},
        2000,
    ),
    "table rows": (lambda n: {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]] * n}, 100),
    "table columns": (lambda n: {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * n]}, 20),
}


@pytest.mark.parametrize(("made", "most"), ON_MESSAGES.values(), ids=ON_MESSAGES)
def test_a_block_just_inside_is_taken_and_just_outside_refused(
    made: Callable[[int], Json], most: int
) -> None:
    assert check_message([made(most)]) == []
    assert check_message([made(most + 1)])


@pytest.mark.parametrize(
    "empty",
    [
        {"type": "section", "text": mrkdwn(0)},
        {"type": "section"},
        {"type": "header", "text": plain(0)},
        context(),
        context(plain(0)),
        actions(),
        actions(button(0)),
        actions(menu(0)),
        rich(),
        rich(line(words(0))),
        rich(bullets(0)),
        rich({"type": "rich_text_quote", "elements": []}),
        rich({"type": "rich_text_preformatted", "elements": []}),
        {"type": "markdown", "text": ""},
    ],
    ids=str,
)
def test_nothing_empty_is_taken(empty: Json) -> None:
    assert check_message([empty])


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "alert", "text": plain(3)},
        {"type": "file", "external_id": "x", "source": "remote"},
        {"type": "nonsense"},
        {"type": "divider", "extra": 1},
        rich(words()),
        rich({"type": "rich_text_list", "style": "bullet", "elements": [words()]}),
        rich({"type": "rich_text_list", "style": "square", "elements": [line(words())]}),
        rich({"type": "rich_text_quote", "elements": [line(words())]}),
        rich(line({"type": "rich_text_quote", "elements": [words()]})),
        rich({"type": "rich_text_preformatted", "elements": [{"type": "user", "user_id": "U1"}]}),
        rich(line({"type": "text", "text": "x", "style": {"loud": True}})),
        rich(line({"type": "link", "url": "no address"})),
        rich(line({"type": "link", "url": "javascript:alert(1)"})),
        {"type": "header", "text": mrkdwn(3)},
        context(button()),
        actions(plain(1)),
        actions(button(style="loud")),
        actions(judge()),
        actions(button(action_id="a"), button(action_id="a")),
        {"type": "image", "image_url": "https://a.example/"},
    ],
    ids=str,
)
def test_what_is_of_the_wrong_shape_is_refused(wrong: Json) -> None:
    assert check_message([DIVIDER, wrong])


def test_a_message_as_a_whole() -> None:
    assert check_message([DIVIDER] * 50) == []
    assert check_message([DIVIDER] * 51)
    assert check_message([])
    assert check_message([{**DIVIDER, "block_id": "a"}, {**DIVIDER, "block_id": "b"}]) == []
    assert check_message([{**DIVIDER, "block_id": "a"}] * 2) == [": block_id 'a' occurs twice"]
    table = {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}
    assert check_message([table, table])
    half = {"type": "markdown", "text": "x" * 6000}
    assert check_message([half, half]) == []
    assert check_message([half, half, {"type": "markdown", "text": "x"}])


def test_the_blocks_of_a_message_have_a_size_in_all() -> None:
    assert check_message([rich(line(words(3000)))] * 4) == []
    (said,) = check_message([rich(line(words(3000)))] * 5)
    assert "msg_blocks_too_long" in said


def test_the_same_action_id_in_two_blocks_is_taken() -> None:
    assert check_message([actions(button(action_id="a")), actions(button(action_id="a"))]) == []


def modal(**more: Json) -> Json:
    return {"type": "modal", "title": plain(5), "blocks": [DIVIDER], **more}


IN_VIEWS: dict[str, tuple[Callable[[int], Json], int]] = {
    "blocks": (lambda n: modal(blocks=[DIVIDER] * n), 100),
    "blocks at home": (lambda n: {"type": "home", "blocks": [DIVIDER] * n}, 100),
    "title": (lambda n: modal(title=plain(n)), 24),
    "submit": (lambda n: modal(submit=plain(n)), 24),
    "close": (lambda n: modal(close=plain(n)), 24),
    "private_metadata": (lambda n: modal(private_metadata="x" * n), 3000),
    "callback_id": (lambda n: modal(callback_id="x" * n), 255),
    "input label": (
        lambda n: modal(
            submit=plain(1),
            blocks=[{"type": "input", "label": plain(n), "element": {"type": "plain_text_input"}}],
        ),
        2000,
    ),
    "placeholder": (
        lambda n: modal(
            submit=plain(1),
            blocks=[
                {
                    "type": "input",
                    "label": plain(1),
                    "element": {"type": "plain_text_input", "placeholder": plain(n)},
                }
            ],
        ),
        150,
    ),
    "section in a modal": (lambda n: modal(blocks=[{"type": "section", "text": plain(n)}]), 3000),
}


@pytest.mark.parametrize(("made", "most"), IN_VIEWS.values(), ids=IN_VIEWS)
def test_a_view_just_inside_is_taken_and_just_outside_refused(made: Callable[[int], Json], most: int) -> None:
    assert check_view(made(most)) == []
    assert check_view(made(most + 1))


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "modal", "blocks": [DIVIDER]},
        {"type": "modal", "title": mrkdwn(3), "blocks": []},
        {"type": "home", "title": plain(3), "blocks": []},
        modal(blocks=[{"type": "context_actions", "elements": [judge()]}]),
        modal(blocks=[{"type": "markdown", "text": "x"}]),
        modal(blocks=[{"type": "input", "label": plain(1), "element": {"type": "plain_text_input"}}]),
        modal(blocks=[rich(line(words(3000)))] * 90),
    ],
    ids=lambda view: str(view)[:80],
)
def test_a_view_of_the_wrong_shape_is_refused(wrong: Json) -> None:
    assert check_view(wrong)


def test_the_words_beside_the_blocks() -> None:
    assert check_text("x" * 40_000) == []
    assert check_text("x" * 40_001)
    assert check_text("😀" * 20_001)
    assert check_text(" ")
