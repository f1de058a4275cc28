"""How the running bot fares, in a small file beside its session, for ``nutgraf check`` in another process."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from adapters.matrix.folder import HEALTH, Folder
from bot.errors import StoreUnusable

WRITTEN_EVERY_S = 10.0
_HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Health:
    """``synced_at``, ``written_at``: seconds since 1970, 0 for never. ``failures``: syncs that failed since
    the last good one. ``unread``: messages that cannot be decrypted. ``limited_s``: how long the homeserver
    has made the bot wait in the last hour. ``left_out``: events that broke on a bug of ours."""

    synced_at: float = 0.0
    failures: int = 0
    unread: int = 0
    limited_s: float = 0.0
    left_out: int = 0
    started_at: float = 0.0
    written_at: float = 0.0

    def keep(self, folder: Folder) -> None:
        """Raises StoreUnusable."""
        folder.write(HEALTH, {**asdict(self), "written_at": time.time()}, durable=False)

    @classmethod
    def kept(cls, folder: Folder) -> Health | None:
        """None when no bot has written it. Raises StoreUnusable."""
        read = folder.read(HEALTH)
        return None if read is None else cls(**_numbers(read, folder))


def _numbers(read: Mapping[str, Any], folder: Folder) -> dict[str, Any]:
    known = {one.name: read.get(one.name, 0) for one in fields(Health)}
    if not all(isinstance(value, int | float) for value in known.values()):
        raise StoreUnusable(str(folder.path / HEALTH), "not what nutgraf wrote")
    return known


class LastHour:
    """How much a sum that only grows has grown in the last hour."""

    def __init__(self) -> None:
        self._sums: deque[tuple[float, float]] = deque()  # when, the sum then

    def grown(self, at: float, now_sum: float) -> float:
        """``at``: seconds of any clock, later each time."""
        self._sums.append((at, now_sum))
        while len(self._sums) > 1 and self._sums[1][0] <= at - _HOUR_S:
            self._sums.popleft()
        return now_sum - self._sums[0][1]
