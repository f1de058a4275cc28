"""A link is said: one digest below it, in rooms, threads and direct conversations of a real homeserver."""

from __future__ import annotations

from pathlib import Path

from tests.fakes.synapse import People
from tests.flows.matrix_office import LINK, body, gone, newsroom, root_of

FERRY, ROAD = "https://paper.example/ferry", "https://paper.example/road"


async def test_from_the_invitation_to_a_digest(people: People, quick_path: Path) -> None:
    """Invited, it introduces itself once; a digest is one notice with HTML, in a thread, and pings nobody."""
    ada = await people.new("ada")
    async with newsroom(people, quick_path) as here:
        room = await here.room(ada, name="desk")
        [greeting] = [event for event in ada.heard.events[room] if here.speaks(event)]
        assert "Name me beside a link" in body(greeting)
        assert "“!nutgraf help”" in body(greeting)
        alone = await ada.say(room, LINK)
        assert "digest on" in await here.asked(ada, room, "!nutgraf settings digest on")
        link = await ada.say(room, f"Look at {FERRY}?a=1&utm_source=x please")
        digest = await here.digest(ada, room, link)
        content = digest["content"]
        assert body(digest).startswith("Story of the ferry")
        assert content["msgtype"] == "m.notice"
        assert "<" in content["formatted_body"]
        assert content["m.mentions"] == {}
        assert content["com.beeper.linkpreviews"] == []
        assert content["m.relates_to"]["rel_type"] == "m.thread"
        assert ada.heard.receipts[room][here.bot.user_id] == link
        assert here.answers(ada, room, alone) == []
        assert ada.heard.highlighted.get(room, 0) == 0


async def test_in_a_thread_it_stays_there(people: People, quick_path: Path) -> None:
    ada = await people.new("ada")
    async with newsroom(people, quick_path) as here:
        room = await here.desk_room(ada)
        root = await ada.say(room, "What of the ferry?")
        await ada.say(room, FERRY, thread=root)
        await here.digest(ada, room, root)
        await ada.say(room, "!nutgraf status", thread=root)
        _, told = await here.answered(ada, room, root, count=2)
        assert "seen" in body(told).lower()


async def test_replies_instead_of_threads(people: People, quick_path: Path) -> None:
    """The room's choice; what is said in a thread is still answered there."""
    ada = await people.new("ada")
    async with newsroom(people, quick_path) as here:
        room = await here.desk_room(ada)
        await here.asked(ada, room, "!nutgraf settings answers reply")
        link = await ada.say(room, LINK)
        relation = (await here.digest(ada, room, link))["content"]["m.relates_to"]
        assert relation == {"m.in_reply_to": {"event_id": link}}
        root = await ada.say(room, "What of the ferry?")
        await ada.say(room, FERRY, thread=root)
        relation = (await here.digest(ada, room, root))["content"]["m.relates_to"]
        assert relation["rel_type"] == "m.thread"


async def test_a_direct_conversation(people: People, quick_path: Path) -> None:
    """No prefix, no thread; links are read at once."""
    ada = await people.new("ada")
    async with newsroom(people, quick_path) as here:
        room = await here.room(ada, direct=True)
        [greeting] = [event for event in ada.heard.events[room] if here.speaks(event)]
        assert "“help”" in body(greeting)
        assert "paste" in (await here.asked(ada, room, "help")).lower()
        said = await here.asked(ada, room, LINK)
        assert said.startswith("Story of the pier")
        digest = ada.heard.events[room][-1]
        assert root_of(digest) == ""
        assert "followed here" in (await here.asked(ada, room, "list")).lower()


async def test_three_links_of_five_and_the_same_again(people: People, quick_path: Path) -> None:
    ada = await people.new("ada")
    async with newsroom(people, quick_path) as here:
        room = await here.desk_room(ada)
        many = await ada.say(room, " ".join(f"https://paper.example/{n}" for n in range(5)))
        await here.answered(ada, room, many, count=3)
        assert len(here.web.asked) == 3
        again = await ada.say(room, "https://paper.example/1?utm_source=chat")
        pointer = await here.digest(ada, room, again)
        assert "was digested here" in body(pointer)
        assert "matrix.to" in str(pointer["content"])
        named = await ada.say(room, "!nutgraf digest https://paper.example/1")
        assert "Story of the 1" in body(await here.digest(ada, room, named))


async def test_a_failure_is_one_sentence_and_can_be_tried_again(people: People, quick_path: Path) -> None:
    ada = await people.new("ada")
    async with newsroom(people, quick_path) as here:
        room = await here.desk_room(ada)
        link = await ada.say(room, "https://gone.example/pier")
        told = await here.digest(ada, room, link)
        assert "gone.example" in body(told)
        assert "🔁" in body(told)
        here.web.pages = {"https://gone.example/pier": "Story of the pier\nIt is back."}
        await ada.react(room, told["event_id"], "🔁")
        _, digest = await here.answered(ada, room, link, count=2)
        assert "Story of the pier" in body(digest)


async def test_the_source_is_edited_and_redacted(people: People, quick_path: Path) -> None:
    ada = await people.new("ada")
    async with newsroom(people, quick_path) as here:
        room = await here.desk_room(ada)
        link = await ada.say(room, LINK)
        first = await here.digest(ada, room, link)
        await ada.edit(room, link, f"{LINK} and {FERRY}")
        _, second = await here.answered(ada, room, link, count=2)
        assert "Story of the ferry" in body(second)
        other = await ada.say(room, "https://paper.example/mill")
        digest = await here.digest(ada, room, other)
        await ada.edit(room, other, ROAD)
        await ada.until(lambda: here.shows(ada, room, digest).startswith("Story of the road"))
        await here.digest(ada, room, other)
        await ada.redact(room, link)
        await ada.until(lambda: gone(ada, room, first, second))
        assert not gone(ada, room, digest)
        late = await ada.say(room, "https://paper.example/sluice")
        await ada.redact(room, late)
        await here.settled(ada)
        assert all(gone(ada, room, event) for event in here.answers(ada, room, late))
