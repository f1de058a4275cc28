"""A web site on loopback that behaves as badly as it is told to. Raw asyncio: it sends what no
well-meant server library would. Each connection answers one request and is closed.

    async def test_reads(site: Site) -> None:
        site.add("/story", "<p>Hello</p>", etag='"a"')
        page = await fetcher.get(site.url("/story"))
        assert site.hits("/story") == 1
"""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

HTML = "text/html; charset=utf-8"
_COMPRESS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "deflate": zlib.compress}


@dataclass(frozen=True)
class Seen:
    """A request as it came. Header names are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    at_s: float  # the loop's clock


@dataclass(frozen=True)
class Reply:
    """What one path answers. ``raw`` is sent as it stands, without a status line of ours."""

    body: bytes = b""
    content_type: str | None = HTML
    status: int = 200
    headers: Sequence[tuple[str, str]] = ()
    delay_s: float = 0.0  # before the first byte
    drip_s: float | None = None  # between single bytes of the body
    compress: Sequence[str] = ()  # applied in this order: ("gzip", "gzip") is nested
    chunked: bool = False
    missing_bytes: int = 0  # promised in Content-Length and never sent
    etag: str | None = None  # a request that names it is answered 304
    last_modified: str | None = None
    raw: bytes | None = None
    hang: bool = False  # keeps the connection open behind the last byte


Answer = Reply | Callable[[Seen], Reply]


@dataclass(repr=False)
class Site:
    """``add`` a path more than once and the answers come one after the other, the last one stays."""

    address: str = "127.0.0.1"
    port: int = 0
    requests: list[Seen] = field(default_factory=list)
    _answers: dict[str, list[Answer]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _server: asyncio.Server | None = None
    open_now: int = 0
    open_most: int = 0

    def add(
        self,
        path: str,
        body: str | bytes = b"",
        content_type: str | None = HTML,
        status: int = 200,
        headers: Mapping[str, str] | Sequence[tuple[str, str]] = (),
        **rest: object,
    ) -> Self:
        """``rest`` are the other fields of ``Reply``: delay_s, drip_s, compress, chunked, etag ..."""
        pairs = tuple(headers.items()) if isinstance(headers, Mapping) else tuple(headers)
        raw = body.encode() if isinstance(body, str) else body
        reply = Reply(raw, content_type, status, pairs, **rest)  # type: ignore[arg-type]  # named fields
        return self.answer(path, reply)

    def answer(self, path: str, answer: Answer) -> Self:
        self._answers.setdefault(path, []).append(answer)
        return self

    def forget(self, path: str) -> Self:
        """Drop the answers of a path; it is 404 until one is added."""
        self._answers.pop(path, None)
        return self

    def redirect(self, path: str, to: str, status: int = 302) -> Self:
        return self.add(path, status=status, headers={"Location": to})

    def url(self, path: str = "/", host: str | None = None) -> str:
        return f"http://{host or self.address}:{self.port}{path}"

    @property
    def netloc(self) -> str:
        """``host:port``, as an allow-list takes it."""
        return f"{self.address}:{self.port}"

    def hits(self, path: str) -> int:
        return sum(1 for seen in self.requests if seen.target == path)

    async def start(self) -> Self:
        self._server = await asyncio.start_server(self._serve, self.address, self.port, limit=1 << 20)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.open_now += 1
        self.open_most = max(self.open_most, self.open_now)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._answer(reader, writer)
        finally:
            self.open_now -= 1
            self._tasks.discard(task)
            with suppress(ConnectionError):
                writer.close()
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        lines = head.split("\r\n")
        method, target, _ = lines[0].split(" ", 2)
        pairs = (line.partition(":") for line in lines[1:] if line)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        seen = Seen(method, target, headers, asyncio.get_running_loop().time())
        self.requests.append(seen)
        reply = self._reply_to(seen)
        await asyncio.sleep(reply.delay_s)
        await self._send(writer, reply)
        if reply.hang:
            await reader.read()

    def _reply_to(self, seen: Seen) -> Reply:
        answers = self._answers.get(seen.target) or self._answers.get(seen.target.partition("?")[0])
        if not answers:
            return Reply(b"no such page", "text/plain", 404)
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        reply = answer if isinstance(answer, Reply) else answer(seen)
        same_etag = reply.etag is not None and seen.headers.get("if-none-match") == reply.etag
        since = seen.headers.get("if-modified-since")
        if same_etag or (reply.last_modified is not None and since == reply.last_modified):
            # RFC 9110, 15.4.5: with the headers that a 200 would have had
            return Reply(b"", None, 304, reply.headers, etag=reply.etag, last_modified=reply.last_modified)
        return reply

    async def _send(self, writer: asyncio.StreamWriter, reply: Reply) -> None:
        if reply.raw is not None:
            writer.write(reply.raw)
            await writer.drain()
            return
        body = reply.body
        for encoding in reply.compress:
            body = _COMPRESS[encoding](body)
        writer.write(_head(reply, len(body) + reply.missing_bytes))
        if reply.drip_s is not None:
            for byte in body:
                writer.write(_framed(bytes([byte]), reply.chunked))
                await writer.drain()
                await asyncio.sleep(reply.drip_s)
        else:
            for start in range(0, len(body), 65536):
                writer.write(_framed(body[start : start + 65536], reply.chunked))
                await writer.drain()
        if reply.chunked:
            writer.write(b"0\r\n\r\n")
        await writer.drain()


def _head(reply: Reply, length: int) -> bytes:
    lines = [f"HTTP/1.1 {reply.status} Because", "Connection: close"]
    if reply.content_type is not None:
        lines.append(f"Content-Type: {reply.content_type}")
    if reply.compress:
        lines.append(f"Content-Encoding: {', '.join(reply.compress)}")
    if reply.etag is not None:
        lines.append(f"ETag: {reply.etag}")
    if reply.last_modified is not None:
        lines.append(f"Last-Modified: {reply.last_modified}")
    if reply.chunked:
        lines.append("Transfer-Encoding: chunked")
    elif reply.status != 304:
        lines.append(f"Content-Length: {length}")
    lines += [f"{name}: {value}" for name, value in reply.headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _framed(piece: bytes, chunked: bool) -> bytes:
    return b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece
