"""Between columns and types: times as epoch seconds, messages and word lists as JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from bot.ports import Row
from bot.records import Deed, Delivery, DeliveryState, DigestRecord, Feedback, FeedState, Gathered, Verdict
from bot.rhythm import parsed
from bot.standing import Standing
from bot.types import Block, BlockKind, Message, Place, Request, Run, Subscription


def seconds(at: datetime) -> float:
    """Raises ValueError for a naive time: it would be read in the machine's zone."""
    if at.tzinfo is None:
        raise ValueError("a stored time needs a zone")
    return at.timestamp()


def seconds_or_none(at: datetime | None) -> float | None:
    return None if at is None else seconds(at)


def moment(epoch_s: float) -> datetime:
    return datetime.fromtimestamp(epoch_s, UTC)


def moment_or_none(epoch_s: float | None) -> datetime | None:
    return None if epoch_s is None else moment(epoch_s)


def channel_of(place: Place) -> tuple[str, str, str]:
    return place.platform, place.workspace, place.channel


def place_columns(place: Place) -> dict[str, object]:
    return {
        "platform": place.platform,
        "workspace": place.workspace,
        "channel": place.channel,
        "thread": place.thread or "",
    }


def place_of(row: Row) -> Place:
    return Place(row["platform"], row["workspace"], row["channel"], row["thread"] or None)


def channel_text(place: Place) -> str:
    return words_text(channel_of(place))


def _stands(row: Row) -> Place:
    """Where a delivery's message is, whatever channel the row belongs to."""
    place = place_of(row)
    if row["stands_in"] is None:
        return place
    platform, workspace, channel = words_of(row["stands_in"])
    return Place(platform, workspace, channel, place.thread)


def message_text(message: Message) -> str:
    """The message as JSON; keys with their default value are left out."""
    blocks = [_block_fields(block) for block in message.blocks]
    fields: dict[str, Any] = {"blocks": blocks, "plain": message.plain}
    if message.choices:
        fields["choices"] = message.choices
    if message.more:
        fields["more"] = message.more
    return json.dumps(fields, ensure_ascii=False)


def _block_fields(block: Block) -> dict[str, Any]:
    fields: dict[str, Any] = {"kind": block.kind, "runs": [_run_fields(run) for run in block.runs]}
    return fields if block.findings == 1 else {**fields, "findings": block.findings}


def _run_fields(run: Run) -> dict[str, Any]:
    every = {"text": run.text, "bold": run.bold, "italic": run.italic, "link": run.link}
    return {name: value for name, value in every.items() if value or name == "text"}


def message_of(text: str, digest_id: str | None) -> Message:
    """Empty text (a posted message whose words were dropped) gives a message without blocks."""
    if not text:
        return Message((), "", digest_id)
    fields = json.loads(text)
    blocks = tuple(
        Block(BlockKind(block["kind"]), tuple(Run(**run) for run in block["runs"]), block.get("findings", 1))
        for block in fields["blocks"]
    )
    choices, more = tuple(fields.get("choices", ())), fields.get("more", 0)
    return Message(blocks, fields["plain"], digest_id, choices, more)


def words_text(words: tuple[str, ...]) -> str:
    return json.dumps(words, ensure_ascii=False)


