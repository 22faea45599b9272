"""One TCP or TLS connection, read in small pieces and with an allowance of bytes."""

import asyncio
import ssl
from collections.abc import Sequence

from monitor.errors import FetchFault
from monitor.fetch.failure import Failure

READ_BYTES = 16_384
"""Given to the parser at once: small, because it works through them without a pause."""
MAX_BUFFERED_BYTES = 65_536
CONNECT_SECONDS = 5.0
"""For each address of a host but the last, to which the deadline applies."""
MAX_ADDRESSES = 4


class Stream(asyncio.Protocol):
    """A connection to read from and write to. Timeouts are not its business: one deadline spans the fetch."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._is_over = False
        self._lost: Exception | None = None
        self._left_bytes = 0
        self._readable = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()

    def allow(self, max_bytes: int) -> None:
        """Set how many bytes may be read from now on."""
        self._left_bytes = max_bytes

    def is_quiet(self) -> bool:
        """Say whether the peer has neither closed nor sent more than was read."""
        return not self._buffer and not self._is_over

    async def read(self) -> bytes:
        """Return some bytes, none at the end. Raises Failure when the connection breaks or the allowance is spent."""
        if self._buffer:
            await asyncio.sleep(0)  # a flood that is always there must not keep the loop from the deadline
        while self.is_quiet():
            self._readable.clear()
            await self._readable.wait()
        if not self._buffer and self._lost is not None:
            raise Failure(FetchFault.CONNECT, f"connection lost: {self._lost}")
        chunk = bytes(self._buffer[:READ_BYTES])
        del self._buffer[: len(chunk)]
        self._left_bytes -= len(chunk)
        if self._left_bytes < 0:
            raise Failure(FetchFault.TOO_LARGE, "more bytes than allowed came over the wire", is_temporary=False)
        if len(self._buffer) <= MAX_BUFFERED_BYTES and not self._is_over:
            self._transport.resume_reading()
        return chunk

    async def write(self, data: bytes) -> None:
        """Send `data`; wait while the peer does not read. A peer that has closed may still have answered: read on."""
        if not self._is_over:
            self._transport.write(data)
            await self._writable.wait()

    def close(self) -> None:
        """Drop the connection at once: a polite TLS farewell can be made to hang."""
        self._transport.abort()

    # --- called by the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("a stream needs a transport that writes")
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Buffer what comes; stop the peer when enough waits."""
        self._buffer += data
        if len(self._buffer) > MAX_BUFFERED_BYTES:
            self._transport.pause_reading()
        self._readable.set()

    def eof_received(self) -> None:
        """Note the end; the transport closes itself."""
        self._end(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Note the end and its reason."""
        self._end(exc)

    def pause_writing(self) -> None:
        """Hold back writers: the peer does not read."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Let writers go on."""
        self._writable.set()

    def _end(self, error: Exception | None) -> None:
        self._is_over = True
        self._lost = self._lost or error
        self._readable.set()
        self._writable.set()


async def open_stream(
    addresses: Sequence[str], port: int, *, tls: ssl.SSLContext | None, server_name: str | None
) -> Stream:
    """Connect to the first of `addresses` that answers. Raises Failure."""
    tried = addresses[:MAX_ADDRESSES]
    lost: OSError | None = None
    for address in tried:
        limit_seconds = None if address == tried[-1] else CONNECT_SECONDS
        try:
            async with asyncio.timeout(limit_seconds):
                loop = asyncio.get_running_loop()
                _, stream = await loop.create_connection(Stream, address, port, ssl=tls, server_hostname=server_name)
                return stream
        except ssl.SSLCertVerificationError as error:
            raise Failure(FetchFault.TLS, error.verify_message) from error
        except ssl.SSLError as error:
            raise Failure(FetchFault.TLS, error.reason or str(error)) from error
        except OSError as error:
            lost = error
    raise Failure(FetchFault.CONNECT, str(lost) or type(lost).__name__) from lost
