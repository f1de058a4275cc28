"""What is said of a digest that was made before: each is done and answered in one transaction."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.commands import Cite, Command, Delete, Judge, More, Mute, Unmute, Wrong
from bot.desk import words
from bot.desk.outcome import Outcome
from bot.desk.rules import MUTE, may_steer, muted_hosts, who_may
from bot.digest import citation, from_json
from bot.errors import NoSuchDigest, NotAllowed
from bot.ports import Clock, Transaction
from bot.records import FEED_KEY, Deed, Delivery, DigestRecord, Feedback, Verdict
from bot.render import full_message, text_message
from bot.standing import Standing
from bot.types import Message, Place, Request
from bot.urls import host_of

_WORDS_LIMIT = 2000  # code points of a report: a chat takes 40,000, and nobody reads them


@dataclass(frozen=True, slots=True)
class About:
    """Whether the user may see the digest's place is asked before, of the chat."""

    clock: Clock

    async def do(self, tx: Transaction, request: Request, command: Command) -> Outcome:
        """Raises NoSuchDigest, NotAllowed."""
        match command:
            case More(named):
                return Outcome(await asyncio.to_thread(_more, await digest_meant(tx, request, named)))
            case Cite(named):
                return Outcome(await asyncio.to_thread(_cited, await digest_meant(tx, request, named)))
            case Wrong(named, told):
                return await self._noted(tx, request, named, Verdict.WRONG, told[:_WORDS_LIMIT])
            case Judge(named, useful):
                verdict = Verdict.USEFUL if useful else Verdict.USELESS
                return await self._noted(tx, request, named, verdict)
            case Delete(named):
                return await self._delete(tx, request, named)
            case Mute(target):
                return await _mute(tx, request, target)
            case Unmute(host):
                return await _unmute(tx, request.place, host)
            case _:
                raise TypeError(f"not done here: {type(command).__name__}")

    async def _noted(
        self, tx: Transaction, request: Request, named: str | None, verdict: Verdict, told: str = ""
    ) -> Outcome:
        record = await digest_meant(tx, request, named)
        await tx.add_feedback(Feedback(record.id, request.user, verdict, self.clock(), told))
        return Outcome(text_message(words.noted(record, verdict)))

    async def _delete(self, tx: Transaction, request: Request, named: str | None) -> Outcome:
        record = await digest_meant(tx, request, named)
        await _check_may_delete(tx, request, record)
        post = await tx.delete_digest(record.id)
        answer = text_message(words.deleted(record))
        if post is None:
            return Outcome(answer)
        away = Delivery(
            f"{request.key}#1", request.key, post.place, Message((), ""), deed=Deed.DELETE, target=post.key
        )
        return Outcome(answer, (away,))


async def digest_meant(tx: Transaction, request: Request, named: str | None) -> DigestRecord:
    """The digest with that id, else the latest of the request's thread or channel. Raises NoSuchDigest,
    also for one of another workspace: that it exists is nobody's business there."""
    record = await tx.latest_digest(request.place) if named is None else await tx.digest(named)
    if record is None or not same_workspace(record.place, request.place):
        raise NoSuchDigest(named)
    return record


def same_workspace(one: Place, two: Place) -> bool:
    return (one.platform, one.workspace) == (two.platform, two.workspace)


def _more(record: DigestRecord) -> Message:
    return full_message(from_json(record.document))


def _cited(record: DigestRecord) -> Message:
    """One line a quote, the key quotes first."""
    digest = from_json(record.document)
    keys = digest.key_quotes
    others = (number for number in range(len(digest.findings.quotes)) if number not in keys)
    cited = [citation(digest, number) for number in (*keys, *others)]
    return text_message("\n".join(cited) or words.nothing_to_cite(record))


async def _check_may_delete(tx: Transaction, request: Request, record: DigestRecord) -> None:
    """Whoever asked for it, an admin, and of a feed's digest whoever may steer its place."""
    asked = await tx.request(record.request_key)
    mine = asked is not None and asked.user != "" and asked.user == request.user
    if mine or request.standing is Standing.ADMIN:
        return
    if not record.request_key.startswith(FEED_KEY):
        raise NotAllowed("“delete”", "whoever asked for the digest, and admins,")
    settings = await tx.settings(record.place)
    if not may_steer(request, settings):
        raise NotAllowed("“delete”", who_may(request, settings))


async def _mute(tx: Transaction, request: Request, target: str) -> Outcome:
    """``target``: a host, or the id of a digest, whose story's host is meant."""
    host = target
    if "." not in target:
        record = await digest_meant(tx, request, target)
        host = host_of(record.canonical_url).removeprefix("www.")
        if not host:
            return Outcome(text_message(words.no_site(record)))
    muted = muted_hosts(await tx.settings(request.place))
    if host not in muted:
        await tx.change_setting(request.place, MUTE, " ".join(sorted({*muted, host})))
    return Outcome(text_message(words.muted(host)))


async def _unmute(tx: Transaction, place: Place, host: str) -> Outcome:
    muted = muted_hosts(await tx.settings(place))
    if host not in muted:
        return Outcome(text_message(words.not_muted(host, muted)))
    await tx.change_setting(place, MUTE, " ".join(one for one in muted if one != host))
    return Outcome(text_message(words.unmuted(host)))
