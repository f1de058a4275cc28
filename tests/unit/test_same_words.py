"""One message, the same words in the same order in every chat."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from adapters.matrix.render import CAUTION
from adapters.matrix.render import rendered as for_matrix
from adapters.slack.render import rendered as for_slack
from adapters.slack.views import detail_view
from bot.commands import help_text
from bot.digest import Digest, citation
from bot.evaluate.gold import load
from bot.evaluate.own import digest_of
from bot.render import digest_message, full_message, text_message
from bot.types import Message
from tests.unit.kits import Html, tokens, told

CORPUS = Path(__file__).parent.parent / "corpus"
STORIES = tuple(path.name.removesuffix(".gold.json") for path in sorted(CORPUS.glob("*.gold.json")))
READ = tuple(name for name in STORIES if not name.startswith("not_"))


@cache
def digest(name: str) -> Digest:
    return digest_of(next(story.page for story in load(CORPUS) if story.id == name))


def without_caution(words: list[str]) -> list[str]:
    caution = tokens(CAUTION)
    assert words[-len(caution) :] == caution
    return words[: -len(caution)]


@pytest.mark.parametrize("name", READ)
def test_a_digest_reads_the_same_in_the_terminal_in_slack_and_in_matrix(name: str) -> None:
    message = digest_message(digest(name), "0123456789ab")
    terminal = tokens(message.plain)
    body, html = for_matrix(message)
    assert without_caution(tokens(told(for_slack(message)["blocks"]))) == terminal
    assert without_caution(tokens(body)) == terminal
    assert without_caution(tokens(Html(html).text)) == terminal


@pytest.mark.parametrize("name", READ)
def test_everything_of_a_digest_reads_the_same_in_a_window(name: str) -> None:
    message = full_message(digest(name), "0123456789ab")
    assert without_caution(tokens(told(detail_view("All", message)["blocks"]))) == tokens(message.plain)


def answers() -> list[Message]:
    one = digest(READ[0])
    return [
        text_message(help_text()),
        text_message(help_text(prefix="/nutgraf ")),
        text_message("\n".join(citation(one, number) for number in one.key_quotes)),
        text_message("1. Harbour News, https://feeds.example/1.xml (+ferry), paused\n2. Meridian Wire"),
        text_message("Here: 3 requests seen.\n  1 waiting, 0 failed.\n\nEverywhere: none"),
    ]


@pytest.mark.parametrize("message", answers(), ids=lambda message: message.plain[:30])
def test_an_answer_in_words_reads_the_same(message: Message) -> None:
    terminal = tokens(message.plain)
    body, html = for_matrix(message)
    assert tokens(told(for_slack(message)["blocks"])) == terminal
    assert tokens(body) == terminal
    assert tokens(Html(html).text) == terminal


def test_there_are_stories_of_each_shape() -> None:
    assert len(READ) >= 20
