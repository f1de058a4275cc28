"""The fetcher against a site on loopback that behaves as badly as it can."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.errors import (
    BadBody,
    Blocked,
    FetchError,
    NotFound,
    NotReadable,
    SiteFailed,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    Unreachable,
)
from bot.fetch import FetchLimits, HttpFetcher
from bot.ports import Fetcher
from tests.fakes.site import Reply, Seen, Site

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
CALM = FetchLimits(gap_s=0, body_limit_bytes=200_000)  # for sites that answer, on machines that are busy
QUICK = FetchLimits(connect_s=1, read_s=0.4, total_s=1.5, gap_s=0)


@pytest.fixture
async def fetcher(site: Site) -> AsyncIterator[Fetcher]:
    made = HttpFetcher(CALM, [site.netloc], clock=lambda: NOW)
    yield made
    await made.close()


async def test_a_page_arrives_with_all_that_was_said_about_it(site: Site, fetcher: Fetcher) -> None:
    site.add("/x?q=1", "<p>Grüße</p>", etag='"a"', last_modified="Thu, 05 Mar 2026 10:00:00 GMT")
    page = await fetcher.get(site.url("/x?q=1"))
    assert page.body == "<p>Grüße</p>".encode()
    assert (page.url, page.requested_url) == (site.url("/x?q=1"), site.url("/x?q=1"))
    assert (page.media_type, page.charset, page.status) == ("text/html", "utf-8", 200)
    assert (page.etag, page.last_modified) == ('"a"', "Thu, 05 Mar 2026 10:00:00 GMT")
    assert page.fetched_at == NOW
    assert page.hosts == ("127.0.0.1",)
    assert not page.not_modified


async def test_what_we_say_about_ourselves(site: Site, fetcher: Fetcher) -> None:
    site.add("/x", headers=[("Set-Cookie", "id=1")])
    for _ in range(2):
        await fetcher.get(site.url("/x"))
    for seen in site.requests:
        assert seen.headers["user-agent"].startswith("nutgraf/")
        assert "+https://github.com/nutgraf/nutgraf" in seen.headers["user-agent"]
        assert seen.headers["accept"].startswith("text/html,")
        assert seen.headers["accept-encoding"] == "gzip, deflate"
        assert seen.headers["host"] == site.netloc
        assert "cookie" not in seen.headers
        assert "referer" not in seen.headers


async def test_no_proxy_from_the_environment(
    site: Site, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    site.add("/x", "here")
    assert (await fetcher.get(site.url("/x"))).body == b"here"


@pytest.mark.parametrize("condition", [{"etag": '"a"'}, {"last_modified": "Thu, 05 Mar 2026 10:00:00 GMT"}])
async def test_not_modified(site: Site, fetcher: Fetcher, condition: dict[str, str]) -> None:
    site.add("/x", "body", etag='"a"', last_modified="Thu, 05 Mar 2026 10:00:00 GMT")
    page = await fetcher.get(site.url("/x"), **condition)
    assert page.not_modified
    assert page.body == b""
    assert (page.status, page.etag) == (304, '"a"')
    assert not (await fetcher.get(site.url("/x"), etag='"other"')).not_modified


async def test_a_304_nobody_asked_for_is_the_sites_fault(site: Site, fetcher: Fetcher) -> None:
    site.add("/x", status=304)
    with pytest.raises(SiteFailed):
        await fetcher.get(site.url("/x"))


async def test_garbage_validators_are_not_sent(site: Site, fetcher: Fetcher) -> None:
    site.add("/x", "body")
    await fetcher.get(site.url("/x"), etag='"a"\r\nX-Evil: 1', last_modified="é\n")
    assert not {"x-evil", "if-none-match", "if-modified-since"} & set(site.requests[0].headers)


@pytest.mark.parametrize(
    ("status", "leaf"), [(404, NotFound), (410, NotFound), (403, Blocked), (500, SiteFailed)]
)
async def test_statuses_become_leaves(
    site: Site, fetcher: Fetcher, status: int, leaf: type[FetchError]
) -> None:
    site.add("/x", "x" * 300_000, status=status)
    with pytest.raises(leaf):
        await fetcher.get(site.url("/x"))


@pytest.mark.parametrize(
    ("status", "value", "seconds"),
    [(429, "120", 120.0), (503, "Thu, 05 Mar 2026 12:10:00 GMT", 600.0), (429, "later", None)],
)
async def test_retry_after(
    site: Site, fetcher: Fetcher, status: int, value: str, seconds: float | None
) -> None:
    site.add("/x", status=status, headers={"Retry-After": value})
    with pytest.raises((Blocked, SiteFailed)) as caught:
        await fetcher.get(site.url("/x"))
    assert caught.value.retry_after_s == seconds


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed(site: Site, fetcher: Fetcher, status: int) -> None:
    site.redirect("/a", "/b?x=1", status).redirect("/b?x=1", site.url("/c")).add("/c", "end").redirect(
        "/d", "/c", status
    )
    page = await fetcher.get(site.url("/a"))
    assert (page.body, page.url, page.requested_url) == (b"end", site.url("/c"), site.url("/a"))
    assert page.permanent_url is None  # the second hop is a 302
    for_good = await fetcher.get(site.url("/d"))
    assert for_good.permanent_url == (site.url("/c") if status in {301, 308} else None)


async def test_redirects_end(site: Site, fetcher: Fetcher) -> None:
    for number in range(9):
        site.redirect(f"/{number}", f"/{number + 1}")
    site.add("/9", "end").redirect("/loop", "/loop")
    assert (await fetcher.get(site.url("/4"))).body == b"end"
    for start in ("/3", "/loop"):
        with pytest.raises(TooManyRedirects) as caught:
            await fetcher.get(site.url(start))
        assert caught.value.limit == 5
    assert site.hits("/loop") == 6


async def test_a_consent_bounce_gets_its_cookie_back_and_nobody_else(site: Site, fetcher: Fetcher) -> None:
    def bounce(seen: Seen) -> Reply:
        if seen.headers.get("cookie") == "ok=1; id=a.b":
            return Reply(b"the story")
        cookies = [
            ("Set-Cookie", "ok=1; Path=/; Secure"),
            ("Set-Cookie", "id=a.b"),
            ("Set-Cookie", "bad\x01=x;y"),
        ]
        return Reply(status=302, headers=[*cookies, ("Location", "/x")])

    other = await Site().start()
    other.add("/y", "elsewhere")
    site.answer("/x", bounce).add(
        "/away", status=302, headers=[("Set-Cookie", "a=1"), ("Location", other.url("/y"))]
    )
    assert (await fetcher.get(site.url("/x"))).body == b"the story"
    assert "cookie" not in site.requests[0].headers
    both = HttpFetcher(CALM, [site.netloc, other.netloc])
    assert (await both.get(site.url("/away"))).body == b"elsewhere"
    assert "cookie" not in other.requests[0].headers
    await both.close()
    await other.stop()


async def test_a_redirect_to_nowhere_is_the_sites_fault(site: Site, fetcher: Fetcher) -> None:
    site.add("/x", status=302)
    with pytest.raises(SiteFailed):
        await fetcher.get(site.url("/x"))


@pytest.mark.parametrize("media_type", ["video/mp4", "image/jpeg", "application/zip"])
async def test_what_nobody_reads_is_refused_before_its_body(
    site: Site, fetcher: Fetcher, media_type: str
) -> None:
    site.add("/x", "x" * 100, media_type, drip_s=0.2)
    start_s = time.monotonic()
    with pytest.raises(NotReadable) as caught:
        await fetcher.get(site.url("/x"))
    assert caught.value.media_type == media_type
    assert time.monotonic() - start_s < 2


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/rss+xml; charset=iso-8859-1"])
async def test_media_types(site: Site, fetcher: Fetcher, content_type: str | None) -> None:
    site.add("/x", "body", content_type)
    page = await fetcher.get(site.url("/x"))
    assert page.media_type == (content_type or "").partition(";")[0]


@pytest.mark.parametrize("compress", [("gzip",), ("deflate",), ("gzip", "gzip"), ("deflate", "gzip")])
@pytest.mark.parametrize("chunked", [True, False])
async def test_compression(site: Site, fetcher: Fetcher, compress: tuple[str, ...], chunked: bool) -> None:
    body = "long story " * 10_000
    site.add("/x", body, compress=compress, chunked=chunked)
    assert (await fetcher.get(site.url("/x"))).body == body.encode()


@pytest.mark.parametrize("compress", [(), ("gzip",), ("gzip", "gzip")])
@pytest.mark.parametrize("chunked", [True, False])
async def test_too_large(site: Site, fetcher: Fetcher, compress: tuple[str, ...], chunked: bool) -> None:
    site.add("/x", b"\0" * 5_000_000, compress=compress, chunked=chunked)
    with pytest.raises(TooLarge) as caught:
        await fetcher.get(site.url("/x"))
    assert caught.value.limit_bytes == CALM.body_limit_bytes


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
BROKEN = {
    "cut": Reply(b"half a story", missing_bytes=7),
    "cut gzip": Reply(b"half a story", compress=("gzip",), missing_bytes=3),
    "stopped gzip": Reply(b"\x1f\x8b\x08\0\0\0\0\0", headers=[("Content-Encoding", "gzip")]),
    "not gzip": Reply(b"plain", headers=[("Content-Encoding", "gzip")]),
    "brotli": Reply(b"plain", headers=[("Content-Encoding", "br")]),
    "chunk size": Reply(raw=HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n"),
    "chunk cut": Reply(raw=HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhel"),
    "chunks without end": Reply(raw=HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
    "length": Reply(raw=HEAD + b"Content-Length: -5\r\n\r\nhello"),
    "two lengths": Reply(raw=HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
    "no http": Reply(raw=b"220 mail.a.example ESMTP\r\n\r\n"),
    "binary": Reply(raw=bytes(range(256)) * 4),
    "status": Reply(raw=b"HTTP/1.1 abc OK\r\n\r\n"),
    "flood of headers": Reply(raw=HEAD + b"X: y\r\n" * 20_000 + b"\r\n"),
    "long header": Reply(raw=HEAD + b"X: " + b"y" * 200_000 + b"\r\n\r\n"),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_broken_answers(site: Site, fetcher: Fetcher, name: str) -> None:
    site.answer("/x", BROKEN[name])
    with pytest.raises(BadBody) as caught:
        await fetcher.get(site.url("/x"))
    assert caught.value.cause


@pytest.mark.parametrize("raw", [b"", b"HTTP/1.1 200", HEAD])
async def test_hanging_up_before_the_body(site: Site, fetcher: Fetcher, raw: bytes) -> None:
    site.answer("/x", Reply(raw=raw))
    with pytest.raises((Unreachable, BadBody)):
        await fetcher.get(site.url("/x"))


SLOW = {
    "headers": (Reply(b"x", delay_s=9), QUICK.read_s),
    "body": (Reply(b"xxx", drip_s=9), QUICK.read_s),
    "hang": (Reply(raw=HEAD + b"Content-Length: 9\r\n\r\nx", hang=True), QUICK.read_s),
    "drip": (Reply(b"x" * 100, drip_s=0.1), QUICK.total_s),
    "dripped chunks": (Reply(b"x" * 100, drip_s=0.1, chunked=True), QUICK.total_s),
}


@pytest.mark.parametrize("name", SLOW)
async def test_slow_sites_are_cut_off(site: Site, name: str) -> None:
    reply, timeout_s = SLOW[name]
    site.answer("/x", reply)
    fetcher = HttpFetcher(QUICK, [site.netloc])
    start_s = time.monotonic()
    with pytest.raises(TooSlow) as caught:
        await fetcher.get(site.url("/x"))
    assert caught.value.timeout_s == timeout_s
    assert time.monotonic() - start_s < timeout_s + 2
    await fetcher.close()


async def test_nobody_listens(fetcher: Fetcher) -> None:
    gone = await Site().start()
    await gone.stop()
    alone = HttpFetcher(QUICK, [gone.netloc])
    with pytest.raises(Unreachable) as caught:
        await alone.get(gone.url())
    assert caught.value.cause == "connection refused"
    await alone.close()


async def test_tls_with_somebody_who_speaks_none() -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.a.example ESMTP\r\n")
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    alone = HttpFetcher(QUICK, [f"127.0.0.1:{port}"])
    with pytest.raises(Unreachable) as caught:
        await alone.get(f"https://127.0.0.1:{port}/")
    assert caught.value.cause == "no secure connection"
    await alone.close()
    server.close()
    await server.wait_closed()


async def test_one_visit_at_a_time_with_a_gap(site: Site) -> None:
    site.add("/x", "x", delay_s=0.05)
    polite = HttpFetcher(FetchLimits(gap_s=0.15), [site.netloc])
    await asyncio.gather(*(polite.get(site.url("/x")) for _ in range(4)))
    times = [seen.at_s for seen in site.requests]
    assert site.open_most == 1
    assert times[-1] - times[0] >= 0.3  # three gaps, less what the first request was late
    await polite.close()


async def test_redirects_inside_a_host_need_no_gap(site: Site) -> None:
    site.redirect("/a", "/b").redirect("/b", "/c").add("/c", "x")
    polite = HttpFetcher(FetchLimits(gap_s=5), [site.netloc])
    start_s = time.monotonic()
    await polite.get(site.url("/a"))
    assert time.monotonic() - start_s < 2
    await polite.close()


async def test_waiting_for_a_turn_is_bounded_and_the_turn_comes_back(site: Site) -> None:
    site.add("/x", "x")
    polite = HttpFetcher(FetchLimits(gap_s=30, total_s=1), [site.netloc])
    await polite.get(site.url("/x"))
    with pytest.raises(TooSlow):
        await polite.get(site.url("/x"))
    assert site.hits("/x") == 1
    await polite.close()


async def test_the_egress_log_names_hosts_and_never_the_page(
    site: Site, fetcher: Fetcher, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "nutgraf.egress")
    site.redirect("/a?token=secret", "/b").add("/b", "secret words")
    await fetcher.get(site.url("/a?token=secret"))
    lines = [record.getMessage() for record in caplog.records if record.name == "nutgraf.egress"]
    assert len(lines) == 2
    assert f"host=127.0.0.1 port={site.port} status=302 bytes=0" in lines[0]
    assert "status=200 bytes=12" in lines[1]
    assert lines[1].endswith("outcome=page")
    assert "secret" not in "".join(lines)


async def test_a_cancelled_fetch_frees_the_host(site: Site, fetcher: Fetcher) -> None:
    site.add("/slow", "x", delay_s=0.3).add("/x", "x")
    task = asyncio.create_task(fetcher.get(site.url("/slow")))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await fetcher.get(site.url("/x"))).body == b"x"


async def test_it_can_be_used_again_after_close(site: Site, fetcher: Fetcher) -> None:
    site.add("/x", "x")
    await fetcher.get(site.url("/x"))
    await fetcher.close()
    await fetcher.close()
    assert (await fetcher.get(site.url("/x"))).body == b"x"
