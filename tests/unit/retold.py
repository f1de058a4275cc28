"""A made-up story that its newsroom changes, read by the real finders."""

from __future__ import annotations

from dataclasses import replace

from bot.digest import Digest, compose
from bot.extract.find import find_all
from tests.fakes.story import story

POOL = """HALDEN (Own) — The council of Halden voted on Monday to close the old swimming pool in March.

"We had no choice," said Mara Lindt, leader of the council. "The roof could come down any day."

About 5,200 residents have signed a petition against the closure, the Friends of the Pool said.

"This is a disgrace and we will fight it," said Tom Okafor, who chairs the group. "Nobody asked us."

The repair would cost $4.5 million, according to a report by the engineer Ines Duarte. The council has \
set aside $1.2 million.

Twelve people were hurt when tiles fell in January. One of them, a boy of nine, is still in hospital.

"The pool is loved, but the numbers do not add up," Lindt said.
"""
TITLE = "Halden to close its pool"


def told(*changes: tuple[str, str], title: str = TITLE, text: str = POOL, **fields: object) -> Digest:
    """The story with each (words, other words) exchanged; ``fields`` of the article."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return read(text, title, **fields)


def read(text: str, title: str = TITLE, **fields: object) -> Digest:
    article = replace(story(text, title), **fields)  # type: ignore[arg-type]
    return compose(article, find_all(article))
