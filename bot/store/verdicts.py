"""What readers said of digests."""

from __future__ import annotations

import hashlib

from bot.records import Feedback, Verdict
from bot.store.base import Statements
from bot.store.codec import feedback_of, seconds


class Verdicts(Statements):
    """The table ``feedback``."""

    async def add_feedback(self, feedback: Feedback) -> None:
        """KeyError when neither the digest nor a delivery of it is there: nobody could ever delete it."""
        place = await self._row(
            "select platform, workspace, channel from digests where id = ?", feedback.digest_id
        ) or await self._row(
            "select platform, workspace, channel from deliveries where digest_id = ? limit 1",
            feedback.digest_id,
        )
        if place is None:
            raise KeyError(feedback.digest_id)
        columns = {
            "digest_id": feedback.digest_id,
            "given_by": feedback.user,
            "slot": _slot(feedback),
            **place,
            "verdict": feedback.verdict,
            "words": feedback.words,
            "given_at": seconds(feedback.at),
        }
        await self._insert(
            "feedback",
            columns,
            "(digest_id, given_by, slot) do update set verdict = excluded.verdict,"
            " words = excluded.words, given_at = excluded.given_at",
        )

    async def feedback(self, limit: int) -> tuple[Feedback, ...]:
        rows = await self._rows(
            "select * from feedback order by given_at desc, digest_id, given_by, slot limit ?", limit
        )
        return tuple(feedback_of(row) for row in rows)


def _slot(feedback: Feedback) -> str:
    """One for a user's judgement of the digest, one for each report; a report told twice is one."""
    if feedback.verdict is not Verdict.WRONG:
        return ""
    told = f"{seconds(feedback.at)!r} {feedback.words}"
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:16]
