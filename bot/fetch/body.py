"""Content-Encoding undone piece by piece, under a cap. Pure.

aiohttp could do it, but takes a gzip stream that stops half way for a whole one and leaves nested
encodings as they are; a digest of half a page must not look like a digest of the page.
"""

from __future__ import annotations

import zlib

_LAYERS = 2  # one from the site, one from a careless proxy; more is an attack
_STEP_BYTES = 64 * 1024
_MEMBERS = 1000  # gzip streams in a row: log rotators make a few, and each costs a copy of the rest


class Broken(Exception):
    """The bytes are not what their header promises; the text says how, for people."""


class Overlong(Exception):
    """More than the cap came out."""


class Decoder:
    """Feed pieces, take the whole. ``limit_bytes`` holds for every layer's output."""

    def __init__(self, content_encoding: str, limit_bytes: int) -> None:
        """Raises Broken for an encoding that was not asked for or is nested too deep."""
        names = [name.strip().lower() for name in content_encoding.split(",")]
        names = [name for name in names if name not in {"", "identity"}]
        if len(names) > _LAYERS:
            raise Broken("compressed too many times over")
        self._limit_bytes = limit_bytes
        self._layers = [_Layer(name, limit_bytes) for name in reversed(names)]
        self._out = bytearray()

    def feed(self, piece: bytes) -> None:
        """Raises Broken or Overlong."""
        self._push(piece, 0)

    def whole(self) -> bytes:
        """The body; raises Broken when a compressed stream has not ended."""
        if any(not layer.complete for layer in self._layers):
            raise Broken("the compressed page stops half way")
        return bytes(self._out)

    def _push(self, piece: bytes, depth: int) -> None:
        if depth == len(self._layers):
            if len(self._out) + len(piece) > self._limit_bytes:
                raise Overlong
            self._out += piece
            return
        for part in self._layers[depth].parts(piece):
            self._push(part, depth + 1)


class _Layer:
    """One gzip or deflate stream, several gzip members in a row included (RFC 1952, 2.2)."""

    def __init__(self, name: str, limit_bytes: int) -> None:
        if name not in {"gzip", "x-gzip", "deflate"}:
            raise Broken(f"compressed as {name[:20]}")
        self._gzip = name != "deflate"
        self._limit_bytes = limit_bytes
        self._made_bytes = 0
        self._stream = zlib.decompressobj(zlib.MAX_WBITS | 16) if self._gzip else None
        self._fed = False
        self._members = 1

    @property
    def complete(self) -> bool:
        """Nothing at all is a whole body too: servers mark empty answers as compressed."""
        return not self._fed or (self._stream is not None and self._stream.eof)

    def parts(self, piece: bytes) -> list[bytes]:
        """What comes out, in steps of at most 64 KiB."""
        out: list[bytes] = []
        more = bool(piece)
        while more:
            stream = self._current(piece)
            if stream is None:
                break
            self._fed = True
            try:
                part = stream.decompress(piece, _STEP_BYTES)
            except zlib.error as error:
                raise Broken("the compression is damaged") from error
            self._made_bytes += len(part)
            if self._made_bytes > self._limit_bytes:
                raise Overlong
            if part:
                out.append(part)
            piece = stream.unused_data if stream.eof else stream.unconsumed_tail
            # a full step may have left output inside the stream although its input is used up
            more = bool(piece) or (len(part) == _STEP_BYTES and not stream.eof)
        return out

    def _current(self, piece: bytes) -> zlib._Decompress | None:
        """The stream for the next bytes; None for bytes behind the end that belong to nothing."""
        if self._stream is None:
            # "deflate" is zlib (RFC 9110, 8.4.1.2), yet many servers send it bare; the header tells
            bare = piece[0] & 0x0F != 8
            self._stream = zlib.decompressobj(-zlib.MAX_WBITS if bare else zlib.MAX_WBITS)
        elif self._stream.eof:
            if not self._gzip or piece[:1] != b"\x1f":
                return None  # padding behind the stream: browsers pass over it
            self._members += 1
            if self._members > _MEMBERS:
                raise Broken("compressed in too many pieces")
            self._stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
        return self._stream
