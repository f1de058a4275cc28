"""Digests by channel, workspace and speaker, replaced and deleted: the contract on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import count

import pytest

from bot.records import Deed, Delivery, DeliveryState, DigestRecord, Feedback, Verdict
from bot.store import SqlTransaction
from bot.types import Place
from tests.contract.rooms import (
    DAY,
    ELSEWHERE,
    HOUR,
    MESSAGE,
    STORY,
    THREAD,
    Room,
    digest_record,
    fill,
    quoting,
    rows,
)
from tests.fakes.desk import HERE, NOON, link_request

OTHER_PAPER = Place("fake", "otherpaper", "desk")


async def posted(
    tx: SqlTransaction, record: DigestRecord, key: str, at: datetime, **changes: object
) -> Delivery:
    delivery = Delivery(key, record.request_key, record.place, replace(MESSAGE, digest_id=record.id))
    await tx.add_delivery(replace(delivery, **changes), at)
    await tx.mark_posted(key, f"m-{key}", at)
    found = await tx.delivery(key)
    assert found is not None
    return found


# -- what stands in the channel


async def test_the_newest_posted_digest_of_a_story_is_found_in_any_thread(room: Room) -> None:
    async with room.begin() as tx:
        old, new = digest_record("d1", place=THREAD), digest_record("d2", place=HERE)
        for record in (old, new):
            await tx.keep_digest(record, "{}")
        first = await posted(tx, old, "k1", NOON)
        assert await tx.posted_digest(HERE, STORY, NOON) == (old, first)
        assert await tx.posted_digest(HERE, STORY, NOON + HOUR) is None
        later = await posted(tx, new, "k2", NOON + HOUR)
        for url in (STORY, f"{STORY}?from=feed"):
            assert await tx.posted_digest(replace(HERE, thread="99"), url, NOON) == (new, later)
        assert await tx.posted_digest(HERE, "https://unknown.example/", NOON) is None
        assert await tx.posted_digest(ELSEWHERE, STORY, NOON) is None
        await tx.delete_digest("d2")
        assert await tx.posted_digest(HERE, STORY, NOON) == (old, first)


@pytest.mark.parametrize(
    "changes", [{"only_for": "ada"}, {"deed": Deed.EDIT, "target": "k"}], ids=["private", "an edit"]
)
async def test_only_what_the_channel_was_told_counts_as_posted(
    room: Room, changes: dict[str, object]
) -> None:
    async with room.begin() as tx:
        await tx.keep_digest(digest_record(), "{}")
        await posted(tx, digest_record(), "k", NOON, **changes)
        assert await tx.posted_digest(HERE, STORY, NOON) is None
        counts = await tx.counts()
        assert (counts.digested, counts.delivered) == (1, int("deed" not in changes))


async def test_what_is_told_of_a_digest_later_is_not_its_post(room: Room) -> None:
    async with room.begin() as tx:
        await tx.keep_digest(digest_record(), "{}")
        post = await posted(tx, digest_record(), "k", NOON)
        await posted(tx, digest_record(), "more of it", NOON + HOUR)
        assert await tx.posted_digest(HERE, STORY, NOON) == (digest_record(), post)
        assert await tx.digest_delivery("d1") == post
        assert await tx.delete_digest("d1") == post


async def test_a_digest_that_waits_is_not_posted(room: Room) -> None:
    async with room.begin() as tx:
        await tx.keep_digest(digest_record(), "{}")
        await tx.add_delivery(Delivery("k", "r1", HERE, MESSAGE), NOON)
        assert await tx.posted_digest(HERE, STORY, NOON) is None


async def test_the_delivery_of_a_digest_is_the_one_that_the_place_sees(room: Room) -> None:
    async with room.begin() as tx:
        assert await tx.digest_delivery("d1") is None
        await posted(tx, digest_record(), "edit", NOON, deed=Deed.EDIT, target="k")
        assert await tx.digest_delivery("d1") is None
        private = await posted(tx, digest_record(), "a private word", NOON, only_for="ada")
        assert await tx.digest_delivery("d1") == private
        public = await posted(tx, digest_record(), "k", NOON + HOUR)
        assert await tx.digest_delivery("d1") == public


# -- outbox


async def test_what_the_platform_reports_twice_is_recorded_once(room: Room) -> None:
    async with room.begin() as tx:
        await tx.add_delivery(Delivery("k", "r1", HERE, MESSAGE), NOON)
        await tx.mark_posted("k", "m1", NOON)
        await tx.mark_posted("k", "m2", NOON + HOUR)
        await tx.park("k", "no answer", NOON + HOUR)
        await tx.mark_posted("nobody's", "m3", NOON)
        stored = await tx.delivery("k")
        assert stored is not None
        assert (stored.state, stored.message_id, stored.reason) == (DeliveryState.POSTED, "m1", None)
        assert await tx.delivery("nobody's") is None


async def test_a_parked_message_that_arrived_after_all_is_posted(room: Room) -> None:
    async with room.begin() as tx:
        await tx.add_delivery(Delivery("k", "r1", HERE, MESSAGE), NOON)
        await tx.park("k", "no answer", NOON)
        await tx.mark_posted("k", "m1", NOON)
        stored = await tx.delivery("k")
        assert stored is not None
        assert (stored.state, stored.reason) == (DeliveryState.POSTED, None)


async def test_a_wait_that_the_chat_asks_for_is_no_attempt(room: Room) -> None:
    async with room.begin() as tx:
        await tx.add_delivery(Delivery("k", "r1", HERE, MESSAGE), NOON)
        await tx.wait_posting("k", NOON)
        attempts = []
        for _ in range(3):
            attempts.append((await tx.start_posting("k", NOON)).attempts)
            await tx.wait_posting("k", NOON)
        stored = await tx.delivery("k")
        assert stored is not None
        assert (attempts, stored.attempts) == ([0, 0, 0], 0)
        assert stored.state is DeliveryState.POSTING, "the chat may have it all the same"
        await tx.mark_posted("k", "m1", NOON)
        await tx.wait_posting("k", NOON)
        await tx.wait_posting("nobody's", NOON)


# -- later readings, deletion


async def test_a_later_reading_takes_the_place_of_the_first(room: Room) -> None:
    first = replace(digest_record(), document=quoting("Ada Lane"))
    second = replace(
        first, title="Budget, corrected", text_hash="cd" * 32, document=quoting("Bo Hill"), url=STORY,
        fetched_at=NOON + DAY, created_at=NOON + DAY, hosts=("paper.example",),
    )  # fmt: skip
    async with room.begin() as tx:
        await tx.keep_digest(first, '{"text": "x"}')
        await tx.replace_digest(replace(second, request_key="press", place=ELSEWHERE), '{"text": "y"}')
        assert await tx.digest("d1") == second, "request and place stay: it stands where it stood"
        assert await tx.said("fake", "newsroom", "Lane", None, 9) == ()
        assert await tx.said("fake", "newsroom", "Hill", None, 9) == (second,)
    left = await rows(room)
    assert left == {"articles": 1, "versions": 1, "digests": 1, "egress": 1, "voices": 1}


async def test_a_digest_deleted_meanwhile_is_not_brought_back(room: Room) -> None:
    async with room.begin() as tx:
        await tx.replace_digest(digest_record(), "{}")
        assert await tx.digest("d1") is None
    assert await rows(room) == {}


async def test_a_deleted_digest_leaves_its_delivery_and_what_was_said_of_it(room: Room) -> None:
    async with room.begin() as tx:
        await fill(tx, NOON, "E1")
        await tx.replace_digest(replace(digest_record("d-E1", "E1"), document=quoting("Ada Lane")), "{}")
        await tx.add_feedback(Feedback("d-E1", "bob", Verdict.WRONG, NOON, "not hers"))
        gone = await tx.delete_digest("d-E1")
        assert gone is not None
        assert (gone.key, gone.message_id) == ("E1#0", "m1")
        assert await tx.delivery("E1#0") == gone
        assert await tx.delete_digest("d-E1") == gone
        assert await tx.delete_digest("unknown") is None
    assert await rows(room) == {"requests": 1, "deliveries": 1, "feedback": 1}


@pytest.mark.parametrize("handed_over", [False, True])
async def test_a_digest_deleted_before_it_is_posted(room: Room, handed_over: bool) -> None:
    async with room.begin() as tx:
        await tx.keep_digest(digest_record(), "{}")
        await tx.add_delivery(Delivery("k", "r1", HERE, MESSAGE), NOON)
        if handed_over:
            await tx.start_posting("k", NOON)
        gone = await tx.delete_digest("d1")
        stored = await tx.delivery("k")
    assert stored is not None
    assert stored.message.blocks == ()
    assert gone == (stored if handed_over else None)
    assert stored.state is (DeliveryState.POSTING if handed_over else DeliveryState.PARKED)


# -- of a workspace, of a speaker


async def test_the_newest_digests_of_a_workspace(room: Room) -> None:
    async with room.begin() as tx:
        for name, place, hours in (
            ("a", HERE, 1),
            ("b", ELSEWHERE, 3),
            ("c", THREAD, 2),
            ("x", OTHER_PAPER, 9),
        ):
            await tx.keep_digest(digest_record(name, place=place, at=NOON + hours * HOUR), "{}")
        found = await tx.digests_of("fake", "newsroom", 2)
        assert [one.id for one in found] == ["b", "c"]
        assert found[0].hosts == digest_record().hosts
        assert await tx.digests_of("slack", "newsroom", 2) == ()


PEOPLE = ("José Álvarez-Ruiz", "Maeve O\u2019Neill", "U.S. Treasury", "Ann Lee", "Leeann Carr", "王小明")


ASKED: dict[str, tuple[int, ...]] = {
    "jose alvarez": (0,),
    "ALVAREZ José": (0,),
    "Jose\u0301 A\u0301lvarez-Ruiz": (0,),  # accents as marks of their own
    "O'Neill": (1,),
    "oneill maeve": (1,),
    "US treasury": (2,),
    "Lee": (3,),
    "Ann Carr": (),
    "Lee Ann Ann": (3,),
    "leeann": (4,),
    "王小明": (5,),
    "%": (),
    "_ee": (),
    "": (),
    "?!": (),
    "a " * 3000: (),
    " ".join(map(str, range(3000))): (),
}


async def test_a_speaker_is_found_by_whole_folded_words(room: Room) -> None:
    async with room.begin() as tx:
        for number, person in enumerate(PEOPLE):
            record = replace(digest_record(f"d{number}"), document=quoting(person, None, person))
            await tx.keep_digest(record, "{}")
        said = {name: await tx.said("fake", "newsroom", name, None, 9) for name in ASKED}
    found = {name: tuple(int(one.id[1:]) for one in records) for name, records in said.items()}
    assert found == ASKED


async def test_what_was_said_is_of_the_workspace_newest_first_since_then_and_no_more_than_asked(
    room: Room,
) -> None:
    days = count()
    async with room.begin() as tx:
        for name, place in (("a", HERE), ("b", ELSEWHERE), ("c", THREAD), ("x", OTHER_PAPER)):
            record = digest_record(name, place=place, at=NOON + next(days) * DAY)
            await tx.keep_digest(replace(record, document=quoting("Ann Lee", "Bo Lee")), "{}")

        async def ids(since: datetime | None, limit: int) -> list[str]:
            return [one.id for one in await tx.said("fake", "newsroom", "lee", since, limit)]

        assert await ids(None, 9) == ["c", "b", "a"]
        assert await ids(None, 2) == ["c", "b"]
        assert await ids(NOON + DAY, 9) == ["c", "b"]
        assert await ids(NOON + 9 * DAY, 9) == []


async def test_speakers_go_with_their_digest(room: Room) -> None:
    async with room.begin() as tx:
        for number in range(4):
            await tx.take(link_request(f"r{number}", STORY), NOON)
            record = digest_record(f"d{number}", f"r{number}", (HERE, ELSEWHERE)[number % 2])
            record = replace(record, canonical_url=f"https://p.example/{number}", url="https://p.example/")
            await tx.keep_digest(replace(record, document=quoting("Ann Lee")), "{}")
        await tx.forget_story(HERE, "https://p.example/0")
        assert len(await tx.said("fake", "newsroom", "lee", None, 9)) == 3
        await tx.withdraw(HERE, "r2", NOON)
        await tx.forget_place(ELSEWHERE)
        assert (await rows_of(tx, "voices")) == 0
        await tx.keep_digest(replace(digest_record(), document=quoting("Ann Lee")), "{}")
        await tx.purge(NOON + DAY)
        assert (await rows_of(tx, "voices")) == 0


async def rows_of(tx: SqlTransaction, table: str) -> int:
    return await tx._count(f"select count(*) as n from {table}")


# -- verdicts


async def test_the_last_judgement_counts_and_every_report_is_kept(room: Room) -> None:
    def verdict(kind: Verdict, hours: int, words: str = "", user: str = "bob") -> Feedback:
        return Feedback("d1", user, kind, NOON + hours * HOUR, words)

    async with room.begin() as tx:
        await tx.keep_digest(digest_record(), "{}")
        given = [
            verdict(Verdict.USEFUL, 1),
            verdict(Verdict.WRONG, 2, "not his"),
            verdict(Verdict.WRONG, 3, "nor this"),
            verdict(Verdict.WRONG, 3, "nor that"),
            verdict(Verdict.USELESS, 4),
            verdict(Verdict.USEFUL, 5, user="ada"),
        ]
        for one in (*given, given[-1], given[1]):
            await tx.add_feedback(one)
        found = await tx.feedback(99)
        assert sorted(found, key=repr) == sorted(given[1:], key=repr)
        assert [one.at for one in found] == sorted((one.at for one in found), reverse=True)
        assert len(await tx.feedback(2)) == 2


async def test_verdicts_outlive_the_digest_but_not_their_place(room: Room) -> None:
    async with room.begin() as tx:
        await fill(tx, NOON, "E1", THREAD)
        await fill(tx, NOON, "E2", ELSEWHERE)
        for digest in ("d-E1", "d-E2"):
            await tx.add_feedback(Feedback(digest, "bob", Verdict.USEFUL, NOON))
        await tx.purge(NOON + DAY)
        assert len(await tx.feedback(9)) == 2
        await tx.forget_place(HERE)
        assert [one.digest_id for one in await tx.feedback(9)] == ["d-E2"]
        with pytest.raises(KeyError):
            await tx.add_feedback(Feedback("unknown", "bob", Verdict.USEFUL, NOON))


async def test_verdicts_go_with_a_forgotten_story(room: Room) -> None:
    async with room.begin() as tx:
        await fill(tx, NOON, "E1")
        await tx.add_feedback(Feedback("d-E1", "bob", Verdict.WRONG, NOON, "no"))
        await tx.forget_story(HERE, STORY)
        assert await tx.feedback(9) == ()
