"""TLS: the certificate must name the host of the link, whatever address it was pinned to."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from bot.errors import Unreachable
from bot.fetch import FetchLimits, HttpFetcher

OPENSSL = shutil.which("openssl")
LIMITS = FetchLimits(connect_s=2, read_s=2, total_s=4, gap_s=0)
PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


async def loopback(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"]


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Made on the spot for tls.test, signed by nobody else."""
    if OPENSSL is None:
        pytest.skip("no openssl to make a certificate with")
    where = tmp_path / "tls.pem"
    asked = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=tls.test -addext subjectAltName=DNS:tls.test"
    subprocess.run(
        [OPENSSL, *asked.split(), "-keyout", str(where), "-out", str(tmp_path / "crt.pem")],
        check=True,
        capture_output=True,
    )
    where.write_text(where.read_text() + (tmp_path / "crt.pem").read_text())
    return where


@pytest.fixture
async def port(certificate: Path) -> AsyncIterator[int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(PAGE)
        writer.close()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    yield server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()


CASES = [("tls.test", True, True), ("other.test", True, False), ("tls.test", False, False)]


@pytest.mark.parametrize(("host", "trusted", "good"), CASES)
async def test_certificates(certificate: Path, port: int, host: str, trusted: bool, good: bool) -> None:
    tls = ssl.create_default_context(cafile=str(certificate)) if trusted else None
    fetcher = HttpFetcher(LIMITS, [f"{host}:{port}"], resolver=loopback, tls=tls)
    try:
        if good:
            assert (await fetcher.get(f"https://{host}:{port}/")).body == b"ok"
        else:
            with pytest.raises(Unreachable) as caught:
                await fetcher.get(f"https://{host}:{port}/")
            assert caught.value.cause == "its certificate is not valid"
    finally:
        await fetcher.close()


async def test_ipv6_literals_are_pinned_like_names() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(PAGE)
        writer.close()

    try:
        server = await asyncio.start_server(serve, "::1", 0)
    except OSError:
        pytest.skip("no IPv6 on this machine")
    port = server.sockets[0].getsockname()[1]
    fetcher = HttpFetcher(LIMITS, [f"[::1]:{port}"])
    page = await fetcher.get(f"http://[0:0::1]:{port}/")
    assert (page.body, page.url, page.hosts) == (b"ok", f"http://[::1]:{port}/", ("::1",))
    await fetcher.close()
    server.close()
    await server.wait_closed()
