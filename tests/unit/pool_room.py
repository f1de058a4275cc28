"""A desk that reads with the real finders, and one story in its web."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.extract.find import find_all
from bot.types import ArticleKind, Coverage, Digestible, Page, Place
from tests.fakes.chat import Sent
from tests.fakes.desk import HERE, FakeWeb, link_request
from tests.fakes.story import story
from tests.unit.retold import POOL, TITLE
from tests.unit.test_desk import Room, furnished

STORY = "https://www.paper.example/pool"
FEED = "https://paper.example/feed"
THREAD = replace(HERE, thread="7")
LAST = '"The pool is loved, but the numbers do not add up," Lindt said.\n'


class FoundReader:
    """An Extractor: first line title, the rest read by the real finders. "(teaser)" makes it one."""

    async def extract(self, page: Page) -> Digestible:
        title, _, text = page.body.decode().partition("\n")
        article = replace(
            story(text, title), canonical_url=page.url.split("?")[0], fetched_at=page.fetched_at
        )
        if "(teaser)" in text:
            article = replace(article, kind=ArticleKind.TEASER, coverage=Coverage(50, 200, "paywall"))
        return Digestible(article, find_all(article))

    async def close(self) -> None:
        pass


async def nothing() -> None:
    pass


@dataclass
class SlowWeb(FakeWeb):
    """``meanwhile`` happens while a page is on its way."""

    meanwhile: Callable[[], Awaitable[None]] = nothing

    async def get(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Page:
        await self.meanwhile()
        return await super().get(url, etag=etag, last_modified=last_modified)


@pytest.fixture
async def room(quick_path: Path) -> AsyncIterator[Room]:
    web = SlowWeb({STORY: f"{TITLE}\n{POOL}", FEED: f"The Paper\n{STORY}"})
    async with furnished(quick_path, web, FoundReader()) as opened:
        yield opened


async def digested(room: Room, place: Place = THREAD, key: str = "E1") -> str:
    """The id of a digest that ada asked for."""
    await room.say(link_request(key, STORY, place=place))
    found = room.chat.sent[-1].message.digest_id
    assert found is not None
    return found


def now_prints(room: Room, *changes: tuple[str, str]) -> None:
    """The page's text from now on."""
    text = POOL
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    room.web.pages = {**room.web.pages, STORY: f"{TITLE}\n{text}"}


def since(room: Room, count: int) -> list[Sent]:
    return room.chat.sent[count:]
