"""Who is quoted in which digest: the speakers' names as folded words, one row a name."""

from __future__ import annotations

import json
import logging
from datetime import datetime

from bot.ports import Connection, Database, Row
from bot.store.base import Statements
from bot.store.codec import seconds
from bot.text import name_words

log = logging.getLogger(__name__)

_BATCH = 50  # digests read again in one transaction; a document has some 100 kB
_NAME_WORDS = 50  # no name has more, and SQLite takes no condition of 1,000 parts


def spaced(name: str) -> str:
    """The words of a name with a space before, between and after them, so that one of them is found
    whole: " jane o doe "."""
    words = name_words(name)
    return f" {' '.join(words)} " if words else ""


def speakers(document: str) -> frozenset[str]:
    """The ``spaced`` names of everybody whom the digest quotes."""
    quotes = json.loads(document).get("quotes", ())
    names = (quote["speaker"]["name"] for quote in quotes if quote["speaker"])
    return frozenset(filter(None, map(spaced, names)))


class Voices(Statements):
    """The table ``voices``."""

    async def _hear(self, digest_id: str, document: str) -> None:
        """Whom the digest quotes, in the place of whom it quoted."""
        await self._rows("delete from voices where digest_id = ?", digest_id)
        for name in sorted(speakers(document)):
            await self._insert("voices", {"digest_id": digest_id, "name": name})

    async def _quoting(
        self, platform: str, workspace: str, name: str, since: datetime | None, limit: int
    ) -> list[Row]:
        """Digests that quote a speaker of that name, newest first."""
        asked = sorted(set(name_words(name)))
        if not 0 < len(asked) <= _NAME_WORDS:
            return []
        # words are letters and digits only: nothing in them is a wildcard
        like = " and ".join("v.name like ?" for _ in asked)
        return await self._rows(
            "select d.* from digests d where d.platform = ? and d.workspace = ? and d.created_at >= ?"
            f" and exists (select 1 from voices v where v.digest_id = d.id and {like})"
            " order by d.created_at desc, d.id limit ?",
            platform,
            workspace,
            0.0 if since is None else seconds(since),
            *(f"% {word} %" for word in asked),
            limit,
        )


async def hear_old_digests(database: Database) -> None:
    """Fill in the speakers of digests that were stored before there was a table of them.

    At the first start after the update, some 0.5 ms a digest; killed in the middle, the next start goes on.
    """
    while True:
        async with database.transaction() as connection:
            if not await _hear_some(connection):
                return


async def _hear_some(connection: Connection) -> bool:
    """Whether there was one left."""
    waiting = await connection.rows("select digest_id from unheard limit ?", _BATCH)
    for row in waiting:
        digest_id = row["digest_id"]
        for digest in await connection.rows("select document from digests where id = ?", digest_id):
            for name in sorted(_heard(digest_id, digest["document"])):
                await connection.rows(
                    "insert into voices (digest_id, name) values (?, ?) on conflict do nothing",
                    digest_id,
                    name,
                )
        await connection.rows("delete from unheard where digest_id = ?", digest_id)
    return bool(waiting)


def _heard(digest_id: str, document: str) -> frozenset[str]:
    try:
        return speakers(document)
    except (ValueError, LookupError, TypeError, AttributeError):
        # a start must not fail on it; whoever opens this digest will be told
        log.warning("digest=%s is no document of ours", digest_id)
        return frozenset()
