"""Bodies as sent to bodies as meant: one layer of compression, never more bytes than allowed at any moment."""

import zlib
from collections.abc import AsyncIterator, Iterator
from typing import Protocol

import brotli  # type: ignore[import-untyped]  # it ships no types

from monitor.errors import FetchFault
from monitor.fetch.failure import Failure

ACCEPTED_CODINGS = "gzip, deflate, br"
MAX_PIECES = 20_000
"""Of one body: each costs time, however few bytes it holds."""

_GZIP_MAGIC = b"\x1f\x8b"


STEP_BYTES = 262_144
"""Decoded at a time."""
MAX_HELD_BYTES = 64_000_000
"""Of all bodies that are being read: twenty slow ones of the size allowed would take 400 MB."""
FAIR_BYTES = 2_000_000
"""Of one body that may always be read: no article is larger."""


class BodyMemory:
    """Counts the bytes of all bodies that are being read at one time."""

    def __init__(self, max_bytes: int = MAX_HELD_BYTES) -> None:
        self._max_bytes = max_bytes
        self.held_bytes = 0

    def check(self, body_bytes: int) -> None:
        """Raise Failure for a large body while all together are too large; another time there is room for it."""
        if self.held_bytes > self._max_bytes and body_bytes > FAIR_BYTES:
            raise Failure(FetchFault.TOO_LARGE, "too many large pages at a time")


class Decoder(Protocol):
    """Undoes one content coding, a bounded piece at a time."""

    def decode(self, data: bytes, max_bytes: int) -> bytes:
        """Return what `data` adds to the body, at most about `max_bytes`: if so many, ask again with no data."""

    def is_complete(self) -> bool:
        """Say whether the body may end here."""


class _Identity:
    """Nothing to undo."""

    def decode(self, data: bytes, max_bytes: int) -> bytes:
        """Return `data` as it is: it came over the wire, so it is small."""
        del max_bytes
        return data

    def is_complete(self) -> bool:
        """Leave it to HTTP to know the end."""
        return True


class _Gzip:
    """RFC 1952: one member or more; what else follows is padding."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(wbits=31)
        self._rest = b""
        self._is_padding = False

    def decode(self, data: bytes, max_bytes: int) -> bytes:
        """Return at most `max_bytes`."""
        self._rest += data
        decoded = b""
        while len(decoded) < max_bytes and self._is_in_member():
            piece = self._member.decompress(self._rest, max_bytes - len(decoded))
            decoded = decoded + piece if decoded else piece
            self._rest = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            if not self._rest:
                break
        return decoded

    def is_complete(self) -> bool:
        """Say whether a member has just ended."""
        return self._member.eof

    def _is_in_member(self) -> bool:
        """Say whether the rest belongs to a member, the next one where one has ended; padding is dropped."""
        if not self._member.eof:
            return True
        if self._rest.startswith(_GZIP_MAGIC) and not self._is_padding:
            self._member = zlib.decompressobj(wbits=31)
            return True
        self._is_padding = self._is_padding or not _GZIP_MAGIC.startswith(self._rest)
        if self._is_padding:
            self._rest = b""
        return False


class _Deflate:
    """RFC 1950 as the standard says, or RFC 1951 as some servers send."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj()
        self._head = b""

    def decode(self, data: bytes, max_bytes: int) -> bytes:
        """Return at most `max_bytes`."""
        if len(self._head) < 2:
            data = self._head + data
            self._head = data[:2]
            if len(data) < 2:
                return b""
            has_zlib_head = data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
            self._stream = zlib.decompressobj(wbits=zlib.MAX_WBITS if has_zlib_head else -zlib.MAX_WBITS)
        return b"" if self._stream.eof else self._stream.decompress(self._stream.unconsumed_tail + data, max_bytes)

    def is_complete(self) -> bool:
        """Say whether the last block has ended."""
        return self._stream.eof


class _Brotli:
    """RFC 7932."""

    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    def decode(self, data: bytes, max_bytes: int) -> bytes:
        """Return about `max_bytes` at most."""
        if self._stream.is_finished():
            return b""
        decoded: bytes = self._stream.process(data, output_buffer_limit=max_bytes)
        return decoded

    def is_complete(self) -> bool:
        """Say whether the last block has ended."""
        return bool(self._stream.is_finished())


_DECODERS: dict[str, type[Decoder]] = {
    "": _Identity,
    "identity": _Identity,
    "gzip": _Gzip,
    "x-gzip": _Gzip,
    "deflate": _Deflate,
    "br": _Brotli,
}


def open_decoder(content_encoding: str) -> Decoder:
    """Return what undoes a Content-Encoding. Raises Failure for one that we did not ask for, or for several."""
    decoder = _DECODERS.get(content_encoding.strip().lower())
    if decoder is None:
        raise Failure(FetchFault.BAD_REPLY, f"unknown content coding {content_encoding[:80]!r}", is_temporary=False)
    return decoder()


async def read_body(
    pieces: AsyncIterator[bytes], decoder: Decoder, *, max_raw_bytes: int, max_decoded_bytes: int, memory: BodyMemory
) -> bytes:
    """Return the whole decoded body. Raises Failure when it is too large, damaged or cut off."""
    body = bytearray()
    raw_bytes = count = 0
    try:
        async for piece in pieces:
            raw_bytes += len(piece)
            count += 1
            for decoded in _decode_piece(decoder, piece):
                body += decoded
                memory.held_bytes += len(decoded)
                if raw_bytes > max_raw_bytes or len(body) > max_decoded_bytes or count > MAX_PIECES:
                    detail = f"over {raw_bytes} bytes, {len(body)} decoded"
                    raise Failure(FetchFault.TOO_LARGE, detail, is_temporary=False)
                memory.check(len(body))
        whole = bytes(body)
    finally:
        memory.held_bytes -= len(body)
        body.clear()  # a failure's traceback holds this frame, and the frame the body, until the collector comes
    if raw_bytes and not decoder.is_complete():
        raise Failure(FetchFault.BAD_REPLY, "compressed body is cut off")
    return whole


async def read_beginning(pieces: AsyncIterator[bytes], decoder: Decoder, *, max_bytes: int) -> bytes:
    """Return the first `max_bytes` of the decoded body; what follows stays unread. Raises Failure when damaged."""
    body = bytearray()
    count = 0
    async for piece in pieces:
        count += 1
        for decoded in _decode_piece(decoder, piece):
            body += decoded
            if len(body) > max_bytes or count > MAX_PIECES:
                return bytes(body[:max_bytes])
    return bytes(body)


def _decode_piece(decoder: Decoder, piece: bytes) -> Iterator[bytes]:
    """Yield what a piece adds to the body in steps, so that a bomb never stands in memory whole. Raises Failure."""
    try:
        decoded = decoder.decode(piece, STEP_BYTES)
        yield decoded
        while len(decoded) >= STEP_BYTES and not isinstance(decoder, _Identity):
            decoded = decoder.decode(b"", STEP_BYTES)
            yield decoded
    except (zlib.error, brotli.error) as error:
        raise Failure(FetchFault.BAD_REPLY, f"damaged compressed body: {error}") from error
