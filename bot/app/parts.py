"""Parts that both assemblies are made of.

What reads pages (lxml, trafilatura, the tagger) is named here and imported in the reading processes only.
"""

from __future__ import annotations

from datetime import UTC, datetime

from bot.config import Settings
from bot.errors import BadSetting
from bot.offload import Offload
from bot.ports import Fetcher

READ, FIND = "bot.article:read", "bot.extract.find:find_all"
MIB = 2**20


def now() -> datetime:
    return datetime.now(UTC)


def fetcher_of(settings: Settings) -> Fetcher:
    from bot.fetch import FetchLimits, HttpFetcher  # noqa: PLC0415 - 0.3 s that a file does not need

    limits = FetchLimits(total_s=settings.fetch_timeout_s, body_limit_bytes=settings.max_page_mib * MIB)
    try:
        return HttpFetcher(limits, settings.allow_hosts)
    except ValueError as error:
        raise BadSetting(
            "allow_hosts", ", ".join(settings.allow_hosts), "hosts, host:port or CIDR"
        ) from error


def extractor_of(settings: Settings) -> Offload:
    return Offload(READ, FIND, workers=settings.workers, limit_s=settings.read_timeout_s)
