"""Which deliveries Slack has taken, as far as this process knows. No I/O."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

from bot.ports import ChatDown
from bot.types import Place, Posted

LOOK_AGAIN_S = 5.0  # what comes meanwhile is found at the next look
_REMEMBERED = 20_000  # keys; 1,000 digests a day for a fortnight, about 10 MB

K = TypeVar("K")
V = TypeVar("V")


class Echoes:
    """``wait_s`` is how long Slack is given to report what it took; ``now`` is monotonic seconds. Keys are
    given as they stand in a post (``render.mark_of``)."""

    def __init__(self, wait_s: float, now: Callable[[], float]) -> None:
        self._wait_s = wait_s
        self._now = now
        self._taken: OrderedDict[str, Posted] = OrderedDict()
        self._keys: OrderedDict[tuple[str, str], str] = OrderedDict()  # workspace and ts -> key
        self._refused: OrderedDict[str, None] = OrderedDict()
        self._asked: OrderedDict[str, float] = OrderedDict()  # when find was first asked

    def hear(self, key: str, posted: Posted) -> None:
        """By its echo: what Slack answered to the post itself is more exact."""
        if key not in self._taken:
            self.take(key, posted)

    def take(self, key: str, posted: Posted) -> None:
        """By its answer to the post."""
        _keep(self._taken, key, posted)
        _keep(self._keys, (posted.place.workspace, posted.message_id), key)
        self._refused.pop(key, None)
        self._asked.pop(key, None)

    def refuse(self, key: str) -> None:
        """It was not sent, Slack said that it did not take it, or it is deleted."""
        self._taken.pop(key, None)
        _keep(self._refused, key, None)

    def doubt(self, key: str) -> None:
        """It is sent: what was known of earlier attempts says nothing of this one."""
        self._refused.pop(key, None)

    def key_of(self, posted: Posted) -> str | None:
        return self._keys.get((posted.place.workspace, posted.message_id))

    def find(self, place: Place, key: str) -> Posted | None:
        """Raises ChatDown while an echo may still come."""
        posted = self._taken.get(key)
        if posted is not None and _same(posted, place):
            return Posted(place, posted.message_id)
        if posted is not None or key in self._refused:
            return None
        if key not in self._asked:
            _keep(self._asked, key, self._now())
        left_s = self._asked[key] + self._wait_s - self._now()
        if left_s > 0:
            raise ChatDown("Slack has not yet reported whether it took this", min(left_s, LOOK_AGAIN_S))
        return None


def _same(posted: Posted, place: Place) -> bool:
    """Whether the message stands in ``place``. A user's id as channel is the direct messages with that
    user; who reports an echo may count a message of the channel itself as the head of its thread."""
    there = posted.place
    channels = place.channel == there.channel or (place.channel[:1] in "UW" and there.channel[:1] == "D")
    threads = place.thread == there.thread or (place.thread is None and there.thread == posted.message_id)
    return place.workspace == there.workspace and channels and threads


def _keep(known: OrderedDict[K, V], key: K, value: V) -> None:
    known[key] = value
    known.move_to_end(key)
    if len(known) > _REMEMBERED:
        known.popitem(last=False)
