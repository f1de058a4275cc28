"""From a link to a digest and its record: fetch, read and find, compose."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from bot.digest import Digest, compose, document
from bot.errors import BadLink
from bot.ports import Clock, Extractor, Fetcher
from bot.records import DigestRecord
from bot.types import Notice, Request
from bot.urls import canonical


@dataclass(frozen=True, slots=True)
class Reader:
    """What it takes to read a link."""

    fetcher: Fetcher
    extractor: Extractor
    clock: Clock

    async def read(self, url: str, notices: Iterable[Notice] = ()) -> Digest:
        """Raises leaves of FetchError and ReadError; NotVerbatim on a fault of ours."""
        page = await self.fetcher.get(url)
        found = await self.extractor.extract(page)
        return compose(found.article, found.findings, page.hosts, notices=notices)

    def record(
        self, digest: Digest, request: Request, url: str, delivery_key: str
    ) -> tuple[DigestRecord, str]:
        """The digest as stored, and its story's JSON, in any thread. One delivery has one digest id."""
        article, whole = digest.article, document(digest)
        record = DigestRecord(
            id=digest_id(delivery_key),
            request_key=request.key,
            place=request.place,
            canonical_url=article.canonical_url,
            url=url,
            title=article.title,
            text_hash=hashlib.sha256(article.text.encode("utf-8", "surrogatepass")).hexdigest(),
            fetched_at=article.fetched_at,
            created_at=self.clock(),
            document=json.dumps(whole, ensure_ascii=False),
            hosts=digest.hosts,
        )
        return record, json.dumps(whole["article"], ensure_ascii=False)


def delivery_key(request: Request, url: str) -> str:
    """Of the link's digest: one for each message and story, however often and in whatever way the
    message comes."""
    try:
        address = canonical(url)
    except BadLink:
        address = url
    return f"{request.source or request.key}#{hashlib.sha256(address.encode()).hexdigest()[:10]}"


def digest_id(delivery_key: str) -> str:
    """Twelve letters and digits, safe in a link."""
    return hashlib.sha256(delivery_key.encode()).hexdigest()[:12]
