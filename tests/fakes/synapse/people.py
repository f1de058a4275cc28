"""Persons on a homeserver, by plain HTTP: what a member of a room can do and see with any client."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import quote

import aiohttp
from yarl import URL

from tests.fakes.synapse.heard import Event, Heard
from tests.fakes.synapse.server import Synapse

_CLIENT = "/_matrix/client/v3"
_FILTER = '{"room":{"timeline":{"limit":100}}}'


class Refused(Exception):
    """The server said no: ``status`` and ``errcode`` as it gave them."""

    def __init__(self, status: int, answer: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {answer}")
        self.status = status
        self.errcode = str(answer.get("errcode", ""))
        self.answer = answer


class People:
    """Makes persons and closes their connections; each has an account of its own, new for each test."""

    def __init__(self, homeserver: Synapse) -> None:
        self.homeserver = homeserver
        self._session = aiohttp.ClientSession()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def new(self, name: str = "ada", *, admin: bool = False) -> Person:
        """A new account whose localpart begins with ``name`` and whose display name is Name."""
        localpart, password = f"{name}-{secrets.token_hex(4)}", secrets.token_urlsafe(9)
        account = await asyncio.to_thread(self.homeserver.register, localpart, password, admin=admin)
        person = Person(self.homeserver.url, self._session, account, password)
        await person.call(
            "PUT", f"/profile/{quote(person.user_id)}/displayname", {"displayname": name.title()}
        )
        return person

    async def again(self, person: Person) -> Person:
        """The same account on a second device."""
        words = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": person.user_id},
            "password": person.password,
        }
        account = await person.call("POST", "/login", words)
        return Person(self.homeserver.url, self._session, account, person.password)


class Person:
    def __init__(
        self, url: str, session: aiohttp.ClientSession, account: Mapping[str, str], password: str
    ) -> None:
        self.url = url
        self.user_id = account["user_id"]
        self.device_id = account["device_id"]
        self.token = account["access_token"]
        self.password = password
        self.heard = Heard()
        self.session = session
        self._syncing = asyncio.Lock()

    async def call(self, method: str, path: str, body: Any = None, **query: str | int) -> dict[str, Any]:
        """One client-server call under /_matrix/client/v3 (or a whole path); Refused when it is not 200."""
        where = path if path.startswith("/_") else _CLIENT + path
        async with self.session.request(
            method,
            URL(f"{self.url}{where}", encoded=True).update_query(query),
            json={} if body is None and method in {"POST", "PUT"} else body,
            headers={"Authorization": f"Bearer {self.token}"},
        ) as answer:
            told: dict[str, Any] = await answer.json()
            if answer.status != HTTPStatus.OK:
                raise Refused(answer.status, told)
            return told

    # ------------------------------------------------------------------ rooms

    async def create(
        self,
        name: str = "",
        *,
        invite: Iterable[str] = (),
        version: str = "12",
        encrypted: bool = False,
        direct: bool = False,
        public: bool = False,
        levels: Mapping[str, Any] | None = None,
    ) -> str:
        """A room; answers its id. ``levels`` are written over the first m.room.power_levels."""
        start = [_state("m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"})] if encrypted else []
        invite = list(invite)
        wish: dict[str, Any] = {
            "preset": "public_chat" if public else "trusted_private_chat" if direct else "private_chat",
            "room_version": version,
            "invite": invite,
            "is_direct": direct,
            "initial_state": start,
            "power_level_content_override": dict(levels or {}),
        }
        if name:
            wish["name"] = name
        room: str = (await self.call("POST", "/createRoom", wish))["room_id"]
        if direct:
            path = f"/user/{quote(self.user_id)}/account_data/m.direct"
            await self.call("PUT", path, {user: [room] for user in invite})
        return room

    async def invite(self, room: str, user_id: str) -> None:
        await self.call("POST", f"{_room(room)}/invite", {"user_id": user_id})

    async def join(self, room: str) -> None:
        await self.call("POST", f"{_room(room)}/join")

    async def leave(self, room: str) -> None:
        await self.call("POST", f"{_room(room)}/leave")

    async def kick(self, room: str, user_id: str, reason: str = "") -> None:
        await self.call("POST", f"{_room(room)}/kick", {"user_id": user_id, "reason": reason})

    async def ban(self, room: str, user_id: str) -> None:
        await self.call("POST", f"{_room(room)}/ban", {"user_id": user_id})

    async def state(self, room: str, kind: str, key: str = "") -> dict[str, Any]:
        return await self.call("GET", f"{_room(room)}/state/{quote(kind)}/{quote(key, safe='')}")

    async def set_state(self, room: str, kind: str, content: Mapping[str, Any], key: str = "") -> str:
        path = f"{_room(room)}/state/{quote(kind)}/{quote(key, safe='')}"
        return str((await self.call("PUT", path, content))["event_id"])

    async def level(self, room: str, user_id: str, level: int) -> None:
        """Gives a member a power level."""
        levels = await self.state(room, "m.room.power_levels")
        levels.setdefault("users", {})[user_id] = level
        await self.set_state(room, "m.room.power_levels", levels)

    async def require(self, room: str, kind: str, level: int) -> None:
        """Asks a power level of whoever sends events of a type, org.nutgraf.feed for example."""
        levels = await self.state(room, "m.room.power_levels")
        levels.setdefault("events", {})[kind] = level
        await self.set_state(room, "m.room.power_levels", levels)

    async def members(self, room: str) -> set[str]:
        return set((await self.call("GET", f"{_room(room)}/joined_members"))["joined"])

    async def upgrade(self, room: str, version: str = "12") -> str:
        """Replaces a room, tombstone in the old one; answers the new one's id. Nobody is moved."""
        upgraded = await self.call("POST", f"{_room(room)}/upgrade", {"new_version": version})
        return str(upgraded["replacement_room"])

    # ------------------------------------------------------------------ speaking

    async def send(self, room: str, kind: str, content: Mapping[str, Any], txn: str = "") -> str:
        """Any event; answers its id. The same ``txn`` from the same device is the same event."""
        path = f"{_room(room)}/send/{quote(kind)}/{txn or secrets.token_hex(8)}"
        return str((await self.call("PUT", path, content))["event_id"])

    async def say(self, room: str, text: str, **how: Any) -> str:
        """A message; ``how`` as in ``words``."""
        return await self.send(room, "m.room.message", words(text, **how))

    async def edit(self, room: str, event_id: str, text: str, **how: Any) -> str:
        return await self.send(room, "m.room.message", edit_words(event_id, text, **how))

    async def redact(self, room: str, event_id: str, reason: str = "") -> str:
        path = f"{_room(room)}/redact/{quote(event_id, safe='')}/{secrets.token_hex(8)}"
        return str((await self.call("PUT", path, {"reason": reason} if reason else {}))["event_id"])

    async def react(self, room: str, event_id: str, key: str) -> str:
        """A reaction; ``redact`` takes it away."""
        relation = {"rel_type": "m.annotation", "event_id": event_id, "key": key}
        return await self.send(room, "m.reaction", {"m.relates_to": relation})

    async def read(self, room: str, event_id: str) -> None:
        """Says that everything up to an event was read: counts start again after it."""
        await self.call("POST", f"{_room(room)}/receipt/m.read/{quote(event_id, safe='')}")

    # ------------------------------------------------------------------ seeing

    async def event(self, room: str, event_id: str) -> Event:
        """One event as the server has it now, with what it bundles (edits, threads) in ``unsigned``."""
        return await self.call("GET", f"{_room(room)}/event/{quote(event_id, safe='')}")

    async def timeline(self, room: str, *, until: str = "", begin: str = "") -> list[Event]:
        """What the room holds, oldest first, as far back as this person may see; from a gap, if one is given.

        ``begin`` is the token of a place in the timeline (its end, if empty); the walk back stops at an event
        ``until``, which is not among those answered.
        """
        events: list[Event] = []
        while True:
            query = {"from": begin} if begin else {}
            page = await self.call("GET", f"{_room(room)}/messages", dir="b", limit=500, **query)
            for event in page["chunk"]:
                if event["event_id"] == until:
                    return events[::-1]
                events.append(event)
            begin = page.get("end", "")
            if not begin:
                return events[::-1]

    async def replies(self, room: str, event_id: str) -> list[Event]:
        """What stands in an event's thread, oldest first."""
        path = (
            f"/_matrix/client/v1/rooms/{quote(room, safe='')}/relations/{quote(event_id, safe='')}/m.thread"
        )
        return list((await self.call("GET", path, dir="f", limit=500))["chunk"])

    async def sync(self, wait_ms: int = 0) -> None:
        """One /sync into ``heard``, gaps filled."""
        query: dict[str, str | int] = {"timeout": wait_ms, "filter": _FILTER}
        if self.heard.since:
            query["since"] = self.heard.since
        answer = await self.call("GET", "/sync", **query)
        gaps = self.heard.take(answer)
        for room, begin in gaps.items():
            known = [event["event_id"] for event in self.heard.events[room]]
            self.heard.add(room, await self.timeline(room, until=known[-1] if known else "", begin=begin))
            self.heard.add(room, answer["rooms"]["join"][room]["timeline"]["events"])

    async def until(self, true: Callable[[], Any], timeout_s: float = 15.0) -> Any:
        """Syncs until something about ``heard`` is true, and answers it; fails with what was heard."""
        end = time.monotonic() + timeout_s
        while True:
            found = true()
            if found:
                return found
            left_s = end - time.monotonic()
            assert left_s > 0, f"{self.user_id} waited {timeout_s} s in vain; heard:\n{self._told()}"
            async with self._syncing:
                if true():  # another wait of this person brought it meanwhile
                    continue
                try:
                    await self.sync(int(1000 * min(left_s, 2)) if self.heard.since else 0)
                except aiohttp.ClientConnectionError:  # the homeserver is being restarted
                    await asyncio.sleep(0.1)

    async def wait_for(
        self, room: str, wanted: Callable[[Event], Any], timeout_s: float = 15.0, *, count: int = 1
    ) -> Event:
        """The first event (or the ``count``-th) of a room that is as wanted, seen before or to come."""

        def found() -> Event | None:
            events = (self.shown(room, event) for event in self.heard.events[room])
            match = [event for event in events if wanted(event)]
            return match[count - 1] if len(match) >= count else None

        event: Event = await self.until(found, timeout_s)
        return event

    def shown(self, room: str, event: Event) -> Event:
        """An event as this person's client shows it."""
        return event

    async def counts(self, room: str) -> tuple[int, int]:
        """Unread and highlighted messages, as the badge of a client shows them."""
        await self.sync()
        return self.heard.unread.get(room, 0), self.heard.highlighted.get(room, 0)

    def _told(self) -> str:
        lines = [
            f"{room} {event['type']} {event['sender']} {str(event['content'])[:200]}"
            for room, events in self.heard.events.items()
            for event in (self.shown(room, event) for event in events[-12:])
        ]
        return "\n".join([*lines, f"invited to {list(self.heard.invited)}, left {self.heard.left}"])


