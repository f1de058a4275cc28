"""The fetcher: turns, hops, statuses and bodies. What a hop may contact is ``bot.fetch.wire``'s business."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from bot.errors import BadBody, NotReadable, NutgrafError, TooLarge, TooManyRedirects, TooSlow
from bot.fetch.addresses import AllowList
from bot.fetch.answers import (
    PERMANENT,
    REDIRECTS,
    charset_of,
    cookies_of,
    error_of,
    fresh_s,
    hopeless,
    media_type_of,
    validator,
)
from bot.fetch.body import Broken, Decoder, Overlong
from bot.fetch.limits import FetchLimits
from bot.fetch.target import Target, target_of, without_secrets
from bot.fetch.turns import Turns
from bot.fetch.wire import Answer, Resolver, Wire, system_resolver
from bot.ports import Clock
from bot.types import Page

_log = logging.getLogger("nutgraf.egress")


@dataclass(slots=True)
class _Visit:
    """One ``get`` under way: where it is, where it was, what it carries."""

    target: Target
    conditions: Mapping[str, str]
    hosts: list[str] = field(default_factory=list)
    cookies: dict[tuple[str, str, int], dict[str, str]] = field(default_factory=dict)  # by origin
    permanent: bool = True  # so far every redirect said that it is for good

    def __post_init__(self) -> None:
        self.hosts.append(self.target.host)

    @property
    def _origin(self) -> tuple[str, str, int]:
        return self.target.scheme, self.target.host, self.target.port

    def headers(self) -> dict[str, str]:
        held = self.cookies.get(self._origin, {})
        cookie = "; ".join(f"{name}={value}" for name, value in held.items())
        return {**self.conditions, "Cookie": cookie} if cookie else dict(self.conditions)

    def move(self, following: Target, cookies: Mapping[str, str], *, permanent: bool) -> str:
        """Go on to ``following``; answers the word for the log."""
        self.permanent = self.permanent and permanent
        self.cookies.setdefault(self._origin, {}).update(cookies)
        downgraded = self.target.scheme == "https" and following.scheme == "http"
        self.target = following
        self.hosts.append(following.host)
        return "redirect-downgraded" if downgraded else "redirect"


class HttpFetcher:
    """``bot.ports.Fetcher`` over HTTP/1.1 and TLS.

    Redirects are followed by hand, each hop checked like the first. One from https to http is
    followed, because publishers' shorteners do that and a public page has no secret; the log line
    says so. Nothing is kept between two calls but the politeness clock: no cookies, connections or
    credentials, and no proxy is taken from the environment. Within one call a site that redirects
    gets back the cookies it just set, on the same origin only: consent bounces loop without them.

    ``get`` raises leaves of FetchError, and NotReadable for a media type that nobody here reads
    (video, images, archives), before its body is loaded. ``Page.hosts`` names every host that was
    contacted, in order, each once. Each hop writes one line to the log ``nutgraf.egress``: host, port,
    status, bytes after decompression, milliseconds; never a path, a query or a word of the page.
    """

    def __init__(
        self,
        limits: FetchLimits | None = None,
        allow_hosts: Sequence[str] = (),
        *,
        resolver: Resolver = system_resolver,
        tls: ssl.SSLContext | None = None,
        clock: Clock = lambda: datetime.now(UTC),
    ) -> None:
        """``allow_hosts``: see ``AllowList.of``, which raises ValueError for an entry it cannot read."""
        self._limits = limits or FetchLimits()
        self._wire = Wire(self._limits, AllowList.of(allow_hosts), resolver, tls)
        self._clock = clock
        self._turns = Turns(self._limits.gap_s, self._limits.at_once_per_host)

    async def get(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Page:
        """The page behind ``url``; ``not_modified`` when the site says that ours is still right."""
        first = target_of(url)
        asked = {"If-None-Match": validator(etag), "If-Modified-Since": validator(last_modified)}
        visit = _Visit(first, {name: value for name, value in asked.items() if value is not None})
        try:
            async with asyncio.timeout(self._limits.total_s):
                page = await self._follow(visit)
        except TimeoutError:
            raise TooSlow(visit.target.host, self._limits.total_s) from None
        moved = len(visit.hosts) > 1 and visit.permanent
        return replace(
            page,
            requested_url=url,
            hosts=tuple(dict.fromkeys(visit.hosts)),
            permanent_url=page.url if moved else None,
        )

    async def close(self) -> None:
        """Drop the connections. The fetcher may be used again."""
        await self._wire.close()

    async def _follow(self, visit: _Visit) -> Page:
        """Hop by hop to the page."""
        first = visit.target
        while True:
            host = visit.target.host
            async with self._turns.of(host):
                while visit.target.host == host:  # hops inside one host are one visit: no gap between them
                    page = await self._hop(visit)
                    if page is not None:
                        return page
                    if len(visit.hosts) > self._limits.redirects + 1:
                        raise TooManyRedirects(without_secrets(first.url), self._limits.redirects)

    async def _hop(self, visit: _Visit) -> Page | None:
        """One exchange, and its line in the egress log; None when it moved the visit on."""
        loop = asyncio.get_running_loop()
        start_s, target = loop.time(), visit.target
        status, size_bytes, outcome = 0, 0, "broken-off"
        try:
            async with self._wire.exchange(target, visit.headers()) as answer:
                status = answer.status
                location = answer.headers.get("Location")
                if status in REDIRECTS and location:
                    following, cookies = target_of(location, target), cookies_of(answer.cookies)
                    outcome = visit.move(following, cookies, permanent=status in PERMANENT)
                    return None
                page = await self._page(target, answer, bool(visit.conditions))
                size_bytes, outcome = len(page.body), "not-modified" if page.not_modified else "page"
                return page
        except NutgrafError as error:
            outcome = error.code()
            raise
        finally:
            _log.info(
                "host=%s port=%d status=%d bytes=%d ms=%d outcome=%s",
                *(target.host, target.port, status, size_bytes),
                *(round((loop.time() - start_s) * 1000), outcome),
            )

    async def _page(self, target: Target, answer: Answer, conditional: bool) -> Page:
        """The page of a final answer; raises the leaf that its status or media type stands for."""
        now = self._clock()
        headers = answer.headers
        content_type = headers.get("Content-Type", "")
        page = Page(
            url=target.url,
            requested_url=target.url,
            media_type=media_type_of(content_type),
            body=b"",
            fetched_at=now,
            charset=charset_of(content_type),
            status=answer.status,
            etag=validator(headers.get("ETag")),
            last_modified=validator(headers.get("Last-Modified")),
            not_modified=answer.status == 304 and conditional,
            fresh_s=fresh_s(headers),
        )
        if page.not_modified:
            return page
        error = error_of(answer.status, headers, target.host, without_secrets(target.url), now)
        if error is not None:
            raise error
        if hopeless(page.media_type):
            raise NotReadable(without_secrets(target.url), page.media_type)
        return replace(page, body=await self._body(target, answer))

    async def _body(self, target: Target, answer: Answer) -> bytes:
        limit_bytes = self._limits.body_limit_bytes
        if (answer.length_bytes or 0) > limit_bytes:
            raise TooLarge(target.host, limit_bytes)
        try:
            decoder = Decoder(answer.encoding, limit_bytes)
            async for piece in answer.pieces:
                decoder.feed(piece)
            return decoder.whole()
        except Overlong:
            raise TooLarge(target.host, limit_bytes) from None
        except Broken as error:
            raise BadBody(target.host, str(error)) from None
