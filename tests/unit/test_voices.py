"""What a speaker was quoted with: verbatim, dated, newest first, and only from places that may be seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.commands import Said, parse
from bot.desk.voices import MOST, shown
from bot.digest import Digest, to_json
from bot.records import DigestRecord
from bot.text import name_words
from bot.types import Place, Stamp
from tests.fakes.desk import HERE, link_request
from tests.unit.pool_room import STORY, room
from tests.unit.retold import POOL, TITLE, read, told
from tests.unit.test_desk import Room

__all__ = ["room"]

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SECRET = Place("fake", "newsroom", "secret")
LINDT = Said("Lindt")


def record(digest: Digest, days_ago: int = 0, place: Place = HERE, url: str = "") -> DigestRecord:
    at = NOON - timedelta(days=days_ago)
    link = url or f"https://paper.example/{days_ago}"
    article = replace(digest.article, fetched_at=at, url=link, canonical_url=link)
    made = replace(digest, article=article)
    return DigestRecord(f"{days_ago:012}", "E1", place, link, link, article.title, "", at, at, to_json(made))


def everywhere(place: Place) -> bool:
    return True


def rows(*records: DigestRecord, said: Said = LINDT) -> list[str]:
    return shown(said, records, everywhere).plain.split("\n")


def test_each_quote_stands_with_speaker_story_day_and_passage() -> None:
    message = shown(LINDT, [record(told(site="The Post"))], everywhere)
    assert message.plain.split("\n") == [
        "> “We had no choice,” […] “The roof could come down any day.”",
        "  — Mara Lindt, leader of the council · “Halden to close its pool”, The Post, read 4 May 2026  ¶2",
        "> “The pool is loved, but the numbers do not add up,”",
        "  — Mara Lindt, leader of the council · “Halden to close its pool”, The Post, read 4 May 2026  ¶7",
    ]
    links = [run.link for block in message.blocks for run in block.runs if run.link]
    assert links[0] == "https://paper.example/0"
    assert links[1].startswith("https://paper.example/0#:~:text=We%20had%20no%20choice")


@pytest.mark.parametrize(
    ("stamp", "day"),
    [
        (Stamp(datetime(2026, 4, 30, tzinfo=UTC), day_only=True), "30 April 2026"),
        (Stamp(datetime(2026, 4, 30, tzinfo=UTC), inferred=True), "read 4 May 2026"),
        (None, "read 4 May 2026"),
    ],
)
def test_the_day_is_the_storys_own_where_it_states_one(stamp: Stamp | None, day: str) -> None:
    assert rows(record(told(published=stamp)))[1].endswith(f"pool”, {day}  ¶2")


@pytest.mark.parametrize(
    ("name", "heard"),
    [
        ("Mara Lindt", 2), ("lindt", 2), ("LINDT mara", 2), ("Okafor", 1), ("Mara", 2),
        ("Lin", 0), ("Mara Okafor", 0), ("Duarte", 0),
    ],
)  # fmt: skip
def test_all_words_of_the_name_must_be_whole_words_of_the_speakers(name: str, heard: int) -> None:
    lines = rows(record(told()), said=Said(name))
    assert sum(line.startswith("> ") for line in lines) == heard
    if not heard:
        assert lines == [f"Nobody called “{name}” is quoted in a digest that you may see here."]


def test_newest_first_and_a_story_of_several_places_once() -> None:
    same = "https://paper.example/same"
    lines = rows(
        record(told(("no choice", "little choice")), 3),
        record(told(), 1, url=same),
        record(told(), 2, SECRET, url=same),
    )
    assert [line for line in lines if "choice" in line] == [
        "> “We had no choice,” […] “The roof could come down any day.”",
        "> “We had little choice,” […] “The roof could come down any day.”",
    ]


def test_places_that_may_not_be_seen_are_not_told_of() -> None:
    records = [record(told(), 1, SECRET), record(told(("no choice", "little choice")), 2)]
    message = shown(LINDT, records, lambda place: place != SECRET)
    assert "little choice" in message.plain
    assert "no choice" not in message.plain
    assert "Nobody called" in shown(LINDT, records, lambda place: False).plain


def test_many_are_counted() -> None:
    lines = [f'"It is word {number} of {number * 7}," said Mara Lindt.\n\n' for number in range(14)]
    message = shown(LINDT, [record(read("".join(lines)))], everywhere)
    assert message.plain.count("> ") == MOST
    assert message.plain.split("\n")[-1] == "and 4 more. Say “since” and a day to see the newest only."


def test_the_day_asked_for_is_named_where_nobody_is_quoted() -> None:
    command = parse('said "Ada Quill" since 2026-03-01')
    assert isinstance(command, Said)
    assert rows(said=command) == [
        "Nobody called “Ada Quill” is quoted since 1 March 2026 in a digest that you may see here."
    ]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Siân O’Neill-Ray", ["sian", "oneill", "ray"]),
        ("Sia\u0302n O'Neill", ["sian", "oneill"]),
        ("J. R. U.S.", ["j", "r", "us"]),
        ("— !", []),
    ],
)
def test_words_of_a_name(name: str, words: list[str]) -> None:
    assert name_words(name) == words


async def test_in_the_chat_only_what_the_asker_may_see_is_told(room: Room) -> None:
    await room.say(link_request("E1", STORY, place=SECRET))
    room.web.pages = {STORY: f"{TITLE}\n{POOL.replace('no choice', 'little choice')}"}
    await room.say(link_request("E2", STORY))
    assert "“We had no choice,”" in await room.answer('said "Mara Lindt"')
    room.chat.hidden = {SECRET.channel}
    seen = await room.answer('said "Mara Lindt"')
    assert "“We had little choice,”" in seen
    assert "“We had no choice,”" not in seen
    room.clock.now += timedelta(days=2)
    assert "Nobody called “lindt” is quoted since 5 May 2026" in await room.answer(
        "said lindt since 2026-05-05"
    )
    assert "“We had little choice,”" in await room.answer("said lindt since 2026-05-04")
