"""Commands: each is done and its answer written in one transaction, so a retry repeats neither."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.commands import (
    Cite,
    Command,
    Delete,
    Follow,
    Forget,
    Help,
    Judge,
    ListFeeds,
    More,
    Mute,
    Pause,
    Receipt,
    Resume,
    Settings,
    Status,
    Unfollow,
    Unmute,
    Wrong,
    help_text,
    only_looks,
    verb_of,
)
from bot.desk import following, words
from bot.desk.about import About
from bot.desk.outcome import Outcome
from bot.desk.rules import CHANGES, Rules, check_steer, checked_setting, known_setting
from bot.display import TYPED
from bot.errors import NoSuchSubscription
from bot.poller import Opened
from bot.ports import Clock, Transaction
from bot.records import Poll
from bot.render import text_message
from bot.rhythm import Rhythm
from bot.types import Place, Request, Subscription
from bot.urls import canonical


def check_allowed(request: Request, command: Command, settings: Mapping[str, str]) -> None:
    """Raises NotAllowed; ``settings`` are the place's. Looking at them is not changing them."""
    verb = verb_of(command)
    if verb in CHANGES and not only_looks(command):
        check_steer(request, settings, verb)


@dataclass(frozen=True, slots=True)
class Verbs:
    """Does a command inside an open transaction."""

    rules: Rules
    clock: Clock

    async def do(self, tx: Transaction, request: Request, command: Command) -> Outcome:
        """Raises leaves of AskError and SetupError. Not done here: ``digest``, ``follow`` and ``reread``
        need the network, ``said`` needs the chat."""
        if isinstance(command, More | Cite | Wrong | Judge | Delete | Mute | Unmute):
            return await About(self.clock).do(tx, request, command)
        return Outcome(text_message(await self._told(tx, request, command)))

    async def _told(self, tx: Transaction, request: Request, command: Command) -> str:
        place = request.place
        match command:
            case Help(verb):
                return help_text(verb, TYPED)
            case Unfollow(target):
                return following.unfollowed(await tx.unfollow(place, await _number(tx, place, target)))
            case ListFeeds():
                return following.listed(await tx.subscriptions(place))
            case Pause(number) | Resume(number):
                paused = await tx.pause(place, number, isinstance(command, Pause))
                return following.paused(paused, self.clock())
            case Status():
                return await self._status(tx, request)
            case Receipt(url):
                return await self._receipt(tx, place, url)
            case Settings(key, value):
                return await self._settings(tx, place, key, value)
            case Forget(target):
                return await self._forget(tx, place, target)
            case _:
                raise TypeError(f"not done here: {type(command).__name__}")

    async def follow(self, tx: Transaction, request: Request, command: Follow, opened: Opened) -> Outcome:
        """Raises AlreadyFollowed. What the feed holds today is not news."""
        now = self.clock()
        wanted = Subscription(
            id=0,
            place=replace(request.place, thread=None),
            feed_url=opened.state.url,
            title=opened.feed.title,
            added_by=request.user,
            added_at=now,
            want=command.want,
            refuse=command.refuse,
            rhythm=command.rhythm or Rhythm(),
        )
        # Followed elsewhere already: its entries are known, and marking today's as seen would
        # swallow what the others still wait for.
        first = await tx.feed(opened.state.url) is None
        subscription = await tx.follow(opened.state, wanted)
        if first:
            await tx.finish_poll(Poll(opened.state, opened.feed.entries), now)
        newest = next(iter(opened.feed.entries), None)
        return Outcome(text_message(following.followed(subscription, newest, now)))

    async def _status(self, tx: Transaction, request: Request) -> str:
        """What waits is what else waits: a status that was taken as a request does not count itself."""
        place, now = request.place, self.clock()
        mine = int(await tx.request(request.key) is not None)
        feeds = [
            following.looked_at(one, await tx.feed(one.feed_url), now)
            for one in await tx.subscriptions(place)
        ]
        here, everywhere = (
            replace(counts, waiting=counts.waiting - mine)
            for counts in (await tx.counts(place), await tx.counts())
        )
        return words.status(here, everywhere, feeds)

    async def _receipt(self, tx: Transaction, place: Place, url: str | None) -> str:
        record = await tx.latest_digest(place, url)
        if record is None and url is not None:
            record = await tx.latest_digest(place, canonical(url))
        return words.receipt(record)

    async def _settings(self, tx: Transaction, place: Place, key: str | None, value: str | None) -> str:
        if key is not None and value is not None:
            await tx.change_setting(place, key, checked_setting(key, value))
        elif key is not None:
            known_setting(key)
        return words.settings(await tx.settings(place), self.rules.retention_days, key)

    async def _forget(self, tx: Transaction, place: Place, target: int | str) -> str:
        if isinstance(target, int):
            return words.forgotten(await tx.forget_feed(place, target), f"number {target}")
        count = await tx.forget_story(place, target)
        if canonical(target) != target:
            count += await tx.forget_story(place, canonical(target))
        return words.forgotten(count, target)


async def _number(tx: Transaction, place: Place, target: int | str) -> int:
    if isinstance(target, int):
        return target
    for subscription in await tx.subscriptions(place):
        if target == subscription.feed_url or canonical(target) == canonical(subscription.feed_url):
            return subscription.id
    raise NoSuchSubscription(target)