def words(
    text: str,
    *,
    html: str = "",
    thread: str = "",
    reply: str = "",
    kind: str = "m.text",
    mentions: Iterable[str] | None = None,
) -> dict[str, Any]:
    """The content of a message; ``mentions`` None leaves m.mentions out, as old clients do.

    ``thread`` is the event id of its root; with ``reply`` too, it is a reply to that event inside the thread.
    """
    content: dict[str, Any] = {"msgtype": kind, "body": text}
    if html:
        content |= {"format": "org.matrix.custom.html", "formatted_body": html}
    if mentions is not None:
        users = list(mentions)
        content["m.mentions"] = {"user_ids": users} if users else {}
    relation: dict[str, Any] = {}
    if thread:
        relation = {"rel_type": "m.thread", "event_id": thread, "is_falling_back": not reply}
    if thread or reply:
        relation["m.in_reply_to"] = {"event_id": reply or thread}
        content["m.relates_to"] = relation
    return content


def edit_words(event_id: str, text: str, **how: Any) -> dict[str, Any]:
    """The content of an edit, with the fallback that clients without edits show."""
    return {
        **words(f"* {text}", **how),
        "m.new_content": words(text, **how),
        "m.relates_to": {"rel_type": "m.replace", "event_id": event_id},
    }


def _room(room: str) -> str:
    return f"/rooms/{quote(room, safe='')}"


def _state(kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": kind, "state_key": "", "content": content}
