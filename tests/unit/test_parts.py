"""A long answer goes out in parts, and no part of it is cut by a chat."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.matrix.render import rendered as for_matrix
from adapters.slack.render import rendered as for_slack
from bot.render import digest_message, full_message, in_parts, text_message
from bot.types import Block, BlockKind, Message, Run
from tests.unit.kits import told
from tests.unit.test_same_words import READ, digest

BOUND = {BlockKind.SPEAKER, BlockKind.FOOTER}


@pytest.mark.parametrize("name", READ)
def test_everything_found_is_shown_by_every_chat_in_parts(name: str) -> None:
    whole = full_message(digest(name))
    parts = in_parts(whole)
    assert [block for part in parts for block in part.blocks] == list(whole.blocks)
    for part in parts:
        body, html = for_matrix(part)
        assert "Left out" not in body + html
        kit = for_slack(part)
        assert "Left out" not in " ".join(told(kit["blocks"]))


def test_a_long_story_has_several_parts_and_a_short_one_has_one() -> None:
    sizes = {name: len(in_parts(full_message(digest(name)))) for name in READ}
    assert max(sizes.values()) > 1
    assert min(sizes.values()) == 1


def test_a_digest_is_one_message_whatever_its_length() -> None:
    message = digest_message(digest("wire_ferry"), "0123456789ab")
    long = replace(message, blocks=message.blocks * 20)
    assert in_parts(long) == (long,)
    asked = replace(text_message("word " * 5000), choices=("auto-on",))
    assert in_parts(asked) == (asked,)


def test_a_short_answer_is_itself() -> None:
    message = text_message("Nothing is followed here.")
    assert in_parts(message) == (message,)


@given(
    st.lists(
        st.builds(
            lambda kind, words: Block(kind, (Run(words, link="https://a.example/"),)),
            st.sampled_from(list(BlockKind)),
            st.text(max_size=3000),
        ),
        max_size=40,
    )
)
def test_nothing_is_lost_and_nothing_that_belongs_together_is_parted(blocks: list[Block]) -> None:
    parts = in_parts(Message(tuple(blocks), "words"))
    assert [block for part in parts for block in part.blocks] == blocks
    for part in parts[1:]:
        assert part.blocks
        assert part.blocks[0].kind not in BOUND
    for part in parts[:-1]:
        assert part.blocks[-1].kind is not BlockKind.HEADING
