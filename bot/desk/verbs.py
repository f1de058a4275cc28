"""Commands: each is done and its answer written in one transaction, so a retry repeats neither."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.commands import (
    Command,
    Follow,
    Forget,
    Help,
    ListFeeds,
    Pause,
    Receipt,
    Resume,
    Settings,
    Status,
    Unfollow,
    help_text,
    only_looks,
    verb_of,
)
from bot.desk import words
from bot.desk.rules import CHANGES, Rules, check_steer, checked_setting, known_setting
from bot.errors import NoSuchSubscription
from bot.poller import Opened
from bot.ports import Clock, Transaction
from bot.records import Poll
from bot.types import Place, Request, Subscription
from bot.urls import canonical


def check_allowed(request: Request, command: Command, settings: Mapping[str, str]) -> None:
    """Raises NotAllowed; ``settings`` are the place's. Looking at them is not changing them."""
    verb = verb_of(command)
    if verb in CHANGES and not only_looks(command):
        check_steer(request, settings, verb)


@dataclass(frozen=True, slots=True)
class Verbs:
    """Does a command inside an open transaction; answers in words."""

    rules: Rules
    clock: Clock

    async def do(self, tx: Transaction, request: Request, command: Command) -> str:
        """Raises leaves of AskError and SetupError. ``digest`` and ``follow`` need the network: not here."""
        place = request.place
        match command:
            case Help(verb):
                return help_text(verb)
            case Unfollow(target):
                return words.unfollowed(await tx.unfollow(place, await _number(tx, place, target)))
            case ListFeeds():
                return words.listed(await tx.subscriptions(place))
            case Pause(number) | Resume(number):
                return words.paused(await tx.pause(place, number, isinstance(command, Pause)))
            case Status():
                return words.status(await tx.counts(place), await tx.counts())
            case Receipt(url):
                return await self._receipt(tx, place, url)
            case Settings(key, value):
                return await self._settings(tx, place, key, value)
            case Forget(target):
                return await self._forget(tx, place, target)
            case _:
                raise TypeError(f"not done here: {type(command).__name__}")

    async def follow(self, tx: Transaction, request: Request, command: Follow, opened: Opened) -> str:
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
        )
        # Followed elsewhere already: its entries are known, and marking today's as seen would
        # swallow what the others still wait for.
        first = await tx.feed(opened.state.url) is None
        subscription = await tx.follow(opened.state, wanted)
        if first:
            await tx.finish_poll(Poll(opened.state, opened.feed.entries), now)
        return words.followed(subscription, next(iter(opened.feed.entries), None))

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
