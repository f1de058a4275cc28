"""Digests, the versions of the stories they were made from, and the hosts contacted."""

from __future__ import annotations

from bot.ports import Row
from bot.records import DigestRecord
from bot.store.base import CHANNEL, Statements
from bot.store.codec import channel_of, digest_columns, digest_of, seconds
from bot.types import Place


class Archive(Statements):
    """See ``bot.ports.Archive``."""

    async def keep_digest(self, record: DigestRecord, article: str) -> None:
        if not await self._insert("digests", digest_columns(record)):
            return
        for position, host in enumerate(record.hosts):
            await self._insert("egress", {"digest_id": record.id, "position": position, "host": host})
        story = {
            "canonical_url": record.canonical_url,
            "url": record.url,
            "title": record.title,
            "first_seen_at": seconds(record.fetched_at),
        }
        await self._insert("articles", story, "(canonical_url) do update set title = excluded.title")
        version = {
            "canonical_url": record.canonical_url,
            "text_hash": record.text_hash,
            "fetched_at": seconds(record.fetched_at),
            "article": article,
        }
        await self._insert("versions", version)

    async def digest(self, digest_id: str) -> DigestRecord | None:
        return await self._with_hosts(await self._row("select * from digests where id = ?", digest_id))

    async def latest_digest(self, place: Place, canonical_url: str | None = None) -> DigestRecord | None:
        story, urls = ("", ()) if canonical_url is None else (
            " and (canonical_url = ? or url = ?)", (canonical_url, canonical_url),
        )  # fmt: skip
        row = await self._row(
            f"select * from digests where {CHANNEL}{story}"
            " order by case when thread = ? then 0 else 1 end, created_at desc, id limit 1",
            *channel_of(place),
            *urls,
            place.thread or "",
        )
        return await self._with_hosts(row)

    async def _with_hosts(self, row: Row | None) -> DigestRecord | None:
        if row is None:
            return None
        hosts = await self._rows("select host from egress where digest_id = ? order by position", row["id"])
        return digest_of(row, tuple(host["host"] for host in hosts))

    async def forget_story(self, place: Place, url: str) -> int:
        gone = await self._forget_digests(place, url)
        await self._sweep()
        return gone

    async def _forget_digests(self, place: Place, url: str) -> int:
        gone = await self._rows(
            f"delete from digests where {CHANNEL} and (canonical_url = ? or url = ?)"
            " returning id, request_key",
            *channel_of(place),
            url,
            url,
        )
        for row in gone:
            await self._rows("delete from deliveries where digest_id = ?", row["id"])
            await self._empty_request(row["request_key"])
        return len(gone)

    async def _empty_request(self, key: str) -> None:
        """The words go, the key stays until the purge: the platform may deliver the event again."""
        # no command any more: empty words are "help", and a job that runs again would say it
        await self._rows(
            "update requests set body = '', links = '[]', asked_by = '', command = 0 where key = ?", key
        )

    async def _sweep(self) -> int:
        """Delete what belonged to digests that are no more."""
        hosts = await self._deleted("delete from egress where digest_id not in (select id from digests)")
        versions = await self._deleted(
            "delete from versions where not exists (select 1 from digests d"
            " where d.canonical_url = versions.canonical_url and d.text_hash = versions.text_hash)"
        )
        articles = await self._deleted(
            "delete from articles where canonical_url not in (select canonical_url from versions)"
        )
        return hosts + versions + articles
