"""The desk's own sentences: answers to commands. Those about feeds: ``bot.desk.following``. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.desk.rules import (
    ADMINS,
    ANSWERS,
    AUTO_DIGEST,
    EVERYONE,
    MENTION,
    MUTE,
    OFF,
    ON,
    REPLY,
    STEER,
    THREAD,
    muted_hosts,
    setting,
    shown_people,
)
from bot.display import TYPED, plain, shortened
from bot.records import Counts, DigestRecord, Verdict
from bot.render import moment

_TITLE_LIMIT = 120


def broke(ref: str) -> str:
    return f"Something broke here (ref {ref}). The log says what; nothing of yours is lost."


def status(here: Counts, everywhere: Counts, feeds: Sequence[str]) -> str:
    """``feeds``: a line for each that is followed here."""
    return "\n".join(
        (
            f"Here: {_three_facts(here)}",
            _rest(here),
            *(f"  {line}" for line in feeds),
            f"Everywhere: {_three_facts(everywhere)}",
            _rest(everywhere),
        )
    )


def _three_facts(counts: Counts) -> str:
    return (
        f"{_number(counts.seen, 'request')} seen, {counts.digested} digested, {counts.delivered} delivered."
    )


def _rest(counts: Counts) -> str:
    stopped = f", {counts.stopped} stopped" if counts.stopped else ""
    return (
        f"  {counts.waiting} waiting, {counts.parked} not deliverable, {counts.failed} failed;"
        f" {_number(counts.feeds, 'feed')} followed{stopped}."
    )


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def receipt(record: DigestRecord | None) -> str:
    if record is None:
        return "There is no digest here to give a receipt for. It may have been deleted."
    hosts = ", ".join(plain(host) for host in dict.fromkeys(record.hosts)) or "no host at all"
    return (
        f"For the digest of {_story(record.title or record.url)}"
        f" ({record.created_at:%Y-%m-%d %H:%M} UTC) I contacted: {hosts}. Nothing else was contacted,"
        " and nothing of the story was sent anywhere but here."
    )


def settings(stored: Mapping[str, str], retention_days: int, key: str | None = None) -> str:
    """All of them with how each is changed, or one."""
    rows = {
        AUTO_DIGEST: _digest_row(stored),
        STEER: _steer_row(stored),
        ANSWERS: _answers_row(stored),
        MUTE: _mute_row(stored),
    }
    if key is not None:
        return rows[key]
    kept = f"retention {retention_days} days: set by whoever runs this bot; older digests are deleted"
    return "\n".join((*rows.values(), kept))


_DIGEST = {
    ON: "a pasted link is answered here",
    MENTION: "a pasted link is answered here only when I am mentioned beside it",
    OFF: "a link is left alone here, unless you ask for its digest",
}


def _digest_row(stored: Mapping[str, str]) -> str:
    value = setting(stored, AUTO_DIGEST)
    others = " or ".join(f"“{TYPED}settings {AUTO_DIGEST} {other}”" for other in _DIGEST if other != value)
    return f"{AUTO_DIGEST} {value}: {_DIGEST[value]} ({others} changes it)"


def _steer_row(stored: Mapping[str, str]) -> str:
    value = setting(stored, STEER)
    if value == EVERYONE:
        told = f"{EVERYONE}: every member may follow, pause, mute, forget and change settings"
        other = f"“{TYPED}settings {STEER} {ADMINS}”"
    else:
        who = "admins only" if value == ADMINS else f"{shown_people(value)} and admins"
        told = f"{who}: nobody else may follow, pause, mute, forget or change settings"
        other = f"“{TYPED}settings {STEER} {EVERYONE}”"
    return f"{STEER} {told} ({other} or “{TYPED}settings {STEER} @name @name” changes it)"


def _answers_row(stored: Mapping[str, str]) -> str:
    value, other = setting(stored, ANSWERS), REPLY
    where = "in a thread below the message"
    if value == REPLY:
        other, where = THREAD, "as a reply in the room itself"
    return (
        f"{ANSWERS} {value}: where this chat has both threads and replies, I answer {where}"
        f" (“{TYPED}settings {ANSWERS} {other}” changes it)"
    )


def _mute_row(stored: Mapping[str, str]) -> str:
    hosts = muted_hosts(stored)
    if not hosts:
        return f"{MUTE} no site: “{TYPED}mute example.org” leaves a site's links alone"
    named = ", ".join(map(plain, hosts))
    return f"{MUTE} {named}: links to them are left alone (“{TYPED}unmute {plain(hosts[0])}” ends it)"


def forgotten(count: int, what: str) -> str:
    if not count:
        return f"Nothing of {plain(what)} was stored here."
    return f"Deleted: {_number(count, 'digest')} of {plain(what)}. Messages already posted stay in the chat."


# ------------------------------------------------------------------------ one digest


def noted(record: DigestRecord, verdict: Verdict) -> str:
    if verdict is Verdict.WRONG:
        return (
            f"Noted against the digest of {_story(record.title)}, in your words."
            " The report stays on this host, for whoever runs this bot."
        )
    said = "useful" if verdict is Verdict.USEFUL else "not useful"
    return f"Noted: the digest of {_story(record.title)} was {said}. That stays on this host."


def deleted(record: DigestRecord) -> str:
    return f"Deleted the digest of {_story(record.title)}, and what was stored of it."


def nothing_to_cite(record: DigestRecord) -> str:
    return f"There is nothing to cite: no quoted statement was found in {_story(record.title)}."


def stays(failure: str) -> str:
    """``failure``: a sentence of ``bot.messages``."""
    return f"{failure} The digest stays as it was."


def only_opening(record: DigestRecord) -> str:
    return (
        f"The page shows only the opening of {_story(record.title)} now."
        f" The digest stays as it was read on {moment(record.fetched_at)}."
    )


def unchanged(title: str) -> str:
    return f"Read {_story(title)} again: no quote, speaker or figure changed, nor its title."


def changed(title: str) -> str:
    return f"Read {_story(title)} again: what changed is told below its digest."


def _story(title: str) -> str:
    return f"“{shortened(title, _TITLE_LIMIT) or 'an untitled story'}”"


# ----------------------------------------------------------------------- muted sites


def muted(host: str) -> str:
    return f"Links to {plain(host)} are left alone here. “{TYPED}unmute {plain(host)}” ends that."


def unmuted(host: str) -> str:
    return f"Links to {plain(host)} are read here again."


def not_muted(host: str, others: Sequence[str]) -> str:
    known = f" Muted: {', '.join(map(plain, others))}." if others else ""
    return f"{plain(host)} is not muted here.{known}"


def no_site(record: DigestRecord) -> str:
    return f"{_story(record.title)} was read from a file: there is no site to mute."