def words_of(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


def request_columns(request: Request) -> dict[str, object]:
    return {
        "key": request.key,
        **place_columns(request.place),
        "asked_by": request.user,
        "body": request.text,
        "links": words_text(request.links),
        "command": int(request.command),
        "addressed": int(request.addressed),
        "private": int(request.private),
        "source": request.source,
        "instead": words_text(request.instead),
        "standing": request.standing,
    }


def request_of(row: Row) -> Request:
    return Request(
        key=row["key"],
        place=place_of(row),
        user=row["asked_by"],
        text=row["body"],
        links=words_of(row["links"]),
        command=bool(row["command"]),
        addressed=bool(row["addressed"]),
        private=bool(row["private"]),
        source=row["source"],
        instead=words_of(row["instead"]),
        standing=Standing(row["standing"]),
    )


def delivery_of(row: Row) -> Delivery:
    return Delivery(
        key=row["key"],
        request_key=row["request_key"],
        place=_stands(row),
        message=message_of(row["message"], row["digest_id"]),
        state=DeliveryState(row["state"]),
        attempts=row["attempts"],
        message_id=row["message_id"],
        reason=row["reason"],
        deed=Deed(row["deed"]),
        target=row["target"],
        only_for=row["only_for"],
        created_at=moment(row["created_at"]),
    )


def digest_columns(record: DigestRecord) -> dict[str, object]:
    return {
        "id": record.id,
        "request_key": record.request_key,
        **place_columns(record.place),
        "canonical_url": record.canonical_url,
        "url": record.url,
        "title": record.title,
        "text_hash": record.text_hash,
        "fetched_at": seconds(record.fetched_at),
        "created_at": seconds(record.created_at),
        "document": record.document,
    }


def digest_of(row: Row, hosts: tuple[str, ...]) -> DigestRecord:
    return DigestRecord(
        id=row["id"],
        request_key=row["request_key"],
        place=place_of(row),
        canonical_url=row["canonical_url"],
        url=row["url"],
        title=row["title"],
        text_hash=row["text_hash"],
        fetched_at=moment(row["fetched_at"]),
        created_at=moment(row["created_at"]),
        document=row["document"],
        hosts=hosts,
    )


def feed_columns(state: FeedState) -> dict[str, object]:
    return {
        "url": state.url,
        "title": state.title,
        "etag": state.etag,
        "last_modified": state.last_modified,
        "interval_s": state.interval_s,
        "failures": state.failures,
        "polled_at": seconds_or_none(state.polled_at),
        "next_poll_at": seconds_or_none(state.next_poll_at),
    }


def feed_of(row: Row) -> FeedState:
    return FeedState(
        url=row["url"],
        title=row["title"],
        etag=row["etag"],
        last_modified=row["last_modified"],
        interval_s=row["interval_s"],
        failures=row["failures"],
        polled_at=moment_or_none(row["polled_at"]),
        next_poll_at=moment_or_none(row["next_poll_at"]),
    )


def subscription_columns(subscription: Subscription) -> dict[str, object]:
    return {
        **place_columns(subscription.place),
        "number": subscription.id,
        "feed_url": subscription.feed_url,
        "title": subscription.title,
        "added_by": subscription.added_by,
        "added_at": seconds(subscription.added_at),
        "want": words_text(subscription.want),
        "refuse": words_text(subscription.refuse),
        "paused": int(subscription.paused),
        "rhythm": str(subscription.rhythm),
        "stopped": subscription.stopped,
    }


def subscription_of(row: Row) -> Subscription:
    return Subscription(
        id=row["number"],
        place=place_of(row),
        feed_url=row["feed_url"],
        title=row["title"],
        added_by=row["added_by"],
        added_at=moment(row["added_at"]),
        want=words_of(row["want"]),
        refuse=words_of(row["refuse"]),
        paused=bool(row["paused"]),
        rhythm=parsed(row["rhythm"]),
        stopped=row["stopped"],
    )


def gathered_columns(gathered: Gathered) -> dict[str, object]:
    return {
        **place_columns(gathered.place),
        "number": gathered.number,
        "entry_id": gathered.entry_id,
        "url": gathered.url,
        "body": gathered.text,
        "due_at": seconds(gathered.due_at),
    }


def gathered_of(row: Row) -> Gathered:
    return Gathered(
        place=place_of(row),
        number=row["number"],
        entry_id=row["entry_id"],
        url=row["url"],
        text=row["body"],
        due_at=moment(row["due_at"]),
    )


def feedback_of(row: Row) -> Feedback:
    return Feedback(
        digest_id=row["digest_id"],
        user=row["given_by"],
        verdict=Verdict(row["verdict"]),
        at=moment(row["given_at"]),
        words=row["words"],
    )
