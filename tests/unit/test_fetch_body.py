"""Content-Encoding undone under a cap."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.fetch.body import Broken, Decoder, Overlong


def bare(body: bytes) -> bytes:
    """Raw deflate, as careless servers send it."""
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(body) + stream.flush()


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "Deflate ": bare,
    "identity": bytes,
    "": bytes,
}


def decoded(encoding: str, body: bytes, step: int = 1000, limit_bytes: int = 10**6) -> bytes:
    decoder = Decoder(encoding, limit_bytes)
    for start in range(0, len(body), step):
        decoder.feed(body[start : start + step])
    return decoder.whole()


@given(st.binary(max_size=3000), st.sampled_from(sorted(ENCODERS)), st.integers(1, 4000))
def test_what_was_packed_comes_out_whatever_the_pieces(body: bytes, encoding: str, step: int) -> None:
    assert decoded(encoding, ENCODERS[encoding](body), step) == body


@given(st.binary(max_size=2000), st.sampled_from(["gzip", "deflate"]), st.sampled_from(["gzip", "deflate"]))
def test_two_layers(body: bytes, inner: str, outer: str) -> None:
    assert decoded(f"{inner}, {outer}", ENCODERS[outer](ENCODERS[inner](body))) == body


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "Deflate "])
def test_long_runs_come_out_whole(encoding: str) -> None:
    body = b"\0" * 999_999
    assert decoded(encoding, ENCODERS[encoding](body), 100_000) == body


@given(st.binary(min_size=1, max_size=500), st.data())
def test_a_stream_that_stops_is_never_taken_for_a_whole_one(body: bytes, data: st.DataObject) -> None:
    for encoding in ("gzip", "deflate", "Deflate "):
        packed = ENCODERS[encoding](body)
        cut = data.draw(st.integers(1, len(packed) - 1))
        with pytest.raises(Broken):
            decoded(encoding, packed[:cut])


@given(st.binary(min_size=1, max_size=300), st.sampled_from(["gzip", "deflate", "gzip, deflate"]))
def test_garbage_is_broken_or_bytes(body: bytes, encoding: str) -> None:
    try:
        decoded(encoding, body)
    except Broken as error:
        assert str(error)


def test_members_padding_and_empty_bodies() -> None:
    assert decoded("gzip", gzip.compress(b"one ") + gzip.compress(b"two")) == b"one two"
    assert decoded("gzip", gzip.compress(b"one") + b"\0" * 512) == b"one"
    assert decoded("deflate", zlib.compress(b"one") + b"\r\n") == b"one"
    assert decoded("gzip", b"") == b""


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, gzip, gzip", "gzip;q=1", "é"])
def test_encodings_nobody_asked_for(encoding: str) -> None:
    with pytest.raises(Broken):
        Decoder(encoding, 100)


@pytest.mark.parametrize("encoding", ["", "gzip", "deflate", "gzip, gzip"])
def test_the_cap_holds_after_decompression(encoding: str) -> None:
    body = b"x" * 1001
    for name in filter(None, encoding.split(", ")):
        body = ENCODERS[name](body)
    with pytest.raises(Overlong):
        decoded(encoding, body, limit_bytes=1000)
    assert len(decoded(encoding, body, limit_bytes=1001)) == 1001


@pytest.mark.parametrize("layers", [1, 2])
def test_a_bomb_costs_no_more_than_the_cap(layers: int) -> None:
    bomb = b"\0" * 50_000_000
    for _ in range(layers):
        bomb = gzip.compress(bomb)
    tracemalloc.start()
    with pytest.raises(Overlong):
        decoded(", ".join(["gzip"] * layers), bomb, 65536, limit_bytes=1_000_000)
    assert tracemalloc.get_traced_memory()[1] < 6_000_000
    tracemalloc.stop()


def test_a_thousand_tiny_members_are_refused() -> None:
    with pytest.raises(Broken):
        decoded("gzip", gzip.compress(b"") * 2000, 10**6)
