"""The one catalogue of what people are told: what happened, and what to do. Pure.

``sentence(error)`` and ``notice_text(notice)``. A template names fields of the error or notice in
braces; ``{count?is|are}`` is the first word for 1; a stretch in square brackets is left out when a
field in it is None; ``{typed}`` stands before words to be typed (``bot.display.TYPED``). Fields are
printed words or addresses of strangers, so they are made safe to show. ``*_bytes`` are shown in MiB,
``*_s`` in seconds or minutes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.display import TYPED, shortened
from bot.errors import NutgrafError
from bot.types import Notice

ERRORS: Mapping[str, str] = {
    # a page could not be had
    "bad-link": "{url} is not a web link. Paste one that begins with http:// or https://.",
    "private-address": "{host} is inside a private network, and I do not read there. "
    "If it is yours, add it to allow_hosts in the settings.",
    "port-refused": "The link wants port {port} of {host}, and I read from ports 80 and 443 only. "
    "If it is yours, add {host}:{port} to allow_hosts in the settings.",
    "host-unknown": "I cannot find {host}. Check the link for a typing error.",
    "unreachable": "{host} did not answer ({cause}). Try again in a while.",
    "too-slow": "{host} took longer than {timeout_s}. Try again in a while.",
    "too-large": "The page at {host} is larger than {limit_bytes}, so I stopped reading. "
    "Paste a link to the story itself.",
    "too-many-redirects": "{url} sent me on more than {limit} times. Paste the link of the page it ends on.",
    "not-found": "The site says there is no page at {url} (status {status}). Check the link.",
    "blocked": "{host} refuses to show me the page (status {status})[; I may ask again in {retry_after_s}]. "
    "Open it yourself, save it and send me the file or its text.",
    "site-failed": "{host} has a fault of its own (status {status})[; it asks to wait {retry_after_s}]. "
    "Try again later.",
    "bad-body": "What {host} sent was broken on the way ({cause}). Try again.",
    # a body could not be read as a story
    "not-readable": "{url} is {media_type}, and I read web pages and plain text only. "
    "Paste a link to the story as a page.",
    "not-an-article": "{url} looks like {looks_like}, not like a story. Paste a link to one story.",
    "paywall-only": "{url} shows nothing of the story without a subscription. "
    "Open it yourself, save it and send me the file or its text.",
    "empty-body": "There is nothing on {url} to read. Check the link in a browser.",
    "read-too-slow": "Reading {url} took longer than {limit_s}, so I stopped. "
    "Send me the story as plain text.",
    "read-crashed": "{url} is more than my reader can bear, so I stopped. Send me the story as plain text.",
    # a feed could not be followed
    "not-a-feed": "{url} is not a feed and names none. Paste the link of its RSS, Atom or JSON feed.",
    "several-feeds": "{url} offers several feeds. Follow one of: {choices}.",
    "feed-gone": "The site says that the feed {url} is gone for good[, so number {number} is paused here]. "
    "Follow its new link, if it has one.",
    # the request itself
    "unknown-command": "I do not know “{word}”.[ Did you mean “{typed}{nearest}”?] "
    "Say “{typed}help” for what I can do.",
    "bad-command": "That is not how “{verb}” works[: {wrong}]. Say: {typed}{usage}",
    "no-such-subscription": "Nothing followed here matches {what}. Say “{typed}list” for the numbers.",
    "no-such-digest": "There is no digest[ {digest_id}] here; it may have been deleted. "
    "Paste the story's link to have it read.",
    "already-followed": "{feed_url} is followed here already: it is number {number} of “{typed}list”.",
    "not-allowed": "{what} is not allowed here[: only {who} may]. Ask whoever runs this bot.",
    "file-unreadable": "I cannot read the file {path} ({cause}). Check its name and your rights to it.",
    "links-off": "Links are not read here. To have this one read all the same, say: {typed}digest {url}",
    # configuration and store
    "bad-setting": "The setting {key} cannot be “{value}”. It wants {want}.",
    "unknown-setting": "There is no setting {key}.[ Did you mean {nearest}?] "
    "docs/settings.md lists them all.",
    "setting-missing": "The setting {key} is missing: {because}. docs/settings.md lists them all.",
    "store-busy": "Another nutgraf is using {path}. Stop it, or give this one its own data_dir.",
    "store-newer": "The store was written by a newer nutgraf ({version}). Update this one.",
    "store-unusable": "I cannot use the store {path} ({cause}). Check the disk and your rights to it.",
    "session-busy": "Another nutgraf is signed in with {path}. Stop it, or give this one its own data_dir.",
    "session-lost": "The session of {user} cannot go on: {cause}. "
    "Give {key} in the settings and start me again.",
}

NOTICES: Mapping[str, str] = {
    "partial": "Read {read_words}[ of about {expected_words}] words[: {reason}]. "
    "This is not the whole story.",
    "liveblog": "This is a live blog: what follows is what it said when it was read.",
    "correction": "The page carries a correction: “{text}”",
    "more-links": "{count} more {count?link|links} of this message {count?was|were} not read: "
    "I read {limit} a message.",
    "inferred-date": "The date was not stated by the page; it was guessed from its text.",
    "language": "The story is in a language I do not know ({language}): speakers and names may be missing.",
    "no-quotes": "No quoted statement was found in it.",
    "unattributed": "{count} of {total} statements {count?has|have} no speaker that the text names clearly.",
    "unnamed-sources": "{count} of {total} statements {count?rests|rest} on unnamed sources.",
    "uncertain-speaker": "{count} of {total} speakers {count?is|are} not certain, and marked “likely”.",
    "superseded-figure": "Set aside, since the text gives a later figure: “{text}”[ and {more} more].",
}

_HOLE = re.compile(r"\{(\w+)(?:\?(\w+)\|(\w+))?\}")
_MAYBE = re.compile(r"\[([^\[\]]*)\]")
_FIELD_LIMIT = 300  # code points of one field: a link of 2,000 would bury the sentence
_PRINTED = frozenset({"text"})  # words of the page: shown whole


def sentence(error: NutgrafError) -> str:
    """What happened and what to do, one line; TYPED stands before words to be typed."""
    return _filled(ERRORS[error.code()], error.details())


def notice_text(notice: Notice) -> str:
    """The notice as one line; raises KeyError for a code that the catalogue does not have."""
    return _filled(NOTICES[notice.code], notice.fields)


def _filled(template: str, values: Mapping[str, object]) -> str:
    def kept(match: re.Match[str]) -> str:
        return (
            match.group(1) if all(_known(values, hole[0]) for hole in _HOLE.findall(match.group(1))) else ""
        )

    def put(match: re.Match[str]) -> str:
        field, one, more = match.groups()
        if field == "typed":
            return TYPED
        if one is not None:
            return one if values[field] == 1 else str(more)
        return _shown(field, values[field])

    return _HOLE.sub(put, _MAYBE.sub(kept, template))


def _known(values: Mapping[str, object], field: str) -> bool:
    return field == "typed" or values.get(field) is not None


def _shown(field: str, value: object) -> str:
    if isinstance(value, int | float) and field.endswith("_bytes"):
        return f"{value / 2**20:.0f} MiB" if value >= 2**20 else f"{value:.0f} bytes"
    if isinstance(value, int | float) and field.endswith("_s"):
        return _span_of_time(value)
    if isinstance(value, tuple):
        return ", ".join(shortened(str(one), _FIELD_LIMIT) for one in value)
    return shortened(str(value), 10_000 if field in _PRINTED else _FIELD_LIMIT)


def _span_of_time(seconds: float) -> str:
    if seconds < 120:
        return "1 second" if seconds == 1 else f"{seconds:g} seconds"
    minutes = round(seconds / 60)
    return f"{minutes} minutes" if minutes < 120 else f"{round(minutes / 60)} hours"
