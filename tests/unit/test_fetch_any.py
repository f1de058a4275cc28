"""Whatever the link, whatever the answer: a page or a leaf of the error tree."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot.errors import BadLink, FetchError, ReadError, leaves
from bot.fetch import FetchLimits, HttpFetcher
from bot.fetch.addresses import is_public
from bot.fetch.target import target_of
from tests.fakes.site import Reply, Site

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
LEAVES = (*leaves(FetchError), *leaves(ReadError))
PATHS = itertools.count()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(max_size=80)
    | st.text(max_size=60).map("http://".__add__)
    | st.text(alphabet="0123456789.:[]@/x%abf", max_size=40).map("http://".__add__)
)
async def test_any_text_is_a_page_or_a_leaf(url: str) -> None:
    assume(not _leads_out(url))

    async def nowhere(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    fetcher = HttpFetcher(FetchLimits(connect_s=0.2, total_s=0.3, gap_s=0), resolver=nowhere)
    try:
        with pytest.raises(LEAVES):
            await fetcher.get(url)
    finally:
        await fetcher.close()


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=200)
    | st.binary(max_size=60).map(lambda tail: b"HTTP/1.1 200 OK\r\n" + tail + b"\r\n\r\nx")
    | st.binary(max_size=60).map(lambda tail: HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + tail)
    | st.binary(max_size=60).map(lambda tail: b"HTTP/1.1 302 F\r\nLocation: " + tail + b"\r\n\r\n")
)
async def test_any_answer_is_a_page_or_a_leaf(site: Site, raw: bytes) -> None:
    fetcher = HttpFetcher(
        FetchLimits(connect_s=0.2, read_s=0.2, total_s=0.4, gap_s=0, redirects=1), [site.netloc]
    )
    path = f"/{next(PATHS)}"
    site.answer(path, Reply(raw=raw))
    try:
        page = await fetcher.get(site.url(path))
        assert page.status in {200, 203, 204, 205}
    except LEAVES:
        pass
    finally:
        await fetcher.close()
    assert site.hits(path)


def _leads_out(url: str) -> bool:
    """Names an address of the open Internet: "http://6.8/" is 6.0.0.8, and no test may knock there."""
    try:
        address = target_of(url).address
    except BadLink:
        return False
    return address is not None and is_public(address)
