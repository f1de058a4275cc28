"""Several new stories in one message: what is read, what is told, and what is not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.desk.outcome import Outcome
from bot.desk.reading import Reader, delivery_key, digest_id
from bot.desk.roundup import LISTED_MOST, LOOK_MOST, READ_MOST, Roundups
from bot.display import TYPED
from bot.errors import Blocked, NotFound, SiteFailed, TooSlow
from bot.ports import TryLater
from bot.records import FeedState, Gathered
from bot.rhythm import Beat, Rhythm
from bot.schedule import roundup_request
from bot.store import SqlStore, open_database
from bot.types import BlockKind, Digestible, Message, Page, Place, Request, Subscription
from tests.contract.rooms import Jobs
from tests.fakes.desk import HERE, NOON, FakeClock, FakeReader, FakeWeb

FEED = FeedState("https://paper.example/feed", "The Paper", next_poll_at=NOON)
DAILY = Rhythm(Beat.DAILY, 510)


def address(name: str) -> str:
    return f"https://paper.example/{name}"


def body(name: str) -> str:
    return f'On {name}\nMaren Holt of Uln said: "We knew of the {name} at noon." Nobody else spoke.'


class Broken(FakeReader):
    """Its reader stumbles over one page."""

    async def extract(self, page: Page) -> Digestible:
        if page.url.endswith("/bug"):
            raise ZeroDivisionError
        return await super().extract(page)


class Slow(FakeWeb):
    """Stands still at one story."""

    stop_at = ""
    standing = asyncio.Event()
    go = asyncio.Event()

    async def get(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Page:
        if self.stop_at and url.endswith(self.stop_at):
            self.standing.set()
            await self.go.wait()
        return await super().get(url)


@dataclass
class Desk:
    store: SqlStore
    clock: FakeClock = field(default_factory=FakeClock)
    web: FakeWeb = field(default_factory=FakeWeb)
    limit_s: float = 60.0

    def __post_init__(self) -> None:
        self.roundups = Roundups(self.store, Reader(self.web, Broken(), self.clock), self.clock, self.limit_s)

    async def follow(self, place: Place = HERE, url: str = FEED.url, **changes: object) -> Subscription:
        wish = Subscription(0, place, url, "The Paper", "ada", NOON, rhythm=DAILY)
        async with self.store.begin() as tx:
            return await tx.follow(replace(FEED, url=url), replace(wish, **changes))

    def publish(self, *names: str, **others: str | Exception) -> None:
        self.web.pages = {address(name): body(name) for name in names}
        self.web.pages |= {address(name): found for name, found in others.items()}

    def request(self, one: Subscription, names: Sequence[str]) -> Request:
        """``names``: oldest first."""
        rows = [Gathered(one.place, one.id, name, address(name), f"About {name}\n", NOON) for name in names]
        return roundup_request(one, rows)

    async def outcome(self, request: Request) -> Outcome | None:
        act = await self.roundups.prepared(request, f"{request.key}#0")
        if act is None:
            return None
        async with self.store.begin() as tx:
            return await act(tx)

    async def told(self, request: Request) -> Message:
        outcome = await self.outcome(request)
        assert outcome is not None
        assert outcome.answer is not None
        assert outcome.public
        assert not outcome.further
        return outcome.answer


@pytest.fixture
async def desk(quick_path: Path) -> AsyncIterator[Desk]:
    store = SqlStore(await open_database(str(quick_path / "nutgraf.db")), Jobs())
    yield Desk(store)
    await store.close()


def lines(message: Message, kind: BlockKind) -> list[str]:
    return ["".join(run.text for run in block.runs) for block in message.blocks if block.kind is kind]


async def test_one_message_newest_first_with_a_quote_of_each(desk: Desk) -> None:
    one = await desk.follow()
    desk.publish("ferry", "school")
    request = desk.request(one, ["ferry", "school"])
    message = await desk.told(request)
    titles = lines(message, BlockKind.TITLE)
    assert titles == ["2 new stories from The Paper", "On school", "On ferry"]
    assert [block.runs[0].link for block in message.blocks if block.kind is BlockKind.TITLE][1:] == [
        address("school"), address("ferry"),
    ]  # fmt: skip
    assert lines(message, BlockKind.QUOTE) == [
        "“We knew of the school at noon.”",
        "“We knew of the ferry at noon.”",
    ]
    assert lines(message, BlockKind.SPEAKER) == ["— unattributed in the text"] * 2
    assert message.digest_id is None
    known = digest_id(delivery_key(request, address("school")))
    assert lines(message, BlockKind.SOURCE)[0].endswith(f"1 quote · “{TYPED}more {known}” shows all")
    async with desk.store.begin() as tx:
        record = await tx.digest(known)
        assert record is not None
        assert (record.url, record.title, record.request_key) == (address("school"), "On school", request.key)
        assert record.hosts == ("paper.example", "cdn.paper.example")
    assert "\n\nOn school\n  https://paper.example/school\n" in message.plain


async def test_one_story_is_one(desk: Desk) -> None:
    one = await desk.follow()
    desk.publish("ferry")
    assert (await desk.told(desk.request(one, ["ferry"]))).plain.startswith("1 new story from The Paper\n")


@pytest.mark.parametrize(
    ("count", "listed", "left"), [(14, 4, ""), (25, LISTED_MOST, "10 more are"), (16, 5, "1 more is")]
)
async def test_ten_are_read_and_the_others_named(desk: Desk, count: int, listed: int, left: str) -> None:
    one = await desk.follow()
    names = [f"n{number}" for number in range(count)]
    desk.publish(*names)
    message = await desk.told(desk.request(one, names))
    assert desk.web.asked == [address(name) for name in names[::-1][:READ_MOST]]
    rows = [block for block in message.blocks if block.kind is BlockKind.TEXT and block.runs[-1].link]
    assert [row.runs[-1].link for row in rows] == [address(name) for name in names[::-1][10 : 10 + listed]]
    assert message.plain.startswith(f"{READ_MOST + listed} new stories from")
    assert (f"{left} not shown here." in message.plain) == bool(left)


async def test_words_are_looked_for_in_the_whole_story(desk: Desk) -> None:
    one = await desk.follow(want=("harbour",), refuse=("strike",))
    plain = [f"n{number}" for number in range(12)]
    desk.publish(*plain, boats="Boats\nThe harbour is full.", port="Port\nA strike in the harbour.")
    message = await desk.told(desk.request(one, ["boats", "port", *plain]))
    assert lines(message, BlockKind.TITLE) == ["1 new story from The Paper", "Boats"]
    assert "n3" not in message.plain
    assert len(desk.web.asked) == 14


async def test_looking_ends(desk: Desk) -> None:
    """Those that print the word go first."""
    one = await desk.follow(want=("harbour",))
    names = ["harbour", *(f"n{number}" for number in range(60))]
    desk.publish(*names)
    message = await desk.told(desk.request(one, names))
    assert len(desk.web.asked) == LOOK_MOST
    assert lines(message, BlockKind.TITLE)[1:] == ["On harbour"]
    assert "31 more are not shown here." in message.plain


async def test_a_story_that_cannot_be_read_is_named_with_the_reason(desk: Desk) -> None:
    one = await desk.follow()
    desk.publish("ferry", slow=TooSlow("paper.example", 20.0), bug="Bug\nNo.")
    message = await desk.told(desk.request(one, ["gone", "slow", "bug", "ferry"]))
    assert lines(message, BlockKind.TITLE) == ["4 new stories from The Paper", "On ferry"]
    assert lines(message, BlockKind.TEXT) == [
        "• About bug (something broke here)",
        "• About slow (its site was too slow)",
        "• About gone (the page is not there)",
    ]


@pytest.mark.parametrize(
    "refusal", [Blocked("paper.example", 429), SiteFailed("paper.example", 503, retry_after_s=60.0)]
)
async def test_a_site_that_asks_to_wait_is_left_alone(desk: Desk, refusal: Exception) -> None:
    one = await desk.follow()
    desk.publish("a", "b", c=refusal, d=NotFound(address("d"), 404))
    message = await desk.told(desk.request(one, ["a", "b", "c", "d"]))
    assert desk.web.asked == [address("d"), address("c")]
    assert len(lines(message, BlockKind.TEXT)) == 4


async def test_a_site_that_is_down_is_waited_for_but_not_for_long(desk: Desk) -> None:
    one = await desk.follow()
    down = SiteFailed("paper.example", 500)
    desk.publish(a=down, b=TooSlow("paper.example", 20.0), c=Blocked("paper.example", 429))
    request = desk.request(one, ["a", "b"])
    for minutes in (0, 29):
        desk.clock.now = NOON + timedelta(minutes=minutes)
        with pytest.raises(TryLater) as wait:
            await desk.outcome(request)
        assert not wait.value.counts
        assert wait.value.after_s == 300
    desk.clock.now = NOON + timedelta(minutes=30)
    message = await desk.told(request)
    assert lines(message, BlockKind.TEXT) == [
        "• About b (its site was too slow)",
        "• About a (its site has a fault)",
    ]


async def test_one_dead_link_is_not_waited_for(desk: Desk) -> None:
    one = await desk.follow()
    desk.publish(a=SiteFailed("paper.example", 500))
    assert lines(await desk.told(desk.request(one, ["a", "gone"])), BlockKind.TEXT)


async def test_no_time_is_no_silence(desk: Desk) -> None:
    hurried = Desk(desk.store, limit_s=0.0)
    one = await hurried.follow()
    hurried.publish("ferry", "school")
    message = await hurried.told(hurried.request(one, ["ferry", "school"]))
    assert hurried.web.asked == []
    assert lines(message, BlockKind.TEXT) == ["• About school", "• About ferry"]


async def test_nothing_wanted_is_no_message(desk: Desk) -> None:
    one = await desk.follow(want=("zoo",))
    desk.publish("ferry")
    assert await desk.outcome(desk.request(one, ["ferry", "gone"])) is None
    async with desk.store.begin() as tx:
        assert await tx.latest_digest(HERE) is None


@pytest.mark.parametrize("ending", ["unfollow", "pause", "stop"])
@pytest.mark.parametrize("meanwhile", [False, True])
async def test_who_has_left_is_told_nothing(desk: Desk, ending: str, meanwhile: bool) -> None:
    one = await desk.follow()
    desk.publish("ferry")
    request = desk.request(one, ["ferry"])
    act = await desk.roundups.prepared(request, "k#0") if meanwhile else None
    async with desk.store.begin() as tx:
        if ending == "unfollow":
            await tx.unfollow(HERE, one.id)
        elif ending == "pause":
            await tx.pause(HERE, one.id, True)
        else:
            await tx.stop(HERE, "closed")
    if act is None:
        assert await desk.outcome(request) is None
        assert desk.web.asked == []
    else:
        async with desk.store.begin() as tx:
            assert await act(tx) == Outcome()
    async with desk.store.begin() as tx:
        assert await tx.latest_digest(HERE) is None


async def test_muted_sites_and_what_the_channel_has_are_left_out(desk: Desk) -> None:
    one = await desk.follow()
    desk.publish("ferry", "school", "school?utm_source=x")
    await desk.told(desk.request(one, ["ferry"]))
    desk.web.asked.clear()
    message = await desk.told(desk.request(one, ["ferry", "school", "school?utm_source=x"]))
    assert desk.web.asked == [address("school")]
    assert lines(message, BlockKind.TITLE)[1:] == ["On school"]
    async with desk.store.begin() as tx:
        await tx.change_setting(HERE, "mute", "example.org paper.example")
    assert await desk.outcome(desk.request(one, ["ferry", "bridge"])) is None


async def test_a_page_that_is_filled_anew_every_day_is_told_every_day(desk: Desk) -> None:
    one = await desk.follow()
    desk.publish("today")
    for _ in range(3):
        await desk.told(desk.request(one, ["today"]))
        desk.clock.now += timedelta(days=1)


async def test_two_of_one_site_or_channel_take_turns(desk: Desk) -> None:
    slow = Slow({address("ferry"): body("ferry"), "https://other.example/a": body("a")})
    slow.stop_at, slow.standing, slow.go = "/ferry", asyncio.Event(), asyncio.Event()
    busy = Desk(desk.store, web=slow)
    sport = Place("fake", "newsroom", "sport")
    first, second = await busy.follow(), await busy.follow(sport)
    third = await busy.follow(url="https://other.example/feed")
    making = asyncio.create_task(busy.told(busy.request(first, ["ferry"])))
    await slow.standing.wait()
    other = Gathered(HERE, third.id, "a", "https://other.example/a", "A\n", NOON)
    for request in (busy.request(second, ["school"]), roundup_request(third, [other])):
        with pytest.raises(TryLater) as wait:
            await busy.outcome(request)
        assert not wait.value.counts
        assert wait.value.after_s is not None
        assert 10 <= wait.value.after_s <= 15
    slow.go.set()
    await making
    assert (await busy.told(roundup_request(third, [other]))).plain.startswith("1 new story")


async def test_cut_off_after_seven_of_ten_and_run_again(desk: Desk) -> None:
    names = [f"n{number}" for number in range(10)]
    slow = Slow({address(name): body(name) for name in names})
    slow.stop_at, slow.standing, slow.go = "/n2", asyncio.Event(), asyncio.Event()
    first = Desk(desk.store, web=slow)
    one = await first.follow()
    request = first.request(one, names)
    making = asyncio.create_task(first.outcome(request))
    await slow.standing.wait()
    making.cancel()
    await asyncio.gather(making, return_exceptions=True)
    assert len(slow.asked) == 7
    async with desk.store.begin() as tx:
        assert await tx.latest_digest(HERE) is None
    slow.go.set()
    for _ in range(2):  # the second time after a kill between the two transactions of the desk
        act = await first.roundups.prepared(request, "k#0")
        assert act is not None
    async with desk.store.begin() as tx:
        outcome = await act(tx)
    assert outcome.answer is not None
    assert len(lines(outcome.answer, BlockKind.QUOTE)) == 10


async def test_what_a_page_calls_itself_drives_no_screen(desk: Desk) -> None:
    one = await desk.follow(title="The\u202e Pa\u200bper\x1b[2J")
    desk.publish(ferry="Fe\u202erry \x1b[31m<!channel>\n" + 'He said: "No\u2066 boat\x07 here."')
    rows = [
        Gathered(HERE, one.id, "1", address("ferry"), "x\n", NOON),
        Gathered(HERE, one.id, "2", address("gone"), "Go\u202ene\x00 [a](b)\nsummary\u2069", NOON),
    ]
    message = await desk.told(roundup_request(one, rows))
    shown = message.plain + "".join(run.text for block in message.blocks for run in block.runs)
    assert not set(shown) & set("\u202e\u200b\x1b\u2066\u2069\x07\x00")
    assert "2 new stories from The Paper[2J" in message.plain
