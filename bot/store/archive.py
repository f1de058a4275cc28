"""Digests, the versions of the stories they were made from, and the hosts contacted."""

from __future__ import annotations

from datetime import datetime

from bot.ports import Row
from bot.records import Deed, Delivery, DeliveryState, DigestRecord
from bot.store.base import CHANNEL
from bot.store.codec import channel_of, delivery_of, digest_columns, digest_of, seconds
from bot.store.voices import Voices
from bot.types import Place

# What a later reading of a story leaves as it is: the digest still answers the message it stands under.
_LASTING = ("id", "request_key", "platform", "workspace", "channel", "thread")

# The digest itself: what is posted of it later ("more") answers somebody else.
_FIRST_POST = (
    "select f.key from deliveries f where f.digest_id = d.id and f.deed = ? and f.only_for is null"
    " order by f.created_at, f.key"
)

# The digests of a story by either address, found before anything else is looked at ("cross": SQLite keeps to
# the order). With "canonical_url = ? or url = ?" it reads every digest of the channel: 32 ms of 6,000.
_STORY = (
    "(select id from digests where canonical_url = ? union select id from digests where url = ?) s"
    " cross join digests d"
)


class Archive(Voices):
    """See ``bot.ports.Archive``."""

    async def keep_digest(self, record: DigestRecord, article: str) -> None:
        if await self._insert("digests", digest_columns(record)):
            await self._keep_parts(record, article)

    async def replace_digest(self, record: DigestRecord, article: str) -> None:
        """One that was deleted meanwhile stays deleted; request and place stay the first reading's."""
        columns = {name: value for name, value in digest_columns(record).items() if name not in _LASTING}
        changes = ", ".join(f"{name} = ?" for name in columns)
        await self._sweep_alone()
        read_before = await self._row("select canonical_url, text_hash from digests where id = ?", record.id)
        if read_before is None:
            return
        await self._rows(f"update digests set {changes} where id = ?", *columns.values(), record.id)
        await self._rows("delete from egress where digest_id = ?", record.id)
        await self._keep_parts(record, article)
        await self._drop_version(read_before)

    async def _keep_parts(self, record: DigestRecord, article: str) -> None:
        await self._hear(record.id, record.document)
        for position, host in enumerate(record.hosts):
            await self._insert("egress", {"digest_id": record.id, "position": position, "host": host})
        version = {
            "canonical_url": record.canonical_url,
            "text_hash": record.text_hash,
            "fetched_at": seconds(record.fetched_at),
            "article": article,
        }
        await self._insert("versions", version)  # before the article, in the order of ``_sweep``: no deadlock
        story = {
            "canonical_url": record.canonical_url,
            "url": record.url,
            "title": record.title,
            "first_seen_at": seconds(record.fetched_at),
        }
        await self._insert("articles", story, "(canonical_url) do update set title = excluded.title")

    async def digest(self, digest_id: str) -> DigestRecord | None:
        return await self._with_hosts(await self._row("select * from digests where id = ?", digest_id))

    async def latest_digest(self, place: Place, canonical_url: str | None = None) -> DigestRecord | None:
        table, same, urls = ("digests d", "", ()) if canonical_url is None else (
            _STORY, " and d.id = s.id", (canonical_url, canonical_url),
        )  # fmt: skip
        row = await self._row(
            f"select d.* from {table} where {CHANNEL}{same}"
            " order by case when thread = ? then 0 else 1 end, created_at desc, d.id limit 1",
            *urls,
            *channel_of(place),
            place.thread or "",
        )
        return await self._with_hosts(row)

    async def posted_digest(
        self, place: Place, canonical_url: str, since: datetime
    ) -> tuple[DigestRecord, Delivery] | None:
        """``canonical_url``: either address of the story."""
        row = await self._row(
            f"select p.* from {_STORY} join deliveries p on p.digest_id = d.id"
            " where d.id = s.id and d.platform = ? and d.workspace = ? and d.channel = ?"
            f" and p.state = ? and p.updated_at >= ? and p.key = ({_FIRST_POST} limit 1)"
            " order by p.updated_at desc, p.key limit 1",
            canonical_url,
            canonical_url,
            *channel_of(place),
            DeliveryState.POSTED,
            seconds(since),
            Deed.POST,
        )
        record = None if row is None else await self.digest(row["digest_id"])
        return None if row is None or record is None else (record, delivery_of(row))

    async def delete_digest(self, digest_id: str) -> Delivery | None:
        """A message of it that is not yet with the chat is parked. A message that is just being handed
        over counts as posted."""
        await self._delete_digests("id = ?", digest_id)
        await self._hold_back("digest_id = ?", digest_id, reason="the digest was deleted")
        row = await self._row(
            "select * from deliveries where digest_id = ? and deed = ? and only_for is null"
            " and state in (?, ?) order by created_at, key limit 1",
            digest_id,
            Deed.POST,
            DeliveryState.POSTED,
            DeliveryState.POSTING,
        )
        return None if row is None else delivery_of(row)

    async def _hold_back(self, which: str, *values: object, reason: str) -> None:
        """Park the deliveries that no chat has been given yet; the words of all of them go."""
        await self._rows(
            f"update deliveries set state = ?, reason = ? where {which} and state = ?",
            DeliveryState.PARKED,
            reason,
            *values,
            DeliveryState.NEW,
        )
        await self._rows(f"update deliveries set message = '' where {which}", *values)

    async def digests_of(self, platform: str, workspace: str, limit: int) -> tuple[DigestRecord, ...]:
        rows = await self._rows(
            "select * from digests where platform = ? and workspace = ? order by created_at desc, id limit ?",
            platform,
            workspace,
            limit,
        )
        return await self._all_with_hosts(rows)

    async def said(
        self, platform: str, workspace: str, name: str, since: datetime | None, limit: int
    ) -> tuple[DigestRecord, ...]:
        return await self._all_with_hosts(await self._quoting(platform, workspace, name, since, limit))

    async def _with_hosts(self, row: Row | None) -> DigestRecord | None:
        return None if row is None else (await self._all_with_hosts([row]))[0]

    async def _all_with_hosts(self, rows: list[Row]) -> tuple[DigestRecord, ...]:
        found = []
        for row in rows:
            hosts = await self._rows(
                "select host from egress where digest_id = ? order by position", row["id"]
            )
            found.append(digest_of(row, tuple(host["host"] for host in hosts)))
        return tuple(found)

    async def forget_story(self, place: Place, url: str) -> int:
        gone = await self._delete_digests(
            f"{CHANNEL} and (canonical_url = ? or url = ?)", *channel_of(place), url, url
        )
        for row in gone:
            await self._rows("delete from deliveries where digest_id = ?", row["id"])
            await self._rows("delete from feedback where digest_id = ?", row["id"])
            await self._empty_request(row["request_key"])
        return len(gone)

    async def _delete_digests(self, which: str, *values: object) -> list[Row]:
        """With what belongs to them alone; answers them."""
        await self._sweep_alone()
        gone = await self._rows(
            f"delete from digests where {which} returning id, request_key, canonical_url, text_hash", *values
        )
        for row in gone:
            for table in ("egress", "voices"):
                await self._rows(f"delete from {table} where digest_id = ?", row["id"])
            await self._drop_version(row)
        return gone

    async def _drop_version(self, read: Row) -> None:
        """The version that a digest was made from, unless another was made from it too."""
        url, text_hash = read["canonical_url"], read["text_hash"]
        await self._rows(
            "delete from versions where canonical_url = ? and text_hash = ? and not exists"
            " (select 1 from digests d where d.canonical_url = ? and d.text_hash = ?)",
            url,
            text_hash,
            url,
            text_hash,
        )
        await self._rows(
            "delete from articles where canonical_url = ? and not exists"
            " (select 1 from versions v where v.canonical_url = ?)",
            url,
            url,
        )

    async def _empty_request(self, key: str) -> None:
        """The words go, the key stays until the purge: the platform may deliver the event again."""
        # no command any more: empty words are "help", and a job that runs again would say it
        await self._rows(
            "update requests set body = '', links = '[]', instead = '[]', asked_by = '', command = 0"
            " where key = ?",
            key,
        )

    async def _sweep(self) -> int:
        """Delete what belonged to digests that are no more, wherever they were."""
        await self._sweep_alone()
        hosts = await self._deleted("delete from egress where digest_id not in (select id from digests)")
        voices = await self._deleted("delete from voices where digest_id not in (select id from digests)")
        versions = await self._deleted(
            "delete from versions where not exists (select 1 from digests d"
            " where d.canonical_url = versions.canonical_url and d.text_hash = versions.text_hash)"
        )
        articles = await self._deleted(
            "delete from articles where canonical_url not in (select canonical_url from versions)"
        )
        return hosts + voices + versions + articles

    async def _sweep_alone(self) -> None:
        """Two that each delete one of a version's last two digests would both leave the version; the
        second is to see that the first digest is gone. SQLite has one writer anyway."""
        if self._dialect == "postgresql":
            await self._rows("select pg_advisory_xact_lock(hashtext('nutgraf sweep'))")
